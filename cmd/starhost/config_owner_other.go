//go:build !unix

package main

import "io/fs"

// trusted takes any file: its owner cannot be told.
func trusted(fs.FileInfo) bool { return true }
