package shparse

import (
	"strings"
	"testing"
)

// TestWordsWithHoles checks what becomes of values from outside. Arguments that
// may be split have a star.
func TestWordsWithHoles(t *testing.T) {
	tests := []struct{ text, want string }{
		{`docker run $1 "$1"`, `${1}* ${1}`},
		{`docker run "x${X}y"`, `x${X}y`},
		{`docker run ${X:-d} "${X:-a b}"`, `${X:-d}* ${X:-a b}`},
		{`docker run "${X:-}" "${X-d}"`, `${X} ${X-d}`},
		{`docker run "${X:+-v $X}"`, `${X:+-v $X}`},
		{`docker run ${X:?needed}`, `${X}*`},
		{`: ${X:=d}; docker run "$X"`, `${X:-d}`},
		{`X=${1:-a}; docker run "$X" "${X:-b}" "${X:+c}"`, `${1:-a} ${1:-a} c`},
		{`X=a$1; docker run "${X:-b}"`, `a${1}`},
		{`docker run "${X%.*}" "${#X}" "${X/a/b}" "${X:1}" "${X^^}"`, `${X%.*} ${#X} ${X/a/b} ${X:1} ${X^^}`},
		{`X=$1.tar.gz; docker run "${X%.gz}" "${X%.*}" "${X##*.}" "${X%%.*}"`, `${1}.tar ${1}.tar gz ${X%%.*}`},
		{`X=v$1; docker run "${X#v}" "${X#?}"`, `${1} ${1}`},
		{`docker run $((X+1)) $((2+3))`, `$((X+1)) 5`},
		{`docker run "$@" "$*" $#`, `${@}* ${*} ${#}`},
		{`docker run "a$@"`, `a${@}*`},
		{`shift; docker run "$1" "$@"`, `${2} ${@}*`},
		{`f() { docker run "$2" "$#"; }; f a "$1"`, `${1} 2`},
		{`f() { docker run "$1" "$2"; }; f a "$@"`, `a ${1}`},
		{`set -- a "$@"; docker run "$1" "$2"`, `a ${1}`},
		{`a=("$@"); docker run "${a[@]}" "${#a[@]}"`, `${@}* ${#a[@]}`},
		{`a=(x $OPTS); docker run "${a[@]}"`, `x ${OPTS}*`},
		{`docker run "$(git describe)" $(git describe)`, `$(git describe) $(git describe)*`},
		{`docker run "v$(git describe)-$(uname -m)"`, `v$(git describe)-$(uname -m)`},
		{`x=$(git describe | tr a b); docker run "$x"`, `$(git describe | tr a b)`},
		{`docker run "$(echo "$X")"`, `${X}`},
		{`echo "$X" > f; docker run "$(cat f)"`, `${X}`},
		{`read -r x < none; docker run "$x"`, `$(read x)`},
		{`docker run $PWD/src "$(pwd)" "$(cd src && pwd)"`, `$PWD/src $PWD $PWD/src`},
		{`docker run ~/x "$HOME"`, `$HOME/x $HOME`},
		{`docker run "$$" "$RANDOM" "$UID"`, `$$ $RANDOM $UID`},
		{`docker run none/*.go /etc/*.conf`, `none/*.go /etc/*.conf*`},
		{`docker cp "$(docker create a)":/x/. src; docker run src/*`, `src/**`},
		{`eval "docker run $X"`, `${X}*`},
		{`D="docker run a"; $D "$X"`, `a ${X}`},
		{`$DOCKER run a; docker run b`, `b`},
		{`docker run $? "$(true; echo $?)"`, `0 0`},
		{`docker inspect a; docker run $?`, `$?`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			var got []string
			for _, a := range lastArgs(t, tt.text) {
				star := ""
				if a.MaySplit {
					star = "*"
				}
				got = append(got, a.Value.String()+star)
			}
			if text := strings.Join(got, " "); text != tt.want {
				t.Errorf("got  %s\nwant %s", text, tt.want)
			}
		})
	}
}
