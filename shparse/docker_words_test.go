package shparse

import (
	"slices"
	"strings"
	"testing"
)

func TestParseDockerWords(t *testing.T) {
	tests := []struct {
		line, name string
		flags      []string
		args       []string
	}{
		{"docker container rm -fv a b", "rm", []string{"force=true", "volumes=true"}, []string{"a", "b"}},
		{"docker -D build -qt x --no-cache=false .", "build", []string{"quiet=true", "tag=x", "no-cache=false"}, []string{"."}},
		{"docker run --rm -e A=b img -e c", "run", []string{"rm=true", "env=A=b"}, []string{"img", "-e", "c"}},
		{"docker buildx build --builder b --push .", "build", []string{"builder=b", "push=true"}, []string{"."}},
		{"docker", "", nil, nil},
		{"docker rmi --help", "rmi", []string{"help=true"}, nil},
	}
	for _, tt := range tests {
		cmd, name, err := ParseDocker(strings.Fields(tt.line))
		if err != nil || name != tt.name {
			t.Errorf("%q is %q (%v), want %q", tt.line, name, err, tt.name)
		}
		var flags, args []string
		for _, f := range cmd.Flags {
			flags = append(flags, f.Name+"="+f.Value.String())
		}
		for _, a := range cmd.Args {
			args = append(args, a.String())
		}
		if !slices.Equal(flags, tt.flags) || !slices.Equal(args, tt.args) {
			t.Errorf("%q has flags %q and arguments %q, want %q and %q", tt.line, flags, args, tt.flags, tt.args)
		}
	}
}

func TestParseDockerWordsRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"docker nosuch a":    "no subcommand",
		"docker rm --nosuch": `no flag "--nosuch"`,
		"docker tag a":       "expects 2 arguments",
	} {
		if _, _, err := ParseDocker(strings.Fields(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", line, err, want)
		}
	}
}
