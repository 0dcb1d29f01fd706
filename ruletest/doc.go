// Package ruletest runs the unit tests of rules. It yields results and prints
// nothing.
//
// Tests come from three places: Panther's Tests in a rule's YAML file, with
// one event each; the same with Steps, for several events, time and state; and
// functions test_*(t) in *_test.star files. All of them run on what the engine
// runs on: the same compiled rules, the same built-ins, the same alert
// windows. Only the clock is the test's own, and the store, a fresh one in
// memory for each test.
package ruletest
