# What a machine does to programs: no room, no rights, no memory, no descriptors, damage, death, and others at work.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models

setup() {
  enter_fresh_project
}

teardown() {
  umount -l "$BATS_TEST_TMPDIR/disk" 2>/dev/null || true
}

# small_disk SIZE: a file system of that size, and we are on it.
small_disk() {
  [[ $(id -u) == 0 ]] || skip "mounting wants root"
  mkdir -p "$BATS_TEST_TMPDIR/disk"
  mount -t tmpfs -o "size=$1" tmpfs "$BATS_TEST_TMPDIR/disk" || skip "mounting is not allowed here"
  cd "$BATS_TEST_TMPDIR/disk" || return 1
}

# room KB: so much is left on the disk.
room() {
  rm -f "$BATS_TEST_TMPDIR/disk/filler"
  head -c 1G /dev/zero >"$BATS_TEST_TMPDIR/disk/filler" 2>/dev/null || true
  truncate -s "-$(($1 * 1024))" "$BATS_TEST_TMPDIR/disk/filler"
}

more_room() { rm -f "$BATS_TEST_TMPDIR/disk/filler"; }

table() { awk -v n="$1" -v s="$2" 'BEGIN { srand(s); print "x,z,y"; for (i = 0; i < n; ++i) printf "%f,%d,%d\n", rand(), i % 7, i % 3 == 0 }'; }

# A store with a dataset of two versions, a model with two, runs, and a run that lives no more.
full_project() {
  seed_project || return
  customers 300 >customers.csv
  mlops ingest customers.csv --quiet >/dev/null || return
  mlops train run --data customers --label churned --train prior --train logistic --quiet >/dev/null || return
  model_folder other
  mlops model register customers --file other --quiet >/dev/null || return
  seed_runs
}

# What must be as it was after anything that failed.
acknowledged() {
  mlops data list --porcelain
  mlops model list --porcelain
  ! mlops model show customers >/dev/null 2>&1 || mlops model history customers --porcelain
  mlops runs list --porcelain | cut -f1-7
  mlops log --porcelain
}

@test "a full disk: what only reads goes on" {
  small_disk 24m
  full_project
  all=$(acknowledged)
  room 0
  for words in "data list" "data show churn" "data head churn" "data head churn --quarantine" "data profile churn" \
    "show churn" log "model list" "model show customers" "model history customers" "runs list" "runs show @last" \
    "store du" "store fsck" "doctor" "version -v"; do
    # shellcheck disable=SC2086
    answers 0 mlops $words
  done
  answers 0 mlops data query 'SELECT count(*) FROM churn'
  is "$(acknowledged)" "$all"
  # Nor is an index needed that was never made; of one that is damaged fsck says so, and that it stays so.
  rm -f .mlops/*.db*
  room 0
  is "$(acknowledged)" "$all"
  answers 0 mlops store fsck
  more_room
  echo no database >.mlops/catalogue.db
  echo no database >.mlops/runs.db
  room 0
  is "$(mlops runs list --porcelain | wc -l)" 4
  answers 6 mlops log
  answers 6 mlops store fsck --json
  is "$(jq -c '.items | map(.repaired)' <<<"$output")" '[false]'
  answers 75 mlops store reindex
  more_room
  answers 0 mlops store fsck
  is "$(acknowledged)" "$all"
}

# each_room COMMAND...: on a disk that is fuller each time it works or says 75, and nothing is lost.
each_room() {
  local kb refused=0
  for kb in 0 12 40 96 256; do
    room "$kb"
    run --separate-stderr "$@"
    if [[ $status != 0 ]]; then
      is "$status" 75 || { echo "with $kb kB: $stderr" >&2 && return 1; }
      has "${stderr,,}" "no space left on device" || { echo "with $kb kB" >&2 && return 1; }
      refused=1
    fi
    answers 0 mlops store fsck
  done
  is "$refused" 1
  more_room
  answers 0 "$@"
  answers 0 mlops store fsck
}

@test "a full disk: ingest" {
  small_disk 48m
  full_project
  all=$(acknowledged)
  table 20000 1 >big.csv
  each_room mlops ingest big.csv
  is "$(mlops data list --porcelain | grep -a ^big | cut -f2,4)" $'1\t20000'
  is "$(acknowledged | grep -v big)" "$all"
}

@test "a full disk: a table of data:" {
  small_disk 48m
  full_project
  table 20000 1 >big.csv
  mlops ingest big.csv --quiet >/dev/null
  printf 'data:\n  wide: {sql: "SELECT *, x * y AS xy, md5(x::VARCHAR) AS m FROM big ORDER BY m"}\n' >>mlops.yaml
  all=$(acknowledged)
  each_room mlops run wide
  is "$(mlops data list --porcelain | grep -a ^wide | cut -f2,4)" $'1\t20000'
  is "$(acknowledged | grep -v wide)" "$all"
  made=$(mlops data show wide --json | jq -r '.items[0].table')
  more_room
  # What was made on the last blocks of a disk is what is made on an empty one.
  rm -rf "$BATS_TEST_TMPDIR/elsewhere"
  mkdir "$BATS_TEST_TMPDIR/elsewhere"
  cp mlops.yaml big.csv churn.csv customers.csv "$BATS_TEST_TMPDIR/elsewhere"
  cd "$BATS_TEST_TMPDIR/elsewhere"
  mlops run wide --quiet
  is "$(mlops data show wide --json | jq -r '.items[0].table')" "$made"
}

@test "a full disk: train run" {
  small_disk 32m
  full_project
  all=$(acknowledged | grep -v customers)
  each_room mlops train run --data customers --label churned --train prior --name fresh --quiet
  answers 0 mlops model show fresh
}

@test "a full disk: models, runs, facts, exports and the files of the project" {
  small_disk 32m
  full_project
  before=$(acknowledged | wc -l)
  model_folder third 0.4
  each_room mlops model register customers --file third --quiet
  room 0
  # A move is one line of a file that is there: it may find room at the end of a block, and then holds.
  run --separate-stderr mlops model promote customers@v2
  [[ $status == 0 || $status == 75 ]]
  champion=$([[ $status == 0 ]] && echo 2 || echo 1)
  for words in "log tag a=1 --run @last" "data export customers --out out.csv" \
    "predict customers --in customers.csv --out out.csv" "run -- true"; do
    # shellcheck disable=SC2086
    answers 75 mlops $words
    [[ ! -e out.csv ]]
  done
  pinned=$(cat mlops.lock mlops.yaml)
  printf 'a\n1\n' >"$BATS_TEST_TMPDIR/other.csv"
  answers 75 mlops ingest "$BATS_TEST_TMPDIR/other.csv"
  is "$(cat mlops.lock mlops.yaml)" "$pinned"
  answers 0 mlops store fsck
  more_room
  is "$(mlops model show customers@champion --json | jq .items[0].version)" "$champion"
  for words in "model promote customers@v3" "log tag a=1 --run @last" "data export customers --out out.csv" \
    "predict customers@v1 --in customers.csv --out answers.csv" "run -- true" "ingest $BATS_TEST_TMPDIR/other.csv"; do
    # shellcheck disable=SC2086
    answers 0 mlops $words
  done
  [[ $(acknowledged | wc -l) -gt $before ]]
  answers 0 mlops store fsck
}

@test "a full disk: a model is served all the same" {
  small_disk 24m
  full_project
  room 0
  mlops serve customers --port 0 >"$BATS_TEST_TMPDIR/served" 2>"$BATS_TEST_TMPDIR/log" 3>&- &
  server=$!
  for _ in {1..200}; do
    url=$(grep -ao 'http://[^ /]*' "$BATS_TEST_TMPDIR/served" | head -1) && [[ -n $url ]] && break
    sleep 0.05
  done
  is "$(curl -s -o /dev/null -w '%{http_code}' "$url/healthz")" 200
  kill "$server"
  wait "$server"
}

@test "a file that may not grow (quota, ulimit -f) is exit 75 and kills nothing" {
  full_project
  all=$(acknowledged)
  table 20000 1 >big.csv
  for words in "ingest big.csv" "data export customers --out out.csv" "model register customers --file big"; do
    model_folder big
    head -c 300000 /dev/zero >big/weights.bin
    # shellcheck disable=SC2086
    run --separate-stderr bash -c "ulimit -f 4; exec mlops $words"
    is "$words: $status" "$words: 75"
    has "${stderr,,}" "file too large"
    [[ ! -e out.csv ]]
  done
  is "$(acknowledged)" "$all"
  answers 0 mlops store fsck
  answers 0 mlops ingest big.csv
  printf 'data:\n  wide: {sql: "SELECT *, md5(x::VARCHAR) AS m FROM big"}\n' >>mlops.yaml
  run --separate-stderr bash -c 'ulimit -f 64; exec mlops run wide'
  is "$status" 75
  has "${stderr,,}" "file too large"
  answers 4 mlops data show wide
  answers 0 mlops run wide
  answers 0 mlops store fsck
}

@test "mounted read-only: what reads goes on, what writes says why" {
  small_disk 24m
  full_project
  all=$(acknowledged)
  cd / && mount -o remount,ro "$BATS_TEST_TMPDIR/disk" && cd "$BATS_TEST_TMPDIR/disk"
  is "$(acknowledged)" "$all"
  for words in "data head churn" "data profile churn" "store du" "store fsck" "show churn" doctor; do
    # shellcheck disable=SC2086
    answers 0 mlops $words
  done
  has "$(mlops doctor --porcelain)" "mounted read-only: nothing is written"
  for words in "ingest $BATS_TEST_TMPDIR/project/x.csv" "model promote customers@v2" "run -- true" "log tag a=1 --run @last" \
    "train run --data customers --label churned --train prior" "data export churn --out x.csv" "store reindex"; do
    printf 'a\n1\n' >"$BATS_TEST_TMPDIR/project/x.csv"
    # shellcheck disable=SC2086
    answers 1 mlops $words
    has "${stderr,,}" "read-only"
  done
}

@test "single files that may not be read are named" {
  [[ $(id -u) == 0 ]] || skip "needs root, to give up its rights"
  full_project
  object=$(mlops data show churn --json | jq -r .items[0].parquet)
  for file in .mlops/objects/sha256/${object:7:2}/${object:9} .mlops/refs/sources/churn; do
    chmod 000 "$file"
    answers 1 unprivileged mlops data head churn
    has "$stderr" "permission denied"
    has "$stderr" "${file##*/}"
    chmod 644 "$file"
  done
  for file in mlops.yaml mlops.lock churn.csv; do
    chmod 000 "$file"
    answers 1 unprivileged mlops ingest churn
    has "$stderr" "${file##*/}"
    has "$stderr" "permission denied"
    chmod 644 "$file"
  done
  chmod 000 .mlops/catalogue.db
  run --separate-stderr unprivileged mlops log
  [[ $status -le 1 ]]
  chmod 644 .mlops/catalogue.db
  answers 0 mlops store fsck
}

@test "few file descriptors" {
  full_project
  printf '6,Flo,flo@example.org,1,01234,2025-05-01,true\n' >>churn.csv
  for words in "ingest churn" "data head churn" "train run --data customers --label churned --train prior" "runs list" \
    "predict customers --in customers.csv --out answers.csv" "store fsck" "run -- true"; do
    answers 0 bash -c "ulimit -n 64; exec mlops $words"
    # With next to none it may fail, but says so.
    run --separate-stderr bash -c "ulimit -n 9; exec mlops $words"
    [[ $status == 0 || $status == 1 || $status == 75 ]] || { echo "$words: $status $stderr" >&2 && false; }
  done
  answers 0 mlops store fsck
}

@test "little memory: an error at most, and nothing is lost" {
  full_project
  all=$(acknowledged)
  table 20000 2 >big.csv
  for kb in 30000 60000 120000 250000 500000; do
    for words in "data head churn" "ingest big.csv --dry-run" "train run --data customers --label churned --dry-run" "store fsck" \
      "runs list"; do
      run --separate-stderr bash -c "ulimit -v $kb; exec mlops $words"
      [[ $status == 0 || $status == 1 || $status == 75 ]] ||
        { echo "$kb kB, $words: exit $status, $stderr" >&2 && false; }
    done
  done
  is "$(acknowledged)" "$all"
}

@test "no folder for temporary files is needed" {
  full_project
  printf '6,Flo,flo@example.org,1,01234,2025-05-01,true\n' >>churn.csv
  for folder in /nowhere /proc /dev/null; do
    for words in "ingest churn" "data query 'SELECT count(*) FROM churn'" "data profile churn" "run -- true" \
      "predict customers --in customers.csv --out answers.csv" "train run --data customers --label churned --train prior"; do
      answers 0 env TMPDIR="$folder" bash -c "exec mlops $words"
    done
  done
}

@test "a store of a newer program is left alone by every command" {
  full_project
  echo '{"format":3}' >.mlops/format
  before=$(find . -type f | sort | xargs -d '\n' sha256sum)
  for words in "data list" "data show churn" "data head churn" "data profile churn" "data export churn --out x.csv" \
    "ingest churn.csv" "show churn" log "log tag a=1 --run @last" "runs list" "runs show @last" "run -- touch made" \
    "train run --data churn --label churned" "model list" "model show customers" "model register x --file other" \
    "model promote customers@v2" "model rollback customers" "model history customers" "predict customers --in customers.csv" \
    "serve customers --port 0" "store fsck" "store du" "store gc" "store reindex"; do
    # shellcheck disable=SC2086
    answers 2 mlops $words
    has "$stderr" "has format 3, this program knows format 2"
  done
  answers 0 mlops doctor --porcelain
  has "$output" "has format 3"
  is "$(find . -type f | sort | xargs -d '\n' sha256sum)" "$before"
}

@test "without HOME every group of commands works" {
  full_project
  without=(env -u HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME)
  for words in "data head churn" "show churn" log "runs list" "run -- true" "model list" "store fsck" doctor \
    "predict customers --in customers.csv --out answers.csv" "train run --data customers --label churned --train prior"; do
    # shellcheck disable=SC2086
    answers 0 "${without[@]}" mlops $words
  done
}

# small_store: one dataset, one model, two runs, and what is kept of one that was killed; good answers in $BATS_TEST_TMPDIR.
small_store() {
  printf 'a,b\n1,x\n2,y\n3,\n' >t.csv
  mlops ingest t.csv --quiet >/dev/null || return
  model_folder first
  mlops model register churn --file first --alias champion --quiet >/dev/null || return
  printf 'age,city\n30,Lima\n' >rows.csv
  mlops run --quiet -p lr=0.1 -- sh -c 'echo "loss: 0.5"; echo art >"$MLOPS_RUN_DIR/art.txt"' || return
  mlops log tag who=me --run @last || return
  cp -a .mlops good
  for i in "${!questions[@]}"; do
    eval "${questions[i]}" >"$BATS_TEST_TMPDIR/answer.$i" 2>/dev/null || return
  done
}

questions=('mlops show t' 'mlops data head t' 'mlops data export t --out -' 'mlops model show churn'
  'mlops predict churn --in rows.csv' 'mlops runs list --porcelain | cut -f1-8' 'mlops runs show @last' 'mlops log --porcelain')

# strange TEXT GOOD: lines that are not in the good answer. Lists go on without a record that is damaged; fsck tells.
strange() { grep -vxFf <(printf '%s\n' "$2") <<<"$1" || true; }

# ask FILE: whatever was done to it, an answer is the right one or none, and none is a crash.
ask() {
  local asked
  for asked in "${!questions[@]}"; do
    run --separate-stderr eval "${questions[asked]}"
    case $status in
      0) [[ -z $(strange "$output" "$(<"$BATS_TEST_TMPDIR/answer.$asked")") || $1 == */refs/* || $1 == */runs.db* ]] ||
        { echo "a wrong answer of '${questions[asked]}' after damage to $1: $output" >&2 && return 1; } ;;
      1 | 2 | 4 | 6) [[ -n $stderr ]] ;;
      *) echo "exit $status of '${questions[asked]}' after damage to $1: $stderr" >&2 && return 1 ;;
    esac
  done
}

# judged FILE: fsck names what is damaged, or it was mended or has nothing to do with what is true.
judged() {
  run --separate-stderr mlops store fsck
  case $1 in
    */objects/*)
      has "$output" "object sha256:$(basename "$(dirname "$1")")$(basename "$1") is"
      # The table of an ingest goes, and is made again of the bytes, which are whole.
      if [[ $output == *'asked for, it is made again from the bytes as they came'* ]]; then
        is "$1: $status" "$1: 0"
        answers 0 mlops data head t
        is "$output" "$(<"$BATS_TEST_TMPDIR/answer.1")"
        cmp "$1" "good/${1#.mlops/}"
      else
        is "$1: $status" "$1: 6"
      fi
      ;;
    */catalogue.db* | */runs.db* | */verified/* | */locks/* | */.gitignore)
      is "$1: $status" "$1: 0"
      answers 0 mlops store reindex
      ask "$1.mended"
      ;;
    */format) [[ $status == 6 || $status == 2 || $status == 0 ]] ;;
    # A reference may end in a line that was never acknowledged; damage within is told.
    *) [[ $status == 0 || $status == 6 ]] ;;
  esac
}

# each_file DAMAGE: done to every file of the store in turn.
each_file() {
  local file
  small_store
  while IFS= read -r file; do
    [[ -s good/${file#.mlops/} ]] || continue
    rm -rf .mlops
    cp -a good .mlops
    chmod u+w "$file"
    $1 "$file"
    ask "$file"
    judged "$file"
  done < <(cd good && find . -type f | sed 's|^\./|.mlops/|' | sort)
}

flip() { printf '\x91' | dd of="$1" bs=1 seek=$(($(stat -c %s "$1") / 2)) conv=notrunc status=none; }
shorten() { truncate -s $(($(stat -c %s "$1") / 2)) "$1"; }
blank() { head -c "$(stat -c %s "$1")" /dev/zero >"$1.new" && cat "$1.new" >"$1" && rm "$1.new"; }
extend() { head -c 5000 /dev/urandom >>"$1"; }

@test "every file of the store, a byte of it changed: no crash, no wrong answer, fsck names it" { each_file flip; }

@test "every file of the store, cut in half: no crash, no wrong answer, fsck names it" { each_file shorten; }

@test "every file of the store, emptied: no crash, no wrong answer, fsck names it" { each_file 'truncate -s 0'; }

@test "every file of the store, zeros: no crash, no wrong answer, fsck names it" { each_file blank; }

@test "every file of the store, with garbage behind it: no crash, no wrong answer, fsck names it" { each_file extend; }

@test "a journal that grows without bound is kept in part, and a note says so" {
  answers 0 mlops run --quiet -- sh -c 'mlops log metric first=1; truncate -s 700M "$MLOPS_LOG"; echo >>"$MLOPS_LOG"; mlops log metric late=1'
  has "$stderr" "what is behind the first"
  is "$(mlops runs show @last --json | jq -c '.items[0] | [.status, .metrics.first, .metrics.late]')" '["done",1,null]'
  answers 0 mlops run --quiet -- sh -c 'truncate -s 40M "$MLOPS_LOG"; echo >>"$MLOPS_LOG"; mlops log metric late=1'
  has "$stderr" "1 line of the journal could not be read"
  is "$(mlops runs show @last --json | jq -c '.items[0].metrics.late')" 1
}

@test "du counts the index of the runs, and runs that live" {
  mlops run --quiet -- true
  mlops runs list --porcelain >/dev/null
  before=$(mlops store du --porcelain | sed -n 's/^catalogue\t\([0-9]*\).*/\1/p')
  [[ $before -ge 1 && -e .mlops/runs.db ]]
  rm -f .mlops/runs.db*
  [[ $(mlops store du --porcelain | sed -n 's/^catalogue\t\([0-9]*\).*/\1/p') -lt $before ]]
  answers 0 mlops run --quiet -- sh -c 'mlops store du --porcelain | grep ^temporary'
  [[ $(cut -f2 <<<"$output") -ge 3 ]]
}

@test "JSON beyond the letter: what has one meaning is kept, the rest is told by its line" {
  printf '{"a":1,"l":[18446744073709551615,1]}\n{"a":2,"l":[9223372036854775808]}\n' >wide.jsonl
  answers 0 mlops ingest wide.jsonl --quiet
  is "$(mlops data query 'SELECT l FROM wide ORDER BY a' --porcelain | tr -d '"')" $'[18446744073709551615, 1]\n[9223372036854775808]'
  printf '{"a":1}\n{"a":2,}\n{"a":NaN}\n{"a":3},\n{"a":-Infinity}\n{"a":\n' >loose.jsonl
  answers 0 mlops ingest loose.jsonl --quiet
  is "$(mlops data query 'SELECT a FROM loose' --porcelain | tr '\n' ' ')" "1.0 2.0 NaN -Infinity "
  is "$(mlops data head loose --quarantine --json | jq -c '.items | map(.line)')" '[4,6]'
}

# both COMMAND COMMAND: at once. Each did it, or was told that the other was first (5).
both() {
  local first second
  eval "$1" >/dev/null 2>"$BATS_TEST_TMPDIR/first" &
  first=$!
  eval "$2" >/dev/null 2>"$BATS_TEST_TMPDIR/second" &
  second=$!
  for one in "$first first" "$second second"; do
    wait "${one% *}" && landed=$((landed + 1)) && continue
    is "$? $(head -c 200 "$BATS_TEST_TMPDIR/${one#* }")" "5 $(head -c 200 "$BATS_TEST_TMPDIR/${one#* }")"
  done
}

@test "two writers at once, twenty rounds of each verb: what was acknowledged is there" {
  small_store
  landed=0
  for i in {1..20}; do
    printf 'a\n%s\n' "$i" >one.csv
    both 'mlops ingest one.csv --name same' 'mlops ingest one.csv --name other'
  done
  is "$landed $(mlops data list --porcelain | sed -n 's/^\(same\|other\)\t\([0-9]*\).*/\2/p' | tr '\n' ' ')" "40 20 20 "
  landed=0
  for i in {1..20}; do
    model_folder m1 "0.$((100 + i))"
    model_folder m2 "0.$((200 + i))"
    both 'mlops model register twin --file m1' 'mlops model register twin --file m2'
  done
  is "$(mlops model show twin --json | jq .items[0].version)" "$landed"
  landed=0
  for i in {1..20}; do both "mlops model promote twin@v$((i + 1)) --to prod" "mlops model promote twin@v$i --to prod"; done
  [[ $(mlops model history twin --porcelain | grep -c prod) -le $landed ]]
  landed=0
  for i in {1..20}; do both "mlops log metric a$i=1 --run @last" "mlops log metric b$i=1 --run @last"; done
  is "$landed $(mlops runs show @last --json | jq '.items[0].metrics | keys | map(select(test("^[ab][0-9]"))) | length')" "40 40"
  landed=0
  for i in {1..20}; do
    printf 'a\n%s\n' "x$i" >one.csv
    both 'mlops ingest one.csv --name beside' 'mlops store reindex'
  done
  is "$landed" 40
  is "$(mlops data list --porcelain | sed -n 's/^beside\t\([0-9]*\).*/\1/p')" 20
  is "$(mlops log --porcelain | grep -c beside)" 20
  answers 0 mlops store fsck
}

# killed_everywhere COMMAND: SIGKILL at the n-th of each call that changes the disk, for every n. Nothing that was there
# is lost, the store is sound, and the command does it when it is let.
killed_everywhere() {
  local call n all
  strace -o /dev/null true 2>/dev/null || skip "tracing is not allowed here"
  cp -a . "$BATS_TEST_TMPDIR/good"
  all=$(mlops log --porcelain)
  for call in fsync fdatasync rename unlink mkdir ftruncate pwrite64 copy_file_range; do
    for ((n = 1; n < 100; ++n)); do
      find . -mindepth 1 -delete
      cp -a "$BATS_TEST_TMPDIR/good/." .
      run --separate-stderr strace -f -qq -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" "$@"
      [[ $status == 137 ]] || break
      is "$(mlops log --porcelain | grep -Fxf <(printf '%s\n' "$all") | sort)" "$(sort <<<"$all")"
      answers 0 mlops store fsck
      # Done, and not said; or not done, and done now.
      run --separate-stderr "$@"
      [[ $status == 0 || $status == "${done_already:-0}" ]]
    done
    is "$call $n: $status" "$call $n: 0"
  done
}

@test "killed at every step of an ingest" {
  seed_project
  printf '6,Flo,flo@example.org,1,01234,2025-05-01,true\n' >>churn.csv
  killed_everywhere mlops ingest churn --quiet
}

@test "killed at every step of registering, promoting and taking back a model" {
  model_folder first 0.1
  model_folder second 0.2
  mlops model register churn --file first --alias champion --quiet
  killed_everywhere mlops model register churn --file second --quiet
  mlops model register churn --file second --quiet
  rm -rf "$BATS_TEST_TMPDIR/good"
  killed_everywhere mlops model promote churn@v2
  mlops model promote churn@v2
  rm -rf "$BATS_TEST_TMPDIR/good"
  done_already=4 killed_everywhere mlops model rollback churn
}

@test "killed at every step of a run and of its sealing" {
  mlops run --quiet -- true
  killed_everywhere mlops run --quiet -- true
}
