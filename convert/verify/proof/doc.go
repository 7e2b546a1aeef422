// Package proof runs a build the old way and the new way, and compares the images
// that the two leave.
//
// Prove works in a scratch copy of the repository and lets the scripts run with
// package front before docker: nothing leaves the machine, and nothing of the
// user's is overwritten or removed. What was made is removed at the end, also where
// the context is ended in the middle.
//
// # What is compared
//
// The old way runs Repeat times, the first time with the builder's cache and then
// without; the new way runs without it too, so that nothing is proved by a cache.
// Only a stage that a build of the same run has made is not made a second time.
// Each image that the new way leaves under a name must be the one that the last old
// run left, file by file and field by field (see verify.Judge). Where two old runs
// differ, and not just where the new one does, the difference is noise: counted, and
// named. Before anything else is called a difference, the old way runs once more, in
// case a minute has passed that is written into a file.
//
// An image that only the old way leaves must be one that files were taken out of:
// the builder. What would have left the machine (pushes) must be the same as well.
//
// # Where it is built
//
// On the engine of the docker command line, with the builder that the script and the
// user's settings choose, or on another one (Options.Builder). With
// Options.BuildKit a BuildKit daemon builds, and the engine takes the images: it
// makes containers of them, and archives to compare. An image of the script's own is
// not known to such a daemon; a FROM of it can't be built there. Spread shares units
// out among daemons.
//
// All runs use one directory, one after the other, so that the path of the build is
// the same for each.
package proof
