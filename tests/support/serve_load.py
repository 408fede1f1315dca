"""serve_load.py URL THREADS STOP: asks in keep-alive loops until the file STOP is there or the server says that it
closes, and prints {"answers", "models", "closed", "faults"} as JSON.

The versions 1 and 2 of the model answer every row with false and true: an answer that is not that of the version it
names is a fault, and so is a request without an answer.
"""
import http.client
import json
import os
import sys
import threading
import urllib.parse

address = urllib.parse.urlsplit(sys.argv[1])
stop = sys.argv[3]
body = json.dumps({"dataframe_records": [{"age": 40, "city": "Lima"}, {"age": None, "city": "Quito"}]})
wanted = {"churn@v1": [False, False], "churn@v2": [True, True]}
seen = {"answers": 0, "models": {}, "closed": 0, "faults": []}
lock = threading.Lock()


def fault_of(response, text):
    model = response.headers["mlops-model"]
    answer = json.loads(text) if response.status == 200 else {}
    if answer.get("predictions") != wanted.get(model) or answer.get("model") != model:
        return f"{response.status} {model} {text[:200]}"
    return None


def ask(connection):
    """True while the connection stays open."""
    connection.request("POST", "/invocations", body, {"content-type": "application/json"})
    response = connection.getresponse()
    text = response.read().decode()
    closes = (response.headers["connection"] or "").lower() == "close"
    with lock:
        seen["answers"] += 1
        model = response.headers["mlops-model"]
        seen["models"][model] = seen["models"].get(model, 0) + 1
        seen["closed"] += closes
        if fault := fault_of(response, text):
            seen["faults"].append(fault)
    return not closes


def loop():
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        while not os.path.exists(stop) and ask(connection):
            pass
    except Exception as e:
        with lock:
            seen["faults"].append(repr(e))


threads = [threading.Thread(target=loop) for _ in range(int(sys.argv[2]))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(seen))
