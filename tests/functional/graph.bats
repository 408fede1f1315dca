# The graph: what has the key of what was done before is not done again, and what was killed goes on.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load models
load releasing

setup() {
  enter_fresh_project
  customers 700 >churn.csv
}

# declared [GATES [L2]]: a table of SQL and a release of three models.
declared() {
  cat >mlops.yaml <<END
mlops: 1
project: churn
params: {least: 0}
sources:
  churn: {from: churn.csv}
data:
  known:
    sql: SELECT * FROM churn WHERE tenure >= \$least
    label: churned
    task: binary
models:
  base: {train: prior}
  linear: {train: logistic, params: {l2: ${2:-1.0}}}
  plain: {train: logistic, without: [plan]}
release:
  risk:
    among: [base, plain, linear]
    pick: max auc
    expect: ['${1:-auc >= 0.6}']
END
}

# steps WORDS...: "address action", one per line.
steps() { mlops "$@" --json 2>/dev/null | jq -r '.items[] | "\(.address) \(.action)"'; }
trained() { mlops runs list --json | jq '.items | length'; }
why() { mlops why release/risk --json | jq -r '.items[0] | "\(.state): \(.why)"'; }
package() { mlops model show risk --json | jq -r '.items[0].package'; }

@test "run without words is everything, and then nothing is to do" {
  declared
  is "$(steps run)" 'sources/churn ingested
data/known made
release/risk accepted'
  is "$(trained)" 3
  fresh='sources/churn fresh
data/known fresh
release/risk fresh'
  is "$(steps run)" "$fresh"
  is "$(steps plan)" "$fresh"
  is "$(trained)" 3
  is "$(mlops model list risk --json | jq '.items | length')" 1
  is "$(why)" 'fresh: it is up to date'
  is "$(steps run data)" 'sources/churn fresh
data/known fresh'
  is "$(steps run release)" "$fresh"
  is "$(steps run sources)" 'sources/churn fresh'
  answers 2 mlops run monitor
  has "$stderr" 'mlops.yaml has no `monitor:`'
  answers 0 mlops store fsck
}

@test "only the models whose key is another are trained, and why says what differs" {
  declared
  mlops run --quiet >/dev/null
  declared 'auc >= 0.6' 2.0
  is "$(why)" 'out of date: params of linear: l2 1.0 -> 2.0; linear is trained, 1 gate judges'
  answers 0 mlops run --json
  is "$(jq -r '.items[-1].action' <<<"$output")" accepted
  has "$stderr" 'base is that of run'
  has "$stderr" 'plain is that of run'
  lacks "$stderr" 'linear is that of run'
  is "$(trained)" 4
  # what was there before is known as well
  declared
  is "$(why)" 'would judge: params of linear: l2 2.0 -> 1.0; nothing is trained, what was trained is judged anew, 1 gate judges'
  answers 0 mlops run --quiet
  is "$(trained)" 4
  # gates are no part of a model
  declared 'auc >= 0.61'
  has "$(why)" 'would judge: the gates are others; nothing is trained, '
  answers 0 mlops run --quiet
  is "$(trained)" 4
  sed -i 's/among: .*/among: [base, linear]/' mlops.yaml
  has "$(why)" 'would judge: the model plain is no longer tried; nothing is trained, '
  # train run trains whatever is there
  answers 0 mlops train run --quiet
  is "$(trained)" 6
  is "$(why)" 'fresh: it is up to date'
}

@test "a model that is read back keeps the code that it was trained with" {
  export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=a GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=a@b
  declared
  git init -q . && git add -A && git commit -qm one
  then=$(git rev-parse HEAD)
  mlops run --quiet >/dev/null
  sed -i 's/among: .*/among: [base, plain]/' mlops.yaml
  git add -A && git commit -qm two
  mlops run --quiet >/dev/null
  is "$(trained)" 3
  is "$(mlops model show risk@v2 --json | jq -r '.items[0].code.commit')" "$then"
}

@test "new data train anew" {
  declared
  mlops run --quiet >/dev/null
  customers 720 >churn.csv
  has "$(why)" 'may change'
  settled
  mlops run data --quiet >/dev/null
  has "$(why)" 'out of date: data/known has version 2, it was trained on version 1'
  is "$(steps run)" 'sources/churn fresh
data/known fresh
release/risk accepted'
  is "$(trained)" 6
}

@test "a release that was rejected stays so without training, exit code 3" {
  declared 'auc >= 0.999'
  answers 3 mlops run
  first=$(grep '^error:' <<<"$stderr")
  has "$first" 'risk@v1 was not accepted: 1 of 1 gate fails'
  answers 3 mlops run --json
  is "$(jq -r '.items[-1] | "\(.action) \(.version) \(.gates[0].verdict)"' <<<"$output")" 'rejected 1 fail'
  answers 3 mlops run --then promote
  is "$(grep '^error:' <<<"$stderr")" "$first"
  is "$(trained)" 3
  is "$(champion)" null
  has "$(why)" 'rejected: 1 of 1 gate fails: auc >= 0.999'
  answers 0 mlops plan
}

@test "one that never was champion is promoted; one that was moved away from stays away" {
  declared
  mlops run --quiet >/dev/null
  customers 760 >churn.csv
  answers 0 mlops run --quiet
  is "$(champion)" 1
  is "$(mlops plan --json | jq -r '.items[-1].action')" fresh
  answers 0 mlops run --then stage --json
  is "$(jq -r '.items[-1].action' <<<"$output")" staged
  is "$(mlops model show risk@challenger --json | jq .items[0].version)" 2
  answers 0 mlops run --then promote --json
  is "$(jq -r '.items[-1].action' <<<"$output")" promoted
  is "$(champion)" 2
  is "$(steps run --then promote | tail -n 1)" 'release/risk fresh'
  mlops model rollback risk --why 'it was slow' --quiet >/dev/null
  answers 0 mlops run --then promote --json
  is "$(champion)" 1
  is "$(jq -r '.items[-1].action' <<<"$output")" fresh
  has "$(jq -r '.items[-1].why' <<<"$output")" 'risk@v2 was the champion until'
  has "$(jq -r '.items[-1].why' <<<"$output")" 'it was slow'
  is "$(trained)" 6
  mlops model promote risk@v2 --quiet >/dev/null
  mlops model rollback risk --quiet >/dev/null
  has "$(mlops run --then promote --json 2>/dev/null | jq -r '.items[-1].why')" 'was the champion until 2'
  lacks "$(mlops run --then promote --json 2>/dev/null | jq -r '.items[-1].why')" '()'
}

@test "who was moved away from stays away where other gates judge the same model again" {
  declared
  mlops run --quiet >/dev/null
  customers 760 >churn.csv
  mlops run --then promote --quiet >/dev/null
  mlops model rollback risk --why 'it was slow' --quiet >/dev/null
  declared 'auc >= 0.61'
  answers 0 mlops run --then promote --json
  is "$(jq -r '.items[-1] | "\(.action) \(.version)"' <<<"$output")" 'accepted 2'
  has "$(jq -r '.items[-1].why' <<<"$output")" 'risk@v2 was the champion until'
  is "$(champion)" 1
  is "$(trained)" 6
}

@test "a release whose gates are gone is fresh, and what they rejected is not promoted" {
  declared
  mlops run --quiet >/dev/null
  sed -i '/expect:/d' mlops.yaml
  is "$(steps run | tail -n 1)" 'release/risk trained'
  is "$(steps run | tail -n 1)" 'release/risk fresh'
  customers 720 >churn.csv
  declared 'auc >= 0.999'
  answers 3 mlops run
  sed -i '/expect:/d' mlops.yaml
  is "$(steps run | tail -n 1)" 'release/risk trained'
  is "$(steps run | tail -n 1)" 'release/risk fresh'
  answers 3 mlops run --then promote
  has "$stderr" 'risk@v2 was not accepted'
  is "$(champion)" 1
}

@test "who was judged beside another champion than that of today is judged again, and not trained" {
  declared 'auc >= champion.auc - 0.3'
  mlops run --quiet >/dev/null
  customers 760 >churn.csv
  mlops run --quiet >/dev/null
  declared 'auc >= champion.auc - 0.29'
  mlops run --quiet >/dev/null
  mlops model promote risk@v2 --quiet >/dev/null
  customers 780 >churn.csv
  mlops run --quiet >/dev/null
  is "$(trained)" 9
  mlops model promote risk@v1 --quiet >/dev/null
  answers 0 mlops run --then promote --json
  is "$(jq -r '.items[-1] | "\(.action) \(.version)"' <<<"$output")" 'accepted 3'
  is "$(champion)" 3
  is "$(trained)" 9
}

@test "who was rejected beside a champion that is gone is judged beside that of today" {
  declared 'auc >= champion.auc - 0.1'
  sed -i 's/among: .*/among: [base]/' mlops.yaml
  mlops run --quiet >/dev/null
  sed -i 's/among: .*/among: [linear]/' mlops.yaml
  mlops run --then promote --quiet >/dev/null
  sed -i 's/among: .*/among: [base]/' mlops.yaml
  customers 720 >churn.csv
  answers 3 mlops run --then promote
  answers 3 mlops run --then promote
  is "$(champion) $(trained)" '2 3'
  mlops model rollback risk --why 'it was slow' --quiet >/dev/null
  answers 3 mlops run
  answers 0 mlops run --then promote --json
  is "$(jq -r '.items[-1] | "\(.action) \(.version)"' <<<"$output")" 'accepted 3'
  is "$(champion) $(trained)" '3 3'
}

@test "a version from elsewhere under the name is not what was released" {
  declared
  mlops run --quiet >/dev/null
  echo weights >opaque.bin
  mlops model register risk --file opaque.bin --quiet >/dev/null 2>&1
  has "$(why)" 'would judge: the newest version of the model is another'
  is "$(steps run | tail -n 1)" 'release/risk accepted'
  is "$(trained)" 3
  is "$(steps run | tail -n 1)" 'release/risk fresh'
}

@test "a clone makes the same, and git sees no change" {
  export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
  declared
  git init -q .
  mlops run --quiet >/dev/null
  has "$(cat mlops.lock)" 'release/risk: {digest: '
  git add -A
  git commit -qm 'all of it'
  is "$(git ls-files | tr '\n' ' ')" 'churn.csv mlops.lock mlops.yaml '
  here=$(package)
  git clone -q . ../clone
  cd ../clone
  is "$(steps run)" 'sources/churn ingested
data/known made
release/risk accepted'
  is "$(package)" "$here"
  is "$(git status --porcelain)" ''
}

@test "killed at any moment, the next run ends with the same, and trains nothing twice" {
  declared
  mlops run --quiet >/dev/null
  whole=$(package)
  table=$(mlops data show known --json | jq -r '.items[0].table')
  seed=${MLOPS_TEST_SEED:-$RANDOM}
  echo "MLOPS_TEST_SEED=$seed"
  RANDOM=$seed
  rm -rf .mlops
  begin=$(date +%s%N)
  mlops run --quiet >/dev/null
  took=$((($(date +%s%N) - begin) / 1000000))
  for _ in 1 2 3 4 5 6; do
    rm -rf .mlops
    mlops run --quiet >/dev/null 2>&1 3>&- &
    pid=$!
    pause=$((took / 3 + RANDOM % took))
    sleep "$(printf '%d.%03d' $((pause / 1000)) $((pause % 1000)))"
    kill -9 $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    answers 0 mlops run --quiet
    is "$(package)" "$whole"
    is "$(mlops data show known --json | jq -r '.items[0].table')" "$table"
    is "$(mlops runs list --json | jq '[.items[] | select(.status == "done")] | length')" 3
    is "$(steps run | tail -n 1)" 'release/risk fresh'
  done
  answers 0 mlops store fsck
}

@test "a run whose model is damaged is made again" {
  declared
  mlops run --quiet >/dev/null
  linear=$(mlops runs list --json | jq -r '.items[] | select(.name == "linear") | .id')
  tree=$(mlops runs show "$linear" --json | jq -r '.items[0].outputs[0].digest')
  object=.mlops/objects/sha256/${tree:7:2}/${tree:9}
  chmod +w "$object"
  echo damaged >"$object"
  declared 'auc >= 0.62'
  answers 0 mlops run --quiet
  is "$(trained)" 4
}

@test "a plan says what keeps a release from being made: a newest version that is damaged" {
  declared
  mlops run --quiet >/dev/null
  record=$(mlops model show risk --json | jq -r '.items[0].digest')
  object=.mlops/objects/sha256/${record:7:2}/${record:9}
  chmod +w "$object"
  echo damaged >"$object"
  declared 'auc >= 0.62'
  answers 6 mlops run release/risk --json
  is "$(jq -r '.items[-1].action' <<<"$output")" failed
  wanted=$(jq -r '.items[-1].why' <<<"$output")
  has "$wanted" "object $record is damaged"
  answers 6 mlops plan release/risk --json
  is "$(jq -r '.items[-1] | "\(.action): \(.why)"' <<<"$output")" "failed: $wanted"
  is "$(why)" "failed: $wanted"
  answers 0 mlops status --json
  is "$(jq -r '.items[] | "\(.kind) \(.address) \(.state) \(.why)"' <<<"$output" | grep risk)" "release release/risk failed $wanted
model risk damaged $wanted"
}

# engines COMMAND...: how many it opens.
engines() {
  LD_DEBUG=files mlops "$@" 2>&1 >/dev/null | grep -c 'calling init: .*/engines/' || true
}

@test "nothing to do opens no engine" {
  declared
  mlops run --quiet >/dev/null
  settled
  mlops run --quiet >/dev/null
  is "$(engines run)" 0
  is "$(engines plan)" 0
  is "$(engines run --then promote)" 0
  is "$(engines run data)" 0
  is "$(engines why release/risk)" 0
  is "$(engines why data/known)" 0
  (($(engines train run -n) > 0))
}

@test "what is remembered may be lost, and any change is noticed" {
  declared
  mlops run --quiet >/dev/null
  settled
  fresh=$(steps run)
  is "$(steps run)" "$fresh"
  rm .mlops/memo.json
  is "$(steps run)" "$fresh"
  echo '{"torn' >.mlops/memo.json
  is "$(steps run)" "$fresh"
  is "$(steps run)" "$fresh"
  sed -i '$d' churn.csv
  settled
  is "$(steps plan | head -n 2)" 'sources/churn would ingest
data/known would make'
  mlops run --quiet >/dev/null
  settled
  mlops run --quiet >/dev/null
  sed -i 's/\* FROM churn/* FROM churn AS c/' mlops.yaml
  is "$(steps plan data | sed -n 2p)" 'data/known would make'
  mlops run data --quiet >/dev/null
  cp mlops.lock before.lock
  sed -i '/^data/d' mlops.lock
  mlops run data --quiet >/dev/null
  cmp before.lock mlops.lock
  is "$(steps run data -p least=3 | sed -n 2p)" 'data/known made'
  is "$(steps run data | sed -n 2p)" 'data/known made'
  rm -r .mlops/refs/data
  is "$(steps run data | sed -n 2p)" 'data/known made'
}

# ones: what the table says.
ones() { mlops data head known --rows 1 --json | jq -r '.items[0].one'; }

@test "SQL that is edited while its table is made is read by the next run" {
  declared
  sed -i 's|    sql: SELECT.*|    sql: known.sql|' mlops.yaml
  mlops ingest --quiet >/dev/null
  settled
  for pause in 0.15 0.3 0.6; do
    cat >known.sql <<END
SELECT churn.*, 1 AS one, $pause AS pause
FROM churn, (SELECT count(*) AS c FROM range(30000000) r(i) WHERE i % 7 = 3) AS slow ORDER BY id
END
    mlops run data --quiet >/dev/null 3>&- &
    pid=$!
    sleep $pause
    echo 'SELECT *, 2 AS one FROM churn' >known.sql
    wait $pid
    mlops run data --quiet >/dev/null
    is "$(ones)" 2
  done
}

@test "other engines are asked anew" {
  declared
  mlops run --quiet >/dev/null
  settled
  mlops run --quiet >/dev/null
  is "$(engines run)" 0
  mkdir -p other/engines
  cp "$build_dir/lib/mlops/engines/table.so" other/engines/
  ln -s "$build_dir/lib/mlops/libs" other/libs
  export MLOPS_ENGINES=$PWD/other/engines
  (($(engines run) > 0))
  is "$(engines run)" 0
  touch other/engines/table.so
  (($(engines plan) > 0))
}

@test "a model that a full disk kept from being trained is tried again" {
  declared
  sed -i 's|  plain: .*|  plain: {train: xgboost, params: {rounds: 3000, stop_after: 0, eta: 0.02}}|' mlops.yaml
  mlops run data --quiet >/dev/null
  # what a file may not be larger than is told as a full disk is
  answers 0 bash -c "trap '' XFSZ; ulimit -f 1000; mlops run --quiet"
  has "$stderr" 'plain was not trained'
  has "$(why)" 'out of date: it was never trained'
  answers 0 mlops run
  has "$stderr" 'linear is that of run'
  lacks "$stderr" 'plain was not trained'
  is "$(steps run | tail -n 1)" 'release/risk fresh'
}
