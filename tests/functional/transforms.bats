# Transforms that learn, the views that a model keeps, and rows whose features are looked up.
# shellcheck disable=SC2154,SC2016
load lib
load visits
load serving

# The last three days are the test.
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
      band: bucket(mean(delay) over 6h, 5, 10, 20)
      kind: onehot(kind, top=3)
      visits_6h: count() over 6h
models:
  base: {train: prior}
  linear: {train: logistic, features: [shop]}
  boosted: {train: xgboost, features: [shop]}
release:
  visits: {among: [base, linear, boosted], pick: max auc}
YAML
  mlops ingest visits --quiet >/dev/null
}

teardown() { stop_servers; }

# asked FILE: the test rows, with what is known when the answer is wanted, and the truth to judge it by.
asked() { { head -1 visits.csv && tail -144 visits.csv; } | cut -d, -f1-3,7 >"$1"; }

# copy_model MODEL FOLDER: its files.
copy_model() {
  local path digest
  mlops model show "$1" --json | jq -r '.items[0].files[] | "\(.path) \(.digest)"' >files
  while read -r path digest; do cp ".mlops/objects/sha256/${digest:7:2}/${digest:9}" "$2/$path"; done <files
}

learnt() { mlops model show "$1" --json | jq -c '[.items[0].features[].learnt]'; }

@test "predictions of the test rows are those that training judged: nothing but keys and time is wanted" {
  asked new.csv
  for model in linear boosted; do
    mlops train run "$model" --quiet >/dev/null
    answers 0 mlops predict visits@latest --in new.csv --out answers.csv
    mlops model show visits@latest --json >show.json
    answers 0 /usr/bin/python3 - <<'PYTHON'
import csv, json, math
rows = list(csv.DictReader(open("answers.csv")))
metrics = {m["metric"]: m["value"] for m in json.load(open("show.json"))["items"][0]["metrics"]}
truth = [int(r["late"]) for r in rows]
p = [float(r["probability"]) for r in rows]
pairs = [(a > b) + (a == b) / 2 for a, t in zip(p, truth) if t for b, u in zip(p, truth) if not u]
assert abs(sum(pairs) / len(pairs) - metrics["test.auc"]) < 1e-12, (sum(pairs) / len(pairs), metrics)
loss = math.fsum(-math.log(a if t else 1 - a) for a, t in zip(p, truth)) / len(p)
assert abs(loss - metrics["test.logloss"]) < 1e-12, (loss, metrics)
print(len(rows))
PYTHON
    is "$output" 144
  done
}

@test "what a transform learns comes from the training rows alone, and is the same for every model" {
  mlops train run linear --quiet >/dev/null
  linear=$(learnt visits@latest)
  mlops train run boosted --quiet >/dev/null
  is "$(learnt visits@latest)" "$linear"
  # Rows 361 to 600 choose and judge. What they know of others and what is known of them is another world.
  awk -F, -v OFS=, 'NR > 361 { $4 = $4 * 100 + 3; $6 = "never" } 1' visits.csv >other && mv other visits.csv
  mlops ingest visits --quiet >/dev/null
  mlops train run linear --quiet >/dev/null
  is "$(learnt visits@latest)" "$linear"
  awk -F, -v OFS=, 'NR == 300 { $4 += 1; $6 = "new" } 1' visits.csv >other && mv other visits.csv
  mlops ingest visits --quiet >/dev/null
  mlops train run linear --quiet >/dev/null
  [[ $(learnt visits@latest) != "$linear" ]]
}

@test "a model shows what it takes, and what stands behind each feature" {
  mlops train run boosted --quiet >/dev/null
  answers 0 mlops model show visits --json
  is "$(jq -c '.items[0] | .as_of, [.inputs[] | .name]' <<<"$output" | xargs)" 'moment [moment,shop,size]'
  is "$(jq -c '.items[0].features[] | [.name, .type, .view, .definition, .table, .key[0], (.learnt | keys? // "as it is")]' <<<"$output")" \
    '["shop__delay_6h","DOUBLE","shop","zscore(mean(delay) over 6h)","visits@v1","shop",["deviation","mean"]]
["shop__delay_1h","DOUBLE","shop","impute(mean(delay) over 1h, median)","visits@v1","shop",["fill"]]
["shop__band","DOUBLE","shop","bucket(mean(delay) over 6h, 5, 10, 20)","visits@v1","shop",["edges"]]
["shop__kind","VARCHAR","shop","onehot(kind, top=3)","visits@v1","shop",["categories"]]
["shop__visits_6h","BIGINT","shop","count() over 6h","visits@v1","shop","as it is"]'
  is "$(jq -c '.items[0].features[0] | keys' <<<"$output")" '["definition","key","learnt","name","table","type","view"]'
  is "$(jq -c '.items[0].input_example[2]' <<<"$output")" \
    '{"moment":"2026-01-01T01:00:00","shop":"south","size":1,"shop__delay_6h":0,"shop__delay_1h":0,"shop__band":0,"shop__kind":"a","shop__visits_6h":1}'
  answers 0 mlops model show visits
  has "$output" 'as of        moment'
  has "$output" 'onehot(kind, top=3)'
}

@test "a key that is no input of the model is listed all the same" {
  sed -i 's/boosted: {train: xgboost,/boosted: {train: xgboost, without: [shop, moment],/' mlops.yaml
  mlops train run boosted --quiet >/dev/null
  answers 0 mlops model show visits --json
  is "$(jq -c '[.items[0].inputs[] | [.name, .type, .encoding]]' <<<"$output")" \
    '[["size","BIGINT","number"],["moment","TIMESTAMP","as of"],["shop","VARCHAR","key"]]'
  asked new.csv
  answers 0 mlops predict visits --in new.csv --only
  answers 2 mlops predict visits <<<'{"size": 3}'
  is "$stderr" "error: the data do not have the model's inputs: 2 faults
  column 'moment' (TIMESTAMP), as of which features are looked up, is missing
  column 'shop' (VARCHAR), by which the features of 'shop' are looked up, is missing

hint: \`mlops model show MODEL\` lists the inputs that it takes"
}

@test "columns and without know a column by the name that it has before its transform" {
  sed -i 's/linear: {train: logistic,/linear: {train: logistic, without: [shop__kind, shop__delay_6h],/' mlops.yaml
  mlops train run linear --quiet >/dev/null
  is "$(mlops model show visits --json | jq -c '[.items[0].features[].name]')" '["shop__delay_1h","shop__band","shop__visits_6h"]'
}

@test "features that the rows have are taken as values of the view; some of them are a fault" {
  mlops train run boosted --quiet >/dev/null
  asked new.csv
  # The same by SQL of a person, brute force.
  mlops data query "SELECT strftime(v.moment, '%Y-%m-%d %H:%M:%S') AS moment, v.shop, v.size,
      avg(e.delay) FILTER (e.done >= v.moment - INTERVAL 6 HOUR) AS shop__delay_6h,
      avg(e.delay) FILTER (e.done >= v.moment - INTERVAL 1 HOUR) AS shop__delay_1h,
      avg(e.delay) FILTER (e.done >= v.moment - INTERVAL 6 HOUR) AS shop__band,
      first(e.kind ORDER BY e.done DESC) AS shop__kind,
      count(*) FILTER (e.done >= v.moment - INTERVAL 6 HOUR) AS shop__visits_6h
    FROM visits v JOIN visits e ON e.shop = v.shop AND e.done <= v.moment
    GROUP BY v.moment, v.shop, v.size ORDER BY v.moment" --json | jq -c '.items[]' | tail -144 >with.jsonl
  is "$(wc -l <with.jsonl)" 144
  mlops predict visits --in new.csv --only --out a.csv --quiet
  mlops predict visits --in with.jsonl --only --out b.csv --quiet
  cmp a.csv b.csv
  answers 0 mlops predict visits --in with.jsonl --out c.csv --json
  is "$(jq -c '.items[0].looked_up' <<<"$output")" '[]'
  answers 0 mlops predict visits --in new.csv --out c.csv --json
  is "$(jq -c '.items[0].looked_up' <<<"$output")" '["shop"]'
  jq -c 'del(.shop__visits_6h)' with.jsonl >some.jsonl
  answers 2 mlops predict visits --in some.jsonl
  is "$stderr" "error: the data have the feature 'shop__delay_6h' and not 'shop__visits_6h'

hint: features of 'shop' are taken as they are when all of them are there, and looked up when none is"
}

@test "a server takes values of the view, and applies what was learnt" {
  mlops train run linear --quiet >/dev/null
  row='{"moment": "2026-01-10T12:00:00", "shop": "south", "size": 3, "shop__delay_6h": 12.5, "shop__delay_1h": null, "shop__band": 12.5, "shop__kind": "g", "shop__visits_6h": 4}'
  wanted=$(mlops predict visits --only --in-format jsonl <<<"$row" 2>/dev/null | jq .probability)
  start server visits --no-lookup
  post /invocations "{\"dataframe_records\": [$row]}"
  is "$code $(jq '.probabilities[0][1]' <<<"$output")" "200 $wanted"
  post /invocations "{\"dataframe_records\": [$row, $row]}"
  is "$(jq -c '[.probabilities[][1]]' <<<"$output")" "[$wanted,$wanted]"
  is "$(curl -s "$url/v2/models/visits" | jq -c '[.inputs[] | [.name, .datatype]]')" \
    '[["moment","BYTES"],["shop","BYTES"],["size","INT64"],["shop__delay_6h","FP64"],["shop__delay_1h","FP64"],["shop__band","FP64"],["shop__kind","BYTES"],["shop__visits_6h","INT64"]]'
  post /v2/models/visits/infer '{"inputs": [
    {"name": "moment", "shape": [1], "datatype": "BYTES", "data": ["2026-01-10T12:00:00"]},
    {"name": "shop", "shape": [1], "datatype": "BYTES", "data": ["south"]},
    {"name": "size", "shape": [1], "datatype": "INT64", "data": [3]},
    {"name": "shop__delay_6h", "shape": [1], "datatype": "FP64", "data": [12.5]},
    {"name": "shop__delay_1h", "shape": [1], "datatype": "FP64", "data": [null]},
    {"name": "shop__band", "shape": [1], "datatype": "FP64", "data": [12.5]},
    {"name": "shop__kind", "shape": [1], "datatype": "BYTES", "data": ["g"]},
    {"name": "shop__visits_6h", "shape": [1], "datatype": "INT64", "data": [4]}]}'
  is "$code $(jq '.outputs[] | select(.name == "probability").data[1]' <<<"$output")" "200 $wanted"
  post /invocations "$(curl -s "$url/example")"
  is "$code" 200
  # MLflow's signature says the same, and does not tell the library to take them.
  copy_model visits .
  has "$(cat MLmodel)" 'shop__kind'
  lacks "$(cat MLmodel)" 'shop__kind__g'
  lacks "$(cat MLmodel)" 'python_function'
}

@test "the table of today is looked in, its definitions are those of the training" {
  mlops train run linear --quiet >/dev/null
  row='{"moment": "2026-01-13T13:00:00", "shop": "south", "size": 3}'
  ask() { mlops predict visits --only --in-format jsonl <<<"$row" 2>/dev/null | jq .probability; }
  before=$(ask)
  # Another definition under the same name: not this model's.
  sed -i 's/zscore(mean(delay) over 6h)/zscore(max(delay) over 6h)/' mlops.yaml
  is "$(ask)" "$before"
  echo '2026-01-13 12:15:00,south,1,400,2026-01-13 12:45:00,a,1' >>visits.csv
  mlops ingest visits --quiet >/dev/null
  [[ $(ask) != "$before" ]]
}

@test "a table that is gone, other or refused is told" {
  mlops train run linear --quiet >/dev/null
  row='{"moment": "2026-01-13T13:00:00", "shop": "south", "size": 3}'
  sed -i '1s/kind/sort/' visits.csv
  sed -i 's/outcome: \[delay, done, kind\]/outcome: [delay, done]/' mlops.yaml
  mlops ingest visits --accept-schema --quiet >/dev/null
  answers 5 mlops predict visits <<<"$row"
  has "$stderr" 'features/shop of the model cannot be read from visits@v2: columns.kind'
  has "$stderr" '`mlops train run` makes a model for it'
  sed -i '1s/sort/kind/; 5s/,[0-9]*,/,x,/' visits.csv
  sed -i 's/    from: visits.csv/&\n    expect: [rows > 1_000]/' mlops.yaml
  answers 3 mlops ingest visits --accept-schema --quarantine 1%
  answers 3 mlops predict visits <<<"$row"
  has "$stderr" 'was not accepted'
}

@test "a copy of a model elsewhere wants the table, or the features" {
  mlops train run linear --quiet >/dev/null
  project=$PWD
  mkdir -p "$BATS_TEST_TMPDIR/else/model"
  copy_model visits "$BATS_TEST_TMPDIR/else/model"
  cd "$BATS_TEST_TMPDIR/else"
  mlops model register visits --file model --quiet
  answers 4 mlops predict visits <<<'{"moment": "2026-01-13T13:00:00", "shop": "south", "size": 3}'
  is "$stderr" "error: features of 'shop' are looked up in 'visits', which is not here

hint: give the features as columns of the input, or bring the table here: \`mlops ingest visits\`"
  row='{"moment": "2026-01-10T12:00:00", "shop": "south", "size": 3, "shop__delay_6h": 12.5, "shop__delay_1h": null, "shop__band": 12.5, "shop__kind": "g", "shop__visits_6h": 4}'
  is "$(mlops predict visits --only --in-format jsonl <<<"$row" 2>/dev/null)" \
    "$(mlops -C "$project" predict visits --only --in-format jsonl <<<"$row" 2>/dev/null)"
}

@test "a table of data: that is behind its sources is told, and is not made" {
  sed -i 's/^features:/data:\n  past: {sql: SELECT * FROM visits}\nfeatures:/; s/    from: visits$/    from: past/' mlops.yaml
  mlops train run linear --quiet >/dev/null
  row='{"moment": "2026-01-13T13:00:00", "shop": "south", "size": 3}'
  answers 0 mlops predict visits --only <<<"$row"
  before=$output
  echo '2026-01-13 12:15:00,south,1,400,2026-01-13 12:45:00,a,1' >>visits.csv
  mlops ingest visits --quiet >/dev/null
  answers 0 mlops predict visits --only <<<"$row"
  is "$output" "$before"
  has "$stderr" "warning: features of 'shop' are looked up in past@v1, which may be out of date: "
  has "$stderr" '`mlops run data/past` makes it new'
  mlops run data/past --quiet
  answers 0 mlops predict visits --only <<<"$row"
  [[ $output != "$before" ]]
  lacks "$stderr" 'out of date'
}

@test "transforms learn and give what scikit-learn's do" {
  /usr/bin/python3 -c 'import sklearn' 2>/dev/null || skip "\`apt-get install python3-sklearn\` switches this on"
  mkdir reference && cd reference
  /usr/bin/python3 -W ignore "$source_dir/tests/support/transforms_reference.py" write .
  mlops ingest visits --quiet >/dev/null
  mlops train run --part part --quiet >/dev/null
  mlops model show visits --json >show.json
  mlops predict visits --in visits.csv --out answers.csv --quiet
  answers 0 /usr/bin/python3 -W ignore "$source_dir/tests/support/transforms_reference.py" compare .
  is "$output" ""
}
