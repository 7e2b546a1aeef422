// Package inputs notes what a conversion reads, so that somebody can tell later
// whether it would read the same again.
//
// A Recorder is a file system that keeps an Input for each question that it was
// asked: the text of a file, the names in a directory, what there is at a path, where
// a link leads. That nothing is there is an answer too, so a file that appears is
// seen. Nothing else of a file counts: neither its mode nor its times.
package inputs
