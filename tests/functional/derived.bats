# Columns that the SQL of a model's table makes from others of the row: worked out for rows that lack them.
# shellcheck disable=SC2154,SC2016
load lib
load serving

setup_file() {
  enter_fresh_project
  export seeded=$BATS_FILE_TMPDIR/seeded
  awk 'function at(m) { return sprintf("2026-01-%02d %02d:%02d:00", 1 + int(m / 1440), int(m % 1440 / 60), m % 60) }
    BEGIN {
      split("Eze,lim,SCL", airports, ",")
      print "date,origin,destination,distance,delay"
      for (i = 0; i < 900; ++i)
        print at(i * 31) "," airports[1 + i % 3] "," airports[1 + (i + 1 + int(i / 3) % 2) % 3] "," 200 + i * 7 % 900 "," (i * 31 % 1440 / 60 > 14) * 20 + i * 37 % 13
    }' >flights.csv
  cat >mlops.yaml <<'END'
mlops: 1
sources: {flights: {from: flights.csv}}
data:
  departures:
    sql: |
      SELECT date AS moment, * EXCLUDE (date, distance, delay), hour(date) AS hour, dayofweek(f.date) AS weekday,
             upper(origin) || '-' || upper(destination) AS route, distance // 100 AS far, far * 2 + 1 AS further,
             sqrt(distance) AS root, regexp_replace(origin, '.$', '') AS begin, (delay > 15)::INT AS late,
             delay, date + to_minutes(90 + delay) AS landed
      FROM flights f WHERE distance > 0
    label: late
    outcome: [delay, landed]
    time: moment
features:
  way:
    key: {route: route}
    from: departures
    at: landed
    columns: {late_1d: mean(delay) over 1d}
models:
  plain: {train: logistic}
  viewed: {train: logistic, features: [way]}
release:
  plain: {among: [plain]}
  viewed: {among: [viewed]}
END
  mlops ingest --quiet --as-of 2026-11-05 >/dev/null
  mlops run data --quiet >/dev/null
  mlops train run --name plain --quiet --as-of 2026-11-05 >/dev/null
  mlops train run --name viewed --quiet --as-of 2026-11-05 >/dev/null
  mlops data query "SELECT * EXCLUDE (late, delay, landed) FROM departures" --quiet --out whole.csv >/dev/null 2>&1 ||
    mlops data export departures --out whole.csv --quiet >/dev/null
  mv "$PWD" "$seeded"
}

setup() {
  enter_fresh_project
  rmdir "$PWD"
  cp -a "$seeded" "$PWD"
  cd "$PWD" || return 1
}

teardown() { stop_servers; }

# columns FILE NAME...: that CSV with those columns alone.
columns() {
  /usr/bin/python3 - "$@" <<'END'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
out = csv.DictWriter(sys.stdout, sys.argv[2:], extrasaction="ignore", lineterminator="\n")
out.writeheader()
out.writerows(rows)
END
}

# bare: rows as they are known before any SQL, and what has to be given.
bare() {
  /usr/bin/python3 - <<'END'
import csv
whole = list(csv.DictReader(open("whole.csv", encoding="utf-8")))
flights = list(csv.DictReader(open("flights.csv", encoding="utf-8")))
with open("bare.csv", "w", encoding="utf-8") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["moment", "origin", "destination", "distance", "begin"])
    for row, flight in zip(whole, flights):
        out.writerow([flight["date"], row["origin"], row["destination"], flight["distance"], row["begin"]])
END
}

@test "predict answers without them as with them, byte for byte" {
  bare
  for model in plain viewed; do
    mlops predict "$model" --in whole.csv --only --out whole.out --quiet >/dev/null
    mlops predict "$model" --in bare.csv --only --out bare.out --quiet >/dev/null
    is "$(wc -l <whole.out)" 901
    cmp whole.out bare.out
  done
  lacks "$(head -n 1 bare.out)" hour
}

@test "a column that is there is taken as it is" {
  bare
  awk -F, 'BEGIN { OFS = "," } { print $0, (NR == 1 ? "hour" : 3) }' bare.csv >given.csv
  mlops predict plain --in bare.csv --only --out bare.out --quiet >/dev/null
  mlops predict plain --in given.csv --only --out given.out --quiet >/dev/null
  answers 1 cmp -s bare.out given.out
}

@test "model show: what is made, and what has to be given" {
  answers 0 mlops model show plain --json
  is "$(jq -c '[.items[0].made[] | [.name, .type, .definition, .from]]' <<<"$output")" \
    '[["hour","BIGINT","hour(date)",["moment"]],["weekday","BIGINT","dayofweek(date)",["moment"]],["route","VARCHAR","(upper(origin) || '"'-'"') || upper(destination)",["destination","origin"]],["far","BIGINT","distance // 100",["distance"]],["further","BIGINT","((distance // 100) * 2) + 1",["distance"]],["root","DOUBLE","sqrt(distance)",["distance"]]]'
  inputs=$(jq -r '.items[0].inputs[].name' <<<"$output")
  has "$inputs" begin
  has "$inputs" distance
  lacks "$inputs" hour
  answers 0 mlops model show plain
  has "$output" "hour(date)"
}

@test "two trainings make the same model" {
  mlops train run --name plain --quiet --as-of 2026-11-06 >/dev/null
  is "$(mlops model show plain@v1 --json | jq -r '.items[0].package')" "$(mlops model show plain@latest --json | jq -r '.items[0].package')"
}

@test "neither the column nor what it is made from: both are named" {
  columns whole.csv origin destination begin hour weekday route far further >partly.csv
  answers 2 mlops predict plain --in partly.csv --only
  has "$stderr" "column 'root' (DOUBLE) is missing; it is made from 'distance', which is missing too"
  columns whole.csv hour weekday route far further root origin destination moment >partly.csv
  answers 2 mlops predict plain --in partly.csv --only
  has "$stderr" "column 'begin' (VARCHAR) is missing"
  lacks "$stderr" "made from"
}

@test "a value of another type is named with column and row" {
  bare
  awk -F, 'BEGIN { OFS = "," } NR == 3 { $4 = "near" } { print }' bare.csv >near.csv
  answers 6 mlops predict plain --in near.csv --only
  has "$stderr" "near.csv:3: distance: 'near' is no BIGINT"
  echo '{"moment": "2026-01-05 10:00:00", "origin": "Eze", "destination": "lim", "begin": "Ez", "distance": 300.5}' >half.jsonl
  answers 2 mlops predict plain --in half.jsonl --only
  has "$stderr" "column 'distance', row 1: '300.5' is no BIGINT, and 'far' is made of it"
}

@test "a row on which the engine would fail is refused, with what to do" {
  bare
  awk -F, 'BEGIN { OFS = "," } NR == 4 { $4 = -5 } { print }' bare.csv >negative.csv
  answers 2 mlops predict plain --in negative.csv --only
  has "$stderr" "column 'root', row 3: it cannot be made as sqrt(distance): the square root of a negative number"
}

@test "serve answers without them as with them" {
  bare
  start plain plain
  post /invocations "$(mlops data query 'SELECT * EXCLUDE (late, delay, landed, moment), moment::VARCHAR AS moment FROM departures LIMIT 50' --json | jq -c '{dataframe_records: .items}')"
  is "$code" 200
  whole=$output
  post /invocations "$(/usr/bin/python3 -c 'import csv, json; rows = list(csv.DictReader(open("bare.csv")))[:50]
for row in rows: row["distance"] = int(row["distance"])
print(json.dumps({"dataframe_records": rows}))')"
  is "$code" 200
  is "$output" "$whole"
  curl -s "$url/invocations" -H 'content-type: text/csv' --data-binary "$(head -n 51 bare.csv)" >csv.json
  is "$(cat csv.json)" "$whole"
  is "$(curl -s "$url/v2/models/plain" | jq -c '[.inputs[] | select(.parameters.optional) | .name]')" \
    '["hour","weekday","route","far","further","root"]'
  example=$(curl -s "$url/example")
  lacks "$example" hour
  has "$example" distance
  post /invocations "$example"
  is "$code" 200
}

@test "serve: faults name both, and the value" {
  start plain plain
  post /invocations '{"dataframe_records": [{"moment": "2026-01-05 10:00:00", "origin": "Eze", "destination": "lim", "begin": "Ez"}]}'
  is "$code" 422
  has "$output" "column 'far' (BIGINT) is missing; it is made from 'distance', which is missing too"
  post /invocations '{"dataframe_records": [{"moment": 5, "origin": "Eze", "destination": "lim", "begin": "Ez", "distance": 300}]}'
  is "$code" 422
  has "$output" "column 'moment', row 1: 5 is no TIMESTAMP, and 'hour' is made of it"
}

@test "serve: a key by which features are looked up may be made, and so may what is made of the time" {
  mlops features apply --quiet >/dev/null
  mlops features materialize viewed --quiet >/dev/null
  start viewed viewed --as-of 2026-01-20T10:00:00Z
  post /invocations '{"dataframe_records": [{"moment": "2026-01-20 10:00:00", "origin": "Eze", "destination": "lim", "distance": 300, "begin": "Ez", "route": "EZE-LIM", "hour": 10, "weekday": 2, "far": 3, "further": 7, "root": 17.320508075688775}]}'
  whole=$output
  is "$code $output" "200 $whole"
  post /invocations '{"dataframe_records": [{"moment": "2026-01-20 10:00:00", "origin": "Eze", "destination": "lim", "distance": 300, "begin": "Ez"}]}'
  is "$code $output" "200 $whole"
  post /invocations '{"dataframe_records": [{"origin": "Eze", "destination": "lim", "distance": 300, "begin": "Ez"}]}'
  is "$code" 200
  is "$output" "$whole"
}

@test "a column whose parts the table calls otherwise has to be given" {
  cat >mlops.yaml <<'END'
mlops: 1
sources: {flights: {from: flights.csv}}
data:
  departures:
    sql: SELECT date + INTERVAL 1 HOUR AS date, hour(date) AS hour, minute(date) AS minute, origin, distance, (delay > 15)::INT AS late FROM flights
    label: late
models:
  shifted: {train: logistic}
END
  mlops run --quiet >/dev/null
  mlops train run --name shifted --quiet >/dev/null 2>&1
  is "$(mlops model show shifted --json | jq -c '.items[0].made')" '[]'
}

@test "columns of a table further in, through another one" {
  cat >mlops.yaml <<'END'
mlops: 1
sources: {flights: {from: flights.csv}}
data:
  inner: {sql: 'SELECT *, hour(date) AS hour, (delay > 15)::INT AS late FROM flights'}
  outer:
    sql: SELECT date AS moment, hour AS clock, hour // 6 AS quarter, origin, late FROM "inner"
    label: late
models:
  chained: {train: logistic}
END
  sed -i 's/inner:/insides:/; s/"inner"/insides/; s/outer:/outsides:/' mlops.yaml
  mlops run --quiet >/dev/null
  mlops train run --name chained --quiet >/dev/null 2>&1
  is "$(mlops model show chained --json | jq -c '[.items[0].made[] | [.name, .definition, .from]]')" \
    '[["clock","hour(date)",["moment"]],["quarter","hour // 6",["clock"]]]'
  mlops data export outsides --out whole.csv --quiet >/dev/null
  columns whole.csv moment origin >bare.csv
  mlops predict chained --in bare.csv --only --out bare.out --quiet >/dev/null
  columns whole.csv moment origin clock quarter >full.csv
  mlops predict chained --in full.csv --only --out full.out --quiet >/dev/null
  cmp bare.out full.out
}

@test "a damaged derived.json ends with 6" {
  package=$(mlops model show plain --json | jq -r '.items[0].files[] | select(.path == "derived.json") | .digest')
  [[ -n $package ]]
  hex=${package#sha256:}
  file=$(find .mlops -type f -path "*${hex:0:2}*${hex:2}*" | head -n 1)
  [[ -n $file ]]
  chmod u+w "$file"
  printf '{}' >"$file"
  answers 6 mlops predict plain --in whole.csv --only
}
