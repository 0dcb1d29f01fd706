// Package dump is the state of rules as text: what is taken out of one store
// and put into another, compared, or kept as a backup.
//
// A dump is JSON lines. The first one says the format and its version, the
// last one how many items there are; each other one is an item, in the order of
// the keys:
//
//	{"starhost_dump":2}
//	{"key":"my.rule:bob","counter":5,"expires_at":1800003600}
//	{"key":"my.rule:ip","string_set":["10.0.0.1","10.0.0.2"]}
//	{"key":"my.rule:seen","dictionary":"{\"a\": 1}","expires_at":1800003600}
//	{"starhost_dump_end":3}
//
// A dump without its last line is cut. Those of version 1 never had one, and are
// read as they are.
//
// What an item does not have is left out. Numbers are exact, of up to 38
// digits; where others have written a text in the place of a number it is a
// string. The members of a set are in order. A dictionary is its JSON as text,
// as Python spells it, which may have NaN and numbers of any size. expires_at
// is in Unix seconds. A string that is not UTF-8 is {"base64":"…"}.
//
// Items that have expired and are still stored are in a dump as well.
package dump
