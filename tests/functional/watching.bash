# A model that is served and watched. `load watching` after `load lib`, `load seed` and `load serving`.
# shellcheck shell=bash disable=SC2154

# Windows of a thousand days: the one that the clock is in does not end while a test runs, and is over at $as_of.
next_window() {
  as_of=$(date -u -d "@$((($(date +%s) / 86400000 + 1) * 86400000))" +%F)
}

# trained ROWS: churn is learned from so many customers.
trained() {
  customers "$1" >churn.csv
  mlops ingest churn.csv --quiet >/dev/null || return
  mlops train run --label churned --train logistic --quiet >/dev/null 2>&1
}

# watch_by TEXT: `monitor:` of mlops.yaml, with the list of `expect`.
watch_by() {
  sed -i '/^monitor:/,$d' mlops.yaml
  printf 'monitor:\n  churn:\n    every: 1000d\n%s\n' "$1" >>mlops.yaml
}

# asked FIRST LAST [PYTHON]: customers of churn.csv ask in requests of 50 rows, $url answers; their truth goes into outcomes.csv.
# PYTHON may change `row`, a dictionary.
asked() {
  /usr/bin/python3 - "$url" "$@" <<'END'
import csv, json, os, sys, urllib.request
url, first, last, change = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), (sys.argv[4:] or ["pass"])[0]
rows = list(csv.DictReader(open("churn.csv")))[first:last]
new = not os.path.exists("outcomes.csv")
with open("outcomes.csv", "a") as outcomes:
    if new:
        print("request,row,churned", file=outcomes)
    for begin in range(0, len(rows), 50):
        body = []
        for number, row in enumerate(rows[begin:begin + 50]):
            print(f"r{first + begin},{number + 1},{row.pop('churned')}", file=outcomes)
            for key in ("tenure", "calls"):
                row[key] = int(row[key]) if row[key] else None
            exec(change)
            body.append(row)
        request = urllib.request.Request(url + "/invocations", json.dumps({"dataframe_records": body}).encode(),
            {"content-type": "application/json", "x-request-id": f"r{first + begin}"})
        urllib.request.urlopen(request).read()
END
}

# logged_rows N: so many lines are in the log of churn.
logged_rows() { (($(cat .mlops/predictions/churn/*.jsonl 2>/dev/null | wc -l) == $1)); }

# answered_on DAY: what is logged was answered then, at ten.
answered_on() {
  local file
  for file in .mlops/predictions/*/*.jsonl; do
    sed "s/\"time\":\"[^\"]*\"/\"time\":\"$1T10:00:00Z\"/" "$file" >"${file%/*}/${1//-/}T100000Z-77ec8d40-0001.jsonl"
    rm "$file"
  done
}

# seed_watch: churn answered some requests, which were judged.
seed_watch() {
  trained 400 || return
  watch_by '    expect: ["psi(*) < 10"]'
  start watched churn --log 100% || return
  asked 0 100 || return
  eventually logged_rows 100 || return
  stop_servers
  next_window
  mlops monitor run --as-of "$as_of" --quiet >/dev/null
}
