package source

import "sync/atomic"

// Progress says how far the reading of Files has come.
type Progress struct {
	// Source is the input being read, "" before the first and after the last.
	Source string

	// Files counts the inputs that have been begun, of FilesTotal.
	Files, FilesTotal int

	// Bytes counts the bytes read, as they are stored, that is compressed.
	// BytesTotal is how many there are, 0 if an input cannot tell.
	Bytes, BytesTotal int64

	// Records counts the records returned, Bad what was reported instead.
	Records, Bad int64
}

// counters are what Progress is told from.
type counters struct {
	source            atomic.Pointer[string]
	files, filesTotal atomic.Int64
	bytes, bytesTotal atomic.Int64
	records, bad      atomic.Int64
}

// Progress returns how far the reading has come. It may be called at any time
// from any goroutine.
func (f *Files) Progress() Progress {
	c := &f.counters
	p := Progress{
		Files: int(c.files.Load()), FilesTotal: int(c.filesTotal.Load()),
		Bytes: c.bytes.Load(), BytesTotal: c.bytesTotal.Load(),
		Records: c.records.Load(), Bad: c.bad.Load(),
	}
	if s := c.source.Load(); s != nil {
		p.Source = *s
	}
	return p
}

// expect notes what is to be read.
func (c *counters) expect(files []file) {
	total := int64(0)
	for _, file := range files {
		if file.size < 0 {
			total = 0
			break
		}
		total += file.size
	}
	c.filesTotal.Store(int64(len(files)))
	c.bytesTotal.Store(total)
}
