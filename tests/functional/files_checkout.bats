# Files and folders as versions: what brings them back, and what is safe from it.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load files

setup() { enter_files; }

@test "what is pinned comes, what a version has goes, and what is as it should be is not touched" {
  two_versions
  inode=$(stat -c '%i %Z' images/same)
  is "$(restored images@v1)" "images 2 1 1 checked out"
  is "$(looks images)" "$one"
  is "$(grep -v '^#' mlops.lock)" "files/images: {digest: sha256:$(pinned_digest images), size: 13, files: 3}"
  is "$(stat -c '%i %Z' images/same)" "$inode"
  is "$(restored)" "images 0 0 3 unchanged"
  is "$(restored images@v2)" "images 2 1 1 checked out"
  is "$(looks images)" "$two"
  [[ ! -e images/deep ]]
  sound
}

@test "a version that is named is pinned" {
  two_versions
  cp mlops.lock lock2
  mlops data checkout images@v1 -q
  run ! cmp -s mlops.lock lock2
  is "$(differences)" ""
  # What is there is not the newest version, and is the next.
  is "$(add images)" "images 3 3 added"
  mlops data checkout images@v2 -q
  cmp mlops.lock lock2
}

@test "versions are selected as those of datasets are" {
  mkdir images
  for day in 01 02 03; do
    echo "$day" >images/a
    mlops data add images -q --as-of "2026-11-$day" >/dev/null
  done
  for version in 'v1 01' 'v3 03' '{0} 03' '{1} 02' '{2} 01' '2026-11-02 02' '2026-11-09 03' '2026-11-01T12:00:00Z 01'; do
    mlops data checkout "images@${version% *}" -q >/dev/null
    is "$(cat images/a)" "${version#* }"
    is "$(mlops show "files/images@${version% *}" --json | jq -r .items[0].time)" "2026-11-${version#* }T00:00:00Z"
    is "$(mlops show "images@${version% *}")" "$(mlops show "files/images@${version% *}")"
  done
  is "$(mlops show images)" "$(mlops show images@v3)"
  answers 2 mlops data checkout images@v1 images@v2
  has "$stderr" "error: 'images' is named twice"
  for version in v4 v0 '{3}' 2026-10-31; do
    answers 4 mlops data checkout "images@$version"
    answers 4 mlops show "images@$version"
  done
  for version in '' v 3 latest '{}'; do
    answers 2 mlops data checkout "images@$version"
    has "$stderr" "error: '@$version' selects no version"
  done
}

@test "contents that no version has are not lost" {
  two_versions
  echo mine >images/changed
  echo mine too >images/mine
  ln -s /nowhere images/link
  before=$(looks images mlops.lock)
  for command in checkout 'checkout -n' 'checkout images@v1'; do
    answers 5 eval "mlops data $command"
    has "$stderr" "error: 3 files of 'images' would be lost: 'images/changed', 'images/link', 'images/mine'"
    has "$stderr" 'hint: no version has what is in them: `mlops data add images` makes one, `--force` overwrites them'
    is "$(looks images mlops.lock)" "$before"
  done
  answers 5 mlops data checkout --json
  is "$(jq -r .error.id <<<"$stderr")" files.unsaved
  is "$(restored --force)" "images 1 2 2 checked out"
  is "$(looks images)" "$two"
  echo mine >images/changed
  mlops data add images -q >/dev/null
  is "$(restored images@v1)" "images 2 1 1 checked out"
  for i in {1..9}; do echo "mine $i" >"images/mine$i"; done
  answers 5 mlops data checkout
  has "$stderr" "error: 9 files of 'images' would be lost: 'images/mine1', 'images/mine2', 'images/mine3', 'images/mine4', 'images/mine5' and 4 more"
}

@test "of several paths, none is changed where one would lose something" {
  for path in a b; do
    mkdir $path
    echo one >$path/f
    mlops data add $path -q >/dev/null
    echo two >$path/f
    mlops data add $path -q >/dev/null
  done
  echo mine >b/f
  before=$(looks a b mlops.lock)
  answers 5 mlops data checkout a@v1 b@v1
  is "$(looks a b mlops.lock)" "$before"
  rm "$(object "$(printf 'one\n' | sha256sum | cut -d' ' -f1)")"
  answers 6 mlops data checkout a@v1 b@v1
  is "$(looks a b mlops.lock)" "$before"
}

@test "of several paths, none is changed where the store lacks something of the last" {
  for path in a b; do
    mkdir $path
    echo "$path one" >$path/f
    mlops data add $path -q >/dev/null
    rm $path/f
  done
  rm "$(object "$(printf 'b one\n' | sha256sum | cut -d' ' -f1)")"
  answers 6 mlops data checkout
  [[ ! -e a/f && ! -e b/f ]]
}

@test "a single file: changed, gone, executable, in a folder that is gone" {
  mkdir -p data/raw
  echo one >data/raw/t.csv
  add data/raw/t.csv
  echo two >data/raw/t.csv
  chmod +x data/raw/t.csv
  add data/raw/t.csv
  is "$(restored data/raw/t.csv@v1)" "data/raw/t.csv 1 0 0 checked out"
  is "$(cat data/raw/t.csv) $(stat -c %a data/raw/t.csv)" "one 644"
  rm -r data
  is "$(restored data/raw/t.csv@v2)" "data/raw/t.csv 1 0 0 checked out"
  is "$(cat data/raw/t.csv) $(stat -c %a data/raw/t.csv)" "two 755"
  echo mine >data/raw/t.csv
  answers 5 mlops data checkout
  has "$stderr" "error: 1 file of 'data/raw/t.csv' would be lost: 'data/raw/t.csv'"
  is "$(restored --force)" "data/raw/t.csv 1 0 0 checked out"
}

@test "files become folders, folders files, and both links, and back" {
  mkdir -p things/{a,b,c}
  echo x >things/a/x
  echo x >things/b/x
  echo c >things/c/x
  echo d >things/d
  echo e >things/e
  ln -s d things/f
  ln -s d things/g
  add things
  one=$(looks things)
  rm -r things && mkdir -p things/{d,f}
  echo 'a file' >things/a
  ln -s d things/b
  echo y >things/d/y
  ln -s a things/e
  echo z >things/f/z
  echo 'g file' >things/g
  add things
  two=$(looks things)
  for _ in 1 2; do
    mlops data checkout things@v1 -q
    is "$(looks things)" "$one"
    mlops data checkout things@v2 -q
    is "$(looks things)" "$two"
  done
  sound
}

@test "the top becomes a folder where a file or a link is, and back" {
  echo 'a file' >top
  add top
  rm top && mkdir -p top/deep && echo x >top/deep/x
  add top
  is "$(restored top@v1)" "top 1 1 0 checked out"
  is "$(cat top)" "a file"
  is "$(restored top@v2)" "top 1 1 0 checked out"
  is "$(cat top/deep/x)" x
  # A link there is what no version has, and what it leads to is nobody's.
  mkdir -p ../elsewhere/deep && echo theirs >../elsewhere/deep/x
  rm -r top && ln -s ../elsewhere top
  answers 5 mlops data checkout
  has "$stderr" "'top'"
  mlops data checkout --force -q
  [[ -d top && ! -L top ]]
  is "$(cat top/deep/x) $(cat ../elsewhere/deep/x)" "x theirs"
  rm -r top && ln -s ../elsewhere/deep/x top
  mlops data checkout top@v1 --force -q
  [[ -f top && ! -L top ]]
  is "$(cat top) $(cat ../elsewhere/deep/x)" "a file theirs"
}

@test "links in the folder are not written through" {
  mkdir -p images/deep ../elsewhere
  echo pinned >images/deep/x
  echo theirs >../elsewhere/x
  add images
  rm -r images/deep && ln -s ../../elsewhere images/deep
  answers 5 mlops data checkout
  has "$stderr" "'images/deep'"
  is "$(differences)" $'deleted images/deep/x\nadded images/deep' ||
    is "$(differences)" $'added images/deep\ndeleted images/deep/x'
  mlops data checkout --force -q
  is "$(cat images/deep/x) $(cat ../elsewhere/x) $(ls ../elsewhere)" "pinned theirs x"
}

@test "what .mlopsignore leaves out stays, and what stands in its way is said" {
  mkdir -p images
  echo a >images/a
  echo '*.log' >.mlopsignore
  add images
  mkdir images/a.d && echo log >images/a.d/x.log
  echo log >images/y.log
  is "$(restored)" "images 0 0 1 unchanged"
  # What is left out, and is in the way of a file.
  rm images/a
  mkdir images/a && echo log >images/a/x.log
  before=$(looks images)
  answers 5 mlops data checkout
  is "$(looks images)" "$before"
}

@test "what stands in the way is known before the first change" {
  mkdir images
  echo one >images/a
  echo b >images/b
  add images
  echo two >images/a
  add images
  echo '*.log' >.mlopsignore
  rm images/b && mkdir images/b && echo log >images/b/x.log
  before=$(looks images)
  answers 5 mlops data checkout images@v1
  is "$(looks images)" "$before"
}

@test "a rule that leaves out what is pinned: the file is seen all the same, and is not lost" {
  mkdir images
  echo a >images/a.log
  add images
  echo '*.log' >.mlopsignore
  is "$(restored)" "images 0 0 1 unchanged"
  echo mine >images/a.log
  answers 5 mlops data checkout
  is "$(cat images/a.log)" mine
  mlops data checkout --force -q
  is "$(cat images/a.log)" a
}

@test "-n tells what would be done, and does nothing" {
  two_versions
  before=$(looks images mlops.lock)
  is "$(restored -n images@v1)" "images 2 1 1 would be checked out"
  is "$(looks images mlops.lock)" "$before"
  rm -r images
  is "$(restored -n)" "images 3 0 0 would be checked out"
  [[ ! -e images ]]
  mlops data checkout -q
  is "$(looks images)" "$two"
}

@test "a folder that was not there appears whole, and nothing is left of a fault" {
  many images 300
  add images
  rm -r images
  is "$(restored)" "images 300 0 0 checked out"
  rm -r images
  mkdir closed && mlops data rm images -q >/dev/null && many closed/images 10 && add closed/images
  rm -r closed/images
  chmod a-w closed
  answers 1 unprivileged mlops data checkout closed/images
  chmod u+w closed
  is "$(ls -A closed; find .mlops/tmp -mindepth 1 2>/dev/null)" ""
}

@test "contents that the store lacks end it before anything is changed" {
  two_versions
  mv "$(object "$(printf 'one\n' | sha256sum | cut -d' ' -f1)")" aside
  before=$(looks images mlops.lock)
  for command in 'images@v1' 'images@v1 --force' 'images@v1 -n'; do
    answers 6 eval "mlops data checkout $command"
    has "$stderr" "error: the store lacks 1 object of 'images': 'images/changed'"
    has "$stderr" "nothing was changed"
    is "$(looks images mlops.lock)" "$before"
  done
  rm -f "$(object "$(pinned_digest images)")"
  answers 6 mlops data checkout
  has "$stderr" "error: the store lacks 1 object of 'images': 'images'"
  is "$(looks images mlops.lock)" "$before"
}

@test "a damaged object never becomes a file" {
  head -c 300000 /dev/urandom >big
  cp big kept
  add big
  object=$(object_of big)
  chmod u+w "$object"
  printf X | dd of="$object" bs=1 seek=1000 conv=notrunc status=none
  rm big
  answers 6 mlops data checkout
  [[ ! -e big ]]
  echo mine >big
  answers 6 mlops data checkout --force
  is "$(cat big)" mine
  is "$(find . -name '*.tmp' -o -path './.mlops/tmp/*')" ""
  # An add of the file heals the store.
  cp kept big
  is "$(add big)" "big 1 1 unchanged"
  answers 0 mlops store fsck
}

@test "a damaged object never becomes a link" {
  head -c 300000 /dev/urandom >big
  add big
  object=$(object_of big)
  chmod u+w "$object"
  printf X | dd of="$object" bs=1 seek=1000 conv=notrunc status=none
  rm big
  answers 6 mlops data checkout --link hard
  [[ ! -e big ]]
}

# ---- links and unprotect

@test "large files are links of the store, until they are unprotected" {
  mkdir images
  head -c 300000 /dev/urandom >images/big
  head -c 300000 /dev/urandom >images/run && chmod +x images/run
  echo small >images/small
  add images
  one=$(sha256sum images/*)
  rm -r images
  answers 0 mlops data checkout --link hard --json
  is "$(jq -c '.items[0] | [.written, .linked]' <<<"$output")" '[3,1]'
  object=$(object_of images/big)
  is "$(stat -c %i images/big)" "$(stat -c %i "$object")"
  is "$(stat -c %a images/big images/run images/small | xargs)" "444 755 644"
  is "$(sha256sum images/*)" "$one"
  is "$(differences)" ""
  is "$(add images)" "images 1 3 unchanged"
  run ! unprivileged sh -c 'echo x >>images/big'
  answers 0 mlops data unprotect images -n --porcelain
  is "$output" $'images\t1\twould be unprotected'
  is "$(stat -c %i images/big)" "$(stat -c %i "$object")"
  answers 0 mlops data unprotect images --porcelain
  is "$output" $'images\t1\tunprotected'
  is "$(stat -c '%a %h' images/big)" "644 1"
  is "$(differences)" ""
  echo more >>images/big
  is "$(differences)" "modified images/big"
  is "$(sha256sum <"$object" | cut -d' ' -f1)" "$(cut -d/ -f4- <<<"$object" | tr -d /)"
  answers 0 mlops data unprotect images --porcelain
  is "$output" $'images\t0\tunchanged'
  sound
  answers 4 mlops data unprotect other
  answers 2 mlops data checkout --link soft
}

@test "a single file as a link, and its next version leaves the first as it was" {
  head -c 400000 /dev/urandom >big
  add big
  rm big
  mlops data checkout --link hard -q
  is "$(stat -c %h big)" 2
  first=$(sha256sum <big)
  head -c 400000 /dev/urandom >other && mv -f other big
  is "$(add big)" "big 2 1 added"
  mlops data checkout big@v1 -q
  is "$(sha256sum <big)" "$first"
  is "$(stat -c %h big)" 1
  sound
}

# ---- what cannot be written

@test "a store or a project that cannot be written" {
  two_versions
  chmod -R a-w .mlops
  is "$(unprivileged mlops data status -q --porcelain)" ""
  run --separate-stderr unprivileged mlops data add images
  [[ $status != 70 ]]
  echo more >images/more
  answers 1 unprivileged mlops data add images
  has "$stderr" "permission denied"
  is "$(unprivileged mlops data status -q --porcelain)" $'added\timages/more\t\t5'
  chmod -R u+w .mlops
  rm images/more
  chmod a-w images
  answers 1 unprivileged mlops data checkout images@v1
  has "$stderr" "images"
  chmod u+w images
  is "$(looks images)" "$two"
  is "$(find .mlops/tmp -mindepth 1 2>/dev/null)" ""
  sound
}
