package scan

import (
	"bytes"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// The words by which a script that can't be followed is judged.
var (
	clients  = []string{"docker", "podman", "buildah", "nerdctl"}
	movers   = []string{"cp", "create", "run", "start", "exec", "export", "save", "commit"}
	runners  = []string{".", "source", "eval", "make"}
	builders = []string{"build", "bud", "buildx"}
)

// neverTakes reports whether a script is no builder pattern for certain: none of its
// docker commands builds an image behind one that may bring files out of a container.
// It goes by the words alone, so it knows nothing of loops, functions, variables and
// other scripts with docker commands in them: then the answer is no.
func neverTakes(name string, src []byte) bool {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(bytes.NewReader(src), name)
	if err != nil {
		return false
	}
	never, moved := true, false
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.ForClause, *syntax.WhileClause, *syntax.FuncDecl:
			never = never && !speaks(src[n.Pos().Offset():n.End().Offset()])
		case *syntax.ParamExp:
			never = never && (n.Param == nil || !speaks([]byte(strings.ToLower(n.Param.Value))))
		case *syntax.Assign:
			never = never && (n.Value == nil || !holdsClient(n.Value))
		case *syntax.CallExpr:
			words := literals(n.Args)
			never = never && !runsMore(words)
			if has(words, clients) {
				never = never && !(has(words, builders) && moved)
				moved = moved || has(words, movers)
			}
		}
		return never
	})
	return never
}

// runsMore reports whether a command runs commands of another file or text. A shell
// without arguments is taken not to: whoever writes docker commands into a pipe in
// place of running them is not to be found by words.
func runsMore(words []string) bool {
	return len(words) > 0 && slices.Contains(runners, words[0]) || len(words) > 1 && strings.HasSuffix(words[0], "sh") ||
		len(words) > 0 && strings.Contains(words[0], "/") && strings.HasSuffix(words[0], "sh")
}

// speaks reports whether a text speaks of a client.
func speaks(text []byte) bool {
	return slices.ContainsFunc(clients, func(c string) bool { return bytes.Contains(text, []byte(c)) })
}

// holdsClient reports whether a word has the name of a client in it, and not just in
// a command inside of it.
func holdsClient(w *syntax.Word) bool {
	found := false
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			return false
		case *syntax.Lit:
			found = found || speaks([]byte(n.Value))
		case *syntax.SglQuoted:
			found = found || speaks([]byte(n.Value))
		}
		return !found
	})
	return found
}

// literals are the words of a command, those that are not plain as "".
func literals(args []*syntax.Word) []string {
	var words []string
	for _, a := range args {
		words = append(words, a.Lit())
	}
	return words
}

func has(words, names []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(names, w) })
}
