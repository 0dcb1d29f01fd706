// Package pyurl has Python's module urllib.parse.
//
// URLs are taken apart as CPython 3.12 does, which is not what net/url does:
// hardly anything is an error, escapes stay, and the parts are a tuple with
// names. Only texts are taken, no bytes, but for those that are to be quoted.
package pyurl
