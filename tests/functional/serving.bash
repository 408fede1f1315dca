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
  mlops serve "$@" --port 0 --json >"$name.out" 2>"$name.err" 3>&- &
  server=$!
  servers+=("$server")
  eventually answers_or_ended "$name.out" || return
  url=$(jq -r .items[0].url "$name.out") || { cat "$name.err" >&2; return 1; }
}

answers_or_ended() { jq -e '.items[0].url' "$1" || ! kill -0 "$server"; }

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
  code=${output##*$'\n'}
  output=${output%$'\n'*}
}

# metric NAME{LABELS}
metric() { curl -s "$url/metrics" | awk -v name="$1" '{ value = $NF; sub(/ [^ ]*$/, "") } $0 == name { print value }'; }
