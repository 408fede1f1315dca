# A project from nothing, from an example, and from a look at a table.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
}

# keep FILE: nothing of it changes by what follows until `still FILE`.
keep() { cp "$1" ../kept; }
still() { cmp "$1" ../kept; }

@test "init: a file to fill in, the store, and nothing twice" {
  answers 0 mlops init --json
  is "$(jq -c '.items[0] | [.project, .manifest, .store]' <<<"$output")" '["project","made","made"]'
  is "$(jq -r '.items[0].text' <<<"$output")" "$(cat mlops.yaml)"
  is "$(cat .mlops/.gitignore)" '*'
  keep mlops.yaml
  answers 0 mlops init --porcelain
  is "$(cut -f 3-4 <<<"$output")" $'kept\tkept'
  still mlops.yaml
  answers 0 mlops data list
  # A clone has the file and no store.
  rm -r .mlops
  answers 0 mlops init --porcelain
  is "$(cut -f 3-4 <<<"$output")" $'kept\tmade'
  still mlops.yaml
}

@test "ingest and training write into the plain file, where they belong" {
  customers 400 >churn.csv
  answers 0 mlops init
  answers 0 mlops ingest churn.csv
  answers 0 mlops train run --label churned --train prior --train logistic
  is "$(grep -vE '^ *(#|$)' mlops.yaml | head -9)" 'mlops: 1
project: project
sources:
  churn:
    from: churn.csv
    label: churned
    task: binary
data:
models:'
  answers 0 mlops train run --json
  is "$(jq -r '.items[0].state' <<<"$output")" unchanged
}

@test "a project file that is there is somebody's work" {
  customers 40 >churn.csv
  echo 'mlops: 1 # mine' >mlops.yaml
  keep mlops.yaml
  for words in 'init flights' 'init tabular churn.csv --label churned' 'init -n flights'; do
    # shellcheck disable=SC2086
    answers 5 mlops $words
    has "$stderr" "error: there is a project here already: '$PWD/mlops.yaml'"
    is "$output" ""
  done
  still mlops.yaml
  [[ ! -e .mlops ]]
  # A link that leads nowhere is no free place either.
  ln -sf nowhere mlops.yaml
  answers 5 mlops init flights
  [[ ! -e nowhere && -L mlops.yaml ]]
}

@test "tabular: the project trains as it stands, and reads nothing again" {
  customers 2000 >churn.csv
  until (($(date +%s%N) - $(date +%s%N -d "$(stat -c %z churn.csv)") > 150000000)); do sleep 0.02; done
  answers 0 mlops init tabular churn.csv --label churned --kind internal --json
  is "$(jq -r '.items[0].text' <<<"$output")" "$(cat mlops.yaml)"
  assert_golden init-tabular.yaml "$(cat mlops.yaml)"
  answers 0 mlops plan churn --porcelain
  is "$(cut -f 1-2 <<<"$output")" $'sources/churn\twould judge'
  answers 0 mlops check --json
  is "$(jq -r '[.items[] | .verdict] | unique | join(" ")' <<<"$output")" pass
  answers 0 mlops plan churn --porcelain
  is "$(cut -f 1-2 <<<"$output")" $'sources/churn\tfresh'
  keep mlops.yaml
  answers 0 mlops train run --json
  is "$(jq -r '.items[0] | "\(.state) \(.champion) \([.candidates[].name] | join(" "))"' <<<"$output")" 'new 1 prior logistic xgboost'
  still mlops.yaml
  is "$(version_of churn)" 1
}

@test "tabular: what it offers behind a # works without it" {
  customers 1000 | awk -F, 'NR == 1 { print $0 ",left"; next } { print $0 "," ($8 == "yes" ? "gone" : "here") }' >churn.csv
  answers 0 mlops init tabular churn.csv --label churned
  sed -i -E 's/^    # (time|split|outcome|pii|kind|licence): /    \1: /' mlops.yaml
  grep -q '^    split: {test: last ' mlops.yaml
  grep -q '^    outcome: \[left\]' mlops.yaml
  answers 0 mlops train run --train logistic -n --json
  has "$(jq -r '.items[0].split' <<<"$output")" 'by time of joined, test after 2025-'
  has "$(jq -c '.items[0].left_out' <<<"$output")" '"outcome: known only afterwards"'
  answers 0 mlops ingest
  is "$(mlops data head churn --json | jq -r '.items[0].email')" '***'
}

@test "tabular: --time decides, and has to be one" {
  customers 600 >churn.csv
  answers 2 mlops init tabular churn.csv --label churned --time joind
  is "$stderr" "error: '--time' is 'joind', and churn.csv has no such column

hint: similar columns exist: \`joined\`"
  is "$(ls -A)" churn.csv
  answers 2 mlops init tabular churn.csv --label churned --time plan
  has "$stderr" "is no time"
  answers 0 mlops init tabular churn.csv --label churned --time joined
  is "$(grep -A 1 '^    time:' mlops.yaml | grep -c '^    split: {test: last ')" 1
}

@test "tabular: a dry run shows the file and makes nothing" {
  customers 300 >churn.csv
  answers 0 mlops init tabular churn.csv --label churned -n
  printf '%s\n' "$output" >../shown.yaml
  is "$(ls -A)" churn.csv
  has "$stderr" 'this would be mlops.yaml'
  mlops init tabular churn.csv --label churned -q >/dev/null
  diff ../shown.yaml mlops.yaml
}

@test "tabular: what cannot be is told, and leaves nothing behind" {
  customers 40 >churn.csv
  head -c 3000 /dev/urandom >noise.bin
  printf '<!DOCTYPE html><html><body>no</body></html>\n' >page.csv
  : >empty.csv
  before=$(ls -A)
  answers 2 mlops init tabular churn.csv --label chruned
  is "$stderr" "error: '--label' is 'chruned', and churn.csv has no such column

hint: similar columns exist: \`churned\`"
  answers 2 mlops init tabular churn.csv --label nothing-like-it
  has "$stderr" 'hint: its columns are id, email, country, tenure, plan, calls, joined, churned'
  answers 2 mlops init tabular churn.csv
  has "$stderr" 'hint: name it: `--label COLUMN`'
  answers 4 mlops init tabular chrn.csv --label churned
  has "$stderr" '`churn.csv`'
  answers 6 mlops init tabular noise.bin --label y
  answers 6 mlops init tabular page.csv --label y
  answers 6 mlops init tabular empty.csv --label y
  answers 2 mlops init tabular - --label y <churn.csv
  has "$stderr" 'not standard input'
  answers 2 mlops init tabular --label y
  answers 2 mlops init churn.csv
  answers 2 mlops init flights --label late
  has "$stderr" "'--label' is for \`mlops init tabular\`, not for \`flights\`"
  answers 2 mlops init --data churn.csv
  answers 4 mlops init flights --data absent.parquet
  is "$(ls -A)" "$before"
  # What only the whole file tells comes when it has been read: it can be said again.
  printf 'x,y\n1,a\n2,a\n3,a\n' >one.csv
  answers 3 mlops init tabular one.csv --label y
  [[ ! -e mlops.yaml ]]
  answers 0 mlops init tabular churn.csv --label churned
}

@test "tabular: a file outside of the project, below it, and of every kind" {
  mkdir ../outside data 'odd: # name'
  customers 200 >../outside/churn.csv
  answers 0 mlops init tabular ../outside/churn.csv --label churned
  grep -qx "    from: $(realpath ../outside)/churn.csv" mlops.yaml
  answers 0 mlops check
  reset() { rm -rf .mlops mlops.yaml mlops.lock; }
  reset
  cp ../outside/churn.csv data/train.csv
  answers 0 mlops init tabular data/train.csv --label churned
  grep -qx '    from: data/train.csv' mlops.yaml
  grep -q '^  train_data: ' mlops.yaml
  answers 0 mlops check
  mlops data export train_data --out all.parquet -q >/dev/null
  mlops data export train_data --out all.jsonl -q >/dev/null
  tr , '\t' <data/train.csv >all.tsv
  gzip -c data/train.csv >all.csv.gz
  cp data/train.csv 'odd: # name/'
  cp data/train.csv data/more.csv
  sqlite3 all.db '.mode csv' '.import data/train.csv churn'
  for file in all.parquet all.jsonl all.tsv all.csv.gz 'odd: # name/train.csv' 'data/*.csv' data sqlite://all.db/churn; do
    reset
    answers 0 mlops init tabular "$file" --label churned --name churn
    has "$(cat mlops.yaml)" 'churned in {no, yes}'
    answers 0 mlops check
    answers 0 mlops train run -n
  done
}

@test "a project below another one is one of its own" {
  mlops init -q >/dev/null
  mkdir -p below/deeper
  customers 100 >below/churn.csv
  cd below
  answers 0 mlops init tabular churn.csv --label churned
  has "$stderr" "there is a project in '${PWD%/below}' too"
  is "$(mlops -C deeper init --json | jq -r '.items[0].root')" "$PWD/deeper"
  is "$(mlops data list --porcelain | cut -f 1)" churn
  is "$(mlops -C .. data list)" ""
}

@test "flights: the example works on the file that is given" {
  awk 'BEGIN { srand(7); print "date,delay,distance,origin,destination"; split("SEA,LAX,JFK,ORD", a, ",")
    for (i = 0; i < 12000; ++i) { m = i * 15; d = int(m / 1440)
      printf "2001-%02d-%02d %02d:%02d:00,%d,%d,%s,%s\n", int(d / 28) + 1, d % 28 + 1, int(m / 60) % 24, m % 60,
        rand() * 60 - 20 + (d % 5) * 4, 200 + int(rand() * 2000), a[1 + int(rand() * 4)], a[1 + int(rand() * 4)] } }' >some.csv
  answers 0 mlops init flights --data some.csv
  is "$(grep -c 'from: some.csv' mlops.yaml)" 1
  answers 3 mlops train run
  has "$stderr" 'rows > 1_000_000'
  sed -i 's/rows > 1_000_000/rows > 10_000/' mlops.yaml
  answers 3 mlops train run base linear --json
  is "$(jq -r '.items[0] | .judgement' <<<"$output")" rejected
  is "$(jq -r '.items[0] | [.model, .candidates[].name] | join(" ")' <<<"$output")" 'delay base linear'
  has "$(jq -c '.items[0].columns' <<<"$output")" '"dest__delay_24h"'
  lacks "$(jq -c '[.items[0].columns[].column]' <<<"$output")" '"delay"'
}

@test "flights: where the data come from is told while they are not here" {
  answers 0 mlops init flights
  has "$stderr" 'the data are not here yet: flights-3m.parquet is part of the npm package vega-datasets 3.2.1'
  is "$(grep -c 'from: flights-3m.parquet ' mlops.yaml)" 1
  answers 0 mlops plan --porcelain
  is "$(cut -f 1-2 <<<"$output")" $'sources/flights\twould ingest\ndata/departures\twould make\nrelease/delay\twould train'
}
