package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/dump"
	"github.com/starhost/starhost/builtins/caching/dynamodb"
)

func (c *command) cacheGet(o *cacheOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get KEY…",
		Short: "Show what is stored under keys",
		Long:  `get shows the items under the keys. It exits with 1 if there is none under one of them.` + "\n" + cacheExitCodes,
		Example: `  starhost cache get --store bolt:state.db my.rule:bob
  starhost cache get --store bolt:state.db my.rule:bob -f json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, keys []string) error {
			if err := checkKeys(keys); err != nil {
				return err
			}
			return c.withStore(cmd.Context(), o, readOnly, func(store caching.Store) error {
				return c.getKeys(cmd.Context(), o, store, keys)
			})
		},
	}
	o.formatFlag(cmd.Flags())
	return cmd
}

func checkKeys(keys []string) error {
	for _, key := range keys {
		if err := caching.CheckKey(key); err != nil {
			return err
		}
	}
	return nil
}

func (c *command) getKeys(ctx context.Context, o *cacheOptions, store caching.Store, keys []string) error {
	var found []dump.Record // nothing is shown if one fails
	for _, key := range keys {
		it, err := store.Get(ctx, key, everTime)
		switch {
		case err != nil:
			return err
		case it.IsZero():
			fmt.Fprintf(c.err, "nothing is stored under %s\n", printable(key))
		default:
			found = append(found, dump.Record{Key: key, Item: it})
		}
	}
	out := bufio.NewWriter(writerUntil{ctx, c.out})
	show := o.itemWriter(out, writeItem)
	for _, r := range found {
		if err := show.item(r.Key, r.Item); err != nil {
			return err
		}
	}
	if err := show.end(); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(found) < len(keys) {
		return &exitError{code: exitFindings}
	}
	return nil
}

func (c *command) cacheLs(o *cacheOptions) *cobra.Command {
	var live bool
	cmd := &cobra.Command{
		Use:   "ls [PREFIX]",
		Short: "List what is stored, in the order of the keys",
		Long: `ls lists the items whose keys begin with PREFIX. Long values are cut: get shows
them. A DynamoDB table is read whole, whatever the prefix.` + "\n" + cacheExitCodes,
		Example: `  starhost cache ls --store bolt:state.db
  starhost cache ls --store bolt:state.db my.rule: --live
  starhost cache ls --store bolt:state.db -f json | jq '.items[].key'`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.withStore(cmd.Context(), o, readOnly, func(store caching.Store) error {
				return c.listKeys(cmd.Context(), o, store, strings.Join(args, ""), live)
			})
		},
	}
	o.formatFlag(cmd.Flags())
	cmd.Flags().BoolVar(&live, "live", false, "leave out what has expired")
	return cmd
}

func (c *command) listKeys(ctx context.Context, o *cacheOptions, store caching.Store, prefix string, live bool) error {
	from, err := lister(store)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(writerUntil{ctx, c.out})
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	show := o.itemWriter(table, writeRow)
	n := 0
	err = from.List(ctx, prefix, func(key string, it caching.Item) error {
		if live && it.Expired(o.now) {
			return nil
		}
		if n == 0 && o.format != "json" {
			fmt.Fprintln(table, "KEY\tCOUNTER\tSTRING SET\tDICTIONARY\tEXPIRES")
		}
		n++
		if n%1000 == 0 {
			table.Flush() // a long table is not kept in memory
		}
		return show.item(key, it)
	})
	if _, ok := errors.AsType[*dynamodb.UnreadableError](err); ok {
		err = &exitError{exitFindings, err} // all others are listed
	} else if err != nil {
		return err
	}
	for _, end := range []func() error{show.end, table.Flush, out.Flush} {
		if ended := end(); ended != nil {
			return ended
		}
	}
	fmt.Fprintln(c.err, plural(n, "item", "items"))
	return err
}

// An itemWriter writes items as text or as one object of JSON.
type itemWriter struct {
	w     io.Writer
	json  bool
	now   int64
	text  func(w io.Writer, key string, it caching.Item, now int64) error
	begun bool
}

func (o *cacheOptions) itemWriter(w io.Writer, text func(io.Writer, string, caching.Item, int64) error) *itemWriter {
	return &itemWriter{w: w, json: o.format == "json", now: o.now, text: text}
}

func (s *itemWriter) item(key string, it caching.Item) error {
	if !s.json {
		return s.text(s.w, key, it, s.now)
	}
	separator := ",\n  "
	if !s.begun {
		s.begun, separator = true, "{\"items\": [\n  "
	}
	record, err := dump.Record{Key: key, Item: it}.MarshalJSON()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.w, "%s%s%s}", separator, strings.TrimSuffix(string(record), "}"), s.more(it))
	return err
}

// more gives what a dump does not have.
func (s *itemWriter) more(it caching.Item) string {
	more, _ := json.Marshal(map[string]any{"expired": it.Expired(s.now)})
	text := "," + strings.Trim(string(more), "{}")
	if left, ok := secondsLeft(it.ExpiresAt, s.now); ok {
		text += fmt.Sprintf(",\"seconds_left\":%d", left)
	}
	return text
}

func (s *itemWriter) end() error {
	if !s.json {
		return nil
	}
	text := "\n]}\n"
	if !s.begun {
		text = "{\"items\": []}\n"
	}
	_, err := io.WriteString(s.w, text)
	return err
}

// writeItem writes all of an item.
func writeItem(w io.Writer, key string, it caching.Item, now int64) error {
	text := fmt.Sprintf("%-11s %s\n", "key", printable(key))
	if !it.Count.IsNone() {
		text += fmt.Sprintf("%-11s %s\n", "counter", it.Count)
	}
	if it.Strings.Len() > 0 {
		text += fmt.Sprintf("%-11s %s\n", "string set", plural(it.Strings.Len(), "string", "strings"))
		for m := range it.Strings.All() {
			text += fmt.Sprintf("%-11s %s\n", "", printable(m))
		}
	}
	if it.Dictionary != "" {
		text += fmt.Sprintf("%-11s %s\n", "dictionary", printable(it.Dictionary))
	}
	text += fmt.Sprintf("%-11s %s\n\n", "expires", expiryText(it.ExpiresAt, now))
	_, err := io.WriteString(w, text)
	return err
}

// writeRow writes an item as a row of a table.
func writeRow(w io.Writer, key string, it caching.Item, now int64) error {
	const most = 40
	count, set, dict := "-", "-", "-"
	if !it.Count.IsNone() {
		count = it.Count.String()
	}
	if it.Strings.Len() > 0 {
		set = plural(it.Strings.Len(), "string", "strings")
	}
	if it.Dictionary != "" {
		dict = cut(printable(it.Dictionary), most)
	}
	left := timeLeft(it.ExpiresAt, now)
	_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", printable(key), count, set, dict, left)
	return err
}
