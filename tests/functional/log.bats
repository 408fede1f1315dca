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

# last QUERY: of the newest run.
last() { mlops runs show @last --json | jq -c ".items[0]$1"; }

@test "facts: outside of a run they want one" {
  answers 2 mlops log metric loss=1
  has "$stderr" '--run @last'
  answers 4 mlops log metric loss=1 --run @last
  mlops run -q -- true
  answers 0 mlops log metric loss=0.5 acc=inf --step 3 --run @last
  answers 0 mlops log metric loss=0.25 --run @last
  answers 0 mlops log param lr=0.1 word=hello --run @last
  answers 0 mlops log tag mark=a=b --run @last
  answers 0 mlops log artifact churn.csv logs --run @last
  is "$(last '[.metrics, .params, .tags]')" '[{"acc":"Infinity","loss":0.25},{"lr":0.1,"word":"hello"},{"mark":"a=b"}]'
  is "$(last '.metric_list[1] | [.min, .max, .step, .count]')" '[0.25,0.5,4,2]'
  is "$(last '[.series[] | [.step, .value]]')" '[[3,0.5],[4,0.25]]'
  is "$(last '[.artifacts[].path]')" '["churn.csv","logs/a.csv","logs/b.csv"]'
  answers 0 mlops store fsck
  answers 0 mlops log metric loss=9 --run @last -n
  is "$(last .metrics.loss)" 0.25
}

@test "facts: what is no fact is refused" {
  answers 2 mlops log metric loss --run @last
  answers 2 mlops log metric loss=high --run @last
  has "$stderr" "the metric 'loss' wants a number, not 'high'"
  answers 2 mlops log metric
  answers 2 mlops log artifact churn.csv --as ../x --run @last
  mlops run -q -- true
  answers 2 mlops log artifact churn.csv --as ../x --run @last
  answers 4 mlops log artifact absent --run @last
}

@test "facts: within a run no database and no project is looked at" {
  mlops run -q -- true
  answers 0 unprivileged mlops run -q -- sh -c '
    chmod 000 .mlops/*.db* .mlops/refs; cd /
    mlops log metric a=1 --step 2 && mlops log param b=2 && mlops log tag c=3 && printf "d=4\n" | mlops log -
    status=$?; chmod 755 "$MLOPS_PROJECT"/.mlops/refs; chmod 644 "$MLOPS_PROJECT"/.mlops/*.db*; exit $status'
  is "$(last '[.metrics, .params, .tags]')" '[{"a":1,"d":4},{"b":2},{"c":"3"}]'
}

@test "facts: lines of standard input, as they come" {
  answers 0 mlops run -q -- sh -c '
    printf "loss=0.5 acc=0.25 step=2\n::param lr=0.1\nauc: 0.75\n{\"metric\": \"j\", \"value\": 1}\nwhat is this\n" | mlops log -'
  has "$stderr" "1 line of standard input said nothing of a run"
  is "$(last '[.metrics, .params]')" '[{"acc":0.25,"auc":0.75,"j":1,"loss":0.5},{"lr":0.1}]'
}

@test "facts: a text that looks like a digest does not break the store" {
  answers 0 mlops run -q -p image=sha256:0000000000000000000000000000000000000000000000000000000000000000 -- true
  answers 0 mlops log tag base=sha256:1111111111111111111111111111111111111111111111111111111111111111 --run @last
  answers 0 mlops store fsck
}
