package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/starhost/starhost/runtime/guard"
)

// limitFlags adds --limit NAME=VALUE.
func limitFlags(flags *pflag.FlagSet, limits *guard.Limits) {
	flags.Var(&limitFlag{limits: limits}, "limit", `limit of each call of a rule's function (repeatable):
steps=N, time=DURATION, depth=N (calls in calls),
bytes=N (longest string), elements=N (longest list),
bits=N (widest integer), heap=BYTES (of the process)`)
}

// limitFlag is the flag --limit.
type limitFlag struct {
	limits *guard.Limits
	given  []string
}

var _ pflag.Value = (*limitFlag)(nil)

func (f *limitFlag) String() string { return strings.Join(f.given, ",") }
func (f *limitFlag) Type() string   { return "NAME=VALUE" }

// Set takes NAME=VALUE, or several with commas between.
func (f *limitFlag) Set(text string) error {
	for one := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(one, "=")
		if !ok {
			return fmt.Errorf("limit is %q, want NAME=VALUE", one)
		}
		if err := setLimit(f.limits, name, value); err != nil {
			return err
		}
		f.given = append(f.given, one)
	}
	return nil
}

func setLimit(l *guard.Limits, name, value string) error {
	if name == "time" {
		d, err := time.ParseDuration(value)
		if err != nil || d <= 0 {
			return fmt.Errorf("limit time is %q, want a duration such as 500ms or 2s", value)
		}
		l.Time = d
		return nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n <= 0 {
		return fmt.Errorf("limit %s is %q, want a positive whole number", name, value)
	}
	switch name {
	case "steps":
		l.Steps = uint64(n)
	case "depth":
		l.Depth = int(n)
	case "bytes":
		l.Bytes = int(n)
	case "elements":
		l.Elements = int(n)
	case "bits":
		l.Bits = int(n)
	case "heap":
		l.Heap = uint64(n)
	default:
		return fmt.Errorf("no limit is named %q, want steps, time, depth, bytes, elements, bits or heap", name)
	}
	return nil
}
