# The prediction log of mlops serve: what is in it, and that it never holds an answer up.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load serving

setup() {
  enter_fresh_project
  model_folder first 0.25
  mlops model register churn --file first --quiet >/dev/null
  log=.mlops/predictions/churn
}

teardown() {
  stop_servers
  if [[ -n ${mounted:-} ]]; then umount "$mounted"; fi
}

# one AGE [CURL OPTION...]: a request of one row.
one() {
  local age=$1
  shift
  post /invocations "{\"dataframe_records\": [{\"age\": $age, \"city\": \"Lima\"}]}" "$@"
}

# logged N: so many rows are in files.
logged() { (($(cat "$log"/*.jsonl 2>/dev/null | wc -l) == $1)); }

declare_serve() { printf 'mlops: 1\nserve:\n  churn: %s\n' "$1" >mlops.yaml; }

@test "a row is logged with its request, the version that answered and what it was asked" {
  start s churn --log 100%
  has "$(cat s.err)" "churn: 100% of the requests are logged in $log"
  post /invocations '{"dataframe_records": [{"age": 40, "city": "Lima"}, {"age": 41.5, "city": "Qui\"to"}]}' -H 'X-Request-Id: abc'
  is "$code" 200
  eventually logged 2
  is "$(jq -c '[.schema, .request, .row, .model, .as_of, .keys, .inputs, .features, .prediction, .probability, .probabilities]' "$log"/*.jsonl)" \
    '["mlops.prediction/1","abc",1,"churn@v1",null,null,{"age":40,"city":"Lima"},null,false,0.25,null]
["mlops.prediction/1","abc",2,"churn@v1",null,null,{"age":41.5,"city":"Qui\"to"},null,false,0.25,null]'
  is "$(jq -r .digest "$log"/*.jsonl | sort -u)" "$(mlops model show churn --json | jq -r .items[0].digest)"
  answers 0 mlops show "$(jq -r .digest "$log"/*.jsonl | head -n 1)"
  # The time is when it was answered.
  seconds=$(jq -r '.time | sub("\\.[0-9]+"; "") | fromdate' "$log"/*.jsonl | head -n 1)
  ((seconds <= $(date +%s) && seconds > $(date +%s) - 60))
  is "$(metric mlops_prediction_log_rows_total)" 2
  is "$(metric mlops_prediction_log_bytes_total)" "$(cat "$log"/*.jsonl | wc -c)"
  is "$(metric mlops_prediction_log_failing)" 0
}

@test "as of a moment, answers are logged as of it, their ids are of now, and a monitor finds them in its window" {
  start s churn --log 100% --as-of 2001-06-30T09:30Z
  one 40 -D head.txt
  eventually logged 1
  is "$(jq -r .time "$log"/*.jsonl)" 2001-06-30T09:30:00Z
  has "$(ls "$log")" 20010630T093000Z-
  id=$(tr -d '\r' <head.txt | sed -n 's/^X-Request-Id: //p')
  is "$(jq -r .request "$log"/*.jsonl)" "$id"
  ((16#${id:0:8} * 65536 / 1000 > $(date +%s) - 120))
  kill "$server"
  ends 0
  # What is young then stays.
  start again churn --log 100% --as-of 2001-07-10
  one 41
  eventually logged 2
  answers 0 mlops monitor run churn --as-of 2001-07-01
  is "$(mlops monitor status --as-of 2001-07-01 --json | jq -r '.items[0] | "\(.from) \(.rows)"')" '2001-06-30T00:00:00Z 1'
}

@test "a request without an id gets one that sorts by time; that of an inference is taken" {
  start s churn --log 100%
  one 1 -D head.txt
  first=$(tr -d '\r' <head.txt | sed -n 's/^X-Request-Id: //p')
  [[ $first =~ ^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]]
  one 2 -D head.txt
  second=$(tr -d '\r' <head.txt | sed -n 's/^X-Request-Id: //p')
  [[ $first < $second ]]
  body='{"id": "mine", "inputs": [{"name": "age", "datatype": "INT64", "shape": [1], "data": [3]},
    {"name": "city", "datatype": "BYTES", "shape": [1], "data": ["Lima"]}]}'
  post /v2/models/churn/infer "$body"
  post /v2/models/churn/infer "$body" -H 'X-Request-Id: theirs'
  one 5 -H "X-Request-Id: $(printf 'x%.0s' {1..300})" -D head.txt
  long=$(tr -d '\r' <head.txt | sed -n 's/^X-Request-Id: //p')
  is "${#long}" 36
  eventually logged 5
  is "$(jq -r .request "$log"/*.jsonl)" "$first
$second
mine
theirs
$long"
}

@test "without being told nothing is logged, and what is refused never is" {
  start s churn
  one 1 -D head.txt
  is "$(grep -ci x-request-id head.txt)" 0
  lacks "$(curl -s "$url/metrics")" prediction_log
  kill "$server"
  ends 0
  [[ ! -e .mlops/predictions ]]
  start s churn --log 100%
  post /invocations '{"dataframe_records": [{"age": "x", "city": "Lima"}]}'
  is "$code" 422
  kill "$server"
  ends 0
  [[ ! -e $log ]]
}

@test "mlops.yaml says which model is served, where, and what is logged; flags win" {
  declare_serve '{port: 0, log: 100%, threads: 1}'
  mlops serve --json >s.out 2>s.err 3>&- &
  servers+=("$!") server=$!
  eventually answers_or_ended s.out
  url=$(jq -r .items[0].url s.out)
  is "$(jq -r '.items[0].models[0].address' s.out)" churn
  one 1
  eventually logged 1
  kill "$server"
  ends 0
  start s churn --log off
  one 2
  kill "$server"
  ends 0
  logged 1
  # A fault of another section stops no server; one of this does.
  printf 'sources: {a: {fro: x}}\n' >>mlops.yaml
  start s
  kill "$server"
  ends 0
  declare_serve '{port: 99999, log: all}'
  answers 2 mlops serve
  has "$stderr" "mlops.yaml:3:17: 'port' is '99999', a whole number from 0 to 65535 is wanted"
  has "$stderr" "mlops.yaml:3:29: 'log' is 'all', a share of the requests is wanted"
  rm mlops.yaml
  answers 2 mlops serve churn --log all
  has "$stderr" "'--log' is 'all', a share of the requests is wanted"
}

@test "a server that is told to end loses nothing" {
  start s churn --log 100%
  for ((i = 0; i < 300; ++i)); do printf 'url = "%s/invocations"\nheader = "content-type: application/json"\ndata = "{\\"dataframe_records\\": [{\\"age\\": %s, \\"city\\": \\"Lima\\"}]}"\nnext\n' "$url" "$i"; done | sed '$d' >many
  curl -s --config many >answers.txt
  kill "$server"
  ends 0
  is "$(grep -c churn@v1 answers.txt)" 300
  is "$(jq .inputs.age "$log"/*.jsonl | sort -n | paste -sd' ')" "$(seq -s' ' 0 299)"
  lacks "$(cat s.err)" "not logged"
}

@test "a server that is killed loses what it had not written, and leaves whole lines" {
  start s churn --log 100%
  one 1
  eventually logged 1
  row='{"dataframe_records": [{"age": 2, "city": "Lima"}]}'
  (while curl -sf "$url/invocations" -H 'content-type: application/json' -d "$row" >/dev/null; do :; done) 3>&- &
  feeder=$!
  eventually eval '(($(cat "$log"/*.jsonl | wc -l) > 20))'
  kill -KILL "$server"
  wait "$server" || true
  wait "$feeder" || true
  # Only the last line may be torn.
  head -n -1 <(cat "$log"/*.jsonl) | jq -e .row >/dev/null
  count=$(cat "$log"/*.jsonl | wc -l)
  printf '{"schema":"mlops.predic' >>"$(ls "$log"/*.jsonl)"
  is "$(cat "$log"/*.jsonl | jq -Rc 'fromjson? // empty | .row' | wc -l)" "$count"
  # The next one goes on in a file of its own.
  start s churn --log 100%
  one 3
  eventually eval '(($(ls "$log" | wc -l) == 2))'
}

@test "two servers share no file" {
  start a churn --log 100%
  one 1
  start b churn --log 100%
  one 2
  eventually logged 2
  is "$(find "$log" -name '*.jsonl' | wc -l)" 2
}

@test "a sample is chosen by the id, the same on each server, with whole requests" {
  start a churn --log 30%
  for ((i = 0; i < 60; ++i)); do post /invocations '{"dataframe_records": [{"age": 1, "city": "Lima"}, {"age": 2, "city": "Lima"}]}' -H "X-Request-Id: id-$i"; done
  kill "$server"
  ends 0
  jq -r .request "$log"/*.jsonl | sort | uniq -c | sed 's/^ *//' >one.txt
  rm -r "$log"
  start b churn --log 30%
  for ((i = 59; i >= 0; --i)); do post /invocations '{"dataframe_records": [{"age": 1, "city": "Lima"}, {"age": 2, "city": "Lima"}]}' -H "X-Request-Id: id-$i"; done
  kill "$server"
  ends 0
  jq -r .request "$log"/*.jsonl | sort | uniq -c | sed 's/^ *//' >two.txt
  cmp one.txt two.txt
  (($(wc -l <one.txt) > 5 && $(wc -l <one.txt) < 35))
  is "$(cut -d' ' -f1 one.txt | sort -u)" 2
}

@test "what cannot be written stops no answer, is told once and counted, and goes on when it can" {
  mkdir -p .mlops
  printf 'in the way' >.mlops/predictions
  start s churn --log 100%
  for ((i = 0; i < 20; ++i)); do
    one "$i"
    is "$code" 200
  done
  eventually grep -q 'predictions are not logged, requests are answered on' s.err
  is "$(metric mlops_prediction_log_failing)" 1
  is "$(metric mlops_prediction_log_rows_total)" 0
  eventually eval '[[ $(metric "mlops_prediction_log_dropped_total{reason=\"unwritten\"}") == 20 ]]'
  rm .mlops/predictions
  eventually eval 'one 30; logged 1 || (($(cat "$log"/*.jsonl | wc -l) > 0))'
  eventually grep -q 'predictions are logged again; ' s.err
  is "$(grep -c 'not logged' s.err)" 1
  is "$(metric mlops_prediction_log_failing)" 0
  # A folder that is taken away is made again.
  rm -r "$log"
  eventually eval 'one 40; (($(cat "$log"/*.jsonl | wc -l) > 0))'
}

@test "on a full disk requests are answered" {
  mkdir -p .mlops/predictions
  mounted=$PWD/.mlops/predictions
  if ! mount -t tmpfs -o size=64k tmpfs "$mounted" 2>/dev/null; then
    mounted=
    skip "mounting a small disk needs root"
  fi
  start s churn --log 100%
  many=$(jq -nc '{dataframe_records: [range(200) | {age: ., city: "Lima"}]}')
  for ((i = 0; i < 10; ++i)); do
    post /invocations "$many"
    is "$code" 200
  done
  eventually grep -q 'predictions are not logged, requests are answered on: .*no space left' s.err
  kill "$server"
  ends 0
  has "$(cat s.err)" "were answered and not logged"
  cat "$log"/*.jsonl >all.jsonl
  is "$(jq -R 'fromjson? // empty | .row' all.jsonl | wc -l)" "$(wc -l <all.jsonl)"
}

@test "the examples of mlops-predictions(5) read it" {
  start s churn --log 100%
  one 40 -H 'X-Request-Id: abc'
  one 50
  kill "$server"
  ends 0
  page=$source_dir/man/mlops-predictions.5.md
  # Blocks of the section READING IT, each behind a blank line; SQL is not for the shell.
  sed -n '/^# READING IT/,/^# SEE ALSO/p' "$page" | awk '/^    / { block = block substr($0, 5) "\n"; next } block != "" { printf "%s%c", block, 0; block = "" }' >blocks
  ran=0
  while IFS= read -r -d '' block; do
    [[ $block == SELECT* ]] && continue
    answers 0 bash -c "set -o pipefail; $block"
    [[ -n $output ]]
    ran=$((ran + 1))
  done <blocks
  is "$ran" 4
  is "$(cat "$log"/*.jsonl | jq -s 'map(if .prediction then 1 else 0 end) | add / length')" 0
}
