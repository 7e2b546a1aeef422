// Package modernize rewrites the builder stages of a merged Dockerfile in the way
// that an expert would have written them in a multi-stage file: old builders join
// everything with && and copy all sources first, to save layers of an image that
// nobody ships. In a stage, layers cost nothing and a missing one costs cache.
//
// Run makes these changes, each with a finding of its own, and each only where the
// files that the final image takes out of the stage stay the same:
//
//   - SF501: a RUN of several commands joined by && becomes several RUNs;
//   - SF502: a leading "cd DIR &&" becomes WORKDIR;
//   - SF503: a RUN that reads nothing of the build context goes above the COPYs in
//     front of it;
//   - SF504: a COPY of a whole directory gets one in front that brings the files
//     that a dependency step needs, and the step goes in between;
//   - SF505: a RUN gets mounts for the caches of its tools (only with BuildKit;
//     then SF506 says that the result needs it).
//
// A code of Input.Skip switches its change off. SF507 is the assumption that a base
// image declares no volume where a RUN was split; to skip it is to split only where
// the base image is known. SF508 says why a RUN with several costly commands was
// left alone.
//
// # When a RUN is split
//
// A chain of && ends where its first command fails, as a list of RUNs does. What a
// RUN does not hand to the next one decides the rest:
//
//   - State of the shell: from the first command on that may change it (cd, set,
//     export, an assignment, a function, a loop ...) the chain stays together.
//     Subshells keep their state to themselves.
//   - Processes. A command that is not in the table may leave one running, and
//     another one that is not in the table may need it: no split between two such.
//   - What is mounted into the container: /dev, /etc/hosts and the like. A RUN that
//     names them stays whole. So does a RUN behind a VOLUME, since the legacy
//     builder drops what is written there.
//   - Fractions of seconds of file times, which the legacy builder drops between
//     layers. A command that goes by times (make) stays with those in front of it
//     that write source files.
//   - Hard links, and the renaming of directories, which end at a layer: cargo and
//     npm stay with what follows on their files.
//
// Clean-up stays with what it cleans up after, the refresh of a package index with
// the installation, and what takes no time with its neighbour: only a boundary
// between two commands that take time saves any.
//
// Lines of the final image's stage, and of those it stands on, are never touched.
package modernize
