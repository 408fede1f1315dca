# The rules that hold for every command alike. The tree is walked: a command without its row in the table below is a
# failure, so that a new one is held to the same rules from its first day.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load cron

# COMMAND|WHAT IT DOES|WORDS. `answers`: prints rows and changes nothing. `text`: prints text that is the answer itself.
# `changes`: the same, and takes -n. `serves`: has no end of its own. Several rows for one command are welcome.
table='
init|changes|
ingest|changes|churn.csv
data list|answers|
data list|answers|churn
data show|answers|churn
data head|answers|churn
data query|answers|"SELECT city, count(*) AS n, avg(age) AS age FROM people GROUP BY city ORDER BY city"
data profile|answers|churn
data diff|answers|churn --key id
data diff|answers|photos --work-tree
data export|changes|churn --out out.csv
data forget|changes|churn --where "age > 40" --yes
data add|changes|photos
data status|answers|
data checkout|changes|photos
data unprotect|changes|photos
data rm|changes|photos
import dvc|changes|
check|changes|people
features plan|answers|
features apply|changes|
features list|answers|
features list|answers|airport
features show|answers|airport
features join|changes|airport --entities new.csv --out set.csv
features materialize|changes|
features push|changes|airport landed.csv
features get|answers|airport --key airport=LIM --at 2026-01-02T20:00:00Z
plan|answers|
status|answers|
train run|changes|--data people --label late --train prior
predict|changes|churn --in people.csv --out answers.csv
evaluate|answers|churn --data asked
why|answers|models/churn@v1
model register|changes|again --file first
model list|answers|
model list|answers|churn
model show|answers|churn
model promote|changes|churn@v1
model rollback|changes|churn
model history|answers|churn
serve|serves|
features serve|serves|
monitor run|changes|churn --as-of 2026-11-07
monitor status|answers|
monitor report|text|churn
schedule list|answers|
schedule next|answers|nightly
schedule tick|answers|
schedule install|changes|
schedule remove|changes|
schedule pause|changes|nightly
schedule resume|changes|resting
run|changes|-- true
runs list|answers|
runs show|answers|@last
runs compare|answers|@last $other
show|answers|models/churn@v1
log|answers|
log metric|changes|--run @last loss=1
log param|changes|--run @last depth=3
log tag|changes|--run @last team=risk
log artifact|changes|--run @last churn.csv
store du|answers|
store fsck|answers|
store du|answers|--references
store gc|changes|
store pin|answers|
store pin|changes|people@v1
store unpin|changes|churn@v1
store reindex|changes|
store bundle|changes|everything.tar
store unbundle|changes|some.tar
remote list|answers|
remote add|changes|backup elsewhere
remote test|answers|origin
remote rm|changes|origin
push|changes|
fetch|changes|
pull|changes|
clone|changes|remote copy
help|answers|
help|text|doctor
config list|answers|--origin
config get|answers|threads
config set|changes|threads 4
doctor|answers|
completion|text|bash
version|answers|'

setup_file() {
  enter_fresh_project
  export seeded=$BATS_FILE_TMPDIR/seeded
  seed_project
  seed_models
  mlops model promote churn@v2 --quiet >/dev/null
  seed_view
  mlops features apply --quiet >/dev/null
  mlops features materialize --quiet >/dev/null
  printf 'origin,landed,delay\nLIM,2026-01-03 10:00:00,5\n' >landed.csv
  sed -i 's/count() over 2h/count() over 3h/' mlops.yaml
  printf 'date,origin\n2026-01-02 10:00:00,LIM\n' >new.csv
  awk 'BEGIN { print "age,city,late"; for (i = 0; i < 60; ++i) print 20 + i % 41 "," (i % 3 ? "Lima" : "Rosario") "," i % 2 }' >people.csv
  mlops ingest people.csv --quiet --as-of 2026-11-05 >/dev/null
  sed -i 's/^    from: people.csv$/&\n    expect: [rows > 3]/' mlops.yaml
  sed 's/late/churned/; s/,0$/,false/; s/,1$/,true/' people.csv >asked.csv
  mlops ingest asked.csv --quiet --as-of 2026-11-05 >/dev/null
  mkdir -p .mlops/predictions/churn
  jq -nc --arg digest "$(mlops model show churn@v2 --json | jq -r .items[0].digest)" '{schema: "mlops.prediction/1",
    time: "2026-11-05T10:00:00Z", request: "a", row: 1, model: "churn@v2", digest: $digest, as_of: null, keys: null,
    inputs: {age: 40, city: "Lima"}, features: null, prediction: true, probability: 0.75, probabilities: null}' \
    >.mlops/predictions/churn/20261105T100000Z-77ec8d40-0001.jsonl
  mlops monitor run churn --quiet --as-of 2026-11-06 >/dev/null
  mkdir photos
  echo one >photos/one
  seq 60000 >photos/two
  echo three >photos/three
  mlops data add photos --quiet --as-of 2026-11-06 >/dev/null
  rm photos/two
  mlops data checkout photos --link hard --quiet >/dev/null
  rm photos/three
  printf 'data:\n  adults: {sql: SELECT * FROM people WHERE age >= 18}\n' >>mlops.yaml
  mlops run --quiet -p lr=0.1 -- sh -c 'echo "loss: 0.5"' >/dev/null
  other=$(mlops runs show @last --json | jq -r .items[0].id)
  export other
  mlops run --quiet -p lr=0.2 -- sh -c 'echo "loss: 0.4"' >/dev/null
  seed_schedules
  seed_remote
  seed_dvc
  mv "$PWD" "$seeded"
}

setup() {
  enter_fresh_project
  rmdir "$PWD"
  cp -a "$seeded" "$PWD"
  cd "$PWD" || return 1
  fake_crontab "# mlops: $PWD" 'an older line'
}

# seed_remote: one in the project, that has a name which is not here and lacks one that is; and a bundle with both.
seed_remote() {
  mlops remote add origin remote --quiet >/dev/null
  mlops push --quiet >/dev/null
  mlops clone remote ../other --quiet >/dev/null
  (cd ../other && echo theirs >theirs && mlops data add theirs --quiet >/dev/null && mlops push --quiet >/dev/null &&
    mlops fetch --all --quiet >/dev/null && mlops store bundle ../bundle --quiet >/dev/null)
  mv ../bundle some.tar
  rm -r ../other
  echo ours >ours
  mlops data add ours --quiet --as-of 2026-11-06 >/dev/null
  mlops store pin churn@v1 --quiet >/dev/null
}

# seed_dvc: the project is one of DVC, too, which tracks a file.
seed_dvc() {
  mkdir -p .dvc/cache/files/md5/88
  printf '[core]\n    remote = storage\n%s\n    url = ../stored\n' "['remote \"storage\"']" >.dvc/config
  echo tracked >.dvc/cache/files/md5/88/a077cbf31a2bfeb0e4ef7fdc172ca7
  echo 'outs: [{path: tracked.txt, md5: 88a077cbf31a2bfeb0e4ef7fdc172ca7, size: 8, hash: md5}]' >tracked.txt.dvc
}

# rows KIND...: "COMMAND WORDS" of the commands of these kinds, one a line.
rows() {
  local command kind words
  while IFS='|' read -r command kind words; do
    [[ -n $command && " $* " == *" $kind "* ]] && echo "mlops $command $words"
  done <<<"$table"
  return 0
}

# say LINE FLAG...: runs a line of the table with more flags.
say() {
  local line=$1
  shift
  [[ $line != *" -- "* ]] || set -- "$*" "-- ${line#* -- }"
  eval "${line%% -- *} $*"
}

# told LINE: the failure names the command.
told() {
  echo "# in: $*" >&2
  return 1
}

# Every file of the project and of HOME with its content, but for the indexes, which whoever reads may bring up to date.
everything() { find . "$HOME" -type f ! -name 'runs.db*' ! -name 'catalogue.db*' ! -name 'online.db-*' ! -path './.mlops/worktree/*' -exec sha256sum {} + | sort; }

# is_error TEXT: an error as people get it: the word, lower case, no full stop, at most one hint behind an empty line.
is_error() {
  [[ $1 =~ ^error:\ [^A-Z\ ] ]] || return 1
  [[ ${1%%$'\n'*} != *. ]] || return 1
  lacks "${1,,}" please
  (($(grep -c '^hint: ' <<<"$1") <= 1)) || return 1
  [[ $1 != *"hint: "* || $1 == *$'\n\nhint: '* ]]
}

@test "every command is in the table" {
  is "$(mlops help --json | jq -r '.items[] | select(.group | not) | .command' | sort)" \
    "$(awk -F'|' 'NF { print "mlops " $1 }' <<<"$table" | sort -u)"
}

@test "3: help has its parts in one order and fits into 80 columns" {
  while IFS= read -r command; do
    # shellcheck disable=SC2086
    answers 0 $command -h
    parts=$(grep -oE '^(Usage|Examples|Commands|Arguments|Options|Global options|See also)\b' <<<"$output" | uniq | paste -sd,)
    [[ $parts =~ ^Usage(,Commands)?(,Examples)?(,Commands)?(,Options)?,Global\ options,See\ also$ ]] || { echo "$command: $parts" >&2; told "$command"; }
    is "$(awk 'length > 80' <<<"$output")" "" || told "$command"
    lacks "$output" $'\e'
    # shellcheck disable=SC2086
    is "$(mlops help ${command#mlops})" "$($command --help)" || told "$command"
  done < <(mlops help --json | jq -r '.items[].command')
}

# same JSON PORCELAIN: every cell of the one is in the other.
same() {
  /usr/bin/python3 - "$1" "$2" <<'END'
import json, sys

class Number(str): pass

def cell(value):
    if value is None: return ""
    if isinstance(value, bool): return "true" if value else "false"
    return str(value)

def plain(value):
    if isinstance(value, Number): return float(value)
    if isinstance(value, list): return [plain(one) for one in value]
    if isinstance(value, dict): return {key: plain(one) for key, one in value.items()}
    return value

document = json.loads(open(sys.argv[1], encoding="utf-8").read(), parse_float=Number, parse_int=Number)
assert list(document) == ["schema", "items"], list(document)
assert "/" in document["schema"]
items = document["items"]
lines = open(sys.argv[2], encoding="utf-8", newline="\n").read().split("\n")
assert lines.pop() == "", "the last line has no end"
assert len(lines) == len(items), (len(lines), len(items))
assert len({tuple(item) for item in items}) <= 1, "items have different keys"
unescaped = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
for line, item in zip(lines, items):
    fields = line.split("\t")
    assert len(fields) == len(item), (fields, item)
    for field, (key, value) in zip(fields, item.items()):
        assert key == key.lower() or document["schema"].startswith("mlops.row"), key
        text = ""
        while field:
            size = 2 if field[:2] in unescaped else 1
            text += unescaped.get(field[:size], field[:size])
            field = field[size:]
        if isinstance(value, (list, dict)):
            assert json.loads(text) == plain(value), (key, text, value)
        else:
            assert text == cell(value), (key, text, value)
END
}

@test "4, 7: --json and --porcelain of every command say the same, and standard error is silent" {
  while IFS= read -r line; do
    case $line in "mlops doctor"* | "mlops run "* | "mlops store du"*) again='.' ;; *) again='' ;; esac
    say "$line" --json --quiet --as-of 2026-11-20 >json 2>json.err || { cat json.err >&2; told "$line"; }
    say "$line" --porcelain --quiet --as-of 2026-11-20 >porcelain 2>porcelain.err || told "$line"
    is "$(cat json.err)$(cat porcelain.err)" "" || told "$line"
    [[ -n $again ]] || same json porcelain || told "$line"
  done < <(rows answers)
  while IFS= read -r line; do
    [[ $line != "mlops log "* ]] || continue # they have no answer
    say "$line" -n --json --as-of 2026-11-20 >json 2>json.err || { cat json.err >&2; told "$line"; }
    jq -e '.schema and (.items | type == "array")' json >/dev/null || told "$line"
    say "$line" -n --porcelain --as-of 2026-11-20 >porcelain || told "$line"
    [[ $line == "mlops run "* || $line == *train* || $line == *predict* ]] || same json porcelain || told "$line"
  done < <(rows changes)
}

@test "9, 10: a flag that is not known names the similar one, in every command" {
  while IFS= read -r line; do
    answers 2 say "$line" --quite
    is_error "$stderr" || told "$line"
    has "$stderr" "has no flag '--quite'"
    has "$stderr" '`--quiet`' || told "$line"
    is "$output" ""
  done < <(rows answers changes text serves | sort -u)
}

@test "10: near misses of datasets, models, runs and settings, never taken for what was meant" {
  while IFS='|' read -r line wanted; do
    answers 4 eval "$line"
    is_error "$stderr" || told "$line: $stderr"
    has "$stderr" "$wanted" || told "$line"
  done <<'END'
mlops data show chrun|`churn`
mlops data head chrun|`churn`
mlops data profile peopel|`people`
mlops data export chrun --out x|`churn`
mlops data list chrun|`churn`
mlops train run --data peopel --label late|`people`
mlops train run peopel --label late|`--data people`
mlops model show chrun|`churn`
mlops model promote chrun@v1|`churn`
mlops model promote churn@challengr|`
mlops model rollback chrun|`churn`
mlops model history chrun|`churn`
mlops model list chrun|`churn`
mlops predict chrun --in people.csv|`churn`
mlops show chrun|`churn
mlops config get thread|`threads`
mlops push orign|`origin`
mlops fetch chrun|`churn`
mlops fetch --remote orign|`origin`
mlops remote rm orign|`origin`
mlops remote test orign|`origin`
mlops import dvc --remote storge|`storage`
mlops config set memry 1GB|`memory`
mlops help docter|`doctor`
END
}

@test "8: what is missing is 4, found nothing is 0 and empty" {
  for line in 'runs show nothing' 'runs compare @last nothing' 'log metric --run nothing a=1' 'show nothing@v1' \
    'data show people@v9' 'model show churn@v9' 'ingest absent.csv' 'predict churn --in absent.csv' 'model register x --file absent'; do
    answers 4 eval "mlops $line"
    is_error "$stderr" || told "$line: $stderr"
    is "$output" "" || told "$line"
  done
  mkdir ../empty
  echo 'mlops: 1' >../empty/mlops.yaml
  for line in 'data list' 'model list' 'runs list' 'log'; do
    answers 0 eval "mlops -C ../empty $line"
    is "$output$stderr" "" || told "$line"
    answers 0 eval "mlops -C ../empty $line --json"
    is "$(jq -c .items <<<"$output")" "[]" || told "$line"
  done
}

@test "13: -n changes nothing and says would" {
  everything >../before
  while IFS= read -r line; do
    answers 0 say "$line" -n
    has "$output$stderr" "would" || told "$line"
    everything >../after
    diff ../before ../after >&2 || told "$line"
  done < <(rows changes)
}

@test "reading changes nothing either" {
  everything >../before
  while IFS= read -r line; do
    answers 0 eval "$line"
    everything >../after
    diff ../before ../after >&2 || told "$line"
  done < <(rows answers text)
}

@test "18: a full disk and a closed output are told, by every command and in every format" {
  while IFS= read -r line; do
    for format in '' --json --porcelain; do
      [[ -n $(eval "$line $format" 2>/dev/null) ]] || continue # nothing to write
      run --separate-stderr bash -c "$line $format >/dev/full"
      is "$status" 75 || told "$line $format: $stderr"
      has "$stderr" "cannot write to standard output: no space left on device" || told "$line $format"
      run --separate-stderr bash -c "$line $format >&-"
      is "$status" 1 || told "$line $format: $stderr"
      has "$stderr" "cannot write to standard output" || told "$line $format"
    done
  done < <(rows answers text)
}

@test "18: who stops reading is no fault" {
  while IFS= read -r line; do
    run --separate-stderr bash -c "set -o pipefail; ${line} | true"
    is "$status" 0 || told "$line: $stderr"
  done < <(rows answers text)
}

@test "20: the same again, in other languages and far from Greenwich" {
  command -v localedef >/dev/null || skip "needs localedef of libc-bin"
  mkdir ../locales
  for name in de_DE tr_TR; do
    localedef -i "$name" -f UTF-8 "../locales/$name.UTF-8" 2>/dev/null || { echo "needs the package locales" >&2; return 1; }
  done
  export LOCPATH=$PWD/../locales
  while IFS= read -r line; do
    [[ $line != "mlops doctor"* ]] || continue # what is free changes while it looks
    for format in '' --json --porcelain; do
      say "$line" $format >../wanted 2>&1
      for how in LC_ALL=C.UTF-8 LC_ALL=C LC_ALL=de_DE.UTF-8 LC_ALL=tr_TR.UTF-8 TZ=America/New_York; do
        (export "${how?}" && say "$line" $format) >../got 2>&1
        cmp ../wanted ../got >&2 || told "$line $format, $how"
      done
    done
  done < <(rows answers text)
}

@test "5: colour where it is asked for, and the same words without it" {
  while IFS= read -r line; do
    say "$line" --color=always >../colour 2>/dev/null
    say "$line" >../plain 2>/dev/null
    [[ $line == "mlops doctor"* ]] || is "$(sed 's/\x1b\[[0-9;]*m//g' ../colour)" "$(cat ../plain)" || told "$line"
    lacks "$(say "$line" --json --color=always)" $'\e' || told "$line"
  done < <(rows answers)
}

@test "12: --quiet leaves the answer" {
  while IFS= read -r line; do
    [[ $line != "mlops doctor"* ]] || continue
    say "$line" >../loud 2>/dev/null
    say "$line" --quiet >../quiet 2>../quiet.err
    cmp ../loud ../quiet >&2 || told "$line"
    is "$(cat ../quiet.err)" "" || told "$line"
  done < <(rows answers text)
}

@test "17: without HOME every reading command works" {
  while IFS= read -r line; do
    answers 0 env -u HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME bash -c "$line" || told "$line"
  done < <(rows answers text)
}

@test "15: - is standard input and standard output" {
  answers 0 bash -c 'mlops ingest - --name piped <churn.csv --quiet'
  is "$(mlops data export piped --out - | head -n 1)" "$(head -n 1 churn.csv)"
  is "$(mlops predict churn --in - --out - <people.csv | wc -l)" "$(wc -l <people.csv)"
}
