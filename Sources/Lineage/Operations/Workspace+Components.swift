public import Journaling
public import LineageIndexing
internal import MLTBase

extension Workspace {
  /// Returns all components that have run or been described, by name.
  public func components() throws -> [ComponentRecord] {
    try index.components()
  }

  /// Returns one component.
  ///
  /// - Throws: ``WorkspaceError/unknownComponent(_:similar:)``.
  public func component(_ name: String) throws -> ComponentRecord {
    try checkComponent(name)
    guard let component = try index.component(name) else {
      throw WorkspaceError.unknownComponent(name, similar: [])
    }
    return component
  }

  /// Describes a component, which needn't have run yet.
  ///
  /// What isn't said stays as it was.
  public func describe(_ description: ComponentDescribed, why: String? = nil) throws {
    var description = description
    let why = why.map { Redaction(environment: context.environment).text($0) }
    description.said = try attribution(of: .component(description.name), why)
    try record([description], durable: true)
  }
}
