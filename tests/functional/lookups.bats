# Requests whose features the server looks up.
# shellcheck disable=SC2154,SC2016
load lib
load visits
load serving

# The last three days are the test; the online store answers for the last day.
setup() {
  enter_fresh_project
  visits >visits.csv
  cat >mlops.yaml <<'YAML'
mlops: 1
sources:
  visits:
    from: visits.csv
    label: late
    time: moment
    outcome: [delay, done, kind]
    split: {test: last 3d, valid: 2d before test}
features:
  shop:
    key: {shop: shop}
    from: visits
    at: done
    columns:
      delay_6h: zscore(mean(delay) over 6h)
      delay_1h: impute(mean(delay) over 1h, median)
      kind: onehot(kind, top=3)
      visits_6h: count() over 6h
models:
  linear: {train: logistic, features: [shop]}
release:
  visits: {among: [linear], pick: max auc}
YAML
  mlops ingest visits --quiet >/dev/null
  mlops train run linear --quiet >/dev/null
}

teardown() { stop_servers; }

# asked: the last visits, with what is known when the answer is wanted.
asked() { { head -1 visits.csv && tail -40 visits.csv; } | cut -d, -f1-3; }

# predicted FILE: what `mlops predict` answers, a probability a line.
predicted() { mlops predict visits --only --in "$1" --format jsonl 2>/dev/null | jq .probability; }

# records FILE: its rows as a body. Sizes are numbers.
records() {
  jq -Rcn '[inputs | split(",")] | .[0] as $names | {dataframe_records: [.[1:][] | [$names, .] | transpose
    | map({key: .[0], value: .[1]}) | from_entries | .size |= tonumber]}' "$1"
}

probabilities() { jq '.probabilities[][1]' <<<"$output"; }

@test "rows without features are answered as by predict, in every form" {
  asked >asked.csv
  predicted asked.csv >wanted
  mlops features materialize visits --quiet >/dev/null
  start server visits
  post /invocations "$(records asked.csv)"
  is "$code" 200
  is "$(probabilities)" "$(cat wanted)"
  output=$(curl -s "$url/invocations" -H 'content-type: text/csv' --data-binary @asked.csv)
  is "$(probabilities)" "$(cat wanted)"
  post /v2/models/visits/infer "$(records asked.csv | jq -c '.dataframe_records | {inputs: [
    {name: "size", datatype: "INT64", shape: [length], data: [.[].size]},
    {name: "moment", datatype: "BYTES", shape: [length], data: [.[].moment]},
    {name: "shop", datatype: "BYTES", shape: [length], data: [.[].shop]}]}')"
  is "$(jq '.outputs[] | select(.name == "probability").data | _nwise(2)[1]' <<<"$output")" "$(cat wanted)"
  # One by one, they are the same.
  for row in 1 17 40; do
    post /invocations "$(records asked.csv | jq -c ".dataframe_records |= [.[$row - 1]]")"
    is "$(probabilities)" "$(sed -n "${row}p" wanted)"
  done
  is "$(metric 'mlops_feature_lookups_total{model="visits",version="1"}')" 123
  is "$(metric 'mlops_feature_view_keys{model="visits",version="1",view="shop"}')" 2
  is "$(metric 'mlops_feature_view_newest_event_timestamp_seconds{model="visits",version="1",view="shop"}')" \
    "$(date -u -d '2026-01-13 12:30' +%s)"
}

@test "without an online store a server does not start, and says how to go on" {
  mlops serve visits --port 0 >out 2>err && false
  is "$?" 4
  is "$(cat err)" "error: visits@v1 looks up features of 'shop': there is no online store '$PWD/.mlops/online.db'

hint: \`mlops features materialize visits\` brings them online; \`--no-lookup\` serves without them to requests that have all features"
  start server visits --no-lookup
  asked >asked.csv
  post /invocations "$(records asked.csv)"
  is "$code" 422
  has "$output" "column 'shop__delay_6h' (DOUBLE) is missing"
  is "$(curl -s "$url/v2/models/visits" | jq -c '[.inputs[].parameters]')" '[null,null,null,null,null,null,null]'
  post /invocations "$(curl -s "$url/example")"
  is "$code" 200
  lacks "$(curl -s "$url/metrics")" mlops_feature
}

@test "another definition online than the model's is told with what differs" {
  sed -i 's/count() over 6h/count() over 5h/' mlops.yaml
  mlops features materialize shop --quiet >/dev/null
  mlops serve visits --port 0 >out 2>err && false
  is "$?" 5
  has "$(cat err)" "error: visits@v1 looks up features of 'shop': "
  has "$(cat err)" visits_6h
  has "$(cat err)" 'hint: `mlops features materialize visits` brings them online'
  mlops features materialize visits --quiet >/dev/null
  start server visits
  post /invocations "$(curl -s "$url/example")"
  is "$code" 200
}

@test "a version whose features are not online does not take over, and is told of" {
  mlops features materialize visits --quiet >/dev/null
  start server visits
  sed -i 's/visits_6h: count() over 6h/visits_2h: count() over 2h/' mlops.yaml
  mlops train run linear --quiet >/dev/null
  mlops model promote visits@v2 --quiet >/dev/null
  eventually grep -q 'v2 cannot be loaded, v1 goes on answering' server.err
  has "$(cat server.err)" "visits@v2 looks up features of 'shop'"
  is "$(metric 'mlops_model_loads_total{model="visits",result="failed"}')" 1
  asked >asked.csv
  post /invocations "$(records asked.csv)"
  is "$code $(jq -r .model <<<"$output")" "200 visits@v1"
}

@test "what is pushed is seen, and a definition that goes away leaves what was read" {
  mlops features materialize visits --quiet >/dev/null
  start server visits --as-of 2026-01-13T13:00
  ask='{"dataframe_records": [{"size": 3, "shop": "north"}]}'
  post /invocations "$ask"
  before=$output
  echo '{"shop": "north", "done": "2026-01-13T12:45:00", "delay": 39, "kind": "a"}' |
    mlops features push shop - --quiet >/dev/null
  pushed() {
    post /invocations "$ask"
    [[ $output != "$before" ]]
  }
  eventually pushed
  after=$output
  is "$(metric 'mlops_feature_view_newest_event_timestamp_seconds{model="visits",version="1",view="shop"}')" \
    "$(date -u -d '2026-01-13 12:45' +%s)"
  # Another definition takes the place of the one that is served.
  rm .mlops/online.db*
  sed -i 's/count() over 6h/count() over 5h/' mlops.yaml
  mlops features materialize shop --quiet >/dev/null
  eventually grep -q 'warning: the online store cannot be followed' server.err
  post /invocations "$ask"
  is "$code $output" "200 $after"
}

@test "--as-of is now for look-ups, and for nothing else" {
  mlops features materialize visits --quiet >/dev/null
  asked >asked.csv
  head -21 asked.csv | tail -1 >row
  moment=$(cut -d, -f1 row)
  predicted asked.csv >wanted
  start server visits --as-of "$moment"
  row=$(records asked.csv | jq -c '.dataframe_records[19] | del(.moment)')
  post /invocations "{\"dataframe_records\": [$row]}"
  is "$(probabilities)" "$(sed -n 20p wanted)"
  post /invocations "{\"dataframe_records\": [$(jq -c '.moment = null' <<<"$row")]}"
  is "$(probabilities)" "$(sed -n 20p wanted)"
  # A row's own time goes before it.
  post /invocations "$(records asked.csv)"
  is "$(probabilities)" "$(cat wanted)"
  is "$(jq -r '.dataframe_records[0].moment' <<<"$(curl -s "$url/example")")" "${moment/ /T}"
  is "$(metric 'mlops_request_duration_seconds_count{route="/invocations"}')" 3
  is "$(curl -s "$url/metrics" | awk '$1 == "mlops_request_duration_seconds_sum{route=\"/invocations\"}" { print ($2 > 0) }')" 1
  mlops serve visits --port 0 --as-of 2026-01-02 >out 2>err && false
  is "$?" 2
  is "$(head -1 err)" "error: visits@v1 looks up features of 'shop', which are kept since 2026-01-12T12:30:00Z, and it is to be 2026-01-02T00:00:00Z"
  has "$(cat err)" 'hint: `mlops features materialize visits@v1 --as-of 2026-01-02T00:00:00Z` brings the past from there on back'
}

@test "what cannot be looked up is refused with what was seen and what is wanted" {
  mlops features materialize visits --quiet >/dev/null
  start server visits --as-of 2026-01-13T13:00
  refused() {
    post /invocations "{\"dataframe_records\": [$1]}"
    is "$code $(jq -r .message <<<"$output")" "422 $2"
  }
  refused '{"size": 3, "shop": "north", "moment": "2026-01-02T10:00:00"}' \
    "column 'moment', row 1: the features of 'shop' are kept since 2026-01-12T12:30:00Z, and the row is of 2026-01-02T10:00:00Z; features of older rows go with the request as columns"
  refused '{"size": 3, "shop": 7}' "column 'shop', row 1: 7 is no text, which the key 'shop' is"
  refused '{"size": 3}' "column 'shop' (VARCHAR), by which the features of 'shop' are looked up, is missing"
  refused '{"size": 3, "shop": "north", "Moment": "2026-01-13"}' \
    "column 'moment' (TIMESTAMP), as of which features are looked up, is missing; did you mean \`Moment\`?; a row whose 'moment' is null is of now"
  refused '{"size": 3, "shop": "north", "shop__kind": "a"}' \
    "the data have the feature 'shop__kind' and not 'shop__delay_6h'; features of 'shop' are taken as they are when all of them are there, and looked up when none is"
  is "$(metric 'mlops_feature_lookups_forgotten_total{model="visits",version="1"}')" 1
}

@test "a natural request is shown, and what may be left out" {
  mlops features materialize visits --quiet >/dev/null
  start server visits --as-of 2026-01-13T13:00
  is "$(curl -s "$url/example" | jq -c .)" '{"dataframe_records":[{"moment":"2026-01-13T13:00:00","shop":"south","size":0}]}'
  has "$(jq -r .items[0].curl server.out)" '"shop": "south"'
  has "$(curl -s "$url/")" '"shop": "south"'
  eval "$(jq -r .items[0].curl server.out)" >answer
  is "$(jq '.predictions | length' answer)" 1
  is "$(curl -s "$url/v2/models/visits" | jq -c '.inputs[] | [.name, .datatype, .parameters.optional]')" \
    '["moment","BYTES",true]
["shop","BYTES",null]
["size","INT64",null]
["shop__delay_6h","FP64",true]
["shop__delay_1h","FP64",true]
["shop__kind","BYTES",true]
["shop__visits_6h","INT64",true]'
}

@test "the prediction log has what was looked up, by what and as of when: asked again with that, the answers are the same" {
  asked >asked.csv
  mlops features materialize visits --quiet >/dev/null
  start server visits --log 100%
  post /invocations "$(records asked.csv)"
  is "$code" 200
  probabilities >wanted
  log=.mlops/predictions/visits
  eventually eval '(($(cat "$log"/*.jsonl | wc -l) == 40))'
  cp "$log"/*.jsonl first.jsonl
  is "$(jq .probability first.jsonl)" "$(cat wanted)"
  # Whatever is no input of the model is a key, but for the time.
  is "$(jq -r '(.inputs + (.keys // {})) | .shop' first.jsonl)" "$(sed 1d asked.csv | cut -d, -f"$(head -1 asked.csv | tr , '\n' | grep -n '^shop$' | cut -d: -f1)")"
  is "$(jq -r '.as_of | sub("Z$"; "") | sub("T"; " ")' first.jsonl)" "$(sed 1d asked.csv | cut -d, -f"$(head -1 asked.csv | tr , '\n' | grep -n '^moment$' | cut -d: -f1)")"
  post /invocations "$(jq -cs '{dataframe_records: map(.inputs + (.keys // {}) + .features)}' first.jsonl)"
  is "$code" 200
  cmp wanted <(probabilities)
  kill "$server"
  ends 0
  is "$(cat "$log"/*.jsonl | jq -sc '[.[40:][] | .as_of] | unique')" '[null]'
}
