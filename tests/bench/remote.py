#!/usr/bin/python3
"""remote.py MLOPS WORK [--small]

What a push to an object store costs, against sending the same bytes with nothing but HTTP: a real Ceph, started for it, on this
machine. 50,000 files of 8 KiB are added and pushed; the packs that this made are then sent to another bucket by curl, eight
at once, each in one request; and the project is cloned. The median of three rounds; --small: 5,000 files and one round.

One line a figure: what it is, ours, what it is compared with, its value, the ratio, the goal, whether it is met. What was cloned is
compared with what was added: if it differs, or a command fails, there is no figure and the exit status is 1.
"""
import filecmp
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CEPH = ROOT / "tests/services/ceph"
MLOPS, WORK = os.path.realpath(sys.argv[1]), pathlib.Path(sys.argv[2])
SMALL = "--small" in sys.argv
FILES, ROUNDS, AT_ONCE = (5000, 1, 8) if SMALL else (50_000, 3, 8)


def run(*words, folder=WORK):
    begin = time.monotonic()
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr}")
    return time.monotonic() - begin


def environment_of(folder):
    text = subprocess.run([CEPH, "env", folder], capture_output=True, text=True, check=True).stdout
    for word in text.replace("export ", " ").split():
        name, _, value = word.partition("=")
        os.environ[name] = value.strip("'\"")


def signed():
    keys = f"{os.environ['AWS_ACCESS_KEY_ID']}:{os.environ['AWS_SECRET_ACCESS_KEY']}"
    return ["curl", "-fsS", "--aws-sigv4", f"aws:amz:{os.environ['AWS_REGION']}:s3", "--user", keys,
            "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]


def make_bucket(name):
    run(*signed(), "-X", "PUT", f"{os.environ['AWS_ENDPOINT_URL']}/{name}")


def send_plainly(files, bucket):
    words = signed() + ["-Z", "--parallel-max", AT_ONCE]
    for file in files:
        words += ["-T", file, f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/{file.name}"]
    return run(*words)


def items(bucket):
    out = subprocess.run(signed() + [f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}?list-type=2"], capture_output=True,
                         text=True, check=True).stdout
    return out.count("<Key>")


def make_files(top):
    block = os.urandom(8192 * 64)
    for i in range(FILES):
        folder = top / f"{i % 100:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(i)).write_bytes(os.urandom(16) + block[i % 60 * 8192:][:8176])


def same(a, b):
    found = filecmp.dircmp(a, b)
    return not (found.left_only or found.right_only or found.diff_files) and all(
        same(os.path.join(a, name), os.path.join(b, name)) for name in found.common_dirs)


def row(what, value, unit, base_name="-", base=None, goal=None, most=True):
    ratio = value / base if base else None
    met = "-" if goal is None or SMALL else "yes" if ((ratio if base else value) <= goal) == most else "NO"
    print(f"{what:<34}{value:<10.4g}{unit:<8}{base_name:<34}{base or 0:<10.4g}"
          f"{'-' if ratio is None else f'{ratio:.3g}':<8}{goal if goal is not None else '-':<8}{met}", flush=True)
    return met == "NO"


def one_round(number, project):
    run(MLOPS, "remote", "add", f"r{number}", f"s3://round{number}", "-q", folder=project)
    make_bucket(f"round{number}")
    make_bucket(f"plain{number}")
    pushed = run(MLOPS, "push", f"r{number}", "-q", folder=project)
    sent = items(f"round{number}")
    nothing = run(MLOPS, "push", f"r{number}", "-q", folder=project)
    plain = send_plainly(sorted((project / ".mlops/packs").iterdir()), f"plain{number}")
    clone = WORK / f"clone{number}"
    cloned = run(MLOPS, "clone", f"s3://round{number}", clone, "-q")
    if not same(project / "files", clone / "files"):
        raise SystemExit("what was cloned is not what was pushed")
    run(MLOPS, "store", "fsck", folder=clone)
    shutil.rmtree(clone)
    return pushed, sent, nothing, plain, cloned


def main():
    service, project = WORK / "ceph", WORK / "project"
    project.mkdir(parents=True)
    run(CEPH, "start", service)
    try:
        environment_of(service)
        make_files(project / "files")
        run(MLOPS, "init", "-q", folder=project)
        run(MLOPS, "data", "add", "files", "-q", folder=project)
        rounds = [one_round(number, project) for number in range(1, ROUNDS + 1)]
        pushed, sent, nothing, plain, cloned = (statistics.median(column) for column in zip(*rounds))
        print(f"{FILES} files of 8 KiB, {ROUNDS} rounds, one machine")
        missed = row("push", pushed, "s", f"curl, {AT_ONCE} at once, the same packs", plain, 2)
        missed |= row("items made by a push", sent, "", goal=20)
        missed |= row("push of nothing new", nothing, "s", goal=1)
        row("clone, checked out", cloned, "s", "push", pushed)
        return missed
    finally:
        subprocess.run([CEPH, "stop", service], check=False)


if __name__ == "__main__":
    sys.exit(main())
