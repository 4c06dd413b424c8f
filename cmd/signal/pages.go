package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// pages serves the embedded page and its parts.
type pages struct{ files map[string]page }

type page struct {
	body        []byte
	contentType string
	etag        string
}

func newPages(files fs.FS) (*pages, error) {
	p := &pages{files: make(map[string]page)}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".test.js") {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		p.files["/"+name] = page{
			body: body, contentType: contentType(name),
			etag: `"` + hex.EncodeToString(sum[:12]) + `"`,
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the embedded page: %w", err)
	}
	return p, nil
}

// contentType does not depend on what the machine knows of types.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func (p *pages) register(e *echo.Echo) {
	e.Match(reading, "/", p.index)
	e.Match(reading, "/r/:room", p.room)
	e.Match(reading, "/*", p.file)
}

func (p *pages) index(c echo.Context) error { return p.serve(c, "/index.html") }

// room serves the page of any room.
func (p *pages) room(c echo.Context) error {
	if strings.Contains(c.Param("room"), "/") { // Echo lets the last parameter take the rest of the path
		return p.file(c)
	}
	return p.index(c)
}

// file serves a part of the page; any other path leads home.
func (p *pages) file(c echo.Context) error {
	name := c.Request().URL.Path
	if _, ok := p.files[name]; ok && name != "/index.html" {
		return p.serve(c, name)
	}
	if path.Ext(name) != "" && name != "/index.html" || strings.HasPrefix(name, apiPrefix) {
		return echo.ErrNotFound
	}
	return c.Redirect(http.StatusFound, "/")
}

// serve answers with a file. The page asks anew each time and gets a 304 while
// nothing has changed, so that it is never stale.
func (p *pages) serve(c echo.Context, name string) error {
	file := p.files[name]
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, file.contentType)
	h.Set("ETag", file.etag)
	h.Set(echo.HeaderCacheControl, "no-cache")
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(file.body))
	return nil
}
