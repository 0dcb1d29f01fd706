package filelock

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHolderIn(t *testing.T) {
	const (
		own     = "1: FLOCK  ADVISORY  WRITE 11 fd:01:42 0 EOF\n"
		btrfs   = "2: FLOCK  ADVISORY  READ 22 00:2a:42 0 EOF\n"
		again   = "3: FLOCK  ADVISORY  READ 23 00:2a:42 0 EOF\n"
		another = "4: FLOCK  ADVISORY  WRITE 33 08:10:42 0 EOF\n"
		rest    = "5: POSIX  ADVISORY  WRITE 44 fd:01:42 0 EOF\n" +
			"6: FLOCK  ADVISORY  WRITE 55 fd:01:142 0 EOF\n" +
			"6: -> FLOCK  ADVISORY  WRITE 56 fd:01:42 0 EOF\n" +
			"7: FLOCK  ADVISORY  WRITE 0 fd:01:42 0 EOF\n" +
			"8: FLOCK\n"
	)
	const device = 0xfd01 // major 0xfd, minor 1
	for locks, want := range map[string]string{
		"":                            "",
		rest:                          "",
		own:                           "11",
		another + btrfs + own + rest:  "11",
		rest + btrfs:                  "22",
		btrfs + again:                 "22",
		btrfs + another + rest:        "", // one of them is innocent
		btrfs + another + again:       "",
		another + btrfs + again + own: "11",
	} {
		require.Equal(t, want, holderIn(locks, device, 42), locks)
	}
	const large = "1: FLOCK  ADVISORY  WRITE 11 103:12345:42 0 EOF\n2: FLOCK  ADVISORY  WRITE 12 03:45:42 0 EOF\n"
	require.Equal(t, "11", holderIn(large, 0x12310345, 42)) // major 0x103, minor 0x12345
}
