import Glibc
import MLTBase
import ObjectStorage
import SystemPackage
import TestSupport
import Testing

private let python: FilePath? = {
  guard let library = dlopen("libzstd.so.1", RTLD_LAZY) else { return nil }
  dlclose(library)
  return ["/usr/bin/python3", "/usr/local/bin/python3"].first { access($0.string, X_OK) == 0 }
}()

/// Whether a reader written from the format page alone, in another language, gets out what was put in.
@Suite(.enabled(if: python != nil, "needs python3 and libzstd.so.1"))
struct PythonReaderTests {
  @Test("a file of several chunks and a folder are restored by another program")
  func restore() throws {
    let python = try #require(python)
    try withTemporaryFolder { folder in
      let data = folder.appending("data")
      try FileOperations.createFolder(data.pushing("sub/empty"))
      try write(randomBytes(700_000, seed: 11) + [UInt8](repeating: 7, count: 2_000_000), to: data.appending("big"))
      try write("", to: data.appending("nothing"))
      try write("echo\n", to: data.pushing("sub/run"))
      #expect(data.pushing("sub/run").withPlatformString { chmod($0, 0o755) } == 0)
      try write("odd", to: try #require(FilePath(bytes: data.bytes + [0x2F, 0xFF, 0xFE])))
      #expect(symlink("sub//run", data.appending("link").string) == 0)
      let store = try makeStore(in: folder)
      let writer = store.begin()
      let tree = try writer.addFolder(at: data)
      try writer.finish()
      let second = try add(randomBytes(400_000, seed: 12), to: store)

      let script = folder.appending("read_store.py")
      try write(Self.script, to: script)
      let copy = folder.appending("copy")
      try run(python, [script, store.folder, FilePath(tree.content.hex), copy])
      #expect(try FolderIdentity.identify(copy) == tree)
      try run(python, [script, store.folder, FilePath(second.hex), folder.appending("file")])
      #expect(try FileIdentity.identify(folder.appending("file")).content == second)
      // The page's cutter makes the chunks that were stored.
      try run(python, [script, store.folder, FilePath(second.hex), "--cuts"])
    }
  }

  private func run(_ program: FilePath, _ arguments: [FilePath]) throws {
    var words = ([program] + arguments).map { strdup($0.string) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    let code = posix_spawn(&process, program.string, nil, nil, &words, environ)
    guard code == 0 else { throw Errno(rawValue: code) }
    var status: CInt = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { throw Errno(rawValue: errno) }
    }
    #expect(status == 0, "the script's own words are on standard error")
  }

  private static let script = #"""
    import ctypes, hashlib, os, struct, sys

    zstd = ctypes.CDLL("libzstd.so.1")
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    zstd.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    CHUNK, RECIPE, TREE = 0, 1, 2
    LIMIT = {CHUNK: 524288, RECIPE: 268435456, TREE: 268435456}

    def sha(data):
        return hashlib.sha256(data).digest()

    def load(store):
        objects = {}
        folder = os.path.join(store, "packs")
        for name in os.listdir(folder):
            if not name.endswith(".pack"):
                continue
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                data = file.read()
            assert data[:8] == b"mltpack\n" and struct.unpack("<II", data[8:16]) == (1, 0)
            offset, count, checksum, length, end = struct.unpack("<QQ32sQ8s", data[-64:])
            assert end == b"mltpend\n" and length == len(data) == offset + 52 * count + 64
            index = data[offset:offset + 52 * count]
            assert sha(index) == checksum and checksum.hex() + ".pack" == name
            last = b""
            for at in range(0, len(index), 52):
                record = index[at:at + 52]
                assert last < record[:33]
                last = record[:33]
                id, kind, codec, zero, stored, raw, start = struct.unpack("<32sBBHIIQ", record)
                assert zero == 0 and raw <= LIMIT[kind] and 16 <= start and start + stored <= offset
                objects[id, kind] = (codec, data[start:start + stored], raw)
        return objects

    def read(objects, id, kind):
        codec, data, raw = objects[id, kind]
        if codec == 1:
            assert len(data) < raw
            target = ctypes.create_string_buffer(raw)
            assert zstd.ZSTD_decompress(target, raw, data, len(data)) == raw
            data = target.raw
        else:
            assert codec == 0
        assert len(data) == raw
        if kind != RECIPE:
            assert sha(data) == id
        return data

    def recipe(objects, id):
        data = read(objects, id, RECIPE)
        assert sha(data[:-32]) == data[-32:]
        size, count = struct.unpack("<QI", data[:12])
        pieces = [struct.unpack("<32sI", data[at:at + 36]) for at in range(12, len(data) - 32, 36)]
        assert len(pieces) == count and sum(length for _, length in pieces) == size
        return pieces

    def file(objects, id):
        if (id, CHUNK) in objects:
            return read(objects, id, CHUNK)
        chunks = [read(objects, piece, CHUNK) for piece, _ in recipe(objects, id)]
        data = b"".join(chunks)
        assert sha(data) == id
        return data

    def tree(objects, id, path):
        os.mkdir(path)
        head, listing = read(objects, id, TREE).split(b"\n", 1)
        assert head == b"mlt tree 1"
        bytes_below = files_below = 0
        for entry in listing.split(b"\0")[:-1]:
            mode, content, size, count, name = entry.split(b" ", 4)
            content = bytes.fromhex(content.decode())
            child = os.path.join(path, name)
            if mode == b"t":
                assert tree(objects, content, child) == (int(size), int(count))
            elif mode == b"l":
                target = file(objects, content)
                assert len(target) == int(size)
                os.symlink(target, child)
            else:
                with open(child, "wb") as out:
                    assert out.write(file(objects, content)) == int(size)
                if mode == b"x":
                    os.chmod(child, 0o755)
            bytes_below += int(size)
            files_below += int(count)
        return bytes_below, files_below

    def cuts(data):
        table = [struct.unpack("<Q", sha(b"mlt gear table" + bytes([i]))[:8])[0] for i in range(256)]
        while data:
            n, h, length = len(data), 0, min(len(data), 524288)
            for i in range(32768, min(n, 524288)):
                h = (2 * h + table[data[i]]) % 2**64
                if h < (2**45 if i < 131072 else 2**49):
                    length = i + 1
                    break
            yield sha(data[:length]), length
            data = data[length:]

    objects = load(os.fsencode(sys.argv[1]).decode())
    id = bytes.fromhex(sys.argv[2])
    if sys.argv[3] == "--cuts":
        assert list(cuts(file(objects, id))) == recipe(objects, id)
    elif (id, TREE) in objects:
        tree(objects, id, os.fsencode(sys.argv[3]))
    else:
        with open(sys.argv[3], "wb") as out:
            out.write(file(objects, id))
    """#
}
