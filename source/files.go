package source

import (
	"context"
	"io"
	"os"

	"github.com/starhost/starhost/event"
)

// DefaultMaxRecord is the longest record, in bytes, unless Files says
// otherwise.
const DefaultMaxRecord = 16 << 20

// Files reads the records of files, one file after the other. The zero value
// reads standard input. One goroutine calls its methods; only Progress may be
// called from others.
type Files struct {
	// Paths are the inputs: files, directories, which are read with all that
	// is below them in lexical order, patterns as of filepath.Glob, and "-"
	// for Stdin. A directory yields the files with the endings of JSON,
	// logs and their compressed forms (.json .jsonl .ndjson .log .gz .zst)
	// that are not hidden. None at all means "-".
	Paths []string

	// LogType goes into every record as it is.
	LogType string

	// Stdin is what "-" reads, os.Stdin if nil. When ctx ends while a read of
	// it waits, Next returns and leaves the read behind: what it still brings
	// is lost. The same holds for files that are no regular ones.
	Stdin io.Reader

	// MaxRecord is the longest record in bytes, 0: DefaultMaxRecord. A longer
	// one is reported with ErrTooLarge. About three times as much is the
	// memory that a reading may need.
	MaxRecord int

	// Bad, if not nil, is given what is no record, in the order of the input
	// and before Next returns what comes after it. Data is the text itself,
	// without the white space at its end; of a record that is too large, its
	// beginning. Line is where it starts; Index is that of the next record,
	// as what is bad is not counted. A Raw without Data tells of an array, such
	// as a comma too many, or of the input as a whole: it cannot be opened
	// (Line is 0), or it breaks off. The function may keep the Raw.
	Bad func(raw event.Raw, err error)

	resolved bool
	todo     []file
	ended    error // what Next returns from now on

	current  event.Raw // what the records of the present input have in common
	input    *input    // nil between inputs
	split    splitter
	decoders decoders
	counters counters
}

// Resolve finds out what the Paths stand for. The error tells of every path
// that is not there and of every directory or pattern without an input. The
// first call of Next does this too; who calls Resolve before can tell wrong
// use from a failure.
func (f *Files) Resolve() error {
	if f.resolved {
		return nil
	}
	paths := f.Paths
	if len(paths) == 0 {
		paths = []string{"-"}
	}
	files, err := resolve(paths)
	if err != nil {
		return err
	}
	f.todo, f.resolved = files, true
	f.counters.expect(files)
	f.split.report = f.report
	if f.split.max = f.MaxRecord; f.split.max <= 0 {
		f.split.max = DefaultMaxRecord
	}
	return nil
}

// Next returns the next record, or io.EOF after the last one. What is wrong
// within an input, or with one of several, goes to Bad and does not end the
// reading. Other errors are those of Resolve and of ctx; after the end of ctx
// nothing more can be read.
//
// The Data of a record stays as it is for good, but shares its memory with its
// neighbours: who keeps a record for long should keep a copy.
func (f *Files) Next(ctx context.Context) (event.Raw, error) {
	if err := f.Resolve(); err != nil {
		return event.Raw{}, err
	}
	for f.ended == nil {
		if err := ctx.Err(); err != nil {
			f.end(err)
			break
		}
		if f.input == nil && !f.open() {
			f.end(io.EOF)
			break
		}
		f.input.ctx = ctx
		data, line, err := f.split.next()
		switch err {
		case nil:
			raw := f.current
			raw.Data, raw.Line = data, line
			f.current.Index++
			f.counters.records.Add(1)
			return raw, nil
		case io.EOF:
			f.closeInput()
		default:
			f.end(err)
		}
	}
	return event.Raw{}, f.ended
}

// Close gives up what is left to read. It is not needed after the end.
func (f *Files) Close() error {
	f.end(os.ErrClosed)
	return nil
}

// end lets go of everything.
func (f *Files) end(err error) {
	f.closeInput()
	f.decoders.close()
	f.split = splitter{}
	f.todo, f.ended = nil, err
	f.counters.source.Store(nil)
}

// open begins the next input that can be opened, and reports those before it
// that cannot. It returns false after the last one.
func (f *Files) open() bool {
	for len(f.todo) > 0 {
		name := f.todo[0].name
		f.todo = f.todo[1:]
		f.counters.source.Store(&name)
		f.counters.files.Add(1)
		f.current = event.Raw{Source: name, LogType: f.LogType}
		in, err := f.openInput(name)
		if err != nil {
			f.report(nil, 0, err)
			continue
		}
		f.input = in
		f.split.reset(readerFunc(f.readText))
		return true
	}
	return false
}

func (f *Files) openInput(name string) (*input, error) {
	in := &input{read: &f.counters.bytes}
	if name == "-" {
		in.r, in.waits = f.Stdin, true
		if f.Stdin == nil {
			in.r = os.Stdin
		}
		return in, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	in.r, in.closer, in.waits = file, file, !info.Mode().IsRegular()
	return in, nil
}

// readText reads the text of the present input. What its compression is shows
// at the first read.
func (f *Files) readText(p []byte) (int, error) {
	if f.input.text == nil {
		text, err := f.decoders.reader(f.input)
		if err != nil {
			return 0, err
		}
		f.input.text = text
	}
	return f.input.text.Read(p)
}

func (f *Files) closeInput() {
	if f.input != nil && f.input.closer != nil {
		f.input.closer.Close()
	}
	f.input = nil
}

// report hands on what is no record.
func (f *Files) report(data []byte, line int, err error) {
	f.counters.bad.Add(1)
	if f.Bad == nil {
		return
	}
	raw := f.current
	raw.Data, raw.Line = data, line
	f.Bad(raw, err)
}

type readerFunc func(p []byte) (int, error)

func (r readerFunc) Read(p []byte) (int, error) { return r(p) }
