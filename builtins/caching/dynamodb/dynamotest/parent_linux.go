package dynamotest

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the server killed when the test's process ends, however
// that happens.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
