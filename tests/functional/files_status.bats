# Files and folders as versions: what `mlops data status` says of them, and what is seen as changed.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load files

setup() { enter_files; }

# ---- seen as changed

@test "a file rewritten with the same size in the same instant is seen as modified" {
  mkdir images
  for try in {10..30}; do
    echo "$try" >images/a
    mlops data add images -q >/dev/null
    echo "$((try + 1))" >images/a
    is "$(differences)" "modified images/a"
  done
  for try in {10..22}; do
    echo "$try" >images/a
    mlops data add images -q >/dev/null
    mlops data status -q
    echo "$((try + 1))" >images/a
    is "$(add images | cut -d' ' -f4)" added
  done
}

@test "a file of the same size with its time put back is seen as modified" {
  mkdir images
  echo one >images/a
  touch -d '1 hour ago' images/a
  settled
  mlops data add images -q >/dev/null
  cp -p images/a stamp
  echo two >images/a
  touch -r stamp images/a
  is "$(differences)" "modified images/a"
  is "$(add images)" "images 2 1 added"
}

@test "a file that is written to while it is read ends the command, and makes no version" {
  mkdir images
  head -c 60000000 /dev/zero >images/big
  (while :; do printf x >>images/big; done) 3>&- &
  writer=$!
  run --separate-stderr mlops data add images
  kill $writer
  wait $writer || true
  is "$status" 5
  has "$stderr" "images/big' changed while it was read"
  [[ ! -e mlops.lock && ! -e .mlops/refs/files/images ]]
  rm images/big
  sound
}

# ---- status

@test "every state" {
  mkdir -p images/deep
  for file in same changed gone moved deep/mode; do echo "$file is here" >"images/$file"; done
  ln -s same images/link
  echo t >labels.csv
  echo u >gone.csv
  add images labels.csv gone.csv
  echo other >images/changed
  echo new >images/new
  rm images/gone gone.csv
  mv images/moved images/deep/elsewhere
  chmod +x images/deep/mode
  rm images/link && echo same >images/link
  is "$(differences)" "deleted gone.csv
modified images/changed
renamed images/deep/elsewhere images/moved
modified images/deep/mode
deleted images/gone
modified images/link
added images/new"
  answers 0 mlops data status
  is "$stderr" $'gone.csv: 1 deleted\nimages: 1 added, 1 deleted, 3 modified, 1 renamed\nlabels.csv: 1 file as pinned'
  answers 0 mlops data status images --json
  is "$(jq -c '.items[] | select(.state == "renamed")' <<<"$output")" \
    '{"state":"renamed","path":"images/deep/elsewhere","from":"images/moved","bytes":14}'
  is "$(jq -c '.items[] | select(.state == "added") | [.from, .bytes]' <<<"$output")" '[null,4]'
}

@test "renamed: each file once, by what is in it" {
  mkdir images
  for file in a b c; do echo same >images/$file; done
  : >images/empty
  add images
  mv images/a images/x
  mv images/b images/y
  cp images/c images/z
  is "$(differences | cut -d' ' -f1 | sort | uniq -c | xargs)" "1 added 2 renamed"
  rm images/*
  is "$(differences | cut -d' ' -f1 | sort | uniq -c | xargs)" "4 deleted"
}

@test "what the store lacks is said" {
  mkdir images
  echo a >images/a
  echo b >images/b
  echo t >labels.csv
  add images labels.csv
  mv "$(object_of images/a)" kept
  is "$(differences)" "not in store images/a"
  # An add of the same file heals it.
  is "$(add images)" "images 1 2 unchanged"
  is "$(differences)" ""
  rm "$(object_of labels.csv)"
  is "$(differences labels.csv)" "not in store labels.csv"
  mv "$(object "$(pinned_digest images)")" kept
  is "$(differences images)" "not in store images"
  rm -rf .mlops/objects .mlops/packs
  is "$(differences)" $'not in store images\nnot in store labels.csv'
  # Nor is there the record of the version before, without which there is no next.
  answers 6 mlops data add images
  has "$stderr" "error: the store has no object"
}

@test "where the tree that is pinned is damaged, an add heals it" {
  mkdir images
  echo a >images/a
  add images
  tree=$(object "$(pinned_digest images)")
  chmod u+w "$tree"
  echo garbage >"$tree"
  for command in status checkout; do
    answers 6 mlops data $command
    has "$stderr" "is damaged"
  done
  is "$(add images)" "images 1 1 unchanged"
  is "$(differences)" ""
  sound
}

@test "what a pack held that is gone is said of each file" {
  many images 300
  add images
  [[ -n $(find .mlops/packs -name '*.zst') ]]
  is "$(differences)" ""
  rm .mlops/packs/*.zst
  [[ $(differences | grep -c '^not in store') -ge 1 ]]
  is "$(add images | cut -d' ' -f2,4)" "1 unchanged"
  is "$(differences)" ""
  sound
}

@test "a version is compared with what is there" {
  mkdir images
  echo a >images/a
  add images
  echo b >images/b
  add images
  is "$(differences images)" ""
  is "$(differences images@v2)" ""
  is "$(differences images@v1)" "added images/b"
  is "$(differences files/images)" ""
  answers 4 mlops data status images@v3
  has "$stderr" "error: 'images' has no version 3"
  has "$stderr" "hint: it has 2 versions, the newest is v2"
  answers 4 mlops data status image
  has "$stderr" "error: 'image' was not added"
  has "$stderr" 'a similar path was: `images`'
  answers 4 mlops data status zzz
  has "$stderr" 'hint: `mlops data status` compares everything that was'
}

@test "where nothing was added" {
  for command in status checkout; do
    answers 0 mlops data $command
    is "$output" ""
    is "$stderr" 'nothing was added: `mlops data add PATH` makes files and folders versions'
  done
  answers 0 mlops data status --json
  is "$(jq -c . <<<"$output")" '{"schema":"mlops.files-status/1","items":[]}'
}

@test "an entry of mlops.lock that is none" {
  echo a >a
  add a
  cp mlops.lock good
  for entry in '{size: 1}' '{digest: no, size: 2}' "{digest: sha256:$(pinned_digest a)}" "{digest: sha256:$(pinned_digest a), size: -1}"; do
    sed "s|^files/a: .*|files/a: $entry|" good >mlops.lock
    for command in status checkout; do
      answers 2 mlops data $command
      has "$stderr" "the entry of 'files/a' in mlops.lock has no"
    done
  done
}

# ---- on one screen with all else

@test "mlops status tells what is not as pinned, or not here" {
  mkdir images
  echo one >images/a
  echo two >images/b
  echo table >notes.txt
  mlops data add images notes.txt -q >/dev/null
  settled
  is "$(mlops status --porcelain)" ""
  echo other >images/a
  rm images/b
  rm notes.txt
  answers 0 mlops status --porcelain
  is "$(cut -f1-3,5 <<<"$output")" $'files\tfiles/notes.txt\tgone\tit is pinned and not here; `mlops data checkout notes.txt` brings it
files\tfiles/images\tstale\t1 deleted, 1 modified; `mlops data add images` makes that a version'
  mlops data checkout --force -q >/dev/null
  is "$(mlops status --porcelain)" ""
}

@test "data list has what was added beside datasets, and its versions" {
  mkdir images
  echo one >images/a
  mlops data add images -q >/dev/null
  echo two >images/b
  mlops data add images -q >/dev/null
  printf 'id\n1\n' >churn.csv
  mlops ingest churn.csv -q >/dev/null
  is "$(mlops data list --porcelain | cut -f1-7)" $'churn\t1\tsources\t1\t1\t0\t'"$(mlops data show churn --json | jq .items[0].parquet_bytes)"$'
images\t2\tfiles\t\t\t\t8'
  is "$(mlops data list images --porcelain | cut -f1-3,7)" $'images\t1\tfiles\t4\nimages\t2\tfiles\t8'
  is "$(mlops data list files/images --porcelain)" "$(mlops data list images --porcelain)"
  mkdir sub
  is "$(cd sub && mlops data list ../images --porcelain)" "$(mlops data list images --porcelain)"
  # A dataset of that name is meant first.
  echo three >churn
  mlops data add churn -q >/dev/null
  is "$(mlops data list churn --porcelain | cut -f3)" sources
  is "$(mlops data list files/churn --porcelain | cut -f3)" files
  answers 4 mlops data list imagse
}
