package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"path"
	"regexp"
	"slices"
	"strings"
)

const (
	indexName = "/index.html"
	mainName  = "/js/main.js"
	styleName = "/css/page.css" // all stylesheets of the page, in its order
)

var (
	styleLinks    = regexp.MustCompile(`[ \t]*<link rel="stylesheet" href="([^"]+)">\n`)
	staticImports = regexp.MustCompile(`(?m)^(?:import|export)\b(?:[^'";]*?\bfrom\b)?\s*'(\.[^']+)'`)
)

// views are the modules that main.js imports by the address; parts those that
// the door imports once they are wanted.
var (
	views = []string{"/js/ui/home.js", "/js/ui/room-page.js"}
	parts = []string{"/js/ui/call-part.js", "/js/ui/check-part.js"}
)

// laterName lists the modules of the parts that are not loaded from the start,
// as JSON, so that the page can have them fetched while nothing waits for them.
const laterName = "/js/later.json"

// addStyle adds one stylesheet that holds all of the page's, in their order.
func addStyle(files map[string]*file) error {
	source, ok := files[indexName]
	if !ok {
		return fmt.Errorf("the embedded page lacks %s", indexName)
	}
	links := styleLinks.FindAllSubmatch(source.body, -1)
	if len(links) == 0 {
		return nil
	}
	var style bytes.Buffer
	for _, link := range links {
		sheet, ok := files[string(link[1])]
		if !ok {
			return fmt.Errorf("the embedded page lacks %s", link[1])
		}
		style.Write(sheet.body)
	}
	files[styleName] = newFile(styleName, style.Bytes())
	return nil
}

// addLater adds the list of the modules for later.
func addLater(files map[string]*file) error {
	first := modulesOf(files, append([]string{mainName}, views...)...)
	later := []string{}
	for _, name := range modulesOf(files, parts...) {
		if !slices.Contains(first, name) {
			later = append(later, strings.TrimPrefix(name, "/js/"))
		}
	}
	list, err := json.Marshal(later)
	if err != nil {
		return fmt.Errorf("list the modules for later: %w", err)
	}
	files[laterName] = newFile(laterName, list)
	return nil
}

// writeIndex makes the page in each language: with the lasting addresses of its
// parts, one stylesheet for all, what can be seen before any module has come,
// and every module that is needed to start named at once, so that none waits
// for another to name it (HTML, section 4.6.8.12, modulepreload).
func writeIndex(files map[string]*file, prefix string) map[string]*file {
	style := fmt.Sprintf("  <link rel=\"stylesheet\" href=%q>\n", prefix+styleName)
	page := styleLinks.ReplaceAllStringFunc(string(files[indexName].body), func(string) string {
		link := style
		style = ""
		return link
	})
	index := make(map[string]*file)
	for lang := range explanationTexts {
		texts := "/js/i18n/" + lang + ".js"
		text := indexIn(page, lang, prefix, modulesOf(files, append([]string{mainName, texts}, views...)...))
		index[lang] = newFile(indexName, []byte(strings.Replace(text, emptyApp, firstSight(files[texts]), 1)))
	}
	return index
}

const emptyApp = `<div id="app"></div>`

// firstSight is what can be seen before any module has come: what the page is,
// in its words, where home has it too.
func firstSight(texts *file) string {
	if texts == nil {
		return emptyApp
	}
	say := func(key string) string {
		sentence := regexp.MustCompile(`'` + regexp.QuoteMeta(key) + `': '([^'\\]*)'`)
		if match := sentence.FindSubmatch(texts.body); match != nil {
			return template.HTMLEscapeString(string(match[1]))
		}
		return ""
	}
	return `<div id="app"><div class="home"><header class="home-bar"></header><main class="home-main is-early"><div class="home-lead">` +
		`<h1 class="home-title"><img class="mark" src="/icon.svg" alt="" width="56" height="56">` + say("app.name") + `</h1>` +
		`<p class="home-tagline">` + say("app.tagline") + `</p><p class="home-promise">` + say("app.promise") + `</p></div></main></div></div>`
}

// indexIn is the page in a language, with the modules it starts with.
func indexIn(page, lang, prefix string, modules []string) string {
	var preloads strings.Builder
	for _, name := range modules {
		fmt.Fprintf(&preloads, "  <link rel=\"modulepreload\" href=%q>\n", prefix+name)
	}
	script := fmt.Sprintf(`  <script type="module" src=%q></script>`, mainName)
	page = strings.Replace(page, script, preloads.String()+strings.Replace(script, mainName, prefix+mainName, 1), 1)
	return strings.Replace(page, `<html lang="en">`, fmt.Sprintf(`<html lang=%q>`, lang), 1)
}

// modulesOf are the modules that the entries import, and those these import,
// entries first; what is imported in the course of things is not among them.
func modulesOf(files map[string]*file, entries ...string) []string {
	seen := map[string]bool{}
	var modules []string
	for queue := entries; len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		module, ok := files[name]
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		modules = append(modules, name)
		for _, match := range staticImports.FindAllSubmatch(module.body, -1) {
			queue = append(queue, path.Join(path.Dir(name), string(match[1])))
		}
	}
	return modules
}
