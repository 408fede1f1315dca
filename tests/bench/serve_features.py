#!/usr/bin/python3
"""serve_features.py MLOPS HTTP_ECHO WORK SECONDS: what a question about features costs the server, against a server of
the same build that only echoes the same body.

A view of 1,000 keys and 200,000 events; POST /get-online-features asks for four features (two windows, a count, a latest
value) of one key, or of 50. As in serve.py: one event loop on processor 0, wrk with 64 connections on processor 1, and
the cheapest of alternating windows. The 99th percentile is that of one connection: what the server takes, without a queue.
"""
import json
import pathlib
import shutil
import subprocess
import sys

from serve import Server, figure, ready, script

ROUNDS, KEYS, EVENTS = 5, 1000, 200_000
FEAST_CPU_US = 690  # Feast 0.66's Python server, one row and four features, SQLite: measured once, beside this program

PROJECT = """
mlops: 1
sources: {trips: {from: trips.csv}}
features:
  driver:
    key: {driver: driver}
    from: trips
    at: ended
    columns: {fare_1h: mean(fare) over 1h, fare_3h: mean(fare) over 3h, trips_3h: count() over 3h, city: city}
"""


def prepare(mlops, folder):
    """Trips 86 ms apart, to the end of a day; all keys take turns."""
    with open(folder / "trips.csv", "w") as out:
        out.write("driver,ended,fare,city\n")
        for i in range(EVENTS):
            ms = i * 86_400_000 // EVENTS
            clock = f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
            out.write(f"d{i * 7 % KEYS},2026-01-01 {clock},{i * 13 % 997 / 10},c{i % 9}\n")
    (folder / "mlops.yaml").write_text(PROJECT)
    for command in (["ingest", "trips"], ["features", "materialize"]):
        subprocess.run([mlops, *command, "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def question(keys):
    names = [f"driver:{name}" for name in ("fare_1h", "fare_3h", "trips_3h", "city")]
    return json.dumps({"features": names, "entities": {"driver": [f"d{i * 17 % KEYS}" for i in range(keys)]}})


def main():
    mlops, echo_program, folder, seconds = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4]
    if not shutil.which("wrk"):
        sys.exit("error: the bench of features asks with wrk\n\nhint: `apt-get install wrk`")
    prepare(mlops, folder)
    bodies = {"one": question(1), "fifty": question(50)}
    scripts = {name: script(folder, name, "/get-online-features", body) for name, body in bodies.items()}
    servers = []
    try:
        ours = Server("mlops features serve", [mlops, "features", "serve", "--port", "0", "--threads", "1", "--json",
                                               "--as-of", "2026-01-01T23:59:59Z"], folder)
        servers.append(ours)
        text = ours.process.stdout.readline() + ours.process.stdout.readline()
        port = json.loads(text + "]}")["items"][0]["port"]
        ready(ours.url(port) + "/healthz", ours.process)
        echo = Server("echo", [echo_program, str(pathlib.Path(mlops).parent.parent / "lib/mlops/engines"), "0", "1"], folder)
        servers.append(echo)
        echo_port = echo.process.stdout.readline().strip()
        for _ in range(ROUNDS):
            for kind in bodies:
                echo.window(echo_port, kind, scripts[kind], seconds)
                ours.window(port, kind, scripts[kind], seconds)
            echo.window(echo_port, "alone", scripts["one"], seconds, 1)
            ours.window(port, "alone", scripts["one"], seconds, 1)
        figure("features.cpu", ours.cheapest("one"), "us/request", "own echo, 64 connections", echo.cheapest("one"))
        figure("features.feast.cpu", ours.cheapest("one"), "us/request", "Feast 0.66 with SQLite: 690", FEAST_CPU_US)
        figure("features.fifty.cpu", ours.cheapest("fifty") / 50, "us/row")
        figure("features.rate", ours.best("one")[0], "requests/s", "own echo, one event loop", echo.best("one")[0])
        alone, base = (min(p99 for _, _, p99 in one.windows["alone"]) for one in (ours, echo))
        figure("features.p99", alone, "ms", "own echo, one connection", base)
    finally:
        for server in servers:
            server.process.terminate()
            server.process.wait(40)


main()
