# mlops log: the journal.
# shellcheck disable=SC2154
load lib
load seed
load models

setup() {
  enter_fresh_project
  seed_project
  printf 'a\n1\n' | take other --as-of 2026-11-03
}

@test "the newest first, of all or of one" {
  answers 0 mlops log --porcelain
  is "$(cut -f1-5 <<<"$output")" $'2026-11-03T00:00:00Z\tsources/other\t1\tdataset-version\tingested 1 row, 1 column
2026-11-02T00:00:00Z\tsources/churn\t2\tdataset-version\tingested 4 rows, 7 columns, 1 in quarantine
2026-11-01T00:00:00Z\tsources/churn\t1\tdataset-version\tingested 3 rows, 7 columns'
  answers 0 mlops log churn --count 1 --porcelain
  is "$(cut -f2-3 <<<"$output")" $'sources/churn\t2'
  is "$(mlops log sources/churn --porcelain | wc -l)" 2
}

@test "the digest of an event is its record" {
  answers 0 mlops log other --json
  is "$(jq -r .items[0].digest <<<"$output")" "$(mlops data show other --json | jq -r .items[0].digest)"
}

@test "what changes nothing, or fails, is not in the journal" {
  mlops ingest churn --quiet
  printf 'b\n1\n' >other.csv
  answers 5 mlops ingest other
  is "$(mlops log --porcelain | wc -l)" 3
}

@test "nothing yet is an empty journal; a name that is not there is exit 4" {
  answers 4 mlops log chrun
  answers 2 mlops log --count -1
  rm -rf .mlops
  answers 0 mlops log
  is "$output" ""
}

@test "of a model the moves of its aliases are told too, the newest first" {
  model_folder first
  mlops model register best --file first --alias champion --quiet --as-of 2026-11-04
  mlops model promote best@v1 --to shadow --quiet --as-of 2026-11-05
  mlops model register other --file first --quiet --as-of 2026-11-06
  answers 0 mlops log best --porcelain
  is "$(cut -f1-5 <<<"$output")" $'2026-11-05T00:00:00Z\tmodel-aliases/best@shadow\t1\tmodel-version\tset to v1
2026-11-04T00:00:00Z\tmodel-aliases/best@champion\t1\tmodel-version\tset to v1
2026-11-04T00:00:00Z\tmodels/best\t1\tmodel-version\tprior, binary'
  is "$(mlops log models/best@champion --count 1 --porcelain)" "$(head -1 <<<"$output")"
  is "$(mlops log --porcelain | wc -l)" 7
}
