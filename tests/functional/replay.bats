# Online is offline: events pushed as they became known, and asked for in between over HTTP, give what `features join`
# gives afterwards, bit for bit, and both give what a loop over all events gives.
# shellcheck disable=SC2154
load lib
load serving

setup() {
  enter_fresh_project
  oracle=$source_dir/tests/support/replay_oracle.py
  same=$source_dir/tests/support/same_values.py
  /usr/bin/python3 "$oracle" data . "${MLOPS_TEST_SEED:-1}"
  cat >mlops.yaml <<'YAML'
mlops: 1
sources:
  events:
    from: events.csv
    types: {shop: VARCHAR, amount: DOUBLE, pieces: BIGINT, kind: VARCHAR, done: TIMESTAMP, known: TIMESTAMP}
features:
  shop:
    key: {shop: shop}
    from: events
    at: done
    known: known
    online: {ttl: 30h}
    columns:
      visits_6h: count() over 6h
      paid_6h: sum(amount) over 6h
      mean_1h: mean(amount) over 1h
      mean_2d: mean(amount) over 2d
      least_1d: min(amount) over 1d
      most_1d: max(amount) over 1d
      pieces_1d: sum(pieces) over 1d
      pieces_mean: mean(pieces) over 3h
      known_1d: count(pieces) over 1d
      kind: kind
YAML
  cat >spec.json <<'JSON'
{"views": ["shop"], "known": "seen", "time": "moment", "every": 900, "numbers": ["amount", "pieces", "place"],
 "uses": [{"view": "shop", "entity": "shop", "column": "shop", "as": "shop",
           "features": ["visits_6h", "paid_6h", "mean_1h", "mean_2d", "least_1d", "most_1d", "pieces_1d", "pieces_mean",
                        "known_1d", "kind"]}]}
JSON
}

teardown() { stop_servers; }

@test "what is pushed as it becomes known and asked over HTTP equals the join, which equals a loop over all events" {
  mv events.csv all.csv
  head -n 101 known.csv >events.csv
  mlops ingest events --quiet >/dev/null
  answers 0 mlops features materialize shop
  start_as features features serve
  (head -n 1 known.csv && tail -n +102 known.csv) >pushed.csv
  /usr/bin/python3 "$source_dir/tests/support/replay.py" "$url" spec.json pushed.csv asked.csv online.jsonl
  mv all.csv events.csv
  mlops ingest events --quiet >/dev/null
  answers 0 mlops features join shop --entities asked.csv --time moment --out offline.jsonl --quiet
  answers 0 /usr/bin/python3 "$same" online.jsonl offline.jsonl
  has "$output" "30000 values are the same, 0 are not"
  /usr/bin/python3 "$oracle" answers .
  answers 0 /usr/bin/python3 "$same" answers.jsonl offline.jsonl
  has "$output" "30000 values are the same, 0 are not"
}
