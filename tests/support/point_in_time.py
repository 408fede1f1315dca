#!/usr/bin/python3
"""Windows as of each row's time, by a loop over all events for every row: what `mlops features join` is held to.

point_in_time.py EVENTS.csv EVENT_KEY AT VALUE ROWS.csv TIME PREFIX=ROW_KEY... -- NAME=AGGREGATE:SECONDS...

Prints the rows with the columns PREFIX__NAME behind them, as CSV with the spelling of numbers that mlops has.
"""
import csv, datetime, math, sys


def moment(text):
    return datetime.datetime.fromisoformat(text) if text else None


def value_of(aggregate, values):
    if aggregate == "count":
        return len(values)
    known = [v for v in values if v is not None]
    if not known:
        return None
    if aggregate == "mean":
        return math.fsum(known) / len(known)
    return {"sum": sum, "min": min, "max": max}[aggregate](known)


def main(arguments):
    cut = arguments.index("--")
    events_file, key, at, column, rows_file, time = arguments[:6]
    uses = [use.split("=") for use in arguments[6:cut]]
    windows = []
    for spec in arguments[cut + 1:]:
        name, rest = spec.split("=")
        aggregate, seconds = rest.split(":")
        windows.append((name, aggregate, datetime.timedelta(seconds=float(seconds))))
    with open(events_file, newline="", encoding="utf-8") as file:
        events = [(e[key], moment(e[at]), int(e[column]) if e[column] else None) for e in csv.DictReader(file)]
    with open(rows_file, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(list(rows[0]) + [f"{prefix}__{name}" for prefix, _ in uses for name, _, _ in windows])
    for row in rows:
        t = moment(row[time])
        cells = []
        for _, own in uses:
            mine = [(a, v) for k, a, v in events if k == row[own] and k and a and t]
            for _, aggregate, window in windows:
                cells.append(value_of(aggregate, [v for a, v in mine if t - window <= a <= t]))
        out.writerow(list(row.values()) + ["" if c is None else c for c in cells])


main(sys.argv[1:])
