package main

import "fmt"

var version = "unknown"

func main() { fmt.Println("worker", version) }
