package dump

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/starhost/starhost/builtins/caching"
)

// Write writes the items whose keys begin with prefix, and returns how many
// they are. Items without any attribute, which a table can have, are left out:
// they are the same as none. After an error the dump has no last line, by which
// Read sees that it is cut; it may then be empty.
func Write(ctx context.Context, w io.Writer, from caching.Lister, prefix string) (n int, err error) {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "{\"starhost_dump\":%d}\n", version)
	err = from.List(ctx, prefix, func(key string, item caching.Item) error {
		if item.IsZero() {
			return nil
		}
		b, err := marshal(Record{key, item})
		if err != nil {
			return err
		}
		out.Write(b)
		n++
		return out.WriteByte('\n')
	})
	if err != nil {
		return n, err
	}
	fmt.Fprintf(out, "{\"starhost_dump_end\":%d}\n", n)
	return n, out.Flush()
}

// mostLine bounds a line: an item of 400 KB of which each byte is escaped.
const mostLine = 8 * caching.MaxItem

// Read yields the records of a dump, or of several one after the other. What
// is wrong is an error with its line, and the end; so is a dump that is cut,
// which is seen only after its records were yielded.
func Read(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		from := &source{r: r}
		lines := bufio.NewScanner(from)
		lines.Buffer(nil, mostLine)
		lines.Split(func(data []byte, end bool) (int, []byte, error) {
			return bufio.ScanLines(data, end && from.err == nil) // no part of a line before an error
		})
		var d progress
		n := 0
		for lines.Scan() {
			n++
			text := bytes.TrimSpace(lines.Bytes())
			if len(text) == 0 {
				continue
			}
			record, err := d.line(text)
			if err != nil {
				yield(Record{}, fmt.Errorf("line %d: %w", n, err))
				return
			}
			if !record.Item.IsZero() && !yield(record, nil) {
				return
			}
		}
		err := lines.Err()
		if err == nil {
			err = d.end()
		}
		if err != nil {
			yield(Record{}, fmt.Errorf("line %d: %w", n+1, err))
		}
	}
}

// A source remembers why reading failed.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// progress is how far dumps are read.
type progress struct {
	begun   bool // there was a first line
	version int  // of the dump that is being read, 0 between two
	items   int  // lines of it
}

// line takes the next line. The record is zero for lines that are no item, and
// has a zero Item if the line says nothing but a key.
func (d *progress) line(text []byte) (Record, error) {
	l, err := parse(text)
	switch {
	case !d.begun && l.Version == nil:
		return Record{}, errors.New(`this is no dump of starhost, which begins with {"starhost_dump":2}`)
	case l.Version != nil:
		return Record{}, cmp.Or(d.begin(*l.Version), err, l.alone()) // a newer one may have more fields
	case err != nil:
		return Record{}, err
	case d.version == 0:
		return Record{}, errors.New("this comes after the end of the dump")
	case l.End != nil && *l.End != d.items:
		return Record{}, fmt.Errorf("the dump is cut: it has %d items of %d: make it anew", d.items, *l.End)
	case l.End != nil:
		d.version = 0
		return Record{}, l.alone()
	}
	d.items++
	return l.record()
}

// alone tells whether the line has nothing but its one field.
func (l line) alone() error {
	if l.fields > 1 {
		return errors.New("the first and the last line of a dump have one field each: nothing else may be there")
	}
	return nil
}

func (d *progress) begin(v int) error {
	if err := d.end(); err != nil && d.begun {
		return err
	}
	if v < 1 || v > version {
		return fmt.Errorf("the dump has version %d, want at most %d: use a newer starhost", v, version)
	}
	d.begun, d.version, d.items = true, v, 0
	return nil
}

// end tells whether the dump may end here. Those of version 1 have no last
// line.
func (d *progress) end() error {
	switch {
	case !d.begun:
		return errors.New("it is empty: a dump begins with a line that says so, even if it has no items")
	case d.version > 1:
		return fmt.Errorf("the dump is cut: it ends after %d items, without its last line: make it anew", d.items)
	}
	return nil
}

// Items yields what a store lists, in the order of the keys.
func Items(ctx context.Context, from caching.Lister, prefix string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		stop := errors.New("stop")
		err := from.List(ctx, prefix, func(key string, item caching.Item) error {
			if !yield(Record{key, item}, nil) {
				return stop
			}
			return nil
		})
		if err != nil && err != stop {
			yield(Record{}, err)
		}
	}
}
