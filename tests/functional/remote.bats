# mlops push, fetch, pull and clone: what a store holds is shared through a folder, as through any other remote.
# shellcheck disable=SC2154,SC2016
load lib
load files
load seed
load sharing

setup() { begin_sharing ../remote; }

@test "what is pushed can be cloned: names, contents, files, and the store is sound" {
  two_versions
  run_of work
  is "$(pushed)" "$(printf '%s\n' 'files/images 2  pushed' 'runs/work 1  pushed')"
  ana=$PWD
  cloned ben ../"${top##*/}"/remote
  is "$(looks images)" "$two"
  is "$(names_of "$PWD")" "$(names_of "$ana")"
  is "$(cat mlops.lock)" "$(cat "$ana/mlops.lock")"
  is "$(mlops runs list --porcelain | wc -l)" 1
  sound
  # The first version is not here, which is no fault; it comes when it is asked for.
  answers 6 mlops data checkout images@v1
  has "$stderr" '`mlops fetch images@vN`'
  mlops fetch images@v1 -q
  mlops data checkout images@v1 -q
  is "$(looks images)" "$one"
  sound
}

@test "a clone goes on with the remote that it came from, wherever it lies" {
  many images 3
  mlops data add images -q >/dev/null
  mlops push -q
  mkdir -p "$top/far/away"
  mlops clone ../remote "$top/far/away/ben" -q
  cd "$top/far/away/ben"
  echo more >images/more
  mlops data add images -q >/dev/null
  is "$(pushed)" "files/images 2 1 pushed"
  is "$(mlops remote list --porcelain | cut -f2)" "$top/remote"
  cd "$top/ana"
  is "$(pulled)" "files/images 1 2 fetched"
  has "$(cat mlops.yaml)" "origin: ../remote"
}

@test "a push with nothing new says so, and sends nothing" {
  many images 200
  mlops data add images -q >/dev/null
  mlops push -q
  before=$(find ../remote -type f | sort)
  answers 0 mlops push
  is "$output" ""
  is "$stderr" "origin has everything"
  is "$(find ../remote -type f | sort)" "$before"
}

@test "only what is missing travels: small contents in packs, a changed file as what is new in it" {
  mkdir images
  seq 300000 | awk '{print $1 ",value," $1 * 7919 % 10007 ",some more text that makes it longer, so that it is larger"}' >images/table.csv
  many images/small 400
  mlops data add images -q >/dev/null
  mlops push -q
  [[ $(find ../remote/packs -type f | wc -l) -le 4 ]]
  is "$(find ../remote/objects -type f | wc -l)" 1
  first=$(du -sb ../remote | cut -f1)
  sed -i '100000,100010s/value/other/' images/table.csv
  mlops data add images -q >/dev/null
  mlops push -q
  is "$(find ../remote/recipes -type f | wc -l)" 1
  [[ $(($(du -sb ../remote | cut -f1) - first)) -lt 1000000 ]]
  sum=$(looks images)
  cloned ben "$top/remote"
  is "$(looks images)" "$sum"
  sound
}

@test "many may push and pull: each takes what the others made" {
  many images 20
  mlops data add images -q >/dev/null
  mlops push -q
  cloned ben "$top/remote"
  echo ben >images/ben
  mlops data add images -q >/dev/null
  is "$(pushed)" "files/images 2 1 pushed"
  cd "$top/ana"
  is "$(pulled)" "files/images 1 2 fetched"
  is "$(cat images/ben)" ben
  is "$(differences)" ""
  answers 0 mlops pull
  is "$stderr" "nothing is new in origin"
}

@test "versions of a name that were made here and there: the push is refused, a rebase gives later numbers" {
  many images 20
  mlops data add images -q >/dev/null
  mlops push -q
  cloned ben "$top/remote"
  echo ben >images/ben
  mlops data add images -q >/dev/null
  mlops push -q
  cd "$top/ana"
  echo ana >images/ana
  mlops data add images -q >/dev/null
  before=$(find ../remote -type f | sort)
  answers 5 mlops push
  is "$output" ""
  is "$stderr" 'error: 1 name was moved here and in the remote '"'origin'"' since they last met; nothing was pushed
  files/images (v2 here, v2 there)

hint: `mlops pull --rebase` gives the versions of this store the later numbers; then push again'
  is "$(find ../remote -type f | sort)" "$before"
  answers 5 mlops pull
  has "$stderr" "mlops pull --rebase"
  is "$(ls images/ana)" images/ana
  mlops pull --rebase -q 2>/dev/null
  is "$(sed -n 2p .mlops/refs/files/images)" "$(sed -n 2p "$top/ben/.mlops/refs/files/images")"
  is "$(ls images/ana)" images/ana
  is "$(pushed)" "files/images 3 2 pushed"
  sound
  cd "$top/ben"
  mlops pull -q 2>/dev/null
  sound
  is "$(names_of "$top/ana")" "$(names_of "$top/ben")"
}

@test "runs of many stores are merged, and none is lost" {
  run_of work
  mlops push -q
  for who in ben cleo dan; do cloned $who "$top/remote"; done
  for who in ana ben cleo dan; do
    cd "$top/$who"
    for n in 1 2 3; do run_of work; done
    echo "$who" >"$who.txt"
    mlops data add "$who.txt" -q >/dev/null
  done
  for who in ana ben cleo dan; do (cd "$top/$who" && exec mlops push -q 3>&- >"$top/$who.log" 2>&1) & done
  wait
  cat "$top"/*.log
  for who in ana ben cleo dan; do
    cd "$top/$who"
    mlops pull -q >/dev/null 2>&1
    is "$(mlops runs list --porcelain | wc -l)" 13
    sound
    is "$(names_of "$top/ana")" "$(names_of "$top/$who")"
  done
}

@test "a dataset, its model and what was said of it" {
  seed_project
  customers 400 >customers.csv
  mlops ingest customers.csv -q >/dev/null
  mlops train run --data customers --label churned -q >/dev/null
  mlops push -q
  ana=$PWD
  cloned ben "$top/remote"
  is "$(mlops model list --porcelain)" "$(cd "$ana" && mlops model list --porcelain)"
  is "$(mlops data head churn --porcelain | head -3)" "$(cd "$ana" && mlops data head churn --porcelain | head -3)"
  sound
  answers 6 mlops data head churn@v1
  has "$stderr" '`mlops fetch sources/churn@v1` brings it from a remote'
  mlops fetch churn@v1 -q
  mlops data head churn@v1 -q >/dev/null
  answers 0 mlops store gc --grace 0 --delay 0
  answers 0 mlops store gc --grace 0 --delay 0
  sound
  answers 0 mlops fetch --all
  is "$(mlops store du --porcelain | grep -v '^\(catalogue\|temporary\|other\|trees\|unreferenced\)' | cut -f1,2,4)" \
    "$(cd "$ana" && mlops store du --porcelain | grep -v '^\(catalogue\|temporary\|other\|trees\|unreferenced\)' | cut -f1,2,4)"
}

@test "what was sent by a push that was cut is not sent again" {
  many images 2000
  head -c 3000000 /dev/urandom >images/large
  mlops data add images -q >/dev/null
  mkdir -p ../remote
  chmod 755 ../remote
  # The log cannot be written: everything else is there when it ends.
  echo 'in the way' >../remote/log
  answers 1 mlops push
  rm ../remote/log
  sent=$(find ../remote -type f -name '*.zst' -printf '%p %i\n' | sort)
  large=$(find ../remote/objects -type f -printf '%p %i\n')
  [[ -n $sent && -n $large ]]
  mlops push -q
  has "$(find ../remote -type f -name '*.zst' -printf '%p %i\n' | sort)" "$sent"
  is "$(find ../remote/objects -type f -printf '%p %i\n')" "$large"
  cloned ben "$top/remote"
  sound
}

@test "wrong bytes in a remote are found when they arrive, and named" {
  many images 300
  head -c 400000 /dev/urandom >images/large
  mlops data add images -q >/dev/null
  mlops push -q
  damaged=$(find "$top/remote/objects" -type f)
  cp "$damaged" "$top/whole"
  chmod u+w "$damaged"
  printf x | dd of="$damaged" bs=1 seek=1000 conv=notrunc status=none
  cd "$top"
  answers 6 mlops clone remote ben
  has "$stderr" "'objects/sha256/"
  has "$stderr" "of the remote 'origin' is damaged"
  cp "$top/whole" "$damaged"
  cd ben
  mlops pull -q
  sound
  is "$(looks images)" "$(cd "$top/ana" && looks images)"
}

@test "fsck mends what is damaged and missing from a remote" {
  many images 300
  head -c 400000 /dev/urandom >images/large
  mlops data add images -q >/dev/null
  run_of work
  mlops push -q
  large=$(find .mlops/objects -type f -size +300k)
  chmod u+w "$large"
  printf x | dd of="$large" bs=1 seek=1000 conv=notrunc status=none
  pack=$(find .mlops/packs -type f | head -1)
  chmod u+w "$pack"
  printf xxxxxxxx | dd of="$pack" bs=1 seek=200 conv=notrunc status=none
  rm -f "$(object "$(cut -d'"' -f4 .mlops/refs/runs/work | head -1 | cut -d: -f2)")"
  answers 6 mlops store fsck
  answers 0 mlops store fsck --remote origin
  has "$output" "it came from origin"
  sound
  is "$(differences)" ""
}

@test "a project in git: git brings the files, the remote the contents" {
  in_git
  printf '.mlops/\n' >.gitignore
  two_versions
  committed two
  mlops push -q
  cd "$top"
  answers 0 mlops clone ana ben
  cd ben
  is "$(looks images)" "$two"
  sound
  cd "$top/ana"
  echo three >images/three
  mlops data add images -q >/dev/null
  committed three
  mlops push -q
  cd "$top/ben"
  git pull -q
  mlops pull -q
  is "$(cat images/three)" three
  git checkout -q HEAD~1
  mlops data checkout -q
  is "$(looks images)" "$two"
}

@test "without git mlops.yaml and mlops.lock come with a pull, unless they were changed here" {
  many images 5
  mlops data add images -q >/dev/null
  mlops push -q
  cloned ben "$top/remote"
  echo '# from ben' >>mlops.yaml
  is "$(pushed)" ""
  cd "$top/ana"
  mlops pull -q
  has "$(cat mlops.yaml)" '# from ben'
  echo '# from ana' >>mlops.yaml
  mlops push -q
  cd "$top/ben"
  echo '# again from ben' >>mlops.yaml
  answers 0 mlops push
  is "$stderr" 'warning: mlops.yaml was changed here and in origin: it is not sent before `mlops pull`
origin has everything'
  answers 0 mlops pull
  has "$stderr" "mlops.yaml was changed here and in origin: the one here stays"
  answers 0 mlops push
  cd "$top/ana"
  mlops pull -q
  is "$(tail -1 mlops.yaml)" '# again from ben'
}

@test "a rehearsal says what would be sent, and sends nothing" {
  many images 50
  mlops data add images -q >/dev/null
  answers 0 mlops push -n
  is "$(cut -d' ' -f1 <<<"$output" | tail -1)" files/images
  has "$stderr" "would be sent to origin"
  [[ ! -e ../remote ]]
}

@test "remotes are added, listed, tried and removed" {
  answers 0 mlops remote list --porcelain
  is "$output" $'origin\t../remote\t\t\t\tfalse'
  answers 0 mlops remote test origin --porcelain
  is "$output" $'read\ttrue\t\nwrite\ttrue\t\npush\ttrue\t'
  answers 0 mlops remote add origin ../remote
  answers 5 mlops remote add origin /elsewhere
  answers 0 mlops remote add bucket s3://ml-store/churn --endpoint https://example.org:9000
  has "$(cat mlops.yaml)" "endpoint: https://example.org:9000"
  answers 0 mlops remote rm bucket
  lacks "$(cat mlops.yaml)" bucket
  answers 4 mlops remote rm bucket
  has "$stderr" "there is no remote 'bucket'"
}

@test "wrong words are told" {
  answers 2 mlops remote add x ftp://example.org/a
  has "$stderr" "no address of a remote"
  answers 2 mlops remote add x s3://
  has "$stderr" "it names no bucket"
  answers 2 mlops remote add x s3://KEY:SECRET@bucket/a
  lacks "$stderr" SECRET
  answers 2 mlops remote add x ../y --region eu-west-1
  has "$stderr" "a folder has no endpoint"
  answers 4 mlops push orgin
  has "$stderr" 'a similar name exists: `origin`'
  cd "$top"
  mkdir empty full
  echo x >full/x
  answers 5 mlops clone ana full
  has "$stderr" "not empty"
  answers 1 mlops clone empty ben
  cd ana
  answers 4 mlops fetch nothing
  answers 4 mlops fetch sha256:0000000000000000000000000000000000000000000000000000000000000001
  has "$stderr" "neither here nor in the remote 'origin'"
  rm mlops.yaml
  answers 4 mlops push
  has "$stderr" "there is no remote"
}

@test "another remote at the same address is seen for what it is" {
  many images 20
  mlops data add images -q >/dev/null
  mlops push -q
  rm -r ../remote
  answers 0 mlops push
  has "$stderr" "sent to origin: push 1"
  cloned ben "$top/remote"
  sound
  # One of a newer program is left alone.
  echo '{"id":"x","remote":2}' >"$top/remote/mlops-remote"
  rm -r .mlops/remotes
  answers 2 mlops push
  has "$stderr" "format 2, this program knows format 1"
}

@test "a clone needs few requests, however many pushes there were" {
  for n in $(seq 40); do
    echo "$n" >value
    mlops data add value -q >/dev/null
    mlops push -q
  done
  is "$(find ../remote/checkpoints -type f | wc -l)" 1
  cloned ben "$top/remote"
  is "$(cat value)" 40
  is "$(names_of "$PWD")" "$(names_of "$top/ana")"
  sound
}

@test "a bundle carries everything in one file: a clone of it, and what is new taken in" {
  two_versions
  head -c 700000 /dev/urandom >images/large
  mlops data add images -q >/dev/null
  run_of work
  answers 0 mlops store bundle "$top/all.tar" --porcelain
  is "$(cut -f2 <<<"$output")" 2
  answers 5 mlops store bundle "$top/all.tar"
  tar tf "$top/all.tar" >"$top/names"
  has "$(cat "$top/names")" mlops-remote
  has "$(cat "$top/names")" log/000000000001.json
  three=$(looks images)
  [[ ! -e .mlops/remotes ]]
  cloned ben "$top/all.tar"
  is "$(looks images)" "$three"
  is "$(names_of "$PWD")" "$(names_of "$top/ana")"
  lacks "$(cat mlops.yaml)" all.tar
  sound
  mlops data checkout images@v1 -q
  is "$(looks images)" "$one"
  cd "$top/ana"
  run_of work
  rm "$top/all.tar"
  mlops store bundle "$top/all.tar" -q
  cd "$top/ben"
  answers 0 mlops store unbundle "$top/all.tar" --porcelain
  is "$output" $'runs/work\t1\t2\tfetched'
  sound
  mkdir "$top/cleo"
  cd "$top/cleo"
  mlops store unbundle "$top/all.tar" -q
  mlops data checkout -q
  is "$(looks images)" "$three"
  sound
}

@test "a bundle that is damaged or cut is refused, and nothing of it is named" {
  two_versions
  mlops store bundle "$top/all.tar" -q
  size=$(stat -c %s "$top/all.tar")
  mkdir "$top/ben"
  cd "$top/ben"
  head -c $((size / 2)) "$top/all.tar" >"$top/cut.tar"
  answers 6 mlops store unbundle "$top/cut.tar"
  has "$stderr" "the bundle"
  for at in $(seq 300 1499 $((size - 1))); do
    cp "$top/all.tar" "$top/bad.tar"
    printf '\377' | dd of="$top/bad.tar" bs=1 seek="$at" conv=notrunc status=none
    rm -rf .mlops mlops.yaml mlops.lock
    run mlops store unbundle "$top/bad.tar" -q
    [[ $status == 0 || $status == 6 ]] || { echo "byte $at: $status $output"; false; }
    [[ ! -e .mlops ]] || sound
  done
  seq 1000 >"$top/text"
  answers 6 mlops store unbundle "$top/text"
  has "$stderr" "is no bundle"
  tar cf "$top/other.tar" -C "$top" text
  answers 6 mlops store unbundle "$top/other.tar"
  has "$stderr" "is no bundle: it is a tar archive of something else"
  answers 4 mlops store unbundle "$top/none"
}
