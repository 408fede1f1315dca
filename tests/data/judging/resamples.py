#!/usr/bin/python3
"""Writes resamples.txt beside this file: what scikit-learn 1.2 says of the cases of cases.txt where each row counts as
often as resamples draw it. The draws are made here once more, from their description in evaluate/bootstrap.hpp.

A resample is `resample CASE SEED NUMBER`, a line `drawn` with a count for each row, then a line for each metric:
`NAME VALUE`. Metrics that scikit-learn does not define there are left out.
"""
import math
import pathlib

import numpy as np
from sklearn import metrics as m

MASK = (1 << 64) - 1


def mixed(z):
    z = (z + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def drawn(rows, seed, number):
    counts = np.zeros(rows, int)
    state = mixed(mixed(seed) ^ number)
    left = rows
    while left > 0:
        bits = mixed(state)
        state = (state + 0x9E3779B97F4A7C15) & MASK
        for half in (bits & 0xFFFFFFFF, bits >> 32):
            place = half * rows
            if left > 0 and place & 0xFFFFFFFF >= (1 << 32) % rows:
                counts[place >> 32] += 1
                left -= 1
    return counts


def binary(truth, p, w):
    said = (p >= 0.5).astype(int)
    place = np.minimum((p * 10).astype(int), 9)
    figures = {"accuracy": m.accuracy_score(truth, said, sample_weight=w),
               "brier": m.brier_score_loss(truth, p, sample_weight=w, pos_label=1),
               "logloss": m.log_loss(truth, p, labels=[0, 1], sample_weight=w),
               "ece": sum(abs((w * (p - truth))[place == b].sum()) for b in range(10)) / w.sum()}
    yes, positive = (w * said).sum(), (w * truth).sum()
    if 0 < positive < w.sum():
        figures["auc"] = m.roc_auc_score(truth, p, sample_weight=w)
    if positive > 0:
        figures["average_precision"] = m.average_precision_score(truth, p, sample_weight=w)
        figures["recall"] = m.recall_score(truth, said, sample_weight=w)
    if positive + yes > 0:
        figures["f1"] = m.f1_score(truth, said, sample_weight=w)
    if yes > 0:
        figures["precision"] = m.precision_score(truth, said, sample_weight=w)
    return figures


def multiclass(truth, p, w):
    truth, p, w = truth[w > 0].astype(int), p[w > 0], w[w > 0]
    said = p.argmax(axis=1)
    macro = {"average": "macro", "zero_division": 0, "sample_weight": w}
    there = [k for k in sorted(set(truth)) if len(set(truth)) > 1]
    figures = {"accuracy": m.accuracy_score(truth, said, sample_weight=w),
               "logloss": m.log_loss(truth, p, labels=range(p.shape[1]), sample_weight=w),
               "f1": m.f1_score(truth, said, **macro), "precision": m.precision_score(truth, said, **macro),
               "recall": m.recall_score(truth, said, **macro)}
    if there:
        figures["auc"] = np.mean([m.roc_auc_score(truth == k, p[:, k], sample_weight=w) for k in there])
    return figures


def regression(truth, p, w):
    figures = {"rmse": math.sqrt(m.mean_squared_error(truth, p, sample_weight=w)),
               "mae": m.mean_absolute_error(truth, p, sample_weight=w),
               # its weighted median is the lower one of an even number: rows are repeated instead
               "median_error": m.median_absolute_error(np.repeat(truth, w), np.repeat(p, w))}
    if len(set(truth[w > 0])) > 1:
        figures["r2"] = m.r2_score(truth, p, sample_weight=w)
    if (truth[w > 0] != 0).all():
        figures["mape"] = m.mean_absolute_percentage_error(truth[w > 0], p[w > 0], sample_weight=w[w > 0])
    return figures


def main():
    here = pathlib.Path(__file__)
    with open(here.with_name("resamples.txt"), "w", encoding="ascii") as out:
        for line in open(here.with_name("cases.txt"), encoding="ascii"):
            word, *rest = line.split()
            if word == "case":
                name, task, classes = rest[0], rest[1], int(rest[2])
            elif word == "truth":
                truth = np.array(rest, float)
            elif word == "predictions":
                p = np.array(rest, float)
                p = p.reshape(len(truth), -1) if task == "multiclass" else p
                for seed, number in ((1, 0), (7, 1999)):
                    w = drawn(len(truth), seed, number)
                    figures = {"binary": binary, "multiclass": multiclass, "regression": regression}[task](truth, p, w)
                    print("resample", name, seed, number, file=out)
                    print("drawn", *w, file=out)
                    for metric, value in figures.items():
                        print(metric, repr(float(value)), file=out)


if __name__ == "__main__":
    main()
