package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestStorageIsDocumented holds that docs/security.md has every key under which
// the page keeps something in the browser.
func TestStorageIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir("../../public/js", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".test.js") {
			return err
		}
		code, err := os.ReadFile(path)
		if storage := regexp.MustCompile(`\b(localStorage|sessionStorage|indexedDB)\b|document\.cookie`); storage.Match(code) && entry.Name() != "preferences.js" {
			t.Errorf("%s keeps something by itself", path)
		}
		for _, key := range regexp.MustCompile("(?:lasting|passing)\\.write\\([`']([a-z]+)").FindAllStringSubmatch(string(code), -1) {
			if !strings.Contains(string(text), "`moim."+key[1]) {
				t.Errorf("nothing is said of moim.%s", key[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSecurityDocument holds that the tests and files that docs/security.md
// calls to witness are there.
func TestSecurityDocument(t *testing.T) {
	const root = "../.."
	text, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := make(map[string]bool)
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		code, err := os.ReadFile(path)
		for _, found := range declared.FindAllSubmatch(code, -1) {
			tests[string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, quoted := range regexp.MustCompile("`([^`\n]+)`|\\]\\(([^)#]+)").FindAllStringSubmatch(string(text), -1) {
		name := quoted[1]
		if regexp.MustCompile(`^(Test|Fuzz)\w+$`).MatchString(name) && !tests[name] {
			t.Errorf("there is no %s", name)
		}
		path := ""
		switch {
		case quoted[2] != "":
			path = filepath.Join(root, "docs", quoted[2])
		case regexp.MustCompile(`^[a-z]\S*/\S+\.(go|js|md)$`).MatchString(name):
			path = filepath.Join(root, name)
		default:
			continue
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}
