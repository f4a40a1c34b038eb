/// A word of Python's grammar, as far as literals and assignments need it.
enum PythonToken: Equatable {
  /// A name or a keyword.
  case name(String)
  /// A literal; nil for one that isn't a value here: bytes, formatted text, an imaginary number.
  case literal(PipelineValue?)
  /// A sign that is one byte long, brackets included.
  case sign(UInt8)
  /// Any longer sign.
  case operation
  /// The end of a logical line.
  case newline
  case indent
  case dedent
  case end

  static func sign(_ character: Unicode.Scalar) -> PythonToken { .sign(UInt8(ascii: character)) }
}
