package scan

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// A Shard is one of several parts of a tree, from 1 on. The zero value is the whole.
type Shard struct{ Index, Count int }

// ParseShard reads "I/N".
func ParseShard(text string) (Shard, error) {
	index, count, _ := strings.Cut(text, "/")
	i, err1 := strconv.Atoi(index)
	n, err2 := strconv.Atoi(count)
	if err1 != nil || err2 != nil || i < 1 || i > n {
		return Shard{}, fmt.Errorf("expected a shard such as \"1/4\", found %q", text)
	}
	return Shard{i, n}, nil
}

// Has reports whether a script belongs to the shard. It goes by the path alone, so
// that every machine says the same, whatever else the tree holds.
func (s Shard) Has(script string) bool {
	if s.Count == 0 {
		return true
	}
	h := fnv.New32a()
	h.Write([]byte(script))
	return int(h.Sum32()%uint32(s.Count)) == s.Index-1
}

// String returns "I/N", or "" for the whole.
func (s Shard) String() string {
	if s.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}
