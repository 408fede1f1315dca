# `mlops features plan|apply|list|show`: views of mlops.yaml as versions.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  seed_view
  export MLOPS_NO_PROGRESS=1
}

# steps: "name action version what before after", one per line, of the JSON in $output
steps() { jq -r '.items[] | [.name, .action, .version, .what // "-", .before // "-", .after // "-"] | join("|")' <<<"$output"; }

@test "plan says what apply would do and writes nothing" {
  before=$(find . -type f -exec sha256sum {} + | sort)
  answers 0 mlops features plan --json
  is "$(steps)" "airport|would create|1|-|-|-"
  answers 0 mlops features apply -n --json
  is "$(steps)" "airport|would create|1|-|-|-"
  is "$(find . -type f -exec sha256sum {} + | sort)" "$before"
  answers 0 mlops features list --json
  is "$(jq -c '.items[0] | [.name, .version, .entities, .columns, .time]' <<<"$output")" '["airport",null,["airport"],2,null]'
}

@test "apply records what is new, and nothing when nothing is" {
  answers 0 mlops features apply --json
  is "$(steps)" "airport|created|1|-|-|-"
  sed -i 's/mean(delay) over 2h/mean( delay )  over 120m/' mlops.yaml
  answers 0 mlops features apply --json
  is "$(steps)" "airport|none|1|-|-|-"
  answers 0 mlops features list airport --json
  is "$(jq '.items | length' <<<"$output")" 1
}

@test "each difference is told, and a view that goes is told and kept" {
  mlops features apply --quiet >/dev/null
  sed -i 's/mean(delay) over 2h/mean(delay) over 3h/; s/flights_2h: count() over 2h/worst: max(delay) over 1h/' mlops.yaml
  answers 0 mlops features plan --json
  is "$(steps)" 'airport|would change|2|column delay_2h|mean(delay) over 2h|mean(delay) over 3h
airport|would change|2|column flights_2h|count() over 2h|-
airport|would change|2|column worst|-|max(delay) over 1h'
  answers 0 mlops features apply --json
  is "$(steps | cut -d'|' -f1-4)" 'airport|changed|2|column delay_2h
airport|changed|2|column flights_2h
airport|changed|2|column worst'
  sed -i '/^features:/,$d' mlops.yaml
  answers 0 mlops features plan --json
  is "$(steps)" "airport|gone|2|-|-|-"
  answers 0 mlops features show airport@v1
  has "$output" "count() over 2h"
}

@test "another type of a column of the table is another version" {
  mlops features apply --quiet >/dev/null
  sed -i 's/,\([0-9]*\),\(2026[^,]*,[01]\)$/,\1.5,\2/' departures.csv
  answers 0 mlops ingest departures --accept-schema --quiet
  answers 0 mlops features plan --json
  has "$(steps)" "airport|would change|2|column delay_2h|mean(delay) over 2h as DOUBLE of"
}

@test "show has the definition, who takes it, and what each version changed" {
  mlops features apply --quiet >/dev/null
  sed -i 's/count() over 2h/count() over 4h/' mlops.yaml
  MLOPS_USER=ana mlops features apply --quiet >/dev/null
  answers 0 mlops features show airport --json
  is "$(jq -c '.items[0] | [.version, .doc, .from, .at, .known, .ttl, .who]' <<<"$output")" \
    '[2,"how late flights from an airport were","departures","landed",null,null,"ana"]'
  is "$(jq -c '.items[0].key' <<<"$output")" '[{"entity":"airport","column":"origin","kind":"text"}]'
  is "$(jq -c '.items[0].columns[1]' <<<"$output")" \
    '{"column":"flights_2h","type":"BIGINT","window":"4h","transform":null,"definition":"count() over 4h"}'
  is "$(jq -c '.items[0].models' <<<"$output")" '[{"model":"linear","as":"airport"}]'
  is "$(jq -c '[.items[0].versions[].changes]' <<<"$output")" '[[],["column flights_2h: count() over 2h -> count() over 4h"]]'
}

@test "show, log, fsck and reindex know views" {
  mlops features apply --quiet >/dev/null
  sed -i 's/count() over 2h/count() over 4h/' mlops.yaml
  mlops features apply --quiet >/dev/null
  answers 0 mlops show features/airport@v1 --json
  is "$(jq -c '.items[0] | [.name, .version]' <<<"$output")" '["airport",1]'
  digest=$(mlops features list airport --json | jq -r '.items[0].digest')
  for address in 'airport@{1}' "${digest:7:8}" airport@v1; do
    answers 0 mlops show "$address" --json
    is "$(jq -c '.items[0].version' <<<"$output")" 1
  done
  answers 0 mlops show "$digest" --json
  is "$(jq -r '.items[0].kind' <<<"$output")" view-version/1
  answers 0 mlops log airport --json
  is "$(jq -c '[.items[] | [.name, .version, .kind]]' <<<"$output")" \
    '[["features/airport",2,"view-version"],["features/airport",1,"view-version"]]'
  answers 0 mlops store fsck
  answers 0 mlops store reindex --json
  is "$(jq '.items[0].records' <<<"$output")" 3
  answers 0 mlops store du --json
  is "$(jq -c '.items[] | select(.kind == "unreferenced") | .count' <<<"$output")" 0
}

@test "a name that is a view and something else is not guessed" {
  sed -i 's/^  airport:/  departures:/; s/features: \[airport\]/features: [departures]/' mlops.yaml
  mlops features apply --quiet >/dev/null
  answers 2 mlops show departures
  is "$stderr" $'error: \'departures\' is a dataset and a view\n\nhint: write `sources/departures` or `features/departures`'
  answers 0 mlops show features/departures
  answers 0 mlops features show departures
}

@test "what is not there is told with a way on" {
  answers 4 mlops features show airport
  is "$stderr" $'error: the view \'airport\' was never applied\n\nhint: `mlops features apply` records it, `mlops features plan` says what that would do'
  mlops features apply --quiet >/dev/null
  answers 4 mlops features show airprot
  has "$stderr" "a similar one exists: \`airport\`"
  answers 4 mlops features show airport@v7
  has "$stderr" "features/airport has no version v7: it has 1 version"
  answers 2 mlops features show airport@champion
  sed -i '/^features:/,$d' mlops.yaml
  rm -rf .mlops
  answers 0 mlops features plan
  is "$output|$stderr" "|mlops.yaml has no \`features:\`"
}

@test "all faults of all views are shown at their places" {
  sed -i 's/mean(delay) over 2h/meen(delay) over 2h/; s/^models:/  leaky:\n    key: {airport: origin}\n    from: departures\n    at: date\n    columns: {n: mean(delay) over 1h, m: max(nothing) over 1h}\n&/' mlops.yaml
  answers 2 mlops features apply
  is "$stderr" "error: features/airport cannot be used: columns.delay_2h: unknown aggregate 'meen' (and 1 view more)
mlops.yaml:16:17: airport.columns.delay_2h: unknown aggregate 'meen'
  meen(delay) over 2h
  ^
mlops.yaml:22:46: leaky.columns.m: referenced column \"nothing\" not found in FROM clause
  max(nothing) over 1h
      ^

hint: similar: \`mean\`"
  sed -i 's/meen/mean/; s/, m: max(nothing) over 1h//' mlops.yaml
  answers 2 mlops features plan
  has "$stderr" "mlops.yaml:22:23: columns.n: looks into the future: 'delay' is an outcome"
  answers 0 mlops features list --json
  is "$(jq -c '[.items[].version]' <<<"$output")" '[null,null]'
}

@test "a table that was never made is told with its command, one that is out of date with a note" {
  sed -i 's/    from: departures$/    from: flown/; s/^features:/data:\n  flown: {sql: SELECT * FROM departures}\n&/' mlops.yaml
  answers 4 mlops features plan
  is "$stderr" $'error: data/flown was never made\n\nhint: `mlops run data/flown` makes it'
  mlops run data/flown --quiet >/dev/null
  answers 0 mlops features plan
  sed -i 's/SELECT \* FROM departures/SELECT * FROM departures WHERE delay < 40/' mlops.yaml
  answers 0 mlops features plan
  has "$stderr" "data/flown is out of date ("
  has "$stderr" "\`mlops run data/flown\` makes it anew"
  rm -rf .mlops
  answers 4 mlops features plan
}

@test "views are offered where they are wanted" {
  is "$(mlops __complete -- features show '' | cut -f1 | paste -sd' ')" airport
  mlops features apply --quiet >/dev/null
  has "$(mlops __complete -- show '')" "features/airport"
}
