# shellcheck shell=bash
# Sourced by tests/run and apps/quickstart: makes an environment that was emptied usable again, and finds out which
# packages of tests/support/packages this machine lacks.

# With `env -i` there is no PATH and no HOME; tools such as ccache and npm want both.
settle_environment() {
  export PATH=${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}
  case :$PATH: in *:/usr/sbin:*) ;; *) PATH=$PATH:/usr/sbin:/sbin ;; esac
  if [ -z "${HOME:-}" ]; then
    HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
    [ -w "$HOME" ] || HOME=${TMPDIR:-/tmp}
    export HOME
  fi
}

# listed_packages LIST...: the names in these lists, one per line.
listed_packages() {
  local file=${BASH_SOURCE[0]%/*}/packages list
  for list; do
    sed -n "s/#.*//; s/^$list //p" "$file" | tr -s ' ' '\n' | grep .
  done
}

# missing_packages LIST...: those of them that are not installed. Another provider of a command counts as well: a
# machine with its own npm or cmake needs no second one.
missing_packages() {
  local package
  for package in $(listed_packages "$@"); do
    case $package in
      npm | cmake | git | bats | shellcheck | clang-format | ccache) command -v "$package" >/dev/null && continue ;;
    esac
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

# The word that makes the next command run as root: nothing for root itself. Fails when neither is to be had.
root_word() {
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo >/dev/null && echo sudo
}

# install_packages PACKAGE...: says what it installs, and what apt has to say when that fails; all of it on stderr.
install_packages() {
  local as_root log
  if ! as_root=$(root_word); then
    echo "error: these packages are missing, and neither root nor sudo is to be had: $*" >&2
    return 1
  fi
  echo "installing: $*" >&2
  log=$(mktemp) || return
  # shellcheck disable=SC2086  # as_root is one word or none
  if ! {
    $as_root apt-get update -qq &&
      $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  } </dev/null >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# build_jobs: one compiler per core, but never more than one per 1.5 GB of memory.
build_jobs() {
  local cores memory
  cores=$(nproc 2>/dev/null || echo 2)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || echo 2)
  [ "${memory:-0}" -ge 1 ] || memory=1
  echo $((cores < memory ? cores : memory))
}

# example_data: the folder of the pinned example files (vega-datasets), fetched at first need.
example_data() {
  local here
  here=$(cd "${BASH_SOURCE[0]%/*}" && pwd) || return
  cmake -D BUILD="$here/../../build/release" -P "$here/example-data.cmake" | tail -n 1
}
