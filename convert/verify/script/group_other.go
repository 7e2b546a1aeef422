//go:build !unix

package script

import (
	"os/exec"
	"time"
)

// A group is a command. Here the processes that it starts are not known.
type group struct{ cmd *exec.Cmd }

func (g group) prepare() {}

func (g group) end(time.Duration) {}
