package front

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/stagefold/stagefold/convert/dockerfile"
)

// cold reports whether the build may not use the cache: in a session without it, when
// there is a stage in which a command runs, or a file is added from anywhere, that no
// build of this run of the script has made yet. A stage that one has made comes from
// the cache, as it does where the script runs alone: the images of a script that
// share a stage hold one and the same, which is built once.
func (c *call) cold(file privateFile) bool {
	if !c.NoCache {
		return false
	}
	if file.doc == nil {
		return true
	}
	for s := range c.stages(file) {
		if varies(s) && !c.made(Stage, c.recipe(s)) {
			return true
		}
	}
	return false
}

// noteStages writes down the stages that a build has made.
func (c *call) noteStages(file privateFile) {
	for s := range c.stages(file) {
		c.note(Event{Kind: Stage, Text: c.recipe(s)})
	}
}

// recipe tells a stage from others that are not sure to come out like it: of another
// run, in another context, with other arguments, or with another line in front of
// its end, where all stands that it can be made from.
func (c *call) recipe(s *dockerfile.Stage) string {
	h := sha256.New()
	context, err := filepath.Abs(c.args[0])
	c.trouble(err)
	fmt.Fprintf(h, "%d %q", c.Run, context)
	args := c.buildArgs()
	for _, name := range slices.Sorted(maps.Keys(args)) {
		fmt.Fprintf(h, " %q=%q", name, args[name].Value)
	}
	fmt.Fprintln(h)
	h.Write(s.File.Source[:s.Range.End.Offset])
	return hex.EncodeToString(h.Sum(nil))
}

// varies reports whether something in a stage can come out otherwise the next time.
func varies(s *dockerfile.Stage) bool {
	return slices.ContainsFunc(s.Instructions, func(in *dockerfile.Instruction) bool {
		return in.Keyword == "RUN" || in.Keyword == "ADD"
	})
}

// stages are those that the build makes, as far as they are known.
func (c *call) stages(file privateFile) map[*dockerfile.Stage]bool {
	if file.doc == nil {
		return nil
	}
	target, ok := file.doc.Target(c.value("target"))
	if !ok {
		return nil // the builder refuses it
	}
	args := c.buildArgs()
	stages := map[*dockerfile.Stage]bool{target: true}
	for _, s := range slices.Backward(file.doc.Stages[:target.Index+1]) {
		for _, ref := range s.References() {
			if stages[ref.Instruction.Stage] {
				stages[s] = true
			}
		}
		if base := s.ResolveBase(args).Stage; base != nil && stages[s] {
			stages[base] = true
		}
	}
	return stages
}
