// Package netlab builds small networks for tests out of network namespaces,
// tied to no interface of the machine: a router, and around it a server's host
// and some homes. All of them have addresses that reach each other directly;
// there is no NAT.
//
//	home 0  198.51.100.2/28  --\
//	home 1  198.51.100.34/28 --- router --- server 203.0.113.2/28
//	home 2  198.51.100.66/28 --/
//
// A host's link can be made faulty at the router, where its host sees no loss
// of carrier, and a home can move to another address.
//
// It needs Linux, root, and the programs ip (iproute2) and nft (nftables).
package netlab
