// Package public is the page, embedded: HTML, CSS and ES modules that need no
// build step.
package public

import "embed"

// Files are the page's files, by their path on the server. The tests among
// them (*.test.js) are not for serving.
//
//go:embed index.html manifest.webmanifest *.svg icons css js
var Files embed.FS
