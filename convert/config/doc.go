// Package config reads .stagefold.yaml, in which a repository keeps the settings that
// its people would have to type every time.
//
//	exclude: [testdata/, "*/old/"]
//	set:
//	  VERSION: "1.2"
//	modernize: portable
//	check:
//	  format: json
//
// Keys are the names of flags. Those at the top are for all commands that have such
// a flag, those below the name of a command are for that one and count more. What a
// run writes, and where, no file of a repository may say.
package config
