internal import FileTracing
internal import Journaling
internal import MLTBase
internal import SystemPackage

extension RunRecording {
  /// What is to be said of a run's looking around, once its inputs and outputs are known and stored.
  ///
  /// - Parameter isPiped: whether the command's standard input held something that isn't recorded.
  func lookups(_ ledger: LookupLedger, isPiped: Bool) -> RunLookups {
    var lookups = RunLookups()
    lookups.isPiped = isPiped
    lookups.startsMlt = ledger.startsMlt
    lookups.network = Array(ledger.addresses.sorted().prefix(RunLookups.addressLimit))
    lookups.isCut = ledger.isCut
    guard
      let folders = try? FolderNames(
        root: workspace.root, filter: workspace.filter, outputs: files.outputs, store: workspace.store)
    else {
      // Of a listing that can't be read back, nothing could be said later.
      lookups.isCut = true
      return lookups
    }
    let missed = ledger.missed.filter { !folders.isOwn($0) && !isWithin(ledger.made, $0) }.sorted()
    lookups.missed = missed.prefix(RunLookups.limit).map(\.text)
    let around = Set(files.inputs.compactMap { WorkPath(text: $0.path)?.parent })
    let listings = ledger.listings().filter { folder, _ in
      // Folders elsewhere matter if something in them was read: others are the system's, or somebody else's.
      (!folder.isOutside || around.contains(folder)) && !ledger.made.contains(folder) && !isWithin(ledger.made, folder)
    }
    lookups.listed = listings.prefix(RunLookups.limit).map { listing(of: $0.folder, isModules: $0.isModules, folders) }
    if missed.count > RunLookups.limit || listings.count > RunLookups.limit { lookups.isCut = true }
    return lookups
  }

  private func isWithin(_ folders: Set<WorkPath>, _ path: WorkPath) -> Bool {
    if folders.isEmpty { return false }
    var next = path.parent
    while let folder = next {
      if folders.contains(folder) { return true }
      next = folder.parent
    }
    return false
  }

  private func listing(of folder: WorkPath, isModules: Bool, _ folders: FolderNames) -> RunLookups.Listing {
    let names = folders.names(in: folder, isModules: isModules)
    let isSteady = names.map { !isChangedByOthers(folder, $0) } ?? false
    return RunLookups.Listing(
      path: folder.text, names: isSteady ? names.map(FolderNames.digest) : nil, isModules: isModules)
  }

  /// Whether somebody else put something into a folder while the run went on, so that what it saw isn't known.
  private func isChangedByOthers(_ folder: WorkPath, _ names: [[UInt8]]) -> Bool {
    let start = started.microseconds
    func isNew(_ path: WorkPath) -> Bool {
      let file = path.filePath(in: workspace.root)
      // What can't be looked at is gone by now.
      guard let status = (try? FileStatus(at: file)) ?? nil else { return true }
      // One that was made since, or brought here as it had been elsewhere; one that was only written to was there before.
      let born = FileBirth.time(of: file) ?? status.changed
      return born / 1000 > start || (status.changed / 1000 > start && status.modified / 1000 <= start)
    }
    let status = (try? FileStatus(at: folder.filePath(in: workspace.root))) ?? nil
    // Without a change of the folder itself no name in it came or went.
    guard let status, status.modified / 1000 <= start else {
      return names.contains { name in
        let path = folder.appending(name)
        // A file that the run wrote and left as it was is one of its inputs.
        return isNew(path) && !rewritten.contains(path)
      }
    }
    return false
  }
}
