package source

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// headLen is how much of the start of a file tells it from others.
const headLen = 1 << 10

// A mark is a place in a file, after what is done.
type mark struct {
	offset  int64
	line    int  // lines before it
	records int  // records before it
	skip    bool // it is within a line of which the rest is dropped
	head    head
}

// A head is the start of a file: at most headLen bytes, and none that lie
// after the mark. It is kept as a hash, as logs hold secrets.
type head struct {
	n   int
	sum string
}

// errChanged says of a file that it does not start as it did.
var errChanged = errors.New("the file starts differently")

// grow checks that a file starts as the head says, and returns the head for an
// offset that is not before the present one.
func (h head) grow(file io.ReaderAt, offset int64) (head, error) {
	buf := make([]byte, min(headLen, max(offset, int64(h.n))))
	n, err := file.ReadAt(buf, 0)
	if n < len(buf) {
		if err == io.EOF {
			err = errChanged
		}
		return h, err
	}
	if h.n > 0 && sumOf(buf[:h.n]) != h.sum {
		return h, errChanged
	}
	if n == h.n {
		return h, nil
	}
	return head{n, sumOf(buf)}, nil
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// An entry is what the checkpoint file says of a file.
type entry struct {
	Path     string    `json:"path"` // as it was followed
	Name     string    `json:"name"` // the log's own name, links resolved
	Device   uint64    `json:"device"`
	Inode    uint64    `json:"inode"`
	Head     int       `json:"head"` // the bytes that Sum is of
	Sum      string    `json:"sum,omitempty"`
	Offset   int64     `json:"offset"`
	Lines    int       `json:"lines"`
	Records  int       `json:"records"`
	Within   bool      `json:"within,omitempty"` // a line that is skipped
	Modified time.Time `json:"modified"`         // the file, when it was last looked at
	Done     bool      `json:"done,omitempty"`   // it was read to its end after it was moved away
	Seen     time.Time `json:"seen"`
}

func (e *entry) mark() mark {
	return mark{offset: e.Offset, line: e.Lines, records: e.Records, skip: e.Within, head: head{e.Head, e.Sum}}
}

// valid reports whether an entry can have been written by starhost.
func (e *entry) valid() bool {
	return e.Path != "" && e.Offset >= 0 && e.Lines >= 0 && e.Records >= 0 &&
		e.Head >= 0 && e.Head <= headLen && int64(e.Head) <= e.Offset
}

// tells reports whether a file is the one that the entry tells of. A device
// may have another number after the machine was started anew.
func (e *entry) tells(file io.ReaderAt, id inode) bool {
	if e.Inode != id.number || e.Device != id.device && e.Head == 0 {
		return false
	}
	_, err := e.mark().head.grow(file, 0)
	return err == nil
}

// checkpoints are what the checkpoint file holds.
type checkpoints struct {
	Paths []string `json:"paths"` // what was followed
	Files []entry  `json:"files"` // those of one path: the older first
}

// sealed is the checkpoint file.
type sealed struct {
	Version int             `json:"version"`
	Sum     string          `json:"sum"` // of Data, as it is
	Data    json.RawMessage `json:"data"`
}

const checkpointVersion = 1

// loadCheckpoints reads a checkpoint file; one that is not there is empty.
func loadCheckpoints(name string) (checkpoints, error) {
	var c checkpoints
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		c, err = parseCheckpoints(text)
	}
	if err != nil {
		return c, fmt.Errorf("read checkpoints %s: %w; put back a copy of the file, or remove it to read all files again from where reading is told to start", name, err)
	}
	return c, nil
}

func parseCheckpoints(text []byte) (c checkpoints, err error) {
	var s sealed
	if err := json.Unmarshal(text, &s); err != nil {
		return c, fmt.Errorf("damaged: %w", err)
	}
	if s.Version != checkpointVersion {
		return c, fmt.Errorf("version %d, want %d: written by another starhost", s.Version, checkpointVersion)
	}
	if sumOf(s.Data) != s.Sum {
		return c, errors.New("damaged: wrong checksum")
	}
	if err := json.Unmarshal(s.Data, &c); err != nil {
		return c, fmt.Errorf("damaged: %w", err)
	}
	for i := range c.Files {
		if !c.Files[i].valid() {
			return checkpoints{}, fmt.Errorf("damaged: impossible values for %q", c.Files[i].Path)
		}
	}
	return c, nil
}

func (c checkpoints) encode() ([]byte, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(sealed{checkpointVersion, sumOf(data), data})
	return append(text, '\n'), err
}

// save writes the checkpoint file so that it is there as it was or as it is
// now, whatever happens.
func (c checkpoints) save(name string) error {
	text, err := c.encode()
	if err == nil {
		err = replace(name, text)
	}
	if err != nil {
		return fmt.Errorf("write checkpoints %s: %w", name, err)
	}
	return nil
}

func replace(name string, text []byte) error {
	tmp, err := os.OpenFile(name+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
