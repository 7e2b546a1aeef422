package shparse

import "fmt"

// outside writes a statement that depends on what comes from outside: a variable
// of the environment, or the answer of a command.
func (w *writer) outside() {
	e := w.pick(outsiders...)
	n := w.n(0, 11)
	w.asked = w.asked || n >= 8
	switch n {
	case 0:
		w.line("docker run env \"$%s\" \"${%s:-d e}\" \"${%s-unset}\"", e, w.pick(outsiders...), e)
	case 1:
		w.line("if [ \"$%s\" = %s ]; then docker run e1; else docker run e2; fi", e, w.pick("one", "''", "v1.2"))
	case 2:
		w.line("[ %s \"$%s\" ] && docker run given \"$%s\"", w.pick("-n", "-z"), e, e)
	case 3:
		w.line("case \"$%s\" in one) docker run o1 ;; *.*) docker run o2 \"${%s%%.*}\" ;; *) docker run o3 ;; esac", e, e)
	case 4:
		w.line("%s=${%s:-%s}; docker run \"$%s\"", "k", e, w.pick("$a", "dflt", "'p q'"), "k")
	case 5:
		w.line("t=\"pre-$%s\"; docker run \"${t#pre-}\" \"${%s:+set}\" \"$t\"", e, e)
	case 6:
		w.line("flag=; if [ -n \"${%s:-}\" ]; then flag=--init; fi; docker run $flag img", e)
	case 7:
		w.line("printf '%%s\\n' \"$%s\" > given.txt; docker run file \"$(cat given.txt)\" \"$(basename \"x/$%s\")\"", e, e)
	case 8:
		w.line("if docker inspect %s >/dev/null 2>&1; then docker run there; else docker run absent; fi", w.name())
	case 9:
		w.line("docker image inspect img >/dev/null 2>&1 || docker run made")
	case 10:
		w.line("if [ -n \"$(docker images -q img)\" ]; then docker run images; fi")
	default:
		w.line("command -v %s >/dev/null 2>&1 && docker run found", w.pick("no-such-tool", "ls"))
	}
}

// client writes a docker command in one of its spellings, or some that hand on
// what they made.
func (w *writer) client() {
	q := w.quotedWord()
	switch w.n(0, 14) {
	case 0:
		w.line("%s run client %s", w.pick("sudo docker", "podman", "command docker", "env X=1 docker", "sudo -E docker", "X=1 docker", "nice -n 1 docker"), q)
	case 1:
		w.line("D=%s; $D run spelled %s", w.pick("docker", "'sudo docker'", "podman"), q)
	case 2:
		w.line("${DK:-docker} run defaulted %s", q)
	case 3:
		w.line("dk() { docker %s \"$@\"; }; dk run wrapped %s", w.pick("", "-H tcp://h:1", "--config cfg"), q)
	case 4:
		w.line("docker %s run global %s", w.pick("-D", "--host=tcp://h:1", "--log-level debug", "-H tcp://h:1", "--config cfg"), q)
	case 5:
		w.line("docker run %s img %s", w.pick("-dit", "--rm -ti", "-e A=b -eC=d", "--rm --name=n1 -w/x", "--label l=$a.x", "--entrypoint=\"\" -v \"$PWD/src\":/x:ro"), q)
	case 6:
		w.line("rm -rf cid app; docker run --cidfile cid img %s >/dev/null; docker cp \"$(cat cid):/x\" ./app; docker rm $(cat cid)", q)
	case 7:
		w.line("docker build --iidfile%s .; docker tag \"$(cat iid)\" \"t:${#a}\"", w.pick(" iid", "=iid"))
	case 8:
		w.line("docker create img %s >/dev/null; rm -rf app; docker cp $(docker ps -lq):/app ./app", q)
	case 9:
		w.line("id=$(docker create img); im=$(docker commit %s \"$id\" c:1); docker run \"$im\" %s", w.pick("", "-m msg"), q)
	case 10:
		w.line("docker create --name box img >/dev/null; docker export box > box.tar; docker import box.tar \"flat:${#b}\"; docker rm box")
	case 11:
		w.line("docker save img | gzip > img.tgz; gunzip -c img.tgz | docker load")
	case 12:
		w.line("%s | docker build -t piped -", w.pick("tar -c src", "tar -cz -C src .", "echo \"FROM $a\"", fmt.Sprintf("printf 'FROM %%s\\n' %s", q)))
	case 13:
		w.line("(cd src && docker build -qt sub . >/dev/null && docker run sub \"${PWD##*/}\")")
	default:
		w.line("printf 'FROM x\\n' > Df; docker build -t f %s", w.pick("-f- . < Df", "-f Df .", "- < Df", "--file=Df src"))
	}
}
