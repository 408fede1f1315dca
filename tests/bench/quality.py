#!/usr/bin/python3
"""quality.py MLOPS EXAMPLE_DATA SEEDS [DATASET...]: what `mlops train run` picks without being told anything,
against scikit-learn's HistGradientBoosting on the same rows, both judged by scikit-learn's own metrics.

Each seed is another split (70/15/15, by class where there are classes). mlops gets a CSV with a column `part`
that says train, valid or test; HistGradientBoosting learns from train and valid with its defaults, its early
stopping included, texts as categories (its own kind where there are at most 255) and dates as their parts.
What HistGradientBoosting is given is what it is made for: numbers, categories, and no rows without a label.

Three lines a dataset: what mlops picked, its best candidate, and the difference (positive: mlops is better)
with its standard error over the seeds. The last line counts the datasets within the bound: 0.005 of AUC or
accuracy, 2 % of RMSE.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import pandas as pd
from sklearn import datasets, metrics
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split

warnings.filterwarnings("ignore", category=UserWarning, module="sklearn.model_selection")
MOST_CATEGORIES = 255
Dataset = collections.namedtuple("Dataset", "name table label metric dates")


def bundled(name, load, metric):
    bunch = load(as_frame=True)
    return Dataset(name, bunch.data.assign(label=bunch.target), "label", metric, [])


def examples(folder):
    read = {"penguins": lambda: pd.DataFrame(json.loads((folder / "penguins.json").read_text())),
            "weather": lambda: pd.read_csv(folder / "seattle-weather.csv"),
            "strikes": lambda: pd.read_csv(folder / "birdstrikes.csv", keep_default_na=False, na_values=[""]),
            "movies": lambda: pd.DataFrame(json.loads((folder / "movies.json").read_text()))}
    strikes = read["strikes"]()
    costs = [c for c in strikes.columns if c.startswith("Cost")]  # known only afterwards
    damage = "Effect Amount of damage"
    damaged = strikes.drop(columns=costs + [damage]).assign(damaged=np.where(strikes[damage] == "None", "no", "yes"))
    return [Dataset("penguins", read["penguins"](), "Species", "accuracy", []),
            Dataset("seattle-weather", read["weather"](), "weather", "accuracy", ["date"]),
            Dataset("seattle-weather-temp", read["weather"](), "temp_max", "rmse", ["date"]),
            Dataset("birdstrikes", damaged, "damaged", "auc", ["Flight Date"]),
            Dataset("birdstrikes-phase", strikes, "Phase of flight", "accuracy", ["Flight Date"]),
            Dataset("movies", read["movies"](), "IMDB Rating", "rmse", ["Release Date"])]


def every_dataset(folder):
    return [bundled("breast-cancer", datasets.load_breast_cancer, "auc"),
            bundled("wine", datasets.load_wine, "accuracy"),
            bundled("iris", datasets.load_iris, "accuracy"),
            bundled("digits", datasets.load_digits, "accuracy"),
            bundled("diabetes", datasets.load_diabetes, "rmse"), *examples(folder)]


def with_parts(data, seed):
    """The rows that have a label, each with its part."""
    table = data.table[data.table[data.label].notna()].reset_index(drop=True)
    by_class = data.metric != "rmse"
    rest, test = train_test_split(table.index, test_size=0.15, random_state=seed,
                                  stratify=table[data.label] if by_class else None)
    _, valid = train_test_split(rest, test_size=0.15 / 0.85, random_state=seed,
                                stratify=table.loc[rest, data.label] if by_class else None)
    part = np.full(len(table), "train", dtype=object)
    part[test] = "test"
    part[valid] = "valid"
    return table.assign(part=part)


def as_numbers(data, table, seen):
    """Columns for HistGradientBoosting, and which of them are categories; `seen` are the rows it learns from."""
    out, categories = {}, []
    for name in table.columns.drop([data.label, "part"]):
        column = table[name]
        if name in data.dates:
            when = pd.to_datetime(column, errors="coerce")
            parts = {"days": (when - pd.Timestamp("1970-01-01")).dt.days, "year": when.dt.year,
                     "month": when.dt.month, "day": when.dt.day, "weekday": when.dt.weekday}
            out.update({f"{name} {part}": values.astype(float) for part, values in parts.items()})
        elif column.dtype == object:
            common = column[seen].value_counts().index[:MOST_CATEGORIES - 1]
            out[name] = column.map({value: float(code) for code, value in enumerate(common)}).astype(float)
            categories.append(name)
        else:
            out[name] = column.astype(float)
    frame = pd.DataFrame(out)
    return frame.to_numpy(), frame.columns.isin(categories)


def theirs(data, table, seed):
    seen, test = (table.part != "test").to_numpy(), (table.part == "test").to_numpy()
    x, categories = as_numbers(data, table, seen)
    y = table[data.label]
    if data.metric == "rmse":
        model = HistGradientBoostingRegressor(random_state=seed, categorical_features=categories)
        model.fit(x[seen], y[seen])
        return metrics.mean_squared_error(y[test], model.predict(x[test]), squared=False)
    model = HistGradientBoostingClassifier(random_state=seed, categorical_features=categories)
    model.fit(x[seen], y[seen])
    if data.metric == "auc":
        return metrics.roc_auc_score(y[test] == model.classes_[1], model.predict_proba(x[test])[:, 1])
    return metrics.accuracy_score(y[test], model.predict(x[test]))


def ask(mlops, folder, *words):
    done = subprocess.run([mlops, *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"error: mlops {' '.join(words)} ended with {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def ours(mlops, data, table):
    """The metric of what was picked and of each candidate, on the test rows."""
    with tempfile.TemporaryDirectory(prefix="mlops-quality.") as folder:
        table.to_csv(os.path.join(folder, "table.csv"), index=False)
        ask(mlops, folder, "ingest", "table.csv", "--json")
        words = ["train", "run", "--label", data.label, "--part", "part", "--json"]
        tried = ask(mlops, folder, *words)["items"][0]["candidates"]
        runs = {run["id"]: run["metrics"] for run in ask(mlops, folder, "runs", "list", "--json")["items"]}
    failed = [one["name"] for one in tried if one["error"] is not None]
    picked = [one["name"] for one in tried if one["picked"]]
    if failed or len(picked) != 1:
        sys.exit(f"error: {data.name}: failed: {failed}, picked: {picked}")
    candidates = {one["name"]: runs[one["run"]][f"test.{data.metric}"] for one in tried}
    return candidates[picked[0]], candidates, picked[0]


def better_by(metric, ours_, theirs_):
    """Positive: mlops is better. RMSE as a share of theirs."""
    return (theirs_ - ours_) / theirs_ if metric == "rmse" else ours_ - theirs_


def figure(name, value, unit, other="-", base=None):
    ratio = "-" if not base else f"{value / base:.4f}"
    print(name, f"{value:.4g}", unit, other, ratio, sep="\t", flush=True)


def bench(mlops, data, seeds):
    results = []
    for seed in range(seeds):
        table = with_parts(data, seed)
        results.append((*ours(mlops, data, table), theirs(data, table, seed)))
    picked, candidates, names, other = zip(*results)
    base, unit = float(np.mean(other)), data.metric
    against = f"HistGradientBoosting, mean of {seeds} splits"
    often = ", ".join(f"{name} {count}x" for name, count in collections.Counter(names).most_common())
    figure(f"quality.{data.name}", float(np.mean(picked)), unit, f"{against} ({base:.4f}); picked {often}", base)
    means = {name: float(np.mean([c[name] for c in candidates])) for name in candidates[0]}
    best = (min if data.metric == "rmse" else max)(means, key=means.get)
    figure(f"quality.{data.name}.{best}", means[best], unit, against, base)
    gaps = [better_by(data.metric, a, b) for a, b in zip(picked, other)]
    gap, error = float(np.mean(gaps)), float(np.std(gaps, ddof=1) / np.sqrt(len(gaps))) if seeds > 1 else float("nan")
    figure(f"quality.{data.name}.difference", gap, "share of rmse" if data.metric == "rmse" else unit,
           f"standard error {error:.2g}; positive is better")
    return gap >= -(0.02 if data.metric == "rmse" else 0.005)


def main():
    mlops, folder, seeds, wanted = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    known = every_dataset(folder)
    strange = set(wanted) - {data.name for data in known}
    if strange:
        sys.exit(f"error: no dataset {', '.join(sorted(strange))} ({', '.join(d.name for d in known)})")
    chosen = [data for data in known if not wanted or data.name in wanted]
    good = sum(bench(mlops, data, seeds) for data in chosen)
    figure("quality.within", good, "datasets", f"of {len(chosen)}: at most 0.005 (auc, accuracy) or 2 % (rmse) worse")


if __name__ == "__main__":
    main()
