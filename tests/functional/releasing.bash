# A project of customers with a release, and what came of it.
# shellcheck disable=SC2154,SC2016

# project GATES [MORE]: customers, two models and a release of them with these gates.
project() {
  cat >mlops.yaml <<END
mlops: 1
project: churn
sources:
  churn: {from: churn.csv, label: churned, task: binary}
models:
  base: {train: prior}
  linear: {train: logistic}
release:
  risk:
    among: [base, linear]
    pick: max auc
    expect: [$1]
${2:-}
END
  [[ -e churn.csv ]] || customers 1500 >churn.csv
  mlops ingest --quiet >/dev/null 2>&1
}

# result JQ: of the last answer.
result() { jq -r ".items[0] | $1" <<<"$output"; }

# champion: the number of the version that answers for risk; null: there is none.
champion() { mlops model list risk --json | jq -r '.items[0].champion'; }

# verdicts ADDRESS: "assertion verdict", one per line.
verdicts() { mlops why "models/$1" --json | jq -r '.items[0].gates[] | "\(.assertion) \(.verdict)"'; }
