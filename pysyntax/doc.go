// Package pysyntax reads Python 3.12: it turns the text of a module into a
// tree, finds every syntax error it can, and says which names nothing binds.
//
// The work is done in passes, each over the whole file:
//
//   - source: the bytes become UTF-8 text with "\n" line ends (BOM, coding
//     line and CRLF are dealt with here).
//   - lexer: the text becomes one slice of tokens. Indentation, line joining
//     and the inside of f-strings are settled, so the parser never goes back
//     to the text and can look ahead as far as it likes.
//   - parser: recursive descent over the tokens, without backtracking, which
//     keeps the cost linear. A statement that does not parse becomes a
//     [BadStmt] and parsing goes on behind it; that is how one file yields
//     several errors.
//   - bind: every scope gets the names that it binds and uses; [Resolver]
//     answers from that which names nothing binds.
//   - check: what CPython's compiler refuses although the grammar allows it
//     (return outside function, duplicate arguments, ...).
//
// The tree has the names, the fields and the positions of CPython's module
// ast. Where it deviates it is smaller: a flag Async instead of AsyncFor,
// AsyncFunctionDef and AsyncWith, a flag Star instead of TryStar, [ExprStmt]
// for ast.Expr since Expr is an interface here. Names that are no expressions
// have their own place, see [Ident]. Error messages are CPython's where those
// are good.
//
// It differs from CPython on purpose in these points:
//
//   - Sources are in UTF-8 or Latin 1, whatever the coding line says.
//   - What CPython only warns of (an unknown escape, "is" with a literal) is
//     accepted silently.
//   - Its limit of 20 nested blocks is not kept, and a comprehension among the
//     type parameters of something in a class is allowed, as it is from
//     Python 3.13 on.
//   - A tree is at most a thousand expressions deep, and no chain of operators,
//     calls or elifs longer than a thousand; see maxDepth.
package pysyntax
