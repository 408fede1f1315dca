# What is due is done, once, and said; what is not due costs nothing.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load releasing
load serving
load watching
load cron

setup() { enter_fresh_project; }

teardown() { stop_servers; }

# scheduled LINE...: the project of customers with these lines under `schedule:`.
scheduled() {
  [[ -e churn.csv ]] || customers 600 >churn.csv
  {
    printf '%s\n' 'mlops: 1' 'project: churn' 'sources:' '  churn: {from: churn.csv, label: churned, task: binary}' \
      'data:' '  paying: {sql: "SELECT * FROM churn WHERE plan != '"'free'"'"}' 'schedule:'
    printf '  %s\n' "$@"
  } >mlops.yaml
  touch -d '1 hour ago' churn.csv
}

# outcomes: "due outcome" of the last tick.
outcomes() { ticked '"\(.due) \(.outcome)"'; }

@test "nothing is due: no word, exit code 0; the first tick writes that it was there, the next ones nothing" {
  scheduled 'nightly: {at: 17 3 * * *, run: sources/churn}'
  tick --as-of 2026-11-20T12:00:00Z
  is "$status $(jq -c .items <<<"$output") $stderr" '0 [] '
  before=$(cat .mlops/schedules/nightly.jsonl)
  answers 0 mlops schedule tick --as-of 2026-11-20T12:01:00Z
  is "$output$stderr" ''
  is "$(cat .mlops/schedules/nightly.jsonl)" "$before"
}

@test "from the first tick on, what is due is seen to by whoever ticks next, not in its minute alone" {
  scheduled 'nightly: {at: 17 3 * * *, run: data/paying}'
  tick --as-of 2026-11-20T03:20:00Z
  is "$(outcomes)" ''
  tick --as-of 2026-11-21T03:50:00Z
  is "$(outcomes)" '2026-11-21T03:17:00Z done'
}

@test "what is due is done once, then fresh, and what was missed is counted" {
  scheduled 'nightly: {at: 17 3 * * *, run: data/paying}'
  tick --as-of 2026-11-20T03:17:20Z
  is "$status $(outcomes)" '0 2026-11-20T03:17:00Z done'
  is "$(ticked '[.steps[] | "\(.address) \(.action)"] | join(", ")')" 'sources/churn ingested, data/paying made'
  tick --as-of 2026-11-20T03:17:50Z
  is "$(outcomes)" ''
  tick --as-of 2026-11-20T03:18:20Z
  is "$(outcomes)" ''
  tick --as-of 2026-11-23T05:00:00Z
  is "$(outcomes) $(ticked .missed)" '2026-11-23T03:17:00Z fresh 2'
  is "$(journal nightly '"\(.event) \(.outcome)"')" $'begun null\nended done\nbegun null\nended fresh'
}

@test "when: what did not change is skipped, saying what; what changed is done" {
  scheduled 'nightly: {at: daily, run: data/paying, when: [changed(paying)]}'
  tick --as-of 2026-11-20T00:00:10Z
  is "$(outcomes)" '2026-11-20T00:00:00Z done'
  # the table was not there, so that what it is made from was not looked at
  tick --as-of 2026-11-21T00:00:10Z
  is "$(outcomes)" '2026-11-21T00:00:00Z fresh'
  tick --as-of 2026-11-22T00:00:10Z
  is "$status $(outcomes) $(ticked .why)" '0 2026-11-22T00:00:00Z skipped data/paying has not changed'
  customers 601 >churn.csv
  tick --as-of 2026-11-23T00:00:10Z
  is "$(outcomes)" '2026-11-23T00:00:00Z done'
  sed -i "s/!= 'free'/= 'team'/" mlops.yaml
  tick --as-of 2026-11-24T00:00:10Z
  is "$(outcomes)" '2026-11-24T00:00:00Z done'
  is "$(mlops data list paying --json | jq '.items | length')" 3
}

@test "when: a database is looked at as files are" {
  customers 600 >churn.csv
  sqlite3 crm.db -cmd '.mode csv' '.import churn.csv churn'
  scheduled 'nightly: {at: daily, run: data/paying, when: [changed(paying)]}'
  sed -i 's,from: churn.csv,from: sqlite://crm.db/churn,' mlops.yaml
  settled
  tick --as-of 2026-11-20T00:00:10Z
  tick --as-of 2026-11-21T00:00:10Z
  tick --as-of 2026-11-22T00:00:10Z
  is "$(outcomes) $(ticked .why)" '2026-11-22T00:00:00Z skipped data/paying has not changed'
  sqlite3 crm.db "DELETE FROM churn WHERE rowid = 1"
  tick --as-of 2026-11-23T00:00:10Z
  is "$(outcomes)" '2026-11-23T00:00:00Z done'
}

@test "when: what is learnt from a table, or asked of it, is part of what may change" {
  local day=20 text
  scheduled 'nightly: {at: daily, run: data/paying, when: [changed(paying)]}'
  for _ in 1 2; do tick --as-of "2026-11-$((day++))T00:00:10Z"; done
  for text in 'label: churned' 'split: {test: 20%}' 'outcome: [calls]' 'expect: [rows > 3]'; do
    sed -i "s/paying: {/&$text, /" mlops.yaml
    tick --as-of "2026-11-$((day++))T00:00:10Z"
    is "$text: $(ticked .outcome)" "$text: fresh"
    tick --as-of "2026-11-$((day++))T00:00:10Z"
    is "$text: $(ticked .outcome)" "$text: skipped"
  done
  sed -i 's/label: churned, task: binary/label: churned/' mlops.yaml
  tick --as-of "2026-11-${day}T00:00:10Z"
  is "$(ticked .outcome)" fresh
}

@test "when: no engine is opened to see that nothing changed" {
  scheduled 'nightly: {at: daily, run: data/paying, when: [changed(paying)]}'
  tick --as-of 2026-11-20T00:00:10Z
  tick --as-of 2026-11-21T00:00:10Z
  strace -f -e trace=openat -o trace mlops schedule tick --as-of 2026-11-22T00:00:10Z >/dev/null || skip "needs strace"
  lacks "$(cat trace)" /engines/
}

@test "when: a champion that was never made is too old, a young one is not, and an old one is" {
  project 'auc >= 0.5' 'schedule:
  nightly: {at: daily, run: release/risk, when: ["older(risk, 14d)"], then: promote}'
  tick --as-of 2026-11-01T00:00:10Z
  is "$status $(outcomes)" '0 2026-11-01T00:00:00Z done'
  is "$(champion)" 1
  tick --as-of 2026-11-10T00:00:10Z
  is "$(outcomes) $(ticked .why)" '2026-11-10T00:00:00Z skipped risk@v1 is 9 days old'
  customers 1501 >churn.csv
  mlops ingest --quiet >/dev/null
  tick --as-of 2026-11-16T00:00:10Z
  is "$(outcomes)" '2026-11-16T00:00:00Z done'
  is "$(champion)" 2
}

@test "when: what failed while the last good tick worked is news, once" {
  local day
  seed_watch
  day() { date -u -d "$as_of + $1" +%FT%TZ; }
  watch_by '    expect: ["psi(*) > 10"]'
  printf 'schedule:\n  react: {at: daily, missed: all, run: sources/churn, when: [changed(churn), alert(churn)]}\n' >>mlops.yaml
  touch -d '1 hour ago' churn.csv
  mlops schedule pause react --quiet --as-of "$as_of"
  mlops schedule resume react --quiet --as-of "$as_of"
  answers 3 mlops monitor run --as-of "$(day '36 hours')"
  # as if it were a day after $as_of, when nothing failed yet
  tick --as-of "$(day '40 hours')"
  is "$(outcomes)" "$(day '1 day') fresh"
  tick --as-of "$(day '2 days')"
  is "$(outcomes)" "$(day '2 days') fresh"
  tick --as-of "$(day '3 days')"
  is "$(outcomes) $(ticked .why)" \
    "$(day '3 days') skipped sources/churn has not changed, what fails in monitor/churn did so before the last good tick"
}

@test "a gate that says no: rejected, exit code 3, the champion stays, and it is not tried again" {
  project 'auc >= 0.5' 'schedule:
  nightly: {at: daily, run: release/risk, then: promote, retry: {times: 3, wait: 1s}}'
  tick --as-of 2026-11-01T00:00:10Z
  is "$(champion)" 1
  sed -i 's/auc >= 0.5/auc >= 0.999/' mlops.yaml
  customers 1501 >churn.csv
  tick --as-of 2026-11-02T00:00:10Z
  is "$status $(outcomes)" '3 2026-11-02T00:00:00Z rejected'
  has "$stderr" "while 'nightly' was due"
  is "$(champion)" 1
  tick --as-of 2026-11-02T00:10:10Z
  is "$status $(outcomes)" '0 '
  is "$(mlops schedule list --json | jq -r '.items[0] | "\(.state) \(.outcome)"')" 'idle rejected'
}

# minutely NAME FROM COUNT: a tick each minute; what was due.
minutely() {
  local begin minute
  begin=$(date -ud "$2" +%s)
  for ((minute = 0; minute < $3; ++minute)); do
    mlops schedule tick "$1" --json --as-of "$(date -ud "@$((begin + 60 * minute))" +%FT%TZ)"
  done | jq -r '.items[].due'
}

@test "no time is lost and none comes twice where clocks change" {
  scheduled 'skipped: {at: 30 2 * * *, tz: America/New_York, run: sources/churn}' \
    'twice: {at: 30 1 * * *, tz: America/New_York, run: sources/churn}'
  minutely skipped 2026-03-08T06:25:00Z 75 >spring # at 07:00 the clocks go from 2 to 3
  is "$(cat spring)" 2026-03-08T07:00:00Z
  minutely twice 2026-11-01T05:25:00Z 75 >autumn # at 06:00 they go from 2 to 1
  is "$(cat autumn)" 2026-11-01T05:30:00Z
}

@test "next times stand in UTC and on the clock of the zone" {
  scheduled 'nightly: {at: 30 6 * * 1-5, tz: America/Argentina/Buenos_Aires, run: sources/churn}'
  answers 0 mlops schedule next --count 2 --as-of 2026-11-20T12:00:00Z --json
  is "$(jq -r '.items[] | "\(.time) \(.local)"' <<<"$output")" \
    $'2026-11-23T09:30:00Z 2026-11-23T06:30:00-03:00\n2026-11-24T09:30:00Z 2026-11-24T06:30:00-03:00'
  answers 4 mlops schedule next nigthly
  has "$stderr" '`nightly`'
  answers 2 mlops schedule next --count 0
}

@test "what is paused rests, and what it passed is not made up" {
  scheduled 'nightly: {at: daily, run: sources/churn}'
  answers 0 mlops schedule pause nightly --why 'the warehouse moves' --as-of 2026-11-20T12:00:00Z --json
  is "$(jq -r '.items[0] | "\(.state) \(.next)"' <<<"$output")" 'paused null'
  answers 0 mlops schedule pause nightly --json
  is "$(jq -r '.items[0].state' <<<"$output")" unchanged
  tick --as-of 2026-11-21T00:00:10Z
  is "$status $(outcomes)" '0 '
  is "$(mlops schedule list --json | jq -r '.items[0].state')" paused
  answers 0 mlops schedule resume nightly --as-of 2026-11-22T12:00:00Z --quiet
  tick --as-of 2026-11-22T12:01:00Z
  is "$(outcomes)" ''
  tick --as-of 2026-11-23T00:00:10Z
  is "$(outcomes) $(ticked .missed)" '2026-11-23T00:00:00Z done 0'
  is "$(journal nightly 'select(.event == "paused") | .why')" 'the warehouse moves'
}

@test "missed: all makes up each at its own time, none leaves them" {
  scheduled 'each: {at: daily, missed: all, run: sources/churn}' 'none: {at: daily, missed: none, run: sources/churn}'
  tick --as-of 2026-11-20T00:00:10Z
  is "$(outcomes)" $'2026-11-20T00:00:00Z done\n2026-11-20T00:00:00Z fresh'
  customers 601 >churn.csv
  tick --as-of 2026-11-22T12:00:00Z
  is "$(outcomes)" $'2026-11-21T00:00:00Z done\n2026-11-22T00:00:00Z fresh'
  is "$(ticked .schedule | sort -u)" each
  is "$(mlops data list churn --json | jq -r '.items[].time' | sort | tail -n 1)" 2026-11-21T00:00:00Z
}

@test "missed: all: what is tried again comes before what was due after it" {
  scheduled 'each: {at: daily, missed: all, run: data/paying, retry: {times: 1, wait: 10m}}'
  mlops schedule pause each --quiet --as-of 2026-11-01T00:00:00Z
  mlops schedule resume each --quiet --as-of 2026-11-01T00:00:00Z
  mkdir -p .mlops/locks
  exec 9>>.mlops/locks/project
  flock 9
  tick --as-of 2026-11-03T12:00:10Z
  is "$status $(outcomes)" '75 2026-11-02T00:00:00Z failed'
  exec 9>&-
  tick --as-of 2026-11-03T12:20:10Z
  is "$status $(outcomes)" $'0 2026-11-02T00:00:00Z done\n2026-11-03T00:00:00Z fresh'
}

@test "one schedule that breaks does not stop the others" {
  scheduled 'first: {at: daily, run: sources/gone}' 'second: {at: daily, run: sources/churn}'
  sed -i 's/^data:/  gone: {from: gone.csv}\n&/' mlops.yaml
  tick --as-of 2026-11-20T00:00:10Z
  is "$status $(outcomes)" $'4 2026-11-20T00:00:00Z failed\n2026-11-20T00:00:00Z done'
  has "$stderr" 'gone.csv'
}

@test "a time zone that is none is told with its place, and stops no other schedule" {
  scheduled 'first: {at: daily, tz: Europe/Berln, run: sources/churn}' 'second: {at: daily, run: sources/churn}'
  answers 2 mlops schedule list
  has "$stderr" "mlops.yaml:8:26: there is no time zone 'Europe/Berln'"
  has "$stderr" '`Europe/Berlin`'
  tick --as-of 2026-11-20T00:00:10Z
  is "$status $(outcomes)" '2 2026-11-20T00:00:00Z done'
}

@test "install: one entry, whatever else is in the crontab stays byte for byte" {
  scheduled 'nightly: {at: daily, run: sources/churn}'
  fake_crontab
  printf 'MAILTO=ana\n# mine\n\n0 1 * * * date +\\%%F \xff\n@daily x' >"$CRONTAB"
  cp "$CRONTAB" before
  answers 0 mlops schedule install -n --json
  is "$(jq -r '.items[0].state' <<<"$output")" 'would be installed'
  cmp before "$CRONTAB"
  answers 0 mlops schedule install --json
  is "$(jq -r '.items[0].state' <<<"$output")" installed
  line=$(jq -r '.items[0].line' <<<"$output")
  is "$line" "* * * * * cd $PWD && $(realpath "$(command -v mlops)") schedule tick --quiet"
  is "$(tail -n 2 "$CRONTAB")" "# mlops: $PWD"$'\n'"$line"
  is "$(journal nightly .event)" armed
  cp "$CRONTAB" with
  answers 0 mlops schedule install --json
  is "$(jq -r '.items[0].state' <<<"$output")" unchanged
  cmp with "$CRONTAB"
  is "$(journal nightly .event)" armed
  answers 0 mlops schedule remove --json
  is "$(jq -r '.items[0] | "\(.state) \(.line)"' <<<"$output")" "removed $line"
  { cat before && echo; } | cmp - "$CRONTAB"
  answers 0 mlops schedule remove --json
  is "$(jq -r '.items[0].state' <<<"$output")" unchanged
}

@test "installed again after a time without: what passed meanwhile is not made up" {
  scheduled 'nightly: {at: daily, run: sources/churn, missed: all}'
  fake_crontab
  answers 0 mlops schedule install --quiet --as-of 2026-11-01T12:00:00Z
  tick --as-of 2026-11-02T00:00:10Z
  is "$(outcomes)" '2026-11-02T00:00:00Z done'
  answers 0 mlops schedule install --quiet --as-of 2026-11-04T12:00:00Z
  tick --as-of 2026-11-04T12:01:00Z
  is "$(outcomes)" $'2026-11-03T00:00:00Z fresh\n2026-11-04T00:00:00Z fresh' # it was there all the time
  answers 0 mlops schedule remove --quiet
  answers 0 mlops schedule install --quiet --as-of 2026-11-20T12:00:00Z
  tick --as-of 2026-11-20T12:01:00Z
  is "$status $(outcomes)" '0 '
  tick --as-of 2026-11-21T00:00:10Z
  is "$(outcomes)" '2026-11-21T00:00:00Z fresh'
}

# as_cron LINE: what cron makes of it: an unescaped % is the end, \% is %; sh runs the rest in an empty environment.
as_cron() {
  local command=${1#'* * * * * '}
  [[ ${command//\\%/} != *%* ]]
  env -i PATH=/usr/bin:/bin sh -c "${command//\\%/%}"
}

@test "the line works as cron runs it, from a folder of any name" {
  mkdir -p "../50% of it's \"x\" \$HOME; \`y\`"
  cd "../50% of it's \"x\" \$HOME; \`y\`"
  scheduled 'nightly: {at: "* * * * *", run: sources/churn}'
  fake_crontab
  answers 0 mlops schedule install --quiet --as-of "$(date -ud '10 minutes ago' +%FT%TZ)"
  line=$(tail -n 1 "$CRONTAB")
  cd /
  as_cron "$line" >"$BATS_TEST_TMPDIR/said"
  has "$(cat "$BATS_TEST_TMPDIR/said")" 'done'
}

@test "without cron the line is told, to be run by something else" {
  scheduled 'nightly: {at: daily, run: sources/churn}'
  program=$(command -v mlops)
  answers 4 env PATH="$BATS_TEST_TMPDIR/none" "$program" schedule install
  has "$stderr" "$program schedule tick --quiet"
  has "$stderr" 'once a minute'
  is "$(journal nightly .event)" armed
  answers 0 env PATH="$BATS_TEST_TMPDIR/none" "$program" schedule install -n
  has "$output" 'schedule tick'
}

@test "a crontab that says no is quoted, and nothing is changed" {
  scheduled 'nightly: {at: daily, run: sources/churn}'
  fake_crontab 'a line'
  printf '#!/bin/sh\necho "You (ana) are not allowed to use this program" >&2\nexit 1\n' >"${PATH%%:*}/crontab"
  answers 1 mlops schedule install
  has "$stderr" 'not allowed'
  is "$(cat "$CRONTAB")" 'a line'
}

@test "no project, no schedule, no such schedule" {
  answers 4 mlops schedule tick
  has "$stderr" 'mlops.yaml'
  [[ ! -e .mlops ]]
  echo 'mlops: 1' >mlops.yaml
  answers 0 mlops schedule tick
  is "$output$stderr" ''
  answers 0 mlops schedule list
  has "$stderr" 'nothing is scheduled'
  answers 4 mlops schedule install
  scheduled 'nightly: {at: daily, run: sources/churn}'
  answers 4 mlops schedule tick nigthly
  has "$stderr" '`nightly`'
  is "$(mlops __complete -- schedule tick '' | cut -f1)" nightly
}

@test "a crond of its own ticks, if asked for" {
  [[ -n ${MLOPS_TEST_CRON:-} ]] || skip "MLOPS_TEST_CRON=1 tries busybox crond, as root"
  scheduled 'nightly: {at: "* * * * *", run: sources/churn}'
  fake_crontab
  answers 0 mlops schedule install --quiet
  mkdir -p "$BATS_TEST_TMPDIR/tabs"
  cp "$CRONTAB" "$BATS_TEST_TMPDIR/tabs/root"
  busybox crond -f -c "$BATS_TEST_TMPDIR/tabs" -L "$BATS_TEST_TMPDIR/crond.log" 3>&- &
  daemon=$!
  for _ in {1..150}; do
    [[ $(journal nightly .event) != *ended* ]] || break
    sleep 1
  done
  kill "$daemon"
  has "$(journal nightly .outcome)" 'done'
}
