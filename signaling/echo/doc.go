// Package echo takes test calls: a peer in the server that sends back what it
// gets, so that people see and hear themselves as others would, and learn which
// ways lead from their browser to the server.
//
// A call is one offer and one answer, with all candidates of the server in it.
// Those of the browser are not needed: the server only answers to where
// authenticated connectivity checks came from (RFC 8445, section 7.3.1.3), and
// sends to no address that an offer names.
package echo
