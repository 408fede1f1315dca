# mlops model: the registry, its aliases, and models from outside.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models

setup() {
  enter_fresh_project
  export MLOPS_USER=ana
}

# registered NAME FILE [FLAG...]
registered() {
  answers 0 mlops model register "$1" --file "$2" --quiet "${@:3}"
}

# nothing_of NAME: it is not in the registry, and the store is sound.
nothing_of() {
  [[ -d .mlops ]] || return 0
  answers 0 mlops model list
  lacks "$output" "$1"
  answers 0 mlops store fsck
}

@test "a version is registered, listed and shown" {
  seed_models
  answers 0 mlops model list --porcelain
  assert_golden model-list.porcelain
  answers 0 mlops model list churn --json
  assert_golden model-list.json
  answers 0 mlops model list churn
  assert_golden model-list.txt
  answers 0 mlops model show churn@v2
  assert_golden model-show.txt
  answers 0 mlops model show churn --json
  assert_golden model-show.json
}

@test "registering says what stands now; the same again is no new version" {
  model_folder first
  answers 0 mlops model register churn --file first
  is "$output" "churn@v1  new, prior, binary, 1.1 kB  $(mlops model show churn --json | jq -r '.items[0].package[:19]')"
  is "$stderr" ""
  answers 0 mlops model register churn --file first --note late
  has "$output" "churn@v1  unchanged"
  has "$stderr" "the note is not kept"
  answers 0 mlops model register churn --file first --json
  is "$(jq -c '.items[0] | [.name, .version, .state, .files]' <<<"$output")" '["churn",1,"unchanged",2]'
}

@test "what comes next is said to a person" {
  model_folder first
  on_tty 100 "mlops model register churn --file first --color=never"
  has "$output" "next: mlops model promote churn@v1"
  on_tty 100 "mlops model register churn --file first --alias champion --color=never"
  lacks "$output" "next:"
  has "$output" "churn@champion  v1"
}

@test "a dry run changes nothing, not even where there is no project" {
  model_folder first
  answers 0 mlops model register churn --file first -n --json
  is "$(jq -c '.items[0] | [.version, .state, .digest]' <<<"$output")" '[1,"would be registered",null]'
  [[ ! -e .mlops ]]
  planned=$(jq -r .items[0].package <<<"$output")
  seed_models
  is "$planned" "$(mlops model show churn@v1 --json | jq -r .items[0].package)"
  before=$(find .mlops -type f ! -name 'catalogue*' -exec sha256sum {} + | sort)
  answers 0 mlops model register churn --file churn.ubj --alias champion -n
  has "$output" "churn@v3  would be registered"
  answers 0 mlops model promote churn@v2 -n
  is "$output" "churn@champion  v1 -> v2  would be moved"
  answers 0 mlops model promote churn@v2 --to shadow -n --json
  is "$(jq -c '.items[0] | [.from, .to, .state]' <<<"$output")" '[null,2,"would be moved"]'
  answers 2 mlops model promote churn@v2 --to v9 -n
  answers 4 mlops model rollback churn -n
  is "$(find .mlops -type f ! -name 'catalogue*' -exec sha256sum {} + | sort)" "$before"
}

@test "promote and rollback: from, to, and every move in the history" {
  seed_models
  model_folder third 0.5
  registered churn third
  answers 0 mlops model promote churn@challenger --why 'beats it' --as-of 2026-11-05
  is "$output" "churn@champion  v1 -> v2"
  answers 0 mlops model promote churn@v3 --as-of 2026-11-06 --porcelain
  is "$output" $'2026-11-06T00:00:00Z\tchurn\tchampion\t2\t3\tana\t\tmoved'
  answers 0 mlops model promote churn@v3
  is "$output" "churn@champion  v3  unchanged"
  answers 0 mlops model rollback churn -n
  is "$output" "churn@champion  v3 -> v2  would be moved"
  answers 0 mlops model rollback churn --why 'too slow' --as-of 2026-11-07
  is "$output" "churn@champion  v3 -> v2"
  answers 0 mlops model rollback churn --as-of 2026-11-08
  is "$output" "churn@champion  v2 -> v1"
  answers 4 mlops model rollback churn
  is "$stderr" $'error: churn@champion was v1 from the start: there is no move to take back

hint: `mlops model promote churn@VERSION --to champion` points it at any version'
  answers 0 mlops model history churn
  assert_golden model-history.txt
  answers 0 mlops model history churn --json
  assert_golden model-history.json
  answers 0 mlops model history churn --alias challenger --porcelain
  is "$output" $'2026-11-04T00:00:00Z\tchurn\tchallenger\t\t2\tana\t\tmoved'
  answers 4 mlops model rollback churn --alias shadow
  has "$stderr" "'churn' has no alias 'shadow'"
}

@test "every form of an address" {
  seed_models
  digest=$(mlops model show churn@v1 --json | jq -r .items[0].digest)
  for address in churn churn@v1 churn@champion models/churn models:/churn models:/churn@champion models:/churn/1 \
    'churn@{0}' churn@2026-11-03 'churn@champion@{0}' "$digest" "${digest:0:20}" "${digest:7:8}"; do
    is "$(version_of_model "$address")" 1
  done
  for address in churn@latest churn@v2 churn@challenger models:/churn/latest models/churn@challenger; do
    is "$(version_of_model "$address")" 2
  done
}

@test "what an address misses is said" {
  answers 4 mlops model show churn
  model_folder first
  registered churn first
  answers 4 mlops model show chrun
  is "$stderr" $'error: no model \'chrun\'\n\nhint: a similar name exists: `churn`'
  answers 4 mlops model show churn@v3
  is "$stderr" $'error: \'churn\' has no version 3\n\nhint: churn has v1 only'
  answers 4 mlops model show churn@champion
  has "$stderr" "'churn' has no alias 'champion'"
  answers 2 mlops model show 'churn@what ever'
  has "$stderr" "'@what ever' selects no version"
  answers 4 mlops model promote churn@v9
  answers 4 mlops model history other
}

@test "names and aliases that cannot be are refused with the reason" {
  model_folder first
  for name in 'a@b' 'a/b' '' ' a' $'a\tb' '-x'; do
    answers 2 mlops model register --file first -- "$name"
    has "$stderr" "cannot be the name of a model"
  done
  registered 'Ñandú (2)' first
  is "$(version_of_model 'Ñandú (2)')" 1
  registered churn first
  for alias in v3 latest '' 'a b' 2026-11-01 a@b; do
    answers 2 mlops model promote churn@v1 --to "$alias"
    has "$stderr" "cannot be an alias"
  done
  is "$(mlops model history churn)" ""
}

@test "where a model comes from is said once" {
  answers 2 mlops model register churn
  has "$stderr" "neither '--run' nor '--file' is given"
  answers 2 mlops model register churn --file a --run b
  answers 2 mlops model register churn --file a --path b
  answers 4 mlops model register churn --file nowhere
  is "$stderr" "error: there is no file 'nowhere'"
  mkfifo pipe
  answers 2 mlops model register churn --file pipe
  has "$stderr" "'pipe' is neither a file nor a folder"
  [[ ! -e .mlops ]]
}

@test "models of XGBoost run here, whatever they predict and however they are written" {
  for objective in binary:logistic reg:squarederror count:poisson multi:softprob multi:softmax; do
    for form in ubj json; do
      xgboost_model "m.$form" "$objective"
      registered "${objective/:/-}" "m.$form"
    done
    # one model, two spellings of it
    is "$(version_of_model "${objective/:/-}")" 1
  done
  xgboost_model dart.json binary:logistic booster=dart rate_drop=0.5
  registered dart dart.json
  is "$(mlops model list --json | jq -c '[.items[] | .task]')" \
    '["binary","regression","binary","multiclass","multiclass","regression"]'
  answers 0 mlops model show binary-logistic --json
  is "$(jq -c '.items[0].inputs | map([.name, .type, .encoding])' <<<"$output")" \
    '[["age","BIGINT","number"],["income","DOUBLE","number"],["member","BOOLEAN","flag"],["score","DOUBLE","number"]]'
  is "$(jq -c '.items[0] | [.algorithm, .loss, .parameters]' <<<"$output")" \
    '["xgboost","logloss",{"booster":"gbtree","objective":"binary:logistic","trees":8}]'
}

@test "an objective that is not known here is refused, a damaged model too" {
  xgboost_model rank.json rank:pairwise
  answers 1 mlops model register rank --file rank.json
  has "$stderr" "what the objective 'rank:pairwise' of the model predicts is not known here"
  xgboost_model good.json
  head -c 3000 good.json >bad.json
  answers 6 mlops model register bad --file bad.json
  nothing_of bad
  xgboost_model good.ubj
  size=$(stat -c %s good.ubj)
  for part in 100 3000 $((size / 2)) $((size * 3 / 4)) $((size - 1)); do
    head -c "$part" good.ubj >bad.ubj
    answers 6 mlops model register bad --file bad.ubj
  done
  head -c 3000 good.ubj >bad.ubj
  answers 6 mlops model register bad --file bad.ubj
  nothing_of bad
}

@test "an XGBoost booster in the folder is what the library reads" {
  xgboost_model churn.ubj
  registered churn churn.ubj
  digest=$(mlops model show churn --json | jq -r '.items[0].files[] | select(.path == "booster.json") | .digest')
  run -0 /usr/bin/python3 -c '
import sys, xgboost, numpy as np
a, b = xgboost.Booster(), xgboost.Booster()
a.load_model("churn.ubj")
b.load_model(bytearray(open(sys.argv[1], "rb").read()))
rows = np.random.RandomState(3).randn(100, 4) * 50000
names = a.feature_names
print((a.predict(xgboost.DMatrix(rows, feature_names=names)) == b.predict(xgboost.DMatrix(rows, feature_names=names))).all())
' ".mlops/objects/sha256/${digest:7:2}/${digest:9}"
  is "$output" True
}

@test "MLmodel is YAML that says what MLflow wants to know" {
  xgboost_model churn.ubj
  registered xgb churn.ubj
  model_folder first
  registered hand first
  is "$(mlmodel xgb | jq -c '.flavors.xgboost | [.data, .model_class, .model_format, (.xgb_version | test("^[0-9.]+$"))]')" \
    '["booster.json","xgboost.core.Booster","json",true]'
  is "$(mlmodel xgb | jq -c '.flavors.python_function')" '{"data":"booster.json","loader_module":"mlflow.xgboost"}'
  is "$(mlmodel xgb | jq -c '.signature.inputs | fromjson | map([.name, .type, .required])')" \
    '[["age","double",false],["income","double",false],["member","double",false],["score","double",false]]'
  is "$(mlmodel xgb | jq -c '.signature.outputs | fromjson')" '[{"type":"double","required":true}]'
  is "$(mlmodel hand | jq -c '.flavors | keys')" '["mlops"]'
  is "$(mlmodel hand | jq -c '.signature.inputs | fromjson | map([.name, .type, .required])')" \
    '[["age","double",false],["city","string",true]]'
  is "$(mlmodel hand | jq -r '.model_uuid | test("^[0-9a-f]{32}$")')" true
  is "$(mlmodel hand | jq -c 'has("utc_time_created"), has("run_id")' | sort -u)" false
}

@test "a folder has one digest, whoever registers it and wherever" {
  model_folder first
  registered one first
  mkdir ../elsewhere
  cp -a first ../elsewhere
  (cd ../elsewhere && MLOPS_USER=bo mlops model register two --file first --quiet --as-of 2027-01-01 >/dev/null)
  is "$(mlops -C ../elsewhere model show two --json | jq -r .items[0].package)" \
    "$(mlops model show one --json | jq -r .items[0].package)"
}

@test "a damaged folder is exit 6, and says what is wrong" {
  model_folder bad
  head -c 300 bad/model.json >half && mv half bad/model.json
  answers 6 mlops model register bad --file bad
  nothing_of bad
  model_folder bad
  sed -i 's/"files": \[\]/"files": ["weights.bin"]/' bad/model.json
  answers 6 mlops model register bad --file bad
  has "$stderr" "the model has no file 'weights.bin'"
  model_folder bad
  sed -i 's/"shares": .*/"shares": [1]},/' bad/model.json
  answers 6 mlops model register bad --file bad
  model_folder bad
  sed -i 's/"mlops_model": 1/"mlops_model": 99/' bad/model.json
  answers 6 mlops model register bad --file bad
  has "$stderr" "the model is of format 99"
  model_folder bad
  sed -i 's/"prior"/"oracle"/' bad/model.json
  answers 6 mlops model register bad --file bad
  nothing_of bad
}

@test "links that lead out of a folder are unsafe; those within are files" {
  model_folder good
  ln -s model.json good/copy.json
  registered good good
  is "$(mlops model show good --json | jq -c '[.items[0].files[].path]')" '["MLmodel","copy.json","model.json"]'
  for target in /etc/passwd ../secret nowhere /; do
    rm -rf bad
    model_folder bad
    touch secret
    ln -s "$target" bad/out
    answers 6 mlops model register bad --file bad
    has "$stderr" "'out' in 'bad' is a link that leads out of it"
    nothing_of bad
  done
  mkdir empty
  answers 2 mlops model register bad --file empty
}

@test "other files are kept as they are; what could run code is named" {
  mkdir net
  head -c 100000 /dev/urandom >net/weights.bin
  echo '{"layers": 3}' >net/model.json
  /usr/bin/python3 -c 'import pickle; pickle.dump({"a": 1}, open("net/vocabulary.dat", "wb"))'
  touch net/code.py
  answers 0 mlops model register net --file net
  has "$output" "net@v1  new, 4 files, kept as they are"
  has "$stderr" "'vocabulary.dat' is a pickle: loading it can run any code; it is kept, and never loaded here"
  has "$stderr" "'code.py' is Python code"
  lacks "$stderr" "weights.bin"
  answers 0 mlops model show net --json
  is "$(jq -c '.items[0] | [.algorithm, .task, .inputs, .files[].path]' <<<"$output")" \
    '["files",null,null,"code.py","model.json","vocabulary.dat","weights.bin"]'
  is "$(jq -r '.items[0].files[] | select(.path == "weights.bin") | .digest' <<<"$output")" \
    "sha256:$(sha256sum <net/weights.bin | cut -d' ' -f1)"
  answers 0 mlops model register one --file net/weights.bin
  answers 0 mlops store fsck
}

@test "a pickle is never loaded" {
  cat >evil.py <<'END'
import os, pickle
class Evil:
    def __reduce__(self):
        return os.system, ("touch executed",)
pickle.dump(Evil(), open("model.pkl", "wb"))
END
  /usr/bin/python3 evil.py
  for name in model.pkl model.json model.ubj; do
    [[ -e $name ]] || cp model.pkl "$name"
    answers 0 mlops model register pick --file "$name"
    has "$stderr" "pickle"
  done
  [[ ! -e executed ]]
}

@test "a large file is streamed into the store" {
  head -c 200000000 /dev/zero >large.bin
  (ulimit -v 150000 && answers 0 mlops model register large --file large.bin --quiet)
  is "$(mlops model show large --json | jq .items[0].bytes)" 200000000
  is "$(mlops model show large --json | jq -r .items[0].files[0].digest)" "sha256:$(sha256sum <large.bin | cut -d' ' -f1)"
}

@test "a model that a run left is registered with all that the run knows" {
  seed_project
  xgboost_model trained.ubj
  cat >script <<'END'
cp trained.ubj "$MLOPS_OUTPUTS/model.ubj"
echo '::metric auc=0.75'
echo notes >"$MLOPS_RUN_DIR/notes.txt"
END
  answers 0 mlops run -q -- sh script
  answers 2 mlops model register best --run @last
  has "$stderr" "which of them is the model"
  answers 4 mlops model register best --run @last --path nothing
  has "$stderr" "left no file 'nothing'"
  answers 0 mlops model register best --run @last --path model.ubj --quiet
  answers 0 mlops model show best --json
  is "$(jq -c '.items[0] | [.algorithm, .metrics[0].metric, .metrics[0].value]' <<<"$output")" '["xgboost","auc",0.75]'
  is "$(jq -r '.items[0] | .run, .run_digest' <<<"$output")" "$(mlops runs show @last --json | jq -r '.items[0] | .id, .record')"
  # the same file from the disk is the same model
  answers 0 mlops model register other --file trained.ubj --quiet
  is "$(mlops model show other --json | jq -r .items[0].package)" "$(mlops model show best --json | jq -r .items[0].package)"
  answers 4 mlops model register best --run zzzz
  answers 0 mlops store fsck
}

@test "two writers at once both land" {
  for i in 1 2 3 4 5 6; do model_folder "m$i" "0.$i"; done
  mlops model register churn --file m1 --quiet >/dev/null
  for i in 2 3 4 5 6; do
    mlops model register churn --file "m$i" --alias champion --quiet >/dev/null 2>"err$i" &
  done
  wait
  is "$(cat err*)" ""
  is "$(mlops model list churn --porcelain | cut -f2 | paste -sd' ')" "6 5 4 3 2 1"
  is "$(mlops model list churn --json | jq '[.items[].digest] | unique | length')" 6
  is "$(mlops model history churn --porcelain | wc -l)" 5
  answers 0 mlops store fsck
}

@test "killed at any moment, what was said is there, and the next command goes on" {
  model_folder base
  registered churn base --alias champion
  acknowledged=0
  for i in $(seq 1 25); do
    model_folder "m$i" "0.$((100 + i))"
    mlops model register churn --file "m$i" --alias champion >said 2>/dev/null &
    pid=$!
    sleep "0.0$((i % 8))$((i % 10))"
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    if grep -q '^churn@champion' said; then
      acknowledged=$((acknowledged + 1))
      is "$(mlops model show churn@champion --json | jq -r '.items[0] | "churn@v\(.version)"')" "$(grep -o 'churn@v[0-9]*' said | head -1)"
    fi
    answers 0 mlops model show churn
  done
  registered churn base
  answers 0 mlops model rollback churn || answers 4 mlops model rollback churn
  answers 0 mlops store fsck
  is "$(find .mlops/tmp -mindepth 1 | wc -l)" 0
}

@test "a store that cannot be written is read, and not written to" {
  seed_models
  chmod -R a-w .mlops
  answers 0 unprivileged mlops model list
  has "$output" churn
  answers 0 unprivileged mlops model show churn
  answers 0 unprivileged mlops model history churn
  for command in 'register churn --file churn.ubj' 'promote churn@v2' 'promote churn@v2 --to challenger2'; do
    # shellcheck disable=SC2086
    run --separate-stderr unprivileged mlops model $command
    [[ $status == 1 ]]
    has "$stderr" "cannot"
  done
  chmod -R u+w .mlops
  is "$(mlops model history churn --porcelain | wc -l)" 2
}

@test "a damaged record or folder is exit 6 and named" {
  seed_models
  digest=$(mlops model show churn@v1 --json | jq -r .items[0].digest)
  file=.mlops/objects/sha256/${digest:7:2}/${digest:9}
  chmod u+w "$file"
  printf x | dd of="$file" conv=notrunc status=none
  answers 6 mlops model show churn@v1
  has "$stderr" "$digest"
  answers 0 mlops model show churn@v2
  answers 6 mlops store fsck
}

@test "the index is made anew from the references" {
  seed_models
  answers 0 mlops log --porcelain
  before=$(sort <<<"$output")
  rm .mlops/catalogue.db*
  answers 0 mlops store reindex --porcelain
  is "$output" $'4\tindexed'
  is "$(mlops log --porcelain | sort)" "$before"
  answers 0 mlops store fsck
}

@test "input examples hide columns of personal data" {
  seed_project
  model_folder first
  cat >first/input_example.json <<'END'
{"columns": ["age", "email"], "data": [[31, "ana@example.org"], [44, null]]}
END
  registered plain first
  is "$(mlops model show plain --json | jq -c '.items[0].input_example')" \
    '[{"age":31,"email":"ana@example.org"},{"age":44,"email":null}]'
}

@test "an alias of what runs does not move to what nothing here can run, unless it is forced" {
  seed_models
  printf x >thing.bin
  answers 3 mlops model register churn --file thing.bin --alias champion
  is "$stderr" $'error: nothing here can run the new version: `mlops predict churn` would fail, churn@v1 answers now

hint: `--force` moves churn@champion all the same'
  answers 4 mlops model show churn@v3
  answers 0 mlops model register churn --file thing.bin --quiet
  for dry in "" -n; do answers 3 mlops model promote churn@v3 $dry; done
  answers 3 mlops model promote churn@v3 --to challenger --json
  is "$(jq -r .error.id <<<"$stderr")" model.opaque
  answers 0 mlops model promote churn@v3 --force --why 'served elsewhere'
  is "$output" "churn@champion  v1 -> v3"
  is "$stderr" 'warning: nothing here can run the version: `mlops predict churn` and `mlops serve churn` fail; `mlops model rollback churn --alias champion` takes it back'
  printf y >thing.bin
  answers 0 mlops model register churn --file thing.bin --alias champion
  lacks "$stderr" "nothing here can run"
  answers 0 mlops model register only --file thing.bin --alias champion
  has "$stderr" '`mlops predict only` and `mlops serve only` fail'
  lacks "$stderr" rollback
}
