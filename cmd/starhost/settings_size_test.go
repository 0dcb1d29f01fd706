package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]size{
		"0": 0, "1": 1, "64MB": 64e6, "512KiB": 512 << 10, "1.5GB": 1.5e9, "1 GiB": 1 << 30, "2tb": 2e12,
		"7B": 7, "0.5KiB": 512, "9223372036854775807": 1<<63 - 1, "1.000001MB": 1000001,
	} {
		got, err := parseSize(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"":                    `"" is not a size such as 64MB or 512KiB`,
		"64 megs":             `"64 megs" is not a size such as 64MB or 512KiB`,
		"-1MB":                `"-1MB" is not a size such as 64MB or 512KiB`,
		"1.MB":                `"1.MB" is not a size such as 64MB or 512KiB`,
		".5MB":                `".5MB" is not a size such as 64MB or 512KiB`,
		"MB":                  `"MB" is not a size such as 64MB or 512KiB`,
		"1e3":                 `"1e3" is not a size such as 64MB or 512KiB`,
		"1.0001KB":            `"1.0001KB" is not a whole number of bytes`,
		"9223372036854775808": `"9223372036854775808" is not a size such as 64MB or 512KiB`,
		"9999999999GB":        `"9999999999GB" is more bytes than can be counted`,
		"8388607.999999TiB":   `"8388607.999999TiB" is not a whole number of bytes`,
	} {
		_, err := parseSize(text)
		require.EqualError(t, err, want, text)
	}
	for n, want := range map[size]string{0: "0", 1: "1B", 64e6: "64MB", 64 << 20: "64MiB", 1500: "1500B", 1e9: "1GB"} {
		require.Equal(t, want, n.String())
	}
}

func TestLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 20 * time.Second: "20s", 5 * time.Minute: "5m", 24 * time.Hour: "24h", 90 * time.Minute: "1h30m",
		61 * time.Second: "1m1s", 250 * time.Millisecond: "250ms", 10 * time.Hour: "10h",
	} {
		require.Equal(t, want, length(d).String())
	}
	var l length
	require.NoError(t, l.Set("1d12h"))
	require.Equal(t, length(36*time.Hour), l)
	require.EqualError(t, l.Set("-1s"), `"-1s" is not a length of time such as 30s, 10m or 7d`)
	require.EqualError(t, l.Set("10"), `"10" is not a length of time such as 30s, 10m or 7d`)
	require.Equal(t, length(36*time.Hour), l, "a wrong text changes nothing")
}

// FuzzSizeLength holds sizes and lengths of time to being read again as they
// are written.
func FuzzSizeLength(f *testing.F) {
	for _, s := range []string{"64MB", "512KiB", "1.5GB", "10", "1h30m", "7d", "250ms", "8388607TiB", "0.000001MB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseSize(text); err == nil {
			require.GreaterOrEqual(t, int64(n), int64(0), text)
			again, err := parseSize(n.String())
			require.NoError(t, err, text)
			require.Equal(t, n, again, text)
		}
		if d, err := parseLength(text); err == nil {
			again, err := parseLength(d.String())
			require.NoError(t, err, text)
			require.Equal(t, d, again, text)
		}
	})
}
