// GitAccess is all that the project asks of git, and the one home of libgit2: where a work tree is, where HEAD stands,
// what is tracked and whether it differs, what is ignored, and files in git's configuration format.
//
// It reads repositories and never writes into one: not its index, not its objects, not its configuration. The only files
// it writes are configuration files that the caller names. Rules in gitignore's syntax (`.gitignore`, `.mltignore`) are
// matched here too, by the project's own matcher (`docs/decisions/0040-ignore-rules.md`).
//
// What git state means for a run, which files `mlt` keeps out of git's sight, and which configuration keys exist is not
// decided here.
