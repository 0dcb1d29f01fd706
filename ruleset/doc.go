// Package ruleset turns directories of rule files into a Set: the rules that
// run, immutable, with the question an engine asks for every event: which
// rules see an event of this log type?
//
// In a directory tree, a .star file is a rule; one whose name starts with "_",
// one that a YAML file of AnalysisType global names, and one that another
// file loads and that defines no rule are helpers; *_test.star files hold
// tests. A rule's metadata is in the YAML file that names it (Filename), in
// Panther's format; a rule without one has its file's stem as id and sees
// every log type. What is wrong with one file never keeps another from
// loading: everything is reported as runtime.Diagnostics.
package ruleset
