# mlops show: anything by its address or digest.
# shellcheck disable=SC2154
load lib
load seed

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
