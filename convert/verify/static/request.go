package static

import "slices"

// Version is that of the requests and answers. The two programs must agree on it.
const Version = 1

// A Request asks whether images are made of the same graphs.
type Request struct {
	Version int    `json:"version"`
	Pairs   []Pair `json:"pairs"`
}

// A Pair is one image that the old way and the new one make.
type Pair struct {
	Image string `json:"image"` // its tags
	Old   *Build `json:"old"`
	New   *Build `json:"new"`
}

// A Build is a docker build. For what comes from outside its texts have a word that
// begins with "unknown-", the same for the same thing, and for commands that are written
// alike: what such a command prints in the old way it is taken to print in the new one.
type Build struct {
	Path       string            `json:"path"` // of the Dockerfile
	Dockerfile string            `json:"dockerfile"`
	Context    string            `json:"context"`          // the context directory, relative to the root of the repository
	Ignore     string            `json:"ignore,omitempty"` // the text of the ignore file
	Args       map[string]string `json:"args,omitempty"`
	Target     string            `json:"target,omitempty"`
	Platform   string            `json:"platform,omitempty"`

	// Flags are the others that decide on the image, as --NAME=VALUE, sorted.
	Flags []string `json:"flags,omitempty"`

	// Open names what comes from outside and has such a word, and Made the files of
	// the context that the script makes or changes, besides the artifacts.
	Open []string `json:"open,omitempty"`
	Made []string `json:"made,omitempty"`

	// Bases are the images of the script's own that the Dockerfile may name, by name.
	Bases map[string]*Build `json:"bases,omitempty"`

	// Artifacts are the files of the context that came out of containers, and Shared
	// the directories that hold some of them and other files too.
	Artifacts []Artifact `json:"artifacts,omitempty"`
	Shared    []string   `json:"shared,omitempty"`
}

// AllOpen returns what is open in a build, and in those that its artifacts come from.
func (b *Build) AllOpen() []string {
	all := slices.Clone(b.Open)
	for _, a := range b.Artifacts {
		if a.Build != nil {
			all = append(all, a.Build.AllOpen()...)
		}
	}
	return all
}

// An Artifact is a file of a build context that came out of a container.
type Artifact struct {
	Path     string   `json:"path"`               // relative to the root of the repository
	Contents bool     `json:"contents,omitempty"` // what is in Source went into the directory Path, beside other files
	Source   string   `json:"source"`             // in the image
	Image    string   `json:"image"`              // of the container
	Build    *Build   `json:"build,omitempty"`    // of that image, where the script builds it
	Work     []string `json:"work,omitempty"`     // what was done to it that no Dockerfile says, by containers and by the host
}

// An Answer is what became of a request.
type Answer struct {
	Version  int       `json:"version"`
	Verdicts []Verdict `json:"verdicts"` // one for each pair
}

// A Verdict is what two graphs came to. They are the same but for what is in
// Copies, Work and Assumed, unless there is a Difference or a Reason.
type Verdict struct {
	Image string `json:"image"`

	Copies  []Copy   `json:"copies,omitempty"`  // the copies that took an artifact
	Work    []Work   `json:"work,omitempty"`    // the operations for what no Dockerfile said
	Assumed []string `json:"assumed,omitempty"` // what else the verdict rests on

	Difference *Difference `json:"difference,omitempty"` // the first operation that differs
	Reason     string      `json:"reason,omitempty"`     // why there is no verdict
}

// Same reports whether the graphs are the same.
func (v Verdict) Same() bool { return v.Difference == nil && v.Reason == "" }

// A Copy is one from the build context, and the one from a stage in its place.
type Copy struct {
	Old   Operation `json:"old"`
	New   Operation `json:"new"`
	Notes []string  `json:"notes,omitempty"` // in what the two differ
}

// Work is an operation of a stage that stands for something that the script did.
type Work struct {
	New Operation `json:"new"`
	For []string  `json:"for"`
}

// A Difference is a place where the graphs part. One of the two may be missing.
type Difference struct {
	What string     `json:"what"`
	Old  *Operation `json:"old,omitempty"`
	New  *Operation `json:"new,omitempty"`
}

// An Operation is one of a graph, with its place in the Dockerfile.
type Operation struct {
	Place string `json:"place,omitempty"` // FILE:LINE
	Text  string `json:"text"`
}
