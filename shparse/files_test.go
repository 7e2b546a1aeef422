package shparse

import (
	"strings"
	"testing"
)

// TestFiles: what scripts leave on the host. The container c is made of any
// image; its files are c:PATH.
func TestFiles(t *testing.T) {
	repo := repository("app.go", "conf/a", "conf/b", "tools/", "web/dist/x")
	for _, tt := range []struct{ script, want string }{
		// docker cp: the destination
		{"docker cp c:/out/app .", "app extracted c:/out/app"},
		{"docker cp c:/out/app ./app", "app extracted c:/out/app"},
		{"docker cp c:out/../app server", "server extracted c:/app"},
		{"docker cp c:/out/app tools", "tools/app extracted c:/out/app"},
		{"docker cp c:/out/app tools/", "tools/app extracted c:/out/app"},
		{"docker cp c:/out/app tools/server", "tools/server extracted c:/out/app"},
		{"docker cp c:/out dist", "dist extracted c:/out"},
		{"docker cp c:/out/. dist", "dist extracted c:/out"},
		{"docker cp c:/out/. tools", "tools extracted c:/out contents prior(tools repository)"},
		{"docker cp c:/web .", "web extracted c:/web contents prior(web repository)"},
		{"docker cp c:/out/app app.go", "app.go extracted c:/out/app"},
		{"docker cp c:/ tools", "tools extracted c:/ contents prior(tools repository)"},
		{"mkdir out; docker cp c:/out/app out", "out directory\nout/app extracted c:/out/app"},
		{"mkdir out; docker cp c:/a/. out; docker cp c:/b/. out", "out extracted c:/b contents prior(out directory) prior(out extracted c:/a contents)"},
		{"ln -s tools t; docker cp c:/app t", "t link tools\ntools/app extracted c:/app"},
		{"docker cp c:/out/app /tmp/app", "/tmp/app extracted c:/out/app"},
		{"docker cp c:/out/app /tmp", "/tmp/app extracted c:/out/app"},
		{"docker cp c:/out/$APP .", "?APP? extracted c:/out/?APP?"},
		{"docker cp -a c:/out/app - | tar x", "app extracted c:/out/app"},
		{"docker cp c:/out - | tar x -C tools", "tools/out extracted c:/out"},
		{"docker cp c:/out - | tar x --strip-components=1 -C tools", "tools extracted c:/out contents prior(tools repository)"},
		{"docker cp c:/out - | tar xf - out/app", "out/app extracted c:/out/app"},
		{"docker cp c:/out - > out.tar", "out.tar packed [out extracted c:/out]"},
		{"docker cp c:/out/app - | gzip > app.tgz", "app.tgz packed [app extracted c:/out/app]"},

		// what follows
		{"docker cp c:/out/app .; mv app server", "app removed\nserver extracted c:/out/app"},
		{"docker cp c:/out .; mv out/app .", "app extracted c:/out/app\nout extracted c:/out\nout/app removed"},
		{"docker cp c:/out .; mv out dist; chmod +x dist/app", "dist extracted c:/out\ndist/app extracted c:/out/app mode(+x)\nout removed"},
		{"docker cp c:/out .; chmod -R a+r out; cp out/x y", "out extracted c:/out mode(-R a+r)\ny extracted c:/out/x mode(-R a+r)"},
		{"docker cp c:/app .; chmod 755 app; chmod u-w app", "app extracted c:/app mode(755) mode(u-w)"},
		{"docker cp c:/app .; upx -9 app", "app mystery c:/app"},
		{"docker cp c:/app .; make", "app mystery c:/app"},
		{"docker cp c:/app .; make other", "app extracted c:/app"},
		{"docker cp c:/app tools; sed -i s/a/b/ tools/app", "tools/app mystery c:/app"},
		{"docker cp c:/app .; rm app", "app removed"},
		{"docker cp c:/app tools; strip tools/$X", "tools/app mystery c:/app"},
		{"docker cp c:/app tools; strip tools/lib$X", "tools/app extracted c:/app"},
		{"docker cp c:/app tools; strip $X", "tools/app mystery c:/app"},
		{"docker cp c:/app tools; rm -rf $X", "?X? removed\ntools/app extracted c:/app"},
		{"docker cp c:/app tools; rm -rf tools/$X", "tools/?X? removed\ntools/app mystery c:/app"},
		{"docker cp c:/app tools; make V=$X", "tools/app extracted c:/app"},
		{"docker cp c:/app tools; chmod +x tools/a$X", "tools/a?X? repository mode(+x)\ntools/app mystery c:/app"},
		{"docker cp c:/app .; rm -rf app; touch app", "app generated ="},
		{"docker cp c:/out .; rm -rf out; mkdir out", "out directory"},
		{"docker cp c:/app .; cp app tools/server", "app extracted c:/app\ntools/server extracted c:/app"},
		{"docker cp c:/app .; cp app conf/a tools", "app extracted c:/app\ntools/a copied conf/a\ntools/app extracted c:/app"},
		{"docker cp c:/app .; tar czf app.tgz app; rm app", "app removed\napp.tgz packed [app extracted c:/app]"},
		{"docker cp c:/out .; tar cf o.tar -C out . ; mkdir x; tar xf o.tar -C x", "o.tar packed [. extracted c:/out contents]\nout extracted c:/out\nx extracted c:/out contents prior(x directory)"},
		{"docker cp c:/app .; tar cf a.tar app; gzip a.tar; tar xzf a.tar.gz -C tools", "a.tar removed\na.tar.gz packed [app extracted c:/app]\napp extracted c:/app\ntools/app extracted c:/app"},
		{"docker cp c:/app.gz .; gunzip app.gz", "app mystery c:/app.gz\napp.gz removed"},
		{"docker cp c:/o.tar .; mkdir x; tar xf o.tar -C x", "o.tar extracted c:/o.tar\nx unpacked in:. contents prior(x directory) [o.tar extracted c:/o.tar]"},
		{"docker cp c:/app .; install -D -m 700 app bin/run/app", "app extracted c:/app\nbin directory\nbin/run directory\nbin/run/app extracted c:/app mode(700)"},
		{"docker cp c:/out .; rsync -a out/ dist", "dist extracted c:/out\nout extracted c:/out"},
		{"docker cp c:/app .; zip r.zip app; unzip r.zip -d tools", "app extracted c:/app\nr.zip packed [app extracted c:/app]\ntools/app extracted c:/app"},

		// streams
		{"docker run --rm img cat /out/app > app", "app extracted c:/out/app stream"},
		{"docker run --rm img cat app > app; chmod +x app", "app extracted c:app stream mode(+x)"},
		{"docker run --rm img > out.tar", "out.tar extracted c: stream"},
		{"docker run --rm img cat f | sed s/a.b/c/ > f", "f mystery c:"},
		{"docker run --rm img tar cf - -C /out app lib | tar xf - -C tools", "tools/app extracted c:/out/app\ntools/lib extracted c:/out/lib"},
		{"docker run --rm img tar c app | tar x", "app extracted c:app"},
		{"docker run --rm img make tar | tar x -C tools", "tools unpacked in:. contents prior(tools repository) [extracted c: stream]"},
		{"docker export c | tar x -C tools", "tools extracted c:/ contents prior(tools repository)"},
		{"docker export -o all.tar c", "all.tar packed [. extracted c:/ contents]"},
		{"docker exec c cat /f > f", "f extracted c:/f stream"},

		// the script's own files
		{"echo a b > v; echo -n c | tee -a v", "v generated =a b\\nc"},
		{"echo x > conf/a", "conf/a generated =x\\n"},
		{"echo x | tee -a conf/a", "conf/a generated =conf/a\\nx\\n"},
		{"mkdir -p a/b/c", "a directory\na/b directory\na/b/c directory"},
		{"mkdir -p conf/x", "conf/x directory"},
		{"cp -r conf d; echo n > d/a", "d copied conf\nd/a generated =n\\n"},
		{"cp -r conf tools; mv tools/conf/a .", "a copied conf/a\ntools/conf copied conf\ntools/conf/a removed"},
		{"mv conf etc; rm etc/a", "conf removed\netc copied conf\netc/a removed"},
		{"cp -r conf/. tools", "tools copied conf contents prior(tools repository)"},
		{"ln -s app.go l; cp l tools; cp -a l k", "k link app.go\nl link app.go\ntools/l copied app.go"},
		{"ln -sf a l; ln -sf b l; ln -sfn c l", "l link c"},
		{"cp app.go $D", ""},
		{"mkdir $D; cp app.go $D", "?D? directory\n?D?/app.go copied app.go"},
		{"cp conf/a x; cat x > y", "x copied conf/a\ny generated =conf/a\\n"},
		{"mktemp -d", "?$(mktemp -d)? directory"},
		{"curl -sSLo f http://x/y; wget http://x/z.tgz", "f generated\nz.tgz generated"},
		{"docker build --iidfile id -t x .; docker create --cidfile cid x", "cid generated =<container>\nid generated =<image>"},
	} {
		h := newHost(repo)
		h.run("docker create --name c any")
		h.run(tt.script)
		if got := strings.TrimSpace(h.state()); got != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.script, indent(got), indent(tt.want))
		}
	}
}

func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n     ") }
