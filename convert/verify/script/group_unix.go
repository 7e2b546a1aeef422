//go:build unix

package script

import (
	"os/exec"
	"syscall"
	"time"
)

// A group is a command with all processes that it starts.
type group struct{ cmd *exec.Cmd }

// prepare gives the command a process group, which is told to end where the
// command's context ends.
func (g group) prepare() {
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	g.cmd.Cancel = func() error { return g.signal(syscall.SIGTERM) }
}

func (g group) signal(s syscall.Signal) error { return syscall.Kill(-g.cmd.Process.Pid, s) }

// end tells what is left of the group to end, and kills what is left after that.
func (g group) end(grace time.Duration) {
	err := g.signal(syscall.SIGTERM)
	for deadline := time.Now().Add(grace); err == nil && time.Now().Before(deadline); err = g.signal(0) {
		time.Sleep(10 * time.Millisecond)
	}
	_ = g.signal(syscall.SIGKILL) // it may have ended by now
}
