# The tables that ingests make of bytes which are kept are a cache: `mlops store gc --columnar` drops those of older
# versions, and whoever asks for one has it made again, the same.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load files
load sharing

setup() { enter_fresh_project; }

object() { echo ".mlops/objects/sha256/${1:7:2}/${1:9}"; }
field() { mlops data show "$1" --json | jq -r ".items[0].$2"; }
table() { object "$(field "$1" parquet)"; }
# kind KIND: "count bytes" of it.
kind() { mlops store du --porcelain | sed -n "s/^$1\t\([0-9]*\)\t\([0-9]*\)\t.*/\1 \2/p"; }
# rows ADDRESS: as they are, in their order.
rows() { mlops data export "$1" --format jsonl --out -; }
# two_runs: of a collection that waits for nothing.
two_runs() {
  answers 0 mlops store gc --columnar --grace 0 --delay 0 -q
  answers 0 mlops store gc --columnar --grace 0 --delay 0
}
# people COUNT: rows of theirs, all of one kind.
people() { awk -v n="$1" 'BEGIN { print "id,name,age"; for (i = 1; i <= n; ++i) printf "%d,name %d,%d\n", i, i, (i * 37) % 90 }'; }
# three_versions: of people, and a table of the last.
three_versions() {
  cat >mlops.yaml <<'END'
mlops: 1
sources:
  people: {from: people.csv}
data:
  old: {sql: "SELECT id, age FROM people WHERE age > 50"}
END
  for n in 100 200 300; do
    people $n >people.csv
    mlops ingest people -q >/dev/null
  done
  mlops run -q >/dev/null
}

@test "du tells the cache from other tables, and from the bytes as they came" {
  three_versions
  read -r count bytes <<<"$(kind columnar)"
  is "$count" 3
  sum=0
  for v in 1 2 3; do ((sum += $(stat -c %s "$(table people@v$v)"))); done
  is "$bytes" "$sum"
  is "$(kind tables)" "1 $(stat -c %s "$(table old)")"
  is "$(kind raw | cut -d' ' -f1)" 4
}

@test "gc drops the tables of older versions alone, and they are made again when they are asked for" {
  three_versions
  for v in 1 2 3; do rows people@v$v >"$v.jsonl"; done
  one=$(table people@v1) two=$(table people@v2)
  sum=$(sha256sum <"$one")
  answers 0 mlops store gc --columnar --grace 0 --delay 0
  has "$stderr" 'the tables of 2 versions of sources/people are not kept: asked for, they are made again from the bytes as they came'
  has "$stderr" '`mlops store gc --grace 0 --delay 0 --columnar` once more takes them away'
  [[ -f $one && -f $two ]]
  answers 0 mlops store gc --columnar --grace 0 --delay 0
  has "$stderr" '2 objects ('
  [[ ! -e $one && ! -e $two && -f $(table people@v3) ]]
  is "$(kind columnar | cut -d' ' -f1)" 1
  answers 0 mlops store fsck
  is "$output" ""
  answers 0 mlops store gc --columnar --grace 0 --delay 0
  is "$stderr" "nothing to remove: everything is named by something"
  answers 0 mlops data show people@v1
  answers 0 mlops data list people
  [[ ! -e $one ]]
  for v in 1 2 3; do rows people@v$v | cmp - "$v.jsonl"; done
  is "$(sha256sum <"$one")" "$sum"
  is "$(kind columnar | cut -d' ' -f1)" 3
  answers 0 mlops store fsck
}

@test "without --columnar nothing of it goes, and what waits is taken back" {
  three_versions
  answers 0 mlops store gc --columnar --grace 0 --delay 0
  answers 0 mlops store gc --grace 0 --delay 0
  is "$stderr" "nothing to remove: everything is named by something"
  is "$(kind columnar | cut -d' ' -f1)" 3
}

@test "-n changes nothing, and says what would" {
  three_versions
  before=$(find .mlops -type f -exec sha256sum {} + | sort)
  answers 0 mlops store gc --columnar --grace 0 --delay 0 -n
  has "$stderr" 'the tables of 2 versions of sources/people would not be kept'
  has "$stderr" '2 objects ('
  has "$stderr" 'would wait'
  is "$(find .mlops -type f -exec sha256sum {} + | sort)" "$before"
}

@test "what is pinned, in mlops.lock or behind a model keeps its table" {
  customers 300 >c.csv
  cat >mlops.yaml <<'END'
mlops: 1
sources:
  c: {from: c.csv, label: churned}
END
  mlops ingest c -q >/dev/null
  mlops train run -q >/dev/null
  for n in 310 320 330; do
    customers $n >c.csv
    mlops ingest c -q >/dev/null
  done
  answers 0 mlops store pin c@v2
  cp mlops.lock newest
  two_runs
  for v in 1 2 4; do [[ -f $(table c@v$v) ]]; done
  [[ ! -e $(table c@v3) ]]
  # The lock of an older commit.
  mlops data head c@v3 -q >/dev/null
  raw=$(field c@v3 raw)
  sed "s/$(field c@v4 raw)/$raw/" newest >mlops.lock
  two_runs
  [[ -f $(table c@v3) ]]
}

@test "a table that waits and is used stays, and others go" {
  three_versions
  answers 0 mlops store gc --columnar --grace 0 --delay 0
  before=$(stat -c %i "$(table people@v1)")
  answers 0 mlops data head people@v1 --rows 1
  [[ $(stat -c %i "$(table people@v1)") != "$before" ]]
  answers 0 mlops store gc --columnar --grace 0 --delay 0
  [[ -f $(table people@v1) && ! -e $(table people@v2) ]]
  answers 0 mlops store fsck
}

@test "every command that reads rows has them made again" {
  three_versions
  sed -i 's/{from: people.csv}/{from: people.csv, expect: [rows > 150]}/' mlops.yaml
  drop() {
    two_runs
    [[ ! -e $(table people@v1) && ! -e $(table people@v2) ]]
  }
  drop
  answers 0 mlops data query 'SELECT count(*) FROM "people@v1"' --porcelain
  is "$output" 100
  drop
  answers 0 mlops data profile people@v2 --porcelain
  drop
  answers 0 mlops data diff people@v1 people@v2 --key id --porcelain
  drop
  answers 0 mlops check people@v2
  drop
  answers 0 mlops run -q --input table=people@v1 -- sh -c 'cp "$MLOPS_INPUT_table" copy.parquet'
  cmp copy.parquet "$(table people@v1)"
  drop
  answers 0 mlops data forget people --where 'id = 7' --yes -q
  is "$(mlops data query 'SELECT count(*) FROM "people@v1"' --porcelain)" 99
  # What was rewritten has no bytes to be made of.
  before=$(kind columnar)
  two_runs
  is "$(kind columnar)" "$before"
  is "$before" "0 0"
}

@test "every way of reading comes out as it was" {
  mkdir many
  people 3000 | gzip >many/a.csv.gz
  people 50 >many/b.csv
  printf 'id;preis;datum\n1;1,5;31/12/2025\n2;x;01/02/2025\n' >euro.csv
  for i in $(seq 60); do echo "$i;$i,25;0$((i % 9 + 1))/02/2025"; done >>euro.csv
  printf 'name\tort\nJos\xe9\tM\xfcnchen\nAnn\tKoeln\n' >latin.tsv
  printf 'a,b,none\n1,NA,\n2,3,\n007,?,\n' >odd.csv
  printf '{"id":1,"at":"2025-01-01T10:00:00Z","tags":["a","b"],"deep":{"x":1.5}}\n{"id":2,"tags":[],"deep":null}\nno json\n' >lines.jsonl
  for i in $(seq 200); do echo "{\"id\":$i,\"tags\":[\"t$i\"],\"deep\":{\"x\":$i}}"; done >>lines.jsonl
  printf '[{"a":1,"b":null},{"a":2.5,"b":"x"}]' >list.json
  sqlite3 shop.db "CREATE TABLE sales (id INTEGER PRIMARY KEY, price REAL, note TEXT, void DATE);
    INSERT INTO sales VALUES (1, 2.5, 'a'||char(10)||'b', NULL), (2, 3, NULL, NULL), (3, 1e300, 'c', NULL);
    CREATE TABLE more (n INTEGER PRIMARY KEY, word TEXT); INSERT INTO more VALUES (1, 'a'), (2, 'b')"
  people 500 >few.csv
  mlops ingest few.csv -q >/dev/null
  mlops data export few --out rows.parquet -q
  printf 'mlops: 1\nsources:\n' >mlops.yaml
  {
    echo '  many: {from: many}'
    echo '  euro: {from: euro.csv, quarantine: "5", pii: [preis]}'
    echo '  latin: {from: latin.tsv}'
    echo '  odd: {from: odd.csv, types: {a: VARCHAR}}'
    echo '  lines: {from: lines.jsonl}'
    echo '  list: {from: list.json}'
    echo '  sales: {from: "sqlite://shop.db/sales"}'
    echo '  grown: {from: "sqlite://shop.db/more", cursor: n}'
    echo '  rows: {from: rows.parquet}'
    echo '  made: {from: few.csv, transform: "SELECT age, count(*) AS n, avg(id) AS mean FROM made GROUP BY age ORDER BY age"}'
  } >>mlops.yaml
  names=(many euro latin odd lines list sales grown rows made)
  mlops ingest -q >/dev/null
  for name in "${names[@]}"; do rows "$name@v1" >"$name.rows"; done
  # Other bytes of the same kind, so that there is a second version.
  people 51 >many/b.csv
  sed -i 's/^2;x/2;y/' euro.csv
  printf 'Bo\tUlm\n' >>latin.tsv
  printf '8,9,\n' >>odd.csv
  echo '{"id":999,"tags":["z"],"deep":{"x":2}}' >>lines.jsonl
  printf '[{"a":1,"b":null},{"a":2.5,"b":"y"}]' >list.json
  sqlite3 shop.db "INSERT INTO sales VALUES (4, 5.5, 'd', NULL); INSERT INTO more VALUES (3, 'c')"
  people 501 >few.csv
  mlops ingest few.csv -q >/dev/null
  mlops data export few --out rows.parquet -q
  mlops ingest -q >/dev/null
  sqlite3 shop.db "INSERT INTO more VALUES (4, 'd')"
  mlops ingest grown -q >/dev/null
  rows grown@v2 >grown2.rows
  two=$(table grown@v2)
  for name in "${names[@]/grown}"; do [[ -z $name ]] || is "$name $(version_of "$name")" "$name 2"; done
  declare -A files
  for name in "${names[@]}"; do files[$name]=$(table "$name@v1"); done
  rm mlops.lock few.csv rows.parquet shop.db
  two_runs
  lacks "$stderr" 'stays'
  for name in "${names[@]}"; do [[ ! -e ${files[$name]} ]]; done
  for name in "${names[@]}"; do
    rows "$name@v1" | cmp - "$name.rows"
    [[ -f ${files[$name]} ]]
  done
  # Of rows that came in two parts.
  [[ ! -e $two ]]
  rows grown@v2 | cmp - grown2.rows
  [[ -f $two ]]
  answers 0 mlops store fsck
}

@test "where the bytes are not kept the table is no cache" {
  people 10 >a.csv
  printf 'mlops: 1\nsources:\n  a: {from: a.csv, raw: drop, transform: SELECT id FROM a}\n' >mlops.yaml
  mlops ingest -q >/dev/null
  people 20 >a.csv
  mlops ingest -q >/dev/null
  is "$(kind columnar | cut -d' ' -f1)" 0
  two_runs
  is "$stderr" "nothing to remove: everything is named by something"
  [[ -f $(table a@v1) ]]
}

@test "a table that could not be made again stays, and it is told why" {
  three_versions
  raw=$(mlops show "$(field people@v1 raw)" --porcelain | cut -f4)
  rm -f "$(object "$raw")"
  # What is still needed cannot be told while something is missing; a hint leads on.
  answers 6 mlops store gc --columnar --grace 0 --delay 0
  has "$stderr" "warning: the table of sources/people@v1 stays, as it could not be made again: the store has no object $raw"
  [[ -f $(table people@v1) ]]
}

@test "bytes that are gone with the table are told" {
  three_versions
  two_runs
  raw=$(mlops show "$(field people@v1 raw)" --porcelain | cut -f4)
  rm -f "$(object "$raw")"
  answers 6 mlops data head people@v1
  has "$stderr" "the table of sources/people@v1 cannot be read: the store has no object $raw"
  answers 0 mlops data head people@v2
  answers 6 mlops store fsck
  has "$output" "object $raw is missing"
}

@test "a damaged one is told, removed by fsck, and made again" {
  three_versions
  rows people@v2 >before
  chmod u+w "$(table people@v2)"
  printf '\x01' | dd of="$(table people@v2)" bs=1 seek=50 conv=notrunc status=none
  answers 6 mlops data head people@v2
  has "$stderr" 'hint: `mlops store fsck` removes it, and then it is made again from the bytes as they came'
  answers 0 mlops store fsck
  has "$output" 'is damaged'
  has "$output" 'it was removed: asked for, it is made again from the bytes as they came'
  [[ ! -e $(table people@v2) ]]
  rows people@v2 | cmp - before
  answers 0 mlops store fsck
  is "$output" ""
}

@test "a push without them, a clone and a pull" {
  three_versions
  top=$BATS_TEST_TMPDIR
  git init -q .
  mlops remote add origin "$top/remote" -q >/dev/null
  two_runs
  answers 0 mlops push
  answers 0 mlops clone "$top/remote" "$top/copy" -q
  cd "$top/copy"
  answers 0 mlops fetch --all
  answers 0 mlops store fsck
  answers 0 mlops data query 'SELECT count(*) FROM "people@v1"' --porcelain
  is "$output" 100
  answers 0 mlops push
  # And back: what was made there is brought, where it is asked for.
  cd "$top/project"
  [[ ! -e $(table people@v1) ]]
  answers 0 mlops fetch people@v1
  answers 0 mlops store bundle "$top/all.tar"
}

@test "a store that cannot be written says so" {
  three_versions
  two_runs
  chmod -R a-w .mlops
  answers 0 unprivileged mlops data head people@v3
  answers 1 unprivileged mlops data head people@v1
  has "$stderr" 'the table of sources/people@v1 cannot be read: cannot write'
  has "$stderr" 'hint: it has to be made again, once, by somebody who may write to the store'
}
