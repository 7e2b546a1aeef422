// Command stagefold folds a builder-pattern build (a builder Dockerfile, a runtime
// Dockerfile and the shell script around them) into one multi-stage Dockerfile.
package main

import "os"

func main() {
	os.Exit(run(os.Args, streams{out: os.Stdout, err: os.Stderr}))
}
