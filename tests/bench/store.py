#!/usr/bin/python3
"""store.py MLOPS WORK [--small] [--only blob,csv,small,slope] [--rounds N] [--peers git-lfs,restic,borg,ostree]

What keeping versions of files costs, against doing no more than copying, hashing or listing them, measured in the same
run on the same files: on the file system of WORK and, as root, on an XFS that shares blocks. Files are made from a
seed: `blob` is 1 GiB that cannot be compressed, `csv` 1 GiB of rows whose version 2 has other prices in its middle 1 %
and 26 new rows, `small` 50,000 files of 8 KiB of which version 2 has 100 otherwise, `slope` 10,000, 100,000 and
1,000,000 files of 100 bytes. --small: a sixteenth of that and less, to try the script; nothing is judged then.

One line a figure: what it is, our CPU seconds (user and system, of all processes), our wall seconds, what it is
compared with and its value, the ratio, the goal, whether it is met, and what the peers that are installed have of the
same: CPU seconds, wall seconds in a row that says so. A checkout of small files is judged by its wall seconds against
`cp -r`, and by its CPU seconds against making as many files: that alone takes 0.8 of what `cp -r` takes where blocks are
shared. fsck is judged against `openssl dgst`, too, of what it has to read: no check can be faster. Ours and the floors are the least of the rounds; peers are measured
once. What is brought back is compared with what was added: if it differs, or a command fails, there is no figure and the
exit status is 1.
"""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import store_peers
import store_work
from store_cost import FREE, Failed, all_of, least, note, run

MOST_MB = 100
LEAST_FSCK_BYTES_PER_S = 1.5e9
LONGEST_LINK_S, LINK_NAME = 0.05, "50 ms, whatever the size"
HEAD = ("what", "cpu s", "wall s", "compared with", "its", "ratio", "goal", "met")
WIDTHS = (29, 9, 9, 38, 10, 7, 7, 5)


class Table:
    def __init__(self, peers, judged):
        self.peers, self.judged, self.unmet = peers, judged, 0

    def title(self, text):
        print(f"\n== {text}")
        self.line(HEAD + tuple(self.peers))

    def line(self, cells):
        widths = WIDTHS + (9,) * len(self.peers)
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths)).rstrip(), flush=True)

    def row(self, what, value, base, base_name, goal=None, cost=None, peers=None, unit=""):
        """`value`, ours if there is one, is what is judged: value / base must be at most `goal`."""
        ratio = value / base if base and value is not None else None
        met = "-"
        if goal is not None and ratio is not None and self.judged:
            met = "yes" if ratio <= goal else "NO"
            self.unmet += met == "NO"
        shown = (f"{cost.cpu:.3f}", f"{cost.wall:.3f}") if cost else (f"{value:.4g}{unit}" if value else "-", "-")
        self.line((what, *shown, base_name, f"{base:.4g}{unit}" if base else "-",
                   "-" if ratio is None else f"{ratio:.3g}", f"{goal:g}" if goal is not None else "-", met)
                  + tuple((peers or {}).get(p, "-") for p in self.peers))


class Ours:
    """The commands in a project that is made anew each round."""

    def __init__(self, mlops, place):
        self.mlops, self.folder = mlops, place / "project"
        self.environment = {"HOME": str(place), "XDG_CONFIG_HOME": str(place), "LC_ALL": "C.UTF-8"}

    def command(self, *words):
        return run([self.mlops, *words], self.folder, self.environment)

    def round(self, work):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "mlops.yaml").write_text("mlops: 1\n")
        data, store = self.folder / "data", self.folder / ".mlops"
        store_work.copy(work.files, data)
        figures = {"add": self.command("data", "add", "data"), "bytes": store_work.bytes_below(store)}
        figures["status"] = self.command("data", "status")
        if work.edits:
            store_work.apply(work.edits, data)
            figures["v2"] = self.command("data", "add", "data")
            figures["bytes2"] = store_work.bytes_below(store)
        expected = self.folder.parent / "expected"
        shutil.rmtree(expected, ignore_errors=True)
        os.rename(data, expected)
        figures["checkout"] = self.brought_back(work, expected)
        if work.name == "blob":
            shutil.rmtree(data)
            figures["linked"] = self.brought_back(work, expected, "--link", "hard")
        shutil.rmtree(expected)
        packs = list((store / "packs").glob("*.zst"))
        if packs:
            figures["packs"] = run(["openssl", "dgst", "-sha256", *packs], self.folder)
        figures["fsck"] = self.command("store", "fsck")
        return figures

    def brought_back(self, work, expected, *options):
        cost = self.command("data", "checkout", "data", *options)
        data = self.folder / "data"
        if subprocess.run(["diff", "-rq", expected, data], stdout=subprocess.DEVNULL).returncode != 0:
            raise Failed(f"the files of {work.name} are not those that were added")
        return cost


def floors(work, place):
    """What nobody can do without: copying the files, making as many, hashing them, listing them."""
    copied = place / "copied"
    figures = {"cp": run(["cp", "-r", work.files, copied], place)}
    shutil.rmtree(copied)
    if work.count > 1:
        maker = pathlib.Path(__file__).with_name("store_make.py")
        figures["make"] = run([sys.executable, "-I", "-S", maker, copied, work.count, work.size // work.count], place)
        shutil.rmtree(copied)
    figures["find"] = run(["find", work.files, "-printf", "%p %s %T@ %C@ %i\n"], place)
    if work.count == 1:
        figures["openssl"] = run(["openssl", "dgst", "-sha256", next(work.files.iterdir())], place)
    return figures


def least_of(rounds):
    keys = set.intersection(*(set(r) for r in rounds))
    return {key: least([r[key] for r in rounds]) if isinstance(rounds[0][key], tuple) else min(r[key] for r in rounds)
            for key in keys}


def measured(args, work, place, peers):
    """Ours or nothing, the floors, the peers; a round of ours stands beside a round of the floors."""
    ours, bases, able = [], [], args.ours
    for _ in range(args.rounds):
        bases.append(floors(work, place))
        try:
            if able:
                ours.append(Ours(args.mlops, place).round(work))
        except Failed as failed:
            note(str(failed))
            args.failed, able, ours = True, False, []
    shutil.rmtree(place / "project", ignore_errors=True)
    theirs = {name: store_peers.measure(name, work, place) for name in peers}
    return least_of(ours) if ours else {}, least_of(bases), theirs


def judge(table, work, ours, base, theirs, shares):
    """The rows of one work; `shares` says that the file system shares blocks."""
    def row(key, floor, floor_name, goal=None, wall=False):
        pick = (lambda cost: cost.wall) if wall else (lambda cost: cost.cpu)
        value = ours.get(key)
        peers = {name: f"{pick(f[key]):.3f}" for name, f in theirs.items() if key in f}
        what = f"{work.name} {key} wall" if wall else f"{work.name} {key}"
        table.row(what, pick(value) if value else None, floor, floor_name, goal, value, peers)

    def bytes_row(what, value, floor, floor_name, goal, key):  # of peers, key(figures) is the value
        peers = {name: f"{key(f) / 1e6:.0f}MB" for name, f in theirs.items() if "bytes2" in f}
        table.row(f"{work.name} {what}", value / 1e6, floor / 1e6, floor_name, goal, None, peers, "MB")

    hashed = base.get("openssl", FREE)
    both = all_of(hashed, base["cp"])
    if work.name == "blob" and shares:
        row("add", hashed.cpu, "openssl dgst -sha256", 1.05)
        row("add", hashed.wall, "openssl dgst -sha256", 1.05, wall=True)
        row("checkout", LONGEST_LINK_S, LINK_NAME, 1, wall=True)
    elif work.count == 1:
        row("add", both.cpu, "openssl dgst -sha256 + cp", 1.25 if work.name == "blob" else None)
        row("checkout", base["cp"].cpu, "cp")
    else:
        row("add", base["cp"].cpu, "cp -r", 0.6 if work.name == "small" else None)
        judged = work.name == "small" and shares
        row("checkout", base["cp"].cpu, "cp -r")
        row("checkout", base["make"].cpu, "open, write, close", 1.35 if judged else None)
        row("checkout", base["cp"].wall, "cp -r", 0.6 if judged else None, wall=True)
    if work.name == "blob":
        row("linked", LONGEST_LINK_S, LINK_NAME, 1, wall=True)
    row("status", base["find"].cpu, "find -printf", 1.2 if work.name == "small" else None)
    if work.name == "small":
        row("v2", ours["add"].cpu if ours else 0, "add of version 1", 0.25)
    if work.name == "csv":
        row("v2", 1.6, "1.6 s", 1)
    if work.name.startswith("slope"):
        row("fsck", 0, "-")
    else:
        row("fsck", work.size / LEAST_FSCK_BYTES_PER_S, "1.5 GB/s of a core", None if work.name == "small" else 1)
    if work.name == "blob":
        row("fsck", hashed.cpu, "openssl dgst -sha256", 1.05)
    if work.name == "small" and ours:
        row("fsck", ours["packs"].cpu, "openssl dgst -sha256 of its packs", 1.35)
    if ours and "bytes2" in ours:
        if work.name == "csv":
            bytes_row("v2 new bytes", ours["bytes2"] - ours["bytes"], work.size, "version 1", 0.02,
                      lambda f: f["bytes2"] - f["bytes"])
        else:
            bytes_row("bytes v1 + v2", ours["bytes2"], ours["bytes"], "the store after version 1", 1.1,
                      lambda f: f["bytes2"])
    if ours:
        peak = max(c.peak_mb for c in ours.values() if isinstance(c, tuple))
        table.row(f"{work.name} peak", peak, MOST_MB, "what is promised", 1, unit="MB",
                  peers={n: f"{max((c.peak_mb for c in f.values() if isinstance(c, tuple)), default=0):.0f}MB"
                         for n, f in theirs.items()})
    if ours and work.name.startswith("slope"):
        for key in ("add", "status", "checkout"):
            table.row(f"{work.name} {key}, a file", ours[key].cpu / work.count * 1e6, 0, "-", unit="us")


def works(args, place, names):
    """Makes one work after the other; the files of one are gone before the next ones are made."""
    scale = 16 if args.small else 1
    slope = (3, 4) if args.small else (4, 5, 6)
    makers = {"blob": [(store_work.blob, place, (1 << 30) // scale)],
              "csv": [(store_work.csv, place, (1 << 30) // scale)],
              "small": [(store_work.many, place, "small", 50_000 // scale, 8192, 100)],
              "slope": [(store_work.many, place, f"slope 10^{n}", 10**n, 100) for n in slope]}
    for name in names:
        for maker in makers[name]:
            work = store_work.in_a_process(*maker)
            yield work
            shutil.rmtree(place / work.name)


def bench(args, table, folder, names, shares):
    small = ", small: nothing is judged" if args.small else ""
    table.title(f"{store_work.file_system_of(folder)}, {args.rounds} round(s){small}")
    with store_work.scratch(folder) as place:
        place = pathlib.Path(place)
        for work in works(args, place, names):
            peers = [] if work.name.startswith("slope") else args.peers
            judge(table, work, *measured(args, work, place, peers), shares)


def arguments():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("mlops")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--only", default="blob,csv,small,slope")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=",".join(store_peers.PEERS))
    args = parser.parse_args()
    args.mlops, args.work = os.path.abspath(args.mlops), args.work.resolve()
    args.peers = store_peers.there([name for name in args.peers.split(",") if name])
    args.ours = subprocess.run([args.mlops, "data", "add", "--help"], capture_output=True).returncode == 0
    if not args.ours:
        note(f"{args.mlops} has no `data add`: ours is not measured")
    args.failed = False
    return args


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what is mounted is unmounted
    args = arguments()
    table = Table(args.peers, not args.small)
    names = args.only.split(",")
    bench(args, table, args.work, names, False)
    with store_work.scratch(args.work) as place:
        xfs = store_work.Xfs(pathlib.Path(place), 2 if args.small else 12)
        try:
            if xfs.mount():
                bench(args, table, xfs.folder, [name for name in names if name != "slope"], True)
            else:
                note(f"no file system that shares blocks: {xfs.why_not}")
        finally:
            xfs.unmount()
    print(f"\n{table.unmet} goals are not met" if table.judged else "")
    return 1 if args.failed else 0


if __name__ == "__main__":
    sys.exit(main())
