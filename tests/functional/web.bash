# A web server of the tests' own. `load web` after `load lib`; `stop_web` in teardown().
# shellcheck shell=bash disable=SC2154

# start_web [CERTIFICATE KEY]: tests/services/web.py over the folder www. Leaves $web, its address, and $asked, the file of
# what it was asked.
start_web() {
  local scheme=http port
  [[ $# -eq 0 ]] || scheme=https
  mkdir -p www
  asked=$BATS_TEST_TMPDIR/asked
  /usr/bin/python3 "$source_dir/tests/services/web.py" www "$asked" "$@" >"$BATS_TEST_TMPDIR/port" 3>&- &
  web_server=$!
  until [[ -s $BATS_TEST_TMPDIR/port ]]; do
    kill -0 "$web_server" || return 1
    sleep 0.05
  done
  port=$(<"$BATS_TEST_TMPDIR/port")
  # shellcheck disable=SC2034
  web=$scheme://127.0.0.1:$port
}

stop_web() {
  [[ -z ${web_server:-} ]] || kill "$web_server" 2>/dev/null || true
  web_server=
}
