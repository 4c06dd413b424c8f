// Licences lists the modules that are linked into the program, each with its
// licence, in Markdown. With --texts it prints the licences themselves, which
// have to go with the program when it is passed on.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// module is one that is linked in.
type module struct {
	path, version, folder string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := write(ctx, os.Stdout, slices.Contains(os.Args[1:], "--texts"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, to io.Writer, texts bool) error {
	modules, err := linked(ctx)
	if err != nil {
		return err
	}
	if texts {
		return printTexts(to, modules)
	}
	return printList(to, modules)
}

// linked are the modules of the packages that the program imports on Linux,
// where it is built for servers.
func linked(ctx context.Context) ([]module, error) {
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "moim/cmd/signal")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("list what is linked: %w", err)
	}
	lines := slices.DeleteFunc(strings.Split(string(out), "\n"), func(line string) bool { return line == "" })
	slices.Sort(lines)
	var modules []module
	for _, line := range slices.Compact(lines) {
		field := strings.Split(line, "\t")
		modules = append(modules, module{field[0], field[1], field[2]})
	}
	return modules, nil
}

const preface = `# Licences

moim is under the MIT license ([LICENSE](../LICENSE)). Linked into the program are the standard library of Go (BSD-3-Clause)
and these modules. The page has no code, font or picture of others. ` + "`make licences`" + ` writes this list, and
` + "`go run ./internal/licences --texts`" + ` prints the licences themselves; they are in the image as /licences.txt.

| module | version | licence |
| --- | --- | --- |
`

func printList(to io.Writer, modules []module) error {
	lines := []byte(preface)
	for _, m := range modules {
		names, err := m.licences()
		if err != nil {
			return err
		}
		lines = fmt.Appendf(lines, "| %s | %s | %s |\n", m.path, m.version, strings.Join(names, ", "))
	}
	_, err := to.Write(lines)
	return err
}

// notice are the files of a module that say under which terms it is passed on;
// logos are not linked in.
var notice = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

func (m module) notices() ([]string, error) {
	entries, err := os.ReadDir(m.folder)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if name := entry.Name(); !entry.IsDir() && notice.MatchString(name) && !strings.Contains(name, "LOGO") {
			files = append(files, filepath.Join(m.folder, name))
		}
	}
	return files, nil
}

// terms are licences by words that only they have, of those that ask for no more
// than their text and notices to go along. Another is an error, to be read by somebody.
var terms = []struct{ name, words string }{
	{"Apache-2.0", "Apache License Version 2.0, January 2004"},
	{"CC0-1.0", "public domain with CC0 1.0"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-2-Clause", "Redistributions in binary form must reproduce the above copyright notice"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose"},
	{"MIT", "Permission is hereby granted, free of charge, to any person obtaining a copy"},
	{"public domain", "dedicated to the public domain by the authors"},
}

// licences are those of a module, its own first.
func (m module) licences() ([]string, error) {
	files, err := m.notices()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		kind := strings.ToUpper(filepath.Base(file))
		if strings.HasPrefix(kind, "NOTICE") || strings.HasPrefix(kind, "PATENTS") || strings.Contains(kind, "3RD-PARTY") {
			continue
		}
		text, err := os.ReadFile(file) //nolint:gosec // of a module
		if err != nil {
			return nil, err
		}
		words := strings.Join(strings.Fields(string(text)), " ")
		i := slices.IndexFunc(terms, func(t struct{ name, words string }) bool { return strings.Contains(words, t.words) })
		if i < 0 {
			return nil, fmt.Errorf("the licence in %s is not known", file)
		}
		if !slices.Contains(names, terms[i].name) {
			names = append(names, terms[i].name)
		}
	}
	if names == nil {
		return nil, fmt.Errorf("%s has no licence", m.path)
	}
	return names, nil
}

func printTexts(to io.Writer, modules []module) error {
	var all bytes.Buffer
	for _, m := range modules {
		files, err := m.notices()
		if err != nil {
			return err
		}
		for _, file := range files {
			text, err := os.ReadFile(file) //nolint:gosec // of a module
			if err != nil {
				return err
			}
			fmt.Fprintf(&all, "== %s %s: %s\n\n%s\n\n", m.path, m.version, filepath.Base(file), bytes.TrimSpace(text))
		}
	}
	_, err := to.Write(all.Bytes())
	return err
}
