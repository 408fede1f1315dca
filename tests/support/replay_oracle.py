#!/usr/bin/python3
"""Events that are unpleasant, questions about them, and the answers by a loop over all events for every question.

    replay_oracle.py data FOLDER SEED     events.csv (in the order of the table), known.csv (in the order in which they
                                          became known), asked.csv (in order of time)
    replay_oracle.py answers FOLDER       answers.jsonl: what windows and latest values are, written without a thought
                                          for speed
"""
import csv
import datetime
import json
import math
import random
import sys

START = datetime.datetime(2026, 3, 28)
HOUR = datetime.timedelta(hours=1)
TTL = 30 * HOUR
WINDOWS = {"visits_6h": ("count", None, 6), "paid_6h": ("sum", "amount", 6), "mean_1h": ("mean", "amount", 1),
           "mean_2d": ("mean", "amount", 48), "least_1d": ("min", "amount", 24), "most_1d": ("max", "amount", 24),
           "pieces_1d": ("sum", "pieces", 24), "pieces_mean": ("mean", "pieces", 3), "known_1d": ("count", "pieces", 24)}


def spelled(time):
    return time.isoformat(sep=" ") if time else ""


def make(folder, seed):
    dice = random.Random(seed)
    events, t = [], START
    for number in range(4000):
        t += datetime.timedelta(seconds=dice.choice([0, 0, 60, 60, 300, 900, 0.5]))
        done = t - datetime.timedelta(seconds=dice.choice([0, 0, 1, 3600]))  # clocks that go back
        late = datetime.timedelta(seconds=dice.choice([0, 0, 0, 5, 7200, 86400]))
        known = None if dice.random() < 0.02 else done + late - datetime.timedelta(seconds=dice.choice([0, 0, 30]))
        events.append({
            "place": number, "shop": dice.choice(["north", "south", "south", "ü 'west'", "", "rare"]),
            "amount": dice.choice(["", "0.1", "-0.0", "1e300", "-1e300", "3.3333333333333335", str(dice.random())]),
            "pieces": dice.choice(["", "0", "7", str(dice.randint(-10**12, 10**12))]),
            "kind": dice.choice(["", "a", "b", "ein Satz"]), "done": spelled(done), "known": spelled(known),
            "seen": max(spelled(done), spelled(known)) if known else ""})
    asked = []
    for _ in range(3000):
        moment = START + (t - START) * dice.random()
        if dice.random() < 0.3:
            moment = datetime.datetime.fromisoformat(dice.choice(events)["done"])
        asked.append({"shop": dice.choice(["north", "south", "ü 'west'", "rare", "nobody", ""]), "moment": spelled(moment)})
    write(f"{folder}/events.csv", events)
    write(f"{folder}/known.csv", sorted((e for e in events if e["known"]), key=lambda e: e["seen"]))
    write(f"{folder}/asked.csv", sorted(asked, key=lambda one: one["moment"]))


def write(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def aggregate(kind, values):
    if kind == "count":
        return len(values)
    if not values:
        return None
    if kind in ("min", "max"):
        order = sorted(values, key=lambda v: (v, math.copysign(1, v)))
        return order[0] if kind == "min" else order[-1]
    total = math.fsum(values) if isinstance(values[0], float) else sum(values)
    return total if kind == "sum" else total / len(values)


def number(event, column):
    text = event[column]
    return None if text == "" else int(text) if column == "pieces" else float(text)


def answer(events, shop, moment):
    seen = [e for e in events if shop and e["shop"] == shop and e["seen"] and e["seen"] <= moment]
    out = {}
    for name, (kind, column, hours) in WINDOWS.items():
        inside = [e for e in seen if moment - hours * HOUR <= e["at"]]
        values = [e[column] for e in inside if e[column] is not None] if column else inside
        out["shop__" + name] = aggregate(kind, values)
    newest = max(seen, key=lambda e: (e["at"], e["late"], e["place"]), default=None)
    out["shop__kind"] = newest["kind"] if newest and moment - TTL <= newest["at"] else None
    return out


def answers(folder):
    events = []
    for place, e in enumerate(read(f"{folder}/events.csv")):
        at = datetime.datetime.fromisoformat(e["done"])
        late = datetime.datetime.fromisoformat(e["known"]) if e["known"] else None
        events.append({"shop": e["shop"], "at": at, "late": late, "seen": late and max(at, late), "place": place,
                       "amount": number(e, "amount"), "pieces": number(e, "pieces"), "kind": e["kind"] or None})
    with open(f"{folder}/answers.jsonl", "w", encoding="utf-8") as out:
        for one in read(f"{folder}/asked.csv"):
            found = answer(events, one["shop"], datetime.datetime.fromisoformat(one["moment"]))
            out.write(json.dumps(found) + "\n")


if sys.argv[1] == "data":
    make(sys.argv[2], int(sys.argv[3]))
else:
    answers(sys.argv[2])
