package front

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// layers stands for the real client of an engine that holds images: files in the
// directory images, called by their IDs, which hold how many names the image has, and
// the ID of the one that it is built on.
const layers = `#!/bin/sh
cd "${0%/*}/images" || exit
case "$1 $2" in
"image ls") [ "$3" != -aq ] || ls ;;
"image rm")
	for id; do :; done
	if grep -q " $id\$" *; then
		echo "Error response from daemon: conflict: unable to delete $id" >&2
		exit 1
	fi
	rm "$id" ;;
"image inspect")
	format=$4
	shift 4
	for id; do
		[ -e "$id" ] || continue
		read -r names parent <"$id"
		case $format in
		*.Parent*) echo "$names $parent $id" ;;
		*) echo "$names $id" ;;
		esac
	done ;;
esac
`

// TestCleanUntold removes the layers that the session knows of, and those on top of them
// that nobody told. Where one with a name is on top, they stay.
func TestCleanUntold(t *testing.T) {
	s := newSession(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.WriteFile(s.Client, []byte(layers), 0o700))
	must(os.Mkdir("images", 0o700))
	for id, row := range map[string]string{
		"sha256:base":    "1 ",
		"sha256:told":    "0 sha256:base",
		"sha256:untold":  "0 sha256:told",
		"sha256:further": "0 sha256:untold",
		"sha256:shared":  "0 sha256:base",
		"sha256:users":   "1 sha256:shared",
		"sha256:other":   "0 sha256:base",
	} {
		must(os.WriteFile(filepath.Join("images", id), []byte(row+"\n"), 0o600))
	}
	for _, id := range []string{"sha256:told", "sha256:shared"} {
		must(s.note(Event{Kind: ImageID, Text: id}))
	}
	must(s.Clean())
	entries, err := os.ReadDir("images")
	must(err)
	var left []string
	for _, e := range entries {
		left = append(left, strings.TrimPrefix(e.Name(), "sha256:"))
	}
	if got, want := strings.Join(left, " "), "base other shared users"; got != want {
		t.Errorf("the engine still holds %q, want %q", got, want)
	}
}
