package verify

import (
	"archive/tar"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The image of BenchmarkCompare: 1 GB in 50,000 files.
const (
	benchFiles    = 50_000
	benchFileSize = 20 << 10
)

// BenchmarkCompare reads two images of 1 GB and 50,000 files that share no layer,
// and compares them. The aim is less than 10 s and 300 MB of memory.
func BenchmarkCompare(b *testing.B) {
	for b.Loop() {
		begin := time.Now()
		old, new := readBench(b, 1), readBench(b, 2)
		if diffs := Diff(old, new); len(diffs) != benchFiles {
			b.Fatalf("found %d differences, want one for each file", len(diffs))
		}
		b.ReportMetric(time.Since(begin).Seconds(), "s/compare")
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/1e6, "MB")
	}
	b.ReportMetric(0, "ns/op") // it says the same
}

// readBench reads a generated archive, of which nothing is ever held whole.
func readBench(b *testing.B, fill byte) *Image {
	b.Helper()
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeBench(w, fill)) }()
	img, err := ReadArchive(r)
	if err != nil {
		b.Fatal(err)
	}
	return img
}

func writeBench(w io.Writer, fill byte) error {
	outer := tar.NewWriter(w)
	const layerSize = benchFiles*(512+benchFileSize) + 1024
	if err := outer.WriteHeader(&tar.Header{Name: "l/layer.tar", Typeflag: tar.TypeReg, Size: layerSize}); err != nil {
		return err
	}
	body := make([]byte, benchFileSize)
	for i := range body {
		body[i] = byte(i) ^ fill
	}
	layer := tar.NewWriter(outer)
	for i := range benchFiles {
		h := &tar.Header{Name: fmt.Sprintf("usr/lib/package-%d/file-%d", i/100, i), Typeflag: tar.TypeReg, Mode: 0o644, Size: benchFileSize}
		if err := layer.WriteHeader(h); err != nil {
			return err
		}
		if _, err := layer.Write(body); err != nil {
			return err
		}
	}
	if err := layer.Close(); err != nil {
		return err
	}
	for name, text := range map[string]string{"c.json": "{}", "manifest.json": `[{"Config":"c.json","Layers":["l/layer.tar"]}]`} {
		if err := outer.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Size: int64(len(text))}); err != nil {
			return err
		}
		if _, err := io.Copy(outer, strings.NewReader(text)); err != nil {
			return err
		}
	}
	return outer.Close()
}
