# mlops serve: models that answer over HTTP.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load serving

setup() {
  enter_fresh_project
  export MLOPS_USER=ana
}

teardown() { stop_servers; }

# two_versions: the first answers false to everything and is the champion, the second true.
two_versions() {
  model_folder first 0.25
  model_folder second 0.75
  mlops model register churn --file first --quiet >/dev/null || return
  mlops model register churn --file second --quiet >/dev/null || return
  mlops model promote churn@v1 --quiet >/dev/null
}

# trained TRAINER [FLAG...]: on people.csv, by that trainer alone.
trained() {
  customers 400 >people.csv
  mlops ingest people.csv --quiet >/dev/null 2>&1 || return
  mlops train run --data people --quiet --train "$@" >/dev/null 2>&1 || return
  mlops data head people --rows 40 --json | jq -c '.items[]' >rows.jsonl
}

# same_as_predict MODEL: for the rows of rows.jsonl, however they are sent.
same_as_predict() {
  mlops predict "$1" --in rows.jsonl --only --format jsonl --quiet 2>/dev/null >wanted.jsonl || return
  mlops predict "$1" --in rows.jsonl --out rows.csv --format csv --quiet 2>/dev/null || return
  /usr/bin/python3 "$source_dir/tests/support/serve_agrees.py" "$url" "$1" rows.jsonl wanted.jsonl rows.csv
}

@test "what is served is told at once, and the curl that is printed works as it is" {
  two_versions
  start one churn
  is "$(jq -r .schema one.out)" mlops.serving/1
  is "$(jq -c '.items[0].models[0] | [.address, .name, .version, .algorithm, .task, .follows]' one.out)" \
    '["churn","churn",1,"prior","binary","champion"]'
  is "$(jq -r .items[0].pid one.out)" "$server"
  is "$(jq -r '.items[0] | "//\(.host):\(.port)"' one.out)" "${url#http:}"
  answers 0 bash -c "$(jq -r .items[0].curl one.out)"
  is "$(jq -c '[.predictions, .model]' <<<"$output")" '[[false],"churn@v1"]'
  kill "$server"
  ends 0
  has "$(cat one.err)" "drained, 1 request answered"
}

@test "people see a table and a command to paste; a pipe that reads one line is enough" {
  two_versions
  mlops serve churn churn@v2 --port 0 >out.txt 2>err.txt 3>&- &
  servers+=("$!") server=$!
  eventually grep -q '^curl' out.txt
  has "$(cat out.txt)" "  churn           1  prior      binary  champion"
  has "$(cat out.txt)" "  churn@v2        2  prior      binary  -"
  answers 0 bash -c "$(tail -n 1 out.txt)"
  is "$(jq -r .model <<<"$output")" churn@v1
  kill "$server"
  ends 0
  mkfifo pipe
  # What the shell starts in the background ignores Ctrl-C.
  env --default-signal=INT mlops serve --port 0 --porcelain >pipe 2>err.txt 3>&- &
  servers+=("$!") server=$!
  IFS=$'\t' read -r url _ <pipe
  is "$(curl -s "$url/healthz")" ok
  kill -INT "$server"
  ends 0
}

@test "the example of a model with odd names and values is accepted, however it is printed" {
  mkdir odd
  cat >odd/model.json <<'END'
{"mlops_model": 1, "algorithm": "prior", "loss": "logloss", "parameters": {}, "signature": {"task": "binary", "inputs": [
  {"name": "it's $HOME `id` \"q\" año %s \\", "type": "VARCHAR", "encoding": "category",
   "categories": ["O'Brien & \"Söhne\" $(id) \\n ;|"], "unseen": "refuse", "nulls": "refuse", "nullable": false, "min": null, "max": null}],
  "label": "y", "label_type": "VARCHAR", "classes": ["nein", "jä\""], "threshold": 0.5},
 "fitted": {"shares": [0.25, 0.75]}, "files": []}
END
  answers 0 mlops model register "ä 'x'" --file odd --quiet
  start one
  answers 0 bash -c "$(jq -r .items[0].curl one.out)"
  is "$(jq -r .predictions[0] <<<"$output")" 'jä"'
  is "$(curl -s "$url/v2/models/%C3%A4%20'x'/ready" | jq -c .)" "{\"name\":\"ä 'x'\",\"ready\":true}"
  # So many inputs that nobody would paste them.
  jq '.signature.inputs = [range(100) | {name: "input number \(.)", type: "DOUBLE", encoding: "number", categories: [],
    unseen: "missing", nulls: "missing", nullable: false, min: ., max: null}]' odd/model.json >odd/wide.json
  mkdir wide && mv odd/wide.json wide/model.json
  answers 0 mlops model register wide --file wide --quiet
  start two wide
  curl=$(jq -r .items[0].curl two.out)
  is "$curl" "curl -s $url/example | curl -s $url/invocations -H 'content-type: application/json' -d @-"
  answers 0 bash -c "$curl"
  is "$(jq -r .model <<<"$output")" wide@v1
}

@test "answers are those of predict: prior, linear, trees and rules, two classes" {
  for trainer in prior logistic xgboost; do
    trained $trainer --label churned --name $trainer
    start $trainer $trainer
    same_as_predict $trainer
    answers 0 bash -c "$(jq -r .items[0].curl $trainer.out)"
    jq -e .predictions[0] <<<"$output"
    kill "$server"
  done
  trained rule --label churned --name ruled --rule "CASE WHEN tenure < 30 THEN 0.8 WHEN plan = 'pro' THEN 0.2 END"
  start ruled ruled
  same_as_predict ruled
  [[ $(metric 'mlops_unanswered_total{model="ruled",version="1"}') -gt 0 ]]
}

@test "answers are those of predict: several classes, numbers" {
  for trainer in logistic xgboost; do
    trained $trainer --label plan --name many-$trainer
    start many-$trainer many-$trainer
    same_as_predict many-$trainer
    kill "$server"
  done
  for trainer in mean linear xgboost; do
    trained $trainer --label tenure --name number-$trainer
    start number-$trainer number-$trainer
    same_as_predict number-$trainer
    kill "$server"
  done
}

@test "a model of XGBoost from outside answers what the library answers" {
  xgboost_model churn.ubj
  answers 0 mlops model register boosted --file churn.ubj --quiet
  start one
  answers 0 bash -c "$(jq -r .items[0].curl one.out)"
  is "$(jq -r .model <<<"$output")" boosted@v1
  /usr/bin/python3 - "$url" <<'END'
import json, sys, urllib.request
import numpy as np, pandas as pd, xgboost
random = np.random.RandomState(7)
n = 300
table = pd.DataFrame({"age": random.randint(18, 80, n), "income": random.lognormal(10, 1, n).round(2),
                      "member": random.rand(n) < 0.5, "score": np.where(random.rand(n) < 0.1, np.nan, random.randn(n).round(3))})
body = json.dumps({"dataframe_split": {"columns": list(table), "data": table.values.tolist()}})
request = urllib.request.Request(sys.argv[1] + "/invocations", body.encode(), {"content-type": "application/json"})
answer = json.load(urllib.request.urlopen(request))
wanted = xgboost.Booster(model_file="churn.ubj").predict(xgboost.DMatrix(table))
assert (np.array(answer["probabilities"])[:, 1].astype(np.float32) == wanted).all()
END
}

@test "what does not fit is refused with its reason" {
  two_versions
  start one
  post /invocations '{"dataframe_records": [{"agee": 1, "city": "Lima"}]}'
  is "$code" 422
  has "$(jq -r .message <<<"$output")" "column 'age' (BIGINT) is missing; did you mean \`agee\`?"
  post /invocations '{"dataframe_records": [{"age": "old", "city": "Lima"}]}'
  is "$code" 422
  has "$output" "'old' is no number"
  post /invocations '{"dataframe_records": [{"age": null, "city": "Quito"}]}'
  is "$code $(jq -c .predictions <<<"$output")" "200 [false]"
  is "$(metric 'mlops_input_nulls_total{model="churn",version="1",input="age"}')" 1
  is "$(metric 'mlops_input_unseen_total{model="churn",version="1",input="city"}')" 1
  post /invocations '{"dataframe_records": '
  is "$code $(jq -r .error_code <<<"$output")" "400 BAD_REQUEST"
  is "$(curl -s -o /dev/null -w '%{http_code}' "$url/invocations" -H 'content-type: image/png' -d x)" 415
  post /v2/models/chrun/infer '{"inputs": []}'
  is "$code" 404
  has "$(jq -r .error <<<"$output")" '/v2/models/churn/versions/1'
  post /ping ''
  is "$code" 405
  is "$(curl -sI "$url/invocations" | tr -d '\r' | grep -i '^allow')" "Allow: POST"
  is "$(curl -s -o /dev/null -w '%{http_code}' "$url/nope")" 404
  is "$(curl -sI "$url/healthz" | head -n 1 | tr -d '\r')" "HTTP/1.1 200 OK"
}

@test "a body over the limit is 413, one below it is read" {
  two_versions
  start one --max-body 100kB
  head -c 200000 /dev/zero | tr '\0' ' ' >large
  is "$(curl -s -o /dev/null -w '%{http_code}' "$url/invocations" -H 'content-type: application/json' --data-binary @large)" 413
  jq -nc '{dataframe_records: [range(2000) | {age: ., city: "Lima"}]}' >fits
  post /invocations @fits
  is "$code $(jq '.predictions | length' <<<"$output")" "200 2000"
  is "$(metric 'mlops_predictions_total{model="churn",version="1"}')" 2000
  is "$(metric 'mlops_requests_refused_total{reason="too_large"}')" 1
}

@test "the alias moves while clients ask: no request is lost, and each answer is that of the version it names" {
  two_versions
  start one churn
  /usr/bin/python3 "$source_dir/tests/support/serve_load.py" "$url" 4 stop >load.json 3>&- &
  load=$!
  for move in {1..20}; do
    version=$((move % 2 + 1))
    mlops model promote churn@v$version --quiet >/dev/null
    eventually answers_as churn@v$version
  done
  touch stop
  wait "$load"
  is "$(jq -c .faults load.json)" '[]'
  is "$(jq -c '.models | keys' load.json)" '["churn@v1","churn@v2"]'
  is "$(grep -c 'answers now' one.err)" 20
  asked=$(jq .answers load.json)
  rows=$(($(metric 'mlops_predictions_total{model="churn",version="1"}') + $(metric 'mlops_predictions_total{model="churn",version="2"}')))
  is "$rows" $((asked * 2 + $(metric 'mlops_requests_total{route="/invocations",code="200"}') - asked))
  is "$(metric 'mlops_model_loads_total{model="churn",result="ok"}')" 21
  kill "$server"
  ends 0
}

# answers_as ADDRESS: that version answers a request with one row.
answers_as() {
  [[ $(curl -s "$url/invocations" -H 'content-type: application/json' -d '{"dataframe_records": [{"age": 1, "city": "Lima"}]}' |
    jq -r .model) == "$1" ]]
}

@test "SIGTERM under load: what was asked is answered, and the exit code is 0" {
  two_versions
  start one churn
  /usr/bin/python3 "$source_dir/tests/support/serve_load.py" "$url" 8 never >load.json 3>&- &
  load=$!
  eventually asked_more_than 100
  kill -TERM "$server"
  ends 0
  wait "$load"
  is "$(jq -c '[.faults, .closed]' load.json)" '[[],8]'
  has "$(cat one.err)" "drained, "
}

asked_more_than() { [[ $(metric 'mlops_requests_total{route="/invocations",code="200"}') -gt $1 ]]; }

@test "the end of patience is exit code 1" {
  two_versions
  start one churn --drain 1
  exec 9<>"/dev/tcp/127.0.0.1/${url##*:}"
  printf 'POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{' >&9
  eventually connected 2
  kill "$server"
  ends 1
  exec 9>&-
  has "$(cat one.err)" "1 connection still open after 1 s"
  has "$(cat one.err)" '`--drain SECONDS` waits longer'
}

connected() { [[ $(metric mlops_connections_open) -ge $1 ]]; }

@test "after kill -9 it starts again as if nothing was" {
  two_versions
  start one churn
  kill -KILL "$server"
  wait "$server" || true
  start two churn
  answers_as churn@v1
  answers 0 mlops store fsck
}

@test "a version that cannot be loaded is told once, the old one goes on, and the next good one takes over" {
  two_versions
  printf 'x' >thing.bin
  answers 0 mlops model register churn --file thing.bin --quiet
  start one churn
  answers 0 mlops model promote churn@v3 --force --quiet
  eventually grep -q "warning: churn: v3 cannot be loaded, v1 goes on answering: churn@v3 is kept as files" one.err
  answers_as churn@v1
  answers 0 mlops model promote churn@v2 --quiet
  eventually answers_as churn@v2
  is "$(grep -c 'cannot be loaded' one.err)" 1
  is "$(metric 'mlops_model_loads_total{model="churn",result="failed"}')" 1
  mv .mlops away
  answers_as churn@v2
  mv away .mlops
  answers 0 mlops model rollback churn --quiet
  eventually grep -q "churn: v3 cannot be loaded, v2 goes on" one.err
  answers_as churn@v2
}

@test "the store goes away and comes back: told once, and the champion is followed again" {
  two_versions
  start one churn
  mv .mlops away
  eventually grep -q "churn: what it means now cannot be loaded, v1 goes on answering" one.err
  eventually answers_as churn@v1
  mv away .mlops
  mlops model promote churn@v2 --quiet
  eventually answers_as churn@v2
  is "$(grep -c warning one.err)" 1
}

@test "a log that nobody reads holds nothing up, not even the end" {
  two_versions
  mkfifo log
  exec 8<>log
  mlops serve churn --port 0 --json -v >one.out 2>log 3>&- &
  server=$!
  servers+=("$server")
  eventually answers_or_ended one.out
  url=$(jq -r .items[0].url one.out)
  for _ in $(seq 30); do curl -s "$url/ping?[1-60]" -o /dev/null; done
  mlops model promote churn@v2 --quiet
  eventually answers_as churn@v2
  kill "$server"
  ends 0
  exec 8>&-
}

@test "the memory of a great request is given back" {
  two_versions
  start one churn --threads 1
  /usr/bin/python3 -c 'print("{\"instances\":[" + ",".join(["[1,\"x\"]"] * 1000000) + "]}")' >great.json
  before=$(metric process_resident_memory_bytes)
  is "$(curl -s "$url/invocations" -H 'content-type: application/json' --data-binary @great.json | jq '.predictions | length')" 1000000
  after=$(metric process_resident_memory_bytes)
  awk -v a="$before" -v b="$after" 'BEGIN { exit !(b - a < 150e6) }' || { echo "$before, then $after" >&2 && return 1; }
}

@test "where memory is short, the greatest body is smaller" {
  two_versions
  MLOPS_MEMORY=80MB start one churn
  /usr/bin/python3 -c 'print("[" + "1," * 1100000 + "1]")' >great.json
  is "$(curl -s -w ' %{http_code}' "$url/invocations" -H 'content-type: application/json' --data-binary @great.json | tail -c 4)" " 413"
  has "$(curl -s "$url/invocations" -H 'content-type: application/json' --data-binary @great.json)" 'larger than 2.0 MB'
  kill "$server"
  ends 0
  MLOPS_MEMORY=80MB start two churn --max-body 8MB
  is "$(curl -s -o /dev/null -w '%{http_code}' "$url/invocations" -H 'content-type: application/json' --data-binary @great.json)" 400
}

@test "a compressed body is 415; what is refused before its path counts says so for every protocol" {
  two_versions
  start one churn --max-body 1kB
  post /invocations '{}' -H 'content-encoding: gzip' -i
  is "$code" 415
  has "$output" 'Accept-Encoding: identity'
  has "$output" "a body with the Content-Encoding 'gzip' is not taken"
  post /invocations "$(printf '%2000s' x)"
  is "$code" 413
  is "$(jq -r '.error == .message' <<<"$output")" true
  is "$(jq -r .error_code <<<"$output")" BAD_REQUEST
}

@test "two models answer under their names" {
  two_versions
  xgboost_model churn.ubj
  answers 0 mlops model register boosted --file churn.ubj --quiet
  start one churn boosted churn@v2
  is "$(curl -s "$url/v2/models" | jq -c .models)" '["churn","boosted"]'
  is "$(curl -s "$url/v2/models/boosted" | jq -c '[.name, (.inputs | map(.name))]')" '["boosted",["age","income","member","score"]]'
  tensors='{"inputs": [{"name": "age", "shape": [1], "datatype": "INT64", "data": [40]},
    {"name": "city", "shape": [1], "datatype": "BYTES", "data": ["Lima"]}]}'
  post /v2/models/churn/infer "$tensors"
  is "$(jq -c '[.model_name, .model_version, .outputs[0].data]' <<<"$output")" '["churn","1",[false]]'
  post /v2/models/churn/versions/2/infer "$tensors"
  is "$(jq -c '[.model_version, .outputs[0].data]' <<<"$output")" '["2",[true]]'
  post /v2/models/churn/versions/3/infer "$tensors"
  is "$code" 404
  is "$(curl -s -o /dev/null -w '%{http_code}' "$url/v2/models/churn/versions/2/ready")" 200
}

@test "metrics are what was asked, and Prometheus likes them" {
  two_versions
  start one churn
  for _ in 1 2 3; do post /invocations '{"dataframe_records": [{"age": 1, "city": "Lima"}, {"age": 2, "city": "Lima"}]}'; done
  post /invocations '{'
  is "$(metric 'mlops_requests_total{route="/invocations",code="200"}')" 3
  is "$(metric 'mlops_requests_total{route="/invocations",code="400"}')" 1
  is "$(metric 'mlops_predictions_total{model="churn",version="1"}')" 6
  is "$(metric 'mlops_request_duration_seconds_count{route="/invocations"}')" 4
  is "$(metric mlops_connections_open)" 1
  curl -s "$url/metrics" >page
  answers 0 promtool check metrics <page
  is "$output$stderr" ""
}

@test "-v writes a line for each request" {
  two_versions
  start one churn -v
  post /invocations '{"dataframe_records": [{"age": 1, "city": "Lima"}]}'
  curl -s "$url/a%20%C3%B1" >/dev/null
  eventually grep -qE '^[0-9]{4}-[^ ]+Z POST /invocations 200 [0-9.]+ ms 1 row$' one.err
  eventually grep -qF 'GET /a%20%C3%B1 404 ' one.err
}

@test "nothing to serve, too much to choose from, and what cannot be" {
  answers 4 mlops serve
  has "$stderr" "no project"
  mkdir .mlops 2>/dev/null || true
  rmdir .mlops
  customers 30 >people.csv
  answers 0 mlops ingest people.csv --quiet
  answers 4 mlops serve
  has "$stderr" "there is no model yet"
  has "$stderr" '`mlops train run --label COLUMN`'
  printf 'x' >thing.bin
  answers 0 mlops model register thing --file thing.bin --quiet
  answers 1 mlops serve
  has "$stderr" "thing@v1 is kept as files, and nothing here can run it"
  model_folder first
  answers 0 mlops model register churn --file first --quiet
  answers 2 mlops serve
  has "$stderr" 'which of 2 models is to be served: `churn` or `thing`'
  answers 4 mlops serve chrun
  has "$stderr" 'a similar name exists: `churn`'
  answers 2 mlops serve churn churn
  has "$stderr" "'churn' and 'churn' are the same model: churn@v1"
}

@test "flags that make no sense are refused before anything is loaded" {
  two_versions
  for wrong in '--port 70000' '--port -1' '--threads 0' '--drain -1' '--max-body none' '--max-body 0'; do
    # shellcheck disable=SC2086
    answers 2 mlops serve churn $wrong
    has "$stderr" "'${wrong% *}' wants"
  done
  answers 2 mlops serve churn --host 203.0.113.7 --port 0
}

@test "a taken port names who has it" {
  two_versions
  start one churn
  answers 75 mlops serve churn --port "${url##*:}"
  has "$stderr" "${url##*:}"
  has "$stderr" "mlops"
  is "$output" ""
}

@test "beyond this machine only with a warning" {
  two_versions
  start one churn --host 0.0.0.0
  has "$(cat one.err)" "warning: listening on 0.0.0.0: whoever reaches this machine can ask"
  answers_as churn@v1
  kill "$server"
  ends 0
  start two churn --host localhost
  lacks "$(cat two.err)" warning
}

@test "personal data are in no error, no example and no command" {
  customers 400 >people.csv
  answers 0 mlops ingest people.csv --pii plan --quiet
  mlops train run --data people --label churned --train logistic --only plan --only calls --quiet >/dev/null 2>&1
  has "$(mlops model show people --json | jq -c '.items[0].inputs | map(.name)')" plan
  start one
  lacks "$(cat one.out)" '"pro'
  is "$(curl -s "$url/example" | jq -r .dataframe_records[0].plan)" text
  answers 0 bash -c "$(jq -r .items[0].curl one.out)"
  jq -e .predictions[0] <<<"$output"
}
