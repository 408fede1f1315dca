# What wants somebody's eye.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load releasing

setup() { enter_fresh_project; }

# standings: "kind address state", one per line.
standings() { mlops status --json 2>/dev/null | jq -r '.items[] | "\(.kind) \(.address) \(.state)"'; }

@test "all is well: one line says so, and nothing is changed" {
  customers 300 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  printf 'data:\n  paying: {sql: SELECT * FROM churn WHERE plan <> '"'free'"'}\n' >>mlops.yaml
  mlops run data/paying --quiet >/dev/null
  find . -type f ! -name '*.db*' -exec sha256sum {} + | sort >before
  answers 0 mlops status
  is "$output" ""
  is "$stderr" "all is well: nothing is out of date, under way, failed, rejected or drifting"
  find . -type f ! -name '*.db*' ! -name before -exec sha256sum {} + | sort | diff - <(grep -v ' ./before$' before)
}

@test "what is out of date is what plan says, and why; sources are not read" {
  customers 300 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  printf 'data:\n  paying: {sql: SELECT * FROM churn WHERE plan <> '"'free'"'}\n' >>mlops.yaml
  is "$(standings)" "table data/paying stale"
  answers 0 mlops status --json
  is "$(jq -c '.items[0] | [.since, .why]' <<<"$output")" '[null,"it was never made"]'
  mlops run data/paying --quiet >/dev/null
  is "$(standings)" ""
  customers 301 >churn.csv
  is "$(standings)" $'table sources/churn stale\ntable data/paying stale'
  # A file that may not be read has a size and a time all the same.
  chmod 000 churn.csv
  is "$(unprivileged mlops status --json 2>/dev/null | jq -r '.items[].address' | head -n 1)" sources/churn
  rm churn.csv
  answers 0 mlops status
  has "$stderr" "churn.csv"
}

@test "a plan that cannot be made is a line, and the others are there" {
  mlops run -q -- false || true
  printf 'mlops: 1\nsources: {a: {from: a.csv}}\ndata:\n  b: {sql: SELEC nothing}\n' >mlops.yaml
  echo x >a.csv
  answers 0 mlops status --json
  is "$(jq -r '.items[].state' <<<"$output")" $'failed\nfailed'
  has "$(jq -r '.items[0].why' <<<"$output")" "there is no plan: "
}

@test "runs: what lives, and the newest of each experiment where it failed or was killed" {
  mlops run -q --experiment a -- true
  answers 1 mlops run -q --experiment a -- false
  answers 1 mlops run -q --experiment b -- false
  is "$(standings | cut -d' ' -f1,3)" $'run failed\nrun failed'
  mlops run -q --experiment a -- true
  is "$(standings | cut -d' ' -f1,3)" "run failed"
  mkfifo gate
  mlops run -q --experiment c -- sh -c 'read -r line <gate' 3>&- &
  writer=$!
  until [[ "$(standings | grep -c running)" == 1 ]]; do sleep 0.05; done
  answers 0 mlops status --json
  is "$(jq -r '.items[] | select(.state == "running") | .why' <<<"$output")" c
  has "$(jq -r '.items[] | select(.state == "running") | .address' <<<"$output")" run/
  kill -KILL $writer
  wait $writer || true
  echo go >gate &
  until [[ "$(standings | grep -c lost)" == 1 ]]; do sleep 0.05; done
  kill %% 2>/dev/null || true
}

@test "a newest version that was not accepted is there until one is" {
  project 'auc >= 0.999'
  answers 3 mlops train run --quiet
  is "$(standings)" "model risk@v1 rejected"
  answers 0 mlops status --json
  has "$(jq -r '.items[0].why' <<<"$output")" "1 of 1 gate fails: auc >= 0.999"
  # Put there all the same, it is somebody's decision.
  mlops model promote risk@v1 --force --quiet >/dev/null
  is "$(standings)" ""
  sed -i 's/auc >= 0.999/auc >= 0.7/' mlops.yaml
  customers 1600 >churn.csv
  mlops ingest --quiet >/dev/null
  answers 0 mlops train run --quiet
  is "$(standings)" ""
}

@test "--stale is a dead man's switch" {
  printf 'mlops: 1\n' >mlops.yaml
  answers 3 mlops status --stale 26h
  has "$stderr" "error: nothing was ever done; 26h is allowed"
  customers 20 >churn.csv
  mlops ingest churn.csv --quiet --as-of 2026-11-01T10:00:00Z >/dev/null
  answers 0 mlops status --stale 26h --as-of 2026-11-02T12:00:00Z
  answers 3 mlops status --stale 26h --as-of 2026-11-02T12:00:01Z --quiet
  is "$stderr" "error: nothing was done since 2026-11-01T10:00:00Z, 26h ago; 26h is allowed"
  answers 2 mlops status --stale soon
  has "$stderr" "'--stale' is 'soon', a duration is wanted"
}
