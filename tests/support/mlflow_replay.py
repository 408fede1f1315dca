"""mlflow_replay.py RECORDING: sends what a client of MLflow sent to MLflow's own server to MLFLOW_TRACKING_URI, and
compares the answers. A line of a recording is {"method", "path", "body", "status", "answer"}; in it <run0>, <model0>
and <experiment0> stand for ids that an answer gave, <time> for a time and <any> for what each server decides."""
import http.client
import json
import os
import re
import sys
from urllib.parse import urlparse

PLACE = re.compile(r"<(?:run|model|experiment)\d+>")


def filled(value, known):
    return json.loads(PLACE.sub(lambda place: known[place[0]], json.dumps(value)))


def keyed(found):
    """Lists of keys and values have no order."""
    if isinstance(found, list) and found and all(isinstance(x, dict) and "key" in x for x in found):
        return sorted(found, key=lambda x: json.dumps(x, sort_keys=True))
    return found


def differences(wanted, found, known, where=""):
    if wanted == "<any>" or (wanted == "<time>" and isinstance(found, int) and found > 10**12):
        return
    if isinstance(wanted, str) and PLACE.fullmatch(wanted) and isinstance(found, str):
        if known.setdefault(wanted, found) != found:
            yield f"{where}: {found!r} instead of {wanted} = {known[wanted]!r}"
        return
    if isinstance(wanted, dict) and isinstance(found, dict):
        if sorted(wanted) != sorted(found):
            yield f"{where}: {sorted(found)} instead of {sorted(wanted)}"
        for key in sorted(wanted.keys() & found.keys()):
            yield from differences(wanted[key], found[key], known, f"{where}.{key}")
        return
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for i, (one, other) in enumerate(zip(keyed(wanted), keyed(found))):
            yield from differences(one, other, known, f"{where}[{i}]")
        return
    if isinstance(wanted, str) and PLACE.search(wanted):
        wanted = filled(wanted, known)
    if wanted != found:
        yield f"{where}: {found!r} instead of {wanted!r}"


def main():
    uri = urlparse(os.environ["MLFLOW_TRACKING_URI"])
    connection = http.client.HTTPConnection(uri.hostname, uri.port)
    known, bad, count = {}, 0, 0
    with open(sys.argv[1], encoding="utf-8") as recording:
        lines = [json.loads(line) for line in recording]
    for line in lines:
        body = None if line["body"] is None else json.dumps(filled(line["body"], known))
        connection.request(line["method"], uri.path + filled(line["path"], known), body,
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        faults = list(differences(line["answer"], found, known))
        if answer.status != line["status"]:
            faults.append(f"status {answer.status} instead of {line['status']}")
        for fault in faults:
            print(line["method"], line["path"], fault)
        bad += bool(faults)
        count += 1
    print(f"{count} calls, {bad} with another answer")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
