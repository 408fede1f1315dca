# What must not become champion: rejected, unjudged, judged by something else; killed, raced, damaged.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load visits
load serving
load releasing

setup() { enter_fresh_project; }
teardown() { stop_servers; }

# state N: what was last said of risk@vN.
state() { mlops why "risk@v$1" --json | jq -r '.items[0].state'; }

@test "killed at any moment, nothing answers that was not accepted, and the next training heals" {
  local round version pause answering seed=${MLOPS_TEST_SEED:-$RANDOM} whole begin
  echo "MLOPS_TEST_SEED=$seed"
  RANDOM=$seed
  project 'auc >= 0.6, auc >= champion.auc - 0.2'
  begin=$(date +%s%N)
  mlops train run --quiet >/dev/null
  whole=$((($(date +%s%N) - begin) / 1000000))
  for round in {1..16}; do
    # every third one would be rejected
    if ((round % 3 == 0)); then project 'auc >= 0.999'; else project 'auc >= 0.6, auc >= champion.auc - 0.2'; fi
    customers $((1500 + round)) >churn.csv
    mlops ingest --quiet >/dev/null
    if ((round % 2)); then set -- train run; else set -- run release/risk --then promote; fi
    mlops "$@" --quiet >/dev/null 2>&1 3>&- &
    # more often near the end, where the version, its judgement and the alias are written
    pause=$((whole / 2 + RANDOM % (whole * 3 / 4)))
    sleep "$(printf '%d.%03d' $((pause / 1000)) $((pause % 1000)))"
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    answering=$(champion)
    is "$(state "$answering")" accepted
    for version in $(mlops model list risk --json | jq -r '.items[] | select(.judgement != "accepted") | .version'); do
      answers 3 mlops model promote "risk@v$version" -n
    done
  done
  answers 0 mlops store fsck
  project 'auc >= 0.6'
  answers 0 mlops run release/risk --then promote
  is "$(champion)" "$(mlops model list risk --json | jq '[.items[].version] | max')"
  is "$(state "$(champion)")" accepted
}

@test "a champion that is moved while its challenger is judged: nothing is promoted, exit code 5" {
  local pid tries before
  project 'auc >= 0.6, auc >= champion.auc - 0.2 @ 95%'
  mlops train run --quiet >/dev/null
  customers 1501 >churn.csv
  mlops run release/risk --quiet >/dev/null
  sed -i 's/task: binary/&, split: {test: 80%, valid: 10%}/' mlops.yaml
  for tries in {1..20}; do
    customers $((20000 + tries)) >churn.csv
    mlops ingest --quiet >/dev/null
    mlops model promote risk@v1 --quiet >/dev/null
    before=$(ls .mlops/refs/judgements)
    mlops run release/risk --then promote --json >run.out 2>run.err 3>&- &
    pid=$!
    # what it is at is told from half a second on
    until [[ -s run.err ]] || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    kill -STOP "$pid" 2>/dev/null && sleep 0.6 && kill -CONT "$pid"
    until grep -q 'judging risk' run.err || ! kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    kill -STOP "$pid" 2>/dev/null || { wait "$pid" || true; continue; }
    # while its judgement is not there, it has promoted nothing
    [[ $(ls .mlops/refs/judgements) != "$before" ]] || break
    kill -CONT "$pid"
    wait "$pid" || true
  done
  ((tries < 20))
  mlops model promote risk@v2 --quiet >/dev/null
  kill -CONT "$pid"
  ended=0
  wait "$pid" || ended=$?
  is "$ended" 5
  has "$(cat run.err)" 'risk@champion'
  is "$(champion)" 2
  is "$(state $((tries + 2)))" accepted
  has "$(jq -r '.items[-1].why' run.out)" 'risk@champion'
}

@test "what follows the newest version does not follow it to one that was rejected" {
  project 'auc >= 0.6'
  answers 0 mlops train run --quiet
  rm -r .mlops/refs/model-aliases
  start bare risk
  start latest risk@latest
  project 'auc >= 0.999'
  customers 1501 >churn.csv
  mlops ingest --quiet >/dev/null
  answers 3 mlops train run --quiet
  for name in bare latest; do
    eventually grep -q 'risk@v2 was not accepted' "$name.err"
    url=$(jq -r .items[0].url "$name.out")
    is "$(curl -s "$url/v2/models/risk" | jq -c '.versions')" '["1"]'
  done
  answers 3 mlops serve risk@latest --port 0
  has "$stderr" 'error: risk@v2 was not accepted'
  answers 3 mlops predict risk@latest --in churn.csv
  answers 0 mlops predict risk@v2 --in churn.csv
}

@test "what was rejected stays so when the gates are gone, until it is judged again" {
  project 'auc >= 0.999'
  answers 3 mlops train run --json
  is "$(result .champion)" null
  sed -i '/expect:/d' mlops.yaml
  answers 0 mlops train run --json
  is "$(result '"\(.state) \(.champion)"')" 'unchanged null'
  answers 3 mlops run release/risk --then promote
  has "$stderr" 'risk@v1 was not accepted'
  answers 3 mlops run release/risk --then stage
  is "$(champion)" null
  project 'auc >= 0.6'
  answers 0 mlops train run --json
  is "$(result .champion)" 1
}

@test "a champion of another label is no rival, however its answers look" {
  customers 1500 | awk -F, -v OFS=, '{ print $0, NR == 1 ? "moved" : NR % 3 ? "no" : "yes" }' >churn.csv
  project 'accuracy >= champion.accuracy'
  answers 0 mlops train run --quiet
  sed -i 's/label: churned/label: moved/' mlops.yaml
  answers 3 mlops train run --json
  has "$(result '.gates[0].seen')" "risk@v1 answers another question: its label is 'churned', and what is judged is 'moved'"
  is "$(champion)" 1
}

@test "arguments of worst by their names, in any order" {
  customers 3000 >churn.csv
  project "'worst(least=5000, metric=auc) > 0', 'worst(auc, least=100, slice=plan) > 0.5', 'worst(slice=plan, metric=auc) > 0.5'" \
    '    slices: [plan]'
  answers 3 mlops train run --json
  is "$(result '[.gates[].verdict] | join(" ")')" 'fail pass pass'
  has "$(result '.gates[0].seen')" 'no slice has 5,000 rows'
}

@test "resamples in which nobody can tell do not make a model not worse" {
  # two rows of the rarer class judge: of 2,000 resamples 270 have none of it
  customers 400 | awk -F, -v OFS=, 'NR > 1 { $8 = NR % 100 ? "no" : "yes" } { print }' >churn.csv
  project 'not (auc < 0.999 @ 95%)'
  sed -i 's/task: binary/&, split: {test: 50%, valid: 10%}/' mlops.yaml
  answers 3 mlops train run --json
  has "$(result '.gates[0].seen')" 'too many of 2,000 resamples leave it open'
}

@test "a damaged judgement stops nobody who forces, and the next training replaces it" {
  project 'auc >= 0.6'
  answers 0 mlops train run --json
  object=$(result .judgement_digest)
  object=${object#sha256:}
  damaged=$(find .mlops/objects -type f -path "*${object:2:2}*" -name "*${object:4}*")
  [[ -n $damaged ]]
  chmod u+w "$damaged"
  echo damaged >"$damaged"
  answers 6 mlops model promote risk@v1 --to other
  has "$stderr" 'the judgement of risk@v1 cannot be read'
  answers 0 mlops model promote risk@v1 --to other --force
  answers 0 mlops predict risk --in churn.csv --out answers.csv
  answers 0 mlops model list --json
  is "$(result .judgement)" unreadable
  # the same verdict is the same record: another gate makes another
  project 'auc >= 0.61'
  answers 0 mlops train run --json
  is "$(result '"\(.version) \(.judgement)"')" '1 accepted'
  answers 0 mlops model promote risk@v1 --to third
}

@test "a champion that takes other views is asked with its own" {
  visits | cut -d, -f1-5,7 >visits.csv
  cat >mlops.yaml <<'YAML'
mlops: 1
sources:
  visits:
    from: visits.csv
    label: late
    time: moment
    outcome: [delay, done]
    split: {test: last 3d, valid: 2d before test}
features:
  shop:
    key: {shop: shop}
    from: visits
    at: done
    columns:
      delay_6h: mean(delay) over 6h
models:
  viewed: {train: logistic, features: [shop]}
  plain: {train: logistic}
release:
  risk: {among: [viewed], expect: [auc >= 0.5, 'not (auc < champion.auc @ 95%)']}
YAML
  mlops ingest visits --quiet >/dev/null
  answers 0 mlops train run --json
  before=$(result '.candidates[0].metrics.auc.value')
  sed -i 's/among: \[viewed\]/among: [plain]/' mlops.yaml
  run --separate-stderr mlops train run --json
  is "$(result .against.fault)" null
  # the same rows, the same views, the same answers
  is "$(result .against.metrics.auc.value)" "$before"
  is "$(champion)" 1
}

@test "a release that is named twice is run once, and says who answers now" {
  project 'auc >= 0.6'
  answers 0 mlops run release/risk risk release/risk --json
  is "$(jq -r '.items[].address' <<<"$output")" 'sources/churn
release/risk'
  customers 1501 >churn.csv
  answers 0 mlops run release/risk --then promote
  has "$output" 'champion   2'
  # rows that are dealt anew may be among those that the champion learnt from
  has "$stderr" 'risk@v1 was trained on sources/churn@v1: rows that judge now may be among those it learnt from'
}

@test "releases are offered where they can be run" {
  project 'auc >= 0.6'
  answers 0 mlops __complete -- run release
  is "$output" $'release\tevery release\nrelease/risk\trelease'
  answers 0 mlops __complete -- plan ''
  is "$(cut -f 1 <<<"$output" | tr '\n' ' ')" 'churn release release/risk '
}
