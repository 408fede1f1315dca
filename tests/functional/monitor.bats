# Live traffic: judged, shown, reported.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load serving
load watching

setup() { enter_fresh_project; }

teardown() { stop_servers; }

# record: of the newest watch of churn.
record() { mlops show "$(tail -n 1 .mlops/refs/watches/churn | jq -r .digest)" --json; }

# verdicts: "assertion verdict", one per line.
verdicts() { mlops monitor run --as-of "$as_of" --json 2>monitor.err | jq -r '.items[] | "\(.assertion) \(.verdict)"'; }

@test "run monitor/NAME judges as monitor run does, and is fresh where nothing new is found" {
  seed_watch
  answers 0 mlops plan monitor/churn --as-of "$as_of" --json
  is "$(jq -r '.items[] | "\(.address) \(.action): \(.why)"' <<<"$output")" 'monitor/churn would judge: by 1 assertion'
  answers 0 mlops run monitor/churn --as-of "$as_of" --json
  is "$(jq -r '.items[] | "\(.action) \(.rows) \(.gates[0].verdict)"' <<<"$output")" 'fresh 100 pass'
  watch_by '    expect: ["psi(*) > 10"]'
  answers 3 mlops run monitor --as-of "$as_of" --json
  is "$(jq -r '.items[] | "\(.action) \(.gates[0].verdict)"' <<<"$output")" 'judged fail'
  has "$stderr" '1 assertion of churn fails'
  answers 4 mlops run monitor/chrn
}

@test "traffic like that of training passes, a shift warns and fails, the truth comes later" {
  trained 3000
  next_window
  start s churn --log 100%
  asked 0 1500
  eventually logged_rows 1500
  watch_by '    expect: ["psi(*) < 0.2: warn", drift(prediction) < 0.2, null(tenure) < 10%, rows = 1500, requests > 0]'
  answers 2 mlops monitor run --as-of "$as_of"
  has "$stderr" "mlops.yaml:"
  has "$stderr" "requests > 0"
  watch_by '    expect: ["psi(*) < 0.2: warn", drift(prediction) < 0.2, null(tenure) < 10%, rows = 1500]'
  answers 0 mlops monitor run --as-of "$as_of"
  has "$output" "monitor/churn"
  is "$(verdicts)" $'psi(*) < 0.2 pass\ndrift(prediction) < 0.2 pass\nnull(tenure) < 10% pass\nrows = 1500 pass'
  # Everybody has stayed for years, and nobody calls.
  asked 1500 3000 'row["tenure"] = 55 if number % 4 else None; row["calls"] = 0'
  eventually logged_rows 3000
  answers 3 mlops monitor run --as-of "$as_of"
  is "$(grep -c '^error: ' <<<"$stderr")" 1
  has "$stderr" "3 assertions of churn fail"
  has "$stderr" '`mlops monitor report churn`'
  is "$(verdicts)" $'psi(*) < 0.2 warn\ndrift(prediction) < 0.2 fail\nnull(tenure) < 10% fail\nrows = 1500 fail'
  # What turned out to be true is ingested later, and judged from then on.
  mlops ingest outcomes.csv --quiet
  watch_by '    truth: {from: outcomes, row: row}
    expect: [auc >= 0.5, auc >= test.auc + 0.2]'
  answers 3 mlops monitor run --as-of "$as_of"
  is "$(verdicts)" $'auc >= 0.5 pass\nauc >= test.auc + 0.2 fail'
}

@test "psi, Jensen-Shannon, KS and AUC are those of a count by hand over the lines of the log" {
  trained 2000
  next_window
  start s churn --log 100%
  asked 0 1000 'row["tenure"] = None if number % 7 == 0 else row["tenure"]; row["plan"] = "gold" if number % 5 == 0 else row["plan"]'
  eventually logged_rows 1000
  mlops ingest outcomes.csv --quiet
  watch_by '    truth: {from: outcomes, row: row}'
  answers 0 mlops monitor run --as-of "$as_of" --json
  record | jq '.items[0]' >record.json
  digest=$(mlops model show churn --json | jq -r '.items[0].files[] | select(.path == "baseline.json") | .digest')
  cp ".mlops/objects/sha256/${digest:7:2}/${digest:9}" baseline.json
  cat .mlops/predictions/churn/*.jsonl >log.jsonl
  /usr/bin/python3 - <<'END'
import bisect, csv, json
import numpy as np
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import roc_auc_score
record = json.load(open("record.json"))
record = record.get("record", record)
lines = [json.loads(line) for line in open("log.jsonl")]
baseline = json.load(open("baseline.json"))
seen = {column["name"]: column for column in record["columns"]}
told = 0
for column in baseline["inputs"] + baseline["answers"]:
    name, bins = column["name"], column["bins"]
    if "DATE" in column["type"] or "TIME" in column["type"]:
        continue
    values = [line[name] if name in ("prediction", "probability") else line["inputs"][name] for line in lines]
    edges, single = bins.get("edges"), bins.get("numbers", bins.get("texts"))
    size = len(edges) + 1 if edges is not None else len(single)
    counts = [0] * (size + 2)
    for value in values:
        if isinstance(value, bool):
            value = str(value).lower()
        if value is None:
            counts[-1] += 1
        elif edges is not None:
            counts[bisect.bisect_right(edges, value)] += 1
        else:
            counts[single.index(value) if value in single else size] += 1
    window = seen[name]["window"]
    assert window["counts"] == counts, (name, window["counts"], counts)
    r, c = np.array(column["counts"], float), np.array(counts, float)
    r, c = r / r.sum(), c / c.sum()
    assert abs(window["drift"] - jensenshannon(r, c, 2)) < 1e-9, name
    p, q = np.maximum(r, 1e-4), np.maximum(c, 1e-4)
    both = (r > 0) | (c > 0)
    psi = float(((p - q) * np.log(p / q))[both].sum())
    assert abs(window["psi"] - psi) < 1e-9, (name, window["psi"], psi)
    if column.get("steps"):
        known = np.sort([value for value in values if value is not None])
        steps, up_to = np.array(column["steps"]["values"]), np.array(column["steps"]["up_to"], float)
        at = np.union1d(steps, known)
        places = np.searchsorted(steps, at, side="right")
        ours = np.concatenate([[0], up_to])[places] / up_to[-1]
        theirs = np.searchsorted(known, at, side="right") / len(known)
        ks = np.abs(ours - theirs).max()
        assert abs(window["ks"] - ks) < 2e-3, (name, window["ks"], ks)
    told += 1
assert told >= 4, told
truth = {(row["request"], int(row["row"])): row["churned"] for row in csv.DictReader(open("outcomes.csv"))}
labels = [truth[line["request"], line["row"]] == "yes" for line in lines]
auc = roc_auc_score(labels, [line["probability"] for line in lines])
assert abs(record["performance"]["metrics"]["auc"]["value"] - auc) < 1e-9, auc
assert record["performance"]["known"] == len(lines)
END
}

@test "status has one line for each, the report is a page and Markdown" {
  seed_watch
  answers 0 mlops monitor status --as-of "$as_of" --json
  is "$(jq -c '.items[] | [.model, .verdict, .rows, .age, .missing, (.psi > 0)]' <<<"$output")" '["churn","pass",100,"0s",0,true]'
  answers 0 mlops monitor report churn --as-of "$as_of"
  has "$output" '### ✅ `churn`: 1 assertion holds'
  has "$output" '| ✅ pass | `psi(*) < 10` |'
  answers 0 mlops monitor report churn --html page.html --markdown page.md --as-of "$as_of"
  is "$output" ""
  is "$(cat page.md)" "$(mlops monitor report churn --as-of "$as_of")"
  is "$(cat page.html)" "$(mlops monitor report churn --html - --as-of "$as_of")"
  /usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' page.html
  lacks "$(cat page.html)" "<script"
  lacks "$(cat page.html)" "http:"
  lacks "$(cat page.html)" "https:"
  answers 2 mlops monitor report churn --html - --markdown -
  rm page.html
  answers 0 mlops monitor report churn --html page.html -n --as-of "$as_of"
  [[ ! -e page.html ]]
  has "$stderr" "would be written"
  # Before the window was over there was nothing.
  answers 4 mlops monitor report churn
  has "$stderr" "no watch of 'churn' is kept"
}

@test "hostile names of columns and values stay text" {
  /usr/bin/python3 - <<'END'
import csv
with open("evil.csv", "w") as file:
    out = csv.writer(file)
    out.writerow(["<script>alert(1)</script>", "x&'\"y", "late"])
    for i in range(400):
        out.writerow([["</title><script>a</script>", "<img src=x onerror=b>", "`|c"][i % 3], i % 37, "yes" if i % 3 == i % 2 else "no"])
END
  mlops ingest evil.csv --quiet
  mlops train run --label late --train logistic --name '<b>evil' --quiet >/dev/null 2>&1
  start s '<b>evil' --log 100%
  jq -nc '{dataframe_records: [range(30) | {"<script>alert(1)</script>": (if . % 2 == 0 then "<img src=x onerror=b>" else "</svg><script>" end), "x&'"'"'\"y": .}]}' >body.json
  post /invocations "$(cat body.json)"
  is "$code" 200
  eventually eval '(($(cat .mlops/predictions/*/*.jsonl | wc -l) == 30))'
  next_window
  answered_on 2026-09-01
  as_of=2026-09-02
  answers 0 mlops monitor run '<b>evil' --as-of "$as_of"
  answers 0 mlops monitor report '<b>evil' --html evil.html --as-of "$as_of"
  /usr/bin/python3 - <<'END'
import html.parser, xml.dom.minidom
page = open("evil.html").read()
xml.dom.minidom.parseString(page)
class Tags(html.parser.HTMLParser):
    names, texts = set(), []
    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        assert not [name for name, value in attributes if name.startswith("on") or name == "src"], attributes
    def handle_data(self, data):
        self.texts.append(data)
tags = Tags()
tags.feed(page)
assert not tags.names & {"script", "img", "iframe", "link", "object"}, tags.names
assert "<script>alert(1)</script>" in tags.texts and "<b>evil" in tags.texts
END
}

@test "what is missing is said, with where" {
  answers 4 mlops monitor status
  trained 200
  answers 0 mlops monitor status
  has "$stderr" "nothing is watched"
  answers 2 mlops monitor run
  has "$stderr" 'mlops.yaml has no `monitor:`'
  has "$stderr" 'or name a registered model'
  answers 2 mlops monitor run churn
  has "$stderr" "no answer of 'churn' was ever logged: \`serve:\` of mlops.yaml has no entry 'churn'"
  has "$stderr" 'mlops serve churn --log 100%'
  printf 'serve:\n  churn: {port: 0}\n' >>mlops.yaml
  answers 2 mlops monitor run churn
  has "$stderr" '`serve: churn` of mlops.yaml has no `log:`'
  answers 4 mlops monitor run chrun
  has "$stderr" "there is no model 'chrun'"
  has "$stderr" 'similar: `churn`'
  answers 4 mlops monitor report chrun
  has "$stderr" "nothing called 'chrun' is watched"
  watch_by '    expect: [rows >= 0]'
  answers 4 mlops monitor report churn
  has "$stderr" '`mlops monitor run churn` makes one'
  sed -i 's/^  churn:$/  nobody:/' mlops.yaml
  answers 0 mlops monitor run
  has "$stderr" "the model 'nobody' of \`monitor:\` has no version yet"
  answers 4 mlops monitor run nobody
  sed -i '/^monitor:/,$s/^  nobody:$/  chrun:/' mlops.yaml
  answers 4 mlops monitor run
  has "$stderr" "\`monitor:\` of mlops.yaml has an entry 'chrun', and there is no such model"
  has "$stderr" 'similar: `churn`'
  answers 2 mlops monitor run --since yesterday
  answers 2 mlops monitor run churn --since yesterday
}

@test "a window without answers is judged and told; so is a time before the log" {
  seed_watch
  watch_by '    expect: [rows > 0]'
  watch_by '    expect: [rows > 0, null(tenure) < 2%, tenure >= 0, "psi(*) < 10"]'
  is "$(mlops monitor run --as-of 2020-01-01 --json 2>/dev/null | jq -r '.items[] | "\(.verdict) \(.seen)"')" 'fail rows = 0, wanted > 0
skip nothing was answered
skip nothing was answered
skip nothing was answered'
  watch_by '    expect: [rows > 0]'
  answers 3 mlops monitor run --as-of 2020-01-01
  has "$stderr" "churn: nothing was answered"
  has "$stderr" "the log begins "
  has "$stderr" "1 assertion of churn fails"
  answers 0 mlops monitor run --all --as-of 2020-01-01
  has "$stderr" "no window that is over has answers"
}

@test "every window of a log of thirty, or those since a moment" {
  seed_watch
  # The same answers, a day apart.
  /usr/bin/python3 - <<'END'
import glob, json, os
[file] = glob.glob(".mlops/predictions/churn/*.jsonl")
lines = [json.loads(line) for line in open(file)]
os.remove(file)
for day in range(1, 31):
    with open(f".mlops/predictions/churn/202609{day:02}T100000Z-77ec8d40-0001.jsonl", "w") as out:
        for line in lines[: 3 * day]:
            out.write(json.dumps({**line, "time": f"2026-09-{day:02}T10:00:00Z"}, separators=(",", ":")) + "\n")
END
  sed -i 's/every: 1000d/every: 1d/; s/expect:.*/expect: [rows >= 30]/' mlops.yaml
  answers 3 mlops monitor run --all --as-of 2026-10-05 --json
  is "$(jq -r '.items | length' <<<"$output")" 30
  is "$(jq -r '[.items[] | select(.verdict == "fail")] | length' <<<"$output")" 9
  has "$stderr" "9 assertions of churn fail in 9 windows"
  answers 0 mlops monitor run --since 10d --as-of 2026-10-05 --json
  is "$(jq -r '.items | map(.from) | "\(length) \(first)"' <<<"$output")" "6 2026-09-25T00:00:00Z"
  answers 0 mlops monitor run --since 2026-09-29 --as-of 2026-10-05 --json
  is "$(jq -r '.items | length' <<<"$output")" 2
  answers 0 mlops monitor report churn --html page.html --as-of 2026-10-05
  (($(wc -c <page.html) < 500000))
  has "$(cat page.html)" "windows"
  # Judged again it is the same record.
  before=$(wc -l <.mlops/refs/watches/churn)
  answers 0 mlops monitor run --since 2026-09-29 --as-of 2026-10-05
  is "$(wc -l <.mlops/refs/watches/churn)" "$before"
  answers 0 mlops monitor run --since 2026-09-29 --as-of 2026-10-05 -n
  has "$stderr" "no window would be kept: all are already"
  sed -i 's/expect:.*/expect: [rows >= 31]/' mlops.yaml
  answers 0 mlops monitor run --since 2026-09-29 --as-of 2026-10-05 -n
  has "$stderr" "2 windows would be kept"
  # Of the truth of the last day only the next window can tell.
  sed -i 's/expect:.*/expect: [rows >= 0]/' mlops.yaml
  printf 'request,row,churned\nr0,1,yes\n' >outcomes.csv
  mlops ingest outcomes.csv --quiet
  sed -i 's/every: 1d/every: 1d\n    truth: {from: outcomes, row: row, after: 2d}/' mlops.yaml
  answers 0 mlops monitor run --since 2026-09-29 --as-of 2026-10-05 --json
  is "$(jq -r '.items | map(.from[8:10]) | join(" ")' <<<"$output")" "29 30 01 02"
}

@test "a model without an entry shows its figures; two that judge at once agree" {
  seed_watch
  sed -i '/^monitor:/,$d' mlops.yaml
  answered_on 2026-09-01
  answers 0 mlops monitor run churn --as-of 2026-09-02 --json
  is "$(jq -r '[.items[] | select(.verdict == null and (.assertion | startswith("psi(")))] | length > 3' <<<"$output")" true
  mlops monitor run churn --as-of 2026-09-02 --quiet >/dev/null 2>a.err 3>&- &
  first=$!
  mlops monitor run churn --as-of 2026-09-02 --quiet >/dev/null 2>b.err
  wait "$first"
  is "$(cat a.err b.err)" ""
  answers 0 mlops show "$(tail -n 1 .mlops/refs/watches/churn | jq -r .digest)"
  has "$output" "watch/1"
}

@test "a report never takes the place of a pipe, a device or a link" {
  seed_watch
  mkfifo pipe
  cat pipe >seen &
  answers 0 mlops monitor report churn --as-of "$as_of" --markdown pipe
  wait
  is "$(cat seen)" "$(mlops monitor report churn --as-of "$as_of")"
  [ -p pipe ]
  ln -s there.html page.html
  answers 0 mlops monitor report churn --as-of "$as_of" --html page.html
  [ -L page.html ]
  is "$(cat there.html)" "$(mlops monitor report churn --as-of "$as_of" --html -)"
  answers 75 mlops monitor report churn --as-of "$as_of" --html /dev/full
  answers 2 mlops monitor report churn --as-of "$as_of" --html .
  is "$stderr" "error: '.' is a folder"
  answers 2 mlops monitor report churn --as-of "$as_of" --html ''
  is "$stderr" "error: the name of the file to write is empty"
  answers 4 mlops monitor report churn --as-of "$as_of" --html /nope/x.html
  is "$stderr" "error: no folder '/nope'"
}

@test "a share of the requests, a truth that nothing has the id of, and what a program asks for are told" {
  seed_watch
  printf 'serve:\n  churn: {log: 10%%}\n' >>mlops.yaml
  printf 'request,row,churned\nx1,1,yes\nx2,1,no\n' >outcomes.csv
  mlops ingest outcomes.csv --quiet
  sed -i 's/every: 1000d/every: 1000d\n    truth: {from: outcomes}/; s/expect:.*/expect: [auc > 0.9, rows > 0]/' mlops.yaml
  answers 0 mlops monitor run --as-of "$as_of"
  has "$stderr" "churn: 10% of the requests are logged"
  has "$stderr" "no request of the log is in the truth: 'request' of sources/outcomes has ids such as 'x1', the log 'r0'"
  answers 0 mlops monitor report churn --as-of "$as_of"
  has "$output" "10% of the requests are logged"
  has "$output" "no request of the log is in the truth"
  answers 0 mlops monitor report churn --as-of "$as_of" --html -
  has "$output" "10% of the requests are logged"
  has "$output" "no request of the log is in the truth"
  answers 0 mlops monitor report churn --as-of "$as_of" --json
  is "$(jq -c '[.schema, (.items | length), .items[0].kind, .items[0].model, .items[0].rows, .items[0].logged]' <<<"$output")" \
    '["mlops.monitor-report/1",1,"watch/1","churn",100,0.1]'
  answers 2 mlops monitor report churn --as-of "$as_of" --json --html -
  sed -i "s/expect:.*/expect: ['match(plan, \/(?=x)\/) > 0', rows > 0]/" mlops.yaml
  answers 2 mlops monitor run --as-of "$as_of"
  has "$stderr" "mlops.yaml:"
  has "$stderr" "the regular expression cannot be read"
  sed -i "s/expect:.*/expect: [tenure < 5]/" mlops.yaml
  answers 3 mlops monitor run --as-of "$as_of" --json
  [[ $(jq -r '.items[0].seen' <<<"$output") == *"fail: request r0, row "*": tenure = "* ]]
}

@test "a model that cannot be judged holds up no other, and ends with its own code where nothing fails" {
  seed_watch
  mlops train run --data churn --label churned --train prior --name other --quiet >/dev/null 2>&1
  sed -i '/^monitor:/,$d' mlops.yaml
  cat >>mlops.yaml <<'END'
serve: {other: {log: 100%}}
monitor:
  other: {expect: [rows >= 0]}
  churn: {every: 1000d, expect: [rows >= 1]}
END
  answers 0 mlops monitor run --as-of "$as_of"
  digest=$(mlops model show other --json | jq -r '.items[0].files[] | select(.path == "baseline.json") | .digest')
  rm -f ".mlops/objects/sha256/${digest:7:2}/${digest:9}"
  answers 6 mlops monitor run --as-of "$as_of" --json
  is "$(jq -c '[.items[] | [.thing, .verdict]]' <<<"$output")" '[["monitor/churn","pass"]]'
  has "$stderr" "while judging 'other'"
  sed -i 's/rows >= 1\]/rows < 1]/' mlops.yaml
  answers 3 mlops monitor run --as-of "$as_of"
  has "$stderr" "warning: the store has no object"
  has "$stderr" "1 assertion of churn fails"
}

@test "status tells the main metric of the task, and no date as the column that is shifted most" {
  trained 400
  start s churn --log 100%
  asked 0 100
  eventually logged_rows 100
  mlops ingest outcomes.csv --quiet
  watch_by '    truth: {from: outcomes, row: row}'
  answered_on 2036-09-01
  sed -i 's/"joined":"[^"]*"/"joined":"2036-01-01"/' .mlops/predictions/churn/*.jsonl
  answers 0 mlops monitor run --as-of 2039-01-01
  answers 0 mlops monitor status --as-of 2039-01-01 --json
  is "$(jq -r '.items[0].metric' <<<"$output")" auc
  is "$(jq -r '.items[0] | [.rows, .column == "joined"] | @csv' <<<"$output")" '100,false'
}
