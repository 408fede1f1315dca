# mlops check, and what ingest and train do with its verdicts.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  export MLOPS_USER=ana
  printf 'id,amount,plan,email,seen\n1,10.5,free,a@x.org,2026-11-20T10:00:00\n2,30,pro,b@x.org,2026-11-19T10:00:00\n3,,team,c@x.org,\n' \
    >churn.csv
  answers 0 mlops ingest churn.csv --pii email --quiet --as-of 2026-11-20T12:00:00Z
}

# expect LINE...: the assertions about churn, and nothing else in mlops.yaml.
expect() {
  {
    printf '%s\n' 'mlops: 1' 'project: test' 'sources:' '  churn:' '    from: churn.csv' '    pii: [email]' '    expect:'
    printf '      - %s\n' "$@"
  } >mlops.yaml
}

# verdicts: one per line.
verdicts() { mlops check --porcelain 2>/dev/null | cut -f 3-5; }

@test "each assertion has a line with its verdict and what was seen" {
  expect 'rows >= last.rows * 0.9: warn' 'unique(id)' 'amount in 0..20' 'amount > 20: warn' 'null(*) < 50%' 'age(seen) < 26h'
  answers 3 mlops check --as-of 2026-11-20T12:00:00Z
  assert_golden check-rows.txt
  is "$stderr" 'error: churn@v1 was not accepted: 1 of 6 assertions fails: amount in 0..20: 1 of 2 rows fails: row 2: amount = 30.0'
  answers 3 mlops check --as-of 2026-11-20T12:00:00Z --json
  is "$(jq -c '.items[2]' <<<"$output")" \
    '{"thing":"sources/churn","version":1,"assertion":"amount in 0..20","verdict":"fail","seen":"1 of 2 rows fails: row 2: amount = 30.0"}'
  is "$(jq -r .error.id <<<"$stderr")" check.failed
}

@test "what holds, warns or is skipped ends with 0" {
  expect 'rows = 3' 'amount > 20: warn' 'rows >= last.rows' 'rows > 0: error'
  answers 0 mlops check
  is "$(verdicts)" "$(printf '%s\n' $'rows = 3\tpass\trows = 3' \
    $'amount > 20\twarn\t1 of 2 rows fails: row 1: amount = 10.5' $'rows >= last.rows\tskip\tthere is no last accepted version' \
    $'rows > 0\tpass\trows = 3')"
}

@test "the numbers are those that others count" {
  expect 'null(amount) < 1%' 'mean(amount) = 20.25' 'distinct(plan) = 3'
  answers 3 mlops check
  is "$(verdicts | cut -f 2)" $'fail\npass\npass'
  is "$(verdicts | head -1 | cut -f 3)" "null(amount) = $(mlops data query 'SELECT round(100 * avg((amount IS NULL)::INT), 2) AS x FROM churn' --porcelain) %, wanted < 1 %"
}

@test "ingest judges at once; a version that fails is kept, told and not accepted" {
  expect 'rows >= last.rows' 'unique(id)'
  printf 'id,amount,plan,email,seen\n7,1,free,x@x.org,2026-11-20T10:00:00\n7,1,free,x@x.org,2026-11-20T10:00:00\n' >churn.csv
  answers 3 mlops ingest
  has "$stderr" 'warning: churn@v2: rows >= last.rows: rows = 2, wanted >= 3 (last.rows)'
  has "$stderr" 'warning: churn@v2: unique(id): 1 row repeats another: id = 7, 2 times'
  has "$stderr" 'error: churn@v2 was not accepted: 2 of '
  is "$(mlops data show churn --json | jq .items[0].rows)" 2
  # The last accepted one stays the measure: the next is compared with it, not with what failed.
  printf 'id,amount,plan,email,seen\n1,1,free,x@x.org,2026-11-20T10:00:00\n2,1,free,x@x.org,2026-11-20T10:00:00\n3,1,,,\n4,1,,,\n' >churn.csv
  answers 0 mlops ingest --json
  is "$(jq -r .items[0].check <<<"$output")" pass
  is "$(verdicts | head -1)" $'rows >= last.rows\tpass\trows = 4, wanted >= 3 (last.rows)'
  answers 0 mlops store fsck
}

@test "a source that shrinks to a tenth is refused" {
  awk 'BEGIN {print "id"; for (i = 0; i < 1000; ++i) print i}' >churn.csv
  rm -rf .mlops mlops.lock
  expect 'rows >= last.rows * 0.9'
  sed -i '/pii/d' mlops.yaml
  answers 0 mlops ingest
  sed -i '102,$d' churn.csv
  answers 3 mlops ingest
  has "$stderr" 'churn@v2: rows >= last.rows * 0.9: rows = 100, wanted >= 900 (last.rows * 0.9)'
  # Once more the same bytes: judged again, refused again.
  answers 3 mlops ingest
  is "$(mlops log churn --json | jq '[.items[] | select(.kind == "check")] | length')" 2
}

@test "nothing trains on a refused version unless its number is said" {
  rm -rf .mlops mlops.yaml mlops.lock
  customers 300 >churn.csv
  answers 0 mlops ingest churn.csv --quiet
  expect 'rows >= last.rows * 0.9'
  sed -i '/pii/d' mlops.yaml
  sed -i '150,$d' churn.csv
  answers 3 mlops ingest --quiet
  answers 3 mlops train run --label churned --train prior
  has "$stderr" 'error: churn@v2 was not accepted: 1 of 1 assertion fails: rows >= last.rows * 0.9: rows = 148, wanted >= 270 (last.rows * 0.9)'
  has "$stderr" 'hint: `--data churn@v1` takes the last accepted one, `--data churn@v2` this one all the same'
  answers 0 mlops train run --label churned --train prior --data churn@v1 --quiet
  lacks "$stderr" accepted
  answers 0 mlops train run --label churned --train prior --data churn@v2 --quiet
  has "$stderr" 'warning: churn@v2 was not accepted'
}

@test "the verdict is a record, made once for the same answer, and judged again by another" {
  expect 'rows > 5'
  answers 3 mlops check -n
  is "$(mlops log --json | jq '[.items[].kind] | unique')" "$(jq . <<<'["dataset-version"]')"
  answers 3 mlops check
  answers 3 mlops check
  is "$(mlops log churn --json | jq -c '[.items[] | .kind]')" '["check","dataset-version"]'
  record=$(mlops log churn --json | jq -r '.items[0].digest')
  is "$(mlops show "$record" --json | jq -c '.items[0] | [.thing, .number, .last, .results]')" \
    '["sources/churn",1,null,[{"assertion":"rows > 5","outcome":"fail","seen":"rows = 3, wanted > 5","warn":false}]]'
  is "$(mlops show "$record" --json | jq -r '.items[0].version')" "$(mlops data show churn --json | jq -r .items[0].digest)"
  expect 'rows > 2'
  answers 0 mlops check
  is "$(mlops log churn --json | jq -c '[.items[] | .summary][0:2]')" '["1 assertion holds","0 assertions hold, 1 fails"]'
  answers 0 mlops store reindex
  is "$(mlops log churn --json | jq -c '[.items[] | .kind]')" '["check","check","dataset-version"]'
}

@test "versions and other things can be asked" {
  printf 'id\n1\n' >other.csv
  answers 0 mlops ingest other.csv --quiet
  printf 'id,amount,plan,email,seen\n1,10,free,a@x.org,\n' >churn.csv
  answers 0 mlops ingest churn --quiet
  expect 'rows = 3' 'rows > other.rows' 'sources.other.null(id) = 0'
  printf '  other:\n    from: other.csv\n' >>mlops.yaml
  answers 3 mlops check churn
  answers 0 mlops check churn@v1
  answers 0 mlops check other
  is "$output" ''
  has "$stderr" 'mlops.yaml asserts nothing of sources/other'
  answers 4 mlops check nothing
}

@test "personal data are not shown" {
  expect "email = 'a@x.org'" 'unique(email)' 'match(email, /z/) > 50%'
  answers 3 mlops check --json
  lacks "$output" 'b@x.org'
  has "$output" 'row 2: email = ***'
  lacks "$(grep -rho 'b@x.org' .mlops/refs || true)" b@x.org
}

@test "a project without data or assertions has nothing to judge" {
  answers 0 mlops check
  is "$output" ''
  has "$stderr" 'mlops.yaml asserts nothing'
  expect 'rows > 0'
  rm -rf .mlops
  answers 0 mlops check
  has "$stderr" 'sources/churn has no version yet'
}

# faulty LINE...: what is said of each, one after the other.
faulty() {
  for line; do
    expect "$line"
    run --separate-stderr mlops check
    printf '%s\n' "--- $line" "$stderr" "exit code $status"
  done
}

@test "faults of assertions are shown where they are" {
  assert_golden check-faults.txt "$(faulty 'rows < 3%' 'age(seen) < 5' 'null(amount) < 5' 'rows > 5 @ 95%' 'last > 3' \
    'champion.rows > 3' 'nul(amount) < 1%' 'null(amuont) < 1%' 'amuont > 0' 'null(amount, id) < 1%' 'null < 1%' 'rows' \
    'plan > 3' 'plan in {1}' 'amount in {free}' 'match(plan) > 5%' 'match(plan, /(/) > 5%' 'other.rows > 3' \
    'amount in 5..1' 'rows == 3' 'a > 1 AND b > 1' 'null(amount < 1%' 'amount in 0..' '0 < amount < 5' \
    'amount > 0: fatal' 'plan: warn: error' "match(plan, /a #b/) > 5%" '`amount` > 0' '"x" = plan' '> 5' '% < 5' \
    '@daily' "'match(plan, /it''s (/) > 5%'" '"match(plan, /a\\/(/) > 5%"' 'plan in {free, pro' 'amount > $x' 'seen + 5 > seen')"
}

@test "all faults of the file are told in one run" {
  expect 'rows < 3%' 'nul(amount) < 1%' 'amount > 0: fatal'
  answers 2 mlops check
  has "$stderr" "3 faults in 'mlops.yaml'"
  has "$stderr" 'mlops.yaml:8:16:'
  has "$stderr" 'mlops.yaml:9:9:'
  has "$stderr" 'mlops.yaml:10:21:'
  # Those that depend on the columns too, of all that is judged.
  expect 'amuont > 0' 'unique(idd)'
  answers 2 mlops check
  has "$stderr" "2 faults in 'mlops.yaml'"
}

@test "a name that fits two things is a fault that names both" {
  printf 'rows,last\n1,2\n' >odd.csv
  printf 'mlops: 1\nsources:\n  odd:\n    from: odd.csv\n    expect: [rows > 3, last > 3]\n' >mlops.yaml
  answers 2 mlops ingest odd
  has "$stderr" "'last' has a meaning of its own"
  sed -i 's/, last > 3//' mlops.yaml
  answers 2 mlops ingest odd
  has "$stderr" "mlops.yaml:5:14: 'rows' is what \`rows()\` asks for, and a column"
  sed -i 's/rows > 3/"`rows` = 1", rows() = 1/' mlops.yaml
  answers 0 mlops ingest odd
}

@test "flow and folded lists keep their places" {
  printf 'mlops: 1\nsources:\n  churn: {from: churn.csv, expect: [rows > 0, "rows < 3%%"]}\n' >mlops.yaml
  answers 2 mlops check
  has "$stderr" 'mlops.yaml:3:55:'
  printf 'mlops: 1\nsources:\n  churn:\n    from: churn.csv\n    expect:\n      - >-\n        rows > 0\n        and rows < 3%%\n' >mlops.yaml
  answers 2 mlops check
  has "$stderr" "'rows' is a count, '3%' is a share"
}

@test "a table that fails stops what would be made of it, and nothing else" {
  expect 'rows > 0'
  printf '%s\n' 'data:' '  few: {sql: SELECT * FROM churn WHERE id > 2, expect: [rows > 1]}' '  top: {sql: SELECT max(id) AS id FROM few}' \
    '  all: {sql: SELECT count(*) AS n FROM churn, expect: [n = 3]}' >>mlops.yaml
  answers 3 mlops run data/top
  has "$stderr" 'error: few@v1 was not accepted: 1 of 1 assertion fails: rows > 1: rows = 1, wanted > 1'
  answers 4 mlops data show top
  # Nothing has changed: the verdict is known, and the same.
  answers 3 mlops run data/top
  is "$(mlops log few --json | jq -c '[.items[].kind]')" '["check","dataset-version"]'
  answers 0 mlops run data/all
  sed -i 's/rows > 1/rows > 1: warn/' mlops.yaml
  sed -i 's/\[rows > 1: warn\]/["rows > 1": warn]/' mlops.yaml
  answers 0 mlops run data/top
  is "$(verdicts | cut -f 1,2)" $'rows > 0\tpass\nrows > 1\twarn\nn = 3\tpass'
}

@test "a source that fails stops the tables that are made of it" {
  expect 'rows > 5'
  printf '%s\n' 'data:' '  all: {sql: SELECT count(*) AS n FROM churn}' >>mlops.yaml
  answers 3 mlops run data/all
  has "$stderr" 'error: churn@v1 was not accepted: 1 of '
  answers 4 mlops data show all
}

@test "a faulty assertion about one source keeps no other from being read" {
  printf 'id\n1\n' >a.csv
  printf 'id\n1\n' >b.csv
  printf 'mlops: 1\nsources:\n  a: {from: a.csv, expect: [idd > 0]}\n  b: {from: b.csv, expect: [id > 0]}\n' >mlops.yaml
  answers 2 mlops ingest --json
  is "$(jq -c '[.items[] | [.name, .state, .check]]' <<<"$output")" '[["a","new",null],["b","new",null]]'
  has "$stderr" "mlops.yaml:3:29: there is no column 'idd'"
  sed -i 's/idd/id/' mlops.yaml
  answers 0 mlops ingest --json
  is "$(jq -c '[.items[] | [.name, .state, .check]]' <<<"$output")" '[["a","unchanged","pass"],["b","unchanged","pass"]]'
}

@test "train run judges what was not judged by the assertions of now, and their faults stop it" {
  rm -rf .mlops mlops.yaml mlops.lock
  customers 300 >churn.csv
  answers 0 mlops ingest churn.csv --quiet
  expect 'rows > 1_000'
  sed -i '/pii/d' mlops.yaml
  answers 3 mlops train run --label churned --train prior
  has "$stderr" 'error: churn@v1 was not accepted: 1 of 1 assertion fails: rows > 1_000: rows = 300, wanted > 1,000'
  is "$(mlops log churn --json | jq -c '[.items[].kind]')" '["check","dataset-version"]'
  expect 'rowz > 0'
  sed -i '/pii/d' mlops.yaml
  answers 2 mlops train run --label churned --train prior
  has "$stderr" "there is no column 'rowz'"
  answers 0 mlops train run --label churned --train prior --data churn@v1 --quiet
  expect 'rows > 10'
  sed -i '/pii/d' mlops.yaml
  answers 0 mlops train run --label churned --train prior --quiet
}

@test "no program gets a refused version unless its number is said" {
  expect 'rows > 5'
  answers 3 mlops run --input data=churn -- cat /dev/null
  has "$stderr" 'error: churn@v1 was not accepted: 1 of 1 assertion fails: rows > 5: rows = 3, wanted > 5'
  has "$stderr" 'hint: `--input data=churn@v1` takes it all the same'
  is "$(mlops runs list --json | jq '.items | length')" 0
  answers 0 mlops run --input data=churn@v1 -- cat /dev/null
  has "$stderr" 'warning: churn@v1 was not accepted'
  expect 'rows > 2'
  answers 0 mlops run --input data=sources/churn -- cat /dev/null
  lacks "$stderr" accepted
}
