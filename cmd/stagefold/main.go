// Command stagefold folds a builder-pattern build (a builder Dockerfile, a runtime
// Dockerfile and the shell script around them) into one multi-stage Dockerfile.
package main

import (
	"os"
	"runtime/debug"
)

// garbage is by how many percent of what is live the heap grows between two
// collections, unless GOGC says it. Of a large tree little is live at a time: a tenth
// of the processor's time is worth a quarter more memory.
const garbage = 300

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	os.Exit(run(os.Args, streams{out: os.Stdout, err: os.Stderr}))
}
