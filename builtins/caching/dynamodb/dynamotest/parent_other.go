//go:build !linux

package dynamotest

import "os/exec"

// dieWithParent does nothing where there is no such thing.
func dieWithParent(*exec.Cmd) {}
