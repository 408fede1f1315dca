# What moves an alias by hand, and what is said of versions that were not accepted.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load releasing

setup() { enter_fresh_project; }

# more ROWS: other data.
more() {
  customers "$1" >churn.csv
  mlops ingest --quiet >/dev/null
}

@test "a rollback does not go to a version that was rejected, unless it is forced" {
  project 'auc >= 0.7'
  answers 0 mlops train run --quiet
  project 'auc >= 0.999'
  more 1600
  answers 3 mlops train run --quiet
  answers 0 mlops model promote risk@v2 --force
  project 'auc >= 0.7'
  more 1700
  answers 0 mlops run release/risk --then promote --quiet
  is "$(champion)" 3
  for flags in '' -n; do
    # shellcheck disable=SC2086
    answers 3 mlops model rollback risk $flags
    has "$stderr" 'error: risk@v2 was not accepted: 1 of 1 gate fails: auc >= 0.999'
    has "$stderr" '`mlops model promote risk@v1` takes the newest one before v3 that was accepted, `--force` this one'
    is "$(champion)" 3
  done
  answers 0 mlops model rollback risk --force -n --json
  has "$(result .why)" 'forced: risk@v2 was not accepted'
  is "$(champion)" 3
  answers 0 mlops model rollback risk --force --why 'v3 is slow'
  is "$(champion)" 2
  has "$(mlops model history risk --json | jq -r '.items[0].why')" 'v3 is slow (forced: risk@v2 was not accepted: 1 of 1'
  # v1 was accepted
  answers 0 mlops model rollback risk
  is "$(champion)" 1
}

@test "a rollback without a champion names a version that may be one" {
  project 'auc >= 0.7'
  sed -i '/^release:/,$d' mlops.yaml
  answers 0 mlops train run --data churn --label churned --train logistic --name risk --quiet
  rm -f .mlops/refs/model-aliases/risk@champion
  answers 4 mlops model rollback risk
  has "$stderr" "error: 'risk' has no alias 'champion'"
  has "$stderr" '`mlops model promote risk@v1` sets it'
  project 'auc >= 0.999'
  answers 3 mlops train run --name other linear --quiet || true
  sed -i 's/  risk:/  fresh:/' mlops.yaml
  answers 3 mlops train run --quiet
  answers 4 mlops model rollback fresh
  has "$stderr" 'no version of it was accepted; `mlops why models/fresh@latest` shows why'
}

@test "the champion that fails a new gate is told to go on answering" {
  project 'auc >= 0.7'
  answers 0 mlops train run --quiet
  project 'auc >= 0.999, ece <= 0.0000001, rows > 1000000'
  answers 3 mlops train run
  has "$stderr" 'error: risk@v1, the champion, was not accepted: 3 of 3 gates fail: auc >= 0.999: auc = 0.'
  has "$stderr" '; and 2 more'
  lacks "$stderr" 'rows > 1000000'
  has "$stderr" 'hint: it goes on answering until another version is promoted'
  lacks "$stderr" --force
  is "$(champion)" 1
  is "$(mlops why risk --json | jq '.items[0].gates | length')" 3
  answers 0 mlops why risk
  lacks "$stderr" --force
}

@test "a bare name that is promoted is its champion, and a newer version is named" {
  project 'auc >= 0.7'
  answers 0 mlops train run --quiet
  answers 0 mlops model promote risk
  lacks "$stderr" newest
  more 1700
  answers 0 mlops train run --quiet
  answers 0 mlops model promote risk
  has "$output" 'unchanged'
  has "$stderr" 'risk stands for risk@v1; its newest version is risk@v2: `mlops model promote risk@v2`'
  answers 0 mlops model promote risk@v1
  lacks "$stderr" newest
  for word in last newest train valid test all; do
    answers 2 mlops model promote risk@v2 --to $word
    has "$stderr" "'$word' cannot be an alias: it has a meaning of its own"
  done
}

@test "what the journal names is shown" {
  project 'auc >= 0.7'
  answers 0 mlops train run --quiet
  has "$(mlops log)" 'judgements/risk@v1'
  answers 0 mlops show judgements/risk@v1
  has "$output" '"kind": "judgement/1"'
  is "$(mlops show judgements/risk@v1 --json | jq -r .schema)" mlops.record/1
  answers 0 mlops why judgements/risk@v1 --json
  is "$(result .address)" models/risk@v1
  answers 0 mlops __complete -- show ju
  is "$output" $'judgements/risk@v1\twhat a version was judged by'
  answers 2 mlops why watches/risk
  has "$stderr" '`mlops monitor report risk`'
  answers 0 mlops log judgements/risk@v1
  has "$output" 'judgements/risk@v1'
  answers 4 mlops show judgements/risk@v2
  has "$stderr" 'error: there is nothing under judgements/risk@v2'
  has "$stderr" '`risk@v1`'
  answers 4 mlops show watches/risk
  has "$stderr" 'there are no watches yet'
}

@test "what a version is asked by is the model's, and --as-of is the version of then" {
  project 'auc >= 0.7'
  sed -i 's/^  risk:/  churn:/' mlops.yaml
  answers 0 mlops train run --quiet
  then=$(mlops log --json | jq -r '.items[0].time')
  more 1700
  answers 0 mlops run release/churn --then promote --quiet
  answers 2 mlops why churn
  has "$stderr" "'churn' is a table and a model"
  for address in churn@champion churn@v2; do
    answers 0 mlops why $address --json
    is "$(result .address)" models/churn@v2
  done
  answers 4 mlops why churn@v77
  has "$stderr" "'churn' has no version 77"
  for command in 'why models/churn' 'why churn@champion'; do
    # shellcheck disable=SC2086
    answers 0 mlops $command --as-of "$then" --json
    is "$(result .address)" models/churn@v1
  done
  answers 0 mlops model show churn --as-of "$then" --json
  is "$(result .version)" 1
  answers 0 mlops evaluate churn --as-of "$then" --json
  is "$(result .model)" churn@v1
  answers 4 mlops why models/churn --as-of 2020-01-01
  answers 2 mlops why monitor/churn
  has "$stderr" '`mlops monitor report churn`'
}

@test "a model of the release that was not trained is named with what trains it" {
  project 'auc >= base.auc + 0.05'
  answers 3 mlops train run linear
  has "$stderr" '`mlops run release/risk` trains all of them'
}

@test "the steps of a release have the verdicts of its gates" {
  project 'auc >= 0.7, ece <= 0.0000001: warn'
  answers 0 mlops run release/risk -n --json
  is "$(jq -c '.items[-1].gates | map(.verdict)' <<<"$output")" '[null,null]'
  is "$(jq -c '.items[0].gates' <<<"$output")" null
  answers 0 mlops run release/risk release/risk --json
  is "$(jq -c '.items[-1].gates | map(.verdict)' <<<"$output")" '["pass","warn"]'
  is "$(jq -r '.items | length' <<<"$output")" 2
  # of one size
  picked=$(mlops train run --json | jq '.items[0].candidates[] | select(.name == "linear") | .bytes')
  is "$picked" "$(mlops model list risk --json | jq '.items[0].bytes')"
}

@test "at 80 columns nothing of what a gate saw is cut" {
  project 'auc >= base.auc + 0.05'
  answers 3 mlops train run linear
  run script -qec 'stty cols 80; export TERM=dumb PAGER=cat; exec mlops why models/risk@v1' /dev/null
  gates=$(sed -n '/^gates/,/^$/p' <<<"$output")
  has "$gates" 'auc >= base.auc + 0.05'
  lacks "$gates" '…'
  has "$(tr -s ' \r\n' ' ' <<<"$gates")" 'base was not trained this time'
}
