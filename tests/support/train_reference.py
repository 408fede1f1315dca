#!/usr/bin/python3
"""Compares the coefficients of train_probe with those of scikit-learn and numpy on the same rows.

    tests/support/train_reference.py PROBE FOLDER linear|collinear|binary|multiclass

One line for each figure that differs by more than 1e-6; exit 1 when there is one.
"""

import json
import os
import subprocess
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402
from sklearn import datasets, linear_model  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

PROBE, FOLDER, KIND = sys.argv[1:4]
WITHIN = 1e-6
faults = 0


def write(path, x, y, parts, whole):
    names = [f"x{i:03d}:number" for i in range(x.shape[1])]
    with open(path, "w", encoding="utf-8") as out:
        print(*names, "y:whole" if whole else "y:number", "part:text", sep="\t", file=out)
        for row, label, part in zip(x, y, parts):
            print(*[repr(float(v)) for v in row], int(label) if whole else repr(float(label)), part, sep="\t", file=out)


def trained(x, y, trainer, l2):
    """Our model, the standardised training rows that it saw, and their labels."""
    parts = np.array(["test" if i % 5 == 0 else "train" for i in range(len(y))])
    path = os.path.join(FOLDER, "table.tsv")
    write(path, x, y, parts, trainer == "logistic")
    done = subprocess.run([PROBE, path, "y", trainer, f"l2={l2}", "threads=2"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    model = json.loads(done.stdout)
    kept = [int(name[1:]) for name in model["inputs"]]
    rows = parts == "train"
    return model["fitted"], StandardScaler().fit_transform(x[rows][:, kept]), y[rows]


def compare(name, fitted, coefficients, intercepts):
    global faults
    ours = np.array(fitted["coefficients"])
    gap = max(np.abs(ours - np.atleast_2d(coefficients)).max(),
              np.abs(np.array(fitted["intercepts"]) - intercepts).max())
    if gap > WITHIN * max(1, np.abs(ours).max()):
        faults += 1
        print(f"{name}: {gap:.3g} apart, of {np.abs(ours).max():.3g}")


def same(name, x, y, trainer, l2, reference):
    fitted, rows, labels = trained(x, y, trainer, l2)
    reference.fit(rows, labels)
    compare(f"{name}, l2 {l2}", fitted, reference.coef_, reference.intercept_)


def linear(random):
    d = datasets.load_diabetes()
    same("diabetes", d.data, d.target, "linear", 0, linear_model.LinearRegression())
    for l2 in 0.01, 3.5, 1000:
        same("diabetes", d.data, d.target, "linear", l2, linear_model.Ridge(l2, solver="svd"))
    wide = random.randn(50, 120) * random.rand(120) * 10 + 5
    same("wide", wide, wide[:, :5].sum(1) + random.randn(50), "linear", 0.7, linear_model.Ridge(0.7, solver="svd"))
    near = random.randn(200, 4)
    near = np.c_[near, near[:, 0] + 1e-4 * random.randn(200)]
    same("nearly collinear", near, near.sum(1) + random.randn(200), "linear", 0, linear_model.LinearRegression())


def collinear(random):
    x = random.randn(300, 6)
    x = np.c_[x, x[:, 0] + x[:, 1], 2 * x[:, 2] - x[:, 3]]
    wide = random.randn(50, 120) * random.rand(120) * 10 + 5
    for name, table in ("collinear", x), ("wide", wide):
        fitted, rows, labels = trained(table, table[:, :5].sum(1) + random.randn(len(table)), "linear", 0)
        answer = np.linalg.pinv(rows, rcond=1e-10) @ (labels - labels.mean())
        compare(name, fitted, answer, labels.mean())


def binary(_):
    b = datasets.load_breast_cancer()
    for l2 in 0.01, 1, 100:
        reference = linear_model.LogisticRegression(C=1 / l2, tol=1e-10, max_iter=1000, solver="newton-cholesky")
        same("breast cancer", b.data, b.target, "logistic", l2, reference)


def multiclass(_):
    for name, l2 in ("iris", 1), ("iris", 0.1), ("wine", 1):
        d = getattr(datasets, f"load_{name}")()
        reference = linear_model.LogisticRegression(C=1 / l2, tol=1e-7, max_iter=300, solver="newton-cg")
        same(name, d.data, d.target, "logistic", l2, reference)


{"linear": linear, "collinear": collinear, "binary": binary, "multiclass": multiclass}[KIND](np.random.RandomState(0))
sys.exit(1 if faults else 0)
