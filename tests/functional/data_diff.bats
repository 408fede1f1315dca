# What changed between two versions of a table, and of files that are tables.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() { enter_fresh_project; }

# Two versions of prices: a row of each kind, and a column of each.
prices() {
  printf 'id,name,price,plan\n1,ana,10,basic\n2,bob,20,basic\n3,cid,30,pro\n4,dan,,pro\n' >prices.csv
  mlops ingest prices.csv --quiet --as-of 2026-11-01 >/dev/null
  printf 'price,id,name,rate\n10.5,1,ana,0.1\n20,2,bob,0.1\n40,5,eve,\n,4,dan,0.2\n' >prices.csv
  mlops ingest prices --accept-schema --quiet --as-of 2026-11-02 >/dev/null
}

# told WORDS...: the one item of the answer, as the jq program in $of sees it.
told() { mlops data diff "$@" -q --json | jq -c ".items[0] | $of"; }

@test "by a key: columns, counts, and rows with what changed in them" {
  prices
  answers 0 mlops data diff prices --key id
  is "$output" 'sources/prices@v1 -> sources/prices@v2

~ price  BIGINT -> DOUBLE
+ rate   DOUBLE
- plan   VARCHAR

4 rows: 1 added, 1 removed, 1 changed, 2 the same
  price  1 changed

~ id 1: price 10 -> 10.5
- id 3, name cid, price 30, plan pro
+ id 5, price 40, name eve, rate null'
  is "$stderr" "rows are compared by the columns that are in both"

    is "$(of='[.old, .new, .identical, .key, .rows_before, .rows_after, .added, .removed, .changed]' told prices --key id)" \
    '["sources/prices@v1","sources/prices@v2",false,["id"],4,4,1,1,1]'
  is "$(of='.schema[] | [.column, .state, .type_before, .type_after, .place_before, .place_after]' told prices --key id)" \
    '["price","retyped","BIGINT","DOUBLE",3,1]
["rate","added",null,"DOUBLE",null,4]
["plan","removed","VARCHAR",null,4,null]'
  is "$(of='.columns' told prices --key id)" '[{"column":"price","changed":1}]'
  is "$(of='.rows[] | [.state, .count, .key, .before, .after]' told prices --key id)" \
    '["changed",1,{"id":1},{"price":10},{"price":10.5}]
["removed",1,{"id":3},{"id":3,"name":"cid","price":30,"plan":"pro"},null]
["added",1,{"id":5},null,{"price":40,"id":5,"name":"eve","rate":null}]'
}

@test "without a key: whole rows, as often as they are there" {
  printf 'a,b\n1,x\n1,x\n2,y\n3,\n' | take t
  printf 'a,b\n1,x\n2,y\n2,y\n2,y\n3,\n' | take t
  answers 0 mlops data diff t
  is "$output" 'sources/t@v1 -> sources/t@v2

4 -> 5 rows: 2 added, 1 removed, 3 the same

- a 1, b x
+ (2 times) a 2, b y'
  has "$stderr" 'with `--key COLUMN` rows that changed are told apart'
  is "$(of='[.key, .changed, [.rows[] | [.state, .count, .key]]]' told t)" \
    '[null,null,[["removed",1,null],["added",2,null]]]'
}

@test "versions that are compared" {
  prices
  for words in prices 'prices@v2' 'prices@v1 prices' 'prices@{1} prices@{0}' 'sources/prices@2026-11-01 prices@v2' \
    "$(mlops data show prices@v1 --json | jq -r .items[0].digest) prices"; do
    # shellcheck disable=SC2086
    is "$(of='[.old, .new]' told $words)" '["sources/prices@v1","sources/prices@v2"]'
  done
  is "$(of='[.old, .new]' told prices prices@v1)" '["sources/prices@v2","sources/prices@v1"]'
  printf 'id,name,price,plan\n1,ana,10,basic\n' | take clean
  is "$(of='[.old, .new, .removed, .added, .schema]' told prices@v1 clean --key id)" \
    '["sources/prices@v1","sources/clean@v1",3,0,[]]'
}

@test "what cannot be compared is said" {
  prices
  answers 4 mlops data diff prices@v1
  is "$stderr" 'error: sources/prices@v1 is the first version: there is none before it

hint: `mlops data diff OLD NEW` compares any two'
  answers 4 mlops data diff pricse
  is "$stderr" $'error: no dataset and no added path \'pricse\'\n\nhint: a similar name exists: `prices`'
  answers 4 mlops data diff prices@v7
  has "$stderr" "'prices' has no version 7"
  answers 2 mlops data diff prices@yesterday
  has "$stderr" "'@yesterday' selects no version"
  answers 2 mlops data diff prices --key idd
  has "$stderr" "has no column 'idd'"
  has "$stderr" 'similar columns exist: `id`'
  answers 2 mlops data diff prices --key plan
  is "$stderr" "error: sources/prices@v2 has no column 'plan'"
  answers 2 mlops data diff prices --key id,id
  answers 2 mlops data diff prices --key ''
  answers 2 mlops data diff prices --rows -1
  answers 2 mlops data diff prices --work-tree
  mkdir images
  echo a >images/a
  mlops data add images -q >/dev/null
  answers 2 mlops data diff prices images
  has "$stderr" "'sources/prices@v2' is a dataset, and 'images@v1' is a folder"
  printf 'data:\n  never: {sql: SELECT * FROM prices}\n' >>mlops.yaml
  answers 4 mlops data diff data/never
  has "$stderr" 'mlops run data/never'
}

@test "a key names one row of each table" {
  printf 'id,day\n1,a\n2,\n' | take t
  printf 'id,day\n1,a\n2,b\n2,c\n' | take t
  answers 2 mlops data diff t --key id --json
  is "$(jq -r '.error | .id, .message' <<<"$stderr")" $'diff.key\nthe key does not name one row: id 2 stands in 2 rows of sources/t@v2'
  answers 2 mlops data diff t --key id,day
  has "$stderr" "'day' cannot be a key: it is null in 1 row of sources/t@v1"
}

@test "personal data is masked, and counted" {
  printf 'id,email\n1,ana@example.org\n2,bo@example.org\n' | take t --pii email
  printf 'id,email\n1,eve@example.org\n3,cy@example.org\n' | take t
  for words in '--key id' '' '--key email' '--key id --json' '--porcelain'; do
    # shellcheck disable=SC2086
    answers 0 mlops data diff t $words
    has "$output" '***'
    lacks "$output" @example.org
  done
  answers 0 mlops data diff t --key id
  has "$output" '~ id 1: email *** -> ***'
  printf 'id,email\n1,kim@example.org\n3,kim@example.org\n' | take t
  answers 2 mlops data diff t --key email
  has "$stderr" 'email *** stands in 2 rows of sources/t@v3'
  lacks "$stderr" kim
}

@test "counts are of all rows, rows are told as many as wanted" {
  (echo id,x && seq 1 3000 | sed 's/$/,1/') | take t
  (echo id,x && seq 1001 4000 | sed 's/$/,2/') | take t
  answers 0 mlops data diff t --key id
  has "$output" '3,000 rows: 1,000 added, 1,000 removed, 2,000 changed'
  has "$output" '... and 1,990 more changed'
  is "$(grep -c '^+' <<<"$output")" 10
  is "$(of='[.added, (.rows | length)]' told t --key id --rows 2)" '[1000,6]'
  is "$(of='[.added, (.rows | length)]' told t --key id --rows 0)" '[1000,0]'
}

@test "the same is the same: by digest, and in another order" {
  printf 'id,x\n1,a\n2,b\n' | take t
  printf 'id,x\n2,b\n1,a\n' | take t
  printf 'id,x\n1,a\n2,b\n' | take again
  answers 0 mlops data diff t --exit-code
  is "$output" $'sources/t@v1 -> sources/t@v2\n\n2 rows: the same rows'
  has "$stderr" 'in the order of their rows'
  is "$(of=.identical told t)" false
  is "$(of=.identical told t@v1 again)" true
  # Known without a look at the rows.
  rm -r .mlops/objects/sha256/"$(mlops data show again --json | jq -r '.items[0].parquet[7:9]')"
  answers 0 mlops data diff t@v1 again
}

@test "files that rows name: that they differ is told, and where" {
  mkdir set
  printf 'id,file\n1,a.png\n2,b.png\n' >set/t.csv
  echo one >set/a.png
  echo two >set/b.png
  answers 0 mlops ingest set/t.csv --blob file -q
  echo other >set/a.png
  answers 0 mlops ingest set/t.csv --name u --blob file -q
  answers 3 mlops data diff t u --exit-code
  has "$output" '2 rows: the same rows'
  command=$(sed -n 's/.*: `mlops \(data diff .*\)` shows them$/\1/p' <<<"$stderr")
  # shellcheck disable=SC2086
  is "$(mlops $command -q --porcelain | cut -f1,2)" $'modified\ta.png'
  is "$(of='[.identical, .blobs_changed]' told t u)" '[true,true]'
}

@test "--exit-code: a difference is exit code 3" {
  prices
  answers 3 mlops data diff prices --exit-code
  answers 0 mlops data diff prices prices@v2 --exit-code
  answers 0 mlops data diff prices
  printf 'id\n1\n' | take t
  printf 'id,x\n1,\n' >t.csv
  answers 0 mlops ingest t --accept-schema -q
  answers 3 mlops data diff t --exit-code # a column
}

@test "odd names, nested values, nulls and numbers that are none" {
  printf '%s\n' '{"a\"b": 1, "select": {"x": [1, null]}, "ä b": null, "v0": "k0"}' >t.jsonl
  printf '%s\n' '{"a\"b": 2, "select": {"x": [1]}, "ä b": null, "v0": "it'"'"'s\u001b[31m"}' >>t.jsonl
  answers 0 mlops ingest t.jsonl -q
  sed -i '1s/null\]/2]/' t.jsonl
  answers 0 mlops ingest t -q
  answers 0 mlops data diff t --key 'a"b'
  has "$output" '~ a"b 1: select'
  has "$output" $'  select  1 changed'
  answers 0 mlops data diff t
  has "$output" '1 added, 1 removed, 1 the same'
  answers 0 mlops data diff t --key v0 --json
  is "$(jq -c '.items[0].rows[0].after' <<<"$output")" '{"select":{"x":[1,2]}}'
  lacks "$output" $'\e'
}

@test "files that are tables are compared as tables" {
  printf 'id,x\n1,2\n2,3\n' >t.csv
  printf '{"id": 1}\n' >u.jsonl
  mlops data add t.csv u.jsonl -q >/dev/null
  printf 'id;x\n2;4\n1;2\n' >t.csv
  printf '{"id": 2}\n' >u.jsonl
  mlops data add t.csv u.jsonl -q >/dev/null
  answers 0 mlops data diff t.csv --key id
  is "$output" 't.csv@v1 -> t.csv@v2

2 rows: 1 changed, 1 the same
  x  1 changed

~ id 2: x 3 -> 4'
  is "$(of='[.added, .removed]' told u.jsonl)" '[1,1]'
  is "$(of='[.added, .removed]' told t.csv@v1 u.jsonl)" '[0,1]'
  answers 3 mlops data diff t.csv --exit-code
  # What is no table is text.
  printf 'id,x\n"1,2\n' >t.csv
  mlops data add t.csv -q >/dev/null
  answers 0 mlops data diff t.csv
  has "$stderr" 'compared as files: '
  has "$output" '-id;x'
  answers 6 mlops data diff t.csv --key id
  [[ ! -e $(echo .mlops/tmp/*-open | head -1) ]]
}

@test "on a terminal lines fit, and colours mean what the signs mean" {
  prices
  on_tty 100 "mlops data diff prices --key id"
  has "$output" $'\e[32m+ id 5'
  has "$output" $'\e[1;31m- id 3'
  on_tty 100 "mlops data diff prices --key id --color=never"
  lacks "$output" $'\e'
}

@test "tables larger than the memory that may be taken" {
  (echo i && seq 0 999) | take n
  printf 'data:\n  old: {sql: "%s"}\n  new: {sql: "%s"}\n' \
    'SELECT a.i * 1000 + b.i AS id, repeat(md5(CAST(a.i * 1000 + b.i AS VARCHAR)), 12) AS text FROM n a, n b' \
    'SELECT id + 1000 AS id, CASE WHEN id % 7000 = 0 THEN NULL ELSE repeat(md5(CAST(id + 1000 AS VARCHAR)), 12) END AS text FROM old' \
    >>mlops.yaml
  answers 0 mlops run data/new -q
  export MLOPS_THREADS=4 MLOPS_MEMORY=700MB
  is "$(of='[.added, .removed, .changed]' told data/old data/new --key id)" '[1000,1000,143]'
  is "$(of='[.added, .removed]' told data/old data/new)" '[1143,1143]'
  is "$(ls .mlops/tmp)" ""
}
