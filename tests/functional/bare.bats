# A build without engines: what needs none works as ever, what needs one says so and how to get it. And the same with
# each engine missing alone.
# shellcheck disable=SC2154,SC2016
load lib
load models
load serving

# Files of this folder whose every test needs an engine, or none of this binary, and are not run here.
left_out='
abuse: ingest needs table
bare: this one
check: needs table
check_parts: needs table
check_views: needs table
cli: tests a program of its own
columnar: needs table
damage: needs table
data: needs table
data_diff: needs table
derived: needs table
dist: packs all engines
evaluate: needs table
examples: their project needs table
faults: needs table
feature_commands: needs table
feature_join: needs table
feature_server: needs http and table
features: needs table
features_online: needs table
forget: needs table
formats: its stores are asked with table
gc: its project needs table
graph: needs table
graph_faults: needs table
graph_words: needs table
help: says the same in every build
import_dvc_s3: needs fetch
ingest: needs table
init: needs table
install: installs all engines
interrupt: needs table and gbdt
lint: tests no binary
log: its project needs table
lookups: needs http and table
mlflow: needs http
monitor: needs http, json and table
nfs: needs table, in a machine of its own
oracle: needs table
power: needs table
predict: needs table
predictions: needs http and json
quickstart: builds on its own
release: needs table, json and http
release_faults: needs table, json and http
release_moves: needs table
remote_s3: tests a program of its own
replay: needs http and table
rules: its project needs table
runner: tests no binary
schedule: its projects need table
schemas: its project needs table
serve: needs http and json
show: its project needs table
sqlite: needs table
status: needs table and gbdt
store: its project needs table
tables: needs table
train: needs table
train_reference: needs gbdt
tick_faults: needs table and gbdt
transforms: needs table and gbdt
web: needs fetch and table'

# Where it runs, and which of its tests need an engine.
tested='
config:
completion: datasets, models, versions and aliases are offered where they are wanted
doctor: engines tell the versions of their libraries
files:
files_checkout:
files_diff:
files_git:
files_safety:
files_status: data list has what was added beside datasets, and its versions
import_dvc:
model: a dry run changes nothing, not even where there is no project
model: models of XGBoost run here, whatever they predict and however they are written
model: an objective that is not known here is refused, a damaged model too
model: an XGBoost booster in the folder is what the library reads
model: MLmodel is YAML that says what MLflow wants to know
model: a model that a run left is registered with all that the run knows
model: a store that cannot be written is read, and not written to
model: input examples hide columns of personal data
remote: a dataset, its model and what was said of it
run: a dataset and a file as inputs
run: a program may destroy the input that it was given: the version stays
run: a training in a run has it as its parent
run: scikit-learn, as people write it
runs:'

setup_file() {
  export bare=$BATS_TEST_DIRNAME/../../build/bare
  (cd "$BATS_TEST_DIRNAME/../.." && cmake --preset bare && cmake --build --preset bare --target mlops) \
    >"$BATS_FILE_TMPDIR/log" 2>&1 || { cat "$BATS_FILE_TMPDIR/log" && return 1; }
}

setup() {
  enter_fresh_project
  tree=$BATS_TEST_TMPDIR/tree
  with_engines=$build_dir
}

teardown() { stop_servers; }

# without ENGINE...: from here on `mlops` is one that lacks these engines.
without() {
  local engine
  mkdir -p "$tree/bin" "$tree/lib/mlops/engines"
  cp "$bare/bin/mlops" "$tree/bin"
  ln -sfn "$(realpath "$with_engines/lib/mlops/libs")" "$tree/lib/mlops/libs"
  for engine in table gbdt http json pack fetch; do
    case " $* " in *" $engine "*) continue ;; esac
    cp "$with_engines/lib/mlops/engines/$engine.so" "$tree/lib/mlops/engines"
  done
  PATH=$tree/bin:$PATH
}

# misses ENGINE COMMAND...: that is what it lacks, exit code 1, and nothing was begun.
misses() {
  local engine=$1
  shift
  answers 1 "$@"
  is "$output" ""
  is "$stderr" "error: the '$engine' engine is not installed (looked in $tree/lib/mlops/engines)

hint: copy the whole folder that \`cmake --install\` makes, or build with -DMLOPS_${engine^^}=ON"
}

# runs_bare FILE: its tests pass with the bare binary, but for those that need an engine, which are said.
runs_bare() {
  local failed wanted
  wanted=$(sed -n "s/^$1: //p" <<<"$tested" | LC_ALL=C sort)
  MLOPS=$bare/bin/mlops bats --tap "$BATS_TEST_DIRNAME/$1.bats" >"$BATS_TEST_TMPDIR/tap" 2>&1 </dev/null || true
  failed=$(sed -n 's/^not ok [0-9]* //p' "$BATS_TEST_TMPDIR/tap" | LC_ALL=C sort)
  [[ $failed == "$wanted" ]] || cat "$BATS_TEST_TMPDIR/tap" >&2
  is "$failed" "$wanted"
  grep . <<<"$wanted" | sed "s/^/# left out of $1: /" >&3
  grep -q '^ok ' "$BATS_TEST_TMPDIR/tap"
}

@test "every file of tests is run, or left out for a reason" {
  is "$(cut -d: -f1 <<<"$left_out$tested" | grep . | LC_ALL=C sort -u)" \
    "$(basename -s .bats "$BATS_TEST_DIRNAME"/*.bats | LC_ALL=C sort)"
  sed '/^$/d; s/^/# left out: /' <<<"$left_out" >&3
}

@test "completion without engines" { runs_bare completion; }
@test "doctor without engines" { runs_bare doctor; }
@test "files without engines" { runs_bare files; }
@test "checkouts of files without engines" { runs_bare files_checkout; }
@test "files in git without engines" { runs_bare files_git; }
@test "safety of files without engines" { runs_bare files_safety; }
@test "differences of files without engines" { runs_bare files_diff; }
@test "status of files without engines" { runs_bare files_status; }
@test "model without engines" { runs_bare model; }
@test "remotes without engines" { runs_bare remote; }
@test "run without engines" { runs_bare run; }
@test "runs without engines" { runs_bare runs; }

@test "without any engine: what needs one says so and how to get it" {
  without table gbdt http json pack
  printf 'age,city\n1,Lima\n' >rows.csv
  printf '{"age": 1, "city": "Lima"}\n' >rows.jsonl
  gzip -k rows.csv
  model_folder churn
  xgboost_model trees.json
  mlops model register churn --file churn --quiet
  for file in rows.csv rows.jsonl; do
    misses table mlops ingest "$file"
    misses table mlops predict churn --in "$file"
    misses table mlops predict churn --in - <"$file"
  done
  misses pack mlops ingest rows.csv.gz
  misses table mlops data query 'SELECT 1'
  misses gbdt mlops model register trees --file trees.json
  misses json mlops serve churn --port 0
  answers 4 mlops train run --label y
  has "$stderr" 'there is no dataset to train on'
  answers 0 mlops model list --porcelain
  is "$(cut -f1-2 <<<"$output")" $'churn\t1'
}

@test "without any engine: models, runs and the store are whole" {
  without table gbdt http json pack
  model_folder first 0.25
  model_folder second 0.75
  answers 0 mlops model register churn --file first
  answers 0 mlops model register churn --file second
  answers 0 mlops model promote churn@v1
  answers 0 mlops model promote churn@v2
  answers 0 mlops model rollback churn
  answers 0 mlops model show churn@champion --json
  is "$(jq -r '.items[0].version' <<<"$output")" 1
  answers 0 mlops run --name a -p lr=0.1 -- sh -c 'echo "::metric auc=0.8"; mlops log metric loss=0.5'
  answers 0 mlops runs list --json
  is "$(jq -c '.items[0].metrics' <<<"$output")" '{"auc":0.8,"loss":0.5}'
  answers 0 mlops log metric auc=0.9 --run @last
  answers 0 mlops show churn@v1
  answers 0 mlops log --porcelain
  is "$(cut -f4 <<<"$output" | sort -u | xargs)" "model-version run run-annotation"
  rm .mlops/catalogue.db*
  answers 0 mlops store reindex
  answers 0 mlops store du
  answers 0 mlops store fsck
  answers 0 mlops store gc
  answers 0 mlops data list
  is "$output" ""
}

@test "without table alone: what is registered answers over HTTP" {
  without table
  model_folder churn 0.25
  xgboost_model trees.json
  answers 0 mlops model register churn --file churn
  answers 0 mlops model register trees --file trees.json
  start server churn trees
  post /invocations '{"dataframe_records": [{"age": 1, "city": "Lima"}]}'
  is "$code $(jq -c .probabilities <<<"$output")" '200 [[0.75,0.25]]'
  post /v2/models/trees/infer '{"inputs": [{"name": "x", "shape": [1, 4], "datatype": "FP32", "data": [30, 9000, 1, 0.5]}]}'
  is "$code" 200
}

@test "without gbdt alone: boosted trees that are registered answer, and no others are" {
  xgboost_model trees.json
  PATH=$with_engines/bin:$PATH mlops model register trees --file trees.json --quiet
  without gbdt
  printf 'age,income,member,score\n30,9000,1,0.5\n' >rows.csv
  answers 0 mlops predict trees --in rows.csv
  answers 0 mlops ingest rows.csv
  misses gbdt mlops model register more --file trees.json
}

@test "without pack alone: plain files are read, compressed ones are not" {
  without pack
  printf 'a\n1\n' >a.csv
  gzip -k a.csv
  answers 0 mlops ingest a.csv
  misses pack mlops ingest a.csv.gz --name b
}

@test "without fetch alone: files and databases are read, the web is not" {
  without fetch
  printf 'a\n1\n' >a.csv
  answers 0 mlops ingest a.csv
  sqlite3 a.db 'CREATE TABLE t (x); INSERT INTO t VALUES (1)'
  answers 0 mlops ingest sqlite://a.db/t
  misses fetch mlops ingest http://127.0.0.1:1/b.csv
}

@test "without http or json alone: files are answered, requests are not" {
  printf 'age,city\n1,Lima\n' >rows.csv
  for engine in http json; do
    without "$engine"
    model_folder "$engine"
    answers 0 mlops model register "$engine" --file "$engine"
    answers 0 mlops predict "$engine" --in rows.csv
    misses "$engine" mlops serve "$engine" --port 0
    rm -r "$tree"
  done
}

@test "nothing of a library is looked for that nobody needs" {
  local engine one finder=(table/duckdb gbdt/xgboost http/boost json/simdjson)
  for engine in all table gbdt http json pack fetch; do
    local options=(-DMLOPS_TESTS=OFF)
    for one in table gbdt http json pack fetch; do
      [[ $engine == all || $engine == "$one" ]] && options+=("-DMLOPS_${one^^}=OFF")
    done
    cmake -S "$source_dir" -B "$PWD/$engine" -G Ninja "${options[@]}" --trace --trace-redirect="$PWD/$engine.trace" >"$engine.log" 2>&1 ||
      { cat "$engine.log" && return 1; }
    for one in "${finder[@]}"; do
      [[ $engine != all && $one != "$engine"/* ]] || lacks "$(grep -m 1 "/$one.cmake" "$engine.trace")" .cmake
    done
    [[ $engine != all && $engine != fetch ]] || lacks "$(grep -m 1 FindCURL "$engine.trace")" CURL
    [[ $engine != all && $engine != pack ]] || lacks "$(grep -m 1 FindZLIB "$engine.trace")" ZLIB
    rm -r "$engine" "$engine.trace"
  done
}
