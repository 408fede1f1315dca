# mlops store gc: what nothing names goes, in two runs, and nothing else, whoever is at work meanwhile.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  seed_project
}

object() { echo ".mlops/objects/sha256/${1:0:2}/${1:2}"; }
# loose TEXT: an object that nothing names, written 30 days ago; its file is in $loose.
loose() {
  loose=$(object "$(printf %s "$1" | sha256sum | cut -d' ' -f1)")
  mkdir -p "${loose%/*}"
  printf %s "$1" >"$loose"
  chmod 444 "$loose"
  touch -d '30 days ago' "$loose"
}
# counted KEY: of the last answer with --json.
counted() { jq ".items[0].$1" <<<"$output"; }
now() { answers 0 mlops store gc --grace 0 --delay 0; }
# named: files of the store that hold what is named, and their content.
named() { find .mlops/objects .mlops/packs .mlops/recipes .mlops/refs -type f -exec sha256sum {} + 2>/dev/null | sort; }

@test "nothing to remove is said" {
  before=$(named)
  answers 0 mlops store gc
  is "$stderr" "nothing to remove: everything is named by something"
  answers 0 mlops store gc --json
  is "$(jq -c '.items[0] | [.removed_objects, .waiting_objects, .young_objects, .packs_merged, .due, .busy_since]' <<<"$output")" '[0,0,0,0,null,null]'
  is "$(counted kept_objects)" "$(find .mlops/objects -type f | wc -l)"
  is "$(counted kept_bytes)" "$(find .mlops/objects -type f -printf '%s\n' | paste -sd+ | bc)"
  now
  now
  is "$(named)" "$before"
}

@test "the first run marks, and says when the second frees" {
  before=$(named)
  loose 'nobody wants this'
  answers 0 mlops store gc
  [[ $stderr =~ ^'1 object (17 B) waits: `mlops store gc` after '(20.*Z)' takes it away'$ ]]
  day=$((60 * 60 * 24))
  due=$(($(date -d "${BASH_REMATCH[1]}" +%s) - $(date +%s)))
  [[ $due -gt $((day - 60)) && $due -le $((day + 60)) ]]
  [[ -f $loose ]]
  answers 0 mlops store gc --json
  is "$(counted waiting_objects) $(counted waiting_bytes) $(counted removed_objects)" "1 17 0"
  [[ -f $loose ]]
  answers 0 mlops store gc --delay 0
  is "$stderr" "1 object (17 B) removed"
  [[ ! -e $loose ]]
  is "$(named)" "$before"
  [[ ! -e .mlops/gc/marks && ! -e .mlops/gc/trash ]]
  answers 0 mlops store fsck
}

@test "with --grace 0 --delay 0 the second run frees at once" {
  loose one
  touch "$loose"
  now
  has "$stderr" 'waits: `mlops store gc --grace 0 --delay 0` once more takes it away'
  now
  is "$stderr" "1 object (3 B) removed"
  [[ ! -e $loose ]]
}

@test "what is young is spared" {
  loose young
  touch "$loose"
  answers 0 mlops store gc
  is "$stderr" '1 object (5 B) is named by nothing and too young to be marked: `--grace` is 14d'
  answers 0 mlops store gc --delay 0
  [[ -f $loose ]]
  touch -d '2 days ago' "$loose"
  answers 0 mlops store gc --grace 1d --delay 0
  answers 0 mlops store gc --grace 1d --delay 0
  [[ ! -e $loose ]]
}

@test "-n changes nothing" {
  loose loose
  now
  before=$(find .mlops -type f -exec sha256sum {} + | sort)
  answers 0 mlops store gc --grace 0 --delay 0 -n
  is "$stderr" "1 object (5 B) would be removed"
  answers 0 mlops store gc -n --json
  is "$(counted waiting_objects)" 1
  is "$(find .mlops -type f -exec sha256sum {} + | sort)" "$before"
  chmod -R a-w .mlops
  answers 0 unprivileged mlops store gc --delay 0 -n
  chmod -R u+w .mlops
}

@test "durations that are none" {
  for words in '--grace soon' '--delay -1d' '--grace 5' "--delay ''"; do
    answers 2 eval "mlops store gc $words"
    has "$stderr" "a duration is wanted" || has "$stderr" "--delay"
  done
}

@test "what is written again stays" {
  printf 'a,b\n1,2\n' >new.csv
  loose $'a,b\n1,2\n'
  raw=$loose
  now
  [[ -f $raw ]]
  answers 0 mlops ingest new.csv -q
  now
  [[ -f $raw ]]
  answers 0 mlops data head new
  answers 0 mlops store fsck
}

# in_a_run COMMAND: begins a run that lasts until the file `go` is there, and waits until it is under way.
in_a_run() {
  rm -f go begun
  mlops run -q -- sh -c "$1; touch begun; while [ ! -e go ]; do sleep 0.05; done" >run.out 2>&1 3>&- &
  run=$!
  until [[ -e begun ]]; do sleep 0.05; done
}

@test "a command that was at work when it was marked is waited for" {
  loose loose
  in_a_run true
  now
  now
  has "$stderr" "1 object (5 B) waits for a command that began at 20"
  has "$stderr" "Z and is still at work"
  answers 0 mlops store gc --grace 0 --delay 0 --json
  [[ $(counted busy_since) == '"20'* ]]
  [[ -f $loose ]]
  touch go
  wait $run
  now
  [[ ! -e $loose ]]
  answers 0 mlops store fsck
}

@test "what a run that lives was told of is not lost" {
  head -c 100000 /dev/urandom >file
  in_a_run 'mlops log artifact file'
  for _ in 1 2 3; do now; done
  touch go
  wait $run
  for _ in 1 2 3; do now; done
  answers 0 mlops store fsck
  digest=sha256:$(sha256sum <file | cut -d' ' -f1)
  mlops show --content "$digest" | cmp - file
}

@test "what a run that was killed was told of is not lost" {
  head -c 100000 /dev/urandom >file
  rm -f go begun
  setsid mlops run -q -- sh -c 'mlops log artifact file; touch begun; exec sleep 60' >run.out 2>&1 3>&- &
  run=$!
  until [[ -e begun ]]; do sleep 0.05; done
  kill -9 -- -$run
  wait $run || true
  loose loose
  for _ in 1 2 3; do now; done
  [[ ! -e $loose ]]
  is "$(mlops runs list --json | jq -r .items[0].status)" lost
  answers 0 mlops store fsck
  digest=sha256:$(sha256sum <file | cut -d' ' -f1)
  mlops show --content "$digest" | cmp - file
}

@test "where what is needed cannot be told, nothing goes" {
  loose loose
  now
  record=$(mlops data show churn --json | jq -r .items[0].digest)
  mv "$(object "${record#sha256:}")" aside
  answers 6 mlops store gc --delay 0
  has "$stderr" "error: what is still needed cannot be told, so nothing is removed"
  has "$stderr" 'hint: `mlops store fsck`'
  [[ -f $loose ]]
}

@test "one at a time" {
  exec 9>>.mlops/locks/gc
  flock 9
  answers 75 mlops store gc
  has "$stderr" 'error: another `mlops store gc` is at work'
  exec 9>&-
  answers 0 mlops store gc
}

# many FOLDER COUNT: a table with so many files beside it.
many() {
  mkdir -p "$1"
  (cd "$1" && echo file >t.csv && seq -f "%05g.txt" "$2" | while read -r name; do
    echo "$1 $name is $RANDOM" >"$name"
    echo "$name"
  done >>t.csv)
}

@test "what goes of packs" {
  many set 500
  answers 0 mlops ingest set/t.csv --name set --blob file -q
  packs=$(find .mlops/packs -name '*.zst' | wc -l)
  is "$(cat .mlops/format)" '{"format":2}'
  # Of another store: packs that nothing here names.
  mkdir ../other
  many ../other/loose 300
  (cd ../other && mlops ingest loose/t.csv --name loose --blob file -q >/dev/null)
  cp ../other/.mlops/packs/*.zst .mlops/packs/
  touch -d '30 days ago' .mlops/packs/*.zst
  answers 0 mlops store gc
  has "$stderr" "300 objects ("
  answers 0 mlops store gc --delay 0 --json
  is "$(counted removed_objects)" 300
  is "$(counted packs_merged)" "$(find ../other/.mlops/packs -name '*.zst' | wc -l)"
  is "$(find .mlops/packs -name '*.zst' | wc -l)" "$packs"
  answers 0 mlops store fsck
  mlops show --content "sha256:$(sha256sum <set/00007.txt | cut -d' ' -f1)" | cmp - set/00007.txt
}
