internal import DVCProjects
internal import MLTBase
internal import SystemPackage

/// Finds the bytes of a DVC project's outputs, and takes nothing that isn't what its hash says.
struct DVCContentFinder {
  /// A file with the bytes that a hash names.
  struct Found {
    var file: FilePath
    var digest: FileDigest
    var isCached: Bool
  }

  /// What there is of a folder.
  enum Folder {
    /// Every file.
    case whole([(member: DVCListing.Member, found: Found)])
    /// These files, by their path from the folder, aren't to be had.
    case missing([[UInt8]])
    /// Nobody knows what it holds.
    case unknown
  }

  let project: DVCProject
  /// What was found damaged or couldn't be read, with no regard to whose output it is.
  private(set) var troubles: [DVCProblem.Reason] = []

  init(_ project: DVCProject) {
    self.project = project
  }

  /// Returns what was found damaged since this was asked last.
  mutating func takeTroubles() -> [DVCProblem.Reason] {
    defer { troubles = [] }
    return troubles
  }

  /// Looks for a file's bytes in the cache, then in the work tree.
  mutating func file(_ hash: DVCHash, at path: FilePath) -> Found? {
    for place in project.cache.places(of: hash) {
      guard let digest = digest(place, hash.algorithm, followingLinks: false) else { continue }
      if digest.hash == hash { return Found(file: place, digest: digest, isCached: true) }
      troubles.append(.damagedObject(place))
    }
    // DVC may have put a symbolic link to its cache there.
    guard let digest = digest(path, hash.algorithm, followingLinks: true), digest.hash == hash else { return nil }
    return Found(file: path, digest: digest, isCached: false)
  }

  private mutating func digest(
    _ path: FilePath, _ algorithm: DVCHash.Algorithm, followingLinks: Bool
  ) -> FileDigest? {
    do throws(SystemCallError) {
      return try FileDigest.read(path, algorithm, followingLinks: followingLinks)
    } catch {
      troubles.append(.unreadable(error.errno))
      return nil
    }
  }

  /// Looks for all files of a folder.
  ///
  /// - Throws: what is wrong with its listing.
  mutating func folder(_ hash: DVCHash, at path: FilePath) throws(DVCProblem.Reason) -> Folder {
    let (listing, damaged) = try project.listing(hash)
    troubles += damaged
    guard let listing else { return standing(hash, at: path) }
    var files: [(DVCListing.Member, Found)] = []
    var missing: [[UInt8]] = []
    for member in listing.members {
      if let found = file(member.hash, at: path.pushing(FilePath(bytes: member.path) ?? FilePath())) {
        files.append((member, found))
      } else {
        missing.append(member.path)
      }
    }
    return missing.isEmpty ? .whole(files) : .missing(missing)
  }

  /// Lists what stands in the work tree as DVC would, and takes it if that is the listing which is looked for.
  private mutating func standing(_ hash: DVCHash, at path: FilePath) -> Folder {
    var files: [(DVCListing.Member, Found)] = []
    var pending: [(folder: FilePath, prefix: [UInt8])] = [(path, [])]
    while let (folder, prefix) = pending.popLast() {
      do throws(SystemCallError) {
        guard try FileStatus(at: folder, followingLinks: prefix.isEmpty)?.kind == .directory else { continue }
        for name in try FileOperations.names(in: folder) {
          let place = folder.appending(name)
          if try FileStatus(at: place)?.kind == .directory {
            pending.append((place, prefix + name.bytes + [0x2F]))
          } else if let digest = digest(place, hash.algorithm, followingLinks: true) {
            files.append(
              (
                DVCListing.Member(path: prefix + name.bytes, hash: digest.hash),
                Found(file: place, digest: digest, isCached: false)
              ))
          }
        }
      } catch {
        troubles.append(.unreadable(error.errno))
        return .unknown
      }
    }
    // A listing that can't be made is none of DVC's.
    guard let listing = try? DVCListing(files.map(\.0)), listing.hash(hash.algorithm) == hash else { return .unknown }
    return .whole(files)
  }
}
