# `mlops features join`: rows with the values of views as they were known at each row's time.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  seed_view
  printf 'date,origin,note\n2026-01-02 10:00:00,LIM,"a, ""b"""\n2026-01-02 10:00:00,NNN,"two\nlines"\n,LIM,\n' >new.csv
}

@test "two uses of a view, for all rows of a dataset, are what a loop over all events gives" {
  sed -i 's/      flights_2h: count() over 2h/&\n      worst: max(delay) over 90m\n      total: sum(delay) over 1d/' mlops.yaml
  answers 0 mlops features join airport dest=airport --key dest.airport=destination --entities departures --out set.csv
  "$source_dir/tests/support/point_in_time.py" departures.csv origin landed delay departures.csv date \
    airport=origin dest=destination -- delay_2h=mean:7200 flights_2h=count:7200 worst=max:5400 total=sum:86400 >wanted.csv
  diff wanted.csv set.csv
  is "$(wc -l <set.csv)" 301
}

@test "rows of a file keep their order and their columns, found or not" {
  answers 0 mlops features join --entities new.csv
  is "$output" 'date,origin,note,airport__delay_2h,airport__flights_2h
2026-01-02 10:00:00,LIM,"a, ""b""",19.0,3
2026-01-02 10:00:00,NNN,"two
lines",,0
,LIM,,,0'
  is "$stderr" "3 rows, 2 features as of date"
  from_file=$output
  answers 0 mlops features join airport -e - <new.csv
  is "$output" "$from_file"
}

@test "every format holds the same rows, and a file is there whole or not at all" {
  for format in csv json jsonl parquet; do
    answers 0 mlops features join -e new.csv --out "set.$format" --json
    is "$(jq -c '.items[0] | [.rows, .time, .format, .state, .columns, [.features[].nulls]]' <<<"$output")" \
      "[3,\"date\",\"$format\",\"written\",[\"airport__delay_2h\",\"airport__flights_2h\"],[2,0]]"
  done
  is "$(jq -c . set.json)" "$(jq -sc . set.jsonl)"
  is "$(jq -c '[.date, .airport__delay_2h]' set.jsonl | head -1)" '["2026-01-02 10:00:00",19]'
  for format in csv json jsonl parquet; do
    answers 0 mlops ingest "set.$format" --name "from-$format" --quiet
    is "$(types "from-$format" | head -1)" "date TIMESTAMP"
    is "$(values "from-$format")" "$(values from-csv)"
  done
  answers 0 mlops features join -e new.csv --json
  is "$(jq -c '.items[0]' <<<"$output")" \
    '{"date":"2026-01-02T10:00:00","origin":"LIM","note":"a, \"b\"","airport__delay_2h":19,"airport__flights_2h":3}'
  answers 2 mlops features join -e new.csv --out set.xlsx
  answers 2 mlops features join -e new.csv --out new.csv
  answers 4 mlops features join -e new.csv --out nowhere/set.csv
  answers 0 mlops features join -e new.csv --out dry.csv -n
  [[ ! -e dry.csv ]]
  is "$(find . -name '.set*' -o -name '.dry*')" ""
}

@test "one column alone, null in the first rows and the last, stays beside its rows" {
  sed -i '/flights_2h/d' mlops.yaml
  answers 0 mlops features join -e departures --out set.csv
  "$source_dir/tests/support/point_in_time.py" departures.csv origin landed delay departures.csv date airport=origin -- delay_2h=mean:7200 >wanted.csv
  diff wanted.csv set.csv
  answers 0 mlops features join -e new.csv
  is "$(tail -1 <<<"$output")" ",LIM,,"
}

@test "texts are kept apart from nulls, and keys of digits keep their zeros" {
  printf '{"id": "%s", "day": "%s", "word": %s}\n' 007 2026-01-01 '""' 007 2026-01-02 '"say \"x\", \\N"' 7 2026-01-01 '"NULL"' \
    9 2026-01-01 null >log.jsonl
  mlops ingest log.jsonl --quiet >/dev/null
  sed -i '/^features:/,$d' mlops.yaml
  printf 'features:\n  said: {key: {id: id}, from: log, at: day, columns: {word: word}}\n' >>mlops.yaml
  printf 'id,day\n007,2026-01-01\n007,2026-01-03\n7,2026-01-03\n9,2026-01-03\n' >ask.csv
  for format in csv jsonl parquet; do
    answers 0 mlops features join -e ask.csv --out "said.$format" --quiet
  done
  is "$(jq -c '[.id, .said__word]' said.jsonl)" '["007",""]
["007","say \"x\", \\N"]
["7","NULL"]
["9",null]'
  is "$(cat said.csv)" 'id,day,said__word
007,2026-01-01,""
007,2026-01-03,"say ""x"", \N"
7,2026-01-03,NULL
9,2026-01-03,'
}

@test "the training set of a model has its transforms, learnt from the rows that train" {
  sed -i 's/    outcome: .*/&\n    split: {test: 20%, valid: 20%}/; s/      delay_2h: .*/      z: zscore(mean(delay) over 2h)\n      b: bucket(count() over 2h, 2, 4)/' mlops.yaml
  answers 0 mlops features join --model linear --out set.csv --json
  is "$(jq -c '.items[0] | [.entities, .rows, .columns]' <<<"$output")" \
    '["sources/departures@v1",300,["airport__z","airport__b","airport__flights_2h"]]'
  is "$stderr" ""
  # By time: the first 60 % of the rows train. Raw values come without a model.
  answers 0 mlops features join -e departures --out raw.csv
  has "$stderr" "airport__z: zscore learns from training rows; the value is as it was before"
  /usr/bin/python3 - <<'END'
import csv, math
raw = [row["airport__z"] for row in csv.DictReader(open("raw.csv"))]
done = [row["airport__z"] for row in csv.DictReader(open("set.csv"))]
train = [float(value) for value in raw[:180] if value]
mean = math.fsum(train) / len(train)
deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in train) / len(train))
assert [value == "" for value in raw] == [value == "" for value in done]
for a, b in zip(raw, done):
    assert a == "" or abs((float(a) - mean) / deviation - float(b)) < 1e-12, (a, b)
END
}

@test "columns that are not there, twice there or known only afterwards are told" {
  sed 's/origin/store/' new.csv >other.csv
  answers 2 mlops features join -e other.csv
  is "$stderr" $'error: the rows have no column \'origin\', the airport of airport\n\nhint: they have `date`, `store` or `note`'
  answers 0 mlops features join -e other.csv --key airport=store
  answers 2 mlops features join -e other.csv --key shop=store
  has "$stderr" "no view that is joined has an entity 'shop'"
  answers 2 mlops features join -e new.csv --time daet
  has "$stderr" "a similar one exists: \`date\`"
  answers 2 mlops features join -e new.csv --time origin
  answers 0 mlops features join -e new.csv --out again.csv
  answers 2 mlops features join -e again.csv
  has "$stderr" "there would be two columns 'airport__delay_2h'"
  answers 2 mlops features join airport airport -e new.csv
  answers 2 mlops features join -e departures --key airport=delay
  has "$stderr" "'delay', the key of features/airport, is known only afterwards"
  sed 's/date/day/; s/,note/,other/' new.csv >renamed.csv
  answers 0 mlops features join -e renamed.csv
  has "$stderr" "as of day"
}

@test "which rows, which view and which model has to be said" {
  answers 2 mlops features join
  has "$stderr" "which rows are wanted is not said"
  answers 4 mlops features join airprot -e new.csv
  has "$stderr" "a similar view exists: \`airport\`"
  answers 4 mlops features join --model linaer
  has "$stderr" "similar models exist: \`linear\`"
  answers 2 mlops features join --model linear airport
  answers 4 mlops features join -e nothing.csv
  answers 4 mlops features join -e data/nothing
  sed -i 's/mean(delay)/mean(dealy)/' mlops.yaml
  answers 2 mlops features join -e new.csv
  has "$stderr" "mlops.yaml:16:22: columns.delay_2h: "
}

@test "what is null everywhere is told, and a view of refused data is not joined" {
  sed -i 's/LIM/ZZZ/' new.csv
  answers 0 mlops features join -e new.csv
  has "$stderr" "warning: airport__delay_2h is null in all 3 rows"
  sed -i 's/^    outcome: .*/&\n    expect: [rows > 1_000]/' mlops.yaml
  answers 3 mlops check departures
  answers 3 mlops features join -e new.csv
  has "$stderr" "features/airport is made from it"
}
