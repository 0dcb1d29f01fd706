// Package report writes the results of rule tests in the formats that people
// and CI systems read.
//
//	pretty   for people: all that helps to understand a failure
//	compact  one line for each failing test, for editors and grep
//	json     one object with all results, for programs
//	junit    JUnit's XML, which CI systems read (Jenkins' junit-10.xsd)
//	github   annotations beside the code in a workflow of GitHub Actions
//	tap      Test Anything Protocol, version 14
//
// What rules and events bring along is shown and never obeyed: in every format
// for people, control characters, escape sequences and text that runs
// backwards appear as escapes such as \x1b, and long values are cut, with a
// note.
package report
