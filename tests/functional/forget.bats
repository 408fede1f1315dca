# mlops data forget: rows leave every version that has them, and the disk. `keep:`, `mlops store pin`, and what
# `mlops store du --references` tells of it.
# shellcheck disable=SC2154,SC2016
load lib
load files
load sharing

setup() { enter_fresh_project; }

# people FROM TO [MORE]: a table of theirs.
people() {
  awk -v from="$1" -v to="$2" -v more="${3-}" 'BEGIN {
    print "id,email,plan"
    for (i = from; i <= to; ++i) printf "%d,p%d@example.org,%s\n", i, i, i % 2 ? "free" : "pro"
    if (more != "") print more
  }'
}

# three_versions: of churn, with 40, 80 and 120 rows; of clean, and of sums, which is made of clean.
three_versions() {
  cat >mlops.yaml <<'END_OF_FILE'
mlops: 1
project: forgetting
sources:
  churn: {from: churn.csv}
data:
  clean: {sql: "SELECT id, email FROM churn"}
  sums: {sql: "SELECT count(*) AS n, sum(id) AS total FROM clean"}
END_OF_FILE
  for n in 40 80 120; do
    people 1 $n >churn.csv
    mlops run -q >/dev/null
  done
}

# trained_people: a dataset of people with a label, and a model that learnt from it.
trained_people() {
  {
    echo id,age,label
    awk 'BEGIN { for (i = 1; i <= 400; ++i) printf "%d,%d,%d\n", i, (i * 37) % 80, ((i * 37) % 80 > 40) }'
  } >people.csv
  mlops ingest people.csv -q >/dev/null
  mlops train run --data people --label label -q >/dev/null
}

# rows ADDRESS [CONDITION]
rows() { mlops data query "SELECT count(*) AS n FROM \"$1\" WHERE ${2-true}" --porcelain; }
# contents: of the versions of a dataset, one after the other.
contents() { mlops data list "$1" --porcelain | cut -f10 | paste -sd' '; }
# holds TEXT: whether any content of the store has it, as it lies there or in a pack or a table.
holds() {
  local digest
  ! grep -rqaF "$1" .mlops/objects 2>/dev/null || return 0
  for file in .mlops/packs/*.zst; do
    [[ -e $file ]] || continue
    ! zstd -dcq "$file" 2>/dev/null | grep -qaF "$1" || return 0
  done
  while IFS= read -r digest; do
    [[ $(head -c 4 ".mlops/objects/${digest}") == PAR1 ]] || continue
    rm -rf "$BATS_TEST_TMPDIR/look"
    mkdir "$BATS_TEST_TMPDIR/look"
    cp ".mlops/objects/$digest" "$BATS_TEST_TMPDIR/look/one.parquet"
    (cd "$BATS_TEST_TMPDIR/look" && mlops ingest one.parquet -q >/dev/null &&
      mlops data export one --format csv | grep -qF "$1") && return 0
  done < <(find .mlops/objects -type f -printf '%P\n')
  return 1
}

@test "rows leave every version, and everything that was made of them" {
  three_versions
  holds p17@example.org
  answers 0 mlops data forget churn --where 'id = 17' --dry-run --porcelain
  is "$(cut -f1,2,4,5 <<<"$output" | tr '\t' ' ' | head -n 4)" "sources/churn 1 1 would be rewritten
sources/churn 2 1 would be rewritten
sources/churn 3 1 would be rewritten
data/clean 1 40 would be dropped"
  is "$(rows churn@v1)" 40
  answers 0 mlops data forget churn --where 'id = 17' --why 'request 5' --yes --json
  is "$(jq -c '[.items[] | [.address, .version, .rows, .forgotten, .state]]' <<<"$output")" \
    '[["sources/churn",1,40,1,"rewritten"],["sources/churn",2,80,1,"rewritten"],["sources/churn",3,120,1,"rewritten"],["data/clean",1,40,40,"dropped"],["data/clean",2,80,80,"dropped"],["data/clean",3,120,120,"dropped"],["data/sums",1,1,1,"dropped"],["data/sums",2,1,1,"dropped"],["data/sums",3,1,1,"dropped"]]'
  has "$stderr" "left the disk"
  is "$(rows churn@v1) $(rows churn@v2) $(rows churn)" "39 79 119"
  is "$(rows churn@v1 'id = 17') $(rows churn 'id = 17')" "0 0"
  is "$(mlops data export churn@v1)" "$(people 1 40 | grep -v ^17,)"
  is "$(contents churn)" "rewritten rewritten rewritten"
  is "$(contents clean)" "dropped dropped dropped"
  is "$(mlops data show churn --json | jq -c '.items[0] | [.rows, .contents, .rows_forgotten, .raw]')" '[119,"rewritten",1,null]'
  run ! holds p17@example.org
  holds p18@example.org
  sound
  has "$(mlops log)" "forgot 3 rows of 3 versions from v1 to v3: request 5"
  answers 4 mlops data head clean
  has "$stderr" "the contents of data/clean@v3 were forgotten"
  has "$stderr" '`mlops run data/clean` makes the table again'
  answers 0 mlops run
  is "$(rows clean) $(mlops data query 'SELECT total FROM sums' --porcelain)" "119 $((120 * 121 / 2 - 17))"
  answers 0 mlops data forget churn --where 'id = 17' --yes
  is "$output" ""
  has "$stderr" "the condition is true of no row of 3 versions"
}

@test "the same file does not bring them back, another one does" {
  three_versions
  mlops data forget churn --where 'id = 17' --yes >/dev/null 2>&1
  answers 0 mlops ingest --json
  is "$(jq -r '.items[0].state' <<<"$output")" unchanged
  is "$(rows churn)" 119
  people 1 130 >churn.csv
  answers 0 mlops ingest
  is "$(rows churn) $(rows churn 'id = 17')" "130 1"
  answers 0 mlops data forget churn --where 'id = 17' --yes --porcelain
  is "$(cut -f1,2,5 <<<"$output" | tr '\t' ' ')" "sources/churn 4 rewritten"
  is "$(rows churn@v1) $(rows churn@v4)" "39 129"
  answers 0 mlops data forget churn@v2 --where 'id > 70' --yes
  is "$(rows churn@v1) $(rows churn@v2) $(rows churn@v3)" "39 69 119"
  is "$(mlops data show churn@v2 --json | jq '.items[0].rows_forgotten')" 11
  sound
}

@test "it asks, and nobody to ask is told which flag answers" {
  three_versions
  answers 2 mlops data forget churn --where 'id < 3'
  is "$stderr" 'error: 2 rows of 3 versions are lost for good, and nobody can be asked

hint: `-n` shows what would go, `--yes` says that it is meant'
  is "$(rows churn)" 120
}

@test "a condition that does not fit is told with its version, and nothing is changed" {
  three_versions
  answers 2 mlops data forget churn --where 'idd = 3' --yes
  has "$stderr" "the condition does not fit sources/churn@v1"
  has "$stderr" '"idd" not found'
  for wrong in 'id =' '' 'id = (SELECT max(id) FROM clean)' 'id IN (SELECT id FROM read_csv($$churn.csv$$))' 'true; DROP TABLE churn' 'random() < 0.5'; do
    answers 2 mlops data forget churn --where "$wrong" --yes
  done
  answers 2 mlops data forget clean --where 'id = 3' --yes
  has "$stderr" "is made by SQL from"
  answers 4 mlops data forget chrun --where 'id = 3' --yes
  has "$stderr" "a similar name exists"
  answers 2 mlops data forget churn --yes
  # An older version without the column.
  people 1 10 | cut -d, -f1,3 >other.csv
  mlops ingest other.csv --name mixed -q >/dev/null
  people 1 10 >other.csv
  mlops ingest other.csv --name mixed --accept-schema -q >/dev/null
  answers 2 mlops data forget mixed --where "email = 'p3@example.org'" --yes
  has "$stderr" "sources/mixed@v1"
  is "$(rows mixed)" 10
  answers 0 mlops data forget mixed@v2 --where "email = 'p3@example.org'" --yes
  is "$(rows mixed) $(rows mixed@v1)" "9 10"
  sound
}

@test "odd conditions and values: nulls stay, comments end, quotes and names are as SQL has them" {
  printf 'id,"a ""b"" c",select\n1,,x\n2,%s,\n3,z,y\n' "it's" >odd.csv
  mlops ingest odd.csv -q >/dev/null
  answers 0 mlops data forget odd --where '"a ""b"" c" = '"'it''s' -- that one" --yes
  is "$(mlops data export odd | cut -d, -f1 | paste -sd' ')" "id 1 3"
  answers 0 mlops data forget odd --where '"select" = NULL' --yes
  has "$stderr" "the condition is true of no row of 1 version"
  answers 0 mlops data forget odd --where 'true' --yes
  is "$(rows odd)" 0
  sound
}

@test "what rows that go point at goes, too, and what cannot be asked is told" {
  mkdir pictures
  for n in 1 2 3; do echo "picture of person $n" >"pictures/$n.txt"; done
  cp pictures/1.txt pictures/4.txt
  printf 'id,file\n1,pictures/1.txt\n2,pictures/2.txt\n3,pictures/3.txt\n4,pictures/4.txt\n' >people.csv
  mlops ingest people.csv --blob file -q >/dev/null
  answers 0 mlops data forget people --where 'id IN (1, 2)' --yes
  run ! holds 'picture of person 2'
  holds 'picture of person 1' # The fourth has the same.
  holds 'picture of person 3'
  sound
  printf 'id,age\n1,20\n2,30\n3,old, and more\n' >ages.csv
  mlops ingest ages.csv --quarantine 5 -q >/dev/null 2>&1
  answers 0 mlops data forget ages --where 'id = 9' --yes
  has "$stderr" "rows of sources/ages@v1 that could not be loaded could not be asked"
  holds 'old, and more'
  answers 0 mlops data forget ages --where 'id = 1' --yes
  run ! holds 'old, and more'
  is "$(mlops data head ages --quarantine --porcelain)" ""
  sound
}

@test "large files are made whole before what they differ from goes" {
  awk 'BEGIN { srand(7); print "id,email,text"; for (i = 1; i <= 300000; ++i) printf "%d,p%d@example.org,%d%d%d%d\n", i, i, rand() * 1e9, rand() * 1e9, rand() * 1e9, rand() * 1e9 }' >large.csv
  mlops ingest large.csv -q >/dev/null
  sed -i -e '/^17,/d' -e '150000s/,[0-9]*$/,changed/' large.csv
  mlops ingest large.csv -q >/dev/null
  is "$(find .mlops/recipes -type f | wc -l)" 1
  answers 0 mlops data forget large --where 'id = 17' --yes --porcelain
  is "$(cut -f2 <<<"$output")" 1
  run ! grep -rqaF 'p17@example.org' .mlops/objects .mlops/recipes
  is "$(find .mlops/recipes -type f | wc -l)" 0
  raw=$(mlops data show large --json | jq -r '.items[0].raw')
  file=$(mlops show "$raw" --json | jq -r '.items[0].digest')
  is "$(sha256sum <large.csv | cut -d' ' -f1)" "${file#sha256:}"
  sound
}

@test "small contents leave their packs" {
  mkdir texts
  for n in $(seq 60); do echo "text of person $n" >"texts/$n"; done
  {
    echo id,file
    for n in $(seq 60); do echo "$n,texts/$n"; done
  } >people.csv
  mlops ingest people.csv --blob file -q >/dev/null
  is "$(find .mlops/packs -name '*.zst' | wc -l)" 1
  answers 0 mlops data forget people --where 'id = 31' --yes
  run ! holds 'text of person 31'
  holds 'text of person 32'
  sound
}

@test "a command at work is waited for, and the same command again removes it" {
  three_versions
  mkfifo tap
  exec 7<>tap
  mlops ingest - --name piped <tap >/dev/null 2>&1 3>&- 7>&- &
  reader=$!
  for _ in $(seq 100); do
    ! compgen -G '.mlops/tmp/*.lock' >/dev/null || break
    sleep 0.1
  done
  people 1 5 >&7
  sleep 0.3
  answers 75 mlops data forget churn --where 'id = 17' --yes
  has "$stderr" "cannot leave the disk yet"
  is "$(rows churn@v1)" 39
  exec 7>&-
  wait "$reader"
  is "$(rows piped)" 5
  answers 0 mlops data forget churn --where 'id = 17' --yes
  has "$stderr" "left the disk"
  run ! holds p17@example.org
  sound
}

@test "killed at any moment it has forgotten all or will" {
  three_versions
  for try in $(seq 12); do
    timeout -s KILL "0.0$((try * 7 % 10))$try" mlops data forget churn --where "id = $try" --yes >/dev/null 2>&1 3>&- || true
    answers 0 mlops store fsck
    for version in 1 2 3; do
      [[ $(rows "churn@v$version" 'id > 12') == $((version * 40 - 12)) ]]
    done
  done
  answers 0 mlops data forget churn --where 'id <= 12' --yes
  # What the killed ones had written is named by nothing.
  for _ in 1 2; do mlops store gc --grace 0 --delay 0 >/dev/null 2>&1; done
  run ! holds p7@example.org
  is "$(rows churn@v1) $(rows churn@v3)" "28 108"
  mlops run -q >/dev/null
  is "$(rows clean)" 108
  sound
}

@test "two that forget at once both have their way, and no version is dropped" {
  three_versions
  for round in 1 2 3; do
    for id in $((round * 2)) $((round * 2 + 1)); do
      mlops data forget churn --where "id = $id" --yes >"$id.log" 2>&1 3>&- &
    done
    wait
    cat ./*.log
    is "$(contents churn)" "rewritten rewritten rewritten"
    is "$(rows churn@v1) $(rows churn)" "$((40 - 2 * round)) $((120 - 2 * round))"
  done
  is "$(rows churn 'id BETWEEN 2 AND 7')" 0
  # One of them may have waited for the other, and left its contents to the next.
  answers 0 mlops data forget churn --where 'id = 2' --yes
  run ! holds p4@example.org
  sound
}

@test "a table that was made of rows that were forgotten by then goes, too" {
  three_versions
  cp -r .mlops before
  mlops data forget churn --where 'id = 17' --yes >/dev/null 2>&1
  # Made by a command that had read the version before: its record and contents come a moment later.
  rm -r .mlops/refs/forgotten/data*
  mlops store reindex >/dev/null
  cp -rn before/objects before/packs .mlops/ 2>/dev/null || cp -rn before/objects .mlops/
  is "$(rows clean)" 120
  answers 0 mlops data forget churn --where 'id = 17' --yes --porcelain
  is "$(cut -f1,2,5 <<<"$output" | sort | tr '\t' ' ')" "data/clean 1 dropped
data/clean 2 dropped
data/clean 3 dropped
data/sums 1 dropped
data/sums 2 dropped
data/sums 3 dropped"
  answers 4 mlops data head clean
}

@test "models that learnt from them are named" {
  trained_people
  name=$(mlops model list --porcelain | head -n 1 | cut -f1)
  answers 0 mlops data forget people --where 'id = 5' --yes
  has "$stderr" "learnt from these rows and stays"
  has "$stderr" "$name@v1"
  sound
}

@test "what was forgotten goes to others with a push" {
  begin_sharing ../place
  three_versions
  mlops remote add origin ../place -q >/dev/null
  mlops push -q >/dev/null
  cloned ben place
  mlops fetch --all -q >/dev/null
  cd "$top/ana"
  answers 0 mlops data forget churn --where 'id = 17' --yes
  has "$stderr" "'origin' still has the versions as they were"
  mlops push -q >/dev/null
  cd "$top/ben"
  is "$(rows churn@v1)" 40
  mlops pull -q >/dev/null
  is "$(rows churn)" 119
  mlops fetch churn@v1 -q >/dev/null
  is "$(rows churn@v1)" 39
  sound
  mlops store gc --grace 0 --delay 0 >/dev/null 2>&1
  mlops store gc --grace 0 --delay 0 >/dev/null 2>&1
  run ! holds p17@example.org
  sound
  # Two that forget without knowing of each other: neither version brings back what the other has removed.
  answers 6 mlops data forget churn --where 'id = 22' --yes
  has "$stderr" '`mlops fetch sources/churn@v2` brings it'
  mlops fetch --all -q >/dev/null
  for who in ana ben; do
    cd "$top/$who"
    mlops data forget churn --where "id = $([[ $who == ana ]] && echo 21 || echo 22)" --yes >/dev/null 2>&1
  done
  cd "$top/ana"
  mlops push -q >/dev/null
  cd "$top/ben"
  mlops pull --rebase -q >/dev/null
  mlops push -q >/dev/null
  sound
  for address in churn@v1 churn@v2 churn; do
    run mlops data query "SELECT count(*) FROM \"$address\" WHERE id IN (21, 22)" --porcelain
    [[ $status -ne 0 || $output == 0 ]]
  done
}

@test "keep: versions beyond it are dropped by gc, but for those that are needed" {
  three_versions
  sed -i 's/from: churn.csv/from: churn.csv, keep: 1/' mlops.yaml
  answers 0 mlops store pin churn@v1 --why 'audit 2026'
  answers 0 mlops store pin --json
  is "$(jq -c '.items[0] | [.pinned, .why]' <<<"$output")" '["sources/churn@v1","audit 2026"]'
  answers 0 mlops store gc --dry-run
  has "$stderr" 'the contents of 1 version of sources/churn would be dropped by its `keep:`'
  is "$(contents churn)" "kept kept kept"
  answers 0 mlops store gc --grace 0 --delay 0
  has "$stderr" 'the contents of 1 version of sources/churn were dropped by its `keep:`'
  answers 0 mlops store gc --grace 0 --delay 0
  has "$stderr" removed
  is "$(contents churn)" "kept dropped kept"
  is "$(rows churn@v1) $(rows churn)" "40 120"
  answers 4 mlops data head churn@v2
  has "$stderr" "the contents of sources/churn@v2 were forgotten"
  sound
  answers 0 mlops store unpin churn@v1
  answers 4 mlops store unpin churn@v1
  answers 0 mlops store gc --grace 0 --delay 0
  is "$(contents churn)" "dropped dropped kept"
  answers 4 mlops store pin churn@v1
  answers 4 mlops store pin churn@v9
  # Bytes that were there once are kept again when they come again.
  people 1 80 >churn.csv
  mlops ingest -q >/dev/null 2>&1
  is "$(contents churn)" "dropped dropped kept kept"
  is "$(rows churn)" 80
  mlops store gc --grace 0 --delay 0 >/dev/null 2>&1
  mlops store gc --grace 0 --delay 0 >/dev/null 2>&1
  is "$(rows churn)" 80
  sound
}

@test "keep: by age, what mlops.lock pins and what a model in use learnt from stays" {
  trained_people
  is "$(mlops model list --json | jq -c '.items[0].aliases | length > 0')" true
  for n in 401 402 403; do
    echo "$n,20,0" >>people.csv
    mlops ingest people -q >/dev/null
  done
  sed -i 's/^    from: people.csv$/&\n    keep: 30d/' mlops.yaml
  answers 0 mlops store gc --dry-run
  lacks "$stderr" "would be dropped"
  answers 0 mlops store gc --dry-run --as-of "$(date -u -d '+60 days' +%Y-%m-%d)"
  has "$stderr" 'the contents of 2 versions of sources/people would be dropped'
}

@test "keep: wants a number of versions or a time" {
  three_versions
  cp mlops.yaml whole
  for wrong in 0 -1 soon '[1, 2]' '{a: 1}' 10GB 1.5; do
    sed "s/from: churn.csv/from: churn.csv, keep: $wrong/" whole >mlops.yaml
    answers 2 mlops store gc
    has "$stderr" mlops.yaml:4:
  done
  sed "s/from: churn.csv/from: churn.csv, keep: soon/" whole >mlops.yaml
  answers 2 mlops status
  has "$stderr" "'keep' is 'soon', a number of versions or a time is wanted"
  sed 's/AS total FROM clean"/&, keep: 2/' whole >mlops.yaml
  answers 0 mlops store gc
  is "$(contents sums)" "dropped kept kept"
}

@test "objects are pinned by their digests" {
  three_versions
  loose=$(printf 'nobody names this' | sha256sum | cut -d' ' -f1)
  mkdir -p ".mlops/objects/sha256/${loose:0:2}"
  printf 'nobody names this' >".mlops/objects/sha256/${loose:0:2}/${loose:2}"
  touch -d '30 days ago' ".mlops/objects/sha256/${loose:0:2}/${loose:2}"
  answers 0 mlops store pin "sha256:$loose" -n
  is "$output" "sha256:$loose  would be pinned"
  answers 0 mlops store pin "sha256:$loose"
  answers 0 mlops store pin "sha256:$loose"
  is "$output" "sha256:$loose  unchanged"
  for _ in 1 2; do mlops store gc --grace 0 --delay 0 >/dev/null 2>&1; done
  [[ -e .mlops/objects/sha256/${loose:0:2}/${loose:2} ]]
  sound
  answers 0 mlops store unpin "sha256:$loose"
  for _ in 1 2; do mlops store gc --grace 0 --delay 0 >/dev/null 2>&1; done
  [[ ! -e .mlops/objects/sha256/${loose:0:2}/${loose:2} ]]
  sound
  answers 4 mlops store pin "sha256:$loose"
}

@test "du tells what each name takes, and what only it has" {
  three_versions
  mlops ingest churn.csv --name copy -q >/dev/null
  mkdir images
  for n in $(seq 100); do echo "$n" >"images/$n"; done
  mlops data add images -q >/dev/null
  cp images/1 images/101
  mlops data add images -q >/dev/null
  answers 0 mlops store du --references --json
  is "$(jq -c '[.items[] | [.reference, .versions]]' <<<"$output")" \
    '[["data/clean",3],["data/sums",3],["files/images",2],["sources/churn",3],["sources/copy",1]]'
  of() { jq ".items[] | select(.reference == \"$1\") | .$2" <<<"$output"; }
  # Its bytes are those of the third version of churn.
  [[ $(of sources/copy own_bytes) -lt $(of sources/copy stored_bytes) ]]
  [[ $(of sources/churn own_bytes) -lt $(of sources/churn stored_bytes) ]]
  is "$(of data/sums own_bytes)" "$(of data/sums stored_bytes)"
  is "$(jq '[.items[] | .saved_bytes == ([.logical_bytes - .stored_bytes, 0] | max)] | all' <<<"$output")" true
  # Two versions of a hundred files that share their contents.
  [[ $(of files/images logical_bytes) -gt $((2 * 292)) ]]
  total=$(jq '[.items[].own_bytes] | add' <<<"$output")
  all=$(mlops store du --json | jq '[.items[] | select(.kind | IN("records", "tables", "raw", "trees")) | .bytes] | add')
  [[ $total -le $all ]]
}
