package shparse

import (
	"cmp"
	"slices"
)

// A kind is the kind of a variable.
type kind uint8

const (
	unset   kind = iota // known to be unset
	scalar              // a string
	indexed             // an indexed array
	keyed               // an associative array
	nameref             // another name for a variable
)

// A variable is what a name stands for. It is never changed, only replaced.
type variable struct {
	kind     kind
	val      Value     // of a scalar; the other name of a nameref
	list     []element // of an indexed array, by rising index
	dict     *dict     // of an associative array
	exported bool
	readonly bool
	integer  bool
	letters  byte // 'u' or 'l' where values become upper or lower case, else 0
	outside  bool // comes from the environment: it may be unset
}

// An element is an element of an indexed array.
type element struct {
	index int
	val   Value
}

func text(v Value) *variable { return &variable{kind: scalar, val: v} }

// value returns what $NAME gives, and whether it is set.
func (v *variable) value() (Value, bool) {
	switch v.kind {
	case scalar:
		return v.val, true
	case indexed:
		return v.at(0)
	case keyed:
		return v.dict.get("0")
	}
	return nil, false
}

// at returns the element with an index.
func (v *variable) at(index int) (Value, bool) {
	if v.kind == scalar {
		return v.val, index == 0
	}
	i, ok := v.find(index)
	if !ok {
		return nil, false
	}
	return v.list[i].val, true
}

// open reports whether one of the elements may be several words, so that neither
// their number nor the index of those behind it is known.
func (v *variable) open() bool {
	for _, e := range v.list {
		if holdsList(e.val) {
			return true
		}
	}
	return false
}

// holdsList reports whether a hole of v stands for any number of words.
func holdsList(v Value) bool {
	for _, p := range v {
		if p.Hole != nil && (p.Hole.many || isRest(p.Hole)) {
			return true
		}
	}
	return false
}

func (v *variable) find(index int) (int, bool) {
	return slices.BinarySearchFunc(v.list, index, func(e element, i int) int { return cmp.Compare(e.index, i) })
}

// elems returns all values, in order.
func (v *variable) elems() []Value {
	switch v.kind {
	case scalar:
		return []Value{v.val}
	case keyed:
		return v.dict.values()
	}
	all := make([]Value, len(v.list))
	for i, e := range v.list {
		all[i] = e.val
	}
	return all
}

// with returns a copy of v in which the element with an index is val. A string
// becomes an array with it as the first element.
func (v *variable) with(index int, val Value) *variable {
	c := v.asArray()
	c.put(index, val)
	return c
}

// put makes val the element with an index, in place.
func (v *variable) put(index int, val Value) {
	i, ok := v.find(index)
	if ok {
		v.list[i].val = val
		return
	}
	v.list = slices.Insert(v.list, i, element{index, val})
}

// without returns a copy of v that lacks the element with an index.
func (v *variable) without(index int) *variable {
	c := *v
	c.list = slices.DeleteFunc(slices.Clone(v.list), func(e element) bool { return e.index == index })
	return &c
}

// next is the index that += gives to the next element.
func (v *variable) next() int {
	switch {
	case v.kind == scalar:
		return 1
	case len(v.list) == 0:
		return 0
	}
	return v.list[len(v.list)-1].index + 1
}

// A scope holds variables: those of a script, those of a subshell on top of its
// parent's, or the local ones of a function.
type scope struct {
	up       *scope
	vars     map[string]*variable
	function bool // assignments to names that are not local go further up
}

// find returns the variable called name, or nil where no scope has it.
func (s *scope) find(name string) *variable {
	for ; s != nil; s = s.up {
		if v, ok := s.vars[name]; ok {
			return v
		}
	}
	return nil
}

// set gives name a new variable, in the innermost function that has it local,
// otherwise in the shell's own scope. The scopes of parent shells stay.
func (s *scope) set(name string, v *variable) {
	for s.function {
		if _, ok := s.vars[name]; ok {
			break
		}
		s = s.up
	}
	s.local(name, v)
}

// local gives name a new variable in this very scope.
func (s *scope) local(name string, v *variable) {
	if s.vars == nil {
		s.vars = map[string]*variable{}
	}
	s.vars[name] = v
}

// names returns the names of all variables that are set, sorted.
func (s *scope) names() []string {
	seen := map[string]bool{}
	var names []string
	for ; s != nil; s = s.up {
		for name, v := range s.vars {
			if !seen[name] && v.kind != unset {
				names = append(names, name)
			}
			seen[name] = true
		}
	}
	slices.Sort(names)
	return names
}

// A dict is an associative array. Bash lists one in the order of its hash
// table, which is what values and keys follow.
type dict struct {
	entries []entryOf
}

type entryOf struct {
	key string
	val Value
}

// buckets is the size of bash's table. It grows only with arrays far larger
// than those in scripts.
const buckets = 1024

// bucket is the place of a key in bash's table: 32-bit FNV-1.
func bucket(key string) uint32 {
	h := uint32(2166136261)
	for i := range len(key) {
		h *= 16777619
		h ^= uint32(key[i])
	}
	return h & (buckets - 1)
}

func (d *dict) get(key string) (Value, bool) {
	if d == nil {
		return nil, false
	}
	for _, e := range d.entries {
		if e.key == key {
			return e.val, true
		}
	}
	return nil, false
}

// with returns a copy of d in which key has the value val.
func (d *dict) with(key string, val Value) *dict {
	c := &dict{}
	if d != nil {
		c.entries = slices.Clone(d.entries)
	}
	for i := range c.entries {
		if c.entries[i].key == key {
			c.entries[i].val = val
			return c
		}
	}
	// Within a bucket the newest entry comes first.
	i, _ := slices.BinarySearchFunc(c.entries, bucket(key), func(e entryOf, b uint32) int {
		return cmp.Compare(bucket(e.key), b)
	})
	c.entries = slices.Insert(c.entries, i, entryOf{key, val})
	return c
}

// without returns a copy of d that lacks key.
func (d *dict) without(key string) *dict {
	if d == nil {
		return nil
	}
	return &dict{slices.DeleteFunc(slices.Clone(d.entries), func(e entryOf) bool { return e.key == key })}
}

func (d *dict) values() []Value {
	if d == nil {
		return nil
	}
	all := make([]Value, len(d.entries))
	for i, e := range d.entries {
		all[i] = e.val
	}
	return all
}

func (d *dict) keys() []Value {
	if d == nil {
		return nil
	}
	all := make([]Value, len(d.entries))
	for i, e := range d.entries {
		all[i] = Lit(e.key)
	}
	return all
}
