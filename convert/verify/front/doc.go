// Package front is the docker command that stands in front of the real one while
// a build script runs for "stagefold verify".
//
// It hands on what builds, runs and extracts, under private names: each image,
// container, volume and network that the script makes gets a suffix of the
// session, so that none of the user's is overwritten, and what the script prints
// and reads shows the names without it. Names that the script did not make mean
// what they always mean.
//
// It holds back, with success and a note in the session's log:
//
//   - what leaves the machine: push, login, pushes of buildx, and other programs
//     such as kubectl or "git push" that reach out;
//   - what reaches things of others: removing, stopping or changing a container,
//     an image, a volume or a network that the script did not make, prune, compose,
//     swarm, and the configuration of the client.
//
// It refuses, with failure, what it can't stand in front of: a docker command
// line that it does not know, another engine (-H, DOCKER_HOST), the engine's
// socket inside of a container. A docker that is called by another way than PATH
// finds no engine, since the script's DOCKER_HOST leads nowhere; the front puts
// the real one back.
//
// Every engine object that was made is in the log, or carries the session's label,
// so that Session.Clean finds it, however the script ended.
package front
