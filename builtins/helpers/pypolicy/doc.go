// Package pypolicy has Python's package policyuniverse, which looks at
// policies of AWS: who is allowed what, and whether that is everyone.
//
// A Policy has Statements, whose wildcards are expanded with a table of AWS's
// actions and their access levels (actions.txt.gz, of 2026-09-26; gen_actions.py
// makes it). The table is read when a rule first needs it, and takes about two
// megabytes from then on.
//
// The logic is that of policyuniverse 1.5.1, whose own table ends in 2023: on
// actions that are newer, or that AWS has documented otherwise since, the two
// differ. Other differences: policyuniverse.all_permissions is not here; what
// the library prints while it minimizes is not printed; expand_policy makes
// plain dicts of events; summaries are plain dicts,
// which have no sets for services that they do not name; the attributes of a Policy or Statement cannot be
// assigned; Organization.ou_path has the path of that one organization, not of
// all that were parsed before.
package pypolicy
