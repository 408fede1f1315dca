# mlops store, and the files of the store as mlops-store(5) describes them.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models

setup() {
  enter_fresh_project
  seed_project
}

object() { echo ".mlops/objects/sha256/${1:7:2}/${1:9}"; }
field() { mlops data show churn --json | jq -r ".items[0].$1"; }

# damage FILE: one byte of it becomes another.
damage() {
  chmod u+w "$1"
  printf '\x01' | dd of="$1" bs=1 seek=5 conv=notrunc status=none
}

@test "du: every kind of content" {
  answers 0 mlops store du --porcelain
  is "$(cut -f1,2 <<<"$output" | grep -v ^other)" $'records\t2\ntables\t1\ncolumnar\t2\nraw\t2\nmodels\t0\nruns\t0\ntrees\t2\nunreferenced\t0\nreferences\t1\ncatalogue\t1\ntemporary\t0'
  is "$(sed -n 's/^raw\t2\t//p' <<<"$output" | cut -f1)" "$(($(wc -c <churn.csv) + $(mlops data show churn@v1 --json | jq .items[0].raw_bytes)))"
}

# apparent: what all files of the store take, and what `store du` says, which must be the same.
adds_up() {
  is "$(mlops store du --json | jq '[.items[].bytes] | add')" "$(find .mlops -type f -printf '%s\n' | paste -sd+ | bc)"
}

@test "du: the sum is what is on disk" {
  adds_up
  mkdir set
  printf 'file\n' >set/t.csv
  for i in {1..200}; do echo "$i" >"set/$i" && echo "$i" >>set/t.csv; done
  answers 0 mlops ingest set/t.csv --name set --blob file --quiet
  adds_up
  is "$(mlops store du --porcelain | sed -n 's/^unreferenced\t\([0-9]*\).*/\1/p')" 0
  # 200 files, the three tables as they came, and their trees are other kinds.
  is "$(mlops store du --porcelain | sed -n 's/^raw\t\([0-9]*\).*/\1/p')" 203
}

# large COUNT: a CSV of 40 bytes a row; change: of the middle hundredth every row another one, and some more.
large() {
  awk -v n="$1" 'BEGIN { srand(7); print "id,a,b,what"; for (i = 0; i < n; ++i) printf "%d,%.9f,%.9f,word%d\n", 1000000 + i, rand(), rand(), i % 17 }'
}
change() {
  awk -v n="$1" -F, 'BEGIN { OFS = "," } NR > n / 2 && NR <= n / 2 + n / 100 { $2 = 1 - $2 } { print } NR == int(n / 2) { for (i = 0; i < 26; ++i) print 9000000 + i ",0.5,0.5,new" }'
}

@test "a large file that was edited is kept as what is new in it" {
  large 1000000 >big.csv
  cp big.csv big1.csv
  answers 0 mlops ingest big.csv --quiet
  answers 0 mlops data export big --out one.csv
  before=$(mlops store du --porcelain | sed -n 's/^raw\t[0-9]*\t\([0-9]*\).*/\1/p')
  change 1000000 <big1.csv >big.csv
  cp big.csv big2.csv
  answers 0 mlops ingest big --quiet
  is "$(version_of big)" 2
  answers 0 mlops store du --porcelain
  after=$(sed -n 's/^raw\t[0-9]*\t\([0-9]*\).*/\1/p' <<<"$output")
  ((after - before < before / 20)) || { echo "$before $after" >&2; false; }
  is "$(sed -n 's/^unreferenced\t\([0-9]*\).*/\1/p' <<<"$output")" 0
  is "$(sed -n 's/^raw\t[0-9]*\t[0-9]*\t//p' <<<"$output")" "$(($(cat big1.csv big2.csv churn.csv | wc -c) + $(mlops data show churn@v1 --json | jq .items[0].raw_bytes)))"
  adds_up
  all=$(du -sb .mlops | cut -f1)
  sum=$(mlops store du --json | jq '[.items[].bytes] | add')
  ((sum <= all && sum * 100 >= all * 98)) || { echo "$sum $all" >&2; false; }
  answers 0 mlops data export big@v1 --out two.csv
  cmp one.csv two.csv
  recipe=$(find .mlops/recipes -type f)
  hex=${recipe#.mlops/recipes/}
  hex=${hex/\//}
  is "$hex" "$(sha256sum <big2.csv | cut -d' ' -f1)"
  mlops show --content "sha256:$hex" | cmp - big2.csv
  answers 0 mlops store fsck
  # The same again is no version, and the one before is one.
  touch big.csv
  answers 0 mlops ingest big --quiet
  is "$(version_of big)" 2
  cp big1.csv big.csv
  answers 0 mlops ingest big --quiet
  is "$(version_of big)" 3
  answers 0 mlops data query 'SELECT count(*) FROM "big@v2"' --porcelain
  is "$output" 1000026
  answers 0 mlops store fsck
  # A recipe that is damaged is mended by the same data.
  cp big2.csv big.csv
  answers 0 mlops ingest big --quiet
  chmod u+w "$recipe"
  echo nonsense >"$recipe"
  answers 6 mlops store fsck
  touch big.csv
  answers 0 mlops ingest big --quiet
  answers 0 mlops store fsck
  mlops show --content "sha256:$hex" | cmp - big2.csv
}

@test "du: models and runs are told from data" {
  model_folder first
  mlops model register best --file first --alias champion --quiet
  mlops run -q -- echo hello
  answers 0 mlops store du --porcelain
  size=$(mlops model show best --json | jq .items[0].bytes)
  is "$(sed -n 's/^models\t//p' <<<"$output")" "2"$'\t'"$size"$'\t'"$size"
  [[ $(sed -n 's/^runs\t\([0-9]*\)\t.*/\1/p' <<<"$output") -gt 0 ]]
  is "$(sed -n 's/^raw\t\([0-9]*\)\t.*/\1/p' <<<"$output")" 2
  is "$(sed -n 's/^unreferenced\t\([0-9]*\)\t.*/\1/p' <<<"$output")" 0
}

@test "fsck: a sound store" {
  answers 0 mlops store fsck
  is "$output" ""
  is "$stderr" $'checking objects\nthe store is sound' || is "$stderr" "the store is sound"
}

@test "fsck: a damaged object is told, and the same data mend it" {
  raw=$(mlops show "$(field raw)" --porcelain | cut -f4)
  damage "$(object "$raw")"
  answers 6 mlops store fsck
  has "$output" "object $raw is damaged: its content is sha256:"
  has "$stderr" "error: the store has 1 fault"
  answers 6 mlops store fsck --json
  is "$(jq -c '.items[0] | [.repaired, (.fix | length > 0)]' <<<"$output")" '[false,true]'
  printf '\n' >>mlops.yaml
  answers 0 mlops ingest churn.csv --name again --quiet
  answers 0 mlops store fsck
}

@test "fsck: a lost object is told with what names it" {
  rm -f "$(object "$(field parquet)")" "$(object "$(field raw)")"
  answers 6 mlops store fsck
  has "$output" "object $(field raw) is missing: the record $(field digest) names it"
  lacks "$output" "$(field parquet)"
  answers 6 mlops data head churn
  answers 0 mlops data head churn@v1
}

@test "fsck: a reference that lost lines, or is gone, is told until they are back" {
  ref=.mlops/refs/sources/churn
  cp $ref whole
  v2=$(field digest)
  sed -i '$d' $ref
  # Whatever command notices it first does not destroy the evidence.
  answers 0 mlops log --quiet
  answers 0 unprivileged mlops data list
  answers 6 mlops store fsck --porcelain
  has "$output" "the reference sources/churn was $(wc -c <whole) bytes and is $(wc -c <$ref): version 2 is lost; its record $v2 is still there"
  has "$output" "bring '.mlops/refs/sources/churn' back from a copy of the store"
  rm -f "$(object "$v2")"
  answers 6 mlops store fsck --porcelain
  has "$output" "its record $v2 is gone too"
  rm $ref
  answers 6 mlops store fsck --porcelain
  has "$output" "the reference sources/churn is gone, and was $(wc -c <whole) bytes: versions 1 and 2 are lost; 1 of their 2 records is still there, the newest $v2 is not"
  printf '6,Flo,flo@example.org,1,01234,2025-05-01,true\n' >>churn.csv
  answers 0 mlops ingest churn --quiet
  answers 6 mlops store fsck --porcelain
  has "$output" "versions 1 and 2 are lost"
  answers 0 mlops store reindex
  has "$stderr" "warning: the reference sources/churn was $(wc -c <whole) bytes"
  answers 0 mlops store fsck
}

@test "fsck: lines of a reference that are back are no fault" {
  cp .mlops/refs/sources/churn whole
  rm .mlops/refs/sources/churn
  answers 0 mlops log --quiet
  answers 6 mlops store fsck
  cp whole .mlops/refs/sources/churn
  answers 0 mlops store fsck
}

@test "a damaged object is never believed" {
  damage "$(object "$(field parquet)")"
  answers 6 mlops data head churn
  has "$stderr" "$(field parquet)"
  answers 6 mlops data export churn --out x.csv
  [[ ! -e x.csv ]]
}

@test "a last line that is not whole is no value; one within is damage" {
  printf '{"digest":"sha256:12' >>.mlops/refs/sources/churn
  answers 0 mlops data list --porcelain
  is "$(cut -f1,2 <<<"$output")" $'churn\t2'
  printf '6,Flo,flo@example.org,1,01234,2025-05-01,true\n' >>churn.csv
  answers 0 mlops ingest churn --quiet
  is "$(version_of churn)" 3
  answers 0 mlops store fsck
  sed -i '1s/ingested/INGESTED/' .mlops/refs/sources/churn
  answers 6 mlops data show churn
  has "$stderr" "is damaged"
  answers 6 mlops store fsck
}

@test "the catalogue is made anew from what it indexes" {
  before=$(mlops log --porcelain)
  rm -f .mlops/catalogue.db*
  is "$(mlops log --porcelain)" "$before"
  head -c 5000 /dev/urandom >.mlops/catalogue.db
  rm -f .mlops/catalogue.db-*
  answers 6 mlops log
  has "$stderr" '`mlops store reindex` makes it anew'
  answers 0 mlops store reindex --porcelain
  is "$output" $'2\tindexed'
  is "$(mlops log --porcelain)" "$before"
}

@test "a store of a newer program is left alone" {
  echo '{"format":3}' >.mlops/format
  before=$(find .mlops -type f | sort | xargs sha256sum)
  for words in "data list" "data head churn" "ingest churn.csv" log "store fsck" "store du" "store reindex"; do
    # shellcheck disable=SC2086
    answers 2 mlops $words
    is "$stderr" "error: the store '$PWD/.mlops' has format 3, this program knows format 2

hint: use the newer program that wrote it"
  done
  is "$(find .mlops -type f | sort | xargs sha256sum)" "$before"
  echo nonsense >.mlops/format
  answers 6 mlops data list
  has "$stderr" 'it should hold {"format":1}'
}

@test "a store that cannot be written can be listed and checked" {
  chmod -R a-w .mlops
  for words in "data list" "data show churn" "show churn" log "store du" "store fsck"; do
    # shellcheck disable=SC2086
    answers 0 unprivileged mlops $words
  done
  printf '6,Flo,flo@example.org,1,01234,2025-05-01,true\n' >>churn.csv
  run --separate-stderr unprivileged mlops ingest churn
  [[ $status != 0 ]]
  chmod -R u+w .mlops
  is "$(version_of churn)" 2
}

@test "what is equal is kept once" {
  cp churn.csv copy.csv
  answers 0 mlops ingest copy.csv --quiet
  is "$(mlops store du --porcelain | sed -n 's/^raw\t\([0-9]*\).*/\1/p')" 2
}

# the formats

@test "objects are read-only files named by sha256sum" {
  while IFS= read -r file; do
    name=${file#.mlops/objects/sha256/}
    is "$(sha256sum <"$file" | cut -d' ' -f1)" "${name/\//}"
    is "$(stat -c %a "$file")" 444
  done < <(find .mlops/objects -type f)
}

@test "records and trees are canonical JSON" {
  for digest in "$(field digest)" "$(field raw)"; do
    file=$(object "$digest")
    is "$(cat "$file")" "$(jq -cS . "$file")"
  done
  is "$(cat "$(object "$(field raw)")")" \
    "{\"files\":[{\"digest\":\"sha256:$(sha256sum <churn.csv | cut -d' ' -f1)\",\"mode\":420,\"path\":\"churn.csv\",\"size\":$(wc -c <churn.csv)}],\"tree\":1}"
}

# crc32c TEXT
crc32c() {
  local -i crc=0xffffffff i byte
  for ((i = 0; i < ${#1}; ++i)); do
    printf -v byte %d "'${1:i:1}"
    crc=$((crc ^ byte))
    for _ in {1..8}; do crc=$(((crc >> 1) ^ (crc & 1 ? 0x82F63B78 : 0))); done
  done
  printf '%08x' $((crc ^ 0xffffffff))
}

@test "a line of a reference is as its page says" {
  line=$(tail -1 .mlops/refs/sources/churn)
  is "$(jq -c keys_unsorted <<<"$line")" '["digest","previous","seq","summary","time","who","why","crc"]'
  is "$(jq -r .digest <<<"$line")" "$(field digest)"
  is "$(jq -r .previous <<<"$line")" "$(mlops data show churn@v1 --json | jq -r .items[0].digest)"
  is "$(crc32c "${line%,\"crc\"*}")" "$(jq -r .crc <<<"$line")"
  has "$(mlops help store.5)" '"crc":"0d6d604c"'
  sample='{"digest":"sha256:8af893f4389d041662930ef761ddc0199e311e4a9057de6af292fd79642f3096","previous":null,"seq":1,"summary":"ingested 2 rows, 2 columns","time":"2026-11-01T00:00:00Z","who":"ana","why":"ingested 2 rows, 2 columns"'
  is "$(crc32c "$sample")" 0d6d604c
}

@test "names are escaped for the file system" {
  printf 'a\n1\n' >x.csv
  answers 0 mlops ingest x.csv --name año --quiet
  [[ -f .mlops/refs/sources/año ]]
}

@test "who made a version is in its reference" {
  printf '6,Flo,flo@example.org,1,01234,2025-05-01,true\n' >>churn.csv
  MLOPS_USER=ana answers 0 mlops ingest churn --quiet
  is "$(tail -1 .mlops/refs/sources/churn | jq -r .who)" ana
}

# le BYTES NUMBER: little-endian
le() {
  local -i i number=$2
  for ((i = 0; i < $1; ++i)); do
    # shellcheck disable=SC2059
    printf "\\x$(printf %02x $((number >> 8 * i & 255)))"
  done
}
# from_hex DIGITS
# shellcheck disable=SC2001,SC2059
from_hex() { printf "$(sed 's/../\\x&/g' <<<"$1")"; }
bytes_of() { from_hex "$(sha256sum | cut -d' ' -f1)"; }
nothing() { printf '' | bytes_of; }

@test "the logical digest of a table, computed as its page says" {
  printf '[{"i": 1, "t": "Ana", "l": [7], "s": {"b": true}}, {"i": null, "t": "", "l": null, "s": null},
    {"i": -2, "t": null, "l": [], "s": {"b": false}}, {"i": 3, "t": "ñ", "l": [8, null], "s": {"b": null}}]' >d.json
  answers 0 mlops ingest d.json --quiet
  is "$(types d)" $'i BIGINT\nt VARCHAR\nl BIGINT[]\ns STRUCT(b BOOLEAN)'
  # Of each run of rows the length times two, plus one when they are valid.
  i=$({ { le 8 3; le 8 2; le 8 5; } | bytes_of; { le 8 1; le 8 0; le 8 -2; le 8 3; } | bytes_of; nothing; } | sha256sum)
  t=$({ { le 8 5; le 8 2; le 8 3; } | bytes_of; { le 8 3; le 8 0; le 8 0; le 8 2; } | bytes_of; printf 'Anañ' | bytes_of; } | sha256sum)
  items=$({ { le 8 5; le 8 2; } | bytes_of; { le 8 7; le 8 8; le 8 0; } | bytes_of; nothing; } | sha256sum)
  l=$({ { le 8 3; le 8 2; le 8 5; } | bytes_of; { le 8 1; le 8 0; le 8 0; le 8 2; } | bytes_of; nothing; from_hex "${items%% *}"; } | sha256sum)
  b=$({ { le 8 3; le 8 2; le 8 3; le 8 2; } | bytes_of; printf '\1\0\0\0' | bytes_of; nothing; } | sha256sum)
  s=$({ { le 8 3; le 8 2; le 8 5; } | bytes_of; nothing; nothing; from_hex "${b%% *}"; } | sha256sum)
  table=$(printf '{"columns":[["i","BIGINT","%s"],["t","VARCHAR","%s"],["l","BIGINT[]","%s"],["s","STRUCT(b BOOLEAN)","%s"]],"rows":4,"table":1}' \
    "${i%% *}" "${t%% *}" "${l%% *}" "${s%% *}" | sha256sum)
  is "$(mlops data show d --json | jq -r .items[0].table)" "sha256:${table%% *}"
}

@test "the logical digest is that of the values, not of the file" {
  printf 'n,day\n1.5,2026-11-01\n,\n' >x.csv
  answers 0 mlops ingest x.csv --quiet
  n=$({ { le 8 3; le 8 2; } | bytes_of; { printf '\0\0\0\0\0\0\xf8\x3f'; le 8 0; } | bytes_of; nothing; } | sha256sum)
  day=$({ { le 8 3; le 8 2; } | bytes_of; { le 4 $(($(date -ud 2026-11-01 +%s) / 86400)); le 4 0; } | bytes_of; nothing; } | sha256sum)
  table=$(printf '{"columns":[["n","DOUBLE","%s"],["day","DATE","%s"]],"rows":2,"table":1}' "${n%% *}" "${day%% *}" | sha256sum)
  is "$(mlops data show x --json | jq -r .items[0].table)" "sha256:${table%% *}"
}
