# Files and folders as versions: what `mlops data add` makes of them.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load files

setup() { enter_files; }

@test "a folder becomes a version, and mlops.lock pins it" {
  mkdir -p images/deep
  printf a >images/a
  printf bb >images/deep/b
  answers 0 mlops data add images --json
  is "$(jq -r .schema <<<"$output")" mlops.files-version/1
  is "$(jq -c '.items[0] | [.path, .version, .files, .bytes, .state]' <<<"$output")" '["images",1,2,3,"added"]'
  digest=$(jq -r '.items[0].digest' <<<"$output")
  is "$(cat mlops.lock)" "# Written by mlops: what the names of mlops.yaml stand for. Commit it; do not edit it.
files/images: {digest: $digest, size: 3, files: 2}"
  is "$(differences)" ""
  sound
}

@test "a file becomes a version, and its digest is that of its content" {
  printf 'a,b\n1,2\n' >labels.csv
  answers 0 mlops data add labels.csv -q
  is "$(grep -v '^#' mlops.lock)" "files/labels.csv: {digest: sha256:$(sha256sum <labels.csv | cut -d' ' -f1), size: 8}"
  mlops show --content "sha256:$(pinned_digest labels.csv)" | cmp - labels.csv
  chmod +x labels.csv
  is "$(add labels.csv)" "labels.csv 2 1 added"
  has "$(cat mlops.lock)" "size: 8, executable: true}"
  sound
}

@test "what did not change is no version, and what changed is the next" {
  mkdir images
  echo a >images/a
  is "$(add images)" "images 1 1 added"
  is "$(add images)" "images 1 1 unchanged"
  echo b >images/b
  is "$(add images)" "images 2 2 added"
  rm images/a
  is "$(add images)" "images 3 1 added"
  echo c >images/b
  is "$(add images)" "images 4 1 added"
  # Back to what a version was: it is the next one all the same.
  echo b >images/b
  is "$(add images)" "images 5 1 added"
  sound
}

@test "several paths, some below folders, each a line of mlops.lock in order" {
  mkdir -p z data/raw
  echo z >z/z
  echo r >data/raw/r
  echo l >l.csv
  is "$(add z data/raw ./l.csv z/)" $'z 1 1 added\ndata/raw 1 1 added\nl.csv 1 1 added'
  is "$(grep -o '^files/[^:]*' mlops.lock)" $'files/data/raw\nfiles/l.csv\nfiles/z'
}

@test "paths are those of where the command was started" {
  mkdir -p data/raw/in other
  echo r >data/raw/r
  echo o >other/o
  cd data/raw
  is "$(add in/../../raw ../../other "$BATS_TEST_TMPDIR/project/other")" $'data/raw 1 1 added\nother 1 1 added'
  echo s >r
  is "$(differences ../raw)" "modified data/raw/r"
  is "$(differences .)" "modified data/raw/r"
  is "$(mlops -C ../.. data status data/raw -q --porcelain | cut -f2)" data/raw/r
  is "$(restored -n --force .)" "data/raw 1 0 0 would be checked out"
}

@test "a project that is entered through a link" {
  mkdir images
  echo a >images/a
  ln -s project ../alias
  cd ../alias
  is "$(add images)" "images 1 1 added"
  is "$(add "$PWD/images" | cut -d' ' -f1,4)" "images unchanged"
  cd ../project
  is "$(add "$BATS_TEST_TMPDIR/alias/images" | cut -d' ' -f1,4)" "images unchanged"
}

@test "files that are as they were are not read again" {
  many images 300
  settled
  answers 0 mlops data add images
  lacks "$stderr" "were read"
  answers 0 mlops data add images
  has "$stderr" "0 of 300 files were read, the others are as they were"
  echo new >>images/1/1.txt
  echo new >images/new
  settled
  answers 0 mlops data add images
  has "$stderr" "2 of 301 files were read, the others are as they were"
  # Stamps count, not times alone: a copy has another inode.
  cp -p images/2/2.txt copy && mv copy images/2/2.txt
  answers 0 mlops data add images
  has "$stderr" "1 of 301 files were read"
}

@test "what is known of files is a cache: lost or damaged, they are read" {
  many images 50
  mlops data add images -q >/dev/null
  settled
  mlops data add images -q >/dev/null
  for damage in 'rm' 'truncate -s 100' 'sh -c "printf XXXX | dd of=\$0 bs=1 seek=60 conv=notrunc status=none"' 'sh -c "echo no >\$0"'; do
    eval "$damage $(find .mlops/worktree -type f)"
    is "$(differences)" ""
    is "$(add images)" "images 1 50 unchanged"
  done
}

@test "of the mode, only whether a file may be executed" {
  mkdir images
  for mode in 600 644 666 444 700 755 555; do echo "$mode" >"images/$mode" && chmod "$mode" "images/$mode"; done
  add images
  chmod 600 images/666
  chmod 700 images/755
  is "$(differences)" ""
  chmod 755 images/644
  chmod 644 images/755
  is "$(differences)" $'modified images/644\nmodified images/755'
  rm -r images
  mlops data checkout -q
  is "$(cd images && stat -c %a 600 644 666 444 700 755 555 | xargs)" "644 644 644 644 755 755 755"
}

@test "links are kept as they are, and never followed" {
  mkdir images out
  echo secret >out/secret
  ln -s a images/in
  ln -s ../out images/folder
  ln -s /nowhere/at/all images/dangling
  ln -s loop images/loop
  ln -s . images/self
  echo a >images/a
  is "$(add images)" "images 1 6 added"
  before=$(looks images)
  is "$(find .mlops -type f -exec grep -l secret {} +)" ""
  rm -r images
  mlops data checkout -q
  is "$(looks images)" "$before"
  ln -sfn b images/in
  rm images/self && mkdir images/self
  is "$(differences)" $'modified images/in\ndeleted images/self'
  sound
}

@test "names of every kind" {
  mkdir images
  long=$(printf 'x%.0s' {1..255})
  names=($'new\nline' $'tab\there' "it's" 'a "b"' 'back\slash' '-n' '--force' ' blank ' '*' '?' '[a]' '#' '!' '$HOME' '~'
    'a@v1' $'\xff\xfe' $'caf\xe9' 'café' $'\x01' "$long" '...' 'a:b' '{a: b}')
  for name in "${names[@]}"; do printf '%s\n' "$name" >images/"$name"; done
  mkdir -p images/"${long/x/d}"/"$long"
  echo deep >images/"${long/x/d}"/"$long"/"$long"
  is "$(add images)" "images 1 $((${#names[@]} + 1)) added"
  before=$(looks images/*)
  is "$(differences)" ""
  rm -r images
  mlops data checkout -q
  is "$(looks images/*)" "$before"
  for name in "${names[@]}"; do is "$(<images/"./$name")" "$name"; done
  rm images/$'new\nline'
  is "$(mlops data status --porcelain -q | cut -f1,2)" $'deleted\timages/new\\nline'
  answers 0 mlops data status --json
  jq -e . <<<"$output" >/dev/null
  sound
}

@test "added paths of every name that can be an address" {
  mkdir 'a b' 'it"s' 'c:d' '#e' 'föö' '{g}' 'h@v1' "i's" 'j\k'
  for name in 'a b' 'it"s' 'c:d' '#e' 'föö' '{g}' 'h@v1' "i's" 'j\k'; do
    echo "$name" >"./$name/f"
    answers 0 mlops data add --json -- "$name"
    is "$(jq -r '.items[0] | "\(.path) \(.state)"' <<<"$output")" "$name added"
    rm "./$name/f"
    answers 0 mlops data checkout -q -- "$name"
    is "$(cat "./$name/f")" "$name"
  done
  is "$(differences)" ""
  answers 0 mlops data checkout -q 'h@v1@v1'
  sound
}

@test "an added path with a leading dash" {
  mkdir ./-x
  echo x >./-x/f
  answers 0 mlops data add --porcelain -- -x
  is "$(cut -f1 <<<"$output")" -x
  has "$(cat mlops.lock)" "files/-x: {"
  rm ./-x/f
  answers 0 mlops data checkout -q ./-x
  is "$(cat ./-x/f)" x
}

@test "added paths of names that cannot be an address" {
  for name in $'a\nb' $'a\xffb' $'a\x01b'; do
    mkdir "$name"
    answers 2 mlops data add "$name"
    has "$stderr" "cannot be an address: it is not UTF-8, or has control characters"
    has "$stderr" "hint: add the folder that it lies in"
  done
  [[ ! -e mlops.lock ]]
}

@test "an empty folder, an empty file, and what has neither times nor empty folders" {
  mkdir -p empty images/none/at/all
  : >images/nothing
  : >nothing
  is "$(add empty nothing images)" $'empty 1 0 added\nnothing 1 1 added\nimages 1 1 added'
  is "$(differences)" ""
  touch -d '3 years ago' nothing images/nothing
  rmdir images/none/at/all
  is "$(differences)" ""
  is "$(add empty nothing images | grep -c unchanged)" 3
  rm -r images nothing
  mlops data checkout -q
  [[ -f nothing && ! -s nothing && -f images/nothing && ! -e images/none ]]
  sound
}

@test "what is no file ends the command, and makes no version" {
  mkdir images
  echo a >images/a
  mkfifo images/pipe pipe
  for command in 'add images' 'add pipe'; do
    answers 1 eval "timeout 5 mlops data $command"
    has "$stderr" "is a FIFO"
  done
  has "$stderr" "name it in a '.mlopsignore'"
  rm images/pipe
  (cd images && perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "door", Listen => 1)')
  answers 1 mlops data add images
  has "$stderr" "images/door' is a socket"
  [[ ! -e mlops.lock && ! -e .mlops/refs/files ]]
  echo door >.mlopsignore
  is "$(add images)" "images 1 1 added"
}

@test "what cannot be read is said, and makes no version" {
  mkdir -p images/closed
  echo a >images/a
  chmod 0 images/a
  answers 1 unprivileged mlops data add images
  has "$stderr" "images/a"
  chmod 644 images/a
  chmod 0 images/closed
  answers 1 unprivileged mlops data add images
  has "$stderr" "images/closed"
  chmod 755 images/closed
  [[ ! -e mlops.lock ]]
  answers 0 unprivileged mlops data add images
}

@test "places that are none" {
  mkdir -p ../outside images/deep
  echo x >../outside/x
  echo a >images/a
  ln -s ../outside out
  ln -s images in
  while IFS='|' read -r place text; do
    answers 2 mlops data add "$place"
    has "$stderr" "$text"
  done <<'PLACES'
.|'.' is the project itself
|is the project itself
images/..|is the project itself
..|'..' lies outside of the project
../outside|lies outside of the project
/etc|'/etc' lies outside of the project
.mlops|'.mlops' belongs to mlops
.mlops/objects|belongs to mlops
out|'out' is a symbolic link
in|'in' is a symbolic link
PLACES
  answers 4 mlops data add images nothing
  has "$stderr" "there is no 'nothing'"
  answers 2 mlops data add
  [[ ! -e mlops.lock && ! -e .mlops/refs/files ]]
  in_git
  answers 2 mlops data add .git
  has "$stderr" "'.git' belongs to git"
}

@test "a path that goes through a link is refused: what it means lies elsewhere" {
  mkdir -p ../outside images
  echo x >../outside/x
  echo a >images/a
  ln -s ../outside out
  ln -s images in
  in_git
  for path in out/x in/a; do
    answers 2 mlops data add "$path"
    has "$stderr" "link"
  done
  [[ ! -e ../outside/.gitignore && ! -e mlops.lock ]]
}

@test "what belongs to the project itself is not added" {
  for own in mlops.yaml mlops.lock; do
    touch "$own"
    answers 2 mlops data add "$own"
  done
}

@test "paths that overlap are refused, in whatever order they come" {
  mkdir -p images/deep
  echo a >images/a
  echo b >images/deep/b
  answers 2 mlops data add images/deep images
  has "$stderr" "'images/deep' was added, which lies in 'images'"
  has "$stderr" 'hint: `mlops data rm images/deep` first'
  answers 2 mlops data add images images/a
  [[ ! -e mlops.lock ]]
  mlops data add images -q >/dev/null
  answers 2 mlops data add images/a
  has "$stderr" "'images/a' is a part of 'images', which was added"
  has "$stderr" 'hint: `mlops data add images` makes a version of all of it'
  # A name that only begins alike is another one.
  mkdir images2
  is "$(add images2)" "images2 1 0 added"
  answers 4 mlops data status images/a
  has "$stderr" "it is a part of 'images', which is versioned as a whole"
}

@test "-n says what would be, and changes nothing" {
  mkdir images
  echo a >images/a
  before=$(find . -type f -exec sha256sum {} + | sort)
  is "$(add images -n)" "images 1 1 would be added"
  is "$(find . -type f -exec sha256sum {} + | sort)" "$before"
  add images
  is "$(add images -n)" "images 1 1 unchanged"
  echo b >images/b
  before=$(find . -type f ! -path '*/worktree/*' -exec sha256sum {} + | sort)
  is "$(add images -n)" "images 2 2 would be added"
  is "$(find . -type f ! -path '*/worktree/*' -exec sha256sum {} + | sort)" "$before"
  answers 4 mlops data add -n nothing
  cd .. && mkdir fresh && cd fresh
  echo a >a
  mlops data add a -n -q >/dev/null
  is "$(ls -A)" a
}

@test "a folder without a project becomes one" {
  mkdir ../fresh
  cd ../fresh
  echo a >a
  is "$(add a)" "a 1 1 added"
  [[ -d .mlops && -f mlops.lock ]]
}

# ---- .mlopsignore

@test "what .mlopsignore leaves out is in no version: nested rules, negation, anchors" {
  mkdir -p images/{deep/tmp,keep,tmp,.git,.mlops} other
  touch images/{a.jpg,a.log,top,.hidden} images/deep/{b.jpg,b.log,top,tmp/x} images/keep/{c.log,d.log} images/tmp/y \
    images/.git/config images/.mlops/format other/e.log
  printf '# logs\n*.log\n/images/top\ntmp/\n' >.mlopsignore
  printf '!c.log\n' >images/keep/.mlopsignore
  printf '*.jpg\n' >images/deep/.mlopsignore
  is "$(add images other)" $'images 1 6 added\nother 1 0 added'
  tree=$(pinned_digest images)
  is "$(mlops show "sha256:$tree" --porcelain | cut -f1 | xargs)" \
    ".hidden a.jpg deep/.mlopsignore deep/top keep/.mlopsignore keep/c.log"
  is "$(differences)" ""
  # What is left out stays when the rest is restored.
  rm images/a.jpg images/keep/c.log
  is "$(restored images)" "images 2 0 4 checked out"
  [[ -f images/a.log && -f images/tmp/y && -f images/.git/config && -f images/deep/b.jpg ]]
}

@test "a new rule is for new files: what is pinned stays until it is gone" {
  mkdir images
  echo a >images/a
  echo b >images/b.log
  add images
  echo '*.log' >.mlopsignore
  is "$(differences)" ""
  echo c >images/c.log
  is "$(differences)" ""
  echo B >images/b.log
  is "$(differences)" "modified images/b.log"
  is "$(add images)" "images 2 2 added"
  rm images/b.log
  is "$(differences)" "deleted images/b.log"
  is "$(add images)" "images 3 1 added"
  echo b >images/b.log
  is "$(differences)" ""
  echo mine >images/b.log
  answers 5 mlops data checkout images@v1
  is "$(restored --force images@v1)" "images 1 0 1 checked out"
  is "$(cat images/b.log images/c.log)" $'b\nc'
}
