# mlops runs: lists, everything about one, and what differs between some.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() {
  enter_fresh_project
  mlops run -q --experiment churn --name a -p lr=0.1 -p depth=3 -- sh -c 'echo "::metric test.auc=0.8 loss=0.5 step=1"'
  mlops run -q --experiment churn --name b -p lr=0.2 -p depth=3 -- sh -c 'echo "::metric test.auc=0.9 loss=0.4 step=1"'
  mlops run -q --experiment other --name c -- sh -c 'echo "::metric loss=nan"; exit 1' || true
}

ids() { mlops runs list "$@" --json | jq -r '[.items[].name] | join(" ")'; }

@test "list: newest first, filtered, sorted, counted" {
  is "$(ids)" "c b a"
  is "$(ids --experiment churn)" "b a"
  is "$(ids --status failed)" "c"
  is "$(ids --sort test.auc)" "b a c"
  is "$(ids --sort=-test.auc)" "a b c"
  is "$(ids --sort=-loss --count 2)" "b a"
  answers 4 mlops runs list --experiment chrun
  has "$stderr" 'a similar one exists: `churn`'
  answers 4 mlops runs list --sort auc.test
  answers 2 mlops runs list --count -1
  answers 2 mlops runs list --status gone
}

@test "list: the table has the metrics and the params that differ" {
  answers 0 mlops runs list --experiment churn
  is "$(sed -E 's/^[a-z0-9]{12}/ID/; s/[0-9.]+ s /TOOK /' <<<"$output" | normalised | tr -s ' ')" \
    $'ID churn b done TIME TOOK 0.9 0.4 0.2\nID churn a done TIME TOOK 0.8 0.5 0.1'
}

@test "nothing was run: an empty list, and no run of that name" {
  rm -rf .mlops
  printf 'mlops: 1\n' >mlops.yaml
  answers 0 mlops runs list --json
  is "$output" '{"schema": "mlops.run/1", "items": []}'
}

@test "every form of an address" {
  id=$(mlops runs list --json | jq -r .items[0].id)
  for address in "$id" "${id:0:8}" "run/$id" "runs:/$id" @last; do
    is "$(mlops runs show "$address" --json | jq -r .items[0].name)" c
  done
  answers 4 mlops runs show zzzzzzzzzzzzz
  has "$stderr" "there is no run 'zzzzzzzzzzzzz'"
}

@test "show: the head of a series" {
  mlops run -q -- sh -c 'for i in $(seq 0 19); do echo "loss: $i.5"; done' >/dev/null
  is "$(mlops runs show @last --json | jq -c '.items[0].series | [length, .[0].value, .[9].step]')" '[10,0.5,9]'
}

@test "compare: what differs, and the rest with --all" {
  a=$(mlops runs list --json | jq -r .items[2].id)
  b=$(mlops runs list --json | jq -r .items[1].id)
  answers 0 mlops runs compare "$a" "$b" --json
  is "$(jq -c --arg a "$a" --arg b "$b" '[.items[] | select(.section == "param" or .section == "metric") | [.name, .[$a], .[$b]]]' <<<"$output")" \
    '[["lr",0.1,0.2],["loss",0.5,0.4],["test.auc",0.8,0.9]]'
  is "$(jq -c '[.items[].differs] | unique' <<<"$output")" '[true]'
  answers 0 mlops runs compare "$a" "$b" --all --json
  is "$(jq -c '[.items[] | select(.name == "depth") | .differs]' <<<"$output")" '[false]'
  answers 2 mlops runs compare "$a"
  answers 2 mlops runs compare "$a" "$a"
}

@test "a living run is listed and takes facts from outside" {
  mlops run -q -p x=1 --name live -- sh -c 'echo "a: 1"; touch ready; while [ ! -e go ]; do sleep 0.02; done' >/dev/null &
  while [[ ! -e ready ]]; do sleep 0.02; done
  until [[ $(mlops runs show @last --json | jq -c .items[0].metrics) == '{"a":1}' ]]; do sleep 0.02; done
  is "$(ids --status running)" live
  answers 0 mlops log metric b=2 --run @last
  touch go
  wait $!
  is "$(mlops runs list --json --count 1 | jq -c '.items[0] | [.status, .metrics]')" '["done",{"a":1,"b":2}]'
}

@test "the index is lost, damaged or behind: it is made again" {
  before=$(mlops runs list --json)
  mlops log tag mark=yes --run @last
  after=$(mlops runs list --json)
  rm .mlops/runs.db*
  is "$(mlops runs list --json)" "$after"
  head -c 5000 /dev/urandom >.mlops/runs.db
  is "$(mlops runs list --json)" "$after"
  mlops store reindex --quiet
  is "$(mlops runs list --json)" "$after"
  [[ $before != "$after" ]]
}

@test "completion offers runs" {
  answers 0 mlops __complete -- runs show ''
  has "$output" @last
  has "$output" "$(mlops runs list --json | jq -r .items[0].id)"
}

@test "a run whose record is damaged is missed by nobody" {
  for i in 1 2; do mlops run -q -- sh -c "echo a: $i" >/dev/null; done
  count=$(mlops runs list --porcelain | wc -l)
  id=$(mlops runs list --json | jq -r '.items[0].id')
  record=$(mlops runs show "$id" --json | jq -r '.items[0].record')
  object=.mlops/objects/sha256/${record:7:2}/${record:9}
  cp "$object" whole
  chmod u+w "$object"
  echo x >>"$object"
  rm -f .mlops/runs.db*
  answers 6 mlops runs list --porcelain
  is "$(wc -l <<<"$output")" $((count - 1))
  has "$stderr" "error: run $id (number "
  has "$stderr" "hint: a run cannot be made again: bring the file of $record back"
  answers 6 mlops runs list
  for address in @last "$id"; do
    answers 6 mlops runs show "$address"
    has "$stderr" "error: run $id (number "
  done
  answers 6 mlops store fsck --porcelain
  has "$output" "what a run was cannot be made again"
  cp -f whole "$object"
  answers 0 mlops runs list --porcelain
  is "$(wc -l <<<"$output")" "$count"
}
