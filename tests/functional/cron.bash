# Schedules, and a cron of the test's own. `load cron` after `load lib` and `load seed`.
# shellcheck shell=bash
# shellcheck disable=SC2154

# fake_crontab [LINE...]: a program `crontab` that keeps one table, with these lines in it, in $CRONTAB.
fake_crontab() {
  export CRONTAB=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/crontab.table
  local bin=${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}/cron
  mkdir -p "$bin"
  cat >"$bin/crontab" <<'END'
#!/bin/sh
if [ "$1" = -l ]; then
  [ -e "$CRONTAB" ] || { echo "no crontab for $(id -un)" >&2; exit 1; }
  exec cat "$CRONTAB"
fi
exec cat "$1" >"$CRONTAB"
END
  chmod +x "$bin/crontab"
  export PATH=$bin:$PATH
  rm -f "$CRONTAB"
  (($# == 0)) || printf '%s\n' "$@" >"$CRONTAB"
}

# seed_schedules: of the sources that the project has; all are armed, none is due but at new year, one rests.
seed_schedules() {
  cat >>mlops.yaml <<'END'
schedule:
  nightly: {at: 0 0 1 1 *, run: sources/churn}
  hourly: {at: 0 * 1 1 *, run: sources/churn, when: [changed(churn)]}
  resting: {at: 0 0 1 1 *, run: sources/churn}
END
  mlops schedule pause resting --quiet >/dev/null
  mlops schedule tick --quiet >/dev/null
}

# tick [FLAG...]: leaves $output and $stderr; fails only where the tick takes longer than a test may.
tick() { run --separate-stderr timeout 60 mlops schedule tick --json "$@"; }

# ticked JQ: of each line of the last tick.
ticked() { jq -r ".items[] | $1" <<<"$output"; }

# journal NAME JQ: of each thing that happened to a schedule.
journal() { cat ".mlops/schedules/$1.1.jsonl" ".mlops/schedules/$1.jsonl" 2>/dev/null | jq -r "$2"; }
