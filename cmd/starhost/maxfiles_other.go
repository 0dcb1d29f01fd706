//go:build !unix

package main

// maxFiles is how many files the process may have open.
func maxFiles() int { return 1 << 14 }
