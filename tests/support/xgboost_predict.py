#!/usr/bin/python3
"""xgboost_predict.py MODEL ROWS COLUMNS CATEGORIES OUT: Python's XGBoost on a model of ours.

ROWS holds 32-bit floats, row after row of COLUMNS, of which the last CATEGORIES are codes; OUT gets the answers as
32-bit floats.
"""
import sys

import numpy
import xgboost

model, rows, columns, categories, out = sys.argv[1:]
columns, categories = int(columns), int(categories)
values = numpy.fromfile(rows, dtype="<f4").reshape(-1, columns)
kinds = ["q"] * (columns - categories) + ["c"] * categories
booster = xgboost.Booster({"nthread": 1}, model_file=model)
matrix = xgboost.DMatrix(values, feature_types=kinds, enable_categorical=True, nthread=1)
booster.predict(matrix).astype("<f4").tofile(out)
