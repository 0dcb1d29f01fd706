// Package pyip has Python's module ipaddress.
//
// Addresses, networks and interfaces print, compare and fail as CPython
// 3.12.1's do, and give its answers to is_private, is_global and the like,
// which follow its tables of special networks (newer releases of Python have
// newer tables, and net/netip draws other lines). Parsing is our own, because
// CPython's errors name the part of the text that is wrong; the work of
// net/netip would be the smaller part of it.
//
// What CPython gives as generators (hosts, the addresses of a network) is
// iterated without being stored; subnets, address_exclude and the functions
// on ranges return lists.
package pyip
