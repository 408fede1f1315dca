# mlops data: lists, versions, rows, SQL, profiles, exports.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  seed_project
}

@test "list: datasets, and the versions of one" {
  printf 'a\n1\n' | take other --as-of 2026-11-03
  answers 0 mlops data list --porcelain
  is "$(cut -f1-6,8 <<<"$output")" $'churn\t2\tsources\t4\t7\t1\t2026-11-02T00:00:00Z\nother\t1\tsources\t1\t1\t0\t2026-11-03T00:00:00Z'
  answers 0 mlops data list churn --porcelain
  is "$(cut -f1-6 <<<"$output")" $'churn\t1\tsources\t3\t7\t0\nchurn\t2\tsources\t4\t7\t1'
}

@test "nothing ingested is an empty list, and no project a fault" {
  rm -rf .mlops mlops.*
  answers 4 mlops data list
  is "$stderr" "error: no project in '$PWD' or above it

hint: \`mlops ingest FILE\` begins one here"
  printf 'mlops: 1\n' >mlops.yaml
  answers 0 mlops data list --json
  is "$output" '{"schema": "mlops.dataset-version/1", "items": []}'
  answers 4 mlops data show churn
}

@test "commands find the project from the folders below" {
  mkdir -p a/b
  answers 0 mlops -C a/b data list --porcelain
  has "$output" churn
  printf 'x\n1\n' >a/b/inner.csv
  answers 0 mlops -C a/b ingest inner.csv --quiet
  has "$(cat mlops.yaml)" 'from: a/b/inner.csv'
}

@test "show: origin, reading and columns of a version" {
  answers 0 mlops data show churn
  assert_golden data-show.txt "$(without_digests <<<"$output")"
  answers 0 mlops data show churn@v1 --json
  is "$(jq -c '.items[0] | [.version, .previous, .rows, .read.null]' <<<"$output")" '[1,null,3,["NA"]]'
  is "$(jq -r '.items[0].columns[2] | "\(.name) \(.type) \(.pii)"' <<<"$output")" "email VARCHAR true"
}

@test "the digest of the bytes is the one that sha256sum prints" {
  raw=$(mlops data show churn --json | jq -r .items[0].raw)
  is "$(mlops show "$raw" --porcelain | cut -f1,2,4)" \
    $'churn.csv\t'"$(wc -c <churn.csv)"$'\t'"sha256:$(sha256sum <churn.csv | cut -d' ' -f1)"
}

@test "every form of an address" {
  digest=$(mlops data show churn@v1 --json | jq -r .items[0].digest)
  short=${digest:7:8}
  for address in churn@v1 sources/churn@v1 'churn@{1}' churn@2026-11-01 churn@2026-11-01T12:00Z "$digest" "${digest:0:15}" "$short"; do
    answers 0 mlops data show "$address" --json
    is "$(jq .items[0].version <<<"$output")" 1
  done
  for address in churn sources/churn churn@v2 'churn@{0}' churn@2026-12-24; do
    answers 0 mlops data show "$address" --json
    is "$(jq .items[0].version <<<"$output")" 2
  done
}

@test "what an address misses is said" {
  answers 4 mlops data show chrun
  is "$stderr" $'error: no dataset \'chrun\'\n\nhint: a similar name exists: `churn`'
  answers 4 mlops data show churn@v9
  is "$stderr" $'error: \'churn\' has no version 9\n\nhint: it has 2 versions, the newest is v2'
  answers 4 mlops data show 'churn@{2}'
  has "$stderr" "'churn' does not go back 2 versions: it has 2"
  answers 4 mlops data show churn@2020-01-01
  has "$stderr" "the first is of 2026-11-01T00:00:00Z"
  answers 2 mlops data show churn@yesterday
  has "$stderr" "'@yesterday' selects no version"
  answers 2 mlops data show churn@ # as in churn@$UNSET: not the newest
  has "$stderr" "'@' selects no version"
}

@test "head: rows in their order, masked where they are personal" {
  answers 0 mlops data head churn
  assert_golden data-head.txt
  answers 0 mlops data head churn --json --rows 1
  is "$output" '{"schema": "mlops.rows/1", "items": [
{"id": 1, "name": "Ana", "email": "***", "age": 31, "zip": "01234", "joined": "2025-01-05", "churned": false}
]}'
  answers 0 mlops data head churn --porcelain --rows 3
  is "$(tail -1 <<<"$output")" $'3\tCy\t***\t\t01234\t2025-03-02\tfalse'
  answers 0 mlops data head churn --rows 0
  is "$output" ""
  answers 2 mlops data head churn --rows -1
}

@test "head on a terminal has a header and fits" {
  on_tty 60 "mlops data head churn --color=never"
  has "$output" "email"
  while read -r line; do ((${#line} <= 60)) || return 1; done <<<"$output"
}

@test "head --quarantine: where and why" {
  answers 0 mlops data head churn --quarantine --json
  is "$output" "{\"schema\": \"mlops.quarantine/1\", \"items\": [
{\"file\": \"churn.csv\", \"line\": 6, \"column_name\": \"age\", \"reason\": \"a value that does not fit\", \"raw\": \"***\"}
]}"
  answers 0 mlops data head churn@v1 --quarantine --json
  is "$output" '{"schema": "mlops.quarantine/1", "items": []}'
}

@test "data cannot talk to the terminal" {
  printf 'a,b\n1,\x1b[31mred\n' | take wild
  answers 0 mlops data head wild
  lacks "$output" $'\e'
  answers 0 mlops data head wild --json
  lacks "$output" $'\e'
}

@test "query: versions as tables" {
  answers 0 mlops data query 'SELECT count(*) AS n FROM churn' --json
  is "$output" $'{"schema": "mlops.rows/1", "items": [\n{"n": 4}\n]}'
  answers 0 mlops data query 'SELECT id FROM churn EXCEPT SELECT id FROM "churn@v1"' --porcelain
  is "$output" 4
  answers 0 mlops data query 'SELECT a.id, b.name FROM churn a JOIN "churn@{1}" b USING (id) ORDER BY 1 LIMIT 1' --porcelain
  is "$output" $'1\tAna'
  answers 0 mlops data query 'SELECT 1 AS one' --porcelain
  is "$output" 1
  answers 0 mlops data query 'SELECT * FROM churn WHERE false' --json
  is "$(jq -c .items <<<"$output")" '[]'
}

@test "query: values of every kind" {
  answers 0 mlops data query "SELECT 1.5 AS d, 12345678901234567890.12::DECIMAL(38,2) AS big, DATE '2026-11-01' AS day,
    TIMESTAMPTZ '2026-11-01 10:00:00+01' AS t, [1, NULL] AS l, {'a': 'ñ'} AS s, MAP {'k': 2} AS m, NULL AS n,
    true AS b, 'x'::BLOB AS bytes, INTERVAL 1 MONTH AS i, 'inf'::DOUBLE AS inf" --json
  is "$(sed -n 2p <<<"$output")" '{"d": 1.5, "big": "12345678901234567890.12", "day": "2026-11-01", "t": "2026-11-01T09:00:00Z", "l": [1, null], "s": {"a": "ñ"}, "m": {"k": 2}, "n": null, "b": true, "bytes": "\\x78", "i": "P1M0DT0S", "inf": "Infinity"}'
}

@test "query: what is no finite number, and what is no day of four digits" {
  answers 0 mlops data query --porcelain "SELECT 'nan'::DOUBLE, '-inf'::FLOAT, NULL, 'null', DATE 'infinity',
    TIMESTAMP '-infinity', DATE '10000-01-02', DATE '0044-03-15 (BC)', TIMESTAMP '12000-01-01 10:00:00.5',
    DATE '0001-01-01', DATE '2000-02-29', TIMESTAMP '1969-12-31 23:59:59'"
  is "$(tr '\t' '|' <<<"$output")" 'NaN|-Infinity||null|infinity|-infinity|10000-01-02|0044-03-15 (BC)|12000-01-01T10:00:00.5|0001-01-01|2000-02-29|1969-12-31T23:59:59'
  # Every month over eight centuries, as the engine writes it.
  is "$(mlops data query --porcelain "SELECT d, d::VARCHAR FROM
    (SELECT DATE '0001-01-31' + to_months(i::INTEGER) AS t, t::DATE AS d FROM range(0, 9600) r(i))" |
    awk -F '\t' '$1 != $2' | wc -l)" 0
}

@test "query: columns of one name are told apart" {
  answers 0 mlops data query --json "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS A"
  is "$(sed -n 2p <<<"$output")" '{"a": 1, "a_2": 2, "a_2_2": 3, "A": 4}'
}

@test "query reads nothing but versions, and changes nothing" {
  echo 'a' >secret.csv
  for sql in "SELECT * FROM read_csv('secret.csv')" "SELECT * FROM 'secret.csv'" "COPY churn TO 'out.csv'" \
    "DELETE FROM churn" "CREATE TABLE t AS SELECT 1" "ATTACH 'x.db'" "SELECT 1; SELECT 2" "SET threads = 1" \
    "SELECT * FROM read_text('/etc/passwd')" "SELECT getenv('HOME')" "EXPORT DATABASE 'x'" "INSTALL httpfs"; do
    answers 2 mlops data query "$sql"
    is "$output" ""
  done
  is "$(ls)" $'churn.csv\nchurn.csv.gz\ncrm.db\nlogs\nmlops.lock\nmlops.yaml\nsecret.csv'
}

@test "query: a fault shows where it is" {
  answers 2 mlops data query 'SELECT agee FROM churn'
  has "$stderr" 'error: referenced column "agee" not found'
  has "$stderr" 'LINE 1: SELECT agee FROM churn'
  has "$stderr" "hint:"
  answers 2 mlops data query 'SELEC 1'
  answers 4 mlops data query 'SELECT * FROM chrun'
  has "$stderr" 'a similar name exists: `churn`'
}

@test "query streams, and stops when nobody reads" {
  run --separate-stderr bash -c "set -o pipefail; mlops data query 'SELECT i FROM range(100000000) t(i)' --porcelain | head -3"
  is "$output" $'0\n1\n2'
  is "$status:$stderr" "0:"
}

@test "profile: ranges, quartiles and frequent values" {
  answers 0 mlops data profile churn
  assert_golden data-profile.txt
  answers 0 mlops data profile churn --json
  is "$(jq -c '.items[] | select(.column == "age") | [.nulls, .null_share, .distinct, .min, .median, .max]' <<<"$output")" \
    '[1,0.25,3,29,31,44]'
  is "$(jq -c '.items[] | select(.column == "email") | [.nulls, .distinct, .min, .max, .frequent, .top]' <<<"$output")" \
    '[0,4,"***","***",null,[]]'
  is "$(jq -c '.items[] | select(.column == "churned") | .top' <<<"$output")" '[{"value":false,"count":3},{"value":true,"count":1}]'
}

@test "profile of nested values, of nulls alone and of no rows" {
  printf '[{"l": [1], "n": null, "f": 1.5}, {"l": [], "n": null, "f": 2.5}]' >n.json
  answers 0 mlops ingest n.json --quiet
  answers 0 mlops data profile n --json
  is "$(jq -c '.items[] | [.column, .nulls, .distinct, .min, .mean]' <<<"$output")" \
    $'["l",0,2,null,null]\n["n",2,0,null,null]\n["f",0,2,1.5,2]'
  printf 'a,b\n' | take none
  answers 0 mlops data profile none --json
  is "$(jq -c '.items[] | [.nulls, .null_share]' <<<"$output")" $'[0,0]\n[0,0]'
}

@test "export: every format can be read back to the same table" {
  digest=$(mlops data show churn --json | jq -r .items[0].table)
  for format in csv json parquet; do
    answers 0 mlops data export churn --out "copy.$format"
    answers 0 mlops ingest "copy.$format" --name "copy_$format" --types zip=VARCHAR --quiet
    is "$(mlops data show "copy_$format" --json | jq -r .items[0].table)" "$digest"
  done
}

@test "export: a file's name says what is written, as it does for predict" {
  for name in a.NDJSON b.pq c.CSV; do answers 0 mlops data export churn --out "$name"; done
  is "$(jq -s length a.NDJSON)" "$(mlops data show churn --json | jq .items[0].rows)"
  is "$(head -c4 b.pq)" PAR1
  is "$(head -1 c.CSV)" "$(mlops data export churn | head -1)"
}

@test "export to standard output is the data and nothing else" {
  answers 0 mlops data export churn@v1
  is "$output" 'id,name,email,age,zip,joined,churned
1,Ana,ana@example.org,31,01234,2025-01-05,false
2,Bo,bo@example.org,44,99501,2025-02-11,true
3,Cy,cy@example.org,,01234,2025-03-02,false'
  is "$stderr" ""
  csv=$output
  answers 0 mlops data export churn@v1 --out - --json
  is "$output" "$csv"
  answers 0 mlops data export churn@v1 --format jsonl
  is "$(head -1 <<<"$output")" '{"id":1,"name":"Ana","email":"ana@example.org","age":31,"zip":"01234","joined":"2025-01-05","churned":false}'
}

@test "nested values are JSON in CSV" {
  printf '{"id": 1, "place": {"city": "Rosario, \\"AR\\""}, "tags": ["a", "b"]}' >n.json
  answers 0 mlops ingest n.json --quiet
  answers 0 mlops data export n
  is "$(tail -1 <<<"$output")" '1,"{""city"":""Rosario, \""AR\""""}","[""a"",""b""]"'
}

@test "export writes a file whole or not at all" {
  echo old >out.csv
  answers 0 mlops data export churn --out out.csv --porcelain
  is "$output" $'churn\t2\t4\tcsv\tout.csv\twritten'
  is "$(wc -l <out.csv)" 5
  answers 0 mlops data export churn --out new.csv --dry-run --porcelain
  is "$(cut -f6 <<<"$output")" "would be written"
  [[ ! -e new.csv ]]
  answers 2 mlops data export churn --out table
  has "$stderr" "end it with .csv, .json, .jsonl or .parquet"
  answers 4 mlops data export churn --out nowhere/x.csv
  is "$(find . -name '.*.csv*' -o -name '*.tmp')" ""
}

@test "a full disk is exit 75" {
  run --separate-stderr bash -c 'mlops data export churn >/dev/full'
  is "$status" 75
}

@test "an export to JSON writes what is not finite as text, as queries do" {
  printf 'a,b\ninf,1\n-inf,2\n1.5,3\n' >i.csv
  mlops ingest i.csv --quiet >/dev/null
  is "$(mlops data export i --format jsonl | jq -c .a | paste -sd' ')" '"Infinity" "-Infinity" 1.5'
  is "$(mlops data export i --format json | jq -c '[.[].a]')" '["Infinity","-Infinity",1.5]'
}
