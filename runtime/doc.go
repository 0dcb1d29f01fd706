// Package runtime compiles rule files and calls their functions.
//
// A rule file passes through three types. A Loader reads and compiles files,
// each once, and reports everything that is wrong with them as Diagnostics. A
// Rule is what it returns for a detection: metadata and the functions that
// the file defines, frozen, so that all goroutines share it. A Worker calls
// those functions, one call at a time and each under limits, and turns what
// goes wrong into data with a place: one rule's error is never another's.
//
// The package knows no built-in module, no store and no stream: modules are
// values handed to the Loader, events are handed to the Worker.
package runtime
