package main

import (
	"errors"
	"io/fs"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"moim/public"
)

// pages serves the embedded page and its parts. A part has two addresses: its
// own path, asked for anew each time, and that path below prefix, good for
// ever, since prefix names what all parts say. An old prefix leads nowhere: a
// part of another version would not fit.
type pages struct {
	files  map[string]*file // by path, "/js/main.js"
	index  map[string]*file // the page, by language
	prefix string           // "/assets/" and the sum of all parts
}

// embeddedPages are the pages of this program, made once.
var embeddedPages = sync.OnceValues(func() (*pages, error) { return newPages(public.Files) })

// packPages packs what a first load needs, so that the first visitor does not
// wait for it. The memory that took is given back.
func packPages() {
	if p, err := embeddedPages(); err == nil {
		p.pack()
		debug.FreeOSMemory()
	}
}

const assets = "/assets/"

func newPages(source fs.FS) (*pages, error) {
	files, err := readFiles(source)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(addStyle(files), addLater(files)); err != nil {
		return nil, err
	}
	prefix := assets + sumOf(files)
	return &pages{files: files, prefix: prefix, index: writeIndex(files, prefix)}, nil
}

// pack makes the encoding that nearly all browsers ask for of the page and of
// all that it starts with, in the order of the load.
func (p *pages) pack() {
	loaded := []*file{p.files[styleName]}
	for _, index := range p.index {
		loaded = append(loaded, index)
	}
	for _, name := range modulesOf(p.files, append([]string{mainName}, views...)...) {
		loaded = append(loaded, p.files[name])
	}
	for _, file := range loaded {
		if file != nil && file.encoded != nil {
			file.encoded[codingBrotli]()
		}
	}
}

func (p *pages) register(e *echo.Echo) {
	e.Match(reading, "/", p.page)
	e.Match(reading, "/r/:room", p.room)
	e.Match(reading, "/*", p.part)
}

func (p *pages) page(c echo.Context) error {
	c.Response().Header().Add(echo.HeaderVary, "Accept-Language")
	p.index[languageOf(c.Request())].serve(c, "no-cache")
	return nil
}

// room serves the page of any room.
func (p *pages) room(c echo.Context) error {
	if strings.Contains(c.Param("room"), "/") { // Echo lets the last parameter take the rest of the path
		return p.part(c)
	}
	return p.page(c)
}

// part serves a part of the page; any other path leads home.
func (p *pages) part(c echo.Context) error {
	name, lasting := strings.CutPrefix(c.Request().URL.Path, p.prefix)
	file, ok := p.files[name]
	switch {
	case ok && name != indexName && lasting:
		file.serve(c, "public, max-age=31536000, immutable")
	case ok && name != indexName:
		file.serve(c, "no-cache")
	case path.Ext(name) != "" && name != indexName, strings.HasPrefix(name, assets), strings.HasPrefix(name, apiPrefix):
		return echo.ErrNotFound
	default:
		return c.Redirect(http.StatusFound, "/")
	}
	return nil
}
