# What DVC tracks as versions: how contents come into the store, and what is left alone. What is imported is held to
# what was tracked by tests/conformance/dvccache.
# shellcheck disable=SC2154,SC2016
load lib
load files

setup() {
  enter_files
  mkdir .dvc
}

md5_of() { md5sum <"$1" | cut -d' ' -f1; }
# cached MD5: its file in DVC's cache.
cached() { echo ".dvc/cache/files/md5/${1:0:2}/${1:2}"; }

# keep FILE [NAME]: the file's content goes into DVC's cache, as the object NAME.
keep() {
  local name=${2:-$(md5_of "$1")} object
  object=$(cached "$name")
  mkdir -p "${object%/*}"
  [[ -e $object ]] || cp "$1" "$object"
  chmod 0444 "$object"
}

# tracked FILE: DVC has the file, which is not in the work tree.
tracked() {
  keep "$1"
  echo "outs: [{path: $1, md5: $(md5_of "$1"), size: $(stat -c %s "$1"), hash: md5}]" >"$1.dvc"
  rm "$1"
}

# tracked_folder FOLDER: the same.
tracked_folder() {
  local file list=$BATS_TEST_TMPDIR/list
  while IFS= read -r file; do
    keep "$1/$file"
    jq -nc --arg md5 "$(md5_of "$1/$file")" --arg relpath "$file" '{$md5, $relpath}'
  done < <(cd "$1" && find . -type f -printf '%P\n' | LC_ALL=C sort) | jq -sc . | tr -d '\n' | sed 's/,/, /g; s/:/: /g' >"$list"
  keep "$list" "$(md5_of "$list").dir"
  echo "outs: [{path: $1, md5: $(md5_of "$list").dir, hash: md5}]" >"$1.dvc"
  rm -r "$1"
}

# imported [WORD...]: "path version files state" of each out.
imported() { mlops import dvc "$@" -q --porcelain | cut -f1-3,8 | tr '\t' ' '; }
# ways: "path linked copied fetched".
ways() { mlops import dvc -q --porcelain | cut -f1,5-7 | tr '\t' ' '; }

# no_reflinks: here large files are linked or copied.
no_reflinks() {
  echo x >probe
  ! cp --reflink=always probe probe2 2>/dev/null || skip "the file system shares blocks by itself"
}

@test "an import is what data add makes of a checked-out work tree" {
  in_git
  mkdir -p images/deep
  echo one >images/a
  seq 70000 >images/deep/b
  cp -r images ../images
  tracked_folder images
  answers 0 mlops import dvc --json
  is "$(jq -c '.items[0] | [.path, .version, .files, .state, .why]' <<<"$output")" '["images",1,2,"imported",null]'
  has "$stderr" "wrote a line into .gitignore"
  is "$(cat .gitignore)" "/images"
  is "$(restored)" "images 2 0 0 checked out"
  is "$(looks images)" "$(cd .. && looks images)"
  is "$(differences)" ""
  is "$(add images)" "images 1 2 unchanged"
  sound
}

@test "a large file that nobody may write to becomes an object as a second name" {
  no_reflinks
  head -c 3000000 /dev/urandom >big
  touch -d '2020-01-02 03:04:05 UTC' big
  object=$(cached "$(md5_of big)")
  own=$(object_of big)
  tracked big
  touch -d '2020-01-02 03:04:05 UTC' "$object"
  is "$(ways)" "big 3000000 0 0"
  is "$(stat -c %i "$own")" "$(stat -c %i "$object")"
  is "$(stat -c '%h %a %Y' "$object")" "2 444 1577934245"
  is "$(ways)" "big 0 0 0"
  sound
  # An old time does not make it garbage while it is named.
  answers 0 mlops store gc --grace 0s --delay 0s
  answers 0 mlops store gc --grace 0s --delay 0s
  sound
  is "$(restored)" "big 1 0 0 checked out"
  rm -rf .mlops
  cmp big "$object"
}

@test "a file that may be written, or has another name, is copied" {
  no_reflinks
  for name in writable named; do
    head -c 2000000 /dev/urandom >$name
    md5=$(md5_of $name)
    tracked $name
    [[ $name == named ]] || chmod u+w "$(cached "$md5")"
    [[ $name == writable ]] || ln "$(cached "$md5")" elsewhere
  done
  is "$(ways)" $'named 0 2000000 0\nwritable 0 2000000 0'
  is "$(find .mlops/objects -type f -links +1)" ""
  sound
}

@test "small files share packs, and one content is taken once" {
  mkdir many
  for i in {1..100}; do echo "$((i % 50))" >"many/$i"; done
  tracked_folder many
  is "$(ways)" "many 0 140 0"
  (($(find .mlops/packs -name '*.zst' | wc -l) <= 2))
  sound
}

@test "a second import reads nothing, whether the cache is there or not" {
  mkdir images
  echo one >images/a
  tracked_folder images
  echo x >x
  tracked x
  is "$(imported)" $'images 1 1 imported\nx 1 1 imported'
  mv .dvc/cache ../gone
  is "$(imported)" $'images 1 1 unchanged\nx 1 1 unchanged'
  is "$(imported -n)" $'images 1 1 unchanged\nx 1 1 unchanged'
  # What is known of MD5s is a cache.
  mv ../gone .dvc/cache
  rm .mlops/dvc.db
  is "$(imported)" $'images 1 1 unchanged\nx 1 1 unchanged'
  head -c 5000 /dev/urandom >.mlops/dvc.db
  is "$(imported)" $'images 1 1 unchanged\nx 1 1 unchanged'
  mv .dvc/cache ../gone
  is "$(imported)" $'images 1 1 unchanged\nx 1 1 unchanged'
}

@test "what changed is the next version, and only what is new is read" {
  mkdir images
  for i in {1..20}; do echo "image $i" >"images/$i"; done
  cp -r images kept
  tracked_folder images
  is "$(imported)" "images 1 20 imported"
  mv kept images
  echo changed >images/7
  tracked_folder images
  find .dvc/cache -type f ! -newer .mlops/dvc.db ! -name '*.dir' -delete
  is "$(ways)" "images 0 8 0"
  is "$(imported)" "images 2 20 unchanged"
  mlops data checkout images -q >/dev/null
  is "$(cat images/7 images/8)" $'changed\nimage 8'
}

@test "what the store has lost is taken again" {
  mkdir images
  seq 70000 >images/a
  own=$(object_of images/a)
  tracked_folder images
  is "$(imported)" "images 1 1 imported"
  rm -f "$own"
  is "$(imported)" "images 1 1 unchanged"
  sound
}

@test "with -n nothing is made, and what is nowhere is told" {
  echo a >a
  tracked a
  echo b >b
  tracked b
  rm -rf .mlops "$(cached "$(echo b | md5sum | cut -d' ' -f1)")"
  answers 4 mlops import dvc -n --porcelain
  is "$(cut -f1,2,4,8 <<<"$output" | tr '\t' ' ')" $'a 1 2 would be imported\nb   failed'
  has "$stderr" "error: 'b' cannot be imported: DVC's cache lacks"
  has "$stderr" 'hint: `dvc fetch b` brings it'
  is "$(ls -A)" $'.dvc\na.dvc\nb.dvc\nmlops.yaml'
}

@test "a damaged object is named, with its out, and the others are imported" {
  echo aaa >a
  md5=$(md5_of a)
  tracked a
  echo bbb >b
  tracked b
  chmod u+w "$(cached "$md5")"
  echo aab >"$(cached "$md5")"
  answers 6 mlops import dvc
  has "$stderr" "error: the object $md5 of 'a', in '$PWD/$(cached "$md5")', is damaged: its content is $(echo aab | md5sum | cut -d' ' -f1)"
  is "$(grep -c '^files/' mlops.lock)" 1
  sound
}

@test "an import that is killed is done by the next" {
  mkdir images
  for i in {1..40}; do head -c 400000 /dev/urandom >"images/$i"; done
  cp -r images ../images
  tracked_folder images
  for after in 0.01 0.03 0.06 0.1 0.15; do
    timeout -s KILL $after mlops import dvc -q >/dev/null 2>&1 || true
  done
  answers 0 mlops import dvc -q
  sound
  mlops data checkout -q >/dev/null
  diff -r images ../images
  is "$(find .mlops/tmp -type f ! -name '*.lock' 2>/dev/null)" ""
}

@test "a DVC project around ours is not ours" {
  rm -rf .dvc
  mkdir -p ../.dvc
  answers 2 mlops import dvc
  has "$stderr" "lies outside of the project"
  has "$stderr" 'hint: `mlops -C '
  rm -r ../.dvc
  answers 4 mlops import dvc
  has "$stderr" "there is no folder '.dvc'"
  answers 4 mlops import dvc nowhere
}

@test "what was added already is not taken apart" {
  mkdir -p data
  echo 1 >data/a
  mlops data add data -q >/dev/null
  cp data/a a
  keep a
  echo "outs: [{path: data/a, md5: $(md5_of a), hash: md5}]" >a.dvc
  answers 2 mlops import dvc
  has "$stderr" "'data/a' is a part of 'data', which was added"
}

# commits TEXT...: each text is a content of the file labels, tracked and committed by somebody else a day later.
commits() {
  local text day=${first_day:-1}
  for text; do
    echo "$text" >labels
    tracked labels
    git add labels.dvc
    GIT_AUTHOR_NAME="Ana $day" GIT_COMMITTER_DATE="2026-10-0${day}T10:00:00Z" git commit -qm "labels $text"
    day=$((day + 1))
  done
}

@test "--history: each commit that changed an out is a version, with its time and author" {
  in_git
  commits one two one
  echo other >note
  git add note
  git commit -qm 'nothing of DVC'
  is "$(imported --history -n)" $'labels   would be imported\nlabels   would be imported\nlabels   would be imported\nlabels 1 1 would be imported'
  is "$(imported --history)" $'labels 1 1 imported\nlabels 2 1 imported\nlabels 3 1 imported\nlabels 3 1 unchanged'
  is "$(jq -r '[.seq, .who, .time] | join(" ")' .mlops/refs/files/labels)" "1 Ana 1 2026-10-01T10:00:00Z
2 Ana 2 2026-10-02T10:00:00Z
3 Ana 3 2026-10-03T10:00:00Z"
  mlops data checkout labels@2026-10-02T12:00:00Z -q >/dev/null
  is "$(cat labels)" two
  is "$(imported --history)" $'labels 1 1 unchanged\nlabels 2 1 unchanged\nlabels 3 1 unchanged\nlabels 3 1 unchanged'
  is "$(imported --history -n)" $'labels   unchanged\nlabels   unchanged\nlabels   unchanged\nlabels 3 1 unchanged'
  first_day=4 commits four
  rm .mlops/dvc.db
  is "$(imported --history)" $'labels 1 1 unchanged\nlabels 2 1 unchanged\nlabels 3 1 unchanged\nlabels 4 1 imported\nlabels 4 1 unchanged'
  sound
}

@test "--history: what is nowhere any more is left out, and told" {
  in_git
  commits one two
  rm "$(cached "$(echo one | md5sum | cut -d' ' -f1)")"
  answers 0 mlops import dvc --history --porcelain
  is "$(cut -f1,2,8 <<<"$output" | tr '\t' ' ')" $'labels  skipped\nlabels 1 imported\nlabels 1 unchanged'
  has "$stderr" "1 version of the past is left out"
}

@test "--history: outs of stages, and a file that could not be read then" {
  in_git
  mkdir -p pipe
  printf 'stages:\n  s: {cmd: x, outs: [out.txt, m.json: {cache: false}]}\n' >pipe/dvc.yaml
  for text in one two; do
    echo $text >out
    keep out
    printf "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n    - {path: out.txt, hash: md5, md5: %s}\n" "$(md5_of out)" >pipe/dvc.lock
    rm out
    git add pipe
    git commit -qm "$text"
  done
  echo 'outs: [' >bad.dvc
  git add bad.dvc
  git commit -qm bad
  git rm -q bad.dvc
  git commit -qm good
  answers 0 mlops import dvc --history --porcelain
  is "$(cut -f1,2,8 <<<"$output" | tr '\t' ' ')" $'pipe/out.txt 1 imported\npipe/out.txt 2 imported\npipe/out.txt 2 unchanged'
  has "$stderr" "warning: commit"
}

@test "--history: not behind a younger version, and not without git" {
  answers 4 mlops import dvc --history
  has "$stderr" "git has no history"
  in_git
  commits one two
  mlops import dvc -q >/dev/null
  answers 5 mlops import dvc --history
  has "$stderr" "which is younger than 2026-10-01T10:00:00Z"
}
