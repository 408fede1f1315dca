# Servers that the tests start and end. `load serving` after `load lib`; `stop_servers` in teardown().
# shellcheck shell=bash

# eventually COMMAND...: until it succeeds, for 30 s at most.
eventually() {
  local tries
  for ((tries = 0; tries < 600; ++tries)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.05
  done
  echo "not in 30 s: $*" >&2
  return 1
}

# start NAME ARGUMENT...: `mlops serve ARGUMENT...` on a free port. Leaves $url and $server; what it says is in NAME.out
# and NAME.err.
start() {
  local name=$1
  shift
  start_as "$name" serve "$@"
}

# start_as NAME WORD...: the same of `mlops WORD...`.
start_as() {
  local name=$1
  shift
  mlops "$@" --port 0 --json >"$name.out" 2>"$name.err" 3>&- &
  server=$!
  servers+=("$server")
  eventually answers_or_ended "$name.out" || return
  if ! url=$(jq -er .items[0].url "$name.out" 2>/dev/null) || [[ -z $url ]]; then
    echo "the server ended: $(cat "$name.err")" >&2
    return 1
  fi
}

# jq 1.6 calls an empty file a success.
answers_or_ended() { [[ -n $(jq -r '.items[0].url' "$1") ]] || ! kill -0 "$server"; }

# ends STATUS: the server ends, with that exit code.
ends() {
  local ended=0
  wait "$server" || ended=$?
  is "$ended" "$1"
}

stop_servers() {
  local one
  for one in "${servers[@]:-}"; do
    [[ -z $one ]] || kill -KILL "$one" 2>/dev/null || true
    wait "$one" 2>/dev/null || true
  done
}

# post PATH BODY [CURL OPTION...]: the answer in $output, its status in $code.
post() {
  local path=$1 body=$2
  shift 2
  output=$(curl -s -w '\n%{http_code}' "$url$path" -H 'content-type: application/json' --data-binary "$body" "$@")
  # shellcheck disable=SC2034
  code=${output##*$'\n'}
  output=${output%$'\n'*}
  output=${output%$'\n'}
}

# metric NAME{LABELS}
metric() { curl -s "$url/metrics" | awk -v name="$1" '{ value = $NF; sub(/ [^ ]*$/, "") } $0 == name { print value }'; }

# serve_briefly WORD...: what `mlops WORD...` answers with, which is a server. It listens on a free port, whatever was asked
# for, is asked whether it is well, and is told to end; its exit code is that of this function.
serve_briefly() {
  local pid
  command mlops "$@" --port 0 >serve_briefly.out 3>&- &
  pid=$!
  eventually grep -q curl serve_briefly.out
  cat serve_briefly.out
  curl -sf "$(grep -oE 'http:[/0-9a-z.:]+' serve_briefly.out | head -n 1)/healthz" >&2
  kill "$pid"
  wait "$pid"
}
