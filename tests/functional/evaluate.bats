# mlops evaluate: a registered version judged on rows whose label is known.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models

setup() { enter_fresh_project; }

# result JQ: of the last answer.
result() { jq -r ".items[0] | $1" <<<"$output"; }

# trained: churn is a model of customers; its release has slices.
trained() {
  customers 1500 >customers.csv
  answers 0 mlops ingest customers.csv --name customers --pii email --quiet
  answers 0 mlops train run --data customers --label churned --name churn --train prior --train logistic --quiet
}

@test "what training said of its test rows is said again" {
  trained
  answers 0 mlops evaluate churn --json
  is "$(jq -r .schema <<<"$output")" mlops.evaluation/1
  is "$(result '"\(.model) \(.data) \(.label) \(.task) \(.part) \(.metric) \(.left_out)"')" \
    'churn@v1 sources/customers@v1 churned binary test auc 0'
  is "$(result '.split')" 'stratified by churned, 70/15/15, seed 1'
  local here there
  here=$(result '[.metrics[] | {(.metric): [.value, .low, .high]}] | add | tostring')
  there=$(mlops model show churn --json | jq -r '.items[0].metrics | map(select(.metric | startswith("test.")) |
    {(.metric[5:]): [.value, .low, .high]}) | add | tostring')
  is "$(jq -S . <<<"$here")" "$(jq -S . <<<"$there")"
  is "$(result '.against, .better, .resamples, .seed' | sort -u)" null
}

@test "figures are those of scikit-learn for what predict answers" {
  trained
  answers 0 mlops evaluate churn --part all --slice plan --slice 'tenure by 20' --json
  echo "$output" >ours.json
  answers 0 mlops predict churn --in customers.csv --out answers.csv
  cat >judge.py <<'END'
import json, math
import pandas as pd
from sklearn import metrics as m

rows = pd.read_csv("answers.csv", dtype={"plan": str})
rows["range"] = rows.tenure.map(lambda t: "null" if math.isnan(t) else f"{int(t // 20) * 20}..{int(t // 20) * 20 + 20}")
ours = json.load(open("ours.json"))["items"][0]

def figures(some):
    truth = some.churned == "yes"
    return {"auc": m.roc_auc_score(truth, some.probability), "logloss": m.log_loss(truth, some.probability),
            "accuracy": m.accuracy_score(truth, some.prediction == "yes"), "brier": m.brier_score_loss(truth, some.probability),
            "average_precision": m.average_precision_score(truth, some.probability)}

def compare(wanted, seen, what):
    for name, value in wanted.items():
        assert abs(seen[name] - value) < 1e-12, (what, name, seen[name], value)

assert ours["rows"] == len(rows)
compare(figures(rows), {one["metric"]: one["value"] for one in ours["metrics"]}, "all")
for slice in ours["slices"]:
    some = rows[rows["range" if slice["column"] == "tenure" else slice["column"]] == slice["value"]]
    assert len(some) == slice["rows"], slice
    compare(figures(some), {name: one["value"] for name, one in slice["metrics"].items()}, slice["value"])
for column in ("plan", "tenure"):
    large = [s for s in ours["slices"] if s["column"] == column and s["rows"] >= 100]
    assert min(large, key=lambda s: s["metrics"]["auc"]["value"])["worst"]
    assert sum(s["worst"] for s in ours["slices"] if s["column"] == column) == 1
sizes = [s["rows"] for s in ours["slices"] if s["column"] == "plan"]
assert sizes == sorted(sizes, reverse=True)
assert [s["value"] for s in ours["slices"] if s["column"] == "tenure"] == ["0..20", "20..40", "40..60", "null"]
print(len(ours["slices"]))
END
  is "$(/usr/bin/python3 judge.py)" 7
}

@test "two versions on the same rows" {
  trained
  answers 0 mlops train run --data customers --label churned --name churn --train prior --quiet
  answers 0 mlops evaluate churn@v1 --against churn@v2 --json
  is "$(result '"\(.against) \(.resamples) \(.seed) \(.better) \(.equal)"')" 'churn@v2 2000 1 1 0'
  is "$(result '.metrics[] | select(.metric == "auc") | .against')" 0.5
  is "$(result '.metrics[] | select(.metric == "auc") | .difference == .value - 0.5 and .difference_error > 0')" true
  is "$(result '.metrics[] | select(.metric == "ece") | .difference_error')" null
  local first=$output
  answers 0 mlops evaluate churn@v1 --against churn@v2 --json
  is "$output" "$first"
  # The other way round every figure has the other sign.
  answers 0 mlops evaluate churn@v2 --against churn@v1 --metric logloss --seed 7 --json
  is "$(result '"\(.metric) \(.better) \(.seed)"')" 'logloss 0 7'
  is "$(result '.metrics[] | select(.metric == "auc") | .difference')" \
    "-$(jq -r '.items[0].metrics[] | select(.metric == "auc") | .difference' <<<"$first")"
  answers 0 mlops evaluate churn@v1 --against churn@v1 --json
  is "$(result '"\(.better) \(.equal)"')" '0 1'
  answers 0 mlops evaluate churn@v1 --against churn@v2
  has "$output" 'auc better than churn@v2 in 100.0 % of 2,000 resamples'
  has "$output" 'churn@v2  difference'
}

@test "people see the worst slice, and personal data nowhere" {
  trained
  answers 0 mlops evaluate churn --slice plan --part all
  has "$output" 'plan'
  is "$(grep -c 'worst (of those with 100 rows)' <<<"$output")" 1
  has "$stderr" 'churn@v1 has learnt from rows of sources/customers: these figures flatter it'
  answers 0 mlops evaluate churn --slice plan --part all --least 5000
  lacks "$output" worst
  answers 2 mlops evaluate churn --least 0
  answers 0 mlops evaluate churn --slice email
  lacks "$output" example.org
  has "$output" '*** 1'
  has "$output" 'email, the largest of '
  answers 0 mlops evaluate churn --slice email --json
  lacks "$output" example.org
  is "$(result '.slices | length == .[0].rows * length')" true
}

@test "slices of the release are the default" {
  trained
  sed -i 's/^    among: .*/&\n    slices: [plan, tenure by 30, gone]/' mlops.yaml
  answers 0 mlops evaluate churn --json
  is "$(result '[.slices[].column] | unique | join(" ")')" 'plan tenure'
  is "$(result '[.slices[].by] | unique | tostring')" '[null,30]'
  has "$stderr" "sources/customers has no column 'gone': not sliced by it"
  answers 0 mlops evaluate churn --slice calls --json
  is "$(result '[.slices[].column] | unique | join(" ")')" calls
}

@test "other data, other versions and other parts" {
  trained
  answers 0 mlops evaluate churn --part train --json
  is "$(result .rows)" 1050
  answers 0 mlops evaluate churn --part valid --json
  is "$(result .rows)" 224
  head -n 301 customers.csv | sed '10,20s/,\(yes\|no\)$/,/' >late.csv
  answers 0 mlops ingest late.csv --quiet
  answers 0 mlops evaluate churn --data late --json
  is "$(result '"\(.part) \(.split) \(.rows) \(.left_out)"')" 'all all rows 289 11'
  lacks "$stderr" flatter
  # The data went on: rows that judge now may have trained.
  customers 1600 >customers.csv
  answers 0 mlops ingest customers.csv --name customers --quiet
  answers 0 mlops evaluate churn --json
  is "$(result .data)" 'sources/customers@v2'
  has "$stderr" 'churn@v1 was trained on sources/customers@v1: rows that judge now may be among those it learnt from'
  answers 0 mlops evaluate churn --data customers@v1 --json
  is "$(result .data)" 'sources/customers@v1'
}

@test "one class alone leaves undefined what it cannot tell" {
  trained
  (head -n 1 customers.csv && grep ',yes$' customers.csv) >left.csv
  answers 0 mlops ingest left.csv --quiet
  answers 0 mlops evaluate churn --data left --against churn --json
  is "$(result '.metrics[] | select(.metric == "auc") | .value')" null
  is "$(result '.metrics[] | select(.metric == "accuracy") | .value > 0')" true
  is "$(result '"\(.better) \(.resamples)"')" 'null 0'
  answers 0 mlops evaluate churn --data left --against churn
  has "$output" 'auc is not defined in any resample'
}

@test "several classes and numbers" {
  customers 900 >customers.csv
  answers 0 mlops ingest customers.csv --pii email --quiet
  answers 0 mlops train run --label plan --name plan --train prior --train logistic --quiet
  answers 0 mlops evaluate plan --slice churned --json
  is "$(result '"\(.task) \(.metric)"')" 'multiclass accuracy'
  answers 0 mlops train run --label calls --task regression --name calls --train mean --train linear --quiet
  answers 0 mlops evaluate calls --slice plan --against calls --json
  is "$(result '"\(.task) \(.metric) \(.part) \(.equal)"')" 'regression rmse all 1'
  # Of a loss the greatest is the worst.
  is "$(result '[.slices[] | .metrics.rmse.value] | max')" "$(result '.slices[] | select(.worst) | .metrics.rmse.value')"
}

@test "what cannot be judged says why" {
  trained
  answers 2 mlops evaluate churn --metric auk
  has "$stderr" "no metric 'auk' for the task binary"
  has "$stderr" 'a similar metric exists: `auc`'
  answers 2 mlops evaluate churn --slice plann
  has "$stderr" "sources/customers@v1 has no column 'plann' to slice by"
  has "$stderr" 'a similar column exists: `plan`'
  answers 2 mlops evaluate churn --slice 'tenure by no'
  has "$stderr" "--slice: 'tenure by no': behind \`by\` stands a number greater than 0"
  answers 2 mlops evaluate churn --slice 'plan by 5'
  has "$stderr" "column 'plan' holds no numbers"
  answers 2 mlops evaluate churn --part half
  answers 2 mlops evaluate churn --seed=-1
  answers 4 mlops evaluate churm
  has "$stderr" 'churn'
  answers 4 mlops evaluate churn --data nowhere
  answers 4 mlops evaluate churn --against churn@v9

  cut -d, -f 1-7 customers.csv >blind.csv
  answers 0 mlops ingest blind.csv --quiet
  answers 2 mlops evaluate churn --data blind
  has "$stderr" "sources/blind@v1 has no column 'churned', the label of churn@v1"
  sed '2,$s/,\(yes\|no\)$/,/' customers.csv >waiting.csv
  answers 0 mlops ingest waiting.csv --quiet
  answers 3 mlops evaluate churn --data waiting
  has "$stderr" "there is nothing to judge by: 'churned' is not known in any of the 1,500 rows"
  sed '5s/,\(yes\|no\)$/,perhaps/' customers.csv >odd.csv
  answers 0 mlops ingest odd.csv --quiet
  answers 1 mlops evaluate churn --data odd
  has "$stderr" "label 'churned' has the value 'perhaps' in row 4, and the classes are no, yes"
  answers 1 mlops evaluate churn --data odd --json
  is "$(jq -r .error.id <<<"$stderr")" model.incomparable
}

@test "a column of very many values is no slice" {
  trained
  { echo 'tenure,plan,calls,joined,country,churned,name'
    awk 'BEGIN { for (i = 0; i < 50000; ++i) printf "%d,free,1,2025-01-01,AR,%s,name %d\n", i % 50, i % 3 ? "yes" : "no", i }'; } >many.csv
  answers 0 mlops ingest many.csv --quiet
  answers 2 mlops evaluate churn --data many --slice name
  has "$stderr" "column 'name' has over 10,000 different values"
  answers 0 mlops evaluate churn --data many --slice tenure --json
  is "$(result '.slices | length')" 50
}

@test "another question is not compared, and a model that is only kept is not judged" {
  trained
  answers 0 mlops train run --data customers --label plan --name plan --train prior --quiet
  answers 1 mlops evaluate churn --against plan
  has "$stderr" 'plan@v1 answers another question: its task is multiclass, and that of '"'churned'"' is binary'
  printf 'weights' >net.bin
  answers 0 mlops model register net --file net.bin --quiet
  answers 1 mlops evaluate net --data customers
  answers 1 mlops evaluate churn --against net
  model_folder outside
  answers 0 mlops model register outside --file outside --quiet
  answers 2 mlops evaluate outside
  has "$stderr" 'nothing says which data outside@v1 was trained on'
  has "$stderr" '`mlops evaluate outside@v1 --data DATASET`'
}

@test "rows that a model learnt from, categories that it never saw, files that are no datasets" {
  customers 1500 >customers.csv
  sed 's/plan,/sales_plan,/; s/,churned/,Churned/' customers.csv >sales.csv
  answers 0 mlops ingest sales.csv --name sales --quiet
  answers 0 mlops train run --data sales --label Churned --name churn --train xgboost --quiet
  is "$(mlops model show churn --json | jq '.items[0].parameters.refit')" true
  answers 0 mlops evaluate churn --part valid
  has "$stderr" 'churn@v1 has learnt from rows of sources/sales'
  answers 0 mlops evaluate churn --part test --slice sales_plan
  lacks "$stderr" 'learnt from'
  has "$output" 'slices of sales_plan'
  sed '2,500s/,free,/,gold,/' sales.csv >late.csv
  answers 0 mlops ingest late.csv --quiet
  answers 0 mlops evaluate churn --data late
  has "$stderr" "column 'sales_plan': "
  has "$stderr" 'of 1,500 rows, a category that training never saw'
  answers 4 mlops evaluate churn --data late.csv
  has "$stderr" '`mlops ingest late.csv`'
  answers 0 mlops ingest customers.csv --quiet
  answers 2 mlops evaluate churn --data customers
  has "$stderr" 'a similar column exists: `churned`'
  sed 's/,Churned/,churned/' sales.csv >lower.csv
  answers 2 mlops evaluate churn --slice 'sales plan by 100'
  has "$stderr" "'\`sales plan\` by 100'"
}
