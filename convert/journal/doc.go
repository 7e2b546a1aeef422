// Package journal remembers what a run writes, so that a crash leaves no unit half
// converted, and so that a run can be taken back.
//
// Before a run touches a file, the old and the new text of every file that it is
// about to change are written down and synced: the run is pending. Then the groups
// of files are written, each by package write, and the run becomes the last one.
//
// A crash at any moment, that of kill -9 too, leaves a pending run. What became of a
// file is seen by its text alone: it is the old one or the new one, and if it is
// neither, somebody else has changed it. So a pending run needs no notes on how far
// it came. Finish writes what is still old; Undo of a pending run takes back what is
// already new. Between the crash and that, files of one group may be of different
// age, never one file in itself.
//
// Undo of the last run goes the same way with old and new exchanged, and is pending
// itself meanwhile. Where a file is not as the run left it, nothing is undone.
//
// All of it lies in .git/stagefold, or where .git is no directory of the repository
// in .stagefold, which git is told to ignore. A lock keeps a second run out.
package journal
