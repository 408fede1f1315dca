"""What is done to a store while faults strike, as a table; and how a store is judged."""
import glob
import hashlib
import json
import os
import random
import shutil
import subprocess
import tempfile
import urllib.parse

MLOPS = os.environ["MLOPS"]
TOOLS = os.environ["MLOPS_TEST_TOOLS"]  # The folder of store_probe and faults_record.so.
STORE = ".mlops"
SIGNATURE = {"task": "binary", "label": "churned", "label_type": "BOOLEAN", "classes": ["false", "true"],
             "threshold": 0.5,
             "inputs": [{"name": "age", "type": "BIGINT", "encoding": "number", "categories": [], "unseen": "missing",
                         "nulls": "missing", "nullable": True, "min": 18, "max": 80}]}
PROBE = os.path.join(TOOLS, "store_probe")

# A command that is there only in some builds is left out, and said.
OPTIONAL = {"gc": [MLOPS, "store", "gc", "--help"], "add": [MLOPS, "data", "add", "--help"],
            "forget": [MLOPS, "data", "forget", "--help"], "push": [MLOPS, "push", "--help"], "fetch": [MLOPS, "fetch", "--help"]}


class Step:
    """A command; before it, `inputs` (from, to) are copied. `again` are the answers to the same once more."""

    def __init__(self, *words, inputs=(), again=(0,), kill=False):
        self.words, self.inputs, self.again, self.kill = list(words), inputs, again, kill

    def prepare(self, folder):
        for source, target in self.inputs:
            target = os.path.join(folder, target)
            shutil.rmtree(target, ignore_errors=True)
            source = os.path.join(folder, source)
            shutil.copytree(source, target) if os.path.isdir(source) else shutil.copyfile(source, target)

    def run(self, folder, **faults):
        self.prepare(folder)
        return run(self.words, folder, **faults)


def run(words, folder, stdin="", **faults):
    """Its exit code, standard output and standard error; `faults` are record.cpp's."""
    environment = dict(os.environ)
    if faults:
        environment["LD_PRELOAD"] = os.path.join(TOOLS, "faults_record.so")
        environment["FAULTS_ROOT"] = folder
        environment.update({f"FAULTS_{name.upper()}": str(value) for name, value in faults.items()})
    done = subprocess.run(words, cwd=folder, env=environment, input=stdin, capture_output=True, text=True,
                          errors="replace", timeout=120)
    return done.returncode, done.stdout, done.stderr


def succeed(words, folder):
    status, _, stderr = run(words, folder)
    if status != 0:
        raise SystemExit(f"{' '.join(words)}: exit {status}\n{stderr}")


def mlops(*words, **more):
    return Step(MLOPS, *words, "--as-of", "2026-11-01", **more)


def probe(what, *words, **more):
    return Step(PROBE, what, STORE, *words, **more)


def table(path, rows, seed):
    rng = random.Random(seed)
    with open(path, "w") as file:
        file.write("id,amount,word\n")
        for i in range(rows):
            file.write(f"{i},{rng.random()},{rng.choice('abcdefgh') * 5}\n")


def small_files(folder, count, seed, size=900):
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(seed)
    for i in range(count):
        with open(os.path.join(folder, f"{seed}-{i}"), "wb") as file:
            file.write(rng.randbytes(rng.randint(1, size)))


def big_file(path, seed, edited=False):
    data = bytearray(random.Random(seed).randbytes(17 << 20))
    if edited:
        data[8 << 20:(8 << 20) + 1000] = b"something else" * 90
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)


def ingest(folder):
    for version, rows in enumerate((50, 60, 4000), 1):
        table(os.path.join(folder, f"v{version}"), rows, version)
    return [mlops("ingest", "churn.csv", "--porcelain", inputs=[(f"v{i}", "churn.csv")]) for i in (1, 2, 3)]


def blobs(folder):
    small_files(os.path.join(folder, "pictures"), 60, 1)
    names = sorted(os.listdir(os.path.join(folder, "pictures")))
    for version, count in (("v1", 40), ("v2", 60)):
        with open(os.path.join(folder, version), "w") as file:
            file.write("n,file\n" + "".join(f"{i},pictures/{name}\n" for i, name in enumerate(names[:count])))
    return [mlops("ingest", "pictures.csv", "--blob", "file", "--porcelain", inputs=[(version, "pictures.csv")])
            for version in ("v1", "v2")]


def packs(folder):
    small_files(os.path.join(folder, "a"), 200, 1)
    shutil.copytree(os.path.join(folder, "a"), os.path.join(folder, "b"))
    small_files(os.path.join(folder, "b"), 100, 2)
    large = os.path.join(folder, "b", "large")
    os.mkdir(large)
    for i in range(33):  # So many are synced together.
        with open(os.path.join(large, str(i)), "wb") as file:
            file.write(bytes([i]) * (257 << 10))
    small_files(os.path.join(folder, "c"), 5, 4)
    return [probe("put", "a"), probe("publish", "sources/things", "b"), probe("publish", "sources/few", "c")]


def recipes(folder):
    big_file(os.path.join(folder, "v1", "data"), 1)
    big_file(os.path.join(folder, "v2", "data"), 1, edited=True)
    succeed([PROBE, "publish", STORE, "sources/big", "v1"], folder)
    small_files(os.path.join(folder, "few"), 40, 2)
    return [probe("publish", "sources/big", "v2"), probe("publish", "sources/few", "few")]


def garbage(folder, collect):
    """Packs that are merged and that lose half, objects that go, and some that are needed again after they were marked."""
    for i in range(9):
        small_files(os.path.join(folder, f"kept{i}"), 70, 100 + i, 300)
        succeed([PROBE, "publish", STORE, f"sources/kept{i}", f"kept{i}"], folder)
    small_files(os.path.join(folder, "lost"), 80, 1)
    small_files(os.path.join(folder, "lost"), 4, 2, 200000)
    succeed([PROBE, "put", STORE, "lost"], folder)
    small_files(os.path.join(folder, "needed"), 40, 1)
    small_files(os.path.join(folder, "needed"), 2, 2, 200000)
    small_files(os.path.join(folder, "few"), 5, 3)
    return [collect, probe("publish", "sources/needed", "needed"), collect, probe("publish", "sources/few", "few"),
            collect, collect]


def collect(folder):
    return garbage(folder, probe("collect"))


def gc(folder):
    return garbage(folder, mlops("store", "gc", "--grace", "0", "--delay", "0"))


def killed(folder):
    """Who was killed left names that were not synced: who comes next must not build on them."""
    small_files(os.path.join(folder, "a"), 3, 1)
    small_files(os.path.join(folder, "b"), 40, 2)
    return [probe("publish", "sources/few", "a", kill=True), probe("publish", "sources/few", "a"),
            probe("publish", "sources/many", "b", kill=True), probe("publish", "sources/many", "b")]


def model(folder):
    for name, share in (("first", 0.1), ("second", 0.2)):
        os.mkdir(os.path.join(folder, name))
        with open(os.path.join(folder, name, "model.json"), "w") as file:
            json.dump({"mlops_model": 1, "algorithm": "prior", "loss": "logloss", "parameters": {"smoothing": 0},
                       "signature": SIGNATURE, "fitted": {"shares": [1 - share, share]}, "files": []}, file)
    succeed([MLOPS, "model", "register", "churn", "--file", "first", "--alias", "champion"], folder)
    return [mlops("model", "register", "churn", "--file", "second", again=(0, 5)), mlops("model", "promote", "churn@v2"),
            mlops("model", "rollback", "churn", again=(0, 4))]


def add(folder):
    small_files(os.path.join(folder, "v1"), 60, 1)
    shutil.copytree(os.path.join(folder, "v1"), os.path.join(folder, "v2"))
    small_files(os.path.join(folder, "v2"), 40, 2)
    return [mlops("data", "add", "pictures", inputs=[(version, "pictures")]) for version in ("v1", "v2")]


def push(folder):
    small_files(os.path.join(folder, "v1"), 60, 1)
    small_files(os.path.join(folder, "v1"), 2, 3, 600000)
    shutil.copytree(os.path.join(folder, "v1"), os.path.join(folder, "v2"))
    small_files(os.path.join(folder, "v2"), 40, 2)
    succeed([MLOPS, "init", "-q"], folder)
    succeed([MLOPS, "remote", "add", "origin", "remote", "-q"], folder)
    add_v1, add_v2 = (mlops("data", "add", "pictures", inputs=[(version, "pictures")]) for version in ("v1", "v2"))
    return [add_v1, mlops("push"), add_v2, mlops("push")]


def fetch(folder):
    """The project is a clone; what it fetches was pushed from another."""
    other = os.path.join(folder, "other")
    small_files(os.path.join(other, "pictures"), 60, 1)
    small_files(os.path.join(other, "pictures"), 2, 3, 600000)
    for words in (["init", "-q"], ["remote", "add", "origin", "../remote", "-q"], ["data", "add", "pictures"], ["push"]):
        succeed([MLOPS, *words], other)
    succeed([MLOPS, "clone", "remote", "copy"], folder)
    for name in (".mlops", "mlops.yaml", "mlops.lock", "pictures"):
        shutil.move(os.path.join(folder, "copy", name), os.path.join(folder, name))
    with open(os.path.join(folder, "mlops.yaml")) as file:
        text = file.read()
    with open(os.path.join(folder, "mlops.yaml"), "w") as file:
        file.write(text.replace(os.path.join(folder, "remote"), "remote").replace("../remote", "remote"))
    small_files(os.path.join(other, "pictures"), 40, 2)
    for words in (["data", "add", "pictures"], ["push"]):
        succeed([MLOPS, *words], other)
    return [mlops("fetch"), mlops("fetch", "--all")]


def forget(folder):
    for version, rows in enumerate((50, 60), 1):
        table(os.path.join(folder, "churn.csv"), rows, version)
        succeed([MLOPS, "ingest", "churn.csv", "-q"], folder)
    small_files(os.path.join(folder, "pictures"), 30, 1)
    with open(os.path.join(folder, "files.csv"), "w") as file:
        file.write("n,file\n" + "".join(f"{i},pictures/1-{i}\n" for i in range(30)))
    succeed([MLOPS, "ingest", "files.csv", "--blob", "file", "-q"], folder)
    return [mlops("data", "forget", "churn", "--where", "id < 10", "--yes"),
            mlops("data", "forget", "files", "--where", "n = 7", "--yes"),
            mlops("data", "forget", "churn", "--where", "id = 30", "--yes")]


def columnar(folder):
    """Tables that are dropped, and made again by who reads them; one of them while it waits."""
    for version, rows in enumerate((50, 60, 3000, 70), 1):
        table(os.path.join(folder, "churn.csv"), rows, version)
        succeed([MLOPS, "ingest", "churn.csv", "-q"], folder)
    collect = ("store", "gc", "--columnar", "--grace", "0", "--delay", "0")
    return [mlops(*collect), mlops("data", "head", "churn@v2"), mlops(*collect),
            *(mlops("data", "head", f"churn@v{version}") for version in (1, 3)), mlops(*collect)]


# name: what makes its folder and tells its steps, and its share of the cuts. A new command gets a line.
SCENARIOS = {"ingest": (ingest, 3), "blobs": (blobs, 2), "packs": (packs, 4), "recipes": (recipes, 2),
             "collect": (collect, 5), "killed": (killed, 4), "gc": (gc, 2), "model": (model, 2), "add": (add, 2),
             "push": (push, 4), "fetch": (fetch, 2), "forget": (forget, 2), "columnar": (columnar, 2)}


def available(name):
    return name not in OPTIONAL or run(OPTIONAL[name], "/")[0] == 0


def references(folder):
    """Every line of every reference, in the words of store_probe."""
    lines = []
    for path in sorted(glob.glob(os.path.join(folder, STORE, "refs", "*", "*"))):
        name = "/".join(urllib.parse.unquote(part) for part in path.split("/")[-2:])
        with open(path) as file:
            entries = [json.loads(line) for line in file]
        lines += [f"reference {name} {entry['seq']} {entry['digest']}" for entry in entries]
    return lines


def inputs_of(step, folder):
    """Of what this program takes in as it is: the objects that are there then, by another's SHA-256."""
    if step.words[0] != MLOPS or step.words[1] not in ("ingest", "data"):
        return []
    paths = [os.path.join(folder, target) for _, target in step.inputs]
    files = [os.path.join(top, name) for path in paths for top, _, names in os.walk(path) for name in names]
    files += [path for path in paths if os.path.isfile(path)]
    lines = []
    for path in files:
        with open(path, "rb") as file:
            lines.append(f"object sha256:{hashlib.sha256(file.read()).hexdigest()}")
    return lines


def fsck_faults(folder, may_mend):
    """What fsck finds, but lines that were never finished; with `may_mend`, what it does not mend itself."""
    status, stdout, stderr = run([MLOPS, "store", "fsck", "--json"], folder)
    if status not in (0, 6):
        return [f"fsck: exit {status}: {stderr}"]
    items = json.loads(stdout)["items"]
    return [item["fault"] for item in items
            if not item["fix"].startswith("nothing:") and not (may_mend and item["repaired"])]


def judge(folder, facts, step, answers=None):
    """What is wrong with a store that was struck while `step` was at work; `facts` were acknowledged."""
    if not os.path.exists(os.path.join(folder, STORE, "format")):
        if facts:
            return ["there is no store, and something was acknowledged"]
    else:
        wrong = (fsck_faults(folder, True) or fsck_faults(folder, False) or lost(folder, facts) or
                 format_faults(folder))
        if wrong:
            return wrong
    status, _, stderr = step.run(folder)
    if status not in (answers or step.again):
        return [f"the same again: exit {status}: {stderr}"]
    # What was collected is thrown away by the next collection.
    kept = ("tmp", "gc/trash") if set(step.words) & {"collect", "gc", "forget"} else ("tmp",)
    left = [name for name in kept if os.path.isdir(os.path.join(folder, STORE, name)) and
            os.listdir(os.path.join(folder, STORE, name))]
    return fsck_faults(folder, False) + lost(folder, facts) + [f"{name} holds something" for name in left]


def format_faults(folder):
    """A program that knows no packs must not take the store for one of its own."""
    with open(os.path.join(folder, STORE, "format")) as file:
        number = json.load(file)["format"]
    new = [name for kind in ("packs", "recipes") for _, _, names in os.walk(os.path.join(folder, STORE, kind))
           for name in names]
    return ["there are packs or recipes in a store of format 1"] if new and number < 2 else []


def pushed(folder):
    """What a remote has that was given everything."""
    return [line.replace("reference", "remote", 1) for line in references(folder)]


def remote_faults(folder, facts):
    """What a clone of the remote lacks, or finds damaged."""
    facts = [fact for fact in facts if fact.startswith("remote ")]
    remote = os.path.join(folder, "remote")
    if not os.path.isdir(os.path.join(remote, "log")) or not os.listdir(os.path.join(remote, "log")):
        return ["the remote is gone"] if facts else []
    with tempfile.TemporaryDirectory(dir=os.path.dirname(folder)) as top:
        clone = os.path.join(top, "clone")
        status, _, stderr = run([MLOPS, "clone", "--all", remote, clone], top)
        if status != 0:
            return [f"clone: exit {status}: {stderr}"]
        there = set(pushed(clone))
        return fsck_faults(clone, False) + [f"the remote lacks: {fact}" for fact in facts if fact not in there]


def lost(folder, facts):
    remote = remote_faults(folder, facts)
    if remote:
        return remote
    facts = [fact for fact in facts if not fact.startswith("remote ")]
    status, _, stderr = run([PROBE, "check", STORE], folder, stdin="".join(fact + "\n" for fact in facts))
    return [] if status == 0 else stderr.splitlines()[:5] or [f"check: exit {status}"]
