package dockerfile

import (
	"bytes"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

const typical = `# syntax=docker/dockerfile:1
ARG GO=1.7.3

# the builder
FROM golang:${GO} AS builder
ARG http_proxy
WORKDIR /go/src/github.com/example/counter/
COPY app.go .
COPY vendor ./vendor
RUN go get -d -v golang.org/x/net/html \
  && CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o app .

FROM alpine:latest
LABEL maintainer="someone" version="1"
ENV HOME=/root PORT=8080
RUN apk --no-cache add ca-certificates
WORKDIR /root/
COPY --from=builder /go/src/github.com/example/counter/app ${HOME}/
EXPOSE 8080
CMD ["./app"]
`

func BenchmarkParse(b *testing.B) {
	src := []byte(typical)
	b.ReportAllocs()
	for b.Loop() {
		if f, fs := Parse("Dockerfile", src); f == nil {
			b.Fatal(fs)
		}
	}
}

func BenchmarkTransfer(b *testing.B) {
	f := mustParse(b, typical)
	in := f.Stages[1].Instructions[4]
	b.ReportAllocs()
	for b.Loop() {
		if t, ok := in.Transfer(nil); !ok || !t.Dest.Known {
			b.Fatal("not taken apart")
		}
	}
}

// BenchmarkBuildKit is the part of BenchmarkParse that is not ours.
func BenchmarkBuildKit(b *testing.B) {
	src := []byte(typical)
	b.ReportAllocs()
	for b.Loop() {
		tree, err := parser.Parse(bytes.NewReader(src))
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := instructions.Parse(tree.AST, nil); err != nil {
			b.Fatal(err)
		}
	}
}
