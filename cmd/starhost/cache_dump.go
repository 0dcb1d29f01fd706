package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/starhost/starhost/builtins/caching"
	"github.com/starhost/starhost/builtins/caching/bolt"
	"github.com/starhost/starhost/builtins/caching/dump"
)

func (c *command) cacheDump(o *cacheOptions) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "dump [PREFIX]",
		Short: "Write the state as JSON lines, which load reads",
		Long: `dump writes the items whose keys begin with PREFIX as JSON lines, in the order of
the keys: exact, with the times at which they expire, for load into this or any
other store. It also works while an engine has the store open; of a bolt file
that is in use it takes a copy first, so that the dump is of one moment.` + "\n" + cacheExitCodes,
		Example: `  starhost cache dump --store bolt:state.db -o state.jsonl
  starhost cache dump --store bolt:state.db | gzip > state.jsonl.gz
  starhost cache dump --store dynamodb:panther-kv-store | starhost cache load --store bolt:state.db`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output, o.store); err != nil {
				return err
			}
			return c.withStore(cmd.Context(), o, readOnly, func(store caching.Store) error {
				return c.dump(cmd.Context(), store, strings.Join(args, ""), output)
			})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "-", "file to write; it is replaced when the dump is complete")
	return cmd
}

func (c *command) dump(ctx context.Context, store caching.Store, prefix, output string) error {
	from, err := lister(store)
	if err != nil {
		return err
	}
	n := 0
	write := func(w io.Writer) (err error) {
		n, err = dump.Write(ctx, w, from, prefix)
		return err
	}
	if output == "-" {
		err = write(writerUntil{ctx, c.out})
	} else {
		err = replaceFile(ctx, output, write)
	}
	if err != nil {
		return fmt.Errorf("dump: %w", err)
	}
	fmt.Fprintln(c.err, plural(n, "item", "items"))
	return nil
}

// checkOutput refuses to write a dump into the file of the store itself.
func checkOutput(output, store string) error {
	if output == "" {
		return errors.New(`--output is "", want a file, or - for standard output`)
	}
	scheme, where := splitStore(store)
	if scheme != "bolt" || output == "-" {
		return nil
	}
	path, _, err := bolt.ParseSpec(where)
	if err != nil {
		return nil // the store is opened next, which tells
	}
	own, err1 := os.Stat(path)
	to, err2 := os.Stat(output)
	if err1 == nil && err2 == nil && os.SameFile(own, to) {
		return fmt.Errorf("--output %s is the file of the store itself: give another path", output)
	}
	return nil
}

func (c *command) cacheLoad(o *cacheOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "load [FILE…]",
		Short: "Put the items of a dump into a store",
		Long: `load puts the items of dumps into the store: each replaces what is under its key,
and other keys stay as they are. FILE is "-" for standard input, which is the
default. Items that have expired are left out. The files are read whole before
anything is written, so that one that is damaged or cut changes nothing.` + "\n" + cacheExitCodes,
		Example: `  starhost cache load --store bolt:state.db state.jsonl
  zcat state.jsonl.gz | starhost cache load --store dynamodb:panther-kv-store`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				files = []string{"-"}
			}
			records, err := c.readDumps(cmd.Context(), files)
			if err != nil {
				return interrupted(cmd.Context(), err)
			}
			return c.withStore(cmd.Context(), o, readWrite, func(store caching.Store) error {
				return c.load(cmd.Context(), store, records, o.now)
			})
		},
	}
}

// readDumps reads dump files. The last item of a key counts.
func (c *command) readDumps(ctx context.Context, paths []string) ([]dump.Record, error) {
	var records []dump.Record
	for _, path := range paths {
		more, err := c.readDump(ctx, path)
		if err != nil {
			return nil, err
		}
		records = append(records, more...)
	}
	return lastOfEach(records), nil
}

func (c *command) load(ctx context.Context, store caching.Store, records []dump.Record, now int64) error {
	all := len(records)
	records = slices.DeleteFunc(records, func(r dump.Record) bool { return r.Item.Expired(now) })
	err := c.inParallel(ctx, "load", len(records), func(ctx context.Context, i int) error {
		return store.Put(ctx, records[i].Key, now, records[i].Item)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "%s loaded", plural(len(records), "item", "items"))
	if expired := all - len(records); expired > 0 {
		fmt.Fprintf(c.err, ", %d left out that have expired", expired)
	}
	fmt.Fprintln(c.err)
	return nil
}

// readDump reads a dump file.
func (c *command) readDump(ctx context.Context, path string) ([]dump.Record, error) {
	if path == "-" {
		return readRecords(ctx, path, c.in)
	}
	f, err := waitFor(ctx, func() (*os.File, error) { return os.Open(path) })
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readRecords(ctx, path, f)
}

// readRecords reads a dump. Errors name it.
func readRecords(ctx context.Context, name string, in io.Reader) (records []dump.Record, err error) {
	for r, err := range dump.Read(readerUntil{ctx, in}) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		records = append(records, r)
	}
	return records, nil
}

// lastOfEach sorts records by their keys and keeps the last one of each key.
func lastOfEach(records []dump.Record) []dump.Record {
	slices.Reverse(records)
	slices.SortStableFunc(records, func(a, b dump.Record) int { return strings.Compare(a.Key, b.Key) })
	return slices.CompactFunc(records, func(a, b dump.Record) bool { return a.Key == b.Key })
}

func (c *command) cacheDiff(o *cacheOptions) *cobra.Command {
	var prefix string
	cmd := &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Compare two stores, or dumps of them",
		Long: `diff tells in which items two states differ. Each is a store, named as by --store,
or the file of a dump. Items that have expired count as absent. It exits with 1
if there is a difference.` + "\n" + cacheExitCodes,
		Example: `  starhost cache diff yesterday.jsonl bolt:state.db
  starhost cache diff dynamodb:panther-kv-store bolt:state.db --prefix my.rule:`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(); err != nil {
				return err
			}
			if given := c.configured.origins["store"]; given != nil && given.from == "flag" {
				return errors.New("diff compares the two stores or dumps that are its arguments: leave --store out")
			}
			return interrupted(cmd.Context(), c.diff(cmd.Context(), o, args, prefix))
		},
	}
	o.formatFlag(cmd.Flags())
	cmd.Flags().StringVar(&prefix, "prefix", "", "compare only keys that begin so")
	return cmd
}

// diff compares two states and writes their differences.
func (c *command) diff(ctx context.Context, o *cacheOptions, names []string, prefix string) error {
	var sides [2]caching.Lister
	for i, name := range names {
		side, closeSide, err := c.openSide(ctx, name)
		if err != nil {
			return err
		}
		defer closeSide()
		sides[i] = live{side, o.now}
	}
	out := bufio.NewWriter(writerUntil{ctx, c.out})
	n := 0
	for change, err := range dump.Diff(dump.Items(ctx, sides[0], prefix), dump.Items(ctx, sides[1], prefix)) {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		if err := writeChange(out, o.format == "json", n == 0, change); err != nil {
			return err
		}
		n++
	}
	if o.format == "json" {
		end := "\n]}\n"
		if n == 0 {
			end = "{\"changes\": []}\n"
		}
		out.WriteString(end)
	}
	fmt.Fprintln(c.err, plural(n, "difference", "differences"))
	if err := out.Flush(); err != nil || n == 0 {
		return err
	}
	return &exitError{code: exitFindings}
}

// openSide opens a store for reading, or reads a dump.
func (c *command) openSide(ctx context.Context, name string) (caching.Lister, func() error, error) {
	records, ok, err := c.readSide(ctx, name)
	if ok || err != nil {
		return dumped(lastOfEach(records)), func() error { return nil }, err
	}
	store, closeStore, err := c.openStore(ctx, name, readOnly)
	if err != nil {
		return nil, nil, err
	}
	side, err := lister(store)
	return side, closeStore, err
}

// readSide reads a dump, if it is one: a pipe is, and a file that begins as JSON.
func (c *command) readSide(ctx context.Context, name string) (records []dump.Record, ok bool, err error) {
	if name == "-" {
		records, err := c.readDump(ctx, name)
		return records, true, err
	}
	f, err := waitFor(ctx, func() (*os.File, error) { return os.Open(name) })
	if err != nil {
		return nil, false, ctx.Err() // it is no file: the name of a store, or mistyped
	}
	defer f.Close()
	in := bufio.NewReader(f)
	info, err := f.Stat()
	if err != nil || info.IsDir() || info.Mode().IsRegular() && !beginsAsJSON(in) {
		return nil, false, err
	}
	records, err = readRecords(ctx, name, in)
	return records, true, err
}

// beginsAsJSON tells whether a text begins as an object of JSON.
func beginsAsJSON(text *bufio.Reader) bool {
	begin, _ := text.Peek(text.Size())
	return bytes.HasPrefix(bytes.TrimSpace(begin), []byte("{"))
}

// dumped are the records of a dump in the order of their keys.
type dumped []dump.Record

// List implements caching.Lister.
func (l dumped) List(_ context.Context, prefix string, each func(key string, item caching.Item) error) error {
	for _, r := range l {
		if !strings.HasPrefix(r.Key, prefix) {
			continue
		}
		if err := each(r.Key, r.Item); err != nil {
			return err
		}
	}
	return nil
}

// live lists what has not expired.
type live struct {
	of  caching.Lister
	now int64
}

// List implements caching.Lister.
func (l live) List(ctx context.Context, prefix string, each func(key string, item caching.Item) error) error {
	return l.of.List(ctx, prefix, func(key string, item caching.Item) error {
		if item.Expired(l.now) {
			return nil
		}
		return each(key, item)
	})
}

// writeChange writes a difference: as the lines of the dumps that differ, or
// as an element of a JSON array.
func writeChange(w io.Writer, asJSON, first bool, change dump.Change) error {
	line := func(it caching.Item) (string, error) {
		if it.IsZero() {
			return "null", nil
		}
		b, err := dump.Record{Key: change.Key, Item: it}.MarshalJSON()
		return string(b), err
	}
	before, err := line(change.Old)
	if err != nil {
		return err
	}
	after, err := line(change.New)
	if err != nil {
		return err
	}
	if asJSON {
		separator := ",\n  "
		if first {
			separator = "{\"changes\": [\n  "
		}
		_, err = fmt.Fprintf(w, "%s{\"before\":%s,\"after\":%s}", separator, before, after)
		return err
	}
	for _, side := range []struct{ sign, line string }{{"-", before}, {"+", after}} {
		if side.line != "null" {
			if _, err := fmt.Fprintln(w, side.sign, side.line); err != nil {
				return err
			}
		}
	}
	return nil
}
