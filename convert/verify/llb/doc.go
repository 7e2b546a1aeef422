// Package llb compares builds as BuildKit would do them, without doing them: it
// lowers the Dockerfiles of both ways to BuildKit's graph of operations (LLB), and
// walks the two graphs side by side.
//
// Nothing is asked of a registry. What the config of a base image says is unknown;
// the graphs have to be the same for two assumptions about it, which differ in all
// that an instruction can depend on. Base images are taken to have no ONBUILD.
//
// Where the old way copies a file from the build context that came out of a
// container, the new way has to copy it out of a stage, at the same place; the graph
// of that stage has to be that of the image which the container was made from. Such
// copies are listed, and so is what rests on the type of a file. Everything else has
// to be equal: operations, their settings, and the image's config.
package llb
