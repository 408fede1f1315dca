# The second act of apps/quickstart, which reads it: a model that retrains itself. Wants $root, $folder, try and say.
# shellcheck shell=bash disable=SC2154,SC2164

# try_until_no COMMAND...: like try; an answer that is no (exit code 3) is an answer too.
try_until_no() {
  local status=0
  printf '\n$ %s\n' "$*"
  bash -c "$*" </dev/null || status=$?
  [ "$status" = 0 ] || echo "(exit code $status)"
  [ "$status" = 0 ] || [ "$status" = 3 ] || exit "$status"
}

# deliver CONDITION: what the airlines' system, another project, leaves of the flights where this one looks for them.
deliver() {
  mkdir -p "$folder/airlines"
  cd "$folder/airlines"
  printf 'mlops: 1\nsources: {flights: {from: %s}}\ndata:\n  delivered: {sql: SELECT * FROM flights WHERE %s}\n' \
    "$(example_data)/flights-3m.parquet" "$1" >mlops.yaml
  mlops run data/delivered --quiet >/dev/null
  mlops data export delivered --out "$folder/flights/flights-3m.parquet" --quiet >/dev/null
  cd "$folder/flights"
}

# serve_june: every tenth flight of June is a row of a request, in the order in which they were due; the answers are
# online.txt.
serve_june() {
  local head=origin,destination,distance,date server url waited=0
  try "mlops data query \"SELECT $head FROM flights WHERE date >= TIMESTAMP '2001-06-01' AND hash(origin, destination, date) % 10 = 0 ORDER BY date\" --porcelain | tr '\\t' , | (echo $head && cat) >june.csv"
  printf '\n$ mlops serve --port 0 --as-of 2001-06-30T12:00 &\n'
  mlops serve --port 0 --as-of 2001-06-30T12:00 </dev/null >server.txt 2>server.log &
  server=$!
  # shellcheck disable=SC2064 # now
  trap "kill $server 2>/dev/null" EXIT
  until grep -q '^curl ' server.txt; do
    if ! kill -0 "$server" 2>/dev/null || [ $((waited += 1)) -ge 600 ]; then
      cat server.log >&2
      exit 1
    fi
    sleep 0.1
  done
  cat server.txt
  url=http://$(grep -o '127\.0\.0\.1:[0-9]*' server.txt | head -n 1)
  try "tail -n +2 june.csv | split -l 500 --filter='(echo $head && cat) | curl -sf $url/invocations -H content-type:text/csv --data-binary @-' >answers.json"
  try "curl -s $url/metrics | grep -E '^mlops_(predictions|feature_lookups|prediction_log_rows)_total'"
  printf '\n$ kill %%1\n'
  kill "$server"
  wait "$server"
  trap - EXIT
  cat server.log
  grep -o '\[[-0-9.e]*, [-0-9.e]*\]' answers.json | grep -vF '[0, 1]' | sed 's/.*, //; s/]//' >online.txt
}

# same_offline: how many of the answers over HTTP differ from those that `mlops predict` has for the same rows, to the last digit.
same_offline() {
  try mlops predict delay --in june.csv --out offline.csv
  cut -d, -f6 offline.csv | tail -n +2 >offline.txt
  [ "$(wc -l <online.txt)" = "$(wc -l <offline.txt)" ]
  replayed="$(wc -l <online.txt) answers over HTTP, $(paste -d' ' online.txt offline.txt | awk '$1 != $2' | wc -l) differ from those of the table"
  echo "$replayed"
}

# june_auc: of each model that the newest version was judged with.
june_auc() {
  mlops why delay | awk '$1 == "judged" && $2 == "auc" { on = 1; next } on && !NF { exit } on'
}

second_act() {
  local started=$SECONDS first second replayed
  mkdir "$folder/flights"
  say 'The second act: a model that retrains itself. The airlines have left the flights of April to June 2001'
  deliver "date >= '2001-04-01'"
  try ls -l flights-3m.parquet
  try mlops init flights
  try "grep -v '^ *#' mlops.yaml"

  say 'One command: the table, the features as of each flight, three models. June judges them, gates decide'
  try mlops run release/delay --then promote --as-of 2001-07-05

  say 'June once more, over HTTP: each flight as of the minute when it was due, by what had landed until then'
  try mlops features materialize --as-of 2001-06-01
  serve_june
  same_offline

  say 'What was asked and answered that week, beside what the model was trained on'
  try_until_no mlops monitor run --as-of 2001-07-05
  try mlops monitor report delay --as-of 2001-07-05 --html report.html
  echo "$folder/flights/report.html"

  say 'From here on a line of the crontab does it: mlops schedule install. Night after night it asks; nothing is new'
  try mlops schedule next --as-of 2001-07-05 --count 2
  try 'mlops schedule tick --as-of 2001-07-06T03:17 >first.txt'
  cat first.txt

  say 'The airlines leave those of January to March too. The next night finds them, trains, judges, promotes'
  deliver true
  try ls -l flights-3m.parquet
  try 'mlops schedule tick --as-of 2001-07-07T03:17 >second.txt'
  cat second.txt
  try mlops model history delay
  try mlops status --as-of 2001-07-07T04:00

  say 'What came of it'
  first=$(grep -m 1 '^nightly' first.txt)
  second=$(grep -m 1 '^nightly' second.txt)
  printf '%s\n' "AUC on June, of what is trained on all of it:" "$(june_auc)" '' "$replayed" \
    "the first night:  $first" "the second night: $second" "$((SECONDS - started)) seconds"
}
