# Every schema that a command answers with is on mlops-output(5), with the keys that it really has.
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
  page=$source_dir/man/mlops-output.5.md
}

# documented SCHEMA: its keys as the page lists them, up to the first full stop.
documented() {
  awk -v schema="\`$1\`" '$0 == schema {found = 1; next} found && /^$/ {exit} found' "$page" | tr '\n' ' ' |
    sed 's/\. .*//' | grep -o '`[a-z_0-9.]*`' | tr -d '`'
}

# keys: of JSON on standard input, and of the objects in its lists.
keys() {
  jq -r '.items as $items | ($items[0] | keys_unsorted[]) as $key | $key,
    ([$items[] | .[$key] | arrays | .[] | objects][0] // {} | keys_unsorted[] | "\($key).\(.)")'
}

# agrees SCHEMA COMMAND...: what the command answers with.
agrees() {
  local schema=$1
  shift
  # fsck answers with its faults and exit code 6.
  run --separate-stderr "$@" --json
  is "$(jq -r .schema <<<"$output")" "$schema" || return 1
  is "$(keys <<<"$output")" "$(documented "$schema")" || return 1
  # Each item has them all.
  is "$(jq -c '[.items[] | keys_unsorted] | unique | length' <<<"$output")" 1
}

# agrees_but_metrics SCHEMA COMMAND...: of a model from elsewhere, which has none, no features and no columns that are made.
agrees_but_metrics() {
  local schema=$1
  shift
  answers 0 "$@" --json
  is "$(keys <<<"$output")" "$(documented "$schema" | grep -vxE '(metrics|features|made)\..*')"
}

# agrees_but_gates SCHEMA COMMAND...: where nothing is to be judged.
agrees_but_gates() {
  local schema=$1
  shift
  answers 0 "$@" --json
  is "$(keys <<<"$output")" "$(documented "$schema" | grep -vxE '(gates|judged|slices)\..*')"
}

# terms FROM TO: what the page explains between two headings, one per line.
terms() {
  sed -n "/^# $1/,/^# $2/p" "$page" | awk '/^: / && before ~ /^`/ {print before} {before = $0}' | grep -o '`[^`]*`' | tr -d '`' | sort
}

@test "every schema in the sources is documented, and no other" {
  is "$(grep -o '^`mlops\.[a-z-]*/[0-9]*`$' "$page" | tr -d '`' | sort)" \
    "$(grep -rhoE --include='*.cpp' '"mlops\.[a-z-]+/[0-9]+"' "$source_dir/commands" | tr -d '"' | sort -u)"
}

@test "every id of an error in the sources is documented, and no other" {
  is "$(terms ERRORS SEE)" \
    "$(grep -rhoE --include='*.[ch]pp' 'with_id\("[a-z_.]+"' "$source_dir/commands" "$source_dir/libmlops" | cut -d'"' -f2 | sort -u)"
}

@test "data: keys" {
  agrees mlops.ingest/1 mlops ingest logs --dry-run
  agrees mlops.dataset-version/1 mlops data list
  agrees mlops.dataset/1 mlops data show churn
  agrees mlops.dataset/1 mlops show churn
  agrees mlops.quarantine/1 mlops data head churn --quarantine
  agrees mlops.profile/1 mlops data profile churn
  printf 'id,x\n1,a\n' >one.csv
  printf 'id,x,y\n1,b,2\n' >two.csv
  mlops ingest one.csv --quiet >/dev/null
  mlops ingest two.csv --quiet >/dev/null
  agrees mlops.table-diff/1 mlops data diff one two --key id
  agrees mlops.export/1 mlops data export churn --out x.csv
  agrees mlops.event/1 mlops log
  agrees mlops.data-forget/1 mlops data forget churn --where 'id = 2' -n
}

@test "data: keys of files and folders" {
  mkdir images
  echo a >images/a
  echo b >images/b
  agrees mlops.files-version/1 mlops data add images logs
  echo changed >images/a
  mv images/b images/c
  agrees mlops.files-status/1 mlops data status
  agrees mlops.files-diff/1 mlops data diff images --work-tree
  agrees mlops.files-checkout/1 mlops data checkout --force
  agrees mlops.files-checkout/1 mlops data checkout -n
  echo text >notes.txt
  mlops data add notes.txt --quiet >/dev/null
  agrees mlops.file-diff/1 mlops data diff notes.txt notes.txt@v1
  echo changed >images/a
  mlops data add images --quiet >/dev/null
  agrees mlops.files-diff/1 mlops data diff images
  agrees mlops.files-unprotect/1 mlops data unprotect images
  agrees mlops.files-removed/1 mlops data rm images logs
}

@test "import dvc: keys" {
  mkdir .dvc
  echo 'outs: [{path: churn.csv, md5: '"$(md5sum <churn.csv | cut -d' ' -f1)"', hash: md5}, {path: x, cache: false}, {path: y, md5: 0cc175b9c0f1b6a831c399e269772661}]' >all.dvc
  agrees mlops.import-dvc/1 mlops import dvc
  is "$(jq -r '.items[].state' <<<"$output" | paste -sd' ')" 'imported skipped failed'
  agrees mlops.import-dvc/1 mlops import dvc -n
}

@test "remotes: keys of what is shared" {
  agrees mlops.remote-change/1 mlops remote add origin ../share
  agrees mlops.remote/1 mlops remote list
  agrees mlops.remote-test/1 mlops remote test origin
  agrees mlops.push/1 mlops push -n
  agrees mlops.push/1 mlops push
  agrees mlops.clone/1 mlops clone -n ../share ../copy
  mlops clone -q ../share ../copy
  mlops run -- true
  mlops push -q
  cd ../copy
  agrees mlops.fetch/1 mlops fetch -n
  agrees mlops.pull/1 mlops pull
  mlops fetch --all -q
  agrees mlops.store-bundle/1 mlops store bundle ../all.tar
  agrees mlops.remote-change/1 mlops remote rm origin
}

# FAULT: `digest` is not there, where every key of a schema always is: "null where nothing is known".
@test "data add: with -n, too, every key is there" {
  skip "digest is not there"
  agrees mlops.files-version/1 mlops data add logs -n
  is "$(jq '.items[0].digest' <<<"$output")" null
}

@test "every field of the record of files is on mlops-store(5), and no other" {
  page=$source_dir/man/mlops-store.5.md
  mlops data add logs churn.csv -q >/dev/null
  is "$(terms FILES-VERSION HOW)" "$(for path in logs churn.csv; do
    mlops show "$(tail -n 1 .mlops/refs/files/$path | jq -r .digest)" --json
  done | jq -r '.items[0] | to_entries[] | .key as $key | .value |
    if type == "object" then keys[] | "\($key).\(.)" else $key end' | sort -u)"
}

@test "features: keys" {
  rm -rf .mlops mlops.yaml mlops.lock
  seed_view
  agrees mlops.view-step/1 mlops features plan
  mlops features apply --quiet >/dev/null
  agrees mlops.materialization/1 mlops features materialize
  printf 'origin,landed,delay\nLIM,2026-01-03 10:00:00,5\n' >landed.csv
  agrees mlops.feature-push/1 mlops features push airport landed.csv
  agrees mlops.feature-values/1 mlops features get airport --key airport=LIM --at 2026-01-03T11:00:00Z
  agrees mlops.view-version/1 mlops features list
  agrees mlops.view/1 mlops features show airport
}

@test "monitor: keys of the answers, and every field of the record" {
  rm -rf .mlops mlops.yaml mlops.lock
  seed_watch
  agrees mlops.monitor/1 mlops monitor run --as-of "$as_of"
  agrees mlops.monitor-status/1 mlops monitor status --as-of "$as_of"
  page=$source_dir/man/mlops-store.5.md
  record=$(tail -n 1 .mlops/refs/watches/churn | jq -r .digest)
  is "$(terms WATCH.1 VIEW-VERSION.1 | cut -d. -f1 | sort -u)" "$(mlops show "$record" --json | jq -r '.items[0] | keys[]' | sort)"
}

@test "check: keys of the answer, and every field of the record" {
  sed -i 's/^    from: churn.csv/&\n    expect: [rows > 3, unique(id)]/' mlops.yaml
  agrees mlops.check/1 mlops check
  page=$source_dir/man/mlops-store.5.md
  record=$(mlops log churn --json | jq -r '.items[0].digest')
  is "$(terms CHECK.1 FORGET.1)" "$(mlops show "$record" --json | jq -r '.items[0] | keys[]' | sort)"
  is "$(mlops show "$record" --json | jq -c '.items[0].results[0] | keys')" '["assertion","outcome","seen","warn"]'
}

@test "what was forgotten or pinned: every field of the records" {
  page=$source_dir/man/mlops-store.5.md
  fields() { mlops show "$(mlops log --json | jq -r ".items[] | select(.kind == \"$1\") | .digest")" --json | jq -r '.items[0] | keys[]' | sort; }
  mlops data forget churn --where 'id = 2' --yes --quiet >/dev/null 2>&1
  is "$(terms FORGET.1 PIN.1)" "$(fields forget)"
  mlops store pin churn@v1 --quiet >/dev/null
  is "$(terms PIN.1 JUDGEMENT.1)" "$(fields pin)"
}

@test "train: keys of what was done, and of what would be" {
  customers 300 >churn.csv
  mlops ingest churn.csv --name people --quiet >/dev/null
  agrees_but_gates mlops.training/1 mlops train run --data people --label churned --train prior -n
  agrees_but_gates mlops.training/1 mlops train run --data people --label churned --train prior
  agrees mlops.evaluation/1 mlops evaluate people --slice plan --against people
  agrees_but_gates mlops.why/1 mlops why models/people
  sed -i 's/^    pick: .*/    pick: max auc\n    slices: [plan]\n    expect: [rows > 1]/' mlops.yaml
  agrees mlops.training/1 mlops train run --data people
  agrees mlops.why/1 mlops why models/people
  agrees_but_gates mlops.why/1 mlops why sources/people
  agrees mlops.step/1 mlops run release/people
}

@test "every field of the record of a judgement is on mlops-store(5), and no other" {
  customers 300 >churn.csv
  mlops ingest churn.csv --name people --quiet >/dev/null
  mlops train run --data people --label churned --train prior --quiet >/dev/null 2>&1
  sed -i 's/^    pick: .*/    pick: max auc\n    slices: [plan]\n    expect: [rows > 1]/' mlops.yaml
  mlops train run --data people --quiet >/dev/null 2>&1
  page=$source_dir/man/mlops-store.5.md
  record=$(mlops why models/people --json | jq -r .items[0].digest)
  is "$(terms JUDGEMENT.1 RUN.1)" "$(mlops show "$record" --json | jq -r '.items[0] |
    (keys[] as $key | .[$key] | if type == "object" then keys[] | "\($key).\(.)" else $key end)' | sort)"
}

@test "schedule: keys" {
  seed_schedules
  fake_crontab
  agrees mlops.schedule/1 mlops schedule list
  agrees mlops.schedule-time/1 mlops schedule next nightly
  agrees mlops.schedule-change/1 mlops schedule pause nightly
  agrees mlops.crontab/1 mlops schedule install
  agrees mlops.tick/1 mlops schedule tick hourly --as-of 2027-01-01T00:00:10Z
}

@test "every field of the record of a release is on mlops-store(5), and no other" {
  customers 300 >churn.csv
  mlops ingest churn.csv --name people --quiet >/dev/null
  mlops train run --data people --label churned --train prior --quiet >/dev/null 2>&1
  page=$source_dir/man/mlops-store.5.md
  is "$(terms RELEASE.1 COMPATIBILITY)" "$(mlops show releases/people --json | jq -r '.items[0] | keys[]' | sort)"
}

@test "serve: keys" {
  model_folder first
  mlops model register best --file first --quiet >/dev/null
  agrees mlops.serving/1 serve_briefly serve best
}

@test "model: keys" {
  model_folder first
  agrees mlops.model-registration/1 mlops model register best --file first
  agrees mlops.model-move/1 mlops model promote best@v1
  agrees mlops.model-move/1 mlops model history best
  agrees mlops.model-version/1 mlops model list
  agrees_but_metrics mlops.model/1 mlops model show best
}

@test "every field of the record of a model is on mlops-store(5), and no other" {
  page=$source_dir/man/mlops-store.5.md
  model_folder first
  mlops model register best --file first --quiet
  record=$(mlops model show best --json | jq -r .items[0].digest)
  is "$(terms MODEL-VERSION WATCH | grep -vx gated)" "$(mlops show "$record" --json |
    jq -r '.items[0] | .parameters = null | .code = null | .metrics = null | to_entries[] | .key as $key | .value |
      if type == "object" then keys[] | "\($key).\(.)" else $key end' | sort)"
}

@test "ingest: keys of what was done, and of what was not" {
  agrees mlops.ingest/1 mlops ingest 'logs/*.csv' --name logs
  is "$(mlops ingest logs --json --accept-schema | jq -c '.items[0] | keys_unsorted')" \
    "$(mlops ingest churn.csv --json | jq -c '.items[0] | keys_unsorted')"
}

@test "store: keys" {
  agrees mlops.store-usage/1 mlops store du
  agrees mlops.store-gc/1 mlops store gc
  agrees mlops.store-usage-reference/1 mlops store du --references
  agrees mlops.store-pinned/1 mlops store pin churn@v1
  agrees mlops.store-pin/1 mlops store pin
  agrees mlops.store-pinned/1 mlops store unpin churn@v1
  agrees mlops.store-reindex/1 mlops store reindex
  raw=$(mlops data show churn --json | jq -r .items[0].raw)
  agrees mlops.tree/1 mlops show "$raw"
  agrees mlops.object/1 mlops show "$(mlops show "$raw" --porcelain | cut -f4)"
  rm -f ".mlops/objects/sha256/${raw:7:2}/${raw:9}"
  agrees mlops.store-fault/1 mlops store fsck
}

@test "runs: keys" {
  answers 0 mlops run -q -p lr=0.1 --tag a=b --input x=./churn.csv -- sh -c \
    'echo "::metric loss=1"; echo "::metric loss=2"; echo x >"$MLOPS_RUN_DIR/x"; echo y >"$MLOPS_OUTPUTS/y"'
  agrees mlops.run/1 mlops runs list
  agrees mlops.run-details/1 mlops runs show @last
}

@test "everything else: keys" {
  agrees mlops.doctor/1 mlops doctor
  echo 6,Flo,flo@example.org,30,60601,2025-05-01,true >>churn.csv
  agrees mlops.status/1 mlops status
  agrees mlops.setting/1 mlops config list
  agrees mlops.setting-change/1 mlops config set threads 4
  agrees mlops.version/1 mlops version
  agrees mlops.command/1 mlops help
  agrees mlops.page/1 mlops help doctor
}

@test "every field of a run's record is on mlops-store(5), and no other" {
  mlops run -q -- true
  page=$source_dir/man/mlops-store.5.md
  is "$(terms RUN.1 RUN-ANNOTATION | grep -vx key)" \
    "$(mlops show "$(mlops runs show @last --json | jq -r .items[0].record)" --json | jq -r '.items[0] | keys[]' | sort)"
}

@test "every field of a record is on mlops-store(5), and no other" {
  page=$source_dir/man/mlops-store.5.md
  printf 'file\nchurn.csv\n' >files.csv
  answers 0 mlops ingest files.csv --header --blob file --types file=VARCHAR --delimiter , --format csv --quiet
  record=$(mlops data show files --json | jq -r .items[0].digest)
  fields=$(mlops show "$record" --json | jq -r '.items[0] | .read = null | to_entries[] | .key as $key | .value |
    if type == "object" then keys[] | "\($key).\(.)" else $key end' | sort)
  is "$(terms DATASET-VERSION FILES-VERSION)" "$fields"
  is "$(terms HOW LOGICAL)" \
    "$(mlops show "$record" --json | jq -r '.items[0].read | keys[]')"
  is "$(mlops show "$record" --json | jq -c '.items[0].columns[0] | keys')" '["blob","name","open","original","pii","type"]'
}

@test "every part of the store is on mlops-store(5)" {
  while IFS= read -r entry; do
    grep -qE "^\`$entry(/|\`)" "$source_dir/man/mlops-store.5.md" || { echo "not described: $entry" >&2; return 1; }
  done < <(cd .mlops && printf '%s\n' .[a-z]* * | sed -E 's/-(wal|shm)$//' | sort -u)
}
