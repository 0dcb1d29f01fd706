package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
	"github.com/starhost/starhost/builtins/helpers/pyjson"
)

// setOptions are the flags of cache set.
type setOptions struct {
	counter    string
	strings    []string
	dictionary string
	ttl        string

	given func(flag string) bool // tells an empty value from none
}

func (c *command) cacheSet(o *cacheOptions) *cobra.Command {
	var set setOptions
	cmd := &cobra.Command{
		Use:   "set KEY",
		Short: "Store an item under a key, or set when it expires",
		Long: `set replaces the item under the key by one with the values that are given, as the
put functions do. Without a value, and with --ttl, it only sets when the item
expires, which must be there and not have expired. An item lives for 90 days
unless --ttl says something else, as those do that rules make.` + "\n" + cacheExitCodes,
		Example: `  starhost cache set --store bolt:state.db my.rule:bob --counter 5 --ttl 1h
  starhost cache set --store bolt:state.db my.rule:ips --string 10.0.0.1 --string 10.0.0.2 --ttl never
  starhost cache set --store bolt:state.db my.rule:seen --dictionary '{"a": 1}'
  starhost cache set --store bolt:state.db my.rule:bob --ttl 0s`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set.given = cmd.Flags().Changed
			if err := o.check(); err != nil {
				return err
			}
			it, expireOnly, err := set.item(args[0], o.now)
			if err != nil {
				return err
			}
			with := c.withStore
			if expireOnly {
				with = c.withStoreThere
			}
			return with(cmd.Context(), o, readWrite, func(store caching.Store) error {
				if expireOnly {
					return expire(cmd.Context(), store, args[0], o.now, it.ExpiresAt)
				}
				return store.Put(cmd.Context(), args[0], o.now, it)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&set.counter, "counter", "", "value of the counter")
	flags.StringArrayVar(&set.strings, "string", nil, "member of the string set (repeatable)")
	flags.StringVar(&set.dictionary, "dictionary", "", "the dictionary: an object in JSON")
	flags.StringVar(&set.ttl, "ttl", "", `when the item expires: a duration such as 90s, 24h or 90d, a time such as 2026-01-01T00:00:00Z, or "never" (default 90d)`)
	return cmd
}

// item gives the item that the flags say. expireOnly tells that it has no values:
// it only says when the one that is stored expires.
func (s *setOptions) item(key string, now int64) (it caching.Item, expireOnly bool, err error) {
	if err := caching.CheckKey(key); err != nil {
		return it, false, err
	}
	if it, err = s.values(); err != nil {
		return it, false, err
	}
	expireOnly = it.IsZero()
	if it.ExpiresAt, err = s.expiry(now); err != nil {
		return it, false, err
	}
	switch {
	case expireOnly && !s.given("ttl"):
		return it, false, errors.New("what to store? Give --counter, --string, --dictionary or --ttl")
	case expireOnly && it.ExpiresAt.IsNone():
		return it, false, errors.New("--ttl never needs a value as well: an expiry can be set, but not removed alone")
	}
	return it, expireOnly, it.CheckSize(key)
}

// expire sets when an item expires. That of one that is not there, or has
// expired, would be all that is stored then.
func expire(ctx context.Context, store caching.Store, key string, now int64, at caching.Number) error {
	it, err := store.Get(ctx, key, everTime)
	switch {
	case err != nil:
		return err
	case it.IsZero():
		return &exitError{exitFindings, fmt.Errorf("nothing is stored under %s that could expire: give a value as well", printable(key))}
	case it.Expired(now):
		return &exitError{exitFindings, fmt.Errorf("the item under %s has expired already (%s), and rules do not see its values: give them as well to store it anew", printable(key), expiryText(it.ExpiresAt, now))}
	}
	seconds, _ := at.Int64()
	return store.Expire(ctx, key, now, seconds)
}

// values gives the item with the values of the flags.
func (s *setOptions) values() (it caching.Item, err error) {
	if s.given("counter") {
		if it.Count, err = caching.ParseNumber(s.counter); err != nil {
			return it, fmt.Errorf("--counter is %q: %w", s.counter, err)
		}
	}
	it.Strings = caching.NewStringSet(s.strings...)
	if s.given("dictionary") {
		if _, err := pyjson.Loads(s.dictionary); err != nil || !strings.HasPrefix(strings.TrimSpace(s.dictionary), "{") {
			return it, fmt.Errorf("--dictionary is no object in JSON: %.100s", s.dictionary)
		}
		it.Dictionary = s.dictionary
	}
	return it, nil
}

const defaultTTL = 90 * 24 * time.Hour

// expiry gives the time that --ttl says.
func (s *setOptions) expiry(now int64) (caching.Number, error) {
	switch s.ttl {
	case "never":
		return caching.Number{}, nil
	case "":
		if s.given("ttl") {
			break
		}
		return caching.Int(now + int64(defaultTTL.Seconds())), nil
	}
	if at, err := time.Parse(time.RFC3339Nano, s.ttl); err == nil {
		return caching.Int(at.Unix()), nil
	}
	seconds, err := ttlSeconds(s.ttl)
	if err != nil {
		return caching.Number{}, fmt.Errorf(`--ttl is %q, want a duration such as 90s, 24h or 90d, a time such as 2026-01-01T00:00:00Z, or "never"`, s.ttl)
	}
	return caching.Int(now + seconds), nil
}

// ttlSeconds reads a duration, or a number of days such as "90d" or "0.5d".
func ttlSeconds(text string) (int64, error) {
	days, ok := strings.CutSuffix(text, "d")
	if !ok {
		d, err := time.ParseDuration(text)
		return int64(d / time.Second), err
	}
	if strings.Trim(days, "+-.0123456789") != "" {
		return 0, errors.New("no number of days")
	}
	hours, err := time.ParseDuration(days + "h")
	whole, rest := hours/time.Second, hours%time.Second // of an hour for each day
	return int64(24*whole + 24*rest/time.Second), err
}

func (c *command) cacheRm(o *cacheOptions) *cobra.Command {
	var prefix string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "rm KEY…",
		Short: "Remove items",
		Long: `rm removes the items under the keys, or all whose keys begin with --prefix, and
says how many there were. It exits with 1 if there is none under one of the keys.` + "\n" + cacheExitCodes,
		Example: `  starhost cache rm --store bolt:state.db my.rule:bob
  starhost cache rm --store bolt:state.db --prefix my.rule: --dry-run`,
		RunE: func(cmd *cobra.Command, keys []string) error {
			if (len(keys) == 0) == (prefix == "") {
				return errors.New("what to remove? Give keys, or --prefix")
			}
			if err := checkKeys(keys); err != nil {
				return err
			}
			use := readWrite
			if dryRun {
				use = readOnly
			}
			return c.withStoreThere(cmd.Context(), o, use, func(store caching.Store) error {
				return c.remove(cmd.Context(), store, keys, prefix, dryRun)
			})
		},
	}
	cmd.Flags().StringVar(&prefix, "prefix", "", "remove all items whose keys begin so")
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "tell what would be removed, and remove nothing")
	return cmd
}

func (c *command) remove(ctx context.Context, store caching.Store, keys []string, prefix string, dryRun bool) error {
	deleter, ok := store.(caching.Deleter)
	if !ok {
		return errors.New("this store cannot remove items")
	}
	present := keys
	var err error
	if prefix != "" {
		keys, err = listedKeys(ctx, store, prefix)
		present = keys
	} else {
		keys = unique(keys)
		present, err = c.presentKeys(ctx, store, keys)
	}
	if err != nil {
		return err
	}
	verb := "removed"
	if dryRun {
		verb = "to remove"
		for _, key := range present {
			if _, err := fmt.Fprintln(c.out, printable(key)); err != nil {
				return err
			}
		}
	} else {
		// Also those that seem to be absent: a table can have items that hold nothing.
		err := c.inParallel(ctx, "remove", len(keys), func(ctx context.Context, i int) error { return deleter.Delete(ctx, keys[i]) })
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(c.err, "%s %s\n", plural(len(present), "item", "items"), verb)
	if len(present) < len(keys) {
		return &exitError{code: exitFindings}
	}
	return nil
}

// listedKeys returns the keys that begin with prefix.
func listedKeys(ctx context.Context, store caching.Store, prefix string) (keys []string, err error) {
	from, err := lister(store)
	if err != nil {
		return nil, err
	}
	err = from.List(ctx, prefix, func(key string, _ caching.Item) error {
		keys = append(keys, key)
		return nil
	})
	if unreadable, ok := errors.AsType[*dynamodb.UnreadableError](err); ok {
		return append(keys, unreadable.Keys...), nil // removing does not read
	}
	return keys, err
}

// unique leaves out keys that were there before.
func unique(keys []string) []string {
	seen := make(map[string]bool)
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		defer func() { seen[key] = true }()
		return seen[key]
	})
}

// presentKeys returns those of the keys under which something is stored, and
// tells of the others. What is stored may be something that cannot be read.
func (c *command) presentKeys(ctx context.Context, store caching.Store, keys []string) (present []string, err error) {
	for _, key := range keys {
		it, err := store.Get(ctx, key, everTime)
		_, unreadable := errors.AsType[*caching.InvalidError](err)
		switch {
		case err != nil && !unreadable:
			return nil, err
		case err == nil && it.IsZero():
			fmt.Fprintf(c.err, "nothing is stored under %s\n", printable(key))
		default:
			present = append(present, key)
		}
	}
	return present, nil
}
