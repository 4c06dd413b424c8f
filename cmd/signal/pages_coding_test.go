package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestChooseCoding(t *testing.T) {
	for accepted, want := range map[string]coding{
		"": codingIdentity, "br": codingBrotli, "gzip": codingGzip, "gzip, deflate, br, zstd": codingBrotli,
		"BR": codingBrotli, "gzip;q=1, br;q=0.5": codingGzip, "br;q=0": codingIdentity, "br ; Q=0.1 , gzip;q=0.05": codingBrotli,
		"*": codingBrotli, "*;q=0.5, br;q=0": codingGzip, "*;q=0": codingIdentity, "identity": codingIdentity,
		"identity, gzip;q=0.5": codingIdentity, "identity;q=0.5, gzip;q=0.5": codingGzip, "identity;q=0, gzip;q=0.1": codingGzip,
		"deflate": codingIdentity, "br;q=high": codingIdentity, "br;q=NaN, gzip": codingGzip, "br;q=2": codingIdentity, ",;,": codingIdentity,
	} {
		if got := chooseCoding([]string{accepted}); got != want {
			t.Errorf("%q: %s, want %s", accepted, got, want)
		}
	}
	if got := chooseCoding([]string{"gzip;q=0.5", "br;q=0.6"}); got != codingBrotli {
		t.Errorf("of two lines: %s", got)
	}
}

// Every coding says the same, and is told from the others by its tag.
func TestCodings(t *testing.T) {
	p := boot(t)
	for _, path := range []string{"/", "/js/main.js", "/css/base.css", "/icon.svg", "/manifest.webmanifest"} {
		plain, packed, zipped := p.coded(path, "identity"), p.coded(path, "br"), p.coded(path, "gzip")
		if got := unpack(t, packed); got != plain.text {
			t.Errorf("%s in brotli is %.80q", path, got)
		}
		reader, err := gzip.NewReader(bytes.NewReader([]byte(zipped.text)))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if got, err := io.ReadAll(reader); err != nil || string(got) != plain.text {
			t.Errorf("%s in gzip is %.80q: %v", path, got, err)
		}
		tags := map[string]bool{}
		for coding, a := range map[string]*answer{"identity": plain, "br": packed, "gzip": zipped} {
			tag := a.Header.Get("ETag")
			tags[tag] = true
			if said := a.Header.Get("Content-Encoding"); said != coding && (said != "" || a != plain) || !strings.Contains(strings.Join(a.Header.Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("%s as %q: %v", path, coding, a.Header)
			}
			if again := p.coded(path, coding, "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
				t.Errorf("%s as %q again: %s", path, coding, again.Status)
			}
			if a.ContentLength != int64(len(a.text)) {
				t.Errorf("%s as %q says it has %d bytes, and has %d", path, coding, a.ContentLength, len(a.text))
			}
			if head := p.ask(http.MethodHead, path, "", "Accept-Encoding", coding); head.Header.Get("ETag") != tag || head.text != "" {
				t.Errorf("HEAD %s as %q: %v", path, coding, head.Header)
			}
		}
		if len(tags) != 3 {
			t.Errorf("%s has the tags %v", path, tags)
		}
		if piece := p.coded(path, "br", "Range", "bytes=0-9"); piece.StatusCode != http.StatusPartialContent ||
			piece.Header.Get("Content-Encoding") != "" || piece.text != plain.text[:10] {
			t.Errorf("a piece of %s: %s %q", path, piece.Status, piece.text)
		}
	}
	if picture := p.coded("/icons/icon-192.png", "br"); picture.Header.Get("Content-Encoding") != "" || picture.Header.Get("Vary") != "" {
		t.Errorf("a picture: %v", picture.Header)
	}
}

// What the page names stays good for ever; another version's parts are gone.
func TestLastingParts(t *testing.T) {
	p := boot(t)
	page := p.get("/").text
	_, rest, _ := strings.Cut(page, assets)
	sum, _, _ := strings.Cut(rest, "/")
	for _, name := range []string{"/js/main.js", "/css/base.css", "/css/page.css"} {
		lasting, own := p.get(assets+sum+name), p.get(name)
		if lasting.StatusCode != http.StatusOK || lasting.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: %s %v", name, lasting.Status, lasting.Header)
		}
		if own.text != lasting.text || own.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s by its path: %s %v", name, own.Status, own.Header)
		}
	}
	for _, gone := range []string{
		assets + "0123456789abcdef/js/main.js", assets + sum + "x/js/main.js", assets + sum + "/js/nowhere.js", assets,
	} {
		p.get(gone).fails(http.StatusNotFound, codeNotFound)
	}
	p.get(assets+sum+"/index.html").is(http.StatusFound, "")
}
