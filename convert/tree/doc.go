// Package tree is a repository as stagefold reads it: an os.Root behind an fs.FS
// that no hostile tree can turn against its reader.
//
// Nothing outside of the root is read, through no symbolic link. Only directories
// and regular files open: a named pipe would keep the reader waiting, and a device
// might do something. ReadFile stops at MaxFile bytes.
package tree
