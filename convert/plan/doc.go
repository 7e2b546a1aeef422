// Package plan decides what a conversion does: which builds of a trace become
// stages of one Dockerfile, where each copy takes its file from, which
// operations of the script are scaffolding, and what of it all is certain.
//
// It knows Docker, and leaves the text to others: shparse says what the script
// does, dockerfile what the Dockerfiles say, and render makes the edits.
//
// # From a trace to a fold
//
// Make looks at each way of the trace by itself.
//
//  1. Roles. A build that a container was made from, out of which something was
//     copied that another build takes in, is a builder. A build that takes in
//     such files, and that nothing is copied out of, is final. Names of files
//     and tags prove nothing.
//  2. Artifacts. Every COPY and ADD of a build is resolved against the state of
//     the host's files in front of that build: its sources come out of a
//     container, or from the repository, or both (COPY . .), or can't be told.
//  3. Rewrites. A copy that takes artifacts becomes one or more COPY --from, so
//     that the same paths with the same content, mode and owner arrive. Where
//     that rests on something that can't be proved (is it a file or a
//     directory?), the assumption is a finding.
//  4. Arguments and names. Build arguments, global ARGs, flags and stage names of
//     the parts must mean in one file what they meant in their own.
//  5. Scaffolding. What only served the extraction goes: the builder's build, its
//     containers, the artifacts on the host and their removal.
//
// The plans of all ways must agree on the text of the Dockerfile; else the
// condition that tells them apart is a finding.
package plan
