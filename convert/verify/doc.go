// Package verify compares two Docker images: every path of their flattened file
// systems, and every field of their configs that a container can see.
//
// An image is read from the stream that "docker save" writes. Layers are hashed
// as they pass: no file is held in memory or put on disk, only one Entry for
// each path. Layers, ids, history and times are not part of an Image, since two
// builds of one Dockerfile differ in them as well.
package verify
