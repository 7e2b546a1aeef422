package report_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/report"
)

func TestOrigins(t *testing.T) {
	r := convert.Convert(os.DirFS("../../examples/href-counter"), convert.Options{Script: "build.sh"})
	var out bytes.Buffer
	if err := report.Origins(&out, r); err != nil {
		t.Fatal(err)
	}
	const want = `  where the lines of Dockerfile come from
     1 ~ Dockerfile.build:1       FROM golang:1.7.3 AS builder
     2   Dockerfile.build:2       WORKDIR /go/src/github.com/alexellis/href-counter/
     3   Dockerfile.build:3       COPY app.go .
     4   Dockerfile.build:4       RUN go get -d -v golang.org/x/net/html \
     5   Dockerfile.build:5         && CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o app .
     6
     7   Dockerfile:1             FROM alpine:latest
     8   Dockerfile:2             RUN apk --no-cache add ca-certificates
     9   Dockerfile:3             WORKDIR /root/
    10 ~ Dockerfile:4 build.sh:8  COPY --from=builder /go/src/github.com/alexellis/href-counter/app .
    11   Dockerfile:5             CMD ["./app"]
  where the lines of build.sh come from
     1   build.sh:1     #!/bin/sh
     2   build.sh:3
     3   build.sh:11    echo Building alexellis2/href-counter:latest
     4   build.sh:12
     5 ~ build.sh:13,4  docker build --no-cache --build-arg https_proxy=$https_proxy --build-arg http_proxy=$http_proxy -t alexellis2/href-counter:latest .
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("origins differ (-want +got):\n%s", diff)
	}
}
