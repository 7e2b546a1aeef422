package convert_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/tree"
	"github.com/stagefold/stagefold/convert/verify/llb"
	"github.com/stagefold/stagefold/convert/verify/static"
	"github.com/stagefold/stagefold/shparse"
)

// TestStatic compares the graphs of both ways of every equivalence case. The engine
// says of all of them that the images are the same; the graphs must not contradict.
func TestStatic(t *testing.T) {
	same, unsure := 0, 0
	for _, c := range loadCases(t, "equivalence") {
		t.Run(c.name, func(t *testing.T) {
			root, err := os.OpenRoot(c.unpack(t))
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			fsys := tree.New(root)
			result := convert.Convert(fsys, c.options())
			answer, err := compareGraphs(t, fsys, c.options(), result)
			if err != nil {
				t.Log("not compared: ", err)
				unsure++
				return
			}
			for _, v := range answer.Verdicts {
				switch {
				case v.Difference != nil:
					t.Errorf("%s: %s\nold: %v\nnew: %v\n%s", v.Image, v.Difference.What, v.Difference.Old, v.Difference.New, result.DockerfileText)
				case v.Reason != "":
					t.Logf("%s: %s", v.Image, v.Reason)
					unsure++
				default:
					same++
				}
			}
		})
	}
	t.Logf("%d images are the same, %d can't be compared", same, unsure)
}

// compareGraphs compares the repository with what a conversion makes of it.
func compareGraphs(t *testing.T, fsys fs.FS, o convert.Options, r *convert.Result) (static.Answer, error) {
	t.Helper()
	after := tree.After(fsys, r.Changes)
	read := func(fsys fs.FS) *shparse.Trace {
		return shparse.Read(shparse.Config{FS: fsys, Path: r.Script, Dir: r.Dir, Args: o.Args, Env: o.Env, Goals: r.Goals})
	}
	pairs, err := static.Pairs(fsys, after, read(fsys), read(after))
	if err != nil {
		return static.Answer{}, err
	}
	answer, err := llb.Compare(t.Context(), static.Request{Version: static.Version, Pairs: pairs})
	if err != nil {
		t.Fatal(err)
	}
	return answer, nil
}
