#!/usr/bin/env python3
"""Life as it was: events are pushed into a server in the order in which they became known, and between two pushes it
is asked for features at the moments that lie between them.

    replay.py URL SPEC EVENTS.csv QUESTIONS.csv ANSWERS.jsonl

SPEC is a file of JSON:
    {"views": ["airport"],              fed with every event, all of its columns
     "known": "landed",                 column of the events by which they are sorted: when they became known
     "uses": [{"view": "airport", "entity": "airport", "column": "origin", "as": "airport",
               "features": ["delay_1h"]}],
     "time": "date",                    column of the questions, which are sorted by it
     "every": 3600,                     seconds from push to push
     "numbers": ["delay"]}              columns of the events that are no texts
One line for each question, in their order: {"airport__delay_1h": 3.5, ...}. Says on stderr what it did.
"""
import csv
import datetime
import http.client
import json
import sys
import urllib.parse


def moment(text):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()


class Client:
    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=60)

    def post(self, path, body):
        self.connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status != 200:
            sys.exit(f"POST {path}: {response.status} {text}")
        return json.loads(text) if text.strip() else None


class Replay:
    def __init__(self, client, spec):
        self.client = client
        self.spec = spec
        self.pushed = self.asked = self.pushes = 0

    def value(self, column, text):
        if text == "":
            return None
        return json.loads(text) if column in self.spec["numbers"] else text

    def push(self, events):
        if not events:
            return
        columns = {name: [self.value(name, event[name]) for event in events] for name in events[0]}
        for view in self.spec["views"]:
            self.client.post("/push", {"push_source_name": view, "df": columns, "to": "online"})
        self.pushed += len(events)
        self.pushes += 1

    def ask(self, questions):
        answers = [{} for _ in questions]
        for use in self.spec["uses"] if questions else []:
            reply = self.client.post(
                "/get-online-features",
                {"entities": {use["entity"]: [question[use["column"]] or None for question in questions],
                              "event_timestamp": [question[self.spec["time"]] for question in questions]},
                 "features": [f"{use['view']}:{feature}" for feature in use["features"]]})
            names = reply["metadata"]["feature_names"]
            for name in use["features"]:
                values = reply["results"][names.index(name)]["values"]
                for answer, value in zip(answers, values):
                    answer[f"{use['as']}__{name}"] = value
        self.asked += len(questions)
        return answers


def until(rows, column, limit):
    """The rows of an iterator, which holds back the first that is too late, up to `limit`."""
    out = []
    for row in rows:
        if moment(row[column]) > limit:
            return out, row
        out.append(row)
    return out, None


def batches(events, questions, spec):
    """Pairs of events and the questions that come after them and before the next ones."""
    event = next(events, None)
    question = next(questions, None)
    limit = moment(question[spec["time"]]) if question else 0
    while question is not None:
        limit += spec["every"]
        asked, next_question = until(chained(question, questions), spec["time"], limit)
        known, event = until(chained(event, events), spec["known"], limit)
        yield known, asked
        question = next_question
        if question is not None:
            limit = max(limit, moment(question[spec["time"]]) - spec["every"])


def chained(first, rest):
    if first is not None:
        yield first
        yield from rest


def main():
    url, spec, events, questions, answers = sys.argv[1:]
    with open(spec, encoding="utf-8") as file:
        spec = json.load(file)
    replay = Replay(Client(url), spec)
    with open(events, newline="", encoding="utf-8") as known, open(questions, newline="", encoding="utf-8") as asked, \
            open(answers, "w", encoding="utf-8") as out:
        for pushed, questions in batches(csv.DictReader(known), csv.DictReader(asked), spec):
            replay.push(pushed)
            for answer in replay.ask(questions):
                out.write(json.dumps(answer) + "\n")
    print(f"{replay.pushed} events in {replay.pushes} pushes, {replay.asked} questions", file=sys.stderr)


if __name__ == "__main__":
    main()
