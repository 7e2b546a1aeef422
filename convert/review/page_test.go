package review_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/stagefold/stagefold/convert"
	"github.com/stagefold/stagefold/convert/report"
	"github.com/stagefold/stagefold/convert/review"
)

// RequireVar is the environment variable that makes a missing browser a failure.
const RequireVar = "STAGEFOLD_REQUIRE_BROWSER"

// flags keep the browser from everything but the page.
var flags = []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "no-sandbox"}

// A tab shows a page, and knows what went wrong in it.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	troubles []string
}

// show opens the page of units in a browser, and fails at the end of the test where
// the page complained or asked for anything.
func show(t *testing.T, units ...review.Unit) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	program, err := exec.LookPath("chromium")
	switch {
	case err != nil && os.Getenv(RequireVar) == "1":
		t.Fatalf("%s=1 and there is no browser: %v", RequireVar, err)
	case err != nil:
		t.Skipf("no browser: %v", err)
	}
	name := filepath.Join(t.TempDir(), "page.html")
	var page bytes.Buffer
	must(t, review.Write(&page, units))
	must(t, os.WriteFile(name, page.Bytes(), 0o644))

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program))
	for _, f := range flags {
		options = append(options, chromedp.Flag(f, true))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) { b.listen(event, "file://"+name) })
	b.size(1280, 800)
	b.run(log.Enable(), network.Enable(), chromedp.Navigate("file://"+name), chromedp.WaitVisible("#list .row, #detail .empty"))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, trouble := range b.troubles {
			t.Error(trouble)
		}
	})
	return b
}

func (b *tab) listen(event any, page string) {
	trouble := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		trouble = "the page fails: " + e.ExceptionDetails.Error()
	case *runtime.EventConsoleAPICalled:
		trouble = fmt.Sprintf("the page says %s: %v", e.Type, e.Args)
	case *log.EventEntryAdded:
		trouble = "the browser says: " + e.Entry.Text
	case *network.EventRequestWillBeSent:
		if url, _, _ := strings.Cut(e.Request.URL, "#"); url != page {
			trouble = "the page asks for " + e.Request.URL
		}
	}
	if trouble != "" {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.troubles = append(b.troubles, trouble)
	}
}

func (b *tab) run(actions ...chromedp.Action) {
	b.Helper()
	must(b.T, chromedp.Run(b.ctx, actions...))
}

func (b *tab) size(width, height int64) {
	b.Helper()
	b.run(chromedp.EmulateViewport(width, height))
}

func (b *tab) keys(keys ...string) {
	b.Helper()
	for _, k := range keys {
		b.run(chromedp.KeyEvent(k))
	}
}

// text evaluates an expression of the page's script as a text.
func (b *tab) text(expression string) string {
	b.Helper()
	var got string
	b.run(chromedp.Evaluate("String("+expression+")", &got))
	return got
}

func (b *tab) want(expression, want string) {
	b.Helper()
	if got := b.text(expression); got != want {
		b.Errorf("%s is %q, want %q", expression, got, want)
	}
}

// lines are the places of the lines with a class, such as "before build.sh:8".
func lines(class string) string {
	return `[...document.querySelectorAll(".ln.` + class + `")].map((e) => e.closest(".column").classList[1] + " " +
		e.closest("article").querySelector(".path").title + ":" + e.dataset.n).join(", ")`
}

// point moves the mouse to the middle of a line.
func (b *tab) point(key string) {
	b.Helper()
	var at []float64
	b.run(chromedp.Evaluate(`(() => { const e = document.querySelector('[data-key="`+key+`"]'); e.scrollIntoView({block: "center"});
		const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + 5]; })()`, &at))
	b.run(chromedp.MouseEvent(input.MouseMoved, at[0], at[1]))
}

// TestMarks points at lines on both sides.
func TestMarks(t *testing.T) {
	b := show(t, unit("href", hrefCounter(t)))
	b.point("n0:9")
	b.want(lines("here"), "after Dockerfile:10")
	b.want(lines("mark"), "before build.sh:8, before Dockerfile:4")
	b.want(`document.querySelector("#origin").textContent`, "Dockerfile:10 came from Dockerfile:4 build.sh:8 ")
	b.point("o0:7")
	b.want(lines("here"), "before build.sh:8")
	b.want(lines("mark"), "after Dockerfile:10")
	b.point("o0:1")
	b.want(lines("mark"), "")
	b.want(`document.querySelector("#origin").textContent`, "build.sh:2 is not needed any more")
	b.point("n0:0")
	b.want(lines("mark"), "before Dockerfile.build:1")
}

// TestClicks walks through the views with the mouse.
func TestClicks(t *testing.T) {
	b := show(t, unit("good", hrefCounter(t)), unit("bad", refused()))
	b.run(chromedp.Click("#tab-diff"))
	b.want(`[...document.querySelectorAll(".view-diff .minus")].length`, "16")
	b.want(`[...document.querySelectorAll(".view-diff .plus")].map((e) => e.textContent).at(0)`, "FROM golang:1.7.3 AS builder")
	b.run(chromedp.Click("#tab-steps"))
	b.want(`[...document.querySelectorAll(".steps .verb")].map((e) => e.textContent).join(" ")`, "host build create extract remove host build host")
	b.run(chromedp.Click(".steps li:nth-child(4) button.place"))
	b.want(lines("here"), "before build.sh:8")
	b.want(`document.activeElement.dataset.key`, "o0:7")

	b.run(chromedp.Click("#row1"))
	b.want(`document.querySelector("h2").textContent`, "bad/build.sh")
	b.want(`document.querySelector(".after .finding .severity").textContent`, "error")
	b.run(chromedp.Click("#tab-findings"))
	b.want(`document.querySelector(".finding mark").textContent`, `upx app`)
	b.want(`document.querySelector(".finding .hint").textContent.length > 20`, "true")
}

// TestFilter filters by words and by status.
func TestFilter(t *testing.T) {
	b := show(t, unit("services/one", hrefCounter(t)), unit("services/two", refused()), unit("tools/two", hrefCounter(t)))
	rows := `[...document.querySelectorAll(".row")].map((e) => e.title).join(" ")`
	b.want(`document.querySelector("#totals").textContent`, "3 units, 2 convertible, 1 refused")
	b.keys("/", "t", "w", "o", " ", "s", "e", "r")
	b.want(rows, "services/two/build.sh")
	b.want(`document.querySelector("#count").textContent`, "1 of 3 units shown")
	b.text(`document.querySelector("#search").select()`)
	b.keys(kb.Backspace)
	b.run(chromedp.Click(`.chip[data-status="refused"]`))
	b.want(rows, "services/one/build.sh tools/two/build.sh")
	b.run(chromedp.Click(`.chip[data-status="converted"]`))
	b.want(rows, "")
	b.run(chromedp.Click(`.chip[data-status="refused"]`))
	b.want(rows, "services/two/build.sh")
}

// TestKeyboard uses no mouse.
func TestKeyboard(t *testing.T) {
	b := show(t, unit("a", hrefCounter(t)), unit("b", refused()), unit("c", hrefCounter(t)))
	title := `document.querySelector("h2").textContent`
	b.keys("/", "b", kb.Enter, kb.Enter)
	b.want(title, "a/build.sh") // every path has the letter
	b.keys(kb.Escape, kb.ArrowDown)
	b.want(title, "b/build.sh")
	b.keys(kb.End)
	b.want(title, "c/build.sh")
	b.keys(kb.Home, "j", "k", kb.Enter)
	b.want(title, "a/build.sh")
	b.want(lines("here"), "after Dockerfile:1")
	b.keys(kb.ArrowDown, kb.ArrowLeft)
	b.want(lines("here"), "before Dockerfile.build:2")
	b.keys(kb.Home)
	b.want(lines("here"), "before build.sh:1")
	b.keys(kb.ArrowRight)
	b.want(lines("here"), "after build.sh:1")
	b.keys("2")
	b.want(`document.activeElement.id`, "tab-diff")
	b.keys(kb.ArrowRight, kb.ArrowRight)
	b.want(`document.activeElement.id + document.querySelectorAll(".steps li").length`, "tab-steps8")
	b.keys(kb.ArrowRight)
	b.want(`document.activeElement.id`, "tab-files")
}

// TestHostile shows files that try to be more than text.
func TestHostile(t *testing.T) {
	r := convert.Convert(files(map[string]string{
		"build.sh":         "#!/bin/sh\n# </script><script>window.hacked = 1</script><!--\n# \x1b[31m \u202eevil\u2066\necho '<img src=x onerror=\"window.hacked=1\">'\n" + plain,
		"Dockerfile.build": "FROM golang:1\n# <style>*{display:none}</style> {{data}} {{script}}\nRUN make\n",
		"Dockerfile":       "FROM alpine:3\nCOPY app /app\nLABEL a=\"</textarea><svg onload=alert(1)>\"\n",
	}), convert.Options{Script: "build.sh"})
	if r.Status != convert.Converted {
		t.Fatalf("%v: %v", r.Status, r.Findings)
	}
	b := show(t, unit("<b>x</b>\u202e", r))
	b.want(`typeof window.hacked`, "undefined")
	b.want(`document.querySelector("h2").textContent`, "<b>x</b>U+202E/build.sh")
	line := func(key string) string { return `document.querySelector('[data-key="` + key + `"]').textContent` }
	b.want(line("o0:1"), "# </script><script>window.hacked = 1</script><!--")
	b.want(line("o0:2"), "# U+001B[31m U+202EevilU+2066")
	b.want(line("o0:3"), `echo '<img src=x onerror="window.hacked=1">'`)
	b.want(line("n0:1"), "# <style>*{display:none}</style> {{data}} {{script}}")
	b.want(line("n0:6"), `LABEL a="</textarea><svg onload=alert(1)>"`)
	b.want(`document.querySelectorAll("script").length`, "2")
	b.want(`document.querySelectorAll("img, textarea").length`, "0")
	for _, view := range []string{"diff", "findings", "steps"} {
		b.run(chromedp.Click("#tab-" + view))
	}
}

// TestMany opens a page of 3,000 units: only rows that can be seen are made, and
// the last unit is as near as the first.
func TestMany(t *testing.T) {
	r := hrefCounter(t)
	sheet := review.NewSheet(r)
	var units []review.Unit
	for i := range 3000 {
		units = append(units, review.Unit{Unit: report.Unit{Result: r, Root: fmt.Sprintf("services/s%04d", i)}, Sheet: sheet})
	}
	b := show(t, units...)
	made := `document.querySelectorAll(".row").length < 60`
	b.want(made, "true")
	b.text(`document.querySelector("#list").focus()`)
	b.keys(kb.End)
	b.want(`document.querySelector("h2").textContent`, "services/s2999/build.sh")
	b.want(`document.querySelector(".row[aria-selected=true]").title`, "services/s2999/build.sh")
	b.want(made, "true")
	b.keys("/", "s", "1", "2", "3")
	b.want(`document.querySelectorAll(".row").length`, "10")
	b.want(`document.querySelector("#count").textContent`, "10 of 3000 units shown")
}

// TestWidths looks at each view in two widths and in both colour schemes: nothing
// sticks out. Pictures go to the directory that STAGEFOLD_PICTURES names.
func TestWidths(t *testing.T) {
	b := show(t, unit("examples/href-counter", hrefCounter(t)), unit("services/packed", refused()))
	for _, scheme := range []string{"light", "dark"} {
		b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}))
		for _, width := range []int64{1280, 400} {
			b.size(width, 800)
			b.picture(fmt.Sprintf("list-%d-%s", width, scheme))
			for _, row := range []string{"row0", "row1"} {
				b.text(`document.getElementById("` + row + `").click()`)
				for _, view := range []string{"diff", "findings", "steps", "files"} {
					b.run(chromedp.Click("#tab-" + view))
					b.want(`document.documentElement.scrollWidth <= innerWidth`, "true")
					b.picture(fmt.Sprintf("%s-%s-%d-%s", row, view, width, scheme))
				}
			}
			b.text(`document.body.classList.remove("opened")`)
		}
	}
}

func (b *tab) picture(name string) {
	b.Helper()
	dir := os.Getenv("STAGEFOLD_PICTURES")
	if dir == "" {
		return
	}
	var png []byte
	b.run(chromedp.CaptureScreenshot(&png))
	must(b.T, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}

// plain is a script of the pattern.
const plain = `docker build -t x:build -f Dockerfile.build .
docker create --name c x:build
docker cp c:/app app
docker rm c
docker build -t x .
rm app
`

func files(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return fsys
}

func hrefCounter(t *testing.T) *convert.Result {
	t.Helper()
	r := convert.Convert(os.DirFS("../../examples/href-counter"), convert.Options{Script: "build.sh"})
	if r.Status != convert.Converted {
		t.Fatalf("%v: %v", r.Status, r.Findings)
	}
	return r
}

// refused is a unit that can't be converted.
func refused() *convert.Result {
	return convert.Convert(files(map[string]string{
		"build.sh":         "#!/bin/sh\n" + strings.Replace(plain, "docker rm c\n", "docker rm c\nupx app\n", 1),
		"Dockerfile.build": "FROM golang:1\nRUN make\n",
		"Dockerfile":       "FROM alpine:3\nCOPY app /app\n",
	}), convert.Options{Script: "build.sh"})
}

func unit(root string, r *convert.Result) review.Unit {
	return review.Unit{Unit: report.Unit{Result: r, Root: root}, Sheet: review.NewSheet(r)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
