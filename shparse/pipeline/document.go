package pipeline

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/stagefold/stagefold/convert/finding"
)

// A document is the text of a file with its trees.
type document struct {
	file  string
	src   []byte
	lines []int        // the offset of each line's first byte
	trees []*yaml.Node // one for each document of a stream
}

// newDocument parses a file. Jenkins's has no tree.
func newDocument(file string, src []byte, system System) (*document, *finding.Finding) {
	d := &document{file: file, src: src, lines: []int{0}}
	for i, b := range src {
		if b == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	if at, what := oddByte(src); what != "" {
		f := finding.New("SF070", d.span(at, at), "expected plain text, found %s", what)
		return nil, &f
	}
	if system == Jenkins {
		return d, nil
	}
	in := yaml.NewDecoder(bytes.NewReader(src))
	for {
		tree := &yaml.Node{}
		err := in.Decode(tree)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			f := finding.New("SF070", d.errorPlace(err), "the file is no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
			return nil, &f
		}
		if len(tree.Content) == 1 {
			d.trees = append(d.trees, tree.Content[0])
		}
	}
	return d, nil
}

// oddByte finds what YAML takes for a line break and people don't, or what is no
// text.
func oddByte(src []byte) (int, string) {
	switch {
	case bytes.HasPrefix(src, []byte("\xef\xbb\xbf")):
		return 0, "a byte-order mark"
	case bytes.IndexByte(src, 0) >= 0:
		return bytes.IndexByte(src, 0), "a NUL byte"
	case !utf8.Valid(src):
		return 0, "bytes that are not UTF-8"
	}
	for i, b := range src {
		if b == '\r' && (i+1 == len(src) || src[i+1] != '\n') {
			return i, "a carriage return that ends no line"
		}
	}
	for _, sep := range []string{"\u0085", "\u2028", "\u2029"} {
		if i := bytes.Index(src, []byte(sep)); i >= 0 {
			return i, "a line separator of Unicode"
		}
	}
	return 0, ""
}

// errorPlace is the line that an error of the YAML library names.
func (d *document) errorPlace(err error) finding.Range {
	m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(err.Error())
	if m == nil {
		return finding.Range{File: d.file}
	}
	n, _ := strconv.Atoi(m[1])
	at := d.lines[max(0, min(n, len(d.lines))-1)]
	return d.span(at, at)
}

func (d *document) pos(offset int) finding.Pos {
	i := sort.SearchInts(d.lines, offset+1) - 1
	return finding.At(offset, i+1, offset-d.lines[i]+1)
}

func (d *document) span(start, end int) finding.Range {
	return finding.Range{File: d.file, Start: d.pos(start), End: d.pos(end)}
}

// offset is where a node begins, with its anchor and tag. The library counts
// columns in characters.
func (d *document) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(d.lines) {
		return len(d.src)
	}
	at := d.lines[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(d.src[at:])
		at += size
	}
	return min(at, len(d.src))
}

// rangeOf is the place of a node: of its text for a scalar, of its begin for others.
func (d *document) rangeOf(n *yaml.Node) finding.Range {
	if n.Kind == yaml.ScalarNode {
		if s := d.scalar(n); s != nil {
			return d.span(s.start, s.end)
		}
	}
	at := d.offset(n)
	return d.span(at, at)
}

// lineStart is where the line of an offset begins.
func (d *document) lineStart(offset int) int {
	return d.lines[sort.SearchInts(d.lines, offset+1)-1]
}

// lineEnd is where the line of an offset ends, behind its line end.
func (d *document) lineEnd(offset int) int {
	i := sort.SearchInts(d.lines, offset+1)
	if i < len(d.lines) {
		return d.lines[i]
	}
	return len(d.src)
}

// deref follows aliases.
func deref(n *yaml.Node) *yaml.Node {
	for range maxDepth {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// An entry is a pair of a mapping.
type entry struct {
	key, value *yaml.Node // value is no alias
	owner      *yaml.Node // the mapping that has them, which may be merged into another
}

// entries are the pairs of a mapping, those that are merged into it behind its own.
func entries(n *yaml.Node) []entry { return entriesWithin(n, maxDepth) }

func entriesWithin(n *yaml.Node, depth int) []entry {
	n = deref(n)
	if n == nil || n.Kind != yaml.MappingNode || depth == 0 {
		return nil
	}
	var own, merged []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], deref(n.Content[i+1])
		switch {
		case value == nil:
		case key.Value != "<<" || key.Style != 0:
			own = append(own, entry{key, value, n})
		case value.Kind == yaml.SequenceNode:
			for _, m := range value.Content {
				merged = append(merged, entriesWithin(m, depth-1)...)
			}
		default:
			merged = append(merged, entriesWithin(value, depth-1)...)
		}
		if len(own)+len(merged) > maxItems {
			return own
		}
	}
	for _, e := range merged {
		if !slices.ContainsFunc(own, func(o entry) bool { return o.key.Value == e.key.Value }) {
			own = append(own, e)
		}
	}
	return own
}

// get returns the value of a key of a mapping, or nil.
func get(n *yaml.Node, key string) *yaml.Node {
	e := find(n, key)
	return e.value
}

// find returns the pair of a key, the zero entry where there is none.
func find(n *yaml.Node, key string) entry {
	for _, e := range entries(n) {
		if e.key.Value == key {
			return e
		}
	}
	return entry{}
}

// dig follows keys.
func dig(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n = get(n, key)
	}
	return n
}

// elements are the elements of a sequence, or a node that is none by itself.
func elements(n *yaml.Node) []*yaml.Node {
	n = deref(n)
	switch {
	case n == nil || isNull(n):
		return nil
	case n.Kind == yaml.SequenceNode:
		return n.Content
	}
	return []*yaml.Node{n}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// word is the text of a scalar, "" for any other node.
func word(n *yaml.Node) string {
	n = deref(n)
	if n == nil || n.Kind != yaml.ScalarNode || isNull(n) {
		return ""
	}
	return n.Value
}

// words are the texts of the scalars in a sequence, or of one scalar.
func words(n *yaml.Node) []string {
	var all []string
	for _, e := range elements(n) {
		if w := word(e); w != "" {
			all = append(all, w)
		}
	}
	return all
}

// isTrue reports whether a node is a true that the file spells out.
func isTrue(n *yaml.Node) bool { return strings.EqualFold(word(n), "true") }
