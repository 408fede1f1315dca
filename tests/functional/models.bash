# Models that the tests share. `load models` after `load lib` and `load seed`.
# shellcheck shell=bash

# xgboost_model FILE [OBJECTIVE [PARAM=VALUE...]]: trained by the library itself on generated rows.
xgboost_model() {
  /usr/bin/python3 - "$@" <<'END'
import sys
import numpy as np, pandas as pd, xgboost

file, objective = sys.argv[1], (sys.argv[2:3] or ["binary:logistic"])[0]
more = dict(text.split("=") for text in sys.argv[3:])
rounds = int(more.pop("rounds", 8))
random = np.random.RandomState(1)
rows = 400
table = pd.DataFrame({
    "age": random.randint(18, 80, rows),
    "income": random.lognormal(10, 1, rows),
    "member": random.rand(rows) < 0.5,
    "score": np.where(random.rand(rows) < 0.1, np.nan, random.randn(rows)),
})
value = table.age * 1000 + table.income * (1 + table.member)
label = {"binary": (value > 80000) * 1, "multi": table.age // 21, "rank": (value > 80000) * 1}.get(
    objective.split(":")[0], value / 1000)
if objective.startswith("multi"):
    more["num_class"] = 4
data = xgboost.DMatrix(table, label)
xgboost.train({"objective": objective, "max_depth": 4, "nthread": 1, **more}, data, rounds).save_model(file)
END
}

# model_folder DIR [SHARE]: a folder as this program makes one, by hand.
model_folder() {
  mkdir -p "$1"
  cat >"$1/model.json" <<END
{
  "mlops_model": 1,
  "algorithm": "prior",
  "loss": "logloss",
  "parameters": {"smoothing": 0},
  "signature": {
    "task": "binary",
    "inputs": [
      {"name": "age", "type": "BIGINT", "encoding": "number", "categories": [], "unseen": "missing",
       "nulls": "missing", "nullable": true, "min": 18, "max": 80},
      {"name": "city", "type": "VARCHAR", "encoding": "category", "categories": ["Rosario", "Lima"],
       "unseen": "missing", "nulls": "missing", "nullable": false, "min": null, "max": null}
    ],
    "label": "churned",
    "label_type": "BOOLEAN",
    "classes": ["false", "true"],
    "threshold": 0.5
  },
  "fitted": {"shares": [$(jq -n "1 - ${2:-0.25}"), ${2:-0.25}]},
  "files": []
}
END
}

# seed_models: churn has two versions and a champion; churn.ubj is the model of XGBoost that examples name.
seed_models() {
  xgboost_model churn.ubj || return
  model_folder first 0.25
  model_folder second 0.75
  mlops model register churn --file first --quiet --as-of 2026-11-03 >/dev/null || return
  mlops model promote churn@v1 --why 'the first' --quiet --as-of 2026-11-03 >/dev/null || return
  mlops model register churn --file second --note 'more data' --quiet --as-of 2026-11-04 >/dev/null || return
  mlops model promote churn@v2 --to challenger --quiet --as-of 2026-11-04 >/dev/null
}

# version_of_model ADDRESS
version_of_model() { mlops model show "$1" --json | jq .items[0].version; }

# mlmodel ADDRESS: the file MLmodel of a version, as JSON, read by PyYAML.
mlmodel() {
  local digest
  digest=$(mlops model show "$1" --json | jq -r '.items[0].files[] | select(.path == "MLmodel") | .digest')
  /usr/bin/python3 -c 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))' \
    ".mlops/objects/sha256/${digest:7:2}/${digest:9}"
}
