// Package blueprint is the file of "convert --plan": what a run would write, and what
// that follows from.
//
// A Blueprint names each unit with the hashes of all that its conversion read, and
// holds each new file whole. To apply it, the same conversion is made once more. What
// is written is what comes out of that, and only where the inputs are the recorded
// ones and every byte, every finding and every neighbour that shares a file is as
// recorded (Settle). So a file that was tampered with, or that another version of
// stagefold made, can hold a unit up, and can't make anybody write what a conversion
// would not.
package blueprint
