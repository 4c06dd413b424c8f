package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

// firstLoad is the most that may be fetched before the page of a room can be
// used, in bytes as sent.
const firstLoad = 60_000

var (
	preloads = regexp.MustCompile(`<link rel="modulepreload" href="([^"]+)">`)
	sheets   = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)">`)
)

// The page, its one stylesheet and all modules that home and door need, in one
// language, are small; what the page is can be read without any of them.
func TestFirstLoad(t *testing.T) {
	p := boot(t)
	for _, c := range []struct{ lang, other, says string }{
		{"en", "ko", "Video calls that start from a link."}, {"ko", "en", "화상 통화"},
	} {
		lang, other := c.lang, c.other
		index := p.coded("/", "br", "Accept-Language", lang)
		page := unpack(t, index)
		if !strings.Contains(page, fmt.Sprintf("<html lang=%q>", lang)) {
			t.Errorf("%s: %.80s", lang, page)
		}
		if !strings.Contains(page, c.says) {
			t.Errorf("%s: it does not say %q at once", lang, c.says)
		}
		styles, modules := sheets.FindAllStringSubmatch(page, -1), preloads.FindAllStringSubmatch(page, -1)
		if len(styles) != 1 || len(modules) < 20 {
			t.Fatalf("%d stylesheets, %d modules", len(styles), len(modules))
		}
		weight := len(index.text)
		for _, part := range append(styles, modules...) {
			answer := p.coded(part[1], "br")
			if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Encoding") != "br" {
				t.Fatalf("%s: %s", part[1], answer.Status)
			}
			weight += len(answer.text)
		}
		t.Logf("%s: %d modules, %d bytes in all", lang, len(modules), weight)
		if weight > firstLoad {
			t.Errorf("%s: the first load is %d bytes, at most %d are wanted", lang, weight, firstLoad)
		}
		for _, name := range []string{"/js/call.js", "/js/ui/call-view.js", "/js/rtc/mesh.js", "/js/check/verdict.js", "/js/i18n/" + other + ".js"} {
			if strings.Contains(page, name+`"`) {
				t.Errorf("%s: the first load has %s", lang, name)
			}
		}
		for _, name := range []string{"/js/main.js", "/js/ui/home.js", "/js/ui/door.js", "/js/i18n/" + lang + ".js"} {
			if !strings.Contains(page, name+`"`) {
				t.Errorf("%s: the first load lacks %s", lang, name)
			}
		}
	}
}

// What is fetched once the door stands is the rest of the page, and all of it.
func TestLater(t *testing.T) {
	p, err := embeddedPages()
	if err != nil {
		t.Fatal(err)
	}
	var later []string
	if err := json.Unmarshal(p.files[laterName].body, &later); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ui/call-part.js", "call.js", "rtc/mesh.js", "ui/check-dialog.js"} {
		if !slices.Contains(later, name) {
			t.Errorf("%s is not fetched", name)
		}
	}
	for _, name := range []string{"main.js", "ui/door.js", "i18n/en.js"} {
		if slices.Contains(later, name) {
			t.Errorf("%s is fetched twice", name)
		}
	}
}

// Every module that a module imports is embedded, whichever way it is.
func TestImportsExist(t *testing.T) {
	p, err := embeddedPages()
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range p.files {
		for _, match := range anyImport.FindAllSubmatch(file.body, -1) {
			if target := string(match[1]); strings.HasSuffix(name, ".js") && p.files[path.Join(path.Dir(name), target)] == nil {
				t.Errorf("%s imports %s", name, target)
			}
		}
	}
}

var anyImport = regexp.MustCompile(`(?m)(?:^(?:import|export)\b[^'";]*|await import\(|loading\(import\()'(\.[^']+)'`)

func TestModulesOf(t *testing.T) {
	pages, err := newPages(fstest.MapFS{
		"index.html":   {Data: []byte("<html lang=\"en\">\n  <link rel=\"stylesheet\" href=\"/css/b.css\">\n  <link rel=\"stylesheet\" href=\"/css/a.css\">\n  <script type=\"module\" src=\"/js/main.js\"></script>\n")},
		"css/a.css":    {Data: []byte("a{}\n")},
		"css/b.css":    {Data: []byte("b{}\n")},
		"js/main.js":   {Data: []byte("import './side.js';\nimport {\n  a,\n  b,\n} from './deep/a.js';\n/** @type {import('./typed.js').T} */\nawait import('./later.js');\n")},
		"js/side.js":   {Data: []byte("import { main } from './main.js';\n")},
		"js/deep/a.js": {Data: []byte("export { b } from '../b.js';\nexport const from = 'x';\n")},
		"js/b.js":      {}, "js/later.js": {}, "js/typed.js": {}, "js/i18n/en.js": {}, "js/i18n/ko.js": {}, "js/ui/home.js": {}, "js/ui/room-page.js": {},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(modulesOf(pages.files, "/js/main.js"), " ")
	if want := "/js/main.js /js/side.js /js/deep/a.js /js/b.js"; got != want {
		t.Errorf("modules are %s, want %s", got, want)
	}
	if later := string(pages.files[laterName].body); later != "[]" {
		t.Errorf("later come %s", later)
	}
	if style := string(pages.files[styleName].body); style != "b{}\na{}\n" {
		t.Errorf("the stylesheet is %q", style)
	}
	page := string(pages.index["ko"].body)
	if strings.Count(page, "stylesheet") != 1 || strings.Contains(page, `"/js`) || !strings.Contains(page, pages.prefix+"/js/i18n/ko.js") {
		t.Errorf("the page is %s", page)
	}
}

// coded asks for a path in a content coding.
func (p *program) coded(path, accept string, header ...string) *answer {
	return p.ask(http.MethodGet, path, "", append([]string{"Accept-Encoding", accept}, header...)...)
}

// unpack is what an answer in brotli says.
func unpack(t *testing.T, a *answer) string {
	t.Helper()
	text, err := io.ReadAll(brotli.NewReader(bytes.NewReader([]byte(a.text))))
	if err != nil {
		t.Fatalf("%s: %v", a.Request.URL, err)
	}
	return string(text)
}
