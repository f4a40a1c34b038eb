internal import MLTBase
internal import SystemPackage

/// The small script that stands in git's folder for a hook.
struct HookScript {
  /// The hook.
  let hook: Hook
  /// The program to call where there is none on the `PATH`: programs with windows often have a short one.
  let program: FilePath

  private static let mark = "# A hook of mlt's; 'mlt hook uninstall' removes it."

  /// What the name of a hook that was there before ends with.
  static let keptSuffix = ".mlt-kept"

  /// Whether a file is a script of mlt's, of this version or another.
  static func isOwn(_ bytes: [UInt8]) -> Bool {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
    return lines.count > 1 && lines[1].elementsEqual(mark.utf8)
  }

  /// The script's text, for any POSIX shell.
  var bytes: [UInt8] {
    Array((header + keeping + calling).utf8)
  }

  private var header: String {
    """
    #!/bin/sh
    \(Self.mark)
    # A hook that was here before stands beside it, as '\(hook.rawValue)\(Self.keptSuffix)', and is called first.
    case $0 in
      */*) folder=${0%/*} ;;
      *) folder=. ;;
    esac
    kept=$folder/\(hook.rawValue)\(Self.keptSuffix)

    """
  }

  // The hook that was there sees what git would have given it: arguments, lines, folder. Husky's goes by the name
  // that it was called by, so it is read in; that of the pre-commit framework calls this one, when that was written over
  // it, and must not be called in turn. Called like that by what this script has called itself, it has nothing left to do.
  private var keeping: String {
    let input = hook.readsLines ? "lines=$(cat)\ngive() { [ -z \"$lines\" ] || printf '%s\\n' \"$lines\"; }\n" : ""
    let given = hook.readsLines ? "give | " : ""
    let ending =
      hook.canBlock
      ? "run_kept \"$@\" || exit\n" : "status=0\nrun_kept \"$@\" || status=$?\n"
    return """
      \(input)here=$(CDPATH= cd "$folder" && pwd -P)/\(hook.rawValue)
      if [ -n "$PRE_COMMIT_RUNNING_LEGACY" ] && [ "$MLT_CALLING_KEPT" = "$here" ]; then exit 0; fi
      run_kept() {
        [ -x "$kept" ] || return 0
        if [ -n "$PRE_COMMIT_RUNNING_LEGACY" ] && grep -q 'hook-impl' "$kept"; then return 0; fi
        if [ -f "$folder/h" ] || [ -f "$folder/husky.sh" ]; then
          \(given)(. "$kept")
        else
          \(given)MLT_CALLING_KEPT=$here "$kept" "$@"
        fi
      }
      \(ending)
      """
  }

  private var calling: String {
    let consequence =
      switch hook {
      case .preCommit, .preMergeCommit: "this commit isn't checked"
      case .prePush: "data and facts aren't sent"
      case .postCheckout, .postMerge, .postRewrite: "tracked files aren't restored"
      }
    let given = hook.readsLines ? "give | " : ""
    let call = "\(given)\"$mlt\" hook run \(hook.rawValue) \"$@\"\n"
    return """
      if command -v mlt >/dev/null 2>&1; then
        mlt=mlt
      elif [ -x \(quotedProgram) ]; then
        mlt=\(quotedProgram)
      else
        echo "warning: there is no 'mlt' on the PATH, so that \(consequence)" >&2
        echo "hint: install mlt, or remove '$0'" >&2
        exit \(hook.canBlock ? "0" : "$status")
      fi
      \(call)\(hook.canBlock ? "" : "exit $status\n")
      """
  }

  private var quotedProgram: String {
    let parts = program.string.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
  }
}
