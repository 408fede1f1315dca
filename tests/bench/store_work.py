"""What tests/bench/store.py works on: files made from a seed, their second versions, and places to put them.

A Work has `files`, a folder with its first version, and `edits`, a folder with the files that its second version has
otherwise; `count` files of `size` bytes in all.
"""
import array
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile

from store_make import FILES_OF_A_FOLDER

Work = collections.namedtuple("Work", "name files edits count size")
WORDS = ("garden", "clothing", "electronics", "books", "toys", "music", "sports", "food")


def blob(place, size):
    folder = place / "blob" / "v1"
    folder.mkdir(parents=True)
    rng = random.Random(1)
    with open(folder / "blob.bin", "wb") as out:
        for begin in range(0, size, 1 << 20):
            out.write(rng.randbytes(min(1 << 20, size - begin)))
    return Work("blob", folder, None, 1, size)


def rows(rng, first):
    """10,000 rows of about 62 bytes."""
    numbers = array.array("Q", rng.randbytes(8 * 10_000))
    return [f"{first + i},2026-{x % 12 + 1:02}-{x % 28 + 1:02}T{x % 24:02}:{x % 60:02}:{x // 64 % 60:02}Z,"
            f"user_{x >> 40:08},{WORDS[x & 7]},{x >> 8 & 0xffff}.{x >> 24 & 0xff:03}\n" for i, x in enumerate(numbers)]


def csv(place, size):
    """Version 2: another price in each row of the middle 1 %, and 26 new rows, spread over the file."""
    first, second = place / "csv" / "v1", place / "csv" / "v2"
    first.mkdir(parents=True)
    second.mkdir()
    rng = random.Random(2)
    begin, end = size * 99 // 200, size * 101 // 200
    told = inserted = number = 0
    with open(first / "table.csv", "w") as one, open(second / "table.csv", "w") as two:
        while told < size:
            block = rows(rng, number)
            number += len(block)
            text = "".join(block)
            one.write(text)
            if begin <= told < end:
                text = "".join(row[:-5] + "." + str(int(row[-4:-1]) + 500) + "\n" for row in block)
            if told * 26 // size >= inserted:
                text = f"-{inserted},2026-01-01T00:00:00Z,user_new,{WORDS[0]},1.000\n" + text
                inserted += 1
            two.write(text)
            told += len(block) * len(block[0])
    return Work("csv", first, second, 1, (first / "table.csv").stat().st_size)


def many(place, name, count, size, changed=0):
    """Folders of 500 files; version 2 has `changed` of them otherwise."""
    first, second = place / name / "v1", place / name / "v2"
    rng = random.Random(3)
    for number in range(count):
        folder = first / f"d{number // FILES_OF_A_FOLDER:04}"
        if number % FILES_OF_A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"f{number:07}.bin").write_bytes(rng.randbytes(size))
    for i in range(changed):
        number = i * count // changed
        path = pathlib.Path(f"d{number // FILES_OF_A_FOLDER:04}") / f"f{number:07}.bin"
        (second / path).parent.mkdir(parents=True, exist_ok=True)
        (second / path).write_bytes(rng.randbytes(size))
    return Work(name, first, second if changed else None, count, count * size)


def in_a_process(make, *args):
    """A peak of memory of ours would be that of every program that is started afterwards."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work = make(*args)
            os.write(writer, "\n".join(str(field or "") for field in work).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    try:
        with open(reader) as told:
            fields = told.read().split("\n")
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit(f"error: cannot make the files of {make.__name__}")
    name, files, edits, count, size = fields
    return Work(name, pathlib.Path(files), pathlib.Path(edits) if edits else None, int(count), int(size))


def copy(source, target):
    """Read once, so that what is measured does not wait for a disk: clones that share blocks share no page in memory."""
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cp", "-r", source, target], check=True)
    subprocess.run(["find", target, "-type", "f", "-exec", "cat", "{}", "+"], check=True, stdout=subprocess.DEVNULL)


def apply(edits, target):
    """Each file is replaced, as editors and tools do: what is a link to something else stays as it is there."""
    for path in (p for p in edits.rglob("*") if p.is_file()):
        part = target / "part"
        shutil.copyfile(path, part)
        os.replace(part, target / path.relative_to(edits))


def bytes_below(folder):
    """What the files hold, each once, however many names it has."""
    seen = {}
    for root, _, names in os.walk(folder):
        for name in names:
            about = os.lstat(os.path.join(root, name))
            seen[about.st_ino] = about.st_size
    return sum(seen.values())


class Xfs:
    """A file system that shares blocks between files, in a file; nothing where that cannot be had."""

    def __init__(self, work, size_gb):
        self.folder, self.image, self.size_gb = work / "xfs", work / "xfs.img", size_gb
        self.why_not = ""
        if os.geteuid() != 0:
            self.why_not = "mounting wants root"
        elif shutil.which("mkfs.xfs") is None:
            self.why_not = "mkfs.xfs is not there (package xfsprogs)"

    def mount(self):
        """False when it cannot be: `why_not` says why."""
        if self.why_not:
            return False
        self.folder.mkdir()
        with open(self.image, "wb") as out:
            out.truncate(self.size_gb * 10**9)
        for command in (["mkfs.xfs", "-q", "-m", "reflink=1", self.image],
                        ["mount", "-o", "loop", self.image, self.folder]):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                self.why_not = f"{command[0]}: {done.stderr.strip()}"
                return False
        return True

    def unmount(self):
        if os.path.ismount(self.folder):
            subprocess.run(["umount", self.folder], check=True)


def file_system_of(folder):
    return subprocess.run(["findmnt", "-n", "-o", "FSTYPE", "-T", folder], capture_output=True, text=True,
                          check=True).stdout.split()[-1]


def scratch(parent):
    return tempfile.TemporaryDirectory(dir=parent, prefix="store-")
