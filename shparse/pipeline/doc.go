// Package pipeline reads the files in which CI systems keep the commands of a
// build, and says which shell runs which of them. It starts no process and reads
// one file through the fs.FS that it is given.
//
// # Systems
//
// The name of a file says whose it is (see SystemOf). Each job is a build by
// itself, in a fresh checkout and from its root; what one job leaves another does
// not see. Within a job:
//
//	GitLab    before_script and script are one shell, "bash -eo pipefail", or sh in
//	          images of docker and alpine; after_script is another one. extends,
//	          default, !reference, variables and parallel:matrix are followed.
//	Travis    all phases from before_install to after_script are one shell, which
//	          goes on when a command fails; a phase in front of script that fails
//	          ends the build. Jobs of jobs.include and matrix.include count by
//	          themselves. Builds are taken to succeed: after_failure is not run.
//	GitHub    each run is a shell, "bash -e" where none is named, with env and
//	          working-directory of the workflow, the job and the step.
//	CircleCI  each run is a shell, "bash -eo pipefail". Commands of the file are
//	          followed, those of orbs are not.
//	Drone     the commands of a step are one shell, "sh -e"; the steps share the
//	          workspace.
//	Azure     each script or bash step is a shell, bash without -e.
//	Jenkins   each sh of a Jenkinsfile is a shell, "sh -e". Nothing else of the
//	          file is read, and it is never rewritten.
//
// A step that is no shell command, such as an action, an orb's command, a task or
// a plugin, is a command of that name, without a model: it may read and change the
// files that it names, or all. The ones that check the repository out, or that set
// up tools and logins, are none. What a job keeps for later (artifacts, caches) is
// read by a command at its end.
//
// # Values
//
// A Text is literal text with holes. Variables of the file are known, unless the
// file gives them several values; those of the system, of its settings and of
// secrets are not, and come from the environment under their own names. The
// directory of the checkout is the root of the repository. Expressions that the
// system puts in before a shell sees the text (${{ }}, << >>, $( ) of Azure, ${ }
// of Drone) are holes named after the expression, or what the file says.
//
// A condition on a step is a question of its own: a step behind it runs or not.
//
// # Places
//
// An Item is a text in the file that a shell runs, alone or with others. Its
// pieces map the shell's text to the bytes of the file, through the forms that a
// YAML scalar may have; a piece that is not verbatim is what the YAML or an
// expression puts there.
//
// # Rewriting
//
// Rewrite makes the edits of a changed text: within a scalar, on its own lines in
// a block; whole items go with their line, and a step with all of its lines where
// nothing is left of it. Comments on lines of their own stay. A list that loses all
// its items becomes what the system takes for nothing, or that is refused. Check
// reads the new file again: but for what was edited it has to be the same tree.
//
// # Limits
//
// What is not read is a finding at the job, and matters where the job matters:
// files that are included, templates, orbs, jobs of Windows machines, and steps
// whose order the file does not give. YAML 1.1 line breaks other than LF and CRLF
// are refused, and so is a file that is no YAML.
package pipeline
