# `mlops features materialize|push|get` and skew(): what is served is what training saw.
# shellcheck disable=SC2154,SC2016
load lib
load visits

setup() {
  enter_fresh_project
  visits | cut -d, -f1-5,7 >all.csv
  # What came in until a moment; the rest is pushed.
  head -551 all.csv >visits.csv
  view 'skew(offline, online) = 0'
  answers 0 mlops ingest visits --quiet
}

# view LINE...: the project, with what is asserted of its view.
view() {
  {
    printf '%s\n' 'mlops: 1' 'sources:' '  visits:' '    from: visits.csv' '    label: late' '    time: moment' \
      '    outcome: [delay, done]' '    split: {test: last 3d, valid: 2d before test}' 'features:' '  shop:' \
      '    key: {shop: shop}' '    from: visits' '    at: done' '    online: {ttl: 12h}' '    columns:' \
      '      delay_6h: mean(delay) over 6h' '      visits_6h: count() over 6h' '      size: size' '    expect:'
    printf '      - %s\n' "$@"
    printf '%s\n' 'models:' '  linear: {train: logistic, features: [shop]}'
  } >mlops.yaml
}

# materialized COLUMN...: of the rows of the last answer.
materialized() { jq -c "[.items[] | $1]" <<<"$output"; }

# rest: the rows that are not ingested.
rest() { sed -n '1p;552,$p' all.csv; }

# verdict: of the one assertion of the view.
verdict() { mlops check shop --json 2>/dev/null | jq -r '.items[0] | "\(.verdict) \(.seen)"'; }

@test "a version is taken over once" {
  answers 0 mlops features materialize -n --json
  is "$(materialized '.state, .events')" '["would be materialized",null]'
  [[ ! -e .mlops/online.db ]]
  answers 0 mlops features materialize --json
  is "$(materialized '.view, .used_by, .table, .state, .keys, .newest, .complete_from')" \
    '["shop",["mlops.yaml"],"visits@v1","materialized",2,"2026-01-12T11:30:00Z","2026-01-11T11:30:00Z"]'
  answers 0 mlops features materialize shop --json
  is "$(materialized '.state')" '["unchanged"]'
  # Nothing of the table is read for it.
  answers 0 env MLOPS_NO_PROGRESS=1 mlops features materialize features/shop --quiet
  lacks "$stderr" reading
  mlops features apply --quiet >/dev/null
  answers 0 mlops features list --json
  is "$(jq -r '.items[0].online_from' <<<"$output")" 2026-01-11T11:30:00Z
  answers 0 mlops features show shop --json
  is "$(jq -c '.items[0].online[0] | .definition, .keys' <<<"$output")" $'"shop@v1"\n2'
}

@test "get is what join says of the same key and moment" {
  mlops features materialize --quiet >/dev/null
  printf 'moment,shop\n' >asked.csv
  for hour in 12 13 15 18 21; do
    for shop in north south nowhere; do echo "2026-01-11 $hour:17:00,$shop" >>asked.csv; done
  done
  printf '2026-01-12 11:30:00,north\n2026-01-12 11:29:59.999999,north\n2026-01-14 00:00:00,south\n' >>asked.csv
  mlops features join shop -e asked.csv --json 2>/dev/null | jq -c '.items[] | [.shop__delay_6h, .shop__visits_6h, .shop__size]' >offline
  while IFS=, read -r moment shop; do
    mlops features get shop --key "shop=$shop" --at "$moment" --json 2>/dev/null | jq -c '[.items[0].features[].value]'
  done < <(tail -n +2 asked.csv) >online
  is "$(cat online)" "$(cat offline)"
  is "$(wc -l <online)" 18
  answers 0 mlops features get shop -k shop=south --at 2026-01-14 --json
  is "$(jq -c '[.items[0].features[].status]' <<<"$output")" '["null","present","expired"]'
  answers 0 mlops features get shop -k shop=nowhere --as-of '2026-01-12T11:30Z' -c delay_6h -c visits_6h --json
  is "$(jq -c '[.items[0].time, (.items[0].features[] | .value, .status, .event_time)]' <<<"$output")" \
    '["2026-01-12T11:30:00Z",null,"none",null,0,"present",null]'
  is "$stderr" 'no event of shop=nowhere was known to features/shop at 2026-01-12T11:30:00Z'
}

@test "what is pushed is seen at once, and counts once when the table has it" {
  mlops features materialize --quiet >/dev/null
  rest >rest.csv
  answers 0 mlops features push shop rest.csv -n --json
  is "$(jq -c '.items[0] | [.rows, .state, .events]' <<<"$output")" '[50,"would be pushed",null]'
  answers 0 mlops features push shop rest.csv --json
  is "$(jq -c '.items[0] | [.view, .definitions, .rows, .state, .events, .without]' <<<"$output")" '["shop",1,50,"pushed",50,0]'
  pushed=$(mlops features get shop -k shop=north --at 2026-01-13T12:00:00Z --json | jq -c '.items[0].features')
  cp all.csv visits.csv
  answers 0 mlops ingest visits --quiet
  answers 0 mlops features materialize --json
  is "$(materialized '.table, .state, .superseded')" '["visits@v2","materialized",50]'
  is "$(mlops features get shop -k shop=north --at 2026-01-13T12:00:00Z --json | jq -c '.items[0].features')" "$pushed"
}

@test "each form of the rows is the same push" {
  mlops features materialize --quiet >/dev/null
  rest >rest.csv
  mlops ingest rest.csv --quiet >/dev/null
  for format in csv json jsonl parquet; do mlops data export rest --out "rest.$format" --quiet >/dev/null 2>&1 || true; done
  for file in rest.csv rest.json rest.jsonl rest.parquet; do
    cp -a . ../copy
    (cd ../copy && answers 0 mlops features push shop - --format "${file##*.}" --quiet <"$file" &&
      mlops features get shop -k shop=south --at 2026-01-13T12:00:00Z --json | jq -c '.items[0].features') >"../$file.answer"
    rm -rf ../copy
  done
  is "$(sort -u ../rest.*.answer | wc -l)" 1
  has "$(cat ../rest.csv.answer)" present
}

# refused CODE ROWS WORDS...: nothing is pushed, and the reason is told.
refused() {
  local code=$1 rows=$2 word
  shift 2
  run --separate-stderr mlops features push shop --format jsonl <<<"$rows"
  is "$status" "$code" || return 1
  for word in "$@"; do has "$stderr" "$word" || return 1; done
  is "$(mlops features show shop --json | jq '.items[0].online[0].pushed')" 0
}

@test "a push is whole or not at all" {
  mlops features apply --quiet >/dev/null
  mlops features materialize --quiet >/dev/null
  good='{"shop":"north","size":1,"delay":1,"done":"2026-01-12T12:00:00"}'
  refused 6 "$good"$'\n{"shop":"north","size":3.7,"delay":1,"done":"2026-01-12T12:00:00"}' 'row 2: size: 3.7 is no BIGINT' '1 of 2 rows'
  refused 6 "$good"$'\n{"shop":"north","size":"big","delay":1,"done":"2026-01-12T12:00:00"}' 'row 2: size: big is no BIGINT'
  refused 6 '{"shop":"north","size":1,"delay":99999999999999999999,"done":"2026-01-12T12:00:00"}' 'delay:' 'is no BIGINT'
  refused 6 "$good"$'\n{"shop":"north","size":1,"delay":1,"done":"yesterday"}' 'done: "yesterday" is no TIMESTAMP'
  refused 2 '{"shop":"north","size":1,"dealy":1,"done":"2026-01-12T12:00:00"}' "no column 'delay' (BIGINT), which features/shop reads" '`dealy`'
  refused 2 '{"x":1}' 'they have `x`'
  refused 6 '[1,2]' 'JSON object'
  refused 6 '{"shop":' 'error: '
  refused 6 '' 'error: '
  answers 4 mlops features push shop absent.csv
  answers 4 mlops features push shap "$0"
  has "$stderr" 'a similar one is: `shop`'
  answers 2 mlops features push shop --id '' - <<<"$good"
  # Rows without a key or a time are no events.
  answers 0 mlops features push shop --json <<<'{"shop":null,"size":1,"delay":1,"done":"2026-01-12T12:00:00"}'
  is "$(jq -c '.items[0] | [.events, .without]' <<<"$output")" '[0,1]'
  has "$stderr" '1 event without a key or a time was left out'
}

@test "what cannot be asked says what can" {
  answers 4 mlops features get shop -k shop=north
  has "$stderr" 'hint: `mlops features materialize shop` brings it there'
  mlops features materialize --quiet >/dev/null
  answers 2 mlops features get shop
  has "$stderr" "hint: \`mlops features get shop --key shop=VALUE\`"
  answers 2 mlops features get shop -k shop=north -k size=3
  has "$stderr" "'shop' has no key 'size'"
  answers 2 mlops features get shop -k north
  answers 2 mlops features get shop -k shop=north -k shop=south
  answers 2 mlops features get shop -k shop=north -c delay_7h
  has "$stderr" 'a similar one exists: `delay_6h`'
  answers 2 mlops features get shop -k shop=north --at noon
  answers 2 mlops features get shop -k shop=north --at 2026-01-01
  has "$stderr" 'answers for view '
  has "$stderr" 'hint: `mlops features materialize --as-of 2026-01-01T00:00:00Z` brings the past from there on back'
  answers 4 mlops features get shap -k shop=north
  has "$stderr" "there is no view and no model 'shap'"
  has "$stderr" 'similar: `shop`'
  answers 4 mlops features get nowhere -k shop=north
  has "$stderr" 'there are: `shop`'
  for command in get push serve materialize; do
    answers 2 mlops features "$command" shop@v1 </dev/null
    has "$stderr" "'shop@v1' is a version of a view"
    has "$stderr" 'hint: `shop` is the view'
  done
  for command in push serve; do
    answers 4 mlops features "$command" nowhere </dev/null
    has "$stderr" 'hint: nor is it in mlops.yaml; there are `shop`'
  done
  mlops features apply --quiet >/dev/null
  for command in show list; do
    answers 4 mlops features "$command" nowhere
    has "$stderr" 'hint: there are `shop`'
    answers 4 mlops features "$command" shap
    has "$stderr" 'hint: a similar one exists: `shop`'
  done
  answers 4 mlops features materialize shap
  has "$stderr" 'similar: `shop`'
}

@test "one id is one push, at whatever moment the first was killed" {
  mlops features materialize --quiet >/dev/null
  rest >rest.csv
  for delay in 0.01 0.03 0.06 0.1 0.15 0.25; do
    mlops features push shop rest.csv --id late --quiet >/dev/null 2>&1 3>&- &
    sleep "$delay"
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
  done
  answers 0 mlops features push shop rest.csv --id late --quiet
  answers 0 mlops features push shop rest.csv --id late --json
  is "$(jq -c '.items[0] | [.state, .events]' <<<"$output")" '["again",0]'
  mlops features apply --quiet >/dev/null
  is "$(mlops features show shop --json | jq '.items[0].online[0].pushed')" 50
}

@test "an id is one of its view" {
  sed -n '/^  shop:$/,/^models:$/p' mlops.yaml | sed 's/^  shop:$/  place:/; /^models:$/d' >place
  sed -i '/^models:$/,$d' mlops.yaml
  cat place >>mlops.yaml
  mlops features materialize --quiet >/dev/null
  rest >rest.csv
  for view in shop place; do
    answers 0 mlops features push "$view" rest.csv --id landed-17 --json
    is "$(jq -c '.items[0] | [.state, .events]' <<<"$output")" '["pushed",50]'
  done
  answers 0 mlops features push shop rest.csv --id landed-17 --json
  is "$(jq -c '.items[0] | [.state, .events]' <<<"$output")" '["again",0]'
}

@test "pushes at once are all there" {
  mlops features materialize --quiet >/dev/null
  rest >rest.csv
  for _ in 1 2 3; do mlops features push shop rest.csv --quiet >/dev/null 3>&- & done
  wait
  mlops features apply --quiet >/dev/null
  is "$(mlops features show shop --json | jq '.items[0].online[0].pushed')" 150
}

@test "skew is told with what differs" {
  is "$(verdict)" 'skip features/shop is not online: `mlops features materialize shop` brings it there'
  mlops features materialize --quiet >/dev/null
  has "$(verdict)" 'pass skew(offline, online) = 0 %: '
  # Ahead of the table is not different from it.
  rest | head -n 8 | mlops features push shop --quiet >/dev/null
  has "$(verdict)" 'pass skew(offline, online) = 0 %: '
  # An event that the table has not.
  answers 0 mlops features push shop --quiet <<<'{"shop":"north","size":77,"delay":500,"done":"2026-01-12T10:10:00"}'
  found=$(verdict)
  has "$found" 'fail skew(offline, online) = '
  has "$found" 'shop=north at 2026-01-12T10:10:00Z: size is '
  has "$found" ', online 77'
  answers 3 mlops check shop
  # Training is told and goes on.
  answers 0 mlops train run --quiet
  has "$stderr" 'warning: shop@v1: skew(offline, online) = 0: '
}

@test "another version or another definition is a skew that says so" {
  mlops features materialize --quiet >/dev/null
  cp all.csv visits.csv
  answers 0 mlops ingest visits --quiet
  has "$(verdict)" 'online is visits@v1: `mlops features materialize shop`'
  mlops features materialize --quiet >/dev/null
  has "$(verdict)" 'pass '
  sed -i 's/mean(delay) over 6h/mean(delay) over 3h/' mlops.yaml
  has "$(verdict)" 'online is another definition (column delay_6h): `mlops features materialize shop`'
}

@test "skew stands with a view, and asks offline and online" {
  view 'skew(online, offline) = 0'
  answers 2 mlops check
  has "$stderr" "'skew' takes the word offline here"
  view 'skew(offline) = 0'
  answers 2 mlops check
  view 'rows > 1'
  sed -i 's/^    label: late$/&\n    expect: ["skew(offline, online) = 0"]/' mlops.yaml
  answers 2 mlops check
  has "$stderr" "'skew' is asked of a view"
}

@test "a model's definition stands beside that of mlops.yaml, and is answered for" {
  answers 0 mlops train run --quiet
  model=$(mlops model list --json | jq -r '.items[0].name')
  sed -i 's/count() over 6h/count() over 2h/' mlops.yaml
  answers 0 mlops features materialize "$model" --json
  is "$(materialized '.used_by')" "[[\"$model@v1\"]]"
  answers 0 mlops features materialize --json
  is "$(materialized '.state')" '["materialized","unchanged"]'
  answers 0 mlops features push shop --json <<<'{"shop":"north","size":77,"delay":500,"done":"2026-01-12T11:45:00"}'
  is "$(jq -c '.items[0] | [.definitions, .rows, .events]' <<<"$output")" '[2,1,2]'
  of_view=$(mlops features get shop -k shop=north --at 2026-01-12T12:00 --json | jq '.items[0].features[] | select(.name == "visits_6h").value')
  of_model=$(mlops features get "models/$model" -k shop=north --at 2026-01-12T12:00 --json | jq '.items[0].features[] | select(.name == "shop__visits_6h").value')
  ((of_model > of_view))
  answers 0 mlops features materialize --prune
  has "$stderr" 'every definition that is online is used'
  sed -i 's/count() over 2h/count() over 1h/' mlops.yaml
  answers 0 mlops features materialize --prune --quiet
  mlops features apply --quiet >/dev/null
  is "$(mlops features show shop --json | jq '.items[0].online | length')" 2
}

@test "as of a moment: the past from there on can be asked" {
  answers 0 mlops features materialize --as-of 2026-01-05 --json
  is "$(materialized '.complete_from')" '["2026-01-04T00:00:00Z"]'
  offline=$(printf 'moment,shop\n2026-01-05 09:10:00,south\n' | mlops features join shop -e - --json 2>/dev/null | jq -c '.items[0] | [.shop__delay_6h, .shop__visits_6h, .shop__size]')
  is "$(mlops features get shop -k shop=south --as-of 2026-01-05T09:10Z --json | jq -c '[.items[0].features[].value]')" "$offline"
}

@test "a table that was refused is not taken over" {
  sed -i 's/^    label: late$/&\n    expect: [rows > 1_000]/' mlops.yaml
  answers 3 mlops features materialize
  [[ ! -e .mlops/online.db ]]
}

@test "a model whose view differs online is told to be materialized itself" {
  answers 0 mlops train run --quiet
  model=$(mlops model list --json | jq -r '.items[0].name')
  sed -i 's/count() over 6h/count() over 2h/' mlops.yaml
  mlops features materialize shop --quiet >/dev/null
  answers 5 mlops features get "$model" -k shop=north
  has "$stderr" "hint: \`mlops features materialize $model@v1\` brings them online"
}

@test "a push that an old definition alone refuses names how to drop that" {
  mlops features materialize --quiet >/dev/null
  sed -i '/^      size: size$/d' mlops.yaml
  mlops features materialize --quiet >/dev/null
  row='{"shop":"north","delay":1,"done":"2026-01-12T12:00:00"}'
  answers 2 mlops features push shop <<<"$row"
  has "$stderr" "no column 'size' (BIGINT), which a definition of features/shop reads"
  has "$stderr" '`mlops features materialize --prune` drops those'
  mlops features materialize --prune --quiet >/dev/null
  answers 0 mlops features push shop --quiet <<<"$row"
}
