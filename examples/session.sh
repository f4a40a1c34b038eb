# What the examples have in common: to be read by their `run`, with `root` and `name` set, and a folder in $1 or none.
#
# Afterwards the scratch folder is in `scratch`, and `mlt` and a 'python' that has scikit-learn are found by name.

# MARK: What an example needs

. "$root/Tests/setup"
if [ -z "${MLT:-}" ]; then need_for_building; fi
need git command -v git
if [ -z "${PYTHON:-}" ]; then need_for_python; fi
install_missing

if [ -z "${MLT:-}" ]; then
  echo "Building mlt"
  swift build --package-path "$root" -c release --static-swift-stdlib --product mlt </dev/null
  MLT=$root/.build/release/mlt
fi

# MARK: The scratch repository

if [ $# -gt 0 ]; then
  mkdir -p "$1"
  if [ -n "$(ls -A "$1")" ]; then
    echo "error: '$1' is not empty" >&2
    echo "hint: give a folder that doesn't exist yet" >&2
    exit 1
  fi
  scratch=$(cd "$1" && pwd)
else
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/mlt-$name.XXXXXX")
fi

# `mlt` is found by name, like a program that is installed.
bin=$(cd "$(dirname "$MLT")" && pwd)
if [ "$(basename "$MLT")" != mlt ]; then
  echo "error: the program '$MLT' is not called 'mlt'" >&2
  exit 1
fi

if [ -z "${PYTHON:-}" ]; then
  echo "Making a Python environment with scikit-learn"
  make_python "$scratch/.venv" scikit-learn
  PYTHON=$scratch/.venv/bin/python
fi
PATH=$(dirname "$PYTHON"):$bin:$PATH
export PATH

# Nobody's own settings, hooks or pager change what is shown, and no git command that called this one is in the way.
unset $(git rev-parse --local-env-vars)
GIT_CONFIG_GLOBAL=/dev/null
GIT_CONFIG_NOSYSTEM=1
GIT_PAGER=cat
PAGER=cat
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_PAGER PAGER

# MARK: What is shown

# show COMMAND - prints the command as typed, then runs it.
show() {
  printf '\n$ %s\n' "$1"
  eval "$1"
}

# tell TEXT - says what comes next.
tell() {
  printf '\n# %s\n' "$1"
}
