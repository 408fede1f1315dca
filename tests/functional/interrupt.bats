# Ctrl-C and its kin: within a second, said once, the store whole. What cannot be asked to stop is left behind.
# shellcheck disable=SC2154,SC2016
load lib

setup() {
  enter_fresh_project
  probe=$build_dir/tests/cli_probe
  [[ -x $probe ]] || probe=$source_dir/build/dev/tests/cli_probe # a release is built without it
}

# interrupts SIGNAL STATUS FILE COMMAND...: starts it, waits until FILE has something, sends the signal; leaves
# the milliseconds that the end took in $took and what was said in $said. Bash starts background jobs with SIGINT
# ignored; env puts it back.
interrupts() {
  local signal=$1 wanted=$2 sign=$3 code=0 begin
  shift 3
  : >err
  (exec env --default-signal=INT,HUP "$@") >out 2>err 3>&- &
  wait_for "$sign"
  begin=$(date +%s%N)
  kill -"$signal" $!
  wait $! || code=$?
  took=$((($(date +%s%N) - begin) / 1000000))
  said=$(cat err)
  is "$code" "$wanted"
}

# Until the process has computed for so many hundredths of a second.
computing() {
  for _ in {1..400}; do
    [[ $(cut -d' ' -f14 "/proc/$1/stat") -lt $2 ]] || return 0
    sleep 0.01
  done
  return 1
}

wait_for() {
  for _ in {1..400}; do
    [[ -s $1 ]] && return
    sleep 0.025
  done
  return 1
}

# A busy machine takes its time to end a process; without the rule these take for ever.
soon() { ((took < 4000)) || { echo "took $took ms" >&2 && return 1; }; }

@test "what looks at the token ends at once" {
  interrupts INT 130 err "$probe" work
  has "$said" interrupted
  is "$(grep -c interrupted err)" 1
  ((took < 600)) || soon
}

@test "what does not look at the token ends within a second, by Ctrl-C, SIGTERM and the end of the terminal" {
  for signal in INT:130 TERM:143 HUP:129; do
    interrupts "${signal%:*}" "${signal#*:}" err "$probe" deaf
    is "$said" $'hanging\ninterrupted'
    ((took >= 500)) # it had its chance to end in order
    soon
  done
}

@test "with --json that, too, is said in JSON" {
  interrupts INT 130 err "$probe" deaf --json
  is "$(tail -1 err | jq -r .error.id)" interrupted
}

@test "a terminal that closes says so twice, which is not impatience" {
  : >err
  (exec env --default-signal=HUP "$probe" patient) 2>err 3>&- &
  wait_for err
  kill -HUP $!
  kill -HUP $!
  kill -HUP $!
  code=0
  wait $! || code=$?
  is "$code" 0
  is "$(cat err)" $'waiting\nended in order'
}

@test "nohup is heard" {
  (exec nohup "$probe" work) >out 2>err 3>&- </dev/null &
  wait_for err
  kill -HUP $!
  wait $!
  is "$(cat out)" yes
}

@test "a question to the engine that would take hours is left within a second" {
  seq 0 200000 | sed '1s/.*/n/' >n.csv
  answers 0 mlops ingest n.csv -q
  (exec env --default-signal=INT mlops data query 'SELECT sum(sin(a.n + b.n)) FROM n a, n b' --no-progress) >out 2>err 3>&- &
  computing $! 30
  begin=$(date +%s%N)
  kill -INT $!
  code=0
  wait $! || code=$?
  took=$((($(date +%s%N) - begin) / 1000000))
  is "$code" 130
  is "$(cat err)" interrupted
  soon
  answers 0 mlops data head n --porcelain --rows 1
}

@test "an interrupted ingest leaves the store as it was, whenever it comes" {
  awk 'BEGIN { print "id,a,b,c"; for (i = 0; i < 400000; ++i) printf "%d,%f,%f,word%d\n", i, rand(), rand(), i % 17 }' >t.csv
  for ticks in 5 15 30 60 100 150 200 300; do
    (exec env --default-signal=INT mlops ingest t.csv -q) >out 2>err 3>&- &
    computing $! $ticks 2>/dev/null || true
    kill -INT $! 2>/dev/null || true
    code=0
    wait $! || code=$?
    [[ $code == 130 || $code == 0 ]]
    [[ ! -d .mlops ]] || answers 0 mlops store fsck -q
    [[ $code == 0 ]] && break
    [[ ! -d .mlops ]] || is "$(mlops data list --porcelain)" ""
  done
  answers 0 mlops ingest t.csv -q
  answers 0 mlops data query 'SELECT count(*) FROM t' --porcelain
  is "$output" 400000
}

@test "a check of the store can be interrupted" {
  head -c 300000000 /dev/zero | tr '\0' '1' | fold -w 15 >long.csv
  answers 0 mlops ingest long.csv -q
  (exec env --default-signal=INT mlops store fsck --no-progress) >out 2>err 3>&- &
  computing $! 10
  kill -INT $!
  code=0
  wait $! || code=$?
  is "$code" 130
  is "$(cat err)" interrupted
}
