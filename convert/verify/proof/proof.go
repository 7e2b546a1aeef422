package proof

import (
	"errors"
	"time"

	"github.com/stagefold/stagefold/convert/edit"
	"github.com/stagefold/stagefold/convert/verify"
)

// A Unit is a build to prove.
type Unit struct {
	// Old and New are directories that hold the repository before and after.
	// They are only read.
	Old, New string
	// Changes are made in the copy of New.
	Changes []edit.Change

	// Script and Dir are the script and the directory to run it from, relative
	// to the repository, with slashes. Dir is the script's own where empty.
	Script, Dir string
	Args        []string
	Env         []string // NAME=VALUE, on top of the process's environment
}

// Options say how to prove. Program must be set.
type Options struct {
	// Program is what serves front.Main when front.Word and its arguments are
	// put behind it: the path of an executable, with leading arguments.
	Program []string
	Repeat  int      // how often to build the old way, at least 1
	Ignore  []string // patterns of image paths to set aside, see verify.Judge
	Builder string   // the buildx builder to use; the script's own choice where empty
	// BuildKit is the address of a BuildKit daemon to build on, such as
	// tcp://10.0.0.7:1234. Images come back to the engine, in which files are
	// extracted and images compared. Empty for none.
	BuildKit string
	// Progress is told what is begun, such as "building the old way (1 of 2)".
	// Nil is fine.
	Progress func(string)
}

// A Verdict is the outcome of a proof.
type Verdict string

// The verdicts.
const (
	Same         Verdict = "same"
	Irreproduced Verdict = "same but for irreproducible files" // what differs did so before
	Differs      Verdict = "differs"
	Failed       Verdict = "could not build"
	Unproved     Verdict = "not verified" // there is no conversion to prove
)

// A Proof is what became of a unit.
type Proof struct {
	Script  string
	Verdict Verdict
	Reason  string // of Unproved
	Images  []Image
	// Effects are differences other than those of images: an image that is
	// missing, or a push that only one way does.
	Effects []string
	// Gone are images that only the old way leaves: files were taken out of them.
	Gone    []string
	Held    []Held   // what was held back, in both ways
	Old     Run      // the last run of the old way
	New     Run      // the run of the new way
	Failure *Failure // of Failed
	// Overhead is the time that went into anything but the runs of the scripts.
	Overhead time.Duration
}

// An Image is a final image that was compared.
type Image struct {
	Name             string
	OldSize, NewSize int64 // in bytes, as the engine counts them
	verify.Judgement
}

// Verdict sums up the image.
func (i Image) Verdict() Verdict {
	switch {
	case !i.Same():
		return Differs
	case len(i.Noise) > 0:
		return Irreproduced
	default:
		return Same
	}
}

// A Run is one run of a script.
type Run struct {
	Took   time.Duration
	Images int   // that it left on the machine, those without a name too
	Bytes  int64 // their sizes, taken by themselves
}

// Held are commands that were held back.
type Held struct {
	Command, Reason string
	Times           int
}

// A Failure says which build went wrong.
type Failure struct {
	Way     string // "old" or "new"
	Command string // the docker command that failed, or "" where it was another one
	Exit    int    // the exit status of that command, or of the script
	Output  string // the last lines
	Reason  string // what stagefold did not let through, or could not do
}

// errBuild says that a way could not be built; the trial holds the Failure.
var errBuild = errors.New("could not build")

// sum decides on the verdict.
func (p *Proof) sum() {
	p.Verdict = Same
	for _, i := range p.Images {
		if i.Verdict() == Irreproduced {
			p.Verdict = Irreproduced
		}
	}
	for _, i := range p.Images {
		if !i.Same() {
			p.Verdict = Differs
		}
	}
	if len(p.Effects) > 0 {
		p.Verdict = Differs
	}
}
