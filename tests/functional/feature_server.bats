# mlops features serve: the views of the online store over HTTP, as Feast's clients ask for them.
# shellcheck disable=SC2154,SC2016
load lib
load visits
load serving

# A view of windows, one of latest values, and one whose rows only SQL can read.
setup() {
  enter_fresh_project
  visits >visits.csv
  cat >mlops.yaml <<'YAML'
mlops: 1
sources:
  visits:
    from: visits.csv
    label: late
    time: moment
    outcome: [delay, done, kind]
    split: {test: last 3d, valid: 2d before test}
features:
  shop:
    key: {place: shop}
    from: visits
    at: done
    columns:
      delay_6h: mean(delay) over 6h
      visits_6h: count() over 6h
  state:
    key: {place: shop}
    from: visits
    at: done
    online: {ttl: 2h}
    columns:
      last_size: size
      kind: kind
  computed:
    key: {place: shop}
    from: visits
    at: done
    columns:
      double_size: max(size * 2) over 6h
models:
  linear: {train: logistic, features: [shop]}
release:
  visits: {among: [linear], pick: max auc}
YAML
  mlops ingest visits --quiet >/dev/null
}

teardown() { stop_servers; }

serve_features() {
  mlops features materialize --quiet >/dev/null || return
  start_as server features serve "$@"
}

# column NAME: its values in the answer.
column() { jq -c --arg name "$1" '.results[.metadata.feature_names | index($name)].values' <<<"$output"; }
statuses() { jq -c --arg name "$1" '.results[.metadata.feature_names | index($name)].statuses' <<<"$output"; }
# fault: class and message of the answer, as Feast's client reads them.
fault() { jq -r 'fromjson | select(.module == "feast.errors") | "\(.class): \(.message)"' <<<"$output"; }

# ask ENTITIES FEATURES [MEMBERS]
ask() { post /get-online-features "{\"entities\": $1, \"features\": $2${3:+, $3}}"; }

@test "every moment is answered as features join answers it" {
  serve_features
  printf 'moment,shop\n' >rows.csv
  for hour in 13 14 15 16 17 18 19 20 21 22 23; do
    printf '2026-01-12 %s:07:00,%s\n' "$hour" north "$hour" south >>rows.csv
  done
  mlops features join shop state computed --entities rows.csv --out wanted.jsonl --format jsonl --quiet >/dev/null
  entities=$(jq -Rsc 'split("\n")[1:-1] | map(split(",")) | {moment: map(.[0]), shop: map(.[1])}' rows.csv)
  ask "$entities" '["computed:double_size", "shop:visits_6h", "state:kind", "shop:delay_6h", "state:last_size"]' \
    '"full_feature_names": true'
  is "$code" 200
  is "$(jq -c .metadata.feature_names <<<"$output")" \
    '["moment","shop","computed__double_size","shop__visits_6h","state__kind","shop__delay_6h","state__last_size"]'
  for name in computed__double_size shop__visits_6h state__kind shop__delay_6h state__last_size; do
    is "$(column "$name")" "$(jq -sc --arg name "$name" 'map(.[$name])' wanted.jsonl)"
  done
}

@test "a status says why there is no value" {
  serve_features --as-of 2026-01-13T16:00:00Z
  ask '{"place": ["north", "nowhere", null]}' '["state:last_size", "shop:visits_6h", "shop:delay_6h"]'
  is "$(column last_size) $(statuses last_size)" '[null,null,null] ["OUTSIDE_MAX_AGE","NOT_FOUND","NOT_FOUND"]'
  is "$(column visits_6h) $(statuses visits_6h)" '[3,0,0] ["PRESENT","PRESENT","PRESENT"]'
  is "$(jq -c '.results[3].event_timestamps' <<<"$output")" \
    '["2026-01-13T12:30:00Z","1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]'
  ask '{"place": ["north"], "event_timestamp": ["2026-01-13T20:00:00"]}' '["shop:delay_6h"]'
  is "$(column delay_6h) $(statuses delay_6h)" '[null] ["NULL_VALUE"]'
}

@test "what a client did wrong is 404 or 422, in the form of which Feast makes its exception" {
  serve_features
  while IFS='|' read -r wanted_code class part body; do
    post /get-online-features "$body"
    is "$code" "$wanted_code"
    has "$(fault)" "$class: "
    has "$(fault)" "$part"
  done <<'END'
404|FeatureViewNotFoundException|no view 'shops' is online; 'shop' is|{"entities": {"place": ["a"]}, "features": ["shops:x"]}
404|FeastObjectNotFoundException|but 'delay_6h'|{"entities": {"place": ["a"]}, "features": ["shop:delay_6"]}
404|FeatureServiceNotFoundException|'churn'|{"entities": {"place": ["a"]}, "feature_service": "churn"}
422|FeastError|looked up by 'place' (or 'shop'); 'entities' has 'city'|{"entities": {"city": ["a"]}, "features": ["shop:delay_6h"]}
422|FeastError|columns of one length|{"entities": {"place": ["a"], "b": [1, 2]}, "features": ["shop:delay_6h"]}
422|FeatureNameCollisionError|'delay_6h'|{"entities": {"place": ["a"]}, "features": ["shop:delay_6h", "shop:delay_6h"]}
422|FeastError|row 2: 7, where a text is wanted|{"entities": {"place": ["a", 7]}, "features": ["shop:delay_6h"]}
422|FeastError|2026-01-12T12:30:00Z on|{"entities": {"place": ["a"], "moment": ["2026-01-01"]}, "features": ["shop:delay_6h"]}
422|FeastError|'yesterday', where a time|{"entities": {"place": ["a"], "moment": ["yesterday"]}, "features": ["shop:delay_6h"]}
422|FeastError|has no 'entities'|{"features": ["shop:delay_6h"]}
422|FeastError|neither 'features' nor|{"entities": {"place": ["a"]}}
422|FeastError|of the form 'view:feature'|{"entities": {"place": ["a"]}, "features": ["delay_6h"]}
400|FeastError|is not JSON|{"entities": {"place": ["a"]}
END
  post /materialize '{"start_ts": "2026-01-01", "end_ts": "2026-01-02"}'
  is "$code" 422
  has "$(fault)" '`mlops features materialize`'
  output=$(curl -s -X GET "$url/push")
  has "$(fault)" '/push takes POST, not GET'
  output=$(curl -s "$url/push" -d '{}')
  has "$(fault)" "application/json is wanted"
}

@test "a push is seen by the next look-up, by other servers, and after a crash" {
  serve_features
  ask '{"place": ["north"], "moment": ["2026-01-14T01:00:00"]}' '["shop:visits_6h"]'
  is "$(column visits_6h)" '[0]'
  post /push '{"push_source_name": "shop", "df": {"place": ["north", "north"], "event_timestamp": ["2026-01-14T00:10:00",
    "2026-01-14T00:20:00Z"], "delay": [3, 8]}, "to": "online"}'
  is "$code $output" '200 {"view": "shop", "rows": 2, "events": 2, "without": 0, "again": false}'
  ask '{"place": ["north"], "moment": ["2026-01-14T01:00:00"]}' '["shop:visits_6h", "shop:delay_6h"]'
  is "$(column visits_6h) $(column delay_6h)" '[2] [5.5]'
  is "$(metric 'mlops_online_rows_pushed_total{view="shop"}')" 2
  kill -KILL "$server"
  start_as again features serve shop
  ask '{"place": ["north"], "moment": ["2026-01-14T01:00:00"]}' '["shop:visits_6h", "shop:delay_6h"]'
  is "$(column visits_6h) $(column delay_6h)" '[2] [5.5]'
  printf 'shop,done,delay\nnorth,2026-01-14T00:30:00,1\n' | mlops features push shop --quiet >/dev/null
  follows() {
    ask '{"place": ["north"], "moment": ["2026-01-14T01:00:00"]}' '["shop:visits_6h"]'
    [[ $(column visits_6h) == '[3]' ]]
  }
  eventually follows
}

@test "rows are pushed as Feast's client sends them, and as their table has them" {
  serve_features
  post /write-to-online-store '{"feature_view_name": "state", "df": {"shop": ["south"], "last_size": [4], "kind": [null],
    "event_timestamp": ["2026-01-14T00:00:00"], "created": [null]}, "allow_registry_cache": false}'
  is "$code" 200
  post /push '{"push_source_name": "computed", "df": {"shop": ["south"], "done": ["2026-01-14T00:00:00"], "size": [21]}}'
  is "$code" 200
  ask '{"shop": ["south"], "moment": ["2026-01-14T01:00:00"]}' '["state:last_size", "state:kind", "computed:double_size"]'
  is "$(column last_size) $(column kind) $(column double_size)" '[4] [null] [42]'
  is "$(statuses kind)" '["NULL_VALUE"]'
}

@test "a push that cannot be taken says which columns are wanted, and adds nothing" {
  serve_features
  while IFS='|' read -r path wanted_code class part body; do
    post "$path" "$body"
    is "$code" "$wanted_code"
    has "$(fault)" "$class: "
    has "$(fault)" "$part"
  done <<'END'
/push|422|PushSourceNotFoundException|no view 'shops'|{"push_source_name": "shops", "df": {}}
/write-to-online-store|404|FeastObjectNotFoundException|no view 'shops'|{"feature_view_name": "shops", "df": {}}
/push|422|FeastError|has no 'delay', but 'shop', 'done', 'delay_6h'; rows of 'shop' have 'shop' (VARCHAR), 'delay' (BIGINT), 'done' (TIMESTAMP); 'delay_6h' is worked out|{"push_source_name": "shop", "df": {"shop": ["a"], "done": ["2026-01-14"], "delay_6h": [1]}}
/push|422|FeastError|column 'delay', row 1: 'x', where BIGINT is wanted|{"push_source_name": "shop", "df": {"shop": ["a"], "done": ["2026-01-14"], "delay": ["x"]}}
/push|422|FeastError|column 'done', row 1: 'noon', where TIMESTAMP|{"push_source_name": "shop", "df": {"shop": ["a"], "done": ["noon"], "delay": [1]}}
/push|422|FeastError|to the online store alone|{"push_source_name": "shop", "df": {}, "to": "offline"}
/push|422|FeastError|'elsewhere'; 'online' is wanted|{"push_source_name": "shop", "df": {}, "to": "elsewhere"}
/push|422|FeastError|size|{"push_source_name": "computed", "df": {"shop": ["a"], "done": ["2026-01-14"], "size": ["x"]}}
END
  is "$(curl -s "$url/features" | jq -c '[.views[].pushed]')" '[0,0,0]'
  is "$(metric 'mlops_online_pushes_refused_total{view="shop"}')" 3
}

@test "a push with an Idempotency-Key is taken once" {
  serve_features
  body='{"push_source_name": "shop", "df": {"shop": ["north"], "done": ["2026-01-14T00:00:00"], "delay": [1]}}'
  post /push "$body" -H 'Idempotency-Key: a7'
  is "$(jq -c '[.events, .again]' <<<"$output")" '[1,false]'
  post /push "$body" -H 'Idempotency-Key: a7'
  is "$code $(jq -c '[.events, .again]' <<<"$output")" '200 [0,true]'
  ask '{"place": ["north"], "moment": ["2026-01-14T01:00:00"]}' '["shop:visits_6h"]'
  is "$(column visits_6h)" '[1]'
}

@test "a registered model is a feature service, and serve has the same paths" {
  mlops train run linear --quiet >/dev/null
  mlops features materialize --quiet >/dev/null
  start server visits
  post /get-online-features '{"entities": {"shop": ["north"], "moment": ["2026-01-13T12:00:00"]}, "feature_service": "visits"}'
  is "$code" 200
  is "$(jq -c .metadata.feature_names <<<"$output")" '["shop","moment","shop__delay_6h","shop__visits_6h"]'
  post /get-online-features '{"entities": {"place": ["north"]}, "feature_service": "visits"}'
  has "$(fault)" "the model 'visits' looks features up by 'shop'"
  post /push '{"push_source_name": "shop", "df": {"shop": ["north"], "done": ["2026-01-14T00:00:00"], "delay": [60]}}'
  is "$code" 200
  post /invocations '{"dataframe_records": [{"shop": "north", "size": 3, "moment": "2026-01-14T00:30:00"}]}'
  is "$code" 200
}

@test "what is online is told, and only what was asked for is answered" {
  serve_features state
  is "$(curl -s "$url/features" | jq -c '[.views[] | [.name, .entities[0].name, .keys, .ttl, [.rows[].name]]]')" \
    '[["state","place",2,"2h",["shop","size","done","kind"]]]'
  ask '{"place": ["north"]}' '["shop:delay_6h"]'
  is "$code" 404
  has "$(curl -s "$url/")" "state  2 features of place, complete from 2026-01-12T12:30:00Z"
  post /invocations '{}'
  is "$code" 404
  has "$output" 'no model is served here'
}

@test "where nothing is online it says what to type" {
  answers 4 mlops features serve --port 0
  has "$stderr" '`mlops features materialize`'
  mlops features materialize --quiet >/dev/null
  answers 4 mlops features serve stat --port 0
  has "$stderr" "the view 'stat' is not online"
  has "$stderr" '`state`'
}
