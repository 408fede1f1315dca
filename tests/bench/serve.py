#!/usr/bin/python3
"""serve.py MLOPS HTTP_ECHO WORK SECONDS: what a request of one row costs the server, against a server of the same
build that only echoes, and against FastAPI where it is installed.

100 boosted trees of depth 6 over 20 numbers answer POST /v2/models/bench/infer. Each server has one event loop on
processor 0; wrk has 64 connections on processor 1. Windows of SECONDS alternate between the servers and the cheapest
of each counts: CPU microseconds of the server's threads by request (their schedstat), which neighbours on a shared
machine disturb least. Requests a second and the 99th percentile are those of the best window.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.request

import numpy as np
import xgboost

ROUNDS, COLUMNS, TREES, DEPTH = 5, 20, 100, 6

FASTAPI = """
import json
import numpy as np
import xgboost
from fastapi import FastAPI, Request, Response
app = FastAPI()
booster = xgboost.Booster(model_file="bench.json")
booster.set_param({"nthread": 1})

@app.post("/v2/models/bench/infer")
async def infer(request: Request):
    tensor = json.loads(await request.body())["inputs"][0]
    values = np.asarray(tensor["data"], dtype=np.float32).reshape(tensor["shape"])
    answers = booster.inplace_predict(values)
    return Response(json.dumps({"model_name": "bench", "outputs": [{"name": "probability", "datatype": "FP32",
                    "shape": [len(answers)], "data": answers.tolist()}]}), media_type="application/json")
"""


def figure(name, value, unit, other="-", base=None):
    print(name, f"{value:.4g}", unit, other, "-" if base is None else f"{value / base:.2f}", sep="\t", flush=True)


def train(folder):
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(20000, COLUMNS)).astype(np.float32)
    labels = (rows[:, 0] + rows[:, 1] * rows[:, 2] + draw.normal(size=len(rows)) > 0).astype(np.float32)
    data = xgboost.DMatrix(rows, labels, feature_names=[f"x{i}" for i in range(COLUMNS)])
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": DEPTH, "seed": 1}, data, TREES)
    booster.save_model(folder / "bench.json")
    return rows


def one_tensor(rows):
    values = [[round(float(value), 4) for value in row] for row in rows]
    return json.dumps({"inputs": [{"name": "rows", "shape": [len(rows), COLUMNS], "datatype": "FP32", "data": values}]})


def dataframe(rows):
    values = [[round(float(value), 4) for value in row] for row in rows]
    return json.dumps({"dataframe_split": {"columns": [f"x{i}" for i in range(COLUMNS)], "data": values}})


def cpu_ns(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks)


def resident_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1000


def script(folder, name, path, body):
    assert "]==]" not in body
    file = folder / f"{name}.lua"
    file.write_text(f'wrk.method = "POST"\nwrk.path = "{path}"\nwrk.body = [==[{body}]==]\n'
                    'wrk.headers["Content-Type"] = "application/json"\n'
                    'function done(summary, latency)\n'
                    '  io.write(string.format("RESULT %d %d %d %f\\n", summary.requests, summary.duration, '
                    'summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout, '
                    'latency:percentile(99)))\nend\n')
    return file


class Server:
    def __init__(self, name, command, folder, **more):
        self.process = subprocess.Popen(["taskset", "-c", "0", *command], cwd=folder, stdout=subprocess.PIPE, text=True,
                                        **more)
        self.name = name
        self.windows = {}

    def url(self, port):
        return f"http://127.0.0.1:{port}"

    def window(self, port, kind, lua, seconds, connections=64):
        before = cpu_ns(self.process.pid)
        out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", lua,
                              self.url(port)], capture_output=True, text=True, check=True).stdout
        spent = cpu_ns(self.process.pid) - before
        requests, duration, errors, p99 = map(float, re.search(r"RESULT (\d+) (\d+) (\d+) ([\d.]+)", out).groups())
        assert errors == 0 and requests > 0, f"{self.name}: {out}"
        self.windows.setdefault(kind, []).append((spent / 1000 / requests, requests / duration * 1e6, p99 / 1000))

    def cheapest(self, kind):
        return min(cpu for cpu, _, _ in self.windows[kind])

    def best(self, kind):
        return max((rate, p99) for _, rate, p99 in self.windows[kind])


def ready(url, process):
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(url).read()
        time.sleep(0.005)
    sys.exit(f"error: {url} does not answer")


def started(mlops, folder):
    begin = time.monotonic()
    server = Server("mlops serve", [mlops, "serve", "bench", "--port", "0", "--threads", "1", "--json"], folder)
    text = server.process.stdout.readline() + server.process.stdout.readline()
    port = json.loads(text + "]}")["items"][0]["port"]
    ready(server.url(port) + "/ping", server.process)
    return server, port, (time.monotonic() - begin) * 1000


def fastapi(folder):
    (folder / "bench_app.py").write_text(FASTAPI)
    port = "18099"
    server = Server("FastAPI", ["/usr/bin/python3", "-m", "uvicorn", "bench_app:app", "--port", port, "--loop", "uvloop",
                                "--http", "httptools", "--no-access-log", "--log-level", "error"], folder,
                    env={**os.environ, "OMP_NUM_THREADS": "1"})
    ready(server.url(port) + "/openapi.json", server.process)
    return server, port


def has_fastapi():
    probe = "import fastapi, uvicorn, uvloop, httptools"
    return subprocess.run(["/usr/bin/python3", "-c", probe], capture_output=True).returncode == 0


def main():
    mlops, echo_program, folder, seconds = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4]
    if not shutil.which("wrk"):
        sys.exit("error: the bench of serve asks with wrk\n\nhint: `apt-get install wrk`")
    rows = train(folder)
    subprocess.run([mlops, "model", "register", "bench", "--file", "bench.json", "--quiet"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)
    infer = "/v2/models/bench/infer"
    one = script(folder, "one", infer, one_tensor(rows[:1]))
    frame = script(folder, "frame", "/invocations", dataframe(rows[:1]))
    thousand = script(folder, "thousand", infer, one_tensor(rows[:1000]))
    servers = []
    try:
        ours, port, start_ms = started(mlops, folder)
        servers.append(ours)
        idle_mb = resident_mb(ours.process.pid)
        echo = Server("echo", [echo_program, str(pathlib.Path(mlops).parent.parent / "lib/mlops/engines"), "0", "1"], folder)
        servers.append(echo)
        echo_port = echo.process.stdout.readline().strip()
        peer = peer_port = None
        if has_fastapi():
            peer, peer_port = fastapi(folder)
            servers.append(peer)
        for _ in range(ROUNDS):
            echo.window(echo_port, "one", one, seconds)
            ours.window(port, "one", one, seconds)
            ours.window(port, "frame", frame, seconds)
            ours.window(port, "thousand", thousand, seconds, 4)
            if peer:
                peer.window(peer_port, "one", one, seconds)
        base = echo.cheapest("one")
        figure("serve.cpu", ours.cheapest("one"), "us/request", "own echo, 64 connections", base)
        figure("serve.invocations.cpu", ours.cheapest("frame"), "us/request", "own echo, 64 connections", base)
        figure("serve.rate", ours.best("one")[0], "requests/s", "own echo, one event loop", echo.best("one")[0])
        figure("serve.p99", ours.best("one")[1], "ms", "own echo, 64 connections", echo.best("one")[1])
        figure("serve.thousand.cpu", ours.cheapest("thousand") / 1000, "us/row")
        if peer:
            figure("serve.fastapi.cpu", ours.cheapest("one"), "us/request", "FastAPI, one worker", peer.cheapest("one"))
            figure("serve.fastapi.p99", ours.best("one")[1], "ms", "FastAPI, one worker", peer.best("one")[1])
        figure("serve.memory", resident_mb(ours.process.pid), "MB", "before the first request", idle_mb)
        figure("serve.start", start_ms, "ms")
    finally:
        for server in servers:
            server.process.terminate()
            server.process.wait(40)


if __name__ == "__main__":
    main()
