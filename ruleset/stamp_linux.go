package ruleset

import (
	"io/fs"
	"syscall"
	"time"
)

// stampOf gives what changes with every change of a file.
func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), changed: info.ModTime()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		s.dev, s.ino, s.exact = uint64(st.Dev), st.Ino, true
		s.modified = info.ModTime()
		s.changed = time.Unix(st.Ctim.Unix())
	}
	return s
}
