"""What the runners of tests/conformance share: mlops in an empty project, and the tally.

A case that mlops answers in another way on purpose stands in tests/conformance/differences with the reason, one a line:
`runner | case | reason`. Such a case passes while it differs; when it does not any more, it has failed.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent


def mlops_path():
    named = os.environ.get("MLOPS")
    for path in [named] if named else [root / "build/release/bin/mlops", root / "build/dev/bin/mlops"]:
        if path and os.access(path, os.X_OK):
            return str(pathlib.Path(path).resolve())
    sys.exit("no mlops: build it, or name it with MLOPS=path")


class Project:
    """An empty folder with mlops in it, gone at the end."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="conformance."))
        keep = {"PATH": os.environ["PATH"], "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        self.environment = keep
        self.mlops = mlops_path()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments):
        """Exit code, standard output, what standard error says is wrong, or its first line."""
        done = subprocess.run([self.mlops, *arguments], cwd=self.folder, env=self.environment, timeout=120,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = done.stderr.decode(errors="replace").splitlines()
        fault = next((line for line in said if line.startswith(("error", '{"error"'))), said[0] if said else "")
        return done.returncode, done.stdout.decode(errors="replace"), fault

    def rows(self, name, *more):
        code, out, said = self.run("data", "head", name, "--rows", "1000000", "--json", *more)
        if code != 0:
            raise AssertionError(f"data head ends with {code}: {said}")
        return json.loads(out)["items"]


    def comes_again(self, name):
        """What is wrong when the table is gone and is made again from the bytes as they came: its Parquet file is named by
        its digest, so it is the same, byte by byte, when it is back."""
        table = json.loads(self.run("data", "show", name, "--json")[1])["items"][0]["parquet"].removeprefix("sha256:")
        file = self.folder / ".mlops/objects/sha256" / table[:2] / table[2:]
        file.unlink()
        code, _, said = self.run("data", "head", name, "--porcelain")
        if code != 0:
            return f"its table is not made again: {said}"
        return "" if file.exists() else "its table is made again in other bytes"


class Tally:
    def __init__(self, runner):
        self.runner, self.passed, self.failed = runner, 0, 0
        lines = (root / "tests/conformance/differences").read_text().splitlines()
        fields = [line.split(" | ") for line in lines if line and not line.startswith("#")]
        self.reasons = {case: reason for name, case, reason in fields if name == runner}

    def skips(self, case):
        """A case that is not even tried: its reason begins with `skipped`."""
        return self.reasons.get(case, "").startswith("skipped")

    def note(self, case, fault):
        """`fault` is empty when the answer is the one that is wanted."""
        reason = self.reasons.get(case)
        if bool(fault) == bool(reason):
            self.passed += 1
            return
        self.failed += 1
        print(f"{case}: {fault or 'is listed as a difference, and is none any more: ' + reason}")

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def spells(wanted, seen):
    """Whether a value as JSON has it is what a text says: numbers and flags by value, null is the empty text."""
    if seen is None:
        return wanted == ""
    if isinstance(seen, bool):
        return wanted.lower() == str(seen).lower()
    if isinstance(seen, (int, float)):
        try:
            return (int(wanted) if isinstance(seen, int) and "." not in wanted else float(wanted)) == seen
        except ValueError:
            return False
    return seen == wanted


def row_fault(seen, wanted):
    """The first difference between rows and rows of texts, both lists; empty when there is none."""
    if len(seen) != len(wanted):
        return f"{len(seen)} rows where {len(wanted)} are wanted"
    for number, (row, want) in enumerate(zip(seen, wanted), 1):
        if len(row) != len(want):
            return f"row {number} has {len(row)} values where {len(want)} are wanted"
        for column, (value, text) in enumerate(zip(row, want), 1):
            if not spells(text, value):
                return f"row {number}, column {column}: {value!r} where {text!r} is wanted"
    return ""


def main(runner, run):
    """`run(folder, tally)` looks at every case of a folder."""
    folders = [pathlib.Path(name) for name in sys.argv[1:]]
    if not folders or not all(folder.is_dir() for folder in folders):
        sys.exit(f"usage: tests/conformance/{runner} DIR...")
    tally = Tally(runner)
    for folder in folders:
        before = tally.passed + tally.failed
        run(folder.resolve(), tally)
        if tally.passed + tally.failed == before:
            sys.exit(f"{folder}: no case of this format")
    tally.end()
