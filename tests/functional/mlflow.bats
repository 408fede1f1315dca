# Scripts that use MLflow's client, under mlops run, and those who would do harm on the port that they are given.
# shellcheck disable=SC2154,SC2016
load lib

setup() {
  enter_fresh_project
  unset "${!MLFLOW_@}" http_proxy HTTP_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
  export support=$source_dir/tests/support
  # call METHOD PATH [BODY]: the code of the answer, and its body.
  cat >call <<'END'
#!/bin/sh
curl -sS -o answer -w '%{http_code} ' -X "$1" -H 'Content-Type: application/json' ${3:+--data-binary "$3"} "$MLFLOW_TRACKING_URI$2"
cat answer
echo
END
  chmod +x call
  export api=/api/2.0/mlflow
}

# last QUERY: of the newest run, as jq sees it.
last() { mlops runs show @last --json | jq -c ".items[0] | $1"; }

# all QUERY: of the list of runs, oldest first.
all() { mlops runs list --json | jq -c "[.items | reverse | .[] | $1]"; }

# whole QUERY: of the run called "whole".
whole() {
  mlops runs show "$(mlops runs list --json | jq -r '.items[] | select(.name == "whole") | .id')" --json |
    jq -c ".items[0] | $1"
}

# What the scenario leaves, whoever made its calls.
scenario_is_kept() {
  is "$(whole '.params | map_values(tostring)')" '{"depth":"3","flag":"true","lr":"0.1","model":"tree","none":"None"}'
  is "$(whole '[.params.depth, .params.flag, .params.lr]')" '[3,true,0.1]'
  is "$(whole '.metric_list[] | select(.metric == "loss") | [.last, .min, .max, .step, .count]')" '[0.25,0.25,0.5,1,2]'
  is "$(whole '[.metrics.nan, .metrics.inf, .metrics["b/c"]]')" '["NaN","Infinity",2.5]'
  is "$(whole .tags)" '{"kind":"scenario","mlflow.note.content":"a note","stage":"test","y":"2"}'
  is "$(whole '.inputs[0] | [.role, .address]')" '["training","http://example.org/x.csv"]'
  is "$(all 'select(.name | IN("child0", "child1", "broken")) | [.name, .status, .params.i, .metrics.score]')" \
    '[["child0","done",0,0],["child1","done",1,0.25],["broken","failed",null,null]]'
  is "$(all 'select(.name == "child0") | .metrics.late')" '[1]'
  local parent
  parent=$(whole .id)
  is "$(all 'select(.name != "whole") | .parent' | jq -c unique)" "[$parent]"
  is "$(mlops runs list --experiment other --json | jq -c '[.items[] | .params.C]')" '[1]'
  answers 0 mlops store fsck
}

@test "what clients of 2.22 and 3.0 ask is answered as MLflow's own servers do, and kept" {
  local version
  for version in 2.22 3.0; do
    rm -rf .mlops
    answers 0 mlops run -q -- /usr/bin/python3 "$support/mlflow_replay.py" "$source_dir/tests/data/mlflow/client-$version.jsonl"
    has "$output" "calls, 0 with another answer"
    scenario_is_kept
  done
}

@test "MLflow's client itself" {
  [ -n "${MLOPS_TEST_MLFLOW-}" ] ||
    skip "MLOPS_TEST_MLFLOW=FOLDER[:FOLDER...] names where Debian's Python finds mlflow, and tries its client"
  export PYTHONPATH=$MLOPS_TEST_MLFLOW PYTHONWARNINGS=ignore MLFLOW_HTTP_REQUEST_MAX_RETRIES=0 MLFLOW_DISABLE_TELEMETRY=true
  # Such a folder is asked for everything but itself, and a proxy would be asked for it.
  export http_proxy=http://127.0.0.1:1
  mkdir "with space #1"
  cd "with space #1"
  answers 0 mlops run -- /usr/bin/python3 "$support/mlflow_scenario.py"
  has "$output" "tracked by"
  scenario_is_kept
  is "$(whole '[.artifacts[].path] | map(select(startswith("linear") | not))')" \
    '["f.txt","metrics.json","notes/hello.txt","sub/dir/f.txt"]'
  is "$(whole '[.artifacts[].path] | index("linear/MLmodel") != null')" true
  is "$(mlops runs show "$(all 'select(.name == "child0") | .id' | jq -r '.[]')" --json | jq -c '[.items[0].artifacts[].path]')" \
    '["i.txt","late.txt"]'
  # A script that names its own store is left alone.
  answers 0 mlops run -q -- /usr/bin/python3 -c '
import mlflow
mlflow.set_tracking_uri("file:" + __import__("os").getcwd().replace(" ", "%20").replace("#", "%23") + "/own")
with mlflow.start_run(): mlflow.log_metric("x", 1)'
  is "$(last .metric_list)" '[]'
}

@test "the first run that a client starts is this one, the others are its children" {
  answers 0 mlops run -q --name mine -- sh -c '
    for i in 1 2; do ./call POST $api/runs/create "{\"run_name\": \"r$i\", \"tags\": [{\"key\": \"i\", \"value\": \"$i\"}]}"; done'
  is "$(all '[.name, .tags.i, .status]')" '[["mine","1","done"],["r2","2","done"]]'
  answers 0 mlops run -q -- sh -c './call POST $api/runs/create "{\"run_name\": \"theirs\"}"'
  is "$(last .name)" '"theirs"'
}

@test "an experiment that the program names is that of the run, unless the user named one" {
  local script='id=$(./call POST $api/experiments/create "{\"name\": \"churn\"}" | jq -R "split(\" \") | .[1:] | join(\" \") | fromjson | .experiment_id")
    ./call POST $api/runs/create "{\"experiment_id\": $id}"'
  answers 0 mlops run -q -- sh -c "$script"
  is "$(last .experiment)" '"churn"'
  answers 0 mlops run -q --experiment mine -- sh -c "$script"
  is "$(last .experiment)" '"mine"'
}

@test "who does not use it notices nothing, and who has a server keeps it" {
  answers 0 mlops run -q -- sh -c 'echo "$MLFLOW_TRACKING_URI"; ls /proc/$PPID/task | wc -l'
  [[ ${lines[0]#http://127.0.0.1:} =~ ^[0-9]+/[a-z0-9]{12}-[0-9a-f]{32}$ ]]
  is "${lines[1]}" 1
  MLFLOW_TRACKING_URI=https://example.org answers 0 mlops run -q -- sh -c 'env | grep ^MLFLOW_'
  is "$output" MLFLOW_TRACKING_URI=https://example.org
  MLFLOW_RUN_ID=x answers 0 mlops run -q -- sh -c 'env | grep ^MLFLOW_'
  is "$output" MLFLOW_RUN_ID=x
  no_proxy=a.org http_proxy=http://example.org answers 0 mlops run -q -- sh -c 'echo $no_proxy $NO_PROXY'
  is "$output" "a.org,127.0.0.1 a.org,127.0.0.1"
  answers 0 mlops run -q -- sh -c 'echo "$no_proxy$NO_PROXY"'
  is "$output" ""
}

@test "without the engine there is no such variable, and nothing fails" {
  mkdir -p alone/bin
  cp "$(command -v mlops)" alone/bin/mlops
  answers 0 alone/bin/mlops run -q -- sh -c 'echo "x: 1"; env | grep -c ^MLFLOW_ || true'
  is "$output" $'x: 1\n0'
  is "$stderr" ""
}

@test "a run in a run has its own" {
  answers 0 mlops run -q --name outer -- sh -c '
    ./call POST $api/runs/log-batch "{\"run_id\": \"$MLOPS_RUN_ID\", \"params\": [{\"key\": \"a\", \"value\": \"1\"}]}"
    mlops run -q --name inner -- sh -c "./call POST \$api/runs/log-batch \"{\\\"run_id\\\": \\\"\$MLOPS_RUN_ID\\\", \\\"params\\\": [{\\\"key\\\": \\\"b\\\", \\\"value\\\": \\\"2\\\"}]}\""'
  is "$(all '[.name, .params]' | jq -c sort)" '[["inner",{"b":2}],["outer",{"a":1}]]'
}

@test "nobody else is served, and nothing breaks the run" {
  answers 0 mlops run -q -- sh -c '
    uri=$MLFLOW_TRACKING_URI
    MLFLOW_TRACKING_URI=${uri%/*} ./call GET /
    MLFLOW_TRACKING_URI=${uri%?} ./call GET $api/experiments/search
    MLFLOW_TRACKING_URI=${uri}0 ./call GET $api/experiments/search
    ./call POST $api/runs/log-metric "{\"run_id\": \"other\", \"key\": \"a\", \"value\": 1, \"timestamp\": 1}"
    ./call POST $api/runs/log-metric "{\"run_id\": \"$MLOPS_RUN_ID\", \"key\": \"a\", \"value\": \"x\", \"timestamp\": 1}"
    ./call POST $api/runs/log-metric "{\"run_id\": \"$MLOPS_RUN_ID\", \"key\": \"a\", \"value\": 1, \"timestamp\": 9000000000000000000}"
    ./call POST $api/runs/log-metric "{"
    ./call POST $api/runs/log-metric "[]"
    ./call POST $api/runs/log-batch "{\"run_id\": \"$MLOPS_RUN_ID\", \"metrics\": [{\"key\": \"good\", \"value\": 1, \"timestamp\": 1}, {\"key\": \"$(head -c 300 /dev/zero | tr "\0" k)\", \"value\": 1, \"timestamp\": 1}]}"
    ./call GET "$api/artifacts/list?run_id=$MLOPS_RUN_ID&path=../../.."
    ./call GET $api/nothing
    ./call POST $api/registered-models/create "{\"name\": \"x\"}"
    head -c 40000000 /dev/zero | tr "\0" "[" >big
    curl -sS -o /dev/null -w "%{http_code}\n" -H Expect: --data-binary @big $uri$api/runs/log-metric
    head -c 1000000 big >deep
    curl -sS -o /dev/null -w "%{http_code}\n" --data-binary @deep $uri$api/runs/log-metric
    ./call POST $api/runs/log-metric "{\"run_id\": \"$MLOPS_RUN_ID\", \"key\": \"a\", \"value\": 1, \"timestamp\": 1}"'
  is "$(grep -o '^[0-9]\{3\}' <<<"$output" | paste -sd' ')" "404 404 404 404 400 400 400 400 400 400 404 501 413 400 200"
  is "$(last '[.status, .metrics]')" '["done",{"a":1}]'
}

@test "a metric that is not finite, and numbers in texts" {
  answers 0 mlops run -q -- sh -c '
    i=0
    for value in "\"NaN\"" "\"-Infinity\"" "\"0.5\"" 3; do
      i=$((i+1))
      ./call POST $api/runs/log-metric "{\"run_id\": \"$MLOPS_RUN_ID\", \"key\": \"m$i\", \"value\": $value, \"timestamp\": \"1700000000000\", \"step\": \"-2\"}"
    done'
  is "$(last .metrics)" '{"m1":"NaN","m2":"-Infinity","m3":0.5,"m4":3}'
  is "$(last '[.metric_list[].step] | unique')" '[-2]'
}

# Writes metrics until it is killed; each is in the file `acknowledged` once it was answered.
writer() {
  cat <<'END'
import http.client, json, os, urllib.parse
uri = urllib.parse.urlparse(os.environ["MLFLOW_TRACKING_URI"])
to = http.client.HTTPConnection(uri.hostname, uri.port)
def post(call, fields):
    to.request("POST", uri.path + "/api/2.0/mlflow/" + call, json.dumps(fields), {"Content-Type": "application/json"})
    answer = to.getresponse()
    body = json.loads(answer.read())
    assert answer.status == 200, body
    return body
main = post("runs/create", {})["run"]["info"]["run_id"]
child = post("runs/create", {"tags": [{"key": "mlflow.parentRunId", "value": main}]})["run"]["info"]["run_id"]
done = post("runs/create", {"run_name": "done", "tags": [{"key": "mlflow.parentRunId", "value": main}]})["run"]["info"]["run_id"]
post("runs/update", {"run_id": done, "status": "FINISHED"})
open("pid", "w").write(str(os.getpid()))
with open("acknowledged", "w") as file:
    for i in range(10**9):
        for run in (main, child):
            post("runs/log-metric", {"run_id": run, "key": "n", "value": i, "timestamp": 1, "step": i})
        file.write(f"{i}\n"); file.flush()
END
}

# killed WHO: what was acknowledged is kept, in the run and in that within, whoever is killed with SIGKILL.
killed() {
  writer >writer.py
  rm -f pid acknowledged
  setsid mlops run -q -- /usr/bin/python3 writer.py >/dev/null 2>&1 3>&- &
  local runner=$! waited=0
  until [[ -s acknowledged && $(wc -l <acknowledged) -gt 20 ]]; do
    sleep 0.05
    ((++waited < 400)) || return 1
  done
  if [[ $1 == child ]]; then
    kill -9 "$(cat pid)"
  else
    kill -9 $runner
  fi
  wait $runner || true
  kill -9 "$(cat pid)" 2>/dev/null || true
  local acknowledged
  acknowledged=$(tail -n1 acknowledged)
  is "$(all "(.metrics.n // 1e9) >= $acknowledged" | jq -c 'unique')" '[true]'
}

@test "killed at any moment, what was acknowledged is kept: the program" {
  killed child
  is "$(all '[.name, .status]')" '[[null,"failed"],[null,"failed"],["done","done"]]'
}

@test "killed at any moment, what was acknowledged is kept: mlops" {
  killed parent
  is "$(all '[.name, .status]')" '[[null,"lost"],[null,"lost"],["done","done"]]'
  answers 0 mlops store fsck
}

@test "many runs within one, each with files, need few descriptors" {
  cat >sweep.py <<'END'
import http.client, json, os, urllib.parse, urllib.request
uri = urllib.parse.urlparse(os.environ["MLFLOW_TRACKING_URI"])
to = http.client.HTTPConnection(uri.hostname, uri.port)
def post(call, fields):
    to.request("POST", uri.path + "/api/2.0/mlflow/" + call, json.dumps(fields), {"Content-Type": "application/json"})
    answer = to.getresponse()
    body = json.loads(answer.read())
    assert answer.status == 200, body
    return body
post("runs/create", {})
first = None
for i in range(150):
    run = post("runs/create", {"run_name": f"trial{i}"})["run"]["info"]
    first = first or run
    folder = urllib.request.url2pathname(urllib.parse.urlparse(run["artifact_uri"]).path)
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, "i.txt"), "w").write(str(i))
    post("runs/log-metric", {"run_id": run["run_id"], "key": "score", "value": i, "timestamp": 1})
    post("runs/update", {"run_id": run["run_id"], "status": "FINISHED"})
# Long after it has ended, and was sealed, more is said of the first.
post("runs/set-tag", {"run_id": first["run_id"], "key": "best", "value": "no"})
folder = urllib.request.url2pathname(urllib.parse.urlparse(first["artifact_uri"]).path)
os.makedirs(folder, exist_ok=True)
open(os.path.join(folder, "late.txt"), "w").write("late")
END
  answers 0 bash -c 'ulimit -n 128; mlops run -q -- /usr/bin/python3 sweep.py'
  is "$stderr" ""
  is "$(all 'select(.name) | .status' | jq -c 'group_by(.) | map([.[0], length])')" '[["done",150]]'
  is "$(mlops runs show "$(all 'select(.name == "trial0") | .id' | jq -r '.[]')" --json | jq -c '.items[0] | [.tags.best, [.artifacts[].path]]')" \
    '["no",["i.txt","late.txt"]]'
  is "$(ls -A .mlops/runs)" ""
  answers 0 mlops store fsck
}
