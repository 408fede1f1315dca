# What is asserted of the values of a view.
# shellcheck disable=SC2154,SC2016
load lib
load visits

# The visits of features.bats, with a view of which is asserted what is given: view LINE...
view() {
  {
    printf '%s\n' 'mlops: 1' 'sources:' '  visits:' '    from: visits.csv' '    label: late' '    time: moment' \
      '    outcome: [delay, done]' '    split: {test: last 3d, valid: 2d before test}' 'features:' '  shop:' \
      '    key: {shop: shop}' '    from: visits' '    at: done' '    columns:' '      delay_6h: mean(delay) over 6h' \
      '      visits_6h: count() over 6h' '    expect:'
    printf '      - %s\n' "$@"
    printf '%s\n' 'models:' '  base: {train: prior}' '  linear: {train: logistic, features: [shop]}'
  } >mlops.yaml
}

setup() {
  enter_fresh_project
  visits | cut -d, -f1-5,7 >visits.csv
  view 'rows = 600'
  answers 0 mlops ingest visits --quiet
}

# What DuckDB says of the view's values, worked out without us: one number.
by_sql() {
  mlops data query "SELECT $1 AS x FROM (SELECT a.moment, count(b.done) AS visits_6h, avg(b.delay) AS delay_6h
    FROM visits a LEFT JOIN visits b ON a.shop = b.shop AND b.done <= a.moment AND b.done >= a.moment - INTERVAL 6 HOUR
    GROUP BY a.moment)" --porcelain
}

@test "a view is judged by its values at each row of its table" {
  nulls=$(by_sql 'count(*) - count(delay_6h)')
  most=$(by_sql 'max(visits_6h)')
  view "null(delay_6h) * 600 = $nulls" "max(visits_6h) = $most" 'distinct(shop) = 2' 'visits_6h >= 1: warn'
  answers 0 mlops check features/shop
  is "$(mlops check shop --porcelain 2>/dev/null | cut -f 1,2,4)" "$(printf 'features/shop\t1\t%s\n' pass pass pass warn)"
  has "$output" '2 of 600 rows fail: row 1: visits_6h = 0; row 2: visits_6h = 0'
  answers 0 mlops check
  is "$(find .mlops/tmp -name '*.parquet' 2>/dev/null)" ''
}

@test "its parts are those of its table" {
  view 'train.rows + valid.rows + test.rows = 600' 'test.rows < 145' 'psi(train, test) < 0.5: warn'
  answers 0 mlops check shop
  read -r train test < <(mlops train run -n --json 2>/dev/null | jq -r '.items[0] | "\(.train_rows) \(.test_rows)"')
  view "train.rows = $train and test.rows = $test"
  answers 0 mlops check shop
}

@test "train run heeds the verdict" {
  view 'null(delay_6h) = 0'
  answers 3 mlops train run
  has "$stderr" 'error: shop@v1 was not accepted: 1 of 1 assertion fails: null(delay_6h) = 0: null(delay_6h) = '
  is "$(mlops runs list --json | jq '.items | length')" 0
  # Models that do not take it are not concerned.
  answers 0 mlops train run base --quiet
  view 'null(delay_6h) < 5%' 'max(visits_6h) > 3'
  answers 0 mlops train run --quiet
  # Another definition is another view.
  sed -i 's/count() over 6h/count() over 1h/' mlops.yaml
  answers 3 mlops train run
  has "$stderr" 'error: shop@v1 was not accepted: 1 of 2 assertions fails: max(visits_6h) > 3: max(visits_6h) = 2, wanted > 3'
}

@test "faults are told where they are" {
  view 'delay_7h > 0'
  answers 2 mlops check shop
  has "$stderr" "mlops.yaml:18:9: there is no column 'delay_7h'"
  view 'nul(delay_6h) < 1%' 'rows < 3%'
  answers 2 mlops check
  has "$stderr" 'mlops.yaml:18:9'
  has "$stderr" 'mlops.yaml:19:16'
  view 'last.rows = 5' 'psi(visits, shop) < 5'
  answers 2 mlops check shop
  has "$stderr" "there is nothing called 'shop'"
}
