// Package source reads log records. Files is a source over files and standard
// input; it has the method that the engine asks of a source. HTTP takes the
// same forms from the bodies of requests, and Tail follows JSON lines in files
// that grow; both hand batches to a function and hear of each record what
// became of it.
//
// # What is read
//
// The format is told by content. An input may be compressed with gzip or
// zstd, also in several members one after the other. Its text is UTF-8 and
// holds any of these, also mixed:
//
//   - JSON objects, one a line, or spread over lines, or one after the other;
//   - an array of objects: each is a record. In a file it is empty or begins
//     with an object, else it counts as text in brackets, as logs have it; in
//     the body of a request it may begin with any value;
//   - an object with a member Records that is an array whose first element is
//     an object, at the top or within an array: each element is a record, and
//     the other members are dropped. An object whose Records are anything else
//     is a record itself; {"Records": []} on its own is none.
//
// A record is handed on byte for byte, and it is JSON by the grammar of
// encoding/json: what is left for the decoder to find are matters of meaning.
// Text is read as it comes, also of arrays: nothing but the record at hand is
// held, with a chunk of memory that records share.
//
// # What is no record
//
// What is not JSON, or no object, is reported, and the reading goes on:
//
//   - Between values, one line is reported at a time.
//   - An element of an array that is no object is reported on its own.
//   - An object that breaks off or has an error in it is reported up to the
//     next line that looks like the start of a value: one that is not indented
//     deeper than the object and does not start with a quote, a closing bracket,
//     a comma or a colon. That is the next line in JSON lines, and the next
//     object in objects that are spread over lines.
//   - An element of an array is reported up to there, or up to the next comma or
//     bracket of the array, whichever comes first. In the first case the array
//     counts as left: its further commas and brackets are ignored.
//   - An array that the input breaks off is reported with a record without data.
//
// So an error costs the records next to it only where they can no longer be
// told apart, and its text is in the report in any case.
package source
