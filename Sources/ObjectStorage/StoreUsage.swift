/// What the store's bytes are used for.
public struct StoreUsage: Hashable, Sendable {
  /// Some objects.
  public struct Amount: Hashable, Sendable {
    /// How many they are.
    public var objects = 0
    /// Their bytes as they are stored, mostly compressed.
    public var storedBytes: Int64 = 0
    /// Their bytes as they were put in.
    public var rawBytes: Int64 = 0

    /// Starts with nothing.
    public init() {}

    mutating func add(_ record: PackFormat.Record) {
      objects += 1
      storedBytes += Int64(record.storedLength)
      rawBytes += Int64(record.rawLength)
    }

    mutating func remove(_ record: PackFormat.Record) {
      objects -= 1
      storedBytes -= Int64(record.storedLength)
      rawBytes -= Int64(record.rawLength)
    }
  }

  /// What one label's files and trees use.
  public struct Label: Hashable, Sendable {
    /// The label.
    public var name: String
    /// What no other label uses: what would be freed without this one.
    public var unique = Amount()
    /// What other labels use, too.
    public var shared = Amount()
    /// The number of objects that are named and aren't in the store.
    public var missing = 0
  }

  /// The labels, in the order in which they were given.
  public var labels: [Label] = []
  /// All objects that some label uses, each once.
  public var used = Amount()
  /// All objects that no label uses, each once.
  public var unused = Amount()
  /// Further copies of objects that are in several packs.
  public var duplicates = Amount()
  /// The number of packs.
  public var packs = 0
  /// The bytes of the packs' files.
  public var packBytes: Int64 = 0
  /// Trees and lists of chunks that can't be read, so that what they name counts as unused.
  public var problems: [StorageError] = []
}
