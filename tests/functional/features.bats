# Views of `features:` that models take: joined to their table as of each row's time.
# shellcheck disable=SC2154,SC2016
load lib
load visits

setup() {
  enter_fresh_project
  visits | cut -d, -f1-5,7 >visits.csv
  cat >mlops.yaml <<'YAML'
mlops: 1
sources:
  visits:
    from: visits.csv
    label: late
    time: moment
    outcome: [delay, done]
    split: {test: last 3d, valid: 2d before test}
features:
  shop:
    key: {shop: shop}
    from: visits
    at: done
    columns:
      delay_6h: mean(delay) over 6h
      visits_6h: count() over 6h
models:
  base: {train: prior}
  linear: {train: logistic, features: [shop]}
release:
  visits: {among: [base, linear], pick: max auc}
YAML
  mlops ingest visits --quiet >/dev/null
}

@test "train run joins the views of a model to its table, for that model alone" {
  answers 0 mlops train run
  has "$stderr" "features  5 of 7 columns"
  answers 0 mlops model show visits --json
  is "$(jq -r '.items[0].algorithm' <<<"$output")" logistic
  is "$(jq -c '[.items[0].inputs[].name]' <<<"$output")" '["moment","shop","size"]'
  is "$(jq -c '[.items[0].features[] | .name, .definition, .table]' <<<"$output")" \
    '["shop__delay_6h","mean(delay) over 6h","visits@v1","shop__visits_6h","count() over 6h","visits@v1"]'
  answers 0 mlops runs list --json
  is "$(jq -c '.items[] | select(.name == "linear") | [.params.features, .params["view.shop"]]' <<<"$output")" '[5,"shop(shop=shop)"]'
  is "$(jq -c '.items[] | select(.name == "base") | [.params.features, .params["view.shop"]]' <<<"$output")" '[3,null]'
}

@test "what a row is given was known at its time: the same as SQL says" {
  mlops train run --quiet >/dev/null
  answers 0 mlops model show visits --json
  example=$(jq -c '.items[0].input_example' <<<"$output")
  [[ $example != null ]]
  # The first two rows have no visit behind them that was done; the third sees that of its shop an hour before.
  is "$(jq -c '[.[] | .shop__visits_6h]' <<<"$example")" '[0,0,1]'
  is "$(jq -c '[.[] | .shop__delay_6h]' <<<"$example")" '[null,null,0]'
}

@test "a value that is known only afterwards is no feature at the time of the row" {
  sed -i 's/at: done/at: moment/' mlops.yaml
  answers 2 mlops train run
  has "$stderr" "mlops.yaml:15:"
  has "$stderr" "delay"
}

@test "a definition that cannot be used is shown at its place" {
  sed -i 's/mean(delay)/meen(delay)/' mlops.yaml
  answers 2 mlops train run
  is "$stderr" "error: features/shop cannot be used: columns.delay_6h: unknown aggregate 'meen'
mlops.yaml:15:17: columns.delay_6h: unknown aggregate 'meen'
  meen(delay) over 6h
  ^

hint: similar: \`mean\`"
}

@test "a key that is known only afterwards is refused" {
  sed -i 's/features: \[shop\]/features: [{use: shop, key: {shop: delay}}]/' mlops.yaml
  answers 2 mlops train run
  has "$stderr" "'delay', the key of features/shop, is known only afterwards"
}

@test "a view of a table that was refused is not trained on" {
  sed -i 's/    from: visits$/    from: past/; s/^features:$/  past: {from: visits.csv, expect: [rows > 1_000]}\nfeatures:/' mlops.yaml
  answers 3 mlops ingest past
  answers 3 mlops train run
  has "$stderr" "past"
  answers 4 mlops model show visits
}
