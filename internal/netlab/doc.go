// Package netlab builds small networks for tests out of network namespaces,
// tied to no interface of the machine: a router, and around it a server's host
// and some homes. Public homes reach each other directly; others are behind a
// NAT, with a private address besides the one that others know.
//
//	home 0  198.51.100.2/28  ---------------------------------\
//	home 1  192.168.2.2/24 --- 192.168.2.1 NAT 198.51.100.34 --- router --- server 203.0.113.2/28
//	home 2  192.168.3.2/24 --- 192.168.3.1 NAT 198.51.100.66 --/
//
// A host's link can be made faulty at the router, where its host sees no loss
// of carrier, and a home can move to another address.
//
// It needs Linux, root, and the programs ip (iproute2) and nft (nftables).
package netlab
