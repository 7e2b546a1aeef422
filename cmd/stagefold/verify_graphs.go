package main

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/stagefold/stagefold/convert/verify/proof"
	"github.com/stagefold/stagefold/convert/verify/static"
)

// proveGraphs proves a unit by its builds alone, on a machine without a Docker
// Engine.
func (v *verification) proveGraphs(ctx context.Context, u *verified, o proof.Options) (*proof.Proof, error) {
	pairs, err := v.knownPairs(*u)
	if err == nil {
		err = proof.Buildable(pairs)
	}
	if err != nil {
		return &proof.Proof{Script: u.Script, Verdict: proof.Unproved,
			Reason: "no Docker Engine answers, and without one only builds can be run: " + err.Error()}, nil
	}
	return proof.ProveGraphs(ctx, u.unit, pairs, o)
}

// knownPairs are the images of a unit, with the variables of this process's environment
// where the script takes something from there: it would run with them.
func (v *verification) knownPairs(u verified) ([]static.Pair, error) {
	env := maps.Clone(v.known.env)
	if env == nil {
		env = map[string]string{}
	}
	for {
		pairs, err := v.pairs(u, env)
		if err != nil || !fillIn(env, pairs) {
			return pairs, err
		}
	}
}

// fillIn adds the variables to env that builds leave open, and reports whether there
// were any.
func fillIn(env map[string]string, pairs []static.Pair) bool {
	before := len(env)
	for _, pair := range pairs {
		for _, open := range slices.Concat(pair.Old.AllOpen(), pair.New.AllOpen()) {
			name, ok := variable(open)
			if _, known := env[name]; ok && !known {
				env[name] = os.Getenv(name)
			}
		}
	}
	return len(env) > before
}

// variable returns the name in the text of something that is open, such as
// ${NAME-default}, and false where that is no variable.
func variable(open string) (string, bool) {
	text, ok := strings.CutPrefix(open, "${")
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
	if !ok || end <= 0 || text[0] >= '0' && text[0] <= '9' {
		return "", false
	}
	return text[:end], true
}
