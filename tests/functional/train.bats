# From data to a champion: what is decided, what is trained, what is chosen, and what bad data get.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() { enter_fresh_project; }

# result JQ: of the last answer.
result() { jq -r ".items[0] | $1" <<<"$output"; }

@test "a table and a label become a champion, three runs and a project file" {
  customers 3000 >churn.csv
  answers 0 mlops ingest churn.csv --pii email
  answers 0 mlops train run --label churned
  has "$stderr" 'label     churned: binary, yes is positive'
  has "$stderr" 'id (identifier'
  has "$stderr" 'country (constant'
  has "$stderr" 'email (personal data'
  has "$output" 'logistic'
  answers 0 mlops runs list --json
  is "$(jq -r '[.items[].name] | sort | join(" ")' <<<"$output")" 'logistic prior xgboost'
  is "$(jq -r '.items[] | select(.name == "prior") | .metrics["test.auc"]' <<<"$output")" 0.5
  is "$(jq -r '[.items[] | .metrics["test.auc"] > 0.8] | map(select(.)) | length' <<<"$output")" 2
  is "$(jq -r '[.items[].params.label] | unique | join(" ")' <<<"$output")" churned
  answers 0 mlops model show churn@champion --json
  is "$(result '.version')" 1
  has "$(result '.note')" 'prior is '
  is "$(cat mlops.yaml)" 'mlops: 1
project: project
sources:
  churn:
    from: churn.csv
    pii: [email]
    label: churned
    task: binary
models:
  prior: {train: prior}
  logistic: {train: logistic}
  xgboost: {train: xgboost}
release:
  churn:
    among: [prior, logistic, xgboost]
    pick: simplest within 1 se of max auc'
  answers 0 mlops store fsck
}

@test "the same again changes nothing, whatever the number of threads" {
  customers 1500 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 0 mlops train run --label churned --train prior --train logistic --json
  is "$(result .state)" new
  first=$(result .digest)
  MLOPS_THREADS=1 answers 0 mlops train run --train prior --train logistic --json
  is "$(result '"\(.state) \(.version) \(.digest)"')" "unchanged 1 $first"
  MLOPS_THREADS=3 answers 0 mlops train run --train prior --train logistic --json
  is "$(result '"\(.state) \(.version) \(.digest)"')" "unchanged 1 $first"
}

@test "XGBoost gives the same model for the same threads, and threads that nobody asked for are no part of it" {
  customers 1500 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 0 mlops train run --label churned --train xgboost -p nthread=2 --json
  is "$(result .state)" new
  answers 0 mlops train run --label churned --train xgboost -p nthread=2 --json
  is "$(result .state)" unchanged
  MLOPS_THREADS=1 answers 0 mlops train run --label churned --train xgboost --name free --json
  is "$(result .state)" new
  MLOPS_THREADS=2 answers 0 mlops train run --label churned --train xgboost --name free --json
  is "$(result .state)" unchanged
  is "$(mlops runs show @last --json | jq .items[0].params.threads)" 2
}

@test "a second version waits to be promoted" {
  customers 1500 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  mlops train run --label churned --quiet >/dev/null 2>&1
  customers 2000 >churn.csv
  mlops ingest --quiet >/dev/null
  answers 0 mlops train run --json
  is "$(result '"\(.state) \(.version) \(.champion)"')" "new 2 1"
  answers 0 mlops model promote churn@v2
  answers 0 mlops model show churn --json
  is "$(result .version)" 2
}

@test "-n says what would be done and writes nothing" {
  customers 200 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  before=$(find . -type f -not -path './.mlops/tmp/*' -not -name 'catalogue.db*' -exec sha256sum {} + | sort)
  answers 0 mlops train run --label churned -n --json
  is "$(result .state)" 'would be trained'
  is "$(result '[.candidates[].name] | join(" ")')" 'prior logistic xgboost'
  is "$(find . -type f -not -path './.mlops/tmp/*' -not -name 'catalogue.db*' -exec sha256sum {} + | sort)" "$before"
}

@test "classes and numbers" {
  awk 'BEGIN { print "a,b,kind,price"; for (i = 0; i < 600; ++i) { a = (i * 37) % 101; b = (i * 53) % 97
    print a "," b "," (a > 60 ? "red" : b > 50 ? "green" : "blue") "," 3 * a - 2 * b + (i * 29) % 7 / 10 } }' >things.csv
  mlops ingest things.csv --quiet >/dev/null
  answers 0 mlops train run --label kind --without price --json
  is "$(result '"\(.task) \(.metric)"')" 'multiclass accuracy'
  is "$(result '.candidates[] | select(.picked) | .metrics.accuracy.value > 0.95')" true
  answers 0 mlops train run --label price --without kind --json
  is "$(result '"\(.model) \(.task) \(.metric)"')" 'things-price regression rmse'
  is "$(result '.candidates[] | select(.picked) | "\(.name) \(.metrics.rmse.value < 0.5)"')" 'linear true'
}

@test "a rule is judged beside the models" {
  customers 2000 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 0 mlops train run --label churned --rule 'CASE WHEN tenure < 18 THEN 0.9 WHEN plan = '"'free'"' THEN 0.5 ELSE 0.1 END' --json
  is "$(result '[.candidates[].name] | join(" ")')" 'prior rule logistic xgboost'
  is "$(result '.candidates[] | select(.name == "rule") | .metrics.auc.value > 0.75')" true
  has "$(cat mlops.yaml)" 'CASE WHEN tenure < 18'
  answers 0 mlops train run --json
  is "$(result .state)" unchanged
  answers 2 mlops train run --label churned --train rule --rule 'CASE WHEN tenur < 18 THEN 1 END'
  has "$stderr" tenure
}

@test "splits: by time, by group, by a column" {
  customers 1000 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 0 mlops train run --label churned --time joined --train logistic --json
  has "$(result .split)" joined
  answers 0 mlops train run --label churned --group calls --train logistic --name by-calls --json
  has "$(result .split)" calls
  awk -F, 'NR == 1 { print $0 ",part"; next } { print $0 "," (NR % 5 == 0 ? "test" : NR % 5 == 1 ? "valid" : "train") }' churn.csv >parts.csv
  mlops ingest parts.csv --quiet >/dev/null
  answers 0 mlops train run --data parts --label churned --part part --train logistic --json
  is "$(result '"\(.train_rows) \(.valid_rows) \(.test_rows)"')" '600 200 200'
}

@test "splits by lengths of time are asked for as the file says them" {
  awk 'BEGIN { print "day,x,y"; for (i = 0; i < 280; ++i) printf "2026-%02d-%02d,%d,%d\n", i / 28 + 1, i % 28 + 1, i % 7, i % 3 == 0 }' >t.csv
  mlops ingest t.csv --quiet >/dev/null
  answers 0 mlops train run --label y --time day --test 'last 30d' --valid '14d before test' --train prior --json
  is "$(result .split)" 'by time of day, test after 2026-09-28T00:00:00Z, valid after 2026-09-14T00:00:00Z'
  parts=$(result '"\(.train_rows) \(.valid_rows) \(.test_rows)"')
  has "$(cat mlops.yaml)" 'split: {test: last 30d, valid: 14d before test}'
  answers 0 mlops train run --json
  is "$(result '"\(.train_rows) \(.valid_rows) \(.test_rows)"')" "$parts"
  # One part by its share, the other by its length; what was declared of the first is replaced, and only that.
  answers 0 mlops train run --test 10% -n --json
  is "$(result .test_rows)" 28
  has "$(result .split)" 'test 10%, valid from 2026-'
  answers 0 mlops train run --test 0.1 --valid 20% -n --json
  is "$(result '"\(.valid_rows) \(.test_rows)"')" '56 28'
  # Another way to split takes the lengths of the declared one along, and has no use for new ones.
  answers 0 mlops train run --group x -n --json
  has "$(result .split)" 'by groups of x, 70/15/15'
  answers 2 mlops train run --group x --test 'last 30d' -n
  is "$stderr" "error: '--test' is 'last 30d', and nothing says which column is the time

hint: name it: \`--time COLUMN\`"
}

@test "what is no part of a split is told with what would be one" {
  printf 'day,y\n2026-01-01,1\n' >t.csv
  mlops ingest t.csv --quiet >/dev/null
  while IFS='|' read -r flag text wanted hint; do
    answers 2 mlops train run --label y "$flag" "$text" -n
    is "${stderr%%$'\n'*}" "error: '$flag' is '$text', $wanted"
    has "$stderr" "$hint"
  done <<'END'
--test|30d|a share or a time is wanted|`15%` or `last 30d`
--test|last month|a share or a time is wanted|`15%` or `last 30d`
--test|0|a share of the rows is wanted|more than 0%
--valid|last 30d|a share or a time is wanted|`30d before test`
--valid|150%|a share of the rows is wanted|less than 100%
END
}

# leakage

@test "a feature that is the label under another name is named" {
  customers 800 | awk -F, 'NR == 1 { print $0 ",left"; next } { print $0 "," ($8 == "yes" ? "gone" : "here") }' >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 0 mlops train run --label churned
  has "$stderr" "warning: "
  has "$stderr" left
}

@test "rows of the test that training has seen are named" {
  customers 300 | cut -d, -f3- >once.csv
  (cat once.csv; tail -n +2 once.csv; tail -n +2 once.csv) >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 0 mlops train run --label churned
  has "$stderr" "warning: "
  has "$(grep warning <<<"$stderr")" 'row'
}

# bad input

@test "a label that is not there, is said with what is near" {
  customers 50 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 2 mlops train run --label chured
  has "$stderr" "'chured'"
  has "$stderr" '`churned`'
  answers 2 mlops train run
  has "$stderr" '--label'
}

@test "nothing to learn: one class, constant, all null, no rows" {
  printf 'a,y\n1,x\n2,x\n3,x\n' >one.csv
  printf 'a,y\n1,5\n2,5\n3,5\n' >constant.csv
  printf 'a,y\n1,\n2,\n3,\n' >null.csv
  printf 'a,y\n' >empty.csv
  mlops ingest one.csv constant.csv null.csv empty.csv --quiet >/dev/null
  for name in one constant null empty; do
    answers 3 mlops train run --data "$name" --label y
    has "$stderr" "nothing to learn: "
    answers 0 mlops model list --json
    is "$(jq '.items | length' <<<"$output")" 0
  done
}

@test "no feature is left" {
  awk 'BEGIN { print "id,c,y"; for (i = 0; i < 100; ++i) print i ",k," i % 2 }' >bare.csv
  mlops ingest bare.csv --quiet >/dev/null
  answers 3 mlops train run --label y
}

@test "NaN and infinite values are nulls among the features, and no labels" {
  awk 'BEGIN { print "a,b,y"; for (i = 0; i < 400; ++i) print (i % 50 == 3 ? "inf" : i % 40 == 7 ? "nan" : i % 17) "," i % 13 "," (i == 9 ? "inf" : i == 19 ? "-inf" : i % 17 * 2 + i % 13 + 0.5) }' >odd.csv
  mlops ingest odd.csv --types a=DOUBLE,y=DOUBLE --quiet >/dev/null
  answers 0 mlops train run --label y --json
  is "$(result '.train_rows + .valid_rows + .test_rows')" 398
  has "$stderr" '2 rows'
}

@test "a column with very many categories costs neither the run nor the memory" {
  awk 'BEGIN { print "city,n,y"; for (i = 0; i < 200000; ++i) print "city " (i * 7919) % 100003 "," i % 10 "," (i % 10 > 4) }' >cities.csv
  mlops ingest cities.csv --quiet >/dev/null
  (ulimit -v 6000000 && answers 0 mlops train run --label y --train prior --train logistic)
}

@test "several datasets have the label" {
  customers 100 >a.csv
  cp a.csv b.csv
  mlops ingest a.csv b.csv --quiet >/dev/null
  answers 2 mlops train run --label churned
  has "$stderr" "'a' or 'b'"
  answers 0 mlops train run --label churned --data b --train prior --json
  is "$(result .model)" b
}

@test "parameters: unknown names, bad values, unknown trainers" {
  customers 200 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 2 mlops train run --label churned -p etta=0.1
  has "$stderr" '`eta`'
  answers 2 mlops train run --label churned -p eta
  has "$stderr" NAME=VALUE
  answers 2 mlops train run --label churned --train xgbost
  has "$stderr" '`xgboost`'
  answers 2 mlops train run --label churned --only tenur
  has "$stderr" '`tenure`'
  answers 2 mlops train run --label churned --test 120%
  answers 4 mlops train run --label churned --data nope
}

@test "an engine that is not installed stops no other model" {
  customers 500 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  cp -a "$build_dir"/bin "$build_dir"/lib .
  rm lib/mlops/engines/gbdt.so
  answers 0 bin/mlops train run --label churned --json
  has "$stderr" 'xgboost was not trained'
  is "$(result '.candidates[] | select(.picked) | .name')" logistic
}

@test "killed at any moment, nothing that was there is lost" {
  customers 1500 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  mlops train run --label churned --train prior --train logistic --quiet >/dev/null 2>&1
  for pause in 0.01 0.03 0.06 0.1 0.15 0.2 0.3; do
    mlops train run --label churned --quiet --name "m$pause" >/dev/null 2>&1 &
    sleep "$pause"
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
  done
  answers 0 mlops store fsck
  answers 0 mlops model show churn
  answers 0 mlops runs list --json
  is "$(jq '[.items[] | select(.status == "running")] | length' <<<"$output")" 0
}

@test "a store that cannot be written is said" {
  [[ $(id -u) == 0 ]] && skip 'root writes everywhere'
  customers 100 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  chmod -R a-w .mlops
  run mlops train run --label churned
  chmod -R u+w .mlops
  [[ $status != 0 ]]
}

# what went wrong once

@test "models that are not in the file, beside --data" {
  customers 60 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 4 mlops train run --data churn --label churned prior
  has "$stderr" "no model 'prior'"
}

@test "numbers near the end of what a double holds give a model that can be loaded" {
  awk 'BEGIN { print "x,big,y"; for (i = 0; i < 400; ++i) { x = (i * 37 % 101) / 50 - 1; print x "," x * 8 "e299," (x + (i % 7) / 20 > 0.1) } }' >big.csv
  mlops ingest big.csv --quiet >/dev/null
  answers 0 mlops train run --label y --json
  is "$(result '[.candidates[] | select(.error != null)] | length')" 0
  for model in logistic xgboost; do
    answers 0 mlops train run --label y --name "big-$model" --train $model
    answers 0 mlops predict "big-$model" --in big.csv --only
  done
}

@test "rows are not taken for shared where a column equals the label" {
  awk 'BEGIN { print "x,y"; for (i = 0; i < 400; ++i) print i * 7919 % 100003 / 10 "," i * 7919 % 100003 / 10 }' >same.csv
  mlops ingest same.csv --quiet >/dev/null
  answers 0 mlops train run --label y
  lacks "$stderr" 'test rows'
  has "$stderr" "column 'x' alone"
}

@test "few rows are no proof of a leak" {
  awk 'BEGIN { print "x,y"; for (i = 0; i < 150; ++i) print i % 3 + (i * 29 % 151) / 200 "," "abc" i % 3 }' >few.csv
  mlops ingest few.csv --quiet >/dev/null
  answers 0 mlops train run --label y
  lacks "$stderr" 'warning'
}

@test "models of the file without a release are what is trained, and what is written" {
  customers 400 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  printf '    label: churned\nmodels:\n  strict: {train: logistic, params: {l2: 50}}\n' >>mlops.yaml
  answers 0 mlops train run --json
  is "$(result '[.candidates[].name] | join(" ")')" strict
  is "$(mlops runs show @last --json | jq '.items[0].params.l2')" 50
  has "$(cat mlops.yaml)" 'among: [strict]'
}

@test "the task of the first training holds when new rows look otherwise" {
  awk 'BEGIN { print "x,y"; for (i = 0; i < 400; ++i) print (i * 37 % 101) / 10 "," i % 5 }' >t.csv
  mlops ingest t.csv --quiet >/dev/null
  answers 0 mlops train run --label y --task multiclass --train prior
  has "$(cat mlops.yaml)" 'task: multiclass'
  echo 1.5,9 >>t.csv
  mlops ingest --quiet >/dev/null
  answers 0 mlops train run --json
  is "$(result .task)" multiclass
  answers 0 mlops train run --task regression --train mean --name other --json
  is "$(result .task)" regression
  has "$(cat mlops.yaml)" 'task: multiclass'
  sed -i 's/task: multiclass/task: multi/' mlops.yaml
  answers 2 mlops train run
  has "$stderr" "'task' cannot be 'multi'"
}

@test "a second label of the same data is told, and not written" {
  customers 400 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  mlops train run --label churned --train prior --quiet >/dev/null
  answers 0 mlops train run --label plan --train prior --json
  is "$(result .model)" churn-plan
  has "$stderr" "mlops.yaml keeps 'churned'"
}

@test "of many small classes each part has its share" {
  awk 'BEGIN { print "x,y"; for (i = 0; i < 300; ++i) print i % 17 ",class" i % 150 }' >rare.csv
  mlops ingest rare.csv --quiet >/dev/null
  answers 0 mlops train run --label y --train prior --json
  is "$(result '"\(.train_rows) \(.valid_rows) \(.test_rows)"')" '210 45 45'
}

@test "two first trainings at once both end well" {
  customers 400 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  for i in 1 2 3; do mlops train run --label churned --train prior --json >"answer$i" 2>/dev/null & done
  for job in $(jobs -p); do wait "$job"; done
  is "$(jq -s '[.[].items[0].champion] | unique | length' answer1 answer2 answer3)" 1
}

@test "a rule with a mistake ends before anything is trained or written" {
  customers 400 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  before=$(cat mlops.yaml)
  answers 2 mlops train run --label churned --rule 'tenur > 3'
  has "$stderr" '`tenure`'
  is "$(cat mlops.yaml)" "$before"
  is "$(mlops runs list --porcelain)" ''
  answers 2 mlops train run --label churned --name a/b
  is "$(mlops runs list --porcelain)" ''
}

@test "a flag wins over what the file says of a model; the commit and what is not committed are kept" {
  git init -q . && git config user.email a@example.org && git config user.name a
  echo x >code.py && git add code.py && git commit -qm first
  echo y >>code.py
  customers 400 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  printf '    label: churned\nmodels:\n  narrow: {train: logistic, columns: [tenure], seed: 5}\n' >>mlops.yaml
  answers 0 mlops train run
  is "$(mlops runs show @last --json | jq -c '.items[0] | [.seed, .params.features, .commit]')" \
    "[5,1,\"$(git rev-parse HEAD)\"]"
  is "$(mlops runs show @last --json | jq '.items[0].patch_bytes > 0')" true
  answers 0 mlops train run --seed 9 --only tenure --only calls
  is "$(mlops runs show @last --json | jq -c '.items[0] | [.seed, .params.features]')" '[9,2]'
}

@test "a note names a column of dates, and a class with a line break stays on its line" {
  awk 'BEGIN { print "day,x,y"; for (i = 0; i < 60; ++i) printf "2026-01-%02d,%d,\"%s\"\n", i % 28 + 1, i % 7, (i % 2 ? "a\nb" : "c") }' >t.csv
  answers 0 mlops ingest t.csv -q
  answers 0 mlops train run --label y -n
  has "$stderr" 'time      rows have a date: `--time day` lets the latest ones judge'
  is "$(grep -c '^label ' <<<"$stderr")" 1
  lacks "$stderr" $'\nb'
  answers 0 mlops train run --label y -n --time day
  lacks "$stderr" 'rows have a date'
}
