# Assertions about the parts that train, validate and test, and about two tables.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  export MLOPS_USER=ana
  customers 400 >churn.csv
  declare_split ''
  answers 0 mlops ingest --quiet
}

# declare_split SPLIT LINE...: churn with a label, parted so, and what is asserted of it.
declare_split() {
  local split=$1
  shift
  {
    printf '%s\n' 'mlops: 1' 'project: test' 'sources:' '  churn:' '    from: churn.csv' '    label: churned'
    [[ -z $split ]] || printf '    %s\n' "$split"
    [[ $# == 0 ]] || printf '    expect:\n'
    for line; do printf '      - %s\n' "$line"; done
  } >mlops.yaml
}

# seen LINE: verdict and what was seen of one assertion.
seen() {
  declare_split "${split:-}" "$1"
  mlops check --porcelain 2>/dev/null | cut -f 4,5
}

# trained KEY...: what `train run` would do.
trained() { mlops train run -n --train prior --json 2>/dev/null | jq -r ".items[0] | [${1}] | join(\" \")"; }

@test "the parts are those of train run, however the rows are split" {
  for split in '' 'split: {test: 30%, valid: 10%, seed: 7}' 'time: joined' 'split: {group: country}' 'split: {group: plan, test: 40%}' \
    $'time: joined\n    split: {test: last 60d, valid: 30d before test}' $'time: joined\n    split: {group: calls}'; do
    declare_split "$split"
    rows=$(trained '.train_rows, .valid_rows, .test_rows')
    [[ -n $rows ]] || continue # one country: there is nothing to test on, and a group that comes back leaves nothing
    read -r train valid test <<<"$rows"
    is "$(seen "train.rows = $train and valid.rows = $valid and test.rows = $test")" \
      "$(printf 'pass\ttrain.rows = %s; valid.rows = %s; test.rows = %s' "$train" "$valid" "$test")"
  done
}

@test "a part is these rows and no others" {
  awk -F, -v OFS=, 'NR == 1 {print $0, "part"; next} {print $0, NR % 7 == 0 ? "test" : NR % 3 == 0 ? "valid" : "train"}' churn.csv >parted.csv
  mv parted.csv churn.csv
  split='split: {part: part}'
  declare_split "$split"
  answers 0 mlops ingest --accept-schema --quiet
  for part in train valid test; do
    read -r ids nulls < <(awk -F, -v part="$part" '$NF == part {ids += $1; nulls += $4 == ""} END {print ids, nulls}' churn.csv)
    is "$(seen "$part.sum(id) = $ids and $part.count(id) - $part.count(tenure) = $nulls" | cut -f 1)" pass
    is "$(seen "$part.sum(id) = $((ids + 1))" | cut -f 1)" fail
  done
  is "$(seen 'overlap(train, test, by=id) = 0' | cut -f 1)" pass
}

@test "by time, what tests comes later; by group, it shares no group" {
  split='time: joined'
  is "$(seen 'train.max(joined) < valid.min(joined) and valid.max(joined) < test.min(joined)' | cut -f 1)" pass
  split='split: {group: calls}'
  is "$(seen 'overlap(train, test, by=calls) = 0')" $'pass\toverlap(train, test, by=calls) = 0 %'
  split=''
  is "$(seen 'overlap(train, test, by=calls) = 0' | cut -f 1)" fail
}

@test "overlap is the share of rows whose key is in the other table" {
  printf 'key,n\na,1\nb,2\n,3\nb,4\nc,5\n' >one.csv
  printf 'key,n\nb,2\nc,7\nd,8\nb,9\n,3\n' >two.csv
  printf '%s\n' 'mlops: 1' 'sources:' '  one: {from: one.csv}' '  two:' '    from: two.csv' '    expect:' \
    '      - overlap(one, two, by=key) = 75%' '      - overlap(one, two) = 40%' '      - overlap(one, two, key, n) = 0' \
    '      - overlap(two, one, by=key) < 1%' >mlops.yaml
  answers 3 mlops ingest --quiet
  is "$(mlops check two --porcelain 2>/dev/null | cut -f 4,5)" "$(printf '%s\n' \
    $'pass\toverlap(one, two, by=key) = 75 %: 3 of 4 rows, such as key = \'b\'' \
    $'pass\toverlap(one, two) = 40 %: 2 of 5 rows' \
    $'fail\toverlap(one, two, key, n) = 25 %, wanted = 0 %: 1 of 4 rows, such as key = \'b\', n = 2' \
    $'fail\toverlap(two, one, by=key) = 75 %, wanted < 1 %: 3 of 4 rows, such as key = \'b\'')"
}

@test "keys that are personal data are not shown" {
  answers 0 mlops ingest churn.csv --name churn --pii email --quiet
  split='pii: [email]'
  is "$(seen 'overlap(churn, churn, by=email) = 0')" $'fail\toverlap(churn, churn, by=email) = 100 %, wanted = 0 %: 400 of 400 rows, such as email = ***'
}

@test "a column that gives the label away is named, and outcomes do not count" {
  is "$(seen 'leakage(churned) < 0.95' | cut -f 1)" pass
  has "$(seen 'leakage(churned) < 0.95')" 'tenure tells most'
  awk -F, -v OFS=, 'NR == 1 {print $0, "refund"; next} {print $0, ($NF == "yes") * 10 + NR % 3}' churn.csv >more.csv
  mv more.csv churn.csv
  declare_split ''
  answers 0 mlops ingest --accept-schema --quiet
  is "$(seen 'leakage(churned) < 0.95')" $'fail\tleakage(churned) = 1, wanted < 0.95: refund tells most'
  has "$(mlops train run -n --train prior --data churn@v2 2>&1)" "column 'refund' alone tells the label"
  split='outcome: [refund]'
  has "$(seen 'leakage(churned) < 0.95')" 'tenure tells most'
}

@test "what shifted against the last version is named, and numbers of rows are left out" {
  split=''
  declare_split '' 'psi(*) < 0.2' 'drift(calls) < 0.1' 'ks(*) < 0.2'
  answers 0 mlops check
  is "$(mlops check --porcelain | cut -f 4,5 | sort -u)" $'skip\tthere is no last accepted version'
  awk -F, -v OFS=, 'NR > 1 {$6 = $6 + 4; $1 = $1 + 1000} {print}' churn.csv >more.csv
  mv more.csv churn.csv
  answers 3 mlops ingest --quiet
  has "$stderr" 'warning: churn@v2: psi(*) < 0.2: psi(calls) = '
  has "$stderr" 'warning: churn@v2: drift(calls) < 0.1: drift(calls) = '
  has "$stderr" 'warning: churn@v2: ks(*) < 0.2: ks(calls) = 0.4'
  lacks "$stderr" 'psi(id)'
  lacks "$stderr" 'psi(plan)'
  has "$(seen 'psi(*) < 100')" 'skipped: id numbers the rows'
}

@test "a column that changed its type is told, and one that is gone is skipped" {
  printf 'a,b\n1,2\n2,3\n' >one.csv
  printf 'a,c\nx,2\ny,3\n' >two.csv
  printf '%s\n' 'mlops: 1' 'sources:' '  one: {from: one.csv}' '  two:' '    from: two.csv' '    expect:' \
    '      - psi(one, two, a) < 1' '      - psi(one, two, c) < 1' >mlops.yaml
  answers 2 mlops ingest --quiet
  has "$stderr" "there is no column 'c' in sources/one"
  sed -i '/, c)/d' mlops.yaml
  answers 3 mlops check two
  has "$output" 'psi(one, two, a) = null, wanted < 1: a was BIGINT and is VARCHAR'
}

@test "parts that cannot be made fail, and say why" {
  awk -F, -v OFS=, 'NR > 1 {$NF = NR < 380 ? "no" : "yes"; $7 = sprintf("2025-01-%02d", 1 + NR / 20)} {print}' churn.csv >more.csv
  mv more.csv churn.csv
  split='time: joined'
  declare_split "$split"
  answers 0 mlops ingest --quiet
  has "$(seen 'train.rows > 100')" $'fail\ttrain.rows = null, wanted > 100: the part train has one class of'
  has "$(seen 'psi(train, test) < 0.2')" 'the part train has one class of'
  has "$(seen 'leakage(churned) < 0.9')" 'the part train has one class of'
}

@test "data without a label have no parts" {
  faulty() {
    printf '%s\n' 'mlops: 1' 'sources:' '  churn:' '    from: churn.csv' '    expect:' "      - $1" >mlops.yaml
    answers 2 mlops check
  }
  faulty 'psi(train, test) < 0.2'
  has "$stderr" "mlops.yaml:6:13: there is no 'train' here"
  has "$stderr" 'hint: data with a `label:` are parted into train, valid and test'
  faulty 'train.rows > 5'
  has "$stderr" "mlops.yaml:6:9: there is no 'train' here"
  faulty 'leakage(churned) < 0.9'
  has "$stderr" "'leakage' is asked of data with a label"
}

@test "train run heeds what is asserted of its parts" {
  split=''
  declare_split '' 'train.rows > 1_000' 'psi(train, test) < 5: warn'
  answers 3 mlops check --quiet
  answers 3 mlops train run --train prior
  has "$stderr" 'churn@v1 was not accepted: 1 of 2 assertions fails: train.rows > 1_000: train.rows = 280, wanted > 1,000'
}

@test "another split is judged anew" {
  split=''
  declare_split '' 'test.rows < 61'
  answers 0 mlops train run --train prior --quiet
  declare_split 'split: {test: 30%}' 'test.rows < 61'
  answers 3 mlops train run --train prior --quiet
  has "$stderr" 'test.rows = 120, wanted < 61'
}
