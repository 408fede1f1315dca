# Ticks that are killed, that meet each other, that find a full disk, a broken file, a source that shrank.
# MLOPS_TEST_KILLS=50 kills more often than the eight times of every day; MLOPS_TEST_SEED repeats a run.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load releasing
load cron

setup() { enter_fresh_project; }
teardown() {
  [[ -z ${working:-} ]] || kill -CONT "$working" 2>/dev/null || true
  mountpoint -q "$BATS_TEST_TMPDIR/disk" && umount -l "$BATS_TEST_TMPDIR/disk"
  true
}

# nightly [MORE]: customers, a release and its schedule.
nightly() {
  project 'auc >= 0.6, auc >= champion.auc - 0.2' "schedule:
  nightly: {at: daily, run: release/risk, then: promote${1:-}}"
  touch -d '1 hour ago' churn.csv
}

# outcomes: "outcome attempt" of the last tick.
outcomes() { ticked '"\(.outcome) \(.attempt)"'; }

# what_it_came_to: all that an undisturbed tick decides.
what_it_came_to() {
  cat mlops.lock
  mlops data list --json | jq -r '.items[] | "\(.section)/\(.name) \(.rows)"'
  for table in $(mlops data list --json | jq -r '.items[] | "\(.section)/\(.name)"'); do
    mlops data show "$table" --json | jq -r '.items[0] | "\(.version) \(.table)"'
  done
  mlops model list risk --json | jq -r '.items[] | "\(.version) \(.judgement) \(.champion)"'
  mlops model show "risk@v$(champion)" --json | jq -r '.items[0].package // .items[0].files'
  mlops store fsck
}

# begun NAME DUE: waits until a tick is at work on it.
begun() {
  for _ in {1..400}; do
    [[ $(journal "$1" 'select(.event == "begun") | .due') != *"$2"* ]] || return 0
    sleep 0.02
  done
  return 1
}

# in_background FLAG...: a tick; its number is in $working.
in_background() {
  mlops schedule tick --json "$@" >working.out 2>working.err 3>&- &
  working=$!
}

# ended STATUS: of the tick in the background.
ended() {
  local code=0
  wait "$working" || code=$?
  [[ $code == "$1" ]] || { echo "exit code $code instead of $1: $(cat working.out working.err)" >&2; return 1; }
}

# slow: a table that takes minutes.
slow() {
  sed -i '/^models:/i data:\n  slow: {sql: "SELECT count(*) AS n, sum(a.calls * b.calls + c.calls) AS s FROM churn a, churn b, churn c WHERE a.calls + b.calls != c.calls"}' mlops.yaml
}

@test "killed at any moment, the next tick comes to the same" {
  local round pause whole begin rounds=${MLOPS_TEST_KILLS:-8} seed=${MLOPS_TEST_SEED:-$RANDOM} cut=0
  echo "MLOPS_TEST_SEED=$seed"
  RANDOM=$seed
  nightly
  tick --as-of 2026-11-01T00:00:10Z
  is "$(outcomes)" 'done 1'
  customers 1501 >churn.csv
  touch -d '1 hour ago' churn.csv
  cp -a . ../before
  begin=$(date +%s%N)
  tick --as-of 2026-11-02T00:00:10Z
  whole=$((($(date +%s%N) - begin) / 1000000))
  is "$status $(outcomes) $(champion)" '0 done 1 2'
  what_it_came_to >../wanted
  for ((round = 1; round <= rounds; ++round)); do
    cd ..
    rm -rf project
    cp -a before project
    cd project
    in_background --as-of 2026-11-02T00:00:10Z
    pause=$((RANDOM % (whole * 11 / 10)))
    sleep "$(printf '%d.%03d' $((pause / 1000)) $((pause % 1000)))"
    kill -9 "$working" 2>/dev/null && cut=$((cut + 1))
    wait "$working" 2>/dev/null || true
    tick --as-of 2026-11-02T00:01:10Z
    is "$status" 0
    what_it_came_to >../got
    diff ../wanted ../got >&2 || { echo "killed after $pause of $whole ms" >&2; return 1; }
    is "$(mlops schedule list --json --as-of 2026-11-02T00:01:10Z | jq -r '.items[0].state')" idle
  done
  ((cut > rounds / 2))
}

@test "killed again and again it is given up, until its next time" {
  nightly
  slow
  sed -i 's|run: release/risk, then: promote|run: data/slow|' mlops.yaml
  for attempt in 1 2 3 4; do
    in_background --as-of 2026-11-01T00:0$((attempt - 1)):10Z
    for _ in {1..400}; do
      [[ $(journal nightly 'select(.event == "begun") | .attempt' | tail -n 1) != "$attempt" ]] || break
      sleep 0.02
    done
    kill -9 "$working"
    wait "$working" 2>/dev/null || true
  done
  is "$(journal nightly .attempt | paste -sd,)" 1,2,3,4
  is "$(mlops schedule list --json | jq -r '.items[0].state')" lost
  tick --as-of 2026-11-01T00:06:10Z
  is "$status $(outcomes)" '0 '
  is "$(mlops status --json --as-of 2026-11-01T00:06:20Z 2>/dev/null | jq -r '.items[] | select(.kind == "schedule") | "\(.state) \(.why)"')" \
    'lost killed 4 times, given up until 2026-11-02T00:00:00Z'
  sed -i 's|run: data/slow|run: sources/churn|' mlops.yaml
  tick --as-of 2026-11-02T00:00:10Z
  is "$(outcomes)" 'fresh 1'
}

@test "of ticks at once one works" {
  nightly
  for i in {1..6}; do
    mlops schedule tick --json --as-of 2026-11-01T00:00:10Z >"out.$i" 2>"err.$i" 3>&- &
    all[i]=$!
  done
  for i in {1..6}; do wait "${all[i]}"; done
  is "$(cat out.? | jq -r '.items[].outcome')" 'done'
  is "$(journal nightly .event | paste -sd,)" begun,ended
  is "$(cat err.? | grep -c error)" 0
}

@test "what comes due while another tick works is skipped, and said" {
  nightly
  in_background --as-of 2026-11-01T00:00:10Z
  begun nightly 2026-11-01
  kill -STOP "$working"
  tick --as-of 2026-11-01T00:01:10Z
  is "$status $(outcomes)" '0 '
  is "$(mlops schedule list --json --as-of 2026-11-01T00:01:10Z | jq -r '.items[0] | "\(.state) \(.next)"')" \
    'running 2026-11-02T00:00:00Z'
  tick --as-of 2026-11-02T00:00:10Z
  is "$status $(outcomes) $(ticked .why)" '0 skipped 0 another tick is at work'
  tick --as-of 2026-11-02T00:01:10Z
  is "$(outcomes)" ''
  kill -CONT "$working"
  ended 0
  tick --as-of 2026-11-02T00:02:10Z
  is "$(outcomes)" ''
  tick --as-of 2026-11-03T00:00:10Z
  is "$(outcomes)" 'fresh 1'
}

@test "missed: all: what another tick has before it is not skipped, nor lost with that one" {
  nightly ', missed: all'
  slow
  sed -i 's|run: release/risk, then: promote|run: data/slow|' mlops.yaml
  mlops schedule pause nightly --quiet --as-of 2026-11-01T12:00:00Z
  mlops schedule resume nightly --quiet --as-of 2026-11-01T12:00:00Z
  in_background --as-of 2026-11-03T00:00:10Z
  begun nightly 2026-11-02
  tick --as-of 2026-11-03T00:01:10Z
  is "$status $(outcomes)" '0 '
  is "$(mlops schedule list --json --as-of 2026-11-03T00:01:10Z | jq -r '.items[0].next')" 2026-11-04T00:00:00Z
  tick --as-of 2026-11-04T00:00:10Z
  is "$status $(outcomes)" '0 '
  kill -9 "$working"
  wait "$working" || true
  sed -i 's|run: data/slow|run: sources/churn|' mlops.yaml
  tick --as-of 2026-11-04T00:01:10Z
  is "$status $(ticked '"\(.due) \(.outcome) \(.attempt)"')" \
    $'0 2026-11-02T00:00:00Z fresh 2\n2026-11-03T00:00:00Z fresh 1\n2026-11-04T00:00:00Z fresh 1'
}

@test "paused while a tick makes up what was missed: it ends what it has begun, and no more" {
  nightly ', missed: all'
  mlops schedule pause nightly --quiet --as-of 2026-11-01T12:00:00Z
  mlops schedule resume nightly --quiet --as-of 2026-11-01T12:00:00Z
  in_background --as-of 2026-11-03T00:00:10Z
  begun nightly 2026-11-02
  kill -STOP "$working"
  answers 0 mlops schedule pause nightly --quiet
  kill -CONT "$working"
  ended 0
  is "$(jq -r '.items[] | "\(.due) \(.outcome)"' working.out)" '2026-11-02T00:00:00Z done'
}

@test "who only looks whether a tick is at work does not make one skip" {
  nightly
  sed -i 's|run: release/risk, then: promote|run: sources/churn|' mlops.yaml
  tick --as-of 2026-11-01T00:00:10Z
  sed -i '$d' .mlops/schedules/nightly.jsonl # killed
  flock -s .mlops/schedules/nightly.lock sleep 0.6 3>&- &
  sleep 0.2
  tick --as-of 2026-11-02T00:00:10Z
  is "$status $(outcomes)" '0 fresh 1'
  wait
}

@test "busy: wait works when the other one has ended" {
  nightly ', busy: wait 1m'
  in_background --as-of 2026-11-01T00:00:10Z
  begun nightly 2026-11-01
  kill -STOP "$working"
  mlops schedule tick --json --as-of 2026-11-02T00:00:10Z >second.out 2>&1 3>&- &
  second=$!
  sleep 0.5
  kill -0 "$second"
  is "$(cat second.out)" ''
  kill -CONT "$working"
  ended 0
  wait "$second"
  is "$(jq -r '.items[].outcome' second.out)" fresh
}

@test "busy: replace ends the other one, and does its work" {
  nightly ', busy: replace'
  slow
  sed -i 's|run: release/risk, then: promote|run: data|' mlops.yaml
  in_background --as-of 2026-11-01T00:00:10Z
  begun nightly 2026-11-01
  sed -i 's|FROM churn a, churn b, churn c WHERE|FROM churn a, churn b, churn c WHERE a.id = b.id AND b.id = c.id AND|' mlops.yaml
  # what is not newer replaces nothing
  tick --as-of 2026-11-01T00:01:10Z
  is "$(outcomes)" ''
  kill -0 "$working"
  tick --as-of 2026-11-02T00:00:10Z
  ended 143
  is "$(jq -r '.items[].outcome' working.out)" lost
  is "$status $(outcomes)" '0 done 1'
}

@test "told to stop it stops, says lost, and the next tick takes it up" {
  nightly
  slow
  sed -i 's|run: release/risk, then: promote|run: data|' mlops.yaml
  in_background --as-of 2026-11-01T00:00:10Z
  begun nightly 2026-11-01
  sleep 1
  kill -TERM "$working"
  ended 143
  is "$(jq -r '.items[].outcome' working.out)" lost
  is "$(journal nightly 'select(.event == "ended") | "\(.outcome) \(.exit_code)"')" 'lost 143'
  sed -i 's|FROM churn a, churn b, churn c WHERE|FROM churn a, churn b, churn c WHERE a.id = b.id AND b.id = c.id AND|' mlops.yaml
  tick --as-of 2026-11-01T00:01:10Z
  is "$status $(outcomes)" '0 done 2'
}

@test "a deadline that passes: late, exit code 75, tried again later" {
  nightly ', deadline: 1s, retry: {times: 1, wait: 5m}'
  slow
  sed -i 's|run: release/risk, then: promote|run: data|' mlops.yaml
  tick --as-of 2026-11-01T00:00:10Z
  is "$status $(outcomes)" '75 late 1'
  has "$stderr" "'nightly' was not done within its deadline of 1s"
  sed -i 's|FROM churn a, churn b, churn c WHERE|FROM churn a, churn b, churn c WHERE a.id = b.id AND b.id = c.id AND|; s/deadline: 1s/deadline: 1m/' mlops.yaml
  tick --as-of 2026-11-01T00:02:10Z
  is "$status $(outcomes)" '0 '
  is "$(mlops schedule list --json --as-of 2026-11-01T00:02:10Z | jq -r '.items[0].next')" 2026-11-01T00:05:10Z
  tick --as-of 2026-11-01T00:06:10Z
  is "$status $(outcomes)" '0 done 2'
}

@test "what is locked is tried again, what is wrong is not" {
  nightly ', retry: {times: 2, wait: 1m}'
  mkdir -p .mlops/locks
  exec 9>>.mlops/locks/project
  flock 9
  tick --as-of 2026-11-01T00:00:10Z
  is "$status $(outcomes)" '75 failed 1'
  exec 9>&-
  tick --as-of 2026-11-01T00:01:40Z
  is "$status $(outcomes)" '0 done 2'
  sed -i 's/linear: {train: logistic}/&\n  linear2: {train: xgboost, columns: [nothing]}/; s/among: \[base, linear\]/among: [base, linear, linear2]/' mlops.yaml
  tick --as-of 2026-11-02T00:00:10Z
  is "$(outcomes)" 'failed 1'
  tick --as-of 2026-11-02T00:10:10Z
  is "$status $(outcomes)" '0 '
}

@test "a source that shrinks to a tenth is refused, and what was there stays usable" {
  nightly
  sed -i 's/task: binary/&, expect: [rows >= last.rows * 0.9]/' mlops.yaml
  tick --as-of 2026-11-01T00:00:10Z
  is "$(outcomes) $(champion)" 'done 1 1'
  customers 150 >churn.csv
  tick --as-of 2026-11-02T00:00:10Z
  is "$status $(outcomes)" '3 rejected 1'
  has "$(ticked .why)" 'churn@v2 was not accepted: 1 of 1 assertion fails: rows >= last.rows'
  is "$(champion)" 1
  customers 20 >new.csv
  answers 0 mlops predict risk --in new.csv --quiet
  is "$(mlops data head churn@v1 --rows 2000 --json | jq '.items | length')" 1500
  answers 0 mlops store fsck
  customers 1502 >churn.csv
  tick --as-of 2026-11-03T00:00:10Z
  is "$status $(outcomes) $(champion)" '0 done 1 2'
}

@test "an empty environment, as cron has it" {
  nightly
  answers 0 env -i PATH=/usr/bin:/bin "$(command -v mlops)" schedule tick --json --as-of 2026-11-01T00:00:10Z
  is "$(outcomes)" 'done 1'
  answers 0 env -i "$(command -v mlops)" schedule tick --json --as-of 2026-11-02T00:00:10Z
  is "$(outcomes)" 'fresh 1'
}

@test "a broken mlops.yaml costs the time of its repair, and nothing else" {
  nightly
  tick --as-of 2026-11-01T00:00:10Z
  cp mlops.yaml ../whole
  echo '  broken: [' >>mlops.yaml
  tick --as-of 2026-11-02T00:00:10Z
  is "$status $output" '2 '
  has "$stderr" mlops.yaml:
  is "$(champion)" 1
  cp ../whole mlops.yaml
  tick --as-of 2026-11-03T00:00:10Z
  is "$status $(outcomes) $(ticked .missed)" '0 fresh 1 1'
}

@test "a source that is gone: what there is of it goes on, and it is found again" {
  nightly ', when: [changed(churn)]'
  tick --as-of 2026-11-01T00:00:10Z
  mv churn.csv ../away.csv
  tick --as-of 2026-11-02T00:00:10Z
  is "$status $(outcomes)" '0 fresh 1'
  has "$stderr" churn.csv
  is "$(champion)" 1
  mv ../away.csv churn.csv
  touch -d '2 hours ago' churn.csv
  tick --as-of 2026-11-03T00:00:10Z
  is "$status $(outcomes)" '0 fresh 1'
}

@test "a journal whose last line was cut is read up to there" {
  nightly
  tick --as-of 2026-11-01T00:00:10Z
  truncate -s -20 .mlops/schedules/nightly.jsonl
  is "$(mlops schedule list --json | jq -r '.items[0].state')" lost
  tick --as-of 2026-11-01T00:01:10Z
  is "$status $(outcomes)" '0 fresh 2'
}

# on_disk SIZE: the project on a disk of its own.
on_disk() {
  [[ $(id -u) == 0 ]] || skip "mounting wants root"
  mkdir -p "$BATS_TEST_TMPDIR/disk"
  mount -t tmpfs -o "size=$1" tmpfs "$BATS_TEST_TMPDIR/disk" || skip "mounting is not allowed here"
  cp -a . "$BATS_TEST_TMPDIR/disk/project"
  cd "$BATS_TEST_TMPDIR/disk/project" || return 1
}

@test "a full disk: exit code 75, nothing is lost, and it goes on when there is room" {
  nightly ', retry: {times: 3, wait: 1m}'
  on_disk 8M
  tick --as-of 2026-11-01T00:00:10Z
  is "$(outcomes) $(champion)" 'done 1 1'
  customers 1501 >churn.csv
  dd if=/dev/zero of=../fill bs=4k 2>/dev/null || true
  tick --as-of 2026-11-02T00:00:10Z
  is "$status" 75
  has "$stderr" 'no space left'
  is "$(champion)" 1
  # room for the journal, not for the work
  truncate -s -8k ../fill
  tick --as-of 2026-11-02T00:01:10Z
  is "$status" 75
  rm ../fill
  tick --as-of 2026-11-02T00:10:10Z
  is "$status $(ticked .outcome) $(champion)" '0 done 2'
  answers 0 mlops store fsck
}

@test "a project that is mounted read-only: told when something is due, silent when not" {
  nightly
  on_disk 64M
  tick --as-of 2026-11-01T00:00:10Z
  mount -o remount,ro "$BATS_TEST_TMPDIR/disk"
  tick --as-of 2026-11-01T12:00:10Z
  is "$status $(outcomes)$stderr" '0 '
  tick --as-of 2026-11-02T00:00:10Z
  is "$status $(outcomes)" '1 '
  has "${stderr,,}" read-only
  is "$(mlops schedule list --json | jq -r '.items[0].state')" idle
  mount -o remount,rw "$BATS_TEST_TMPDIR/disk"
  tick --as-of 2026-11-02T00:01:10Z
  is "$status $(outcomes)" '0 fresh 1'
}
