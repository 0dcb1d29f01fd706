// Package pyoutside has the modules of Python that reach out of a rule: to the
// network (boto3, requests, socket), to the disk (pathlib), to other processes
// (subprocess), to the machine (os, sys). A rule has none of these, but the
// code that it shares with others often names them, so they can be imported,
// and their names used, as long as nothing is asked of what is outside.
//
// What is refused is an exception that says so and what to do instead. It is
// of the class that the library raises when there is nothing to reach, so that
// a handler written for that finds it: NoCredentialsError for boto3,
// RequestException for requests, OSError for all others.
//
// Objects that only prepare something (a client, a session, a path) can be
// made; it is the operation that is refused. What needs nothing from outside
// works: os.path's functions of texts, os.environ (which is empty), sys'
// constants, and the conversions of socket.
package pyoutside
