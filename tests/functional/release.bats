# Judging: gates, the champion asked again, what may answer, and why.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load releasing

setup() { enter_fresh_project; }

@test "a first version that passes its gates becomes champion" {
  project 'auc >= 0.7, auc >= base.auc + 0.05, auc >= champion.auc @ 95%, rows > 100, size < 1MB'
  answers 0 mlops train run --json
  is "$(result '"\(.version) \(.champion) \(.judgement)"')" '1 1 accepted'
  is "$(result '[.gates[].verdict] | join(" ")')" 'pass pass skip pass pass'
  is "$(result '.gates[2].seen')" 'there is no champion yet'
  is "$(champion)" 1
  answers 0 mlops model show risk --json
  is "$(result .judgement)" accepted
  answers 0 mlops why risk@v1 --json
  is "$(result '"\(.address) \(.state) \(.picked) \(.metric) \(.data) \(.rows)"')" \
    "models/risk@v1 accepted linear auc sources/churn@v1 $(result .rows)"
  is "$(result '[.judged[].name] | join(" ")')" 'base linear'
  answers 0 mlops show "$(result .digest)"
  has "$output" '"kind": "judgement/1"'
  answers 0 mlops store fsck
}

@test "a version that fails is registered, answers for nobody, and says why" {
  project 'auc >= 0.7, auc >= 0.999, ece <= 0.000001: warn'
  answers 3 mlops train run
  has "$stderr" 'error: risk@v1 was not accepted: 1 of 3 gates fails: auc >= 0.999: auc = 0.8'
  has "$stderr" 'hint: `mlops why models/risk@v1`'
  has "$output" 'auc >= 0.999'
  is "$(champion)" null
  is "$(verdicts risk@v1)" 'auc >= 0.7 pass
auc >= 0.999 fail
ece <= 0.000001 warn'
  is "$(mlops model list --json | jq -r '.items[0].judgement')" rejected
  head -3 churn.csv >some.csv
  answers 3 mlops predict risk --in some.csv
  has "$stderr" 'error: risk has no champion, and risk@v1 was not accepted: 1 of 3 gates fails'
  has "$stderr" '`risk@v1` asks that version all the same'
  answers 0 mlops predict risk@v1 --in some.csv
  answers 3 mlops serve risk --port 0
  has "$stderr" 'risk has no champion'
  # the next one is accepted and is the first to answer
  sed -i 's/auc >= 0.999/auc >= 0.71/' mlops.yaml
  customers 2000 >churn.csv
  mlops ingest --quiet >/dev/null
  answers 0 mlops train run --json
  is "$(result '"\(.version) \(.champion) \(.judgement)"')" '2 2 accepted'
  is "$(mlops model history risk --json | jq -r '.items[0].why')" 'the first that was accepted'
  answers 0 mlops predict risk --in some.csv
}

@test "the same model is judged again, and its verdict may change" {
  project 'auc >= 0.999'
  answers 3 mlops train run --json
  is "$(result .state)" new
  first=$(result .judgement_digest)
  answers 3 mlops train run --json
  is "$(result '"\(.state) \(.version) \(.judgement)"')" 'unchanged 1 rejected'
  is "$(result .judgement_digest)" "$first"
  project 'auc >= 0.6'
  answers 0 mlops train run --json
  is "$(result '"\(.state) \(.version) \(.champion) \(.judgement)"')" 'unchanged 1 1 accepted'
  [[ $(result .judgement_digest) != "$first" ]]
  # the champion is not measured against itself
  project 'auc >= champion.auc @ 95%'
  answers 0 mlops train run --json
  is "$(result '.gates[0] | "\(.verdict): \(.seen)"')" 'skip: risk@v1 is the champion'
  is "$(wc -l <.mlops/refs/judgements/risk@v1)" 3
}

# turned FILE: the same customers, of whom each did what he did not do.
turned() { awk -F, -v OFS=, 'NR > 1 { $8 = $8 == "yes" ? "no" : "yes" } { print }' "$1"; }

@test "the champion is asked again about the new rows: what it was once is not remembered" {
  project 'auc >= champion.auc + 0.2'
  answers 0 mlops train run --json
  once=$(result '.candidates[1].metrics.auc.value')
  customers 1500 >plain.csv
  turned plain.csv >churn.csv
  mlops ingest --quiet >/dev/null
  # of the new rows the champion says the contrary of what is so
  answers 0 mlops train run --json
  is "$(result '"\(.version) \(.champion) \(.judgement) \(.against.address)"')" '2 1 accepted risk@v1'
  jq -e --argjson once "$once" '.items[0].against.metrics.auc.value < 0.3 and $once > 0.7' <<<"$output"
  has "$(result '.gates[0].seen')" '(champion.auc + 0.2)'
  answers 0 mlops why risk@v2
  has "$output" 'champion (risk@v1)'
}

@test "ties keep the champion" {
  project 'auc >= champion.auc @ 95%'
  answers 0 mlops train run
  # other data, the same knowledge: as good, and not measurably better
  customers 1600 >churn.csv
  mlops ingest --quiet >/dev/null
  answers 3 mlops run release/risk --then promote
  has "$stderr" 'risk@v2 was not accepted: 1 of 1 gate fails: auc >= champion.auc @ 95%'
  is "$(champion)" 1
  jq -e '.items[0].resamples == 2000 and .items[0].seed == 1' <<<"$(mlops why risk@v2 --json)"
  # not measurably worse is enough for this one
  project 'not (auc < champion.auc @ 95%)'
  answers 0 mlops run release/risk --then promote
  is "$(champion)" 2
}

@test "models that answer every row alike are a tie as well" {
  project 'logloss <= champion.logloss @ 95%'
  sed -i 's/among: .*/among: [base]/; s/pick: .*/pick: min logloss/' mlops.yaml
  answers 0 mlops train run
  cp churn.csv more.csv
  awk -F, -v OFS=, 'NR > 1 { $6 = 9 - $6 } { print }' more.csv >churn.csv
  mlops ingest --quiet >/dev/null
  answers 3 mlops train run --json
  is "$(result '"\(.version) \(.champion) \(.gates[0].verdict)"')" '2 1 fail'
  is "$(result '.against.metrics.logloss.value')" "$(result '.candidates[0].metrics.logloss.value')"
}

@test "a champion that cannot be asked fails the gates that ask for it, with the reason" {
  project 'auc >= 0.6, auc >= champion.auc @ 95%, logloss <= champion.logloss'
  # only kept
  echo weights >opaque.bin
  mlops model register risk --file opaque.bin --quiet >/dev/null 2>&1
  mlops model promote risk@v1 --quiet >/dev/null 2>&1
  answers 3 mlops train run --json
  is "$(result '"\(.version) \(.champion) \([.gates[].verdict] | join(" "))"')" '2 1 pass fail fail'
  has "$(result '.against.fault')" 'risk@v1 cannot be judged: risk@v1 is kept as files'
  has "$(result '.gates[1].seen')" 'kept as files'
  has "$(result '.gates[2].seen')" 'kept as files'
  answers 0 mlops why risk@v2
  has "$output" 'kept as files'
  answers 0 mlops store fsck
  # of other inputs, which the data do not have
  model_folder other 0.25
  mlops model register risk --file other --quiet >/dev/null
  mlops model promote risk@v3 --quiet --force >/dev/null
  customers 1550 >churn.csv
  mlops ingest --quiet >/dev/null
  answers 3 mlops train run --json
  has "$(result '.against.fault')" 'risk@v3 cannot be judged: '
  is "$(result '[.gates[].verdict] | join(" ")')" 'pass fail fail'
}

@test "a champion of other classes is no rival" {
  project 'accuracy >= champion.accuracy'
  answers 0 mlops train run
  sed 's/,yes$/,gone/; s/,no$/,here/' churn.csv >renamed.csv
  mv renamed.csv churn.csv
  mlops ingest --quiet >/dev/null
  answers 3 mlops train run --json
  has "$(result '.gates[0].seen')" 'risk@v1 answers another question: its classes are no, yes'
}

@test "what was rejected is promoted by force alone, and the history says so" {
  project 'auc >= 0.999'
  mlops train run --quiet >/dev/null 2>&1 || true
  for alias in champion challenger; do
    answers 3 mlops model promote risk@v1 --to $alias
    has "$stderr" 'error: risk@v1 was not accepted: 1 of 1 gate fails: auc >= 0.999'
    has "$stderr" '`--force` takes it all the same'
    answers 3 mlops model promote risk@v1 --to $alias -n
  done
  is "$(champion)" null
  answers 0 mlops model promote risk@v1 --force --why 'the other one is worse'
  is "$(champion)" 1
  why=$(mlops model history risk --json | jq -r '.items[0].why')
  has "$why" 'the other one is worse (forced: risk@v1 was not accepted: 1 of 1 gate fails: auc >= 0.999'
  answers 0 mlops predict risk --in churn.csv
}

@test "run release/NAME trains and judges as train run does, and --then says what becomes of it" {
  project 'auc >= 0.7'
  answers 2 mlops run --then promote
  has "$stderr" 'no release is run'
  answers 2 mlops run --then promote -- true
  has "$stderr" 'a program is run'
  answers 4 mlops run release/rusk
  has "$stderr" '`risk`'
  answers 0 mlops run release/risk --json
  is "$(jq -r '.items[] | "\(.address) \(.action) \(.version)"' <<<"$output")" 'sources/churn fresh 1
release/risk accepted 1'
  is "$(champion)" 1
  customers 1700 >churn.csv
  answers 0 mlops run release/risk --json
  is "$(jq -r '.items[] | "\(.address) \(.action) \(.version)"' <<<"$output")" 'sources/churn ingested 2
release/risk accepted 2'
  is "$(champion)" 1
  answers 0 mlops run release/risk --then stage --json
  is "$(mlops model show risk@challenger --json | jq .items[0].version)" 2
  is "$(champion)" 1
  answers 0 mlops run release/risk --then promote
  has "$output" 'release/risk'
  is "$(champion)" 2
  is "$(mlops model history risk --alias champion --json | jq -r '.items[0].why')" '1 gate holds'
  # rejected: neither
  project 'auc >= 0.999'
  customers 1800 >churn.csv
  answers 3 mlops run release/risk --then promote --json
  is "$(jq -r '.items[-1] | "\(.action) \(.version)"' <<<"$output")" 'rejected 3'
  is "$(champion)" 2
  answers 0 mlops why risk@v2 --json
  is "$(result .state)" accepted
}

@test "plan and dry runs write nothing" {
  project 'auc >= 0.7'
  before=$(find .mlops -type f ! -name '*.db*' | sort | xargs sha256sum)
  answers 0 mlops plan release/risk --json
  is "$(jq -r '.items[-1] | "\(.address) \(.action): \(.why)"' <<<"$output")" \
    'release/risk would train: it was never trained: base, linear are trained, 1 gate judges'
  answers 0 mlops run -n release/risk --then promote
  has "$output" 'would train'
  has "$output" 'becomes the champion'
  answers 0 mlops train run -n --json
  is "$(result '"\(.state) \(.judgement) \(.gates[0].assertion) \(.gates[0].verdict)"')" 'would be trained null auc >= 0.7 null'
  is "$(find .mlops -type f ! -name '*.db*' | sort | xargs sha256sum)" "$before"
  answers 4 mlops model show risk
}

@test "slices: the worst is told, and a gate asks for it" {
  customers 3000 >churn.csv
  project "'worst(auc, plan) >= 0.99', 'worst(auc, calls, least=5000) >= 0.1', 'worst(auc) >= 0.5'" \
    '    slices: [plan, calls by 3]'
  answers 3 mlops train run --json
  is "$(result '[.gates[].verdict] | join(" ")')" 'fail fail pass'
  has "$(result '.gates[0].seen')" 'plan = '
  has "$(result '.gates[1].seen')" 'no slice has 5,000 rows'
  answers 0 mlops why risk@v1 --json
  is "$(result '[.slices[].column] | unique | join(" ")')" 'calls plan'
  # the worst first, of those that are large enough to tell
  jq -e '[.items[0].slices[] | select(.rows >= 100) | .metrics.auc.value] | . == sort' <<<"$output"
  sum=$(result '[.slices[] | select(.column == "plan") | .rows] | add')
  is "$sum" "$(result .rows)"
}

@test "faults of gates stand where they are in the file" {
  project 'rmse < 3'
  answers 2 mlops train run
  has "$stderr" 'mlops.yaml:12:'
  has "$stderr" "rmse"
  is "$(mlops runs list --json | jq '.items | length')" 0
  project "'worst(auc, nowhere) > 0.1'" '    slices: [nowhere]'
  answers 2 mlops train run
  has "$stderr" "nowhere"
  is "$(mlops runs list --json | jq '.items | length')" 0
}

@test "whatever is registered under the name of a release goes through its gates" {
  project 'auc >= 0.6, auc >= base.auc + 0.05'
  answers 3 mlops train run linear --json
  is "$(result '.gates[1].verdict')" fail
  has "$(result '.gates[1].seen')" 'base was not trained this time'
  answers 3 mlops train run --train logistic --name risk
  is "$(champion)" null
}

@test "why answers for tables, and says for what else it does not" {
  project 'auc >= 0.6'
  # a file as young as its reading may still change unseen
  for _ in {1..100}; do
    mlops run sources/churn --quiet >/dev/null
    answers 0 mlops why sources/churn
    [[ $output != *'up to date'* ]] || break
    sleep 0.1
  done
  has "$output" 'it is up to date'
  customers 1501 >churn.csv
  answers 0 mlops why churn --json
  is "$(result '"\(.address) \(.state): \(.why)"')" 'sources/churn out of date: its files may have changed'
  is "$(result .gates)" null
  answers 2 mlops why run/abc
  has "$stderr" 'it answers for models, such as models/churn@v2, and for tables'
  answers 0 mlops why release/risk --json
  has "$(result '"\(.address) \(.state): \(.why)"')" 'release/risk out of date: sources/churn (its files may have changed)'
  answers 4 mlops why models/nobody
  mlops ingest --quiet >/dev/null
  answers 0 mlops train run --quiet
  for address in models/risk@v1 model/risk@v1 risk@v1 risk risk@champion; do
    answers 0 mlops why $address --json
    is "$(result '"\(.address) \(.state)"')" 'models/risk@v1 accepted'
  done
}

@test "a release is no model to be trained, and the hint says what it is" {
  project 'auc >= 0.6'
  answers 4 mlops train run risk
  has "$stderr" 'it is a release: `mlops run release/risk`'
}

@test "a version without gates has no judgement, and all is as it was" {
  project 'rows > 1'
  sed -i '/expect:/d' mlops.yaml
  answers 0 mlops train run --json
  is "$(result '"\(.champion) \(.judgement) \(.gates)"')" '1 null null'
  answers 0 mlops why risk --json
  is "$(result '"\(.state): \(.why)"')" 'null: its release had no gates'
  [[ ! -e .mlops/refs/judgements ]]
  answers 0 mlops show "$(mlops model show risk --json | jq -r .items[0].digest)"
  lacks "$output" gated
}

@test "killed between registering and the judgement: it answers for nobody, and the next training heals it" {
  project 'auc >= 0.6'
  answers 0 mlops train run --quiet
  # what a process leaves that ends there: the version, and neither judgement nor alias
  rm -r .mlops/refs/judgements .mlops/refs/model-aliases
  answers 0 mlops store reindex
  is "$(champion)" null
  answers 3 mlops predict risk --in churn.csv
  has "$stderr" 'risk has no champion, and risk@v1 was never judged by the gates of its release'
  answers 3 mlops model promote risk@v1
  has "$stderr" 'was never judged'
  answers 0 mlops why risk@v1 --json
  is "$(result '"\(.state): \(.why)"')" 'null: it was never judged by the gates of its release'
  answers 0 mlops train run --json
  is "$(result '"\(.state) \(.version) \(.champion) \(.judgement)"')" 'unchanged 1 1 accepted'
  answers 0 mlops predict risk --in churn.csv --out answers.csv
}

@test "two trainings at once both judge, and one champion comes of it" {
  project 'auc >= 0.6'
  mlops run release/risk --quiet >one.out 2>one.err &
  first=$!
  mlops run release/risk --quiet >two.out 2>two.err &
  second=$!
  wait $first
  wait $second
  is "$(mlops model list risk --json | jq '[.items[].judgement] | unique | join(" ")' -r)" accepted
  is "$(mlops model history risk --alias champion --json | jq '.items | length')" 1
  answers 0 mlops store fsck
}
