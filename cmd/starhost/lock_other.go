//go:build !unix

package main

// lockFolder does nothing where there are no locks of this kind.
func lockFolder(string) (unlock func() error, err error) { return func() error { return nil }, nil }

// maxFiles is how many files the process may have open.
func maxFiles() int { return 1 << 14 }
