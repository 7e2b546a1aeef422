package shparse

// HostPath returns the path v, as the command of o got it, relative to the root
// of the repository and cleaned. One that leaves the root keeps its leading
// "..", and an absolute one of the host stays absolute.
func (o *Op) HostPath(v Value) Value { return relPath(o.Dir, v) }
