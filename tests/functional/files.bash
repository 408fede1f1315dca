# What the tests of added files and folders share. `load files` after `load lib`.
# shellcheck shell=bash

# A project of files alone, which needs no engine.
enter_files() {
  enter_fresh_project || return
  mlops init -q >/dev/null
}

# in_git: the project is a git work tree from here on.
in_git() {
  export GIT_AUTHOR_NAME=Ana GIT_AUTHOR_EMAIL=ana@example.org GIT_COMMITTER_NAME=Ana GIT_COMMITTER_EMAIL=ana@example.org
  git init -q -b main .
}
committed() { git add -A && git commit -qm "${1:-state}"; }

# add PATH...: what it says of each, "path version files state".
add() { mlops data add "$@" -q --porcelain | cut -f1,2,3,5 | tr '\t' ' '; }
# differences [PATH...]: "state path from", one per line.
differences() { mlops data status "$@" -q --porcelain | cut -f1-3 | tr '\t' ' ' | sed 's/ *$//'; }
# restored [PATH...]: "path written removed kept state" of a checkout.
restored() { mlops data checkout "$@" -q --porcelain | cut -f1,2,4,5,8 | tr '\t' ' '; }
# looks PATH...: names, kinds, modes, contents and links, as one line. A name of folder counts too.
looks() {
  tar --sort=name --mtime=@0 --owner=0 --group=0 --hard-dereference -cf - "$@" | sha256sum
}
pinned_digest() { sed -n "s|^files/$1: {digest: sha256:\([0-9a-f]*\).*|\1|p" mlops.lock; }
object() { echo ".mlops/objects/sha256/${1:0:2}/${1:2}"; }
object_of() { object "$(sha256sum <"$1" | cut -d' ' -f1)"; }
# sound: the store is whole.
sound() {
  answers 0 mlops store fsck
  # shellcheck disable=SC2154
  is "$output" ""
}
# many FOLDER COUNT [TEXT]: so many small files, in ten folders.
many() {
  mkdir -p "$1"/{0..9}
  (cd "$1" && seq "$2" | awk -v text="${3:-first}" '{file = $1 % 10 "/" $1 ".txt"; print text, $1 >file; close(file)}')
}

# two_versions: of the folder images, each with files of its own; the second is there.
# shellcheck disable=SC2034
two_versions() {
  mkdir -p images/deep
  echo same >images/same
  echo one >images/changed
  echo old >images/deep/old
  mlops data add images -q >/dev/null
  one=$(looks images)
  echo two >images/changed
  rm -r images/deep
  echo new >images/new
  chmod +x images/new
  mlops data add images -q >/dev/null
  two=$(looks images)
}
