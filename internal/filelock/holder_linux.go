package filelock

import (
	"cmp"
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
	if pid := holderIn(string(locks), uint64(stat.Dev), stat.Ino); pid != "" {
		return process(pid)
	}
	return unknown
}

// holderIn finds in the text of /proc/locks which process has locked a file, ""
// if none has or it is not clear. Some file systems, such as btrfs, have there
// another device than stat tells: then the inode must do, if only one device
// has locks on such a one.
func holderIn(locks string, device, inode uint64) (pid string) {
	// 1: FLOCK  ADVISORY  WRITE 1234 fd:01:131078 0 EOF
	major, minor := device>>8&0xfff|device>>32&^0xfff, device&0xff|device>>12&0xffffff00
	own, other := fmt.Sprintf("%02x:%02x:%d", major, minor, inode), ""
	suffix := fmt.Sprintf(":%d", inode)
	for line := range strings.Lines(locks) {
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[1] != "FLOCK" || !strings.HasSuffix(fields[5], suffix) || fields[4] == "0" {
			continue
		}
		switch fields[5] {
		case own:
			return fields[4]
		case other:
		default:
			if pid = fields[4]; other != "" {
				pid = ""
			}
			other = cmp.Or(other, fields[5])
		}
	}
	return pid
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
