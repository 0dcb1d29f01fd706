package bolt

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Sync says when what is written reaches the disk. Whatever it is, a process
// that is killed loses nothing that was acknowledged: the system has it.
type Sync string

const (
	// SyncAlways syncs before it acknowledges: nothing acknowledged is lost
	// when the power is. It is the default.
	SyncAlways Sync = "always"

	// SyncInterval acknowledges what is written and syncs from time to time.
	SyncInterval Sync = "interval"

	// SyncOff leaves it to the system, and syncs when the store is closed.
	SyncOff Sync = "off"
)

// Options say how a file is opened. The zero value is for reading and writing,
// with SyncAlways.
type Options struct {
	Sync Sync // "" is SyncAlways

	// Every is the time between two syncs of SyncInterval; 0 is a second.
	Every time.Duration

	// ReadOnly opens a file that exists and refuses to write. Several
	// processes can so have it open, if none writes.
	ReadOnly bool

	// NoSweep keeps what has expired: for who writes at a time that is not
	// the items' own, such as today into the state of last year's events.
	NoSweep bool
}

// ParseSpec reads a path with options, as users write it:
// "PATH[?sync=always|interval|off[&every=DURATION]]".
func ParseSpec(spec string) (path string, o Options, err error) {
	path, query, _ := strings.Cut(spec, "?")
	if path == "" {
		return "", o, fmt.Errorf("a bolt store needs the path of its file, such as bolt:state.db")
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", o, fmt.Errorf("bolt store %s: %w", path, err)
	}
	for name := range values {
		switch value := values.Get(name); name {
		case "sync":
			o.Sync = Sync(value)
		case "every":
			if o.Every, err = time.ParseDuration(value); err != nil || o.Every <= 0 {
				return "", o, fmt.Errorf("bolt store %s: every is %q, want a duration such as 500ms", path, value)
			}
		default:
			return "", o, fmt.Errorf("bolt store %s: there is no option %q (there are sync and every)", path, name)
		}
	}
	return path, o, o.check(path)
}

func (o Options) check(path string) error {
	switch o.Sync {
	case "", SyncAlways, SyncOff:
		if o.Every != 0 {
			return fmt.Errorf("bolt store %s: every is for sync=interval only", path)
		}
	case SyncInterval:
	default:
		return fmt.Errorf("bolt store %s: sync is %q, want always, interval or off", path, o.Sync)
	}
	return nil
}

// always tells whether each transaction is synced.
func (o Options) always() bool { return o.Sync == "" || o.Sync == SyncAlways }
