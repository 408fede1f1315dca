# The rules of the command line. `probe` is a program with the same command line and commands made to show them.
# shellcheck disable=SC2154,SC2016
load lib

setup() {
  enter_fresh_project
  probe=$build_dir/tests/cli_probe
  [[ -x $probe ]] || probe=$source_dir/build/dev/tests/cli_probe # a release is built without it
}

probe() { "$probe" "$@"; }

# 1: grammar

@test "flags are accepted anywhere after the command" {
  answers 0 probe bind --limit 3 name -f file --json
  first=$output
  answers 0 probe --json bind name --limit=3 --file=file
  is "$(jq -c 'del(.items[].now)' <<<"$output")" "$(jq -c 'del(.items[].now)' <<<"$first")"
}

@test "words become typed values" {
  answers 0 probe bind n -f x a b -p q=1 -pr=2 --seed=-5 --label= --force -n --as-of 2026-01-01 --json -- -z --json
  is "$(jq -c '.items[0]' <<<"$output")" \
    '{"name":"n","words":["a","b"],"label":"","file":"x","limit":10,"seed":-5,"force":true,"params":["q=1","r=2"],"rest":["-z","--json"],"dry_run":true,"now":"2026-01-01T00:00:00Z"}'
}

@test "what was not given stays what it was" {
  answers 0 probe bind n -f x --json --as-of 2026-01-01T00:00+02:00
  is "$(jq -c '.items[0]' <<<"$output")" \
    '{"name":"n","words":[],"label":null,"file":"x","limit":10,"seed":null,"force":false,"params":[],"rest":[],"dry_run":false,"now":"2025-12-31T22:00:00Z"}'
}

@test "odd words stay whole" {
  answers 0 probe bind "" -f "[a,b]" "[c,d]" "++" "-" "-5" "a=b" --label "-x" -p "" -p "[e,f]" --json
  is "$(jq -c '.items[0] | [.name, .file, .words, .label, .params]' <<<"$output")" \
    '["","[a,b]",["[c,d]","++","-","-5","a=b"],"-x",["","[e,f]"]]'
}

@test "after -- a word with a dash is an argument where no command line is wanted" {
  answers 4 mlops help -- --json
  has "$stderr" "error: no help on '--json'"
}

@test "the last of two values wins" {
  answers 0 probe bind n -f x --limit 3 --limit 4 --json
  is "$(jq .items[0].limit <<<"$output")" 4
}

@test "no abbreviations of commands and flags" {
  answers 2 mlops doct
  answers 2 mlops doctor --js
  has "$stderr" 'a similar flag exists: `--json`'
}

@test "a child's name wins over an argument, and a command with children may run alone" {
  answers 0 probe journal
  is "$output" alone
  answers 0 probe journal metric
  is "$output" child
  answers 2 probe journal metrik
  has "$stderr" 'a similar command exists: `mlops journal metric`'
}

@test "-C changes the folder first, each counted from the one before" {
  mkdir -p a/b
  answers 0 mlops -C a doctor -C b --porcelain
  has "$output" $'folders\tcurrent\t'"$PWD/a/b"
  answers 4 mlops -C absent doctor
  is "$stderr" "error: cannot enter 'absent': no such file or directory"
}

# 2: alone

@test "mlops alone prints an overview on stdout" {
  answers 0 mlops
  is "$stderr" ""
  has "$output" "Usage: mlops COMMAND [OPTIONS]"
  has "$output" "  doctor "
  lacks "$output" "__complete"
}

@test "a group alone prints its verbs on stderr and is exit 2" {
  answers 2 probe group
  is "$output" ""
  has "$stderr" "Usage: mlops group COMMAND"
  has "$stderr" "  list  show one rule"
  answers 2 probe group --json
  is "$(jq -r .error.message <<<"$stderr")" '`mlops group` needs a command'
}

# 4, 12: stdout is the answer, stderr the conversation

@test "the answer is on stdout and the conversation on stderr" {
  answers 0 probe talk
  is "$output" 42
  is "$stderr" $'a note\nwarning: a warning'
  answers 0 probe talk --quiet
  is "$output" 42
  is "$stderr" "warning: a warning"
}

@test "next: is for a person only" {
  on_tty 80 "'$probe' talk"
  has "$output" "next:"
  on_tty 80 "'$probe' talk -q"
  lacks "$output" "next:"
}

# 5: colour

@test "colour only on a terminal, and --color wins over all" {
  answers 70 probe fail logic
  lacks "$stderr" $'\e['
  answers 70 probe fail logic --color=always
  has "$stderr" $'\e[1;31merror:\e[0m'
  on_tty 80 "'$probe' fail logic"
  has "$output" $'\e[1;31merror:'
  on_tty 80 "NO_COLOR=1 '$probe' fail logic"
  lacks "$output" $'\e['
  on_tty 80 "NO_COLOR= '$probe' fail logic"
  has "$output" $'\e['
  on_tty 80 "TERM=dumb '$probe' fail logic"
  lacks "$output" $'\e['
  on_tty 80 "'$probe' fail logic --color never"
  lacks "$output" $'\e['
}

@test "an unknown value of --color names the allowed ones" {
  answers 2 mlops doctor --color=blue
  is "$stderr" $'error: \'blue\' is not a value of \'--color\'\n\nhint: it is `auto`, `always` or `never`'
}

# 6: progress

@test "without a terminal progress is one line for each phase" {
  answers 0 probe work
  is "$output" yes
  is "$stderr" $'first phase\nsecond phase'
}

@test "progress can be switched off" {
  answers 0 probe work --no-progress
  is "$stderr" ""
  answers 0 probe work -q
  is "$stderr" ""
  MLOPS_NO_PROGRESS=1 answers 0 probe work
  is "$stderr" ""
}

@test "on a terminal progress is redrawn at most ten times a second and cleared" {
  on_tty 80 "'$probe' work"
  has "$output" "rows of 1,000 rows"
  has "$output" $'\r\e[K'
  [[ $output == *$'\e[Kdone\n'* || $output == *$'\e[K\e[1mdone'* ]]
  draws=$(grep -o $'\e\[K' <<<"$output" | wc -l)
  ((draws >= 3 && draws <= 16))
}

# 7: formats

@test "one answer in three forms" {
  answers 0 probe rows
  assert_golden cli-rows.txt
  answers 0 probe rows --porcelain
  assert_golden cli-rows.porcelain
  answers 0 probe rows --json
  assert_golden cli-rows.json
  is "$(jq -r '.schema, (.items | length)' <<<"$output")" $'probe.row/1\n2'
}

@test "one thing in three forms" {
  answers 0 probe record
  assert_golden cli-record.txt
  answers 0 probe record --porcelain
  assert_golden cli-record.porcelain
  answers 0 probe record --json
  is "$(jq -c '.items[0].columns[1]' <<<"$output")" '{"column":"señal","nulls":12}'
}

@test "on a terminal a table has a header and is cut to its width" {
  on_tty 60 "'$probe' rows --color=never"
  assert_golden cli-rows.tty
  while read -r line; do ((${#line} <= 60)) || return 1; done <<<"$output"
}

@test "data cannot talk to the terminal" {
  answers 0 probe rows
  lacks "$output" $'\e'
  has "$output" '\x1b[31mred'
}

@test "the formats exclude each other" {
  answers 2 mlops doctor --json --porcelain
  is "$(jq -r .error.message <<<"$stderr")" "'--json' and '--porcelain' exclude each other"
}

@test "an error is one JSON object on stderr with --json, even if it comes before" {
  answers 2 mlops doctr --json
  is "$output" ""
  is "$stderr" "{\"error\": {\"code\": 2, \"id\": \"command.unknown\", \"message\": \"'doctr' is not a command of \`mlops\`\", \"hint\": \"a similar command exists: \`mlops doctor\`\", \"detail\": null, \"context\": []}}"
  answers 5 probe --json fail x
  is "$(jq -c '.error | [.code, .id, .message, .hint, .context]' <<<"$stderr")" \
    "[5,\"probe.taken\",\"the name 'churn' is taken\",\"choose another name\",[\"while adding 'churn'\"]]"
}

# 8, 9: exit codes and errors

@test "an error has its form" {
  answers 5 probe fail x
  is "$output" ""
  is "$stderr" $'error: the name \'churn\' is taken\nmlops.yaml:3:5\n  3 |   churn: {}\n          ^\n\nhint: choose another name'
  answers 5 probe fail x -v
  has "$stderr" $'          ^\n  while adding \'churn\'\n\nhint:'
  answers 5 probe fail x -vv
  has "$stderr" $'  while adding \'churn\'\n  probe.taken, exit code 5\n\nhint:'
}

@test "what nobody foresaw is exit 70 with the request to report it" {
  for how in logic number; do
    answers 70 probe fail $how
    has "$stderr" "error: this is a fault of mlops"
    has "$stderr" 'report it with the command line and what `mlops doctor` prints'
  done
}

@test "memory that is not there is the machine's doing, not a fault" {
  answers 1 probe fail memory
  is "$(head -n 1 <<<"$stderr")" "error: out of memory"
}

@test "what is missing is named" {
  answers 2 probe bind
  has "$stderr" "error: \`mlops bind\` needs 'NAME' and '--file FILE'"
  has "$stderr" 'the usage is `mlops bind [OPTIONS] --file FILE NAME [WORD...] [-- COMMAND...]`'
  answers 2 probe bind n --file
  has "$stderr" "error: '--file' needs a value"
  answers 2 probe bind n -f x --limit many
  has "$stderr" "'many' is not a whole number, which '--limit' wants"
  answers 2 probe bind n -f x --limit 99999999999999999999
  has "$stderr" "'99999999999999999999' is too large for '--limit'"
  answers 2 probe bind n -f x --force=yes
  has "$stderr" "'--force' takes no value, but 'yes' was given"
  answers 2 mlops doctor now
  has "$stderr" "\`mlops doctor\` takes no argument 'now'"
  answers 2 mlops completion bash zsh
  has "$stderr" "\`mlops completion\` takes no further argument 'zsh'"
  answers 2 mlops doctor --as-of yesterday
  has "$stderr" "'yesterday' is not a time"
}

@test "a dry run only where it is declared" {
  answers 2 mlops doctor --dry-run
  has "$stderr" "has no flag '--dry-run'"
}

# 10: typos

@test "a typo offers near misses and never runs the guess" {
  answers 2 mlops docotr
  is "$output" ""
  is "$stderr" $'error: \'docotr\' is not a command of `mlops`\n\nhint: a similar command exists: `mlops doctor`'
  answers 2 mlops xqz
  has "$stderr" 'hint: `mlops -h` lists them'
}

@test "mlops-xyz on PATH answers as mlops xyz" {
  mkdir -p "$HOME/bin" sub
  printf '#!/bin/sh\necho "in ${PWD##*/}:" "$@"\nexit 9\n' >"$HOME/bin/mlops-xyz"
  chmod +x "$HOME/bin/mlops-xyz"
  PATH=$HOME/bin:$PATH answers 9 mlops -C sub xyz --json -C other word
  is "$output" "in sub: --json -C other word"
  chmod -x "$HOME/bin/mlops-xyz"
  PATH=$HOME/bin:$PATH answers 2 mlops xyz
}

# 14: questions

# asked INPUT COMMAND: a terminal on every stream, INPUT typed into it; the exit code is that of the command.
asked() {
  run bash -c 'printf "$1" | script -qec "stty -echo cols 80; export TERM=dumb; exec $2" /dev/null' _ "$1" "$2"
  output=${output//$'\r'/}
}

two_tables() {
  awk 'BEGIN { print "id,age,town,member,churn_label"; for (i = 0; i < 60; ++i) printf "%d,%d,t%d,%s,%d\n", i, i % 40, i % 5, (i % 3 ? "true" : "false"), (i * 7 % 10 > 4) }' >one.csv
  cp one.csv two.csv
  answers 0 mlops ingest one.csv -q
}

@test "what a person left open is asked at a terminal, by number or name" {
  two_tables
  asked '1\n' 'mlops train run -n'
  is "$status" 0
  has "$output" $'which column of one is to be predicted?\n  1  churn_label  BIGINT\n  2  member       BOOLEAN\n  3  age          BIGINT\n'
  has "$output" 'without a question: mlops train run -n --label churn_label'
  asked 'mebmer\n9\nmember\n' 'mlops train run -n'
  is "$status" 0
  has "$output" "'mebmer' is none of them; similar: \`member\`"
  has "$output" "'9' is none of them"
  has "$output" 'label  member'
}

@test "questions follow each other, and the command that needs none is said once" {
  two_tables
  answers 0 mlops ingest two.csv -q
  asked 'two\nmember\n' 'mlops train run -n'
  is "$status" 0
  is "$(grep -c 'without a question' <<<"$output")" 1
  has "$output" 'without a question: mlops train run -n --data two --label member'
  asked '2\n' 'mlops train run -n --label member'
  has "$output" 'without a question: mlops train run -n --label member --data two'
}

@test "no answer is exit 2 with what to type, and Ctrl-C is 130" {
  two_tables
  for input in '\n' '  \n' '\004'; do
    asked "$input" 'mlops train run -n'
    is "$status" 2
    has "$output" 'name it: `mlops train run --label COLUMN`'
  done
  mkfifo keys
  env --default-signal=INT script -qfec 'stty -echo; exec mlops train run -n' screen <keys >/dev/null 3>&- &
  exec 7>keys
  for _ in {1..200}; do grep -qs 'number or name' screen && break || sleep 0.05; done
  printf '\003' >&7
  code=0
  wait $! || code=$?
  exec 7>&-
  is "$code" 130
  has "$(cat screen)" interrupted
}

@test "nobody is asked without a terminal, with --no-input, --json or --porcelain" {
  two_tables
  for command in 'mlops train run -n --no-input' 'mlops train run -n --json' 'mlops train run -n --porcelain' \
    'mlops train run -n 2>err' 'mlops train run -n <one.csv'; do
    asked '1\n' "$command"
    is "$status" 2
    lacks "$output" '1  churn_label'
  done
  answers 2 mlops train run -n
  is "$stderr" $'error: which column of one is to be predicted is not said\n\nhint: name it: `mlops train run --label COLUMN`'
}

@test "the record of a run holds what was answered" {
  two_tables
  asked '1\n' 'mlops train run --train prior -q'
  is "$status" 0
  is "$(mlops runs show @last --json | jq -c '.items[0].command')" '["mlops","train","run","--train","prior","-q","--label","churn_label"]'
}

@test "predict and serve take the only model, and ask which of several" {
  two_tables
  answers 0 mlops train run --label member --train prior -q
  answers 0 mlops predict --in one.csv --only -q
  is "$(wc -l <<<"$output")" 61
  answers 0 mlops train run --label member --train prior -q --name other
  answers 2 mlops predict --in one.csv
  is "$stderr" $'error: which of 2 models is to be asked: `one` or `other`\n\nhint: name it: `mlops predict one`'
  answers 2 mlops serve
  asked '2\n' 'mlops predict --in one.csv --out out.csv'
  is "$status" 0
  has "$output" 'without a question: mlops predict --in one.csv --out out.csv other'
  has "$output" 'other@v1: 60 rows'
}

@test "names cannot talk to the terminal in messages either" {
  two_tables
  answers 4 mlops data show $'\e[31mred'
  lacks "$stderr" $'\e'
  has "$stderr" '\x1b[31mred'
}

# 15: - is standard input or output

@test "reading from a terminal says so, once" {
  two_tables
  asked 'a,b\n1,2\n3,4\n\004' 'mlops ingest - --name typed'
  is "$status" 0
  is "$(grep -c 'reading from the terminal; Ctrl-D ends it' <<<"$output")" 1
  has "$output" 'rows           2'
}

# 18, 19: the ends of a process

@test "a full disk is exit 75" {
  run --separate-stderr bash -c "'$probe' stream >/dev/full"
  is "$status" 75
  is "$stderr" "error: cannot write to standard output: no space left on device"
  run --separate-stderr bash -c "'$probe' rows >/dev/full"
  is "$status" 75
}

@test "a reader that goes away is no error, and the work stops" {
  run --separate-stderr bash -c "set -o pipefail; '$probe' stream | head -1"
  is "$status" 0
  made=$(tr -dc 0-9 <<<"$stderr")
  ((made < 200000))
}

@test "a closed stdout is an error, and no file takes its place" {
  run --separate-stderr bash -c "'$probe' rows >&-"
  is "$status" 1
  has "$stderr" "cannot write to standard output"
}

# waits until the file is there and not empty
wait_for() {
  for _ in {1..100}; do
    [[ -s $1 ]] && return
    sleep 0.05
  done
  return 1
}

# Bash starts background jobs with SIGINT ignored; env puts it back.
start() { exec env --default-signal=INT "$@"; }

@test "Ctrl-C is exit 130 and is said once, SIGTERM is 143" {
  for signal in INT:130 TERM:143; do
    : >err
    (start "$probe" work --no-progress) 2>err &
    sleep 0.3
    kill -"${signal%:*}" $!
    code=0
    wait $! || code=$?
    is "$code" "${signal#*:}"
    is "$(cat err)" interrupted
  done
}

@test "a second Ctrl-C ends at once" {
  mkfifo pipe
  (start "$probe" hang) <pipe 2>err &
  exec 7>pipe
  wait_for err
  # The command does not look at the token: only the second signal ends it.
  kill -INT $!
  sleep 0.2
  kill -INT $! || true
  code=0
  wait $! || code=$?
  exec 7>&-
  is "$code" 130
}

# 20: always the same

@test "the same command prints the same bytes" {
  for words in "help" "help doctor" "__man doctor" "doctor --help"; do
    # shellcheck disable=SC2086
    answers 0 mlops $words
    first=$output
    # shellcheck disable=SC2086
    LC_ALL=es_AR.UTF-8 TZ=America/Argentina/Buenos_Aires answers 0 mlops $words
    is "$output" "$first"
  done
}

# speed

@test "--version needs no more than a few milliseconds and no engine" {
  [[ $build_dir != */@(asan|tsan|coverage) ]] || skip "an instrumented build is slow"
  start=$(date +%s%N)
  for _ in {1..20}; do mlops --version >/dev/null; done
  ms=$((($(date +%s%N) - start) / 20000000))
  ((ms < 25))
  needed=$(readelf -d "$(command -v mlops)" | grep -o 'Shared library: .*')
  for library in duckdb archive curl xgboost fmt ssl; do lacks "$needed" "$library"; done
}
