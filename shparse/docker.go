package shparse

import "github.com/stagefold/stagefold/convert/finding"

// A Command is a docker command line taken apart: "docker -H h container cp -L
// c:/x ." has the path [container cp], the flag L and two arguments.
type Command struct {
	Client Arg      // the word that names the client: docker, podman, $DOCKER
	Path   []string // the subcommand's words as they were spelt
	Global []Flag   // flags in front of the subcommand
	Flags  []Flag   // flags of the subcommand, in order
	Args   []Arg    // what is left, in order; for run and create, from the image on
}

// A Flag is one flag as given.
type Flag struct {
	Name  string        // the long name, without dashes: "tag" for -t, --tag and -qt x
	Value Arg           // the value; for a boolean flag given without one, the literal "true"
	Range finding.Range // the words of the flag, value included
	// Joined is true for a flag that shares its word with other short flags
	// (-qt x): it can't be removed alone.
	Joined bool
}

// Flag returns the last flag called name, or nil.
func (c *Command) Flag(name string) *Flag {
	for i := len(c.Flags) - 1; i >= 0; i-- {
		if c.Flags[i].Name == name {
			return &c.Flags[i]
		}
	}
	return nil
}

// An Image is an image as the script knows it. Two operations that mean the same
// image share one *Image. A name that the script has not made is an Image with
// neither Build nor Commit.
type Image struct {
	Ref    Value // the first name that it had; empty for one known only by its id
	Build  *Op   // the build that made it, or nil
	Commit *Op   // the docker commit or import that made it, or nil
}

// Local reports whether the script itself made the image.
func (i *Image) Local() bool { return i.Build != nil || i.Commit != nil }

// A Container is a container that the script made.
type Container struct {
	By    *Op    // the *Create that made it
	Name  Value  // its --name; empty where it has none
	Image *Image // what it was made from
}

// Build is docker build (also image build, buildx build, builder build, buildah bud).
type Build struct {
	Command
	Image     *Image     // what it makes
	Tags      []Arg      // -t, in order
	File      *Arg       // -f as given; nil for the default
	FilePath  Value      // the Dockerfile, relative to the root of the repository; empty where it is not a file
	Text      *Value     // the Dockerfile's text where it comes through standard input, from FilePath or a here-document or a pipe
	Heredoc   *Heredoc   // the here-document that Text is, byte for byte; nil for any other text
	Context   Arg        // the context as given
	Dir       Value      // the context directory, relative to the root of the repository; empty where it is not a directory
	Tar       []Effect   // the context where it is a tar that the script pipes in
	BuildArgs []BuildArg // in order
	Target    *Arg       // --target
}

// A Heredoc is a here-document whose text is read as it stands in the script.
type Heredoc struct {
	Body      finding.Range // its lines, with the last line end
	Delimiter finding.Range // the word behind <<
	Quoted    bool          // it is quoted: in the body nothing is expanded
	Dash      bool          // <<-: tabs in front of lines are not part of the text
}

// A BuildArg is one --build-arg.
type BuildArg struct {
	Name  Value  // up to the first =
	Value *Value // nil for --build-arg NAME
	Flag  *Flag
}

// Create is docker create, and docker run where Run is true.
type Create struct {
	Command
	Container *Container
	Run       bool
	Detached  bool  // run -d
	Remove    bool  // --rm
	Argv      []Arg // the command behind the image
	Mounts    []Mount
	CIDFile   *Arg
	Stdout    string // host path that its standard output is redirected to, "" for none
}

// A Mount is one -v or --mount of a host path.
type Mount struct {
	Host     Value // relative to the root of the repository; a volume's name where Volume
	Path     Value // in the container
	ReadOnly bool
	Volume   bool
	Flag     *Flag
}

// Copy is docker cp from or to a container.
type Copy struct {
	Command
	Container *Container // nil for one that the script did not make
	Ref       Value      // the container as named
	Path      Value      // in the container, as given
	Host      Value      // the host side as given; "-" for a tar stream
	HostPath  Value      // the host side, relative to the root of the repository
	Into      bool       // copies to the container, not out of it
	Follow    bool       // -L
	Archive   bool       // -a
}

// Exec is docker exec.
type Exec struct {
	Command
	Container *Container
	Argv      []Arg
}

// Start is docker start, stop, wait, kill, attach, logs and the like: the verb is
// the last word of Path.
type Start struct {
	Command
	Containers []*Container // nil entries for those that the script did not make
}

// RemoveContainer is docker rm.
type RemoveContainer struct {
	Command
	Containers []*Container // one for each of Args, nil for those that the script did not make
}

// RemoveImage is docker rmi.
type RemoveImage struct {
	Command
	Images []*Image // one for each of Args
}

// Tag is docker tag.
type Tag struct {
	Command
	Image  *Image
	Target Arg
}

// Push is docker push.
type Push struct {
	Command
	Image *Image
}

// Commit is docker commit, and docker import.
type Commit struct {
	Command
	Container *Container
	Image     *Image
}

// Export is docker export and docker save.
type Export struct {
	Command
	Container *Container // for export
	Images    []*Image   // for save
}

// Docker is any other docker command, such as login, pull, inspect, network
// create. Images and Containers are those of the script's that it names.
type Docker struct {
	Command
	Images     []*Image
	Containers []*Container
}

func (*Build) isAction()           {}
func (*Create) isAction()          {}
func (*Copy) isAction()            {}
func (*Exec) isAction()            {}
func (*Start) isAction()           {}
func (*RemoveContainer) isAction() {}
func (*RemoveImage) isAction()     {}
func (*Tag) isAction()             {}
func (*Push) isAction()            {}
func (*Commit) isAction()          {}
func (*Export) isAction()          {}
func (*Docker) isAction()          {}
