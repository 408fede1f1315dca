# mlops run -- COMMAND: any program as a run, and what happens to it when things go wrong.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() { enter_fresh_project; }

# last QUERY: of the newest run, as jq sees it.
last() { mlops runs show @last --json | jq -c ".items[0] | $1"; }

# content DIGEST: the bytes of an object.
content() { cat ".mlops/objects/sha256/${1:7:2}/${1:9}"; }

# repository: a git repository with one commit in this folder.
repository() {
  git init -q -b main
  git config user.name ana
  git config user.email ana@example.org
  printf 'one\ntwo\n' >tracked
  printf '\0\1\2\3' >binary
  printf 'ignored\n' >.gitignore
  git add -A
  git commit -qm first
}

@test "what a program is given, and what it reports, is kept" {
  answers 0 mlops run --name small -p lr=0.1 -p model=tree --tag stage=test --seed 7 -- sh -c '
    echo "::metric loss=0.5 step=1"; echo "::metric loss=0.25 step=2"; echo "auc: 0.91"; echo talk >&2
    echo "$MLOPS_PARAM_lr $MLOPS_PARAM_model $MLOPS_SEED $PYTHONHASHSEED $MLOPS_ATTEMPT"
    mlops log metric acc=0.7 --step 5; mlops log param depth=3
    echo "{\"metric\": \"python\", \"value\": NaN}" >>"$MLOPS_LOG"
    echo "{\"test\": {\"f1\": 0.5}, \"curve\": [1, 2, 3]}" >"$MLOPS_RUN_DIR/metrics.json"
    mkdir "$MLOPS_RUN_DIR/plots"; echo x,y >"$MLOPS_RUN_DIR/plots/roc.csv"
    echo weights >"$MLOPS_OUTPUTS/model.bin"; cat "$MLOPS_PARAMS"'
  has "$output" $'\n0.1 tree 7 7 1\n'
  has "$output" '"lr": 0.1'
  has "$stderr" "talk"
  has "$stderr" "done after"
  answers 0 mlops runs list --json
  is "$(jq -c '.items[0] | [.name, .status, .params, .metrics, .tags]' <<<"$output")" \
    '["small","done",{"depth":3,"lr":0.1,"model":"tree"},{"acc":0.7,"auc":0.91,"curve":3,"loss":0.25,"python":"NaN","test.f1":0.5},{"stage":"test"}]'
  is "$(last '.metric_list[] | select(.metric == "loss") | [.min, .max, .step, .count]')" '[0.25,0.5,2,2]'
  is "$(last '.artifacts | map(.path)')" '["plots/roc.csv"]'
  is "$(mlops show "$(last .outputs[0].digest | tr -d '"')" --porcelain | cut -f1,2)" $'model.bin\t8'
  is "$(content "$(last .stderr | tr -d '"')")" talk
  is "$(last '.cpu_seconds > 0 and .peak_bytes > 100000')" true
  is "$(ls -A .mlops/runs)" ""
  answers 0 mlops store fsck
}

@test "the exit code is the program's" {
  answers 3 mlops run -- sh -c 'exit 3'
  is "$(last '[.status, .exit_code, .signal]')" '["failed",3,null]'
  answers 137 mlops run -- sh -c 'kill -9 $$'
  is "$(last '[.status, .exit_code, .signal]')" '["failed",0,9]'
  answers 4 mlops run -- no-such-program
  has "$stderr" "there is no program 'no-such-program' in PATH"
  is "$(mlops runs list --porcelain | wc -l)" 2
  answers 4 mlops run
  answers 2 mlops run -p lr -- true
  has "$stderr" "'lr' is no assignment"
  answers 2 mlops run -p a.b=1 -p a_b=2 -- true
}

@test "output goes through unchanged; with --json beside the answer" {
  answers 0 mlops run --quiet -- printf 'a\tb\\n%s' '$HOME "*"'
  is "$output" $'a\tb\\n$HOME "*"'
  is "$stderr" ""
  answers 0 mlops run --json -- sh -c 'echo hello'
  is "$(jq -c '.items[0] | [.status, .number]' <<<"$output")" '["done",2]'
  has "$stderr" hello
}

@test "a dataset and a file as inputs" {
  printf 'a,b\n1,2\n' >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  printf '1,2\n' >raw.csv
  answers 0 mlops run --input data=churn --input raw=./raw.csv -- sh -c 'head -c 4 "$MLOPS_INPUT_data"; echo; cat "$MLOPS_INPUT_raw"; echo "$MLOPS_INPUT_data"'
  has "$output" $'PAR1\n1,2'
  has "$output" data.parquet
  is "$(last '.inputs[0].address')" '"sources/churn@v1"'
  is "$(last '.inputs[0].digest')" "$(mlops data show churn --json | jq .items[0].digest)"
  is "$(last '.inputs[1] | [.address, .digest]')" "[\"raw.csv\",\"$(sha256sum <raw.csv | cut -d' ' -f1)\"]"
  answers 4 mlops run --input data=chrun -- true
  answers 2 mlops run --input data=. -- true
  answers 0 mlops store fsck
}

@test "-n runs nothing and writes nothing" {
  answers 0 mlops run -n -p lr=0.1 --json -- touch made
  is "$(jq -c '.items[0] | [.status, .params, .id]' <<<"$output")" '["would run",{"lr":0.1},null]'
  [[ ! -e made && ! -e .mlops ]]
  answers 4 mlops run -n -- no-such-program
}

@test "a program may destroy the input that it was given: the version stays" {
  printf 'a,b\n1,2\n' >churn.csv
  mlops ingest churn.csv --quiet >/dev/null
  answers 0 mlops run -q --input data=churn -- sh -c 'echo x >>"$MLOPS_INPUT_data"; echo y >"$MLOPS_INPUT_data"; rm "$MLOPS_INPUT_data"'
  is "$(last .artifacts)" '[]'
  is "$(ls .mlops/runs)" ""
  answers 0 mlops store fsck
  answers 0 mlops data head churn
}

@test "lines of facts that are not understood are counted and told, and what is good in them is kept" {
  answers 0 mlops run -- sh -c 'echo "::metric a=1 b=x"; echo "::metric auc = 0.9"; echo "::param k"; echo "::group::build"
    echo "::metric c=1 step=soon"; echo "::metric d=2 step=3.0"'
  has "$stderr" "4 lines of the journal could not be read, the first: ::metric a=1 b=x"
  is "$(last '[.metrics, .bad_lines]')" '[{"a":1,"d":2},4]'
  answers 0 mlops run -- sh -c 'cat >>"$MLOPS_LOG" <<"END"
{"param": "lr", "value": 0.1}
{"param": "lr"}
{"tag": "t"}
{"metric": "a", "value": 1, "step": 1e30}
{"metric": "a", "value": 1, "step": 1.5}
{"metric": "a", "value": 1, "time": "x"}
{"metric": "a", "value": 2, "step": null, "time": null}
END'
  has "$stderr" '5 lines of the journal could not be read, the first: {"param": "lr"}'
  is "$(last '[.params, .tags, .metrics, .bad_lines]')" '[{"lr":0.1},{},{"a":2},5]'
}

@test "a training in a run has it as its parent" {
  seq 60 | awk 'BEGIN { print "x,y" } { print $1 "," ($1 * 7 % 10 < $1 / 6) }' >c.csv
  mlops ingest c.csv --quiet >/dev/null
  answers 0 mlops run -q --name outer -- sh -c 'mlops train run --label y --data c --train prior --name q -q >/dev/null'
  is "$(mlops runs list --json | jq -r '.items[] | select(.name == "prior") | .parent')" \
    "$(mlops runs list --json | jq -r '.items[] | select(.name == "outer") | .id')"
}

@test "the artifacts of a whole project are its files, without the store and git" {
  mkdir -p src .git
  echo 1 >src/a.py
  echo ref >.git/HEAD
  answers 0 mlops run -q -- sh -c 'mlops log artifact .'
  is "$(last '[.artifacts[].path] | map(ltrimstr("'"$(basename "$PWD")"'/")) | map(select(startswith("src") or contains(".git/") or contains(".mlops/")))')" '["src/a.py"]'
}

@test "a shell loop, and runs in a run" {
  for lr in 0.1 0.2 0.3; do mlops run -q -p lr=$lr -- sh -c 'echo "loss: $MLOPS_PARAM_lr"' >/dev/null; done
  is "$(mlops runs list --sort=-loss --json | jq -c '[.items[].metrics.loss]')" '[0.1,0.2,0.3]'
  answers 0 mlops run -q -p outer=1 --name outer -- sh -c 'mlops run -q --name inner -p x=1 -- sh -c "echo \$MLOPS_PARENT_RUN_ID; env | grep -c MLOPS_PARAM_" '
  is "${lines[1]}" 1
  is "$(mlops runs list --json | jq -c '[.items[] | select(.name == "inner" or .name == "outer") | [.name, .params]] | sort')" \
    '[["inner",{"x":1}],["outer",{"outer":1}]]'
  is "$(mlops runs list --json | jq -r '.items[] | select(.name == "inner") | .parent')" "${lines[0]}"
  is "$(mlops runs list --json | jq -r '.items[] | select(.name == "outer") | .id')" "${lines[0]}"
}

@test "twenty writers at once to one journal: no line is lost or torn" {
  answers 0 mlops run -q -- sh -c '
    for i in $(seq 20); do (for j in $(seq 20); do mlops log metric w$i=$j extra$i=0.5; done) & done; wait'
  is "$(mlops runs show @last --json | jq -c '[.items[0].metric_list[] | .count] | [length, min, max]')" '[40,20,20]'
  is "$(last .bad_lines)" 0
}

@test "twenty runs that end at once all land" {
  for _ in $(seq 20); do mlops run -q -- sh -c 'echo "x: 1"' >/dev/null & done
  wait
  is "$(mlops runs list --json | jq -c '[.items[].number] | sort')" "$(jq -nc '[range(1; 21)]')"
  answers 0 mlops store fsck
}

@test "killed at any moment, with its program, a run keeps every acknowledged line" {
  local round runner id acknowledged
  for round in $(seq 30); do
    setsid mlops run -q --name "r$round" -- sh -c '
      echo $MLOPS_RUN_ID >id; i=0
      while :; do i=$((i+1)); mlops log metric n=$i && echo $i >>acknowledged; done' >/dev/null 2>&1 &
    runner=$!
    while [[ ! -s acknowledged ]]; do sleep 0.01; done
    sleep "0.0$((RANDOM % 10))"
    kill -9 $runner
    id=$(cat id)
    pkill_group "$id"
    wait $runner 2>/dev/null || true
    acknowledged=$(grep -c . acknowledged)
    rm -f acknowledged id
    answers 0 mlops runs show "$id" --json
    is "$(jq -r '.items[0].status' <<<"$output")" lost
    [[ $(jq '.items[0].metrics.n' <<<"$output") -ge $acknowledged ]] || return 1
  done
  is "$(mlops runs list --status lost --porcelain | wc -l)" 30
  answers 0 mlops store fsck
}

# pkill_group ID: the processes that run in the run of that id, and nobody else's.
pkill_group() {
  local environ
  for environ in /proc/[0-9]*/environ; do
    if tr '\0' '\n' <"$environ" 2>/dev/null | grep -qx "MLOPS_RUN_ID=$1"; then
      kill -9 "$(cut -d/ -f3 <<<"$environ")" 2>/dev/null || true
    fi
  done
}

@test "a program that goes on in the background is not waited for" {
  answers 0 timeout 20 mlops run -q -- sh -c 'setsid sleep 60 & echo $!'
  kill "$output"
}

@test "100 MB of output go through and are kept" {
  mlops run -q -- sh -c 'head -c 100000000 /dev/zero | tr "\0" "x\n"; echo; yes "n: 1" | head -n 150000' | sha256sum >through
  is "$(last .stdout | tr -d '"' | cut -c8-)" "$(cut -d' ' -f1 through)"
  is "$(last '.metric_list[0].count')" 100000
  has "$(last .notes)" "50,000 lines that looked like metrics"
}

@test "SIGTERM reaches the program, and the run is interrupted" {
  mlops run -q -- sh -c 'trap "echo \"bye: 1\"; exit 9" TERM; touch ready; while :; do sleep 0.05; done' >/dev/null &
  while [[ ! -e ready ]]; do sleep 0.02; done
  kill -TERM $!
  status=0
  wait $! || status=$?
  is $status 143
  is "$(last '[.status, .exit_code, .metrics.bye]')" '["interrupted",9,1]'
}

@test "a program at a terminal can read from it" {
  on_tty 80 "echo typed | cat >/dev/null; mlops run -q -- sh -c 'read -t 5 x </dev/tty 2>/dev/null; stty size; echo ok'"
  has "$output" "24 80"
  has "$output" ok
}

@test "a run directory that the program removed" {
  answers 0 mlops run -q -- sh -c 'echo "a: 1"; rm -rf "$MLOPS_RUN_DIR"; echo "b: 2"'
  is "$(last .metrics)" '{"a":1,"b":2}'
  answers 0 mlops run -q -- sh -c 'echo "a: 1"; rm -rf "$(dirname "$MLOPS_LOG")"; echo "b: 2"'
  is "$(last '[.status, .metrics]')" '["done",{"a":1,"b":2}]'
  answers 0 mlops store fsck
}

@test "a full disk: the program ends as it would, and the run is not lost" {
  [[ $(id -u) == 0 ]] || skip "mounting wants root"
  mkdir small
  mount -t tmpfs -o size=4m tmpfs small || skip "mounting is not allowed here"
  run --separate-stderr mlops -C small run -- sh -c 'echo "early: 1"; until grep -q early "$MLOPS_LOG"; do sleep 0.01; done; head -c 8000000 /dev/zero >"$MLOPS_RUN_DIR/big"; echo "late: 2"; true'
  full=$status said=$stderr
  rm -f small/.mlops/runs/*/files/big
  listed=$(mlops -C small runs list --json)
  umount small
  is "$full" 75
  has "$said" "No space left"
  is "$(jq -c '.items[0] | [.status, .metrics.early]' <<<"$listed")" '["done",1]'
}

@test "a store that cannot be written refuses before the program starts" {
  mlops run -q -- true
  chmod -R a-w .mlops
  run --separate-stderr unprivileged mlops run -- touch made
  listed=$(unprivileged mlops runs list --porcelain | wc -l)
  chmod -R u+w .mlops
  [[ $status != 0 && ! -e made ]]
  has "$stderr" "permission denied"
  is "$listed" 1
}

@test "the patch makes a clean checkout what the folder was" {
  repository
  printf 'one\n2\n' >tracked
  printf '\0\1\2\3\4' >binary
  mkdir sub
  printf 'new\n' >"sub/with blank"
  printf '#!/bin/sh\n' >tool
  chmod +x tool
  ln -s tracked link
  : >empty
  printf 'x' >ignored
  printf 'staged\n' >staged
  git add staged
  index=$(sha256sum <.git/index)
  objects=$(find .git/objects -type f | wc -l)
  mlops run -q -- true
  is "$(sha256sum <.git/index)" "$index"
  is "$(find .git/objects -type f | wc -l)" "$objects"
  is "$(last '[.branch, .commit, .code_note]')" "[\"main\",\"$(git rev-parse HEAD)\",null]"
  content "$(last .patch | tr -d '"')" >../patch
  lacks "$(cat ../patch)" .mlops
  git clone -q . ../clean
  git -C ../clean apply --index ../patch
  for file in tracked binary "sub/with blank" tool empty staged; do cmp "$file" "../clean/$file"; done
  [[ -x ../clean/tool && -L ../clean/link && ! -e ../clean/ignored && ! -e ../clean/mlops.yaml ]]
}

@test "code: no git, no repository, no commit, a detached HEAD, a remote with a password" {
  mlops run -q -- true
  is "$(last .code_note)" '"not a git repository"'
  mkdir bin
  ln -s "$(command -v mlops)" "$(command -v sh)" bin/
  PATH=$PWD/bin mlops run -q -- sh -c :
  is "$(last .code_note)" '"git is not installed"'
  rm -r bin
  git init -q -b main
  printf 'x\n' >file
  mlops run -q -- true
  is "$(last '[.commit, .code_note]')" '[null,"no commit yet"]'
  has "$(content "$(last .patch | tr -d '"')")" "+x"
  repository 2>/dev/null
  git checkout -q --detach
  git remote add origin https://ana:secret@example.org/x.git
  mlops run -q -- true
  is "$(last '[.branch, .code_note, .remote, .patch]')" '[null,"detached HEAD","https://example.org/x.git",null]'
}

@test "submodules are named by their commit" {
  mkdir ../inner
  (cd ../inner && repository)
  repository
  git -c protocol.file.allow=always submodule --quiet add "$PWD/../inner" lib
  git commit -qm submodule
  mlops run -q -- true
  has "$(last .code_note)" "submodule  $(git -C ../inner rev-parse HEAD) lib"
}

@test "gigabytes that are not committed are named, quickly and in little memory" {
  repository
  truncate -s 6G huge
  truncate -s 200M large
  printf 'small\n' >small
  SECONDS=0
  answers 0 mlops run -q -- true
  ((SECONDS < 20))
  has "$(content "$(last .patch | tr -d '"')")" "+small"
  is "$(last .too_large)" "[\"huge - 6442450944\",\"large $(sha256sum <large | cut -d' ' -f1)\"]"
  has "$(last .code_note)" "2 files would make the patch larger than 100 MiB"
}

@test "the environment: packages without an interpreter, and no secret" {
  mkdir -p venv/bin venv/lib/python3.11/site-packages/{numpy-1.24.2,scikit_learn-1.2.1}.dist-info
  printf '#!/bin/sh\ntouch started\n' >venv/bin/python3
  chmod +x venv/bin/python3
  printf 'home = /usr/bin\nversion = 3.11.2\n' >venv/pyvenv.cfg
  printf 'numpy==1.24.2\n' >requirements.txt
  PATH=$PWD/venv/bin:$PATH OMP_NUM_THREADS=2 PYTHON_API_TOKEN=hidden CUDA_URL=https://u:hidden@example.org AWS_SECRET_ACCESS_KEY=hidden \
    mlops run -q -- true
  [[ ! -e started ]]
  content "$(last .environment | tr -d '"')" >listing
  is "$(jq -c '[.packages.python, .packages.python_version, .variables.OMP_NUM_THREADS]' listing)" \
    '[{"numpy":"1.24.2","scikit_learn":"1.2.1"},"3.11.2","2"]'
  is "$(jq -r '.packages.debian.bash' listing)" "$(dpkg-query -W -f '${Version}' bash)"
  is "$(content "$(jq -r '.locks["requirements.txt"]' listing)")" numpy==1.24.2
  lacks "$(cat listing)" hidden
  grep -rq hidden .mlops && return 1
  has "$(last .machine)" "python 3.11.2"
}

@test "scikit-learn, as people write it" {
  /usr/bin/python3 - >iris.csv <<'END'
from sklearn.datasets import load_iris
frame = load_iris(as_frame=True).frame
print(frame.to_csv(index=False), end="")
END
  mlops ingest iris.csv --quiet >/dev/null
  mlops data export iris --out iris-table.csv --quiet >/dev/null
  cat >train.py <<'END'
import csv, json, os, pickle, subprocess
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

rows = list(csv.reader(open(os.environ["MLOPS_INPUT_table"])))[1:]
x = [[float(v) for v in row[:-1]] for row in rows]
y = [int(row[-1]) for row in rows]
seed = int(os.environ["MLOPS_SEED"])
a, b, c, d = train_test_split(x, y, random_state=seed)
model = LogisticRegression(C=float(os.environ["MLOPS_PARAM_C"]), max_iter=500).fit(a, c)
print("accuracy: %r" % model.score(b, d))
print("::metric train=%r step=1" % model.score(a, c))
with open(os.environ["MLOPS_LOG"], "a") as log:
    log.write(json.dumps({"metric": "loss", "value": float("nan"), "step": 1}) + "\n")
subprocess.run(["mlops", "log", "param", "classes=%d" % len(model.classes_)], check=True)
json.dump({"test": {"accuracy": model.score(b, d)}}, open(os.path.join(os.environ["MLOPS_RUN_DIR"], "metrics.json"), "w"))
pickle.dump(model, open(os.path.join(os.environ["MLOPS_OUTPUTS"], "model.pkl"), "wb"))
END
  head -c 4 "$(mlops run -q --input data=iris -- sh -c 'echo $MLOPS_INPUT_data; cat $MLOPS_INPUT_data >table.parquet' | head -n 1)" 2>/dev/null || true
  is "$(head -c 4 table.parquet)" PAR1
  answers 0 mlops run --name logistic -p C=0.5 --seed 3 --input table=./iris-table.csv -- /usr/bin/python3 train.py
  is "$(last '[.params, .metrics.loss, .metrics.accuracy == .metrics["test.accuracy"], (.metrics.accuracy > 0.9)]')" \
    '[{"C":0.5,"classes":3},"NaN",true,true]'
  first=$(last '[.metrics.train, .metrics.accuracy]')
  mlops run -q -p C=0.5 --seed 3 --input table=./iris-table.csv -- /usr/bin/python3 train.py >/dev/null
  is "$(last '[.metrics.train, .metrics.accuracy]')" "$first"
}

@test "PyTorch, as people write it" {
  [[ ${MLOPS_TEST_TORCH:-} == 1 ]] || skip "MLOPS_TEST_TORCH=1 turns it on; it wants python3-torch"
  cat >train.py <<'END'
import os, torch
torch.manual_seed(int(os.environ["MLOPS_SEED"]))
x = torch.randn(256, 4)
y = x @ torch.tensor([1.0, -2.0, 0.5, 3.0]) + 1.0
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=float(os.environ["MLOPS_PARAM_lr"]))
for step in range(100):
    loss = torch.nn.functional.mse_loss(model(x).squeeze(1), y)
    optimizer.zero_grad(); loss.backward(); optimizer.step()
    print(f"::metric loss={loss.item()} step={step}")
torch.save(model.state_dict(), os.path.join(os.environ["MLOPS_OUTPUTS"], "model.pt"))
END
  answers 0 mlops run -p lr=0.1 -- /usr/bin/python3 train.py
  is "$(last '.metric_list[0] | [.metric, .count, .step, .last < 0.01]')" '["loss",100,99,true]'
}

@test "a program whose output nobody reads is told, and ends" {
  answers 0 timeout 30 bash -c 'mlops run -- yes | head -1'
  is "$output" y
  is "$(mlops runs show @last --json | jq -r '.items[0].status')" failed
}

@test "files that look like secrets are not put into the patch" {
  git init -q . && git config user.email a@example.org && git config user.name a
  echo x >code.py && git add code.py && git commit -qm first
  echo 'KEY=abcd' >.env
  echo y >>code.py
  answers 0 mlops run -- true
  patch=$(mlops runs show @last --json | jq -r '.items[0].patch')
  answers 0 mlops show "$patch" --content
  has "$output" '+y'
  lacks "$output" 'abcd'
  has "$(mlops runs show @last --json | jq -r '.items[0] | .code_note, .notes')" .env
}
