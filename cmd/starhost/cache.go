package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
)

// cacheOptions are the flags that the commands of cache share.
type cacheOptions struct {
	store    string
	readOnly bool
	at       string
	format   string

	now int64 // what at says
}

// cacheExitCodes are what the codes of the commands of cache mean.
const cacheExitCodes = `
Exit codes:
  0    done; diff: there is no difference
  1    get, rm, set --ttl: nothing is stored under a key; diff: a difference;
       ls: an item cannot be read
  3    wrong use: a flag, a path, a damaged dump, a store out of reach
  130  interrupted`

// everTime is a time at which nothing has expired: people are shown what is
// stored.
const everTime = math.MinInt64

func (c *command) cacheCommand() *cobra.Command {
	o := &cacheOptions{}
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Look into the state of rules: get, set, ls, rm, dump, load, diff, init",
		Long: `cache shows and changes what rules keep between events, in any store. --store, or
the variable STARHOST_STORE, names it: ` + storeHelp + `.

Items that have expired are absent for rules, but may still be stored; they are
shown, as expired. The time that is left counts from --at, which is now unless
the state is of a run over old logs (--clock event).` + "\n" + cacheExitCodes,
		Example: `  starhost cache ls --store bolt:state.db my.rule:
  starhost cache get --store dynamodb:panther-kv-store my.rule:bob
  starhost cache dump --store bolt:state.db > state.jsonl`,
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&o.store, "store", "", "the store: "+storeHelp)
	flags.BoolVar(&o.readOnly, "read-only", false, "refuse to change anything")
	flags.StringVar(&o.at, "at", "", "the time, such as 2026-01-01T00:00:00Z; default now")
	cmd.AddCommand(c.cacheGet(o), c.cacheSet(o), c.cacheLs(o), c.cacheRm(o), c.cacheDump(o), c.cacheLoad(o), c.cacheDiff(o), c.cacheInit(o))
	onlyCommands(cmd)
	return cmd
}

func (o *cacheOptions) formatFlag(flags *pflag.FlagSet) {
	flags.StringVarP(&o.format, "format", "f", "pretty", "output format: pretty, json")
}

// check reads the flags.
func (o *cacheOptions) check() error {
	now := time.Now()
	if o.at != "" {
		var err error
		if now, err = time.Parse(time.RFC3339Nano, o.at); err != nil {
			return fmt.Errorf("--at is %q, want a time such as 2026-01-01T00:00:00Z", o.at)
		}
	}
	o.now = now.Unix()
	if o.format != "" && o.format != "pretty" && o.format != "json" {
		return fmt.Errorf("--format is %q, want pretty or json", o.format)
	}
	return nil
}

// withStore runs do on the store that --store names.
func (c *command) withStore(ctx context.Context, o *cacheOptions, use storeUse, do func(store caching.Store) error) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.store == "" {
		return fmt.Errorf("which store? Name it by --store: %s", storeHelp)
	}
	if use == readWrite && o.readOnly {
		return errors.New("this command changes the store, which --read-only forbids")
	}
	if use == readWrite && o.store == "memory" {
		return errors.New("--store is memory, which ends with this command: name one that stays, such as bolt:state.db")
	}
	store, closeStore, err := c.openStore(ctx, o.store, use)
	if err != nil {
		return interrupted(ctx, err)
	}
	err = do(store)
	if closing := closeStore(); closing != nil {
		if exit, ok := errors.AsType[*exitError](err); ok {
			err = exit.err // a store that fails is worse
		}
		err = errors.Join(err, closing)
	}
	return interrupted(ctx, err)
}

// withStoreThere is withStore for what makes no store: its file must be there,
// as a path that is mistyped would else be one that is empty.
func (c *command) withStoreThere(ctx context.Context, o *cacheOptions, use storeUse, do func(store caching.Store) error) error {
	if scheme, where := splitStore(o.store); scheme == "bolt" {
		if path, _, err := bolt.ParseSpec(where); err == nil {
			if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("there is no store yet: %w", err)
			}
		}
	}
	return c.withStore(ctx, o, use, do)
}

// interrupted gives an error after an interrupt the exit code of one: not every
// store says why it gave up.
func interrupted(ctx context.Context, err error) error {
	if _, told := errors.AsType[*exitError](err); err == nil || told || ctx.Err() == nil {
		return err
	}
	return &exitError{exitInterrupted, fmt.Errorf("interrupted: %w", err)}
}

// lister returns the store's ability to list its keys.
func lister(store caching.Store) (caching.Lister, error) {
	if l, ok := store.(caching.Lister); ok {
		return l, nil
	}
	return nil, errors.New("this store cannot list its keys")
}

func (c *command) cacheInit(o *cacheOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Create the table of a DynamoDB store",
		Long: `init creates the table that --store names, paid by request, and turns its TTL on.
What is there already stays as it is. Nothing else ever creates a table; the
file of a bolt store is made by the first command that writes to it.` + "\n" + cacheExitCodes,
		Example: `  starhost cache init --store dynamodb:panther-kv-store
  starhost cache init --store 'dynamodb:panther-kv-store?region=eu-central-1'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			scheme, where := splitStore(o.store)
			switch {
			case scheme != "dynamodb":
				return fmt.Errorf("--store is %q, want dynamodb:TABLE: other stores need no table", o.store)
			case o.readOnly:
				return errors.New("this command changes the store, which --read-only forbids")
			}
			done, err := dynamodb.Init(cmd.Context(), where)
			if err != nil {
				return interrupted(cmd.Context(), err)
			}
			for _, step := range []struct {
				did         bool
				done, found string
			}{
				{done.Created, "created", "exists already"},
				{done.TTL, "TTL turned on", "TTL is on already"},
			} {
				text := step.found
				if step.did {
					text = step.done
				}
				fmt.Fprintf(c.out, "table %s at %s: %s\n", done.Table, done.Host, text)
			}
			return nil
		},
	}
}
