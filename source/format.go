package source

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// magicLen is the length of the longest mark by which a format is told.
const magicLen = 6

var (
	gzipMagic     = []byte("\x1f\x8b")
	zstdMagic     = []byte("\x28\xb5\x2f\xfd")
	byteOrderMark = []byte("\xef\xbb\xbf")
)

// strangers are the formats that are likely to be found where logs are, and
// are not read.
var strangers = []struct{ magic, name string }{
	{"\xff\xfe", "UTF-16 text"},
	{"\xfe\xff", "UTF-16 text"},
	{"\x1f\x8b", "compressed twice"},
	{"\x28\xb5\x2f\xfd", "compressed twice"},
	{"PK\x03\x04", "a zip archive"},
	{"BZh", "bzip2"},
	{"\xfd7zXZ\x00", "xz"},
	{"PAR1", "Parquet"},
	{"Obj\x01", "Avro"},
}

// refuse returns an error for a text that starts like a format that is not
// read.
func refuse(head []byte) error {
	name := ""
	for _, f := range strangers {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			name = f.name
		}
	}
	if name == "" && len(head) > 1 && (head[0] == 0) != (head[1] == 0) {
		name = "UTF-16 text"
	}
	if name == "" {
		return nil
	}
	return fmt.Errorf("not JSON: the input is %s; starhost reads JSON in UTF-8, plain or compressed with gzip or zstd", name)
}

// maxZstdWindow is the memory that a zstd frame may ask for, what zstd --ultra
// -22 needs. Frames written with --long=28 and above are refused.
const maxZstdWindow = 128 << 20

// decoders are the decompressors, which serve one input after the other.
type decoders struct {
	in   *bufio.Reader
	gzip *gzip.Reader
	zstd *zstd.Decoder

	// format is how the present input is compressed, "" if it is not.
	format string

	// window is the most memory that a zstd frame may ask for, 0:
	// maxZstdWindow. It must not change after the first frame.
	window uint64
}

// reader returns the text of r, decompressed if it starts like gzip or zstd.
func (d *decoders) reader(r io.Reader) (io.Reader, error) {
	if d.in == nil {
		d.in = bufio.NewReaderSize(r, 64<<10)
	} else {
		d.in.Reset(r)
	}
	d.format = d.compression()
	switch d.format {
	case "gzip":
		return d.gunzip()
	case "zstd":
		return d.unzstd()
	}
	return d.in, nil
}

// compression tells how the input is compressed, "" if it is not.
func (d *decoders) compression() string {
	head, err := d.in.Peek(len(gzipMagic))
	switch {
	case err == nil && bytes.Equal(head, gzipMagic):
		return "gzip"
	case err == nil && bytes.HasPrefix(zstdMagic, head), isSkippable(head):
		if head, _ = d.in.Peek(len(zstdMagic)); bytes.Equal(head, zstdMagic) || isSkippable(head) {
			return "zstd"
		}
	}
	return ""
}

// isSkippable reports whether a text starts, as far as it goes, like a zstd
// frame that holds something other than data; some tools write one first.
func isSkippable(head []byte) bool {
	return len(head) > 1 && head[0]&0xf0 == 0x50 && bytes.HasPrefix([]byte("\x2a\x4d\x18"), head[1:])
}

func (d *decoders) gunzip() (r io.Reader, err error) {
	if d.gzip == nil {
		d.gzip, err = gzip.NewReader(d.in)
	} else {
		err = d.gzip.Reset(d.in)
	}
	if err != nil {
		return nil, fmt.Errorf("read gzip: %w", err)
	}
	return named{d.gzip, "gzip"}, nil
}

func (d *decoders) unzstd() (r io.Reader, err error) {
	if d.zstd == nil {
		window := d.window
		if window == 0 {
			window = maxZstdWindow
		}
		// One goroutine, the caller's.
		d.zstd, err = zstd.NewReader(d.in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	} else {
		err = d.zstd.Reset(d.in)
	}
	if err != nil {
		return nil, fmt.Errorf("read zstd: %w", err)
	}
	return named{d.zstd, "zstd"}, nil
}

// close releases the memory of the decompressors.
func (d *decoders) close() {
	if d.zstd != nil {
		d.zstd.Close()
	}
	*d = decoders{}
}

// named is a reader whose errors say what was read.
type named struct {
	io.Reader
	format string
}

func (r named) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read %s: %w", r.format, err)
	}
	return n, err
}
