package main

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
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

// writeIndex makes the page in each language: with the lasting addresses of its
// parts, one stylesheet for all, which it adds to the files, and every module
// that is needed to start named at once, so that none waits for another to
// name it (HTML, section 4.6.8.12, modulepreload).
func writeIndex(files map[string]*file, prefix string) (map[string]*file, error) {
	source, ok := files[indexName]
	if !ok {
		return nil, fmt.Errorf("the embedded page lacks %s", indexName)
	}
	html := string(source.body)
	var style bytes.Buffer
	links := styleLinks.FindAllStringSubmatch(html, -1)
	for _, link := range links {
		sheet, ok := files[link[1]]
		if !ok {
			return nil, fmt.Errorf("the embedded page lacks %s", link[1])
		}
		style.Write(sheet.body)
	}
	if len(links) > 0 {
		files[styleName] = newFile(styleName, style.Bytes())
		html = strings.Replace(html, links[0][0], fmt.Sprintf("  <link rel=\"stylesheet\" href=%q>\n", prefix+styleName), 1)
		html = styleLinks.ReplaceAllStringFunc(html, func(link string) string {
			if strings.Contains(link, prefix) {
				return link
			}
			return ""
		})
	}
	index := make(map[string]*file)
	for lang := range explanationTexts {
		modules := modulesOf(files, mainName, "/js/i18n/"+lang+".js")
		index[lang] = newFile(indexName, []byte(indexIn(html, lang, prefix, modules)))
	}
	return index, nil
}

// indexIn is the page in a language, with the modules it starts with.
func indexIn(html, lang, prefix string, modules []string) string {
	var preloads strings.Builder
	for _, name := range modules {
		fmt.Fprintf(&preloads, "  <link rel=\"modulepreload\" href=%q>\n", prefix+name)
	}
	script := fmt.Sprintf(`  <script type="module" src=%q></script>`, mainName)
	html = strings.Replace(html, script, preloads.String()+strings.Replace(script, mainName, prefix+mainName, 1), 1)
	return strings.Replace(html, `<html lang="en">`, fmt.Sprintf(`<html lang=%q>`, lang), 1)
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
