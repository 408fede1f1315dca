"""crowd.py: for a while some add, and others collect whatever nothing names. For tests/functional/power.bats.

The contents of the files come from a small pool that changes, so that what one has just named is what another left as garbage and a
third is about to take away. MLOPS_TEST_SECONDS says for how long, MLOPS_TEST_SEED what the pool is. What was
acknowledged and is not there, or any command that failed, is printed; exit 1.
"""
import hashlib
import os
import random
import re
import sys
import tempfile
import threading
import time

import scenarios

SEED = int(os.environ.get("MLOPS_TEST_SEED") or random.SystemRandom().randrange(10**6))
SECONDS = float(os.environ.get("MLOPS_TEST_SECONDS") or 20)
GC = [scenarios.MLOPS, "store", "gc", "--grace", "0", "--delay", "0", "--porcelain"]


class Crowd:
    def __init__(self, folder):
        self.folder, self.facts, self.faults = folder, [], []
        self.end = time.monotonic() + SECONDS
        self.did = {}

    def run(self, who, words):
        status, stdout, stderr = scenarios.run(words, self.folder)
        self.did[who] = self.did.get(who, 0) + 1
        if status != 0:
            self.faults.append(f"{' '.join(words)}: exit {status}: {stderr}")
        return stdout if status == 0 else ""

    def draw(self, path, rng):
        """Some of the pool of these moments: few objects, or so many that they make a pack, and large ones."""
        os.makedirs(path)
        moment = int(time.monotonic() / 2) - rng.randrange(3)
        for i in rng.sample(range(200), rng.choice((5, 40))):
            with open(os.path.join(path, str(i)), "wb") as file:
                file.write(b"%d of %d" % (i, moment) * (30000 if i % 20 == 0 else 20))

    def loop(self, who, act):
        rng = random.Random(f"{SEED} {who}")
        number = 0
        while time.monotonic() < self.end and not self.faults:
            number += 1
            act(who, number, rng)

    def publish(self, who, number, rng):
        path = os.path.join(self.folder, f"{who}{number}")
        self.draw(path, rng)
        stdout = self.run(who, [scenarios.PROBE, "publish", scenarios.STORE, f"sources/{who}{number}", path])
        self.facts += stdout.splitlines()

    def leave(self, who, number, rng):
        path = os.path.join(self.folder, f"{who}{number}")
        self.draw(path, rng)
        self.run(who, [scenarios.PROBE, "put", scenarios.STORE, path])

    def ingest(self, who, number, rng):
        text = f"a,b\n{number},{rng.random()}\n"
        with open(os.path.join(self.folder, f"{who}.csv"), "w") as file:
            file.write(text)
        if self.run(who, [scenarios.MLOPS, "ingest", f"{who}.csv", "--porcelain"]):
            self.facts.append(f"object sha256:{hashlib.sha256(text.encode()).hexdigest()}")

    def collect(self, who, number, rng):
        if scenarios.available("gc") and number % 2 == 0:
            removed = self.run(who, GC).split("\t")[2:3]
        else:
            removed = re.findall(r"removed (\d+)", self.run(who, [scenarios.PROBE, "collect", scenarios.STORE]))
        self.did["removed"] = self.did.get("removed", 0) + sum(map(int, removed))


def main():
    print(f"seed {SEED}, {SECONDS:.0f} s", flush=True)
    with tempfile.TemporaryDirectory() as work:
        crowd = Crowd(os.path.realpath(work))
        scenarios.succeed(GC[:1] + ["init"], crowd.folder)
        crowd.ingest("first", 1, random.Random(SEED))
        jobs = [("one", crowd.ingest), ("two", crowd.ingest), ("names", crowd.publish), ("more", crowd.publish),
                ("garbage", crowd.leave), ("collector", crowd.collect)]
        threads = [threading.Thread(target=crowd.loop, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = crowd.faults + scenarios.fsck_faults(crowd.folder, False) + scenarios.lost(crowd.folder, crowd.facts)
        print(", ".join(f"{who} {count}" for who, count in sorted(crowd.did.items())))
        print(*found[:10], sep="\n")
    return bool(found) or crowd.did.get("removed", 0) == 0


if __name__ == "__main__":
    sys.exit(main())
