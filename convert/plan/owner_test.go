package plan

import (
	"testing"
)

// TestWords checks what the patterns for the text of a RUN find, and what they
// leave alone.
func TestWords(t *testing.T) {
	for _, tt := range []struct {
		name    string
		pattern expression
		yes, no []string
	}{
		{"ownerWords", ownerWords, []string{
			"chown app /x", "make && chown -R 1:1 /x", "find / -exec chown app {} +", "/bin/chown app x", "sh -c 'chown a b'", "x;chgrp g y",
			"tar -xf a.tar", "curl x | tar xz", "(tar c .)", "bsdtar -x", "rpm2cpio a | cpio -i", "pax -r", "rsync -a a b",
			"su app -c make", "sudo make", "gosu app make", "su-exec app make", "setpriv --reuid 1 make", "runuser -u app make", "chpst -u app make",
			"cp -a a b", "cp -p a b", "cp -rp a b", "cp -r -p a b", "cp --preserve=all a b", "cp --preserve a b", "cp --archive a b", "cp a b -a",
			"install -o app a b", "install -m 755 -o app a b", "install --owner=app a b", "x && install -g g a b", "curl --owner x", "tool --chown=1 x",
		}, []string{
			"make install", "cp a b", "cp -r a b", "cp -f a b", "chmod 755 x", "echo chowning", "mytar x", "star x", "targets", "summary", "install -m 755 a b",
			"make target", "cp -r src-p /out", "go build -o app", "npm install -g x", "npm install -o", "apt-get install -o x y",
		}},
		{"setuid", setuid, []string{
			"chmod 4755 x", "chmod 04755 x", "chmod 2755 x", "chmod 6755 x", "chmod u+s x", "chmod +s x", "chmod g+s x", "chmod ug+rxs x", "chmod u=rwxs x",
			"chmod -R 4755 x", "chmod -R -v u+s x", "chmod g+rx,u+s x", "install -m 4755 a b", "install -m4755 a b", "install --mode=4755 a b",
			"install -Dm4755 a b", "install -D -m 2755 a b", "mkdir -m 2775 d",
		}, []string{
			"chmod 755 x", "chmod 0755 x", "chmod 1777 x", "chmod +x x", "chmod u+rwx x", "chmod a=rx ssh", "chmod -s x", "install -m 755 a b", "install a b", "make 4755",
		}},
		{"setcap", setcap, []string{"setcap cap_net_raw+ep x", "a && setcap c x", "/sbin/setcap c x", "(setcap c x)"}, []string{"apk add libcap", "getcap x", "setcaps x", "echo setcap"}},
		{"modeWords", modeWords, []string{
			"chmod 700 x", "a;chmod 700 x", "/bin/chmod 700 x", "umask 077", "mkdir -m 700 x", "mkdir -p -m 700 x", "mkdir -pm 700 x", "install -m 600 a b",
			"install --mode=600 a b", "install -Dm600 a b", "mkdir --mode 700 d",
		}, []string{"mkdir x", "mkdir -p x", "make", "install a b", "lchmod", "echo umasks"}},
		{"linkWords", linkWords, []string{"ln -s a b", "ln -sf a b", "ln -f -s a b", "/bin/ln -s a b", "x && ln --symbolic a b", "ln a b -s"},
			[]string{"ln a b", "ln -f a b", "kiln -s", "ln a-s b", "ln a b; ls -s"}},
		{"archiveNames", archiveNames, []string{"a.tar", "a.tar.gz", "a.TGZ", "a.tbz", "a.tbz2", "a.txz", "a.gz", "a.bz2", "a.xz", "a.zst", "*.x", "a?", "[ab]"},
			[]string{"app", "a.zip", "a.jar", "tar", "a.tar.txt", "gz"}},
		{"opaque", opaque, []string{"./build.sh", "make && ./configure", "CC=gcc ./configure", "sh build.sh", "bash ./x", "/bin/sh x"},
			[]string{"make", "sh -c make", "go build ./...", "go build -o app ./cmd", "cd ./x"}},
		{"packageManagers", packageManagers, []string{"apk add app", "apt-get install -y app", "yum install app"}, []string{"go install app", "adapt x"}},
		{"plainScript", plainScript, []string{"make", "a && b", "a; b", "a | b", "a 2>&1", "a &>x", "echo '$X'", "cat <a"},
			[]string{"", " make", "[ -f a ]", `["a"]`, "--x", "#x", "cat <<E", "a\nb", `a \b`, "a & b", "a &", "`x`", "& a"}},
		{"plainEnv", plainEnv, []string{"A=b", "A=", "_a1=x/y:z"}, []string{"A", "A=b c", "A=$B", "1A=b", "A=~", "=x"}},
		{"plainMode", plainMode, []string{"755", "0644", "+x", "u=rwx", "-R a+rx", "go-w"}, []string{"+X", "u+s", "u=rw,go=r", "75", "=", "-R", "u=g"}},
		{"stageName", stageName, []string{"build", "b2", "a-b_c.d"}, []string{"", "2b", "Build", "a/b", "-a"}},
	} {
		for _, text := range tt.yes {
			if !tt.pattern.MatchString(text) {
				t.Errorf("%s does not match %q", tt.name, text)
			}
		}
		for _, text := range tt.no {
			if tt.pattern.MatchString(text) {
				t.Errorf("%s matches %q", tt.name, text)
			}
		}
	}
}

// TestRootOwned checks whose /out/app is, in builders of a few lines.
func TestRootOwned(t *testing.T) {
	for _, tt := range []struct {
		about, builder string
		want           bool
	}{
		{"a RUN names it", "FROM golang:1\nRUN make /out/app\n", true},
		{"a RUN names its base name", "FROM golang:1\nRUN cd /out && make app\n", true},
		{"a RUN of something else", "FROM golang:1\nRUN make\n", false},
		{"a WORKDIR above it", "FROM golang:1\nWORKDIR /out\nRUN make\n", true},
		{"a WORKDIR at the root", "FROM golang:1\nWORKDIR /\nRUN make\n", false},
		{"a WORKDIR that is not known", "FROM golang:1\nWORKDIR $X\nRUN make\n", false},
		{"a COPY of its directory", "FROM golang:1\nCOPY out /out\n", true},
		{"a COPY of it", "FROM golang:1\nCOPY app /out/app\n", true},
		{"a COPY to somewhere else", "FROM golang:1\nCOPY app /opt/app\n", false},
		{"a COPY to a place that is not known", "FROM golang:1\nARG D\nCOPY app $D\n", false},
		{"a COPY to the root", "FROM golang:1\nCOPY out /\n", false},
		{"installed by the package manager", "FROM alpine:3\nRUN apk add --no-cache app\n", false},
		{"an unknown base image", "FROM example/go\nRUN make /out/app\n", false},
		{"a base image that is a variable", "ARG B\nFROM $B\nRUN make /out/app\n", false},
		{"a user", "FROM golang:1\nRUN make /out/app\nUSER app\n", false},
		{"a user that is root", "FROM golang:1\nUSER root:root\nRUN make /out/app\n", true},
		{"a user that is not known", "FROM golang:1\nARG U\nUSER $U\nRUN make /out/app\n", false},
		{"a user only in a trigger", "FROM golang:1\nONBUILD USER app\nRUN make /out/app\n", true},
		{"chown", "FROM golang:1\nRUN make /out/app && chown app /out/app\n", false},
		{"a script of the repository", "FROM golang:1\nRUN ./make.sh /out/app\n", false},
		{"a wrapper of a build tool", "FROM openjdk:8\nRUN ./gradlew /out/app\n", true},
		{"ADD of an archive", "FROM golang:1\nADD x.tar /out/\nRUN make /out/app\n", false},
		{"ADD of a source that is not known", "FROM golang:1\nARG X\nADD $X /out/\n", false},
		{"ADD of a directory", "FROM golang:1\nADD src /out/\n", true},
		{"COPY --chown", "FROM golang:1\nCOPY --chown=1:1 src /out/\n", false},
		{"COPY --from a stage of root's", "FROM golang:1 AS a\nRUN make /x\nFROM alpine:3\nCOPY --from=a /x /out/app\n", true},
		{"COPY --from a stage of a user's", "FROM golang:1 AS a\nUSER app\nRUN make /x\nFROM alpine:3\nCOPY --from=a /x /out/app\n", false},
		{"COPY --from an image", "FROM alpine:3\nCOPY --from=example/a /x /out/app\n", false},
		{"COPY --from an image, to somewhere else", "FROM alpine:3\nCOPY --from=example/a /x /opt/x\nRUN make /out/app\n", true},
		{"COPY --from of two sources", "FROM golang:1 AS a\nRUN make /x\nFROM alpine:3\nCOPY --from=a /x /y /out/\n", false},
		{"a stage on another one", "FROM golang:1 AS a\nRUN make /out/app\nFROM a\nRUN true\n", true},
		{"a stage on one with a user", "FROM golang:1 AS a\nUSER app\nFROM a\nRUN make /out/app\n", false},
		{"a here-document", "FROM golang:1\nRUN <<E\nmake /out/app\nE\n", true},
		{"a here-document with chown", "FROM golang:1\nRUN <<E\nmake /out/app\nchown a /out/app\nE\n", false},
	} {
		_, a := withBuilder(tt.builder).artifact(t)
		if got := rootOwned(a); got != tt.want {
			t.Errorf("%s: rootOwned is %t, want %t:\n%s", tt.about, got, tt.want, tt.builder)
		}
	}
}

func TestContainsWord(t *testing.T) {
	for _, tt := range []struct {
		text, word string
		want       bool
	}{
		{"app", "app", true}, {"make app", "app", true}, {"/out/app", "app", true}, {"(app)", "app", true}, {"app;x", "app", true},
		{"apps", "app", false}, {"my-app", "app", false}, {"app.go", "app", false}, {"app_x", "app", false}, {"apps app", "app", true},
		{"", "app", false}, {"myapp app2 app", "app", true}, {"/out/dir/x", "/out/dir", true}, {"/out/dirs", "/out/dir", false},
	} {
		if got := containsWord(tt.text, tt.word); got != tt.want {
			t.Errorf("containsWord(%q, %q) is %t", tt.text, tt.word, got)
		}
	}
}
