// Sharing through a remote (docs/design/remote-format.md): what files it has and how they are named, the few calls by which they
// are listed, read, put and deleted, over a folder or a stream of bytes, and the operations on top: pushing, fetching, merging.
//
// Which runs and files to share is the caller's to say. What objects and journals look like is `ObjectStorage`'s and
// `Journaling`'s; nothing here opens their files.
