// Package dockertest lets tests run build scripts against a real Docker Engine.
//
// A Lab makes base images without a registry, runs a script in a directory with
// the builder that the test names, holds back what would leave the machine
// (push, login, pull), reads the images that the script made, and removes
// everything at the end of the test.
//
// Where no engine answers, Open fails and Unavailable skips the test; it fails
// the test where STAGEFOLD_REQUIRE_DOCKER=1 says that there must be an engine.
package dockertest
