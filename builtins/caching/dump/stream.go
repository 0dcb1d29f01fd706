package dump

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/starhost/starhost/builtins/caching"
)

// Write writes the items whose keys begin with prefix, and returns how many
// they are.
func Write(ctx context.Context, w io.Writer, from caching.Lister, prefix string) (n int, err error) {
	out := bufio.NewWriter(w)
	out.WriteString(header)
	err = from.List(ctx, prefix, func(key string, item caching.Item) error {
		b, err := marshal(Record{key, item})
		if err != nil {
			return err
		}
		out.Write(b)
		n++
		return out.WriteByte('\n')
	})
	return n, errors.Join(err, out.Flush())
}

// mostLine bounds a line: an item of 400 KB of which each byte is escaped.
const mostLine = 8 * caching.MaxItem

// Read yields the records of a dump, or of several one after the other. What
// is wrong is an error with its line, and the end.
func Read(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, mostLine)
		n, begun := 0, false
		for lines.Scan() {
			n++
			text := bytes.TrimSpace(lines.Bytes())
			if len(text) == 0 {
				continue
			}
			record, first, err := parse(text)
			if !begun && !first {
				if err == nil || !bytes.Contains(text, []byte("starhost_dump")) {
					err = errors.New(`this is no dump of starhost, which begins with {"starhost_dump":1}`)
				}
			}
			begun = begun || first
			if err != nil {
				yield(Record{}, fmt.Errorf("line %d: %w", n, err))
				return
			}
			if !first && !yield(record, nil) {
				return
			}
		}
		err := lines.Err()
		if err == nil && !begun {
			err = errors.New("it is empty: a dump begins with a line that says so, even if it has no items")
		}
		if err != nil {
			yield(Record{}, fmt.Errorf("line %d: %w", n+1, err))
		}
	}
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
