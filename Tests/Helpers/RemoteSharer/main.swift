import Glibc
import Journaling
import MLTBase
import ObjectStorage
import Remotes
import SystemPackage

// Shares through a remote from a process of its own, for tests of several at once and of one that is killed, and to measure:
// remote-sharer add CLONE FOLDER | push CLONE REMOTE | pull CLONE REMOTE | facts CLONE REMOTE | collect CLONE REMOTE | serve REMOTE
// Each file or folder that a note of a run names by its id is shared. Every step prints a line.

let arguments = CommandLine.arguments
guard arguments.count >= 3 else { exit(2) }
let last = FilePath(arguments[arguments.count - 1])

struct Clone {
  let folder: FilePath
  let journal: Journal
  let store: ObjectStore

  init(_ folder: FilePath) throws {
    self.folder = folder
    try Journal.create(in: folder, host: "here")
    try ObjectStore.create(in: folder)
    journal = try Journal(folder: folder, host: "here")
    store = try ObjectStore(folder: folder)
  }

  func note(_ text: String) throws {
    try journal.append([RunAnnotated(run: .random(), note: text)], durable: true)
  }

  func named() throws -> [ContentID] {
    var ids: [ContentID] = []
    for writer in try journal.writers() {
      try journal.read(writer: writer) { element, _ in
        if let note = try element.get().fact(RunAnnotated.self).note, let id = ContentID(hex: note) { ids.append(id) }
      }
    }
    return ids
  }
}

let options = TransferOptions(progress: { progress in
  // Not held back in a buffer. Nobody reading is no reason to fail.
  _ = try? FileDescriptor.standardOutput.writeAll("step \(progress.bytes)\n".utf8)
})

if arguments[1] == "serve" {
  try TransportServer(FolderTransport(last), input: .standardInput, output: .standardOutput).run()
  exit(0)
}
guard arguments.count == 4 else { exit(2) }
let clone = try Clone(FilePath(arguments[2]))
if arguments[1] == "add" {
  let writer = clone.store.begin()
  let isFolder = try FileStatus(at: last)?.kind == .directory
  let id = isFolder ? try writer.addFolder(at: last).content : try writer.addFile(at: last).content
  try writer.finish()
  try clone.note(id.hex)
  exit(0)
}
let remote = try Remote(FolderTransport(last), cache: clone.folder.appending("remotes"))
switch arguments[1] {
case "push":
  let extent = try clone.journal.extent()
  let report = try remote.push(
    try clone.named(), from: clone.store, clone.journal, through: extent, options: options)
  print("pushed \(report.objects) objects, \(report.packs) packs, \(report.events) events")
case "facts":
  let extent = try clone.journal.extent()
  let pushed = try remote.push([], from: clone.store, clone.journal, through: extent, options: options)
  let fetched = try remote.fetchJournals(into: clone.journal, options: options)
  print("pushed \(pushed.events) events in \(pushed.segments) segments, pulled \(fetched.eventCount)")
case "pull":
  let facts = try remote.fetchJournals(into: clone.journal, options: options)
  let objects = try remote.fetchObjects(try clone.named(), into: clone.store, options: options)
  print("pulled \(facts.eventCount) events, \(objects.objects) objects")
  exit(objects.isComplete && facts.problems.isEmpty ? 0 : 1)
case "collect":
  var options = RemoteCollectionOptions()
  options.segmentCount = 2
  print("retired \(try remote.collect(options).packsRetired) packs")
default: exit(2)
}
