package shparse

import "strings"

// with returns o after a word of set such as -eu or +x.
func (o options) with(word string) options {
	on := strings.HasPrefix(word, "-")
	for _, c := range strings.TrimLeft(word, "-+") {
		switch c {
		case 'e':
			o.errexit = on
		case 'u':
			o.nounset = on
		case 'f':
			o.noglob = on
		case 'a':
			o.allexport = on
		}
	}
	return o
}

// shebang returns o after the flags in the first line of a script.
func (o options) shebang(src []byte) options {
	line, _, _ := strings.Cut(string(src[:min(len(src), 256)]), "\n")
	rest, ok := strings.CutPrefix(line, "#!")
	if !ok {
		return o
	}
	words := strings.Fields(rest)
	for _, w := range words[min(1, len(words)):] {
		if strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") {
			o = o.with(w)
		}
	}
	return o
}

// named returns o after set -o name, or +o.
func (o options) named(name string, on bool) options {
	switch name {
	case "errexit":
		o.errexit = on
	case "nounset":
		o.nounset = on
	case "noglob":
		o.noglob = on
	case "allexport":
		o.allexport = on
	case "pipefail":
		o.pipefail = on
	}
	return o
}

// set runs the builtin set: options, then positional parameters.
func (s *shell) set(c *command) flow {
	if len(c.argv) == 1 {
		return s.runState(c)
	}
	s.emitHost(c, nil)
	s.status(0)
	args := c.argv[1:]
	for len(args) > 0 {
		word, ok := args[0].Known()
		switch {
		case ok && word == "--":
			s.args = paramsOf(args[1:], c.op.Range)
			return next
		case ok && word == "-":
			args = args[1:]
		case ok && isOptions(word):
			args = s.setOptions(word, args[1:])
		default:
			s.args = paramsOf(args, c.op.Range)
			return next
		}
	}
	return next
}

func isOptions(word string) bool {
	return len(word) > 1 && (word[0] == '-' || word[0] == '+')
}

// setOptions applies one word of options and returns the words behind it. An o
// among its letters takes the next one.
func (s *shell) setOptions(word string, rest []Arg) []Arg {
	s.opts = s.opts.with(word)
	if strings.Contains(word, "o") && len(rest) > 0 {
		if name, ok := rest[0].Known(); ok {
			s.opts = s.opts.named(name, word[0] == '-')
			return rest[1:]
		}
	}
	return rest
}

func (s *shell) shopt(c *command) flow {
	s.emitHost(c, nil)
	s.status(0)
	on, known := false, false
	for _, a := range c.argv[1:] {
		switch word, _ := a.Known(); word {
		case "-s":
			on, known = true, true
		case "-u":
			on, known = false, true
		case "-q", "-p", "-o", "-qs", "-sq":
		default:
			if known {
				s.opts = s.opts.shopt(word, on).named(word, on)
			}
		}
	}
	return next
}

// shopt returns o after shopt -s name, or -u.
func (o options) shopt(name string, on bool) options {
	switch name {
	case "nullglob":
		o.nullglob = on
	case "dotglob":
		o.dotglob = on
	case "globstar":
		o.globstar = on
	case "extglob":
		o.extglob = on
	case "nocasematch":
		o.nocasematch = on
	case "nocaseglob":
		o.nocaseglob = on
	case "lastpipe":
		o.lastpipe = on
	case "expand_aliases":
		o.aliases = on
	case "failglob":
		o.failglob = on
	}
	return o
}
