# Every example of every command is run as it is written, in a project that has what the examples name.
# shellcheck disable=SC2154
load lib
load seed
load models
load serving
load watching
load cron

setup() {
  enter_fresh_project
  seed_project
  seed_runs
  printf 'data:\n  adults: {sql: SELECT * FROM churn}\n' >>mlops.yaml
  mkdir -p "$HOME/.local/share/bash-completion/completions" "$HOME/.config/fish/completions" "$HOME/.zfunc"
}

# examples COMMAND: the lines of one command.
examples() { mlops help --json | jq -r --arg command "$1" '.items[] | select(.command == $command) | .examples[].command'; }

# run_examples PREFIX: those of the commands that begin so, each in its own copy of the project.
run_examples() {
  local line count=0
  while IFS= read -r command; do
    while IFS= read -r line; do
      rm -rf ../copy
      cp -a . ../copy
      (cd ../copy && answers 0 bash -c "set -o pipefail; ${before:-} $line") || return 1
      count=$((count + 1))
    done < <(examples "$command")
  done < <(mlops help --json | jq -r '.items[] | select(.group | not) | .command' | grep -E "^mlops ($1)( |\$)")
  ((count > 0))
}

@test "the examples of ingest" { run_examples ingest; }
@test "the examples of data" {
  mkdir images
  echo 'an image' >images/a.jpg
  echo 'id,label' >labels.csv
  mlops data add images labels.csv --quiet >/dev/null
  run_examples data
}
@test "the examples of import" {
  mkdir .dvc
  printf '%s\nurl = ../storage\n' "['remote \"storage\"']" >.dvc/config
  echo "outs: [{path: churn.csv, md5: $(md5sum <churn.csv | cut -d' ' -f1), hash: md5}]" >churn.csv.dvc
  git init -q -b main .
  git add churn.csv.dvc
  git -c user.name=a -c user.email=a@example.org commit -qm one
  run_examples import
}
# What examples name by s3:// and git@ lies in folders here.
@test "the examples of clone, pull, fetch, push and remote" {
  run_examples 'remote add'
  export share=$BATS_TEST_TMPDIR/share
  mlops remote add origin "$share" --quiet >/dev/null
  mlops remote add backup "$share-2" --quiet >/dev/null
  git init -q -b main .
  printf '.mlops/\n' >.gitignore
  git add -A
  git -c user.name=a -c user.email=a@example.org commit -qm one
  git clone -q --bare . "$share.git"
  mlops push --quiet >/dev/null
  before='mlops() { set -- "${@/#s3:\/\/ml-store\/churn/$share}"; set -- "${@/#\/mnt\/share\/churn/$share}";
    set -- "${@/#git@example.org:ana\/churn.git/$share.git}"; command mlops "$@"; };' \
    run_examples 'clone|pull|fetch|push|remote (list|rm|test)'
}
@test "the examples of features" {
  rm -rf .mlops mlops.yaml mlops.lock
  seed_view
  mlops features apply --quiet >/dev/null
  mlops features materialize --quiet >/dev/null
  printf 'date,origin\n2026-01-02 10:00:00,LIM\n' >new.csv
  printf 'origin,landed,delay\nLIM,2026-01-03 10:00:00,5\n' >landed.csv
  run_examples 'features (apply|get|join|list|materialize|plan|push|show)'
}
@test "the examples of features serve" {
  rm -rf .mlops mlops.yaml mlops.lock
  seed_view
  mlops features materialize --quiet >/dev/null
  export -f serve_briefly eventually
  before='mlops() { serve_briefly "$@"; };' run_examples 'features serve'
}
@test "the examples of show and log" { run_examples 'show|log'; }
@test "the examples of model" {
  seed_models
  mlops model promote churn@v2 --quiet
  run_examples model
}
@test "the examples of store" {
  mlops store bundle from-ana.tar --quiet >/dev/null
  mlops store pin churn@v1 --quiet >/dev/null
  run_examples store
}
@test "the examples of run and runs" { run_examples 'runs?'; }
@test "the examples of evaluate" {
  customers 200 | sed '1s/tenure/age/' >churn.csv
  rm -rf .mlops mlops.yaml mlops.lock
  mlops ingest churn.csv --pii email --quiet >/dev/null
  mlops train run --label churned --train prior --quiet >/dev/null
  mlops train run --label churned --train logistic --quiet >/dev/null
  run_examples evaluate
}
@test "the examples of schedule" {
  seed_schedules
  fake_crontab
  run_examples schedule
}
@test "the examples of why" {
  seed_models
  run_examples why
}
@test "the examples of predict" {
  seed_models
  printf 'age,city\n40,Lima\n' >new.csv
  run_examples predict
}
@test "the examples of monitor" {
  rm -rf .mlops mlops.yaml mlops.lock
  seed_watch
  export as_of
  before='mlops() { command mlops --as-of "$as_of" "$@"; };' run_examples monitor
}
# A server has no end of its own.
@test "the examples of serve" {
  seed_models
  export -f serve_briefly eventually
  before='mlops() { serve_briefly "$@"; };' run_examples serve
}
@test "the examples of train" {
  rm -rf .mlops mlops.yaml mlops.lock
  customers 400 >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  mlops train run --label churned --train prior --quiet >/dev/null 2>&1
  run_examples train
}
@test "the examples of init" {
  rm -rf .mlops mlops.yaml mlops.lock
  customers 400 >churn.csv
  run_examples init
}
@test "the examples of all other commands" {
  others=$(mlops help --json | jq -r '.items[] | select(.group | not) | .command' | cut -d' ' -f2 | sort -u |
    grep -vxE 'init|import|ingest|evaluate|clone|pull|fetch|push|remote|monitor|data|features|model|predict|serve|train|show|why|log|store|schedule|runs?' | paste -sd'|')
  run_examples "$others"
}
