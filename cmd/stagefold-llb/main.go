// Command stagefold-llb compares builds by the graphs that BuildKit makes of their
// Dockerfiles. "stagefold verify --static" runs it: it reads a request from standard
// input and writes the answer to standard output, both as JSON.
package main

import (
	"os"

	"github.com/stagefold/stagefold/convert/verify/llb"
)

func main() { os.Exit(llb.Main(os.Args[1:])) }
