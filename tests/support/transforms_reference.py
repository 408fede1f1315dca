#!/usr/bin/python3
"""What transforms learn and give, beside scikit-learn's, on data that comes with it.

transforms_reference.py write FOLDER       visits.csv and mlops.yaml for a project
transforms_reference.py compare FOLDER     show.json (`mlops model show --json`) and answers.csv (`mlops predict` on
                                           visits.csv, of a rule that is made of all transformed columns)

Prints nothing and exits 0 when all agrees to 12 digits. The tie of rare categories is the one difference: of values
that are equally frequent scikit-learn keeps the greater, we the lesser text, so none is at the border here.
"""
import csv
import json
import math
import sys

import numpy
from sklearn.datasets import load_breast_cancer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TOP = 6
KIND, FOLDER = sys.argv[1:3]

PROJECT = """mlops: 1
sources:
  visits: {{from: visits.csv, label: y, time: moment, types: {{kind: VARCHAR, part: VARCHAR}}}}
features:
  f:
    key: {{id: id}}
    from: visits
    at: moment
    columns:
      z: zscore(size)
      m: impute(gap, mean)
      d: impute(gap, median)
      k: onehot(kind, top={top})
models:
  all: {{train: rule, case: '{rule}', features: [f]}}
"""


def data():
    """Of each row: size, gap (with nulls), kind (texts, many and some rare), part."""
    x = load_breast_cancer().data
    gap = numpy.array([numpy.nan if i % 7 == 3 else v for i, v in enumerate(x[:, 3])])
    kind = [str(int(v)) for v in x[:, 1]]
    part = ["train" if i % 10 < 6 else "valid" if i % 10 < 8 else "test" for i in range(len(x))]
    # The rows that judge and choose are other ones: whoever learnt from them would be caught.
    size = numpy.array([v if p == "train" else v * 50 + 1e4 for v, p in zip(x[:, 0], part)])
    return size, gap, kind, part


def rule(categories):
    flags = "".join(f" + {1000 * (i + 1)} * f__k__{c}" for i, c in enumerate(categories))
    return f"f__z + 3 * f__m + 7 * f__d{flags}"


def learnt_kinds(kind, part):
    encoder = OneHotEncoder(max_categories=TOP + 1, handle_unknown="infrequent_if_exist", sparse=False)
    encoder.fit([[k] for k, p in zip(kind, part) if p == "train"])
    rare = set(encoder.infrequent_categories_[0])
    return encoder, [c for c in encoder.categories_[0] if c not in rare]


def write():
    size, gap, kind, part = data()
    _, kept = learnt_kinds(kind, part)
    with open(f"{FOLDER}/visits.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "moment", "size", "gap", "kind", "part", "y"])
        for i, (s, g, k, p) in enumerate(zip(size, gap, kind, part)):
            moment = f"2026-01-{1 + i // 24:02d} {i % 24:02d}:00:00"
            out.writerow([i, moment, repr(float(s)), "" if math.isnan(g) else repr(float(g)), k, p, i * 37 % 101 + 0.5])
    with open(f"{FOLDER}/mlops.yaml", "w") as file:
        file.write(PROJECT.format(top=TOP, rule=rule(kept + ["other"])))


def close(what, got, wanted):
    if not numpy.allclose(got, wanted, rtol=1e-12, atol=1e-12):
        sys.exit(f"{what}: {got} and not {wanted}")


def compare():
    size, gap, kind, part = data()
    train = numpy.array([p == "train" for p in part])
    with open(f"{FOLDER}/show.json") as file:
        learnt = {f["name"]: f["learnt"] for f in json.load(file)["items"][0]["features"]}
    scaler = StandardScaler().fit(size[train].reshape(-1, 1))
    close("mean", learnt["f__z"]["mean"], scaler.mean_[0])
    close("deviation", learnt["f__z"]["deviation"], scaler.scale_[0])
    by = {}
    for name, strategy in (("f__m", "mean"), ("f__d", "median")):
        by[name] = SimpleImputer(strategy=strategy).fit(gap[train].reshape(-1, 1))
        close(strategy, learnt[name]["fill"], by[name].statistics_[0])
    encoder, kept = learnt_kinds(kind, part)
    if sorted(learnt["f__k"]["categories"]) != kept:
        sys.exit(f"categories: {learnt['f__k']['categories']} and not {kept}")
    flags = encoder.transform([[k] for k in kind])  # the last column is that of the rare and the unknown
    wanted = scaler.transform(size.reshape(-1, 1))[:, 0]
    wanted = wanted + 3 * by["f__m"].transform(gap.reshape(-1, 1))[:, 0] + 7 * by["f__d"].transform(gap.reshape(-1, 1))[:, 0]
    wanted = wanted + flags @ (1000 * numpy.arange(1, flags.shape[1] + 1))
    with open(f"{FOLDER}/answers.csv") as file:
        close("answers", [float(row["prediction"]) for row in csv.DictReader(file)], wanted)


{"write": write, "compare": compare}[KIND]()
