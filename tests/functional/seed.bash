# Projects and questions that the tests of data share. `load seed` after `load lib`.
# shellcheck shell=bash

# Two versions of churn and what the examples of the commands name beside it.
seed_project() {
  mkdir -p logs
  cat >churn.csv <<'END'
id,name,email,age,zip,joined,churned
1,Ana,ana@example.org,31,01234,2025-01-05,false
2,Bo,bo@example.org,44,99501,2025-02-11,true
3,Cy,cy@example.org,NA,01234,2025-03-02,false
END
  mlops ingest churn.csv --pii email --quiet --as-of 2026-11-01 >/dev/null || return
  printf '4,"Di, the ""boss""",di@example.org,29,60601,2025-03-09,false\n5,Ed,ed@example.org,old,60601,2025-04-01,true\n' \
    >>churn.csv
  mlops ingest churn.csv --quiet --as-of 2026-11-02 >/dev/null 2>&1 || return
  printf 'time,what\n2026-11-01T09:30:00,start\n' >logs/a.csv
  printf 'time,what\n2026-11-01T10:30:00,stop\n' >logs/b.csv
  gzip -kn churn.csv
  sqlite3 crm.db "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO customers VALUES (1, 'Ana')"
}

# Two runs that examples name.
seed_runs() {
  mlops run --quiet -p lr=0.1 -- sh -c 'echo "loss: 0.5"' >/dev/null || return
  mlops run --quiet -p lr=0.2 -- sh -c 'echo "loss: 0.4"' >/dev/null
}

# customers COUNT: a table with an identifier, a constant, personal data, categories, nulls, and a label that depends on
# tenure, plan and calls. The same every time.
customers() {
  awk -v count="$1" 'function draw() { state = (state * 69069 + 1) % 4294967296; return state / 4294967296 }
    BEGIN {
      state = 20261120
      split("free,pro,team", plans, ",")
      print "id,email,country,tenure,plan,calls,joined,churned"
      for (i = 1; i <= count; ++i) {
        tenure = int(draw() * 60); plan = plans[1 + int(draw() * 3)]; calls = int(draw() * 10)
        score = 1.5 - tenure / 12 + (plan == "free") * 1.2 + calls * 0.25
        printf "%d,p%d@example.org,AR,%s,%s,%s,2025-%02d-%02d,%s\n", 100000 + i, i, draw() < 0.02 ? "" : tenure, plan,
          calls, 1 + int(draw() * 12), 1 + int(draw() * 28), draw() < 1 / (1 + exp(-score)) ? "yes" : "no"
      }
    }'
}

# types NAME: "column TYPE", one per line.
types() { mlops data show "$1" --json | jq -r '.items[0].columns[] | "\(.name) \(.type)"'; }

# decided NAME KEY: how it was read.
decided() { mlops data show "$1" --json | jq -r ".items[0].read.$2"; }

# values NAME: the rows as JSON lists, one per line.
values() { mlops data head "$1" --rows 100000 --json | jq -c '.items[] | [.[]]'; }

# bad NAME: "line column reason" of the quarantine, one per line.
bad() { mlops data head "$1" --rows 1000 --quarantine --json | jq -r '.items[] | "\(.line) \(.column_name // "-") \(.reason)"'; }

# version_of NAME
version_of() { mlops data show "$1" --json | jq .items[0].version; }

# take NAME [FLAG...]: ingests the file of standard input as NAME.csv.
take() {
  local name=$1
  shift
  cat >"$name.csv"
  answers 0 mlops ingest "$name.csv" --quiet "$@"
}

# unprivileged COMMAND...: runs it so that permissions of files hold, even for root.
unprivileged() {
  if [[ $(id -u) == 0 ]]; then
    setpriv --bounding-set=-dac_override,-dac_read_search "$@"
  else
    "$@"
  fi
}

# Digests of records and Parquet files depend on the version of the table engine.
without_digests() { sed -E 's/sha256:[0-9a-f]{12,64}/sha256:DIGEST/g; s/^(parquet bytes +).*/\1SIZE/'; }

# departures: flights every ten minutes between three airports, known when they have landed; and a view of them.
seed_view() {
  awk 'function at(m) { return sprintf("2026-01-%02d %02d:%02d:00", 1 + int(m / 1440), int(m % 1440 / 60), m % 60) }
    BEGIN {
      split("EZE,LIM,SCL", airports, ",")
      print "date,origin,destination,delay,landed,late"
      for (i = 0; i < 300; ++i) {
        delay = i * 37 % 41
        print at(i * 10) "," airports[1 + i % 3] "," airports[1 + (i + 1 + int(i / 3) % 2) % 3] "," delay "," \
          at(i * 10 + 60 + delay) "," (delay > 15)
      }
    }' >departures.csv
  mlops ingest departures.csv --quiet --as-of 2026-11-03 >/dev/null || return
  sed -i 's/^    from: departures.csv$/&\n    label: late\n    time: date\n    outcome: [delay, landed]/' mlops.yaml
  cat >>mlops.yaml <<'END'
features:
  airport:
    doc: how late flights from an airport were
    key: {airport: origin}
    from: departures
    at: landed
    columns:
      delay_2h: mean(delay) over 2h
      flights_2h: count() over 2h
models:
  linear: {train: logistic, data: departures, features: [airport]}
END
}
