package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/labstack/echo/v4"
)

// file is something that is served, in each of its encodings.
type file struct {
	contentType string
	body        []byte
	etag        string
	encoded     map[coding]func() []byte // made when first asked for; none when it is packed already
}

func newFile(name string, body []byte) *file {
	sum := sha256.Sum256(body)
	f := &file{contentType: contentType(name), body: body, etag: hex.EncodeToString(sum[:12])}
	if strings.HasPrefix(f.contentType, "image/") && f.contentType != "image/svg+xml" {
		return f
	}
	f.encoded = map[coding]func() []byte{
		codingBrotli: sync.OnceValue(func() []byte {
			return encode(body, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestCompression) })
		}),
		codingGzip: sync.OnceValue(func() []byte {
			return encode(body, func(w io.Writer) io.WriteCloser {
				packed, _ := gzip.NewWriterLevel(w, gzip.BestCompression) // it fails for levels that are not known
				return packed
			})
		}),
	}
	return f
}

// encode packs a body; writing to memory does not fail.
func encode(body []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var packed bytes.Buffer
	w := writer(&packed)
	_, _ = w.Write(body)
	_ = w.Close()
	return packed.Bytes()
}

// readFiles reads all that is to be served, by its path.
func readFiles(source fs.FS) (map[string]*file, error) {
	files := make(map[string]*file)
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".test.js") {
			return err
		}
		body, err := fs.ReadFile(source, name)
		files["/"+name] = newFile(name, body)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the embedded page: %w", err)
	}
	return files, nil
}

// sumOf is another one whenever a name or a byte of the files is.
func sumOf(files map[string]*file) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%s\x00%s\n", name, files[name].etag)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// contentType does not depend on what the machine knows of types.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".json":
		return "application/json"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".webmanifest":
		return "application/manifest+json"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// serve answers with the file in the encoding that the browser likes best, or
// with a 304 where it has that. Pieces are of the file as it is.
func (f *file) serve(c echo.Context, caching string) {
	h, request := c.Response().Header(), c.Request()
	body, etag := f.body, f.etag
	if f.encoded != nil {
		h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding)
		chosen := chooseCoding(request.Header.Values(echo.HeaderAcceptEncoding))
		if packed, ok := f.encoded[chosen]; ok && request.Header.Get("Range") == "" {
			body, etag = packed(), etag+"-"+string(chosen)
			h.Set(echo.HeaderContentEncoding, string(chosen))
			h.Set(echo.HeaderContentLength, strconv.Itoa(len(body))) // http.ServeContent gives none for what is packed
		}
	}
	h.Set(echo.HeaderContentType, f.contentType)
	h.Set("ETag", `"`+etag+`"`)
	h.Set(echo.HeaderCacheControl, caching)
	http.ServeContent(c.Response(), request, "", time.Time{}, bytes.NewReader(body))
}
