# mlops predict: a file in, the same rows with answers out.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models

setup() {
  enter_fresh_project
  export MLOPS_USER=ana
  linear_folder spend
  answers 0 mlops model register spend --file spend --quiet
  printf 'id,plan,tenure\n007,pro,3\n008,basic,\n009,gold,2\n' >new.csv
}

# linear_folder DIR: tenure * 10, and 1000 for basic, 2000 for pro; a tenure that is null counts 5.
linear_folder() {
  mkdir -p "$1"
  cat >"$1/model.json" <<'END'
{
  "mlops_model": 1,
  "algorithm": "linear",
  "loss": "squared error",
  "parameters": {},
  "signature": {
    "task": "regression",
    "inputs": [
      {"name": "tenure", "type": "BIGINT", "encoding": "number", "categories": [], "unseen": "missing",
       "nulls": "missing", "nullable": false, "min": 0, "max": 60},
      {"name": "plan", "type": "VARCHAR", "encoding": "category", "categories": ["basic", "pro"],
       "unseen": "missing", "nulls": "missing", "nullable": true, "min": null, "max": null}
    ],
    "label": "spend", "label_type": "DOUBLE", "classes": [], "threshold": 0.5
  },
  "fitted": {
    "terms": [
      {"feature": "tenure", "categories": 0, "null": false, "mean": 0, "scale": 1, "impute": 5},
      {"feature": "plan", "categories": 2, "null": false, "mean": 0, "scale": 1, "impute": 0}
    ],
    "intercepts": [0],
    "coefficients": [[10, 1000, 2000]]
  },
  "files": []
}
END
}

@test "rows keep their order, their columns and their texts" {
  answers 0 mlops predict spend --in new.csv --out out.csv
  is "$output" ""
  is "$(cat out.csv)" $'id,plan,tenure,prediction\n007,pro,3,2030.0\n008,basic,,1050.0\n009,gold,2,20.0'
  answers 0 mlops predict spend --in new.csv
  is "$output" "$(cat out.csv)"
  answers 0 mlops predict spend --only <new.csv
  is "$output" $'prediction\n2030.0\n1050.0\n20.0'
}

@test "what training never saw is told, what it saw is not" {
  answers 0 mlops predict spend --in new.csv --out out.csv
  has "$stderr" "warning: column 'plan': 1 of 3 rows, a category that training never saw"
  has "$stderr" "warning: column 'tenure': 1 of 3 rows, no value, where training always saw one"
  has "$stderr" "spend@v1: 3 rows in "
  has "$stderr" ", out.csv written"
  printf 'plan,tenure\npro,1\n,99\n' >fine.csv
  answers 0 mlops predict spend --in fine.csv --out out.csv
  lacks "$stderr" "warning"
  answers 0 mlops predict spend --in fine.csv --out out.csv --quiet
  is "$stderr" ""
}

@test "a program reads the counts" {
  answers 0 mlops predict spend --in new.csv --out out.csv --json --quiet
  is "$(jq -c '.items[0] | [.name, .version, .rows, .file, .state, .unanswered, .columns]' <<<"$output")" \
    '["spend",1,3,"out.csv","written",0,[{"name":"tenure","nulls":1,"unseen":0,"out_of_range":0},{"name":"plan","nulls":0,"unseen":1,"out_of_range":0}]]'
  answers 0 mlops predict spend --in new.csv --json --quiet
  is "$(jq -c '.items[0]' <<<"$output")" '{"id":"007","plan":"pro","tenure":3,"prediction":2030}'
}

@test "formats in and out" {
  answers 0 mlops predict spend --in new.csv --out out.jsonl --quiet
  is "$(jq -c '[.id, .tenure, .prediction]' out.jsonl | paste -sd' ')" '["007",3,2030] ["008",null,1050] ["009",2,20]'
  answers 0 mlops predict spend --in out.jsonl --only --format csv --quiet
  is "$output" $'prediction\n2030.0\n1050.0\n20.0'
  answers 0 mlops predict spend --in new.csv --out out.parquet --quiet
  answers 0 mlops ingest out.parquet --quiet
  is "$(values out | paste -sd' ')" '["007","pro",3,2030] ["008","basic",null,1050] ["009","gold",2,20]'
  gzip -k new.csv
  answers 0 mlops predict spend --only --quiet --in new.csv.gz
  is "$output" $'prediction\n2030.0\n1050.0\n20.0'
  answers 0 bash -c "mlops predict spend --only --quiet --in <(cat new.csv)"
  is "$output" $'prediction\n2030.0\n1050.0\n20.0'
  answers 0 bash -c "mlops predict spend --in new.csv --format parquet --quiet | head -c 4"
  is "$output" PAR1
}

@test "a dry run reads and asks, and writes nothing" {
  answers 0 mlops predict spend --in new.csv --out out.csv -n
  has "$stderr" "out.csv would be written"
  [[ ! -e out.csv ]]
  printf 'plan,tenure\npro,soon\n' >bad.csv
  answers 2 mlops predict spend --in bad.csv --out out.csv -n
}

@test "the model of an address answers; the champion does by itself" {
  seed_models
  printf 'age,city\n40,Lima\n' >people.csv
  answers 0 mlops predict churn --in people.csv --quiet
  is "$output" $'age,city,prediction,probability\n40,Lima,false,0.25'
  answers 0 mlops predict churn@challenger --in people.csv --quiet
  is "$output" $'age,city,prediction,probability\n40,Lima,true,0.75'
  answers 4 mlops predict chrun --in people.csv
  has "$stderr" "churn"
  printf 'x' >thing.bin
  answers 0 mlops model register thing --file thing.bin --quiet
  answers 1 mlops predict thing --in people.csv
  has "$stderr" "thing@v1 is kept as files, and nothing here can run it"
  answers 2 mlops predict churn people.csv
  is "$stderr" $'error: `mlops predict` takes no further argument \'people.csv\'\n\nhint: was `--in people.csv` meant'
}

@test "a model of XGBoost answers what the library answers" {
  xgboost_model churn.ubj
  answers 0 mlops model register boosted --file churn.ubj --quiet
  /usr/bin/python3 - <<'END'
import numpy as np, pandas as pd, xgboost
random = np.random.RandomState(7)
n = 500
table = pd.DataFrame({"age": random.randint(18, 80, n), "income": random.lognormal(10, 1, n).round(2),
                      "member": random.rand(n) < 0.5, "score": np.where(random.rand(n) < 0.1, np.nan, random.randn(n).round(3))})
table.to_csv("people.csv", index=False)
booster = xgboost.Booster(model_file="churn.ubj")
np.savetxt("wanted.txt", booster.predict(xgboost.DMatrix(table)), fmt="%.9g")
END
  answers 0 mlops predict boosted --in people.csv --out out.csv --quiet
  /usr/bin/python3 - <<'END'
import numpy as np, pandas as pd
seen, wanted = pd.read_csv("out.csv").probability.to_numpy(np.float32), np.loadtxt("wanted.txt", np.float32)
assert len(seen) == 500 and (seen == wanted).all(), np.abs(seen - wanted).max()
END
}

# refused STATUS TEXT FILE [FLAG...]: says TEXT, and no output appears.
refused() {
  answers "$1" mlops predict spend --in "$3" --out out.csv "${@:4}"
  has "$stderr" "$2"
  [[ ! -e out.csv ]]
  is "$(find . -name '.out*')" ""
}

@test "bad input is named with its place, and no output appears" {
  printf 'tenur,plan\n1,pro\n' >a.csv
  refused 2 "column 'tenure' (BIGINT) is missing; did you mean \`tenur\`?" a.csv
  printf 'tenure,plan\n1,pro\nabc,pro\n' >b.csv
  refused 2 "column 'tenure', row 2: 'abc' is no number" b.csv
  printf 'tenure,plan\n1,pro\n2,pro,x\n3,pro\n' >c.csv
  refused 6 "c.csv:3: 3 fields where 2 are wanted" c.csv
  printf 'tenure,plan\n1,pro\n2,Jos\xc3\xa9\n3,a\xff\n4,\xc3\xa9\n' >d.csv
  refused 6 "d.csv:4: it is not UTF-8" d.csv
  : >e.csv
  refused 6 "'e.csv' is empty" e.csv
  mlops predict spend --in new.csv --out whole.parquet --quiet
  head -c 300 whole.parquet >f.parquet
  refused 6 "f.parquet" f.parquet
  refused 4 "no file 'nope.csv'" nope.csv
  printf 'tenure,plan,prediction\n1,pro,2\n' >g.csv
  refused 2 "the input has a column 'prediction'" g.csv
  answers 0 mlops predict spend --in g.csv --only --quiet
}

@test "bad outputs are refused before anything is read" {
  mkdir folder
  answers 2 mlops predict spend --in new.csv --out folder
  has "$stderr" "'folder' is a folder"
  answers 4 mlops predict spend --in new.csv --out nowhere/out.csv
  has "$stderr" "no folder 'nowhere'"
  answers 2 mlops predict spend --in new.csv --out ./new.csv
  has "$stderr" "is both the input and the output"
  is "$(cat new.csv)" $'id,plan,tenure\n007,pro,3\n008,basic,\n009,gold,2'
  answers 75 mlops predict spend --in new.csv --out /dev/full
  answers 0 mlops predict spend --in new.csv --out /dev/null --quiet
  [[ -c /dev/null ]]
}

@test "an output on a full disk ends with 75 and leaves nothing" {
  [[ $EUID == 0 ]] || skip "mounting needs root"
  /usr/bin/python3 -c "
print('tenure,plan')
for i in range(400000): print(f'{i % 60},pro')" >big.csv
  mkdir disk
  answers 75 unshare -m bash -c 'mount -t tmpfs -o size=1m none disk && mlops predict spend --in big.csv --out disk/out.csv; status=$?; ls -A disk; exit $status'
  is "$output" ""
  has "$stderr" "disk/out.csv"
}

@test "header only, nulls only, infinite numbers" {
  printf 'tenure,plan\n' >header.csv
  answers 0 mlops predict spend --in header.csv --quiet
  is "$output" tenure,plan,prediction
  printf 'tenure,plan\n,\n,\n' >nulls.csv
  answers 0 mlops predict spend --only --in nulls.csv --quiet
  is "$output" $'prediction\n50.0\n50.0'
  printf 'tenure,plan\ninf,pro\nNaN,pro\n' >inf.csv
  answers 0 mlops predict spend --only --in inf.csv --quiet
  is "$output" $'prediction\n2050.0\n2050.0'
}

@test "nested values and times pass through unharmed" {
  echo '{"tenure": 1, "plan": "pro", "address": {"city": "Rosario", "tags": ["a", null]}, "at": "2026-01-02T03:04:05.25Z"}' >n.jsonl
  answers 0 mlops predict spend --in n.jsonl --quiet
  is "$(jq -c . <<<"$output")" '{"tenure":1,"plan":"pro","address":{"city":"Rosario","tags":["a",null]},"at":"2026-01-02T03:04:05.25Z","prediction":2010}'
  answers 0 mlops predict spend --in n.jsonl --out n.parquet --quiet
  answers 0 mlops predict spend --in n.parquet --format jsonl --only --quiet
  is "$(jq -c . <<<"$output")" '{"prediction":2010}'
  answers 0 mlops ingest n.parquet --quiet
  is "$(values n)" '[1,"pro",{"city":"Rosario","tags":["a",null]},"2026-01-02T03:04:05.25Z",2010]'
}

@test "personal data of the training data are not shown in messages" {
  sed 's/"nullable": false/"nullable": false, "pii": true/' spend/model.json >model.json
  mkdir masked && mv model.json masked/
  answers 0 mlops model register masked --file masked --quiet
  printf 'tenure,plan\n111-22-3333,pro\n' >secret.csv
  answers 2 mlops predict masked --in secret.csv --out out.csv
  has "$stderr" "column 'tenure', row 1: a value (masked) is no number"
  lacks "$stderr" "111-22"
}

@test "a file is read as the training data were: nulls, codes that look like nulls, dates" {
  awk 'BEGIN { print "country,x,day,y"; split("NA ZA DE US", c, " ")
    for (i = 0; i < 400; ++i) printf "%s,%s,%02d.%02d.2020,%d\n", c[i % 4 + 1], i % 9 == 0 ? -99 : i % 7, i % 28 + 1, i % 12 + 1, (i % 4 == 0 || i % 28 > 20) }' >t.csv
  mlops ingest t.csv --null -99 --quiet >/dev/null
  mlops train run --label y --train logistic --quiet >/dev/null 2>&1
  answers 0 mlops predict t --in t.csv --only
  whole=$output
  # The same rows one at a time, where nothing around them tells how they are meant.
  for line in 2 6 11 20 37; do
    (head -1 t.csv; sed -n "${line}p" t.csv) >one.csv
    answers 0 mlops predict t --in one.csv --only
    is "$(tail -1 <<<"$output")" "$(sed -n "${line}p" <<<"$whole")"
  done
}

@test "customary null texts, another dialect's decimal comma, and years in front are read whatever training saw" {
  awk 'BEGIN { print "x,day,y"
    for (i = 0; i < 400; ++i) printf "%s,%02d.%02d.2020,%d\n", i % 70 + 0.5, i % 28 + 1, i % 12 + 1, (i % 70 > 40) }' >t.csv
  mlops ingest t.csv --quiet >/dev/null
  mlops train run --label y --train logistic --quiet >/dev/null 2>&1
  printf 'x,day\n60.5,28.02.2020\n,28.02.2020\n' >usual.csv
  answers 0 mlops predict t --in usual.csv --only
  usual=$output
  printf 'x,day\n60.5,2020-02-28\nNA,28.02.2020\n' >na.csv
  printf 'x;day\n60,5;28.02.2020\n-;2020/2/28\n' >comma.csv
  for file in na comma; do
    answers 0 mlops predict t --in $file.csv --only
    is "$output" "$usual"
  done
  # Who said which texts mean no value, said it of what is predicted too.
  mlops ingest t.csv --null -99 --quiet --name strict >/dev/null
  mlops train run --data strict --label y --train logistic --quiet >/dev/null 2>&1
  answers 2 mlops predict strict --in na.csv
  has "$stderr" "column 'x', row 2: 'NA' is no number"
}

@test "a name that promises another format is refused" {
  seed_models
  printf 'age,city\n40,Lima\n' >new.csv
  for name in out.json out.csv.gz out.xlsx; do
    answers 2 mlops predict churn --in new.csv --out $name
    [[ ! -e $name ]]
  done
}

@test "--json and --porcelain print the rows themselves, in their formats" {
  awk 'BEGIN { print "age,name,left"; for (i = 0; i < 40; ++i) printf "%d,\"n\t%d\",%d\n", i, i % 3, i % 2 }' >staff.csv
  answers 0 mlops ingest staff.csv -q
  answers 0 mlops train run --label left --train prior -q
  answers 0 mlops predict staff --in staff.csv --json -q
  is "$(jq -c '[.schema, (.items | length), (.items[1] | keys_unsorted)]' <<<"$output")" \
    '["mlops.rows/1",40,["age","name","left","prediction","probability"]]'
  is "$(jq -r '.items[1].name' <<<"$output")" $'n\t1'
  answers 0 mlops predict staff --in staff.csv --porcelain -q
  is "$(head -1 <<<"$output" | cut -f1-3)" $'0\tn\\t0\t0'
  answers 2 mlops predict staff --in staff.csv --json --format csv
  is "$(jq -r .error.message <<<"$stderr")" "'--json' and '--format csv' exclude each other on standard output"
}
