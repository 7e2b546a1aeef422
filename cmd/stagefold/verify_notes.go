package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/stagefold/stagefold/convert/verify/proof"
)

// notes are the proofs in the file of --resume. Each is added when it is made, so
// that nothing is lost where the rest is not. The zero value has no file.
type notes struct {
	mu     sync.Mutex
	file   *os.File
	proofs map[string]*proof.Proof // by key, see verification.fingerprint
}

// A note is a line of the file.
type note struct {
	Key   string
	Proof *proof.Proof
}

// openNotes opens the file called name, which need not exist, and reads it. The
// last line may be torn, where the machine stopped in the middle of it.
func openNotes(name string) (*notes, error) {
	n := &notes{proofs: map[string]*proof.Proof{}}
	if name == "" {
		return n, nil
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	n.file = f
	var whole int64
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errors.Join(err, f.Close())
		}
		var one note
		if err := json.Unmarshal(line, &one); err != nil || one.Proof == nil {
			return nil, errors.Join(fmt.Errorf("--resume %q: expected what verify has written there, found %.40q", name, line), f.Close())
		}
		n.proofs[one.Key] = one.Proof
		whole += int64(len(line))
	}
	return n, errors.Join(f.Truncate(whole), second(f.Seek(whole, io.SeekStart)))
}

func second(_ int64, err error) error { return err }

// add keeps a proof, unless it could not be made: the next run is to try it again.
func (n *notes) add(key string, p *proof.Proof) error {
	if n.file == nil || p.Verdict == proof.Failed {
		return nil
	}
	line, err := json.Marshal(note{key, p})
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	_, err = n.file.Write(append(line, '\n'))
	return err
}

func (n *notes) close() error {
	if n.file == nil {
		return nil
	}
	return n.file.Close()
}

// fingerprint sets the keys of the units: each stands for all that a proof depends
// on, which is the state of the repository, what is known of the script, and how
// images are compared.
func (v *verification) fingerprint() error {
	states := map[string][2]string{} // by repository
	for i := range v.units {
		u := &v.units[i]
		if _, ok := states[u.Root]; !ok {
			state, err := v.state(u.Root)
			if err != nil {
				return err
			}
			states[u.Root] = state
		}
		data, err := json.Marshal([]any{
			u.Root, states[u.Root], u.unit.Script, u.unit.Dir, u.unit.Args, u.unit.Env, u.unit.Changes,
			v.ctx.Int("repeat"), v.ctx.StringSlice("ignore-path"),
		})
		if err != nil {
			return err
		}
		u.key = fmt.Sprintf("%x", sha256.Sum256(data))
	}
	return nil
}

// state is the state of a repository, and the commit that --before names.
func (v *verification) state(root string) (state [2]string, err error) {
	if state[0], err = proof.Fingerprint(root); err != nil || !v.ctx.IsSet("before") {
		return state, err
	}
	state[1], err = proof.Commit(root, v.ctx.String("before"))
	return state, err
}
