package shparse

import "testing"

func TestKeysTellHolesApart(t *testing.T) {
	tests := []struct {
		name, text string
		same       bool // the two arguments of docker run have one key
	}{
		{"one variable", "docker run $X $X", true},
		{"two variables", "docker run $X $Y", false},
		{"text and variable", "docker run a$X a$X", true},
		{"default or not", "docker run ${X:-d} $X", false},
		{"one default", "docker run ${X:-d} ${X:-d}", true},
		{"two defaults", "docker run ${X:-d} ${X:-e}", false},
		{"default of unset and of empty", "docker run ${X:-d} ${X-d}", false},
		{"argument", "docker run $1 \"$1\"", true},
		{"argument and its default", "docker run $1 ${1:-a}", false},
		{"two runs of one command", "docker run $(date) $(date)", false},
		{"one run of a command", "d=$(date); docker run $d $d", true},
		{"one temporary directory", "d=$(mktemp -d); docker run $d $d", true},
		{"two temporary directories", "docker run $(mktemp -d) $(mktemp -d)", false},
		{"computed", "docker run ${X%.*} ${X%.*}", true},
		{"computed from a new value", "docker run ${X%.*} $(X=$Y; echo ${X%.*})", false},
		{"two containers", "docker run $(docker create a) $(docker create a)", false},
		{"one container", "c=$(docker create a); docker run $c $c", true},
		{"assigned in a loop", "for i in 1 2; do a=$b b=$(date); done; docker run $a $b", false},
		{"directory", "docker run $PWD \"$(pwd)\"", true},
		{"random", "docker run $RANDOM $RANDOM", false},
		{"process", "docker run $$ $$", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			args := lastArgs(t, tt.text)
			if len(args) != 2 {
				t.Fatalf("expected two arguments, found %q", args)
			}
			if same := args[0].Key() == args[1].Key(); same != tt.same {
				t.Errorf("%q and %q: same is %v, want %v", args[0].Key(), args[1].Key(), same, tt.same)
			}
		})
	}
}

// lastArgs returns the arguments behind the verb of the last docker command of
// a script.
func lastArgs(t *testing.T, text string) []Arg {
	t.Helper()
	tr := readText(text, Limits{})
	if len(tr.Ways) == 0 {
		t.Fatalf("no ways: %v", tr.Findings)
	}
	ops := tr.Ways[0].Ops
	for i := len(ops) - 1; i >= 0; i-- {
		if args, ok := dockerArgs(ops[i]); ok {
			return args[1:]
		}
	}
	t.Fatal("no docker command")
	return nil
}
