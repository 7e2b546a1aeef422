package finding

import (
	"embed"
	"slices"
	"strings"
)

//go:embed pages/*.md
var pages embed.FS

// A Rule is an entry of the table of findings.
type Rule struct {
	Code     Code
	Severity Severity
	Summary  string // one line, lower case
	Hint     string // the usual way out; a finding may carry a better one
}

// Page returns the rule's page, in Markdown.
func (r Rule) Page() string {
	text, err := pages.ReadFile("pages/" + string(r.Code) + ".md")
	if err != nil {
		return ""
	}
	return string(text)
}

// Rules returns the table of all findings, in the order of their codes.
func Rules() []Rule { return slices.Clone(rules) }

// Lookup finds the rule called code, in any letter case.
func Lookup(code Code) (Rule, bool) {
	i := slices.IndexFunc(rules, func(r Rule) bool { return strings.EqualFold(string(r.Code), string(code)) })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}

// rules is the table. Keep it in the order of the codes.
var rules = []Rule{
	{"SF001", Error, "the script does not parse as a shell script", "correct the syntax; \"bash -n SCRIPT\" shows the same error"},
	{"SF002", Error, "the script reaches a bound of the tracer", "split the script, or name the loop's input with --set or --arg"},
	{"SF003", Error, "a command may have changed or read an extracted file", "move the step into the builder stage, or after the final build"},
	{"SF004", Error, "a value that the conversion depends on is unknown", "give it with --set NAME=VALUE or --arg VALUE"},
	{"SF005", Error, "the script uses a construct that the tracer has no model for", "write the docker commands as plain commands"},
	{"SF006", Error, "the ways through the script differ in what they build", "settle the condition with --set NAME=VALUE or --arg VALUE"},
	{"SF007", Error, "a docker command names a container or image that the script did not make", "create the container in the script, from the builder image"},
	{"SF008", Error, "a docker command line is wrong or uses an unknown flag", "see \"docker help\" for the command's usage"},
	{"SF009", Error, "the script sources or runs a file that is not in the repository", "add the file, or inline it"},
	{"SF020", Warning, "unquoted text that is unknown is taken to hold flags only", "quote the text if it is one argument, or give it with --set NAME=VALUE"},
	{"SF021", Warning, "a command builds or runs what its own files say", "write the docker commands out if they belong to the conversion"},
	{"SF022", Error, "the name of a container is taken", "remove the container first, or give the second one another name"},
	{"SF023", Error, "docker cp copies into a directory that does not exist", "make the directory first, with mkdir -p"},
	{"SF024", Error, "where docker cp puts its file depends on what is unknown", "name the destination in full, or make its directory in the script with mkdir -p"},
	{"SF025", Warning, "the destination of docker cp is taken to be missing", "remove the destination in the script, in front of docker cp"},
	{"SF030", Error, "a command of the old build can't be taken out of the script", "put the command on a line of its own, so that nothing else depends on its output or status"},
	{"SF031", Error, "what stays of the script uses the result of a command of the old build", "drop the use, or take the value from somewhere else"},
	{"SF032", Error, "the new script was followed, and would do something else", "this is a fault of the conversion: please report it, with the script"},
	{"SF050", Error, "the Makefile depends on a value that is unknown", "give it with --set NAME=VALUE"},
	{"SF051", Error, "the Makefile does not parse, or has a construct that is not understood", "correct the line, or write it in a plainer form; \"make -n\" shows an error of syntax too"},
	{"SF052", Error, "the Makefile reaches a bound of the reader", "end the recursion, or write the text out"},
	{"SF053", Note, "make stops with an error", ""},
	{"SF054", Warning, "a variable is taken to have its default", "the result is the same if nobody sets the variable; give another value with --set NAME=VALUE"},
	{"SF055", Error, "a Makefile includes a file that is not in the repository", "add the file, or include it with -include"},
	{"SF056", Warning, "what make finds in the directory has been assumed", "see what \"make -n\" lists in a fresh checkout: the result is the same if it holds"},
	{"SF057", Error, "no rule makes a target", "name a target of the Makefile, or add its rule"},
	{"SF058", Error, "a line of a Makefile can't change as it must", "write the commands of the old build on lines of their own, in the target that needs them"},
	{"SF059", Error, "a target that is called by its name would do nothing", "let the target do something else, or remove it and its mentions"},
	{"SF060", Warning, "a target goes from the Makefile", "the result is the same if nobody calls make for it"},
	{"SF061", Error, "the Makefile can't be changed to what it must do", "name prerequisites as plain words"},
	{"SF062", Error, "a target that can't be followed names what goes", "write the target so that it can be followed, or take the name out of it"},
	{"SF063", Warning, "a target that can't be followed is taken not to need what goes", "see what the target does: the result is the same if it uses nothing that the old build left"},

	{"SF070", Error, "the file of a CI system can't be read", "correct the file; the system's own linter shows errors of its form"},
	{"SF071", Error, "the commands of a CI job can't change as they must", "write the commands of the old build as entries of their own, in the job that needs them, or in a script"},
	{"SF072", Warning, "a part of a CI job is not read", "the result is the same if that part neither makes nor reads what the build uses"},
	{"SF073", Error, "the CI file has no such job", "name a job of the file"},
	{"SF074", Error, "a Jenkinsfile is not rewritten", "put the commands into a script that the Jenkinsfile runs, and convert that"},
	{"SF075", Error, "an image is built by a step that is no shell command", "build the image by a command in the same job, such as docker build, or convert by hand: stagefold explain shows what the job does"},
	{"SF076", Error, "an extracted file goes from one CI job to another", "extract the file and build the image in one job, or in a script that the job runs"},
	{"SF101", Error, "the Dockerfile does not parse", "correct the instruction"},
	{"SF102", Error, "text follows the line continuation", "delete everything behind the backslash: it must be the last character of its line"},
	{"SF103", Error, "the Dockerfile has no FROM instruction", "start the Dockerfile with FROM"},
	{"SF104", Error, "the Dockerfile uses an instruction or form that stagefold cannot carry over", "rewrite the instruction"},
	{"SF105", Error, "the two Dockerfiles need different parser directives", "use the same escape character and syntax in both Dockerfiles"},
	{"SF106", Error, "the ignore file of a build does not parse", "correct the pattern; see the documentation of .dockerignore"},

	{"SF201", Note, "the Dockerfile is a multi-stage one already: nothing to convert", ""},
	{"SF202", Error, "the script is not a builder pattern", "name a script that builds an image, copies files out of a container of it, and builds another image with them"},
	{"SF203", Error, "the builds have different contexts", "build both images from one directory: name it as the context of both and the Dockerfile with -f"},
	{"SF204", Error, "a Dockerfile that changes is built for something else too", "build that image from a Dockerfile of its own"},
	{"SF205", Error, "an extracted file is used for something else too", "take the file out of the final image for that, or remove the use"},
	{"SF206", Error, "work is done in the container that is not in its image", "move the command into the builder's Dockerfile as a RUN instruction"},
	{"SF207", Error, "a source of COPY or ADD can't be resolved", "name a file that the repository holds or the script makes"},
	{"SF208", Error, "a COPY or ADD has a form that COPY --from does not have", "write the copy in a plain form"},
	{"SF209", Error, "an ADD unpacks an extracted archive", "unpack the archive in the builder's Dockerfile and extract the directory"},
	{"SF210", Error, "a build argument means different things in two Dockerfiles", "give the ARG another name in one of the Dockerfiles, and in the script"},
	{"SF212", Error, "a flag of one build would reach the stages of the other", "give both builds the flag, or none"},
	{"SF213", Error, "the stages can't be put in an order that works", "move the builder's stage in front of the final one"},
	{"SF214", Error, "the builder's image or container is used for more than the extraction", "build an image for that use from a Dockerfile of its own"},
	{"SF215", Error, "an extracted file may have capabilities", "run setcap in the runtime Dockerfile, behind the COPY"},
	{"SF216", Error, "the Dockerfile of a build is not a file of the repository", "keep the Dockerfile in the repository"},
	{"SF217", Warning, "what a file is has been assumed", "check it in the old image: the result is the same if it holds"},
	{"SF218", Error, "a change that the script makes on the host can't be made in the builder's stage", "make the change in the builder's Dockerfile"},
	{"SF219", Error, "a file of the context changes between the builds", "make the file in front of both builds, or behind them"},
	{"SF220", Warning, "a command without a model is taken to leave a file alone", "check what the command does; the result is the same if it holds"},
	{"SF221", Note, "a proxy setting reaches more instructions than before", ""},
	{"SF222", Warning, "a build takes in a file that the conversion changes", "list the file in .dockerignore if the image does not need it"},
	{"SF223", Error, "an ignore file applies to one of the builds only", "put the patterns into the .dockerignore of the context"},
	{"SF224", Warning, "no extracted file is taken to be ignored", "look for such files in the old image: the result is the same if there are none"},
	{"SF225", Warning, "a builder is built with other settings than before", "check that the builder's Dockerfile builds with those of the final build"},
	{"SF226", Warning, "what a base image runs has been assumed", "see its entrypoint and command with docker inspect: the result is the same if it holds"},
	{"SF227", Warning, "the mode of a file that the shell writes has been assumed", "see the umask that the script runs with: the result is the same if it holds"},
	{"SF228", Warning, "where the script is run from has been assumed", "say it with --dir, or let the script change to its directory: cd \"$(dirname \"$0\")\""},
	{"SF229", Warning, "a file that goes is named elsewhere in the repository", "change the other place too"},
	{"SF230", Error, "files come out of a container through a bind mount", "make the command a RUN of a builder's Dockerfile, and copy the file out with docker cp"},
	{"SF231", Error, "a directory that a container has mounted can't become a COPY", "make the command a RUN of a builder's Dockerfile, behind a COPY of what it needs"},
	{"SF232", Warning, "what a container writes into a directory of the host is not there any more", "see whether anything but the images needs it"},
	{"SF233", Warning, "what a container does not need has been assumed", "see what the command reads: the result is the same if it holds"},
	{"SF234", Warning, "how a command runs has been assumed", "see what the command does: the result is the same if it holds"},
	{"SF235", Error, "a build context that a container prints can't be told", "copy the Dockerfile into the directory with COPY, and print that directory with tar"},
	{"SF236", Error, "files come out of the layers of a saved image", "make a container of the image with docker create, and copy the files out of it with docker cp"},
	{"SF237", Error, "the script uses a file that goes", "take the command out, or let it use the new Dockerfile"},
	{"SF240", Note, "a part of the extraction stays", "drop the other use of the image or file, if nobody needs it"},
	{"SF241", Warning, "a stage gets the build arguments of the stage it stands on", "see whether a command reads the variable: the result is the same if none does"},
	{"SF242", Warning, "a file that the build left on the host is named elsewhere", "let the other place take the file out of the image, or build the stage that has it with --target and --output"},
	{"SF243", Warning, "a test of an extracted file has been assumed to hold", "see whether the file is what the test asks for: the result is the same if it is"},
	{"SF244", Warning, "a time that a build gets has been assumed not to matter", "set the variable once, in front of both builds, where the earlier time is wanted"},
	{"SF245", Warning, "a file that a run began anew is only appended to", "write the first of the redirections that are left with > instead of >>"},
	{"SF246", Warning, "what a command reads in a Dockerfile that changes has been assumed", "see what the command looks for: the new Dockerfile has the stages of both"},
	{"SF250", Note, "an ignore file has an entry for an extracted file", "take the entry out, if nothing else makes the file"},

	{"SF301", Error, "a file that the build needs is missing", "check the path; it is relative to the directory the script runs in"},
	{"SF302", Error, "a file cannot be read as text", "stagefold reads UTF-8 text of at most 1 MiB"},
	{"SF303", Error, "a path leaves the repository", "run stagefold on the directory that holds all files of the build"},
	{"SF304", Error, "a file of the unit is not a regular file", "replace it with a regular file inside the repository"},
	{"SF305", Error, "two units share a file", "give each script its own copy of the file, or put both builds into one script"},
	{"SF306", Error, "the script builds from another Dockerfile than the one named", "leave out --builder-file and --runtime-file: the script names its files itself"},
	{"SF307", Warning, "a Dockerfile that changes is built by another script too", "see that the other script's image is still the one you want"},
	{"SF308", Note, "a file of the unit asks to be left alone", ""},
	{"SF309", Error, "an input of the plan moved", "make the plan anew with --plan, and review what is different"},
	{"SF310", Error, "the plan does not fit the conversion", "make the plan anew with --plan, and with this version of stagefold"},

	{"SF501", Note, "a RUN of several commands becomes several RUNs", ""},
	{"SF502", Note, "a cd in front of a RUN's commands becomes WORKDIR", ""},
	{"SF503", Note, "a RUN goes above the COPY in front of it", ""},
	{"SF504", Note, "the files of a dependency step are copied ahead of the rest", ""},
	{"SF505", Note, "a RUN gets cache mounts", ""},
	{"SF506", Warning, "the result needs BuildKit", "Docker 23 and newer build with it; older ones want DOCKER_BUILDKIT=1"},
	{"SF507", Warning, "a base image is taken to declare no volume", "look for it with docker inspect, or leave such RUNs whole with --modernize-skip SF507"},
	{"SF508", Note, "a RUN of several commands stays whole", ""},
}
