# shellcheck shell=bash
# Sourced by the starters beside this file: `NAME start|stop|env FOLDER`. All that a service writes is below the folder,
# it listens on this machine alone, and several of one kind can run, each in a folder and on ports of its own.
# A starter defines install, start, ready and env_of, and ends with `service "$@"`.
set -eu
export host=127.0.0.1
PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export PATH

fail() {
  echo "${0##*/}: $*" >&2
  return 1
}

# free_ports COUNT: ports that nobody listens on, below those that the system gives to connections.
free_ports() {
  /usr/bin/python3 - "$1" <<'END'
import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    candidate = socket.socket()
    try:
        candidate.bind(("127.0.0.1", random.randrange(20000, 32000)))
        held.append(candidate)
    except OSError:
        candidate.close()
print(*(one.getsockname()[1] for one in held))
END
}

# born PID: when it began, so that a number that was given anew is not taken for it.
born() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# background NAME COMMAND...: in a process group of its own; what it says goes to FOLDER/log/NAME.
background() {
  local name=$1
  shift
  setsid "$@" >>"$folder/log/$name" 2>&1 </dev/null 3>&- &
  echo "$! $(born $!)" >"$folder/run/$name.pid"
}

# lives FILE: the process of a file that background() wrote.
lives() {
  local pid since
  read -r pid since <"$1" && [ -n "$since" ] && [ "$(born "$pid")" = "$since" ]
}

# wait_for SECONDS COMMAND...: until it goes well, as long as all that was started lives.
wait_for() {
  local end=$(($(date +%s) + $1)) file
  shift
  until "$@" >/dev/null 2>&1; do
    for file in "$folder"/run/*.pid; do
      lives "$file" || fail "${file##*/} ended: $(tail -n 5 "$folder/log/$(basename "$file" .pid)")" || return
    done
    [ "$(date +%s)" -lt "$end" ] || fail "no answer to \`$*\`; see $folder/log" || return
    sleep 0.1
  done
}

stop() {
  local file sign round
  for sign in TERM KILL; do
    for file in "$folder"/run/*.pid; do
      ! { [ -e "$file" ] && lives "$file"; } || kill -"$sign" -- "-$(cut -d' ' -f1 "$file")" 2>/dev/null || true
    done
    for round in $(seq 100); do
      any=
      for file in "$folder"/run/*.pid; do
        ! { [ -e "$file" ] && lives "$file"; } || any=yes
      done
      [ -n "$any" ] || break 2
      sleep 0.1
    done
  done
  : "$round"
  rm -rf "$folder"
}

service() {
  [ $# -eq 2 ] || fail "usage: ${0##*/} start|stop|env FOLDER" || exit 2
  folder=$(realpath -m "$2")
  case $1 in
    start)
      [ ! -e "$folder/run" ] || fail "something runs in $folder" || exit
      mkdir -p "$folder/run" "$folder/log" "$folder/data"
      install
      start # as a command of its own: behind an && or in a condition, `set -e` would go on after what failed
      wait_for 60 ready
      ;;
    stop) [ ! -d "$folder/run" ] || stop ;;
    env) env_of ;;
    *) fail "no such word: $1" || exit 2 ;;
  esac
}

# needs COMMAND...: the programs of the packages that tests/support/packages lists.
needs() {
  local command
  for command; do
    command -v "$command" >/dev/null || fail "there is no $command here; see tests/support/packages" || exit
  done
}
