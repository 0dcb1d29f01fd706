package filelock

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Holder tells in words which process has locked a file, as far as the system
// says.
func Holder(f *os.File) string {
	const unknown = "another process"
	info, err := f.Stat()
	if err != nil {
		return unknown
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	locks, err := os.ReadFile("/proc/locks")
	if !ok || err != nil {
		return unknown
	}
	// 1: FLOCK  ADVISORY  WRITE 1234 fd:01:131078 0 EOF
	inode := fmt.Sprintf(":%d", stat.Ino)
	for line := range strings.Lines(string(locks)) {
		fields := strings.Fields(line)
		if len(fields) >= 6 && fields[1] == "FLOCK" && strings.HasSuffix(fields[5], inode) && fields[4] != "0" {
			return process(fields[4])
		}
	}
	return unknown
}

func process(pid string) string {
	command, err := os.ReadFile("/proc/" + pid + "/cmdline")
	text := strings.TrimSpace(strings.ReplaceAll(string(command), "\x00", " "))
	if err != nil || text == "" {
		return "process " + pid
	}
	const most = 100
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("process %s (%s)", pid, text)
}
