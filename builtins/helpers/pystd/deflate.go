package pystd

import (
	"compress/flate"
	"io"
)

// newDeflate reads data without a header.
func newDeflate(r io.Reader) io.Reader { return flate.NewReader(r) }
