# Tables of `data:`: made by SQL, again only when something of theirs changed.
# shellcheck disable=SC2154,SC2016
load lib

setup() {
  enter_fresh_project
  printf 'day,who,amount\n2026-01-01,a,1.5\n2026-01-02,b,2\n2026-01-02,a,4\n' >sales.csv
  cat >mlops.yaml <<'YAML'
mlops: 1
project: shop
params: {least: 1}
sources:
  sales: {from: sales.csv}
data:
  good:
    sql: |
      -- what counts
      SELECT *, amount * 2 AS twice
      FROM sales WHERE amount > $least
  by_who: {sql: sql/by_who.sql}
YAML
  mkdir sql
  echo 'SELECT who, sum(amount) AS total, count(*) AS n FROM good GROUP BY who' >sql/by_who.sql
}

# A file that was written this very moment is looked at again; soon its times tell that it has not changed.
settle() {
  local _
  for _ in {1..50}; do
    mlops run --quiet
    ! mlops plan --porcelain | grep -q 'would ingest' && return
    sleep 0.1
  done
  return 1
}

# Until the times of sales.csv, the last change of its inode included, are old enough to tell it from a later one.
sleep_past_touch() {
  until (($(date +%s%N) - $(date +%s%N -d "$(stat -c %z sales.csv)") > 150000000)); do sleep 0.02; done
}

steps() { answers 0 mlops run "$@" --porcelain && cut -f 1-2 <<<"$output"; }

@test "run makes what is needed in order, and nothing twice" {
  run_steps=$(steps by_who)
  [ "$run_steps" = $'sources/sales\tingested\ndata/good\tmade\ndata/by_who\tmade' ]
  run_steps=$(steps data/by_who)
  [ "$run_steps" = $'sources/sales\tfresh\ndata/good\tfresh\ndata/by_who\tfresh' ]
  answers 0 mlops data query 'SELECT * FROM by_who'
  [ "$output" = $'a  5.5  2\nb    2  1' ]
  answers 0 mlops data head data/good
  [ "$(head -n 1 <<<"$output" | tr -s ' ')" = "2026-01-01 a 1.5 3" ]
  answers 0 mlops store fsck
}

@test "what a plain ingest has read is not read again by the first run" {
  touch -d '2026-01-01 12:00' sales.csv
  sleep_past_touch
  answers 0 mlops ingest sales
  answers 0 mlops plan sales --porcelain
  [ "$(cut -f 1-2 <<<"$output")" = $'sources/sales\tfresh' ]
  # What a flag said holds for that time only: the file declares another reading.
  answers 0 mlops ingest sales --null b
  answers 0 mlops plan sales --porcelain
  [ "$(cut -f 1-2 <<<"$output")" = $'sources/sales\twould ingest' ]
}

@test "as of a moment in the past the files are as fresh as they are now" {
  touch -d '2026-01-01 12:00' sales.csv
  sleep_past_touch
  answers 0 mlops ingest sales --as-of 2020-05-05
  answers 0 mlops plan sales --porcelain --as-of 2020-05-06
  [ "$(cut -f 1-2 <<<"$output")" = $'sources/sales\tfresh' ]
}

@test "plan says what would be done and why, and does nothing" {
  answers 0 mlops plan by_who --porcelain
  [ "$(cut -f 1,2,6 <<<"$output")" = $'sources/sales\twould ingest\tit was never ingested\ndata/good\twould make\tsources/sales is not there yet\ndata/by_who\twould make\tdata/good is not there yet' ]
  [ ! -e .mlops ]
  [ ! -e mlops.lock ]
  settle
  sed -i 's/least: 1/least: 3/' mlops.yaml
  answers 0 mlops plan --porcelain
  [ "$(cut -f 1,2,6 <<<"$output")" = $'sources/sales\tfresh\t\ndata/good\twould make\tthe parameter least is 3, it was 1\ndata/by_who\twould make\tdata/good may change' ]
  sed -i 's/least: 3/least: 1/; s/-- what counts/-- another comment/; s/twice/double/' mlops.yaml
  answers 0 mlops run -n good --porcelain
  [ "$(cut -f 6 <<<"$output" | tail -n 1)" = "the SQL is another" ]
}

@test "what a comment says is no change, and what a source says is one" {
  mlops run --quiet
  sed -i 's/-- what counts/-- something else/; s/WHERE amount/WHERE   amount/' mlops.yaml
  run_steps=$(steps)
  [ "$(grep -c fresh <<<"$run_steps")" = 3 ]
  printf '2026-01-03,c,9\n' >>sales.csv
  run_steps=$(steps)
  [ "$run_steps" = $'sources/sales\tingested\ndata/good\tmade\ndata/by_who\tmade' ]
  # A row that the filter drops makes good anew; by_who finds the values it knows.
  printf '2026-01-03,c,0\n' >>sales.csv
  run_steps=$(steps)
  [ "$run_steps" = $'sources/sales\tingested\ndata/good\tmade\ndata/by_who\tfresh' ]
}

@test "mlops.lock names values and keys, in a clone as here" {
  mlops run --quiet
  grep -E '^data/good: \{digest: sha256:[0-9a-f]{64}, key: sha256:[0-9a-f]{64}\}$' mlops.lock
  mkdir ../clone
  cp -r mlops.yaml mlops.lock sales.csv sql ../clone
  cp mlops.lock kept.lock
  cd ../clone
  mlops run --quiet
  cmp mlops.lock "$OLDPWD/kept.lock"
}

@test "a parameter is overridden for one run" {
  mlops run --quiet
  answers 0 mlops run -p least=1.9 --porcelain good
  [ "$(cut -f 2,4,6 <<<"$output" | tail -n 1)" = $'made\t2\tthe parameter least is 1.9, it was 1' ]
  answers 2 mlops run -p leest=2
  [[ $stderr == *"mlops.yaml has no parameter 'leest'"*'`least`'* ]]
}

# fault SQL CODE: what `run` says of good with this statement.
fault() {
  printf 'mlops: 1\nsources:\n  sales: {from: sales.csv}\ndata:\n  good:\n    sql: |\n      SELECT day,\n        %s\n' "$1" >mlops.yaml
  answers "$2" mlops run
}

@test "faults of SQL have their place in mlops.yaml" {
  mlops ingest --quiet
  fault 'amuont FROM sales' 2
  [[ $stderr == "error: mlops.yaml:8:9: referenced column \"amuont\" not found"*$'\n    amuont FROM sales\n    ^'* ]]
  fault 'amount FROM slaes' 2
  [[ $stderr == "error: mlops.yaml:8:21: no table 'slaes' in mlops.yaml"*'^'*'`sales`'* ]]
  fault 'amount FROM good' 2
  [[ $stderr == "error: mlops.yaml:8:21: a table made from itself: good from good"*'^'* ]]
  fault 'random() FROM sales' 2
  [[ $stderr == "error: mlops.yaml:8:9: the function 'random' gives another answer each time"* ]]
  fault "a FROM read_csv('x')" 2
  [[ $stderr == "error: mlops.yaml:8:16: the table function 'read_csv' is not allowed here"* ]]
  fault "a FROM '/etc/passwd'" 2
  [[ $stderr == "error: mlops.yaml:8:16: '/etc/passwd' is a file, not the name of data"* ]]
  fault 'amount FROM sales WHERE amount > $most' 2
  [[ $stderr == "error: mlops.yaml:8:42: no parameter 'most' in 'params'"* ]]
  fault 'day FROM sales' 2
  [[ $stderr == "error: mlops.yaml:7:7: two columns are called 'day'"* ]]
  fault 'who::INT AS n FROM sales' 1
  [[ $stderr == "error: mlops.yaml:8:"*"could not convert string 'a'"* ]]
  fault 'amount FROM sales; SELECT 1' 2
  [[ $stderr == *"more than one SQL statement"* ]]
  [ "$(mlops data list --porcelain | wc -l)" = 1 ]
}

@test "a file cannot take the name of a table" {
  cp sales.csv good.csv
  answers 5 mlops ingest good.csv
  [[ $stderr == *"'good' is the name of a table of \`data:\` in mlops.yaml"*'`--name OTHER`'* ]]
  [ ! -e .mlops/refs ]
}

@test "a circle of tables is told" {
  sed -i 's/FROM sales/FROM by_who AS sales/' mlops.yaml
  answers 2 mlops run by_who
  [[ $stderr == *"a table made from itself: by_who from good from by_who"* ]]
}

@test "an SQL file has its own places" {
  echo $'SELECT who\nFROM goood' >sql/by_who.sql
  answers 2 mlops run by_who
  [[ $stderr == "error: sql/by_who.sql:2:6: no table 'goood'"* ]]
  for empty in '' '-- nothing'; do
    echo "$empty" >sql/by_who.sql
    answers 2 mlops run by_who
    [[ $stderr == "error: sql/by_who.sql:1:1: no SQL statement"* ]]
  done
  rm sql/by_who.sql
  answers 4 mlops run by_who
  [[ $stderr == "error: mlops.yaml:12:17: no file 'sql/by_who.sql'"* ]]
}

@test "targets that are not there" {
  answers 4 mlops run gud
  [[ $stderr == *"mlops.yaml has no target 'gud'"*'`good`'* ]]
  answers 2 mlops run good -- true
  answers 2 mlops run --name x good
  answers 4 mlops data head good
  [[ $stderr == *"the table 'good' was never made"*'`mlops run data/good`'* ]]
  rm mlops.yaml
  for command in run plan; do
    answers 4 mlops $command
    has "$stderr" "error: no project in '$PWD'"
  done
  printf 'mlops: 1\n' >mlops.yaml
  answers 2 mlops run
  [[ $stderr == *"there is nothing to bring up to date"* ]]
}

@test "values of persons stay masked in what is made from them" {
  sed -i 's/{from: sales.csv}/{from: sales.csv, pii: who}/' mlops.yaml
  echo 'SELECT upper(who) AS name, upper(who), amount FROM good' >sql/by_who.sql
  mlops run --quiet
  answers 0 mlops data head by_who
  [[ $output != *A* ]]
  [ "$(head -n 1 <<<"$output")" = "***  ***  1.5" ]
  echo 'SELECT x, y FROM (SELECT who, amount FROM good) AS t(x, y)' >sql/by_who.sql
  mlops run --quiet
  answers 0 mlops data head by_who
  [ "$(head -n 1 <<<"$output")" = "***  ***" ]
}

@test "two that make a table at once end with one version" {
  mlops ingest --quiet
  for _ in 1 2 3; do mlops run --quiet >/dev/null 2>&1 3>&- & done
  wait
  mlops run --quiet
  answers 0 mlops data list by_who --porcelain
  [ "$(wc -l <<<"$output")" = 1 ]
  answers 0 mlops store fsck
}

@test "killed anywhere and run again, a table has the same values" {
  mlops run --quiet
  cp mlops.lock whole.lock
  for wait in 0.01 0.03 0.05 0.08 0.12; do
    rm -rf .mlops mlops.lock
    timeout -s KILL $wait mlops run --quiet >/dev/null 2>&1 || true
    mlops run --quiet
    cmp mlops.lock whole.lock
    answers 0 mlops store fsck
  done
}

@test "train run makes its table first" {
  {
    echo day,x,delay,late
    for i in {0..399}; do echo "$(date -u -d "2026-01-01 +$((i / 4)) days" +%F),$((i * 7 % 10)),$((i % 3)),$(((i * 7 % 10) > 4))"; done
  } >flights.csv
  cat >mlops.yaml <<'YAML'
mlops: 1
sources: {flights: {from: flights.csv}}
data:
  rides:
    sql: SELECT * FROM flights
    label: late
    outcome: delay
    time: day
    split: {test: last 20d, valid: 10d before test}
models: {base: {train: prior}, linear: {train: logistic}}
YAML
  answers 0 mlops train run --json
  [ "$(jq -r '.items[0] | [.train_rows, .valid_rows, .test_rows] | @csv' <<<"$output")" = "280,40,80" ]
  [[ $stderr == *"data/rides is new: it was never made"* ]]
  [[ $stderr == *"delay (outcome: known only afterwards)"* ]]
  grep -q '^data/rides: ' mlops.lock
  sed -i 's/FROM flights/FROM flights WHERE x < 8/' mlops.yaml
  answers 0 mlops train run -n
  [[ $stderr == *"data/rides is out of date: the SQL is another"* ]]
  answers 0 mlops train run --json
  [[ $stderr == *"data/rides is new: the SQL is another"* ]]
}
