# What every functional test begins with. `load lib` in a .bats file, `enter_fresh_project` in its setup().
# shellcheck shell=bash
bats_require_minimum_version 1.5.0

lib_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=${lib_dir%/tests/functional}

# The build under test: $MLOPS names its executable, else the release build, else the dev build.
find_mlops() {
  local build
  if [[ -n ${MLOPS:-} ]]; then
    realpath "$MLOPS"
    return
  fi
  for build in release dev; do
    if [[ -x $source_dir/build/$build/bin/mlops ]]; then
      echo "$source_dir/build/$build/bin/mlops"
      return
    fi
  done
  echo "no build/release/bin/mlops and no build/dev/bin/mlops; build one or set MLOPS" >&2
  return 1
}

# An empty folder of its own, and an environment in which nothing of the machine shows. In setup_file() it is the
# file's, which has no test yet: without that, all files would share one at the root of the disk.
enter_fresh_project() {
  local mlops var own=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}
  mlops=$(find_mlops) || return 1
  for var in ${!MLOPS_*} ${!XDG_*} NO_COLOR PAGER LESS; do
    [[ $var == MLOPS_ACCEPT || $var == MLOPS_TEST_* ]] || unset "$var"
  done
  export HOME=$own/home
  export XDG_CONFIG_HOME=$HOME/.config XDG_CACHE_HOME=$HOME/.cache XDG_STATE_HOME=$HOME/.local/state
  export TZ=UTC LC_ALL=C.UTF-8 TERM=dumb
  export PATH=${mlops%/*}:$PATH
  build_dir=${mlops%/bin/mlops}
  mkdir -p "$HOME" "$own/project"
  cd "$own/project" || return 1
}

# settled: what was written is old enough that nobody can change it within the grain of its time, unseen.
settled() { sleep 0.15; }

# answers STATUS COMMAND...: runs it and fails unless it ends with that exit code. Leaves $output and $stderr, apart.
answers() {
  local wanted=$1
  shift
  run --separate-stderr "$@"
  # shellcheck disable=SC2154
  if [[ $status != "$wanted" ]]; then
    printf '%s\n' "exit code $status instead of $wanted: $*" "stdout: $output" "stderr: ${stderr:-}" >&2
    return 1
  fi
}

# is TEXT WANTED: exactly.
is() {
  if [[ $1 != "$2" ]]; then
    printf 'wanted:\n%s\ngot:\n%s\n' "$2" "$1" >&2
    return 1
  fi
}

# has TEXT PART
has() {
  if [[ $1 != *"$2"* ]]; then
    printf "'%s' is not in:\n%s\n" "$2" "$1" >&2
    return 1
  fi
}

# lacks TEXT PART
lacks() {
  if [[ $1 == *"$2"* ]]; then
    printf "'%s' is in:\n%s\n" "$2" "$1" >&2
    return 1
  fi
}

# Paths, times and versions that differ from run to run become names; digests stay as they are.
normalised() {
  sed -E -e "s|$BATS_TEST_TMPDIR|TMP|g" -e "s|${build_dir:-/nowhere}|BUILD|g" \
    -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?Z/TIME/g' \
    -e 's/\bmlops [0-9]+\.[0-9]+\.[0-9]+/mlops VERSION/g'
}

# assert_golden NAME [TEXT]: TEXT ($output if not given) is tests/golden/NAME. MLOPS_ACCEPT=1 rewrites the file.
assert_golden() {
  local golden=$source_dir/tests/golden/$1 text=${2-$output}
  if [[ ${MLOPS_ACCEPT:-} == 1 ]]; then
    mkdir -p "$(dirname "$golden")"
    normalised <<<"$text" >"$golden"
  fi
  normalised <<<"$text" | diff -u "$golden" - >&2
}

# on_tty COLUMNS COMMAND: runs the shell command with a terminal on every stream; what it showed is in $output.
on_tty() {
  run script -qec "stty cols $1 rows 24; export TERM=xterm; $2" /dev/null </dev/null
  output=${output//$'\r\n'/$'\n'}
  output=${output%$'\r'}
}
