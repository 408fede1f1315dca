# What wants somebody's eye.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load releasing
load cron

setup() { enter_fresh_project; }

# looked: that the files of churn are as they were is known.
looked() {
  settled
  mlops run sources/churn --quiet >/dev/null
}

# standings: "kind address state", one per line.
standings() { mlops status --json 2>/dev/null | jq -r '.items[] | "\(.kind) \(.address) \(.state)"'; }

@test "all is well: one line says so, and nothing is changed" {
  customers 300 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  looked
  printf 'data:\n  paying: {sql: SELECT * FROM churn WHERE plan <> '"'free'"'}\n' >>mlops.yaml
  mlops run data/paying --quiet >/dev/null
  find . -type f ! -name '*.db*' -exec sha256sum {} + | sort >before
  answers 0 mlops status
  is "$output" ""
  is "$stderr" "all is well: nothing is failed, late, rejected, drifting, gone, under way or out of date"
  find . -type f ! -name '*.db*' ! -name before -exec sha256sum {} + | sort | diff - <(grep -v ' ./before$' before)
}

@test "what is out of date is what plan says, and why; sources are not read" {
  customers 300 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  looked
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
}

@test "a source whose files are gone goes on with what it has, and everybody says so" {
  customers 300 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  looked
  printf 'data:\n  paying: {sql: SELECT * FROM churn}\nschedule:\n  hourly: {at: hourly, run: data}\n' >>mlops.yaml
  mlops run --quiet >/dev/null
  mv churn.csv away.csv
  why="no file 'churn.csv'; v1 stays"
  for _ in once again; do
    answers 0 mlops run --json
    is "$(jq -r '.items[] | "\(.address) \(.action) \(.version) \(.why)"' <<<"$output")" \
      "sources/churn fresh 1 $why"$'\n''data/paying fresh 1 null'
    is "$stderr" "no file 'churn.csv'; churn@v1 stays"
  done
  is "$(mlops plan --json 2>/dev/null | jq -r '.items[0] | "\(.action) \(.why)"')" "fresh $why"
  is "$(mlops why sources/churn --json 2>/dev/null | jq -r '.items[0] | "\(.state) \(.why)"')" "fresh $why"
  answers 0 mlops status --json
  is "$(jq -c '.items[] | select(.kind == "table")' <<<"$output")" \
    "{\"kind\":\"table\",\"address\":\"sources/churn\",\"state\":\"gone\",\"since\":null,\"why\":\"$why\"}"
  is "$(grep -c . <<<"$stderr")" 1
  tick --quiet --as-of 2026-12-25T03:00:20Z
  is "$(ticked '"\(.outcome) \(.why) \(.steps[0].why)"')" "fresh sources/churn fresh: $why $why"
  mv away.csv churn.csv
  looked
  is "$(standings)" ''
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
  customers 1500 >churn.csv
  project 'auc >= 0.999'
  looked
  answers 3 mlops train run --quiet
  is "$(standings)" "model risk@v1 rejected"
  answers 0 mlops status --json
  has "$(jq -r '.items[0].why' <<<"$output")" "1 of 1 gate fails: auc >= 0.999"
  # Put there all the same, it is somebody's decision.
  mlops model promote risk@v1 --force --quiet >/dev/null
  is "$(standings)" ""
  sed -i 's/auc >= 0.999/auc >= 0.9999/' mlops.yaml
  mlops run release/risk --quiet >/dev/null 2>&1 || true
  is "$(standings)" "model risk@v1 rejected"
  sed -i 's/auc >= 0.9999/auc >= 0.7/' mlops.yaml
  customers 1600 >churn.csv
  mlops ingest --quiet >/dev/null
  looked
  answers 0 mlops train run --quiet
  is "$(standings)" ""
}

# nightly RUN: a table of customers, brought up to date each night.
nightly() {
  customers 300 >churn.csv
  printf '%s\n' 'mlops: 1' 'sources:' '  churn: {from: churn.csv}' 'data:' \
    "  paying: {sql: SELECT * FROM churn WHERE plan <> 'free'}" 'schedule:' "  nightly: {at: 17 3 * * *, run: $1}" >mlops.yaml
}

# schedule TIME: "state since why" of the schedule then.
schedule() {
  mlops status --as-of "$1" --json 2>/dev/null | jq -r '.items[] | select(.kind == "schedule") | "\(.state) \(.since) \(.why)"'
}

@test "a champion that is gone is there, and one that a rejected first version never made is not" {
  customers 300 >churn.csv
  settled
  cat >mlops.yaml <<'END'
mlops: 1
sources: {churn: {from: churn.csv, label: churned, task: binary}}
models: {base: {train: prior, data: churn}}
release: {risk: {among: [base], expect: [logloss < 0]}}
END
  answers 3 mlops run --quiet
  is "$(standings)" 'model risk@v1 rejected'
  sed -i 's/logloss < 0/logloss < 5/' mlops.yaml
  answers 0 mlops run --quiet
  is "$(standings)" ''
  rm .mlops/refs/model-aliases/risk@champion
  is "$(standings)" 'model risk@champion failed'
  answers 0 mlops model promote risk@v1
  is "$(standings)" ''
}

@test "a schedule that nobody ticks, that is late, that failed, that was killed, that works" {
  nightly data/paying
  has "$(schedule 2026-11-20T04:00Z)" "off null nobody ever ticked: \`mlops schedule install\`"
  tick --as-of 2026-11-20T03:17:20Z
  is "$(schedule 2026-11-21T03:26:00Z)" ""
  has "$(schedule 2026-11-21T03:28:00Z)" "late 2026-11-21T03:17:00Z it was due, and nobody ticked"
  sed -i 's/plan <> /nosuch <> /' mlops.yaml
  answers 2 mlops schedule tick --as-of 2026-11-21T03:28:00Z
  has "$(schedule 2026-11-21T03:30:00Z)" "failed 2026-11-21T03:28:00Z "
  mlops schedule pause nightly --quiet >/dev/null
  has "$(schedule 2026-11-25T00:00:00Z)" "failed "
  mlops schedule resume nightly --quiet --as-of 2026-11-25T00:00:00Z >/dev/null
  nightly data/paying
  tick --as-of 2026-11-25T03:17:20Z
  is "$(schedule 2026-11-25T04:00:00Z)" ""
  mlops schedule pause nightly --quiet >/dev/null
  has "$(schedule 2026-12-25T00:00:00Z)" "paused null"
  sed -i '$s/paused/pausee/' .mlops/schedules/nightly.jsonl
  why="damaged null 1 line of .mlops/schedules/nightly.jsonl cannot be read; what it said is forgotten: \`mlops schedule\
 resume nightly\`, or \`pause\`, says anew whether it works"
  is "$(schedule 2026-11-25T04:00:00Z)" "$why"
  # a good tick does not tell whether it was to rest; who says so does
  tick --as-of 2026-11-26T03:17:20Z
  is "$(schedule 2026-11-26T04:00:00Z)" "$why"
  mlops schedule resume nightly --quiet --as-of 2026-11-26T04:00:00Z >/dev/null
  is "$(schedule 2026-11-26T04:00:00Z)" ""
}

@test "what a damaged line said of a tick is no news once a later one went well" {
  nightly data/paying
  tick --as-of 2026-11-20T03:17:20Z
  sed -i '$s/"outcome": "done"/"outcome": "dome"/' .mlops/schedules/nightly.jsonl
  has "$(schedule 2026-11-20T04:00:00Z)" "damaged null 1 line"
  tick --as-of 2026-11-21T03:17:20Z
  is "$(schedule 2026-11-21T04:00:00Z)" ""
}

@test "--stale: a schedule without a good tick, however much else is done" {
  nightly data/paying
  answers 3 mlops status --stale 26h --as-of 2026-11-20T03:00:00Z
  has "$stderr" "error: the schedule 'nightly' had no good tick ever; 26h is allowed"
  tick --as-of 2026-11-20T03:17:20Z
  answers 0 mlops status --stale 26h --as-of 2026-11-21T05:00:00Z
  mlops run -q --as-of 2026-11-21T04:00:00Z -- true
  answers 3 mlops status --stale 26h --as-of 2026-11-21T06:00:00Z --quiet
  is "$stderr" "error: the schedule 'nightly' had no good tick since 2026-11-20T03:17:20Z, 26h ago; 26h is allowed"
  # What was looked at and needed no work is a good tick.
  sed -i 's/at: 17 3/when: ["changed(paying)"], &/' mlops.yaml
  tick --as-of 2026-11-21T06:00:00Z
  tick --as-of 2026-11-22T03:17:20Z
  is "$(ticked .outcome)" skipped
  answers 0 mlops status --stale 26h --as-of 2026-11-22T06:00:00Z
  mlops schedule pause nightly --quiet >/dev/null
  answers 0 mlops status --stale 26h --as-of 2027-11-22T06:00:00Z
}

@test "--stale is a dead man's switch" {
  printf 'mlops: 1\n' >mlops.yaml
  answers 3 mlops status --stale 26h
  has "$stderr" "error: nothing was done ever; 26h is allowed"
  customers 20 >churn.csv
  mlops ingest churn.csv --quiet --as-of 2026-11-01T10:00:00Z >/dev/null
  answers 0 mlops status --stale 26h --as-of 2026-11-02T12:00:00Z
  answers 3 mlops status --stale 26h --as-of 2026-11-02T12:00:01Z --quiet
  is "$stderr" "error: nothing was done since 2026-11-01T10:00:00Z, 26h ago; 26h is allowed"
  answers 2 mlops status --stale soon
  has "$stderr" "'--stale' is 'soon', a duration is wanted"
}
