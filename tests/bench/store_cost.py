"""What a command costs: CPU seconds of it and of what it waited for, wall seconds, the peak of its memory."""
import collections
import os
import subprocess
import sys
import time

Cost = collections.namedtuple("Cost", "cpu wall peak_mb")
FREE = Cost(0.0, 0.0, 0.0)


class Failed(Exception):
    pass


def touch_memory():
    """So that a virtual machine has it: one whose host takes free memory back pays up to a second a GiB for getting it
    again, and whoever copies first would seem slow."""
    pages, page = os.sysconf("SC_AVPHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    size = min(pages * page // 2, 3 << 30)
    subprocess.run([sys.executable, "-I", "-S", "-c", f"b'x' * {size}"], check=True)


def run(command, folder, environment=None):
    """Its output is thrown away; raises Failed with the end of what it said."""
    command = [str(word) for word in command]
    subprocess.run(["sync", "-f", folder], check=True)  # what was written before is not paid for in what is measured
    touch_memory()
    with open(folder / ".said", "wb") as said:
        begin = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, env={**os.environ, **(environment or {})},
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
    text = (folder / ".said").read_text(errors="replace")
    os.unlink(folder / ".said")
    if child.returncode != 0:
        raise Failed(f"{' '.join(command)}: exit {child.returncode}: {text.strip()[-400:]}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024 / 1e6)


def all_of(*costs):
    return Cost(sum(c.cpu for c in costs), sum(c.wall for c in costs), max(c.peak_mb for c in costs))


def least(costs):
    """Of the rounds: the machine may be shared, and what others do only adds."""
    return Cost(min(c.cpu for c in costs), min(c.wall for c in costs), max(c.peak_mb for c in costs))


def note(text):
    print(f"note: {text}", file=sys.stderr, flush=True)
