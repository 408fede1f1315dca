# What the tests of remotes share. `load sharing` after `load lib` and `load files`.
# shellcheck shell=bash disable=SC2154

# A project ana with the remote $1, a second one is made by clone.
begin_sharing() {
  enter_files || return
  top=${PWD%/project}
  mv "$top/project" "$top/ana"
  cd "$top/ana" || return
  mlops remote add origin "$@" -q >/dev/null
}

# pushed [OPTION...]: "name here there state" of each name that a push moved.
pushed() { mlops push "$@" -q --porcelain | tr '\t' ' '; }
fetched() { mlops fetch "$@" -q --porcelain | tr '\t' ' '; }
pulled() { mlops pull "$@" -q --porcelain | tr '\t' ' '; }

# cloned NAME URL [OPTION...]: into that folder beside the project, and there.
cloned() {
  cd "$top" || return
  answers 0 mlops clone "$2" "$1" -q "${@:3}"
  cd "$top/$1" || return
}

# What a store holds: the names with all lines, and the contents that are here, by digest.
names_of() { (cd "$1/.mlops/refs" && find . -type f -not -empty -exec sha256sum {} + | sort -k 2); }

# run_of NAME: a run of a program, as an experiment of that name.
run_of() { mlops run --experiment "$1" -q -- true >/dev/null; }
