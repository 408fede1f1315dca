#!/usr/bin/python3
"""Writes cases.txt beside this file: random predictions, and what scikit-learn 1.2 says of them.

A case is `case NAME TASK CLASSES ROWS`, a line `truth` and a line `predictions` (row-major), then a line for
each metric: `NAME VALUE`. Metrics that scikit-learn does not define there are left out.
"""
import math
import pathlib

import numpy as np
from sklearn import metrics as m


def write(out, name, task, classes, truth, predictions, figures):
    print("case", name, task, classes, len(truth), file=out)
    print("truth", *(f"{t:g}" for t in truth), file=out)
    print("predictions", *(repr(float(p)) for p in np.ravel(predictions)), file=out)
    for metric, value in figures.items():
        print(metric, repr(float(value)), file=out)


def calibration_error(truth, p):
    place = np.minimum((p * 10).astype(int), 9)
    gaps = [abs((p[place == b] - truth[place == b]).sum()) for b in range(10)]
    return sum(gaps) / len(p)


def binary(out, name, truth, p):
    said = (p >= 0.5).astype(int)
    figures = {"accuracy": m.accuracy_score(truth, said), "brier": ((p - truth) ** 2).mean(),
               "logloss": m.log_loss(truth, p, labels=[0, 1]), "ece": calibration_error(truth, p)}
    if 0 < truth.sum() < len(truth):
        figures["auc"] = m.roc_auc_score(truth, p)
    if truth.sum() > 0:
        figures["average_precision"] = m.average_precision_score(truth, p)
        figures["recall"] = m.recall_score(truth, said)
    if truth.sum() + said.sum() > 0:
        figures["f1"] = m.f1_score(truth, said)
    if said.sum() > 0:
        figures["precision"] = m.precision_score(truth, said)
    write(out, name, "binary", 2, truth, p, figures)


def multiclass(out, name, classes, truth, p):
    said = p.argmax(axis=1)
    figures = {"accuracy": m.accuracy_score(truth, said),
               "logloss": m.log_loss(truth, p, labels=range(classes)),
               "f1": m.f1_score(truth, said, average="macro", zero_division=0),
               "precision": m.precision_score(truth, said, average="macro", zero_division=0),
               "recall": m.recall_score(truth, said, average="macro", zero_division=0)}
    if len(set(truth)) == classes:
        figures["auc"] = m.roc_auc_score(truth, p, multi_class="ovr", average="macro")
    else:  # of the classes that are there
        figures["auc"] = np.mean([m.roc_auc_score(truth == k, p[:, k]) for k in set(truth)])
    write(out, name, "multiclass", classes, truth, p, figures)


def regression(out, name, truth, p):
    figures = {"rmse": math.sqrt(m.mean_squared_error(truth, p)), "mae": m.mean_absolute_error(truth, p),
               "median_error": m.median_absolute_error(truth, p)}
    if len(set(truth)) > 1:
        figures["r2"] = m.r2_score(truth, p)
    if (truth != 0).all():
        figures["mape"] = m.mean_absolute_percentage_error(truth, p)
    write(out, name, "regression", 0, truth, p, figures)


def scores(random, truth, strength):
    return np.round(1 / (1 + np.exp(-random.normal(strength * (truth - 0.5), 1))), 3)


def probabilities(random, truth, classes, strength):
    p = np.exp(random.normal(0, 1, (len(truth), classes)) + strength * np.eye(classes)[truth])
    p = np.round(p / p.sum(axis=1, keepdims=True), 3)
    p[:, 0] = 1 - p[:, 1:].sum(axis=1)  # rounded rows that sum to 1
    return np.clip(p, 0, 1)


def main():
    random = np.random.default_rng(7)
    with open(pathlib.Path(__file__).with_name("cases.txt"), "w", encoding="ascii") as out:
        truth = random.integers(0, 2, 300)
        binary(out, "even", truth, scores(random, truth, 2))
        binary(out, "ties", truth, np.round(scores(random, truth, 2), 1))
        binary(out, "constant", truth, np.full(300, 0.25))
        binary(out, "noise", truth, np.round(random.random(300), 3))
        binary(out, "wrong", truth, 1 - scores(random, truth, 3))
        binary(out, "sure", truth, (random.random(300) < 0.5).astype(float))
        rare = (np.arange(400) % 200 == 3).astype(int)
        binary(out, "rare", rare, np.round(scores(random, rare, 3) * 0.4, 3))
        binary(out, "one", (np.arange(50) == 20).astype(int), np.round(random.random(50), 3))
        binary(out, "all-yes", np.ones(40, int), np.round(random.random(40), 3))
        binary(out, "all-no", np.zeros(40, int), np.round(random.random(40), 3))
        binary(out, "perfect", truth, np.where(truth == 1, 0.9, 0.2))
        few = random.integers(0, 3, 200)
        multiclass(out, "three", 3, few, probabilities(random, few, 3, 1.5))
        many = random.integers(0, 7, 300)
        multiclass(out, "seven", 7, many, probabilities(random, many, 7, 2))
        gone = random.integers(0, 3, 120)
        multiclass(out, "absent", 5, gone, probabilities(random, gone, 5, 1))
        rarely = np.where(random.random(200) < 0.02, 2, random.integers(0, 2, 200))
        p = probabilities(random, rarely, 3, 0) * [1, 1, 0.01]
        multiclass(out, "never-said", 3, rarely, p / p.sum(axis=1, keepdims=True))
        y = np.round(random.normal(10, 3, 250), 2)
        regression(out, "near", y, np.round(y + random.normal(0, 1, 250), 2))
        regression(out, "far", y, np.round(random.normal(0, 20, 250), 2))
        regression(out, "exact", y, y)
        regression(out, "flat", np.full(30, 4.5), np.round(random.normal(4, 1, 30), 2))
        regression(out, "zeros", np.round(random.normal(0, 1, 61)), np.round(random.normal(0, 1, 61), 2))
        regression(out, "great", y * 1e9, np.round(y * 1e9 + random.normal(0, 1e6, 250)))


if __name__ == "__main__":
    main()
