internal import MLTBase
internal import SystemPackage

/// A folder that is being walked, or whose files are still being read.
///
/// `@unchecked Sendable`: other threads look at the listing alone, which never changes.
final class WalkedFolder: @unchecked Sendable {
  let parent: WalkedFolder?
  /// The place of the folder's name in its parent's listing.
  let position: Int
  let listing: FolderListing
  /// The open folder; let go while the walk is far below it.
  var handle: FolderHandle?
  /// What tells the folder from others, noted when its handle is let go.
  var identity: FolderHandle.Identity?
  /// The next name to look at.
  var next = 0
  /// Statuses that were asked for ahead.
  var statuses: StatusBlock?
  /// What the folder's tree has so far.
  let tree = ListingBuilder()

  /// Lists a folder.
  init(_ handle: FolderHandle, parent: WalkedFolder?, position: Int) throws(Errno) {
    self.parent = parent
    self.position = position
    self.handle = handle
    listing = try FolderListing(handle)
  }

  /// The bytes of a path from the root of the walk to one of the folder's names.
  func relativePath(_ position: Int) -> [UInt8] {
    var parts = [Array(listing.bytes(position))]
    var folder = self
    while let parent = folder.parent {
      parts.append(Array(parent.listing.bytes(folder.position)))
      folder = parent
    }
    return Array(parts.reversed().joined(separator: [0x2F]))
  }
}
