# mlops show: anything by its address or digest.
# shellcheck disable=SC2154
load lib
load seed
load models

setup() {
  enter_fresh_project
  seed_project
}

# field NAME: of the newest version of churn
field() { mlops data show churn --json | jq -r ".items[0].$1"; }

@test "an address shows what data show shows" {
  for form in '' --json --porcelain; do
    # shellcheck disable=SC2086
    is "$(mlops show churn@v1 $form)" "$(mlops data show churn@v1 $form)"
  done
}

@test "the digest of a version is its record" {
  answers 0 mlops show "$(field digest)" --json
  is "$(jq -r '.schema, .items[0].kind, .items[0].name, .items[0].rows' <<<"$output")" $'mlops.record/1\ndataset-version/1\nchurn\n4'
  answers 0 mlops show "$(field digest)"
  is "$(jq -r .table.logical <<<"$output")" "$(field table | cut -d: -f2)"
}

@test "what a record names can be shown in turn" {
  answers 0 mlops show "$(field raw)" --json
  is "$(jq -c '.schema, .items[0].path, .items[0].mode' <<<"$output")" $'"mlops.tree/1"\n"churn.csv"\n"0644"'
  answers 0 mlops show "$(field parquet)" --json
  is "$(jq -c '.schema, .items[0].digest' <<<"$output")" "\"mlops.object/1\"
\"$(field parquet)\""
}

@test "contents are not shown" {
  answers 0 mlops show "sha256:$(sha256sum <churn.csv | cut -d' ' -f1)"
  lacks "$output" ana@example.org
}

@test "what is not there is exit 4" {
  answers 4 mlops show chrun
  has "$stderr" "a similar name exists"
  answers 4 mlops show "sha256:$(printf '0%.0s' {1..64})"
  has "$stderr" "there is no object sha256:000"
}

@test "a model is shown as model show shows it" {
  model_folder first
  mlops model register best --file first --alias champion --quiet
  for address in best best@champion models/best@v1 models:/best/1; do
    is "$(mlops show "$address" --json)" "$(mlops model show best --json)"
  done
  digest=$(mlops model show best --json | jq -r .items[0].digest)
  is "$(mlops show "${digest:7:8}" --json)" "$(mlops model show best --json)"
  answers 0 mlops show "$digest" --json
  is "$(jq -r '.schema, .items[0].kind' <<<"$output")" $'mlops.record/1\nmodel-version/1'
}

@test "a name that a dataset and a model have is not guessed" {
  model_folder first
  mlops model register churn --file first --quiet
  for command in show log; do
    answers 2 mlops "$command" churn@v1
    is "$stderr" $'error: \'churn\' is a dataset and a model\n\nhint: write `sources/churn@v1` or `models/churn@v1`'
  done
  is "$(mlops show sources/churn --json | jq -r .schema)" mlops.dataset/1
  is "$(mlops show models/churn --json | jq -r .schema)" mlops.model/1
  # commands of one kind of thing know which one is meant
  answers 0 mlops data show churn
  answers 0 mlops model show churn
}


@test "a run is shown as runs show shows it" {
  mlops run -q -- true
  id=$(mlops runs list --json | jq -r .items[0].id)
  for address in "run/$id" "run/${id:0:8}" "runs:/$id" @last; do
    is "$(mlops show "$address" --json)" "$(mlops runs show "$id" --json)"
  done
  is "$(mlops log "run/$id" --json | jq -r '.items | map(.name) | join(" ")')" "runs/$(mlops runs list --json | jq -r .items[0].experiment)"
  answers 4 mlops show run/zzzzzzzz
}
