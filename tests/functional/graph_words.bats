# What the graph says of a fault: the thing, and its place in mlops.yaml; and before anything is done, where it can.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  customers 400 >churn.csv
  settled
}

# declared: a release of a table, of which the environment has parts otherwise.
declared() {
  cat >mlops.yaml <<END
mlops: 1
params: {least: 1}
sources:
  churn: {from: churn.csv${source:-}}
data:
  known: {sql: "SELECT * FROM churn", label: ${label:-churned}, time: ${time:-joined}, task: binary}
models:
  linear:
    train: logistic
    params: {${params:-l2: 3}}
    without: [id, ${without:-email}]
release:
  late: {among: [linear], slices: [${slices:-plan}]}
${more:-}
END
}

@test "a column or a parameter that training does not find is told with its place, by a plan as well" {
  declared
  mlops run data --quiet
  local declaration
  while IFS='|' read -r declaration place message hint; do
    eval "$declaration declared"
    for command in run plan; do
      answers 2 mlops $command
      has "$stderr" "error: mlops.yaml:$place: $message"
      has "$stderr" '^'
      has "$stderr" "$hint"
      is "$(mlops $command --json 2>/dev/null | jq -r '.items[-1].action')" failed
    done
    answers 2 mlops train run linear
    has "$stderr" "error: mlops.yaml:$place: $message"
  done <<'END'
label=churnd|6:46|no column 'churnd' to be the label|churned
time=joind|6:61|no column 'joind' to be the time of the split|joined
without=emial|11:19|no column 'emial' to be left out|email
slices=plam|13:36|no column 'plam' to be sliced by|plan
params='l1: 3'|10:14|logistic has no parameter 'l1'|l2
params='steps: -1'|10:14|parameter 'steps' of logistic is '-1', want a whole number|
END
  is "$(mlops model list --json | jq '.items | length')" 0
  declared
  answers 0 mlops run
}

@test "a parameter that nothing declares is refused before anything is done, with those that there are" {
  declared
  for words in '' release data; do
    # shellcheck disable=SC2086
    answers 2 mlops run -p nope=1 $words
    is "$output" ''
    has "$stderr" "parameter 'nope'"
  done
  is "$(find .mlops -path '*refs*' -type f 2>/dev/null)" ''
  answers 2 mlops run -p nope=1
  has "$stderr" 'there are `least`, `l2`, `refit` or `steps`'
  answers 2 mlops run -p step=1
  has "$stderr" '`steps`'
  answers 0 mlops run -p steps=9 -p logistic.l2=2 -p least=2
}

@test "no project: run says so as plan does" {
  mkdir ../empty
  cd ../empty
  for words in run plan 'run data' 'plan data' 'run -n'; do
    # shellcheck disable=SC2086
    answers 4 mlops $words
    has "$stderr" "error: no project in '$PWD'"
  done
  is "$(ls -A)" ''
}

@test "a monitor that is not there, and one that could judge nothing" {
  more=$'monitor:\n  late: {every: 1d}' declared
  for command in run plan; do
    answers 4 mlops $command monitor/nobody
    is "$(head -n 1 <<<"$stderr")" "error: mlops.yaml has no monitor 'nobody'"
    has "$stderr" 'it has `late`'
    answers 4 mlops $command monitor/latte
    has "$stderr" 'a similar name exists: `late`'
    answers 4 mlops $command monitor/late
    has "$stderr" "the model 'late' of \`monitor:\` has no version yet"
  done
  mlops run --quiet >/dev/null 2>&1
  for command in run plan; do
    answers 2 mlops $command monitor/late
    has "$stderr" "error: no answer of 'late' was ever logged: \`serve:\` of mlops.yaml has no entry 'late'"
  done
  is "$(mlops plan monitor/late --json 2>/dev/null | jq -r '.items[0].action')" failed
}

@test "why: what is in no section that it knows is refused, with what is near" {
  declared
  mlops run --quiet
  answers 2 mlops why realese/late
  has "$stderr" "error: \`why\` does not answer for 'realese/late'"
  has "$stderr" '`release/late`'
  answers 2 mlops why schedule/nightly
  has "$stderr" 'it answers for models, such as models/churn@v2, for tables'
  answers 2 mlops why tables/known
  has "$stderr" 'it answers for `data/known`'
}

@test "bad rows: the source is named, and what mlops.yaml could say of it" {
  source=', types: {tenure: INTEGER}' declared
  awk -F, -v OFS=, 'NR > 1 && NR < 40 { $4 = "many" } { print }' churn.csv >bad.csv
  mv bad.csv churn.csv
  answers 3 mlops run data
  has "$stderr" "error: sources/churn: 38 of 400 rows are bad; 1% or 10 rows is allowed"
  has "$stderr" '`quarantine: 5%` of `sources: churn` in mlops.yaml'
  lacks "$stderr" '--quarantine'
  answers 3 mlops ingest churn
  has "$stderr" 'error: 38 of 400 rows are bad'
  has "$stderr" '`--quarantine 5%`'
  source=', types: {tenure: INTEGER}, quarantine: 20%' declared
  answers 0 mlops run data
}
