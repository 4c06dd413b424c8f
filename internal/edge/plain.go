package edge

import (
	"crypto/tls"
	"errors"
	"io"
)

const maxPlain = 16 << 10 // bytes of a request without TLS that are read

const useHTTPS = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
	"This address speaks HTTPS: put https:// in front of it.\n"

// explain answers HTTP without TLS, which is what browsers speak when an
// address is typed as host:port. The caller closes the connection.
func explain(err error) bool {
	header, ok := errors.AsType[tls.RecordHeaderError](err)
	if !ok || header.Conn == nil {
		return false
	}
	switch string(header.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		if _, err = io.WriteString(header.Conn, useHTTPS); err != nil {
			return false
		}
		// What is unread at the end would reset the connection, and the answer with it.
		if half, ok := header.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
			_, _ = io.CopyN(io.Discard, header.Conn, maxPlain)
		}
		return true
	}
	return false
}
