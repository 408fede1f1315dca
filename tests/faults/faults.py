"""faults.py power|kill|full [SCENARIO...]: strikes a store and judges what is left of it. For tests/functional/power.bats.

power  the power goes: disks are made of what was written and what was synced (disk.py)
kill   the process is killed, at a call that changes the disk or at any moment
full   there is no room from the n-th change on

The seed is printed; MLOPS_TEST_SEED repeats a run, MLOPS_TEST_CUTS says how many times it strikes. What is wrong is
printed, with what shows it again. Exit 1 when something was.
"""
import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import disk
import scenarios

SEED = int(os.environ.get("MLOPS_TEST_SEED") or random.SystemRandom().randrange(10**6))


def is_rare(path, other):
    """Neither an object's name nor scratch."""
    return f"{scenarios.STORE}/tmp/" not in (other or path) and f"{scenarios.STORE}/objects/" not in other


class Recording:
    """One scenario, done once and written down."""

    def __init__(self, name, work, seed=0):
        self.name, self.work = name, os.path.join(work, f"{name}{seed or ''}")
        self.folder = os.path.join(self.work, "project")
        self.base = os.path.join(self.work, "base")
        journal = os.path.join(self.work, "journal")
        rng = random.Random(seed)
        os.makedirs(self.folder)
        self.steps = scenarios.SCENARIOS[name][0](self.folder)
        shutil.copytree(self.folder, self.base, symlinks=True)
        self.ends, self.facts, self.states = [], [], []
        for step in self.steps:
            self.states.append(self.keep())
            faults = {"kill_at": rng.randint(1, 60)} if step.kill else {}
            status, stdout, stderr = step.run(self.folder, journal=journal, **faults)
            if status != 0 and not step.kill:
                raise SystemExit(f"{name}: {' '.join(step.words)}: exit {status}\n{stderr}")
            self.ends.append(len(disk.read_journal(journal)) if os.path.exists(journal) else 0)
            facts = [line for line in stdout.splitlines() if line.startswith(("object ", "reference "))]
            if status == 0 and step.words[0] == scenarios.MLOPS:
                facts += scenarios.references(self.folder) + scenarios.inputs_of(step, self.folder)
                facts += scenarios.pushed(self.folder) if step.words[1] == "push" else []
            # What has no name may be collected.
            self.facts.append(facts if name not in ("collect", "gc") or step.words[1] == "publish" else [])
        self.events = disk.read_journal(journal)

    def keep(self):
        """The folder as it is, for strikes at the next step."""
        path = os.path.join(self.work, f"state{len(self.states)}")
        shutil.copytree(self.folder, path, symlinks=True)
        return path

    def acknowledged(self, cut):
        """After so many events: what was told, and the step that was at work."""
        told, begin = [], 0
        for step, (end, facts) in enumerate(zip(self.ends, self.facts)):
            marks = [at for at in range(begin, end) if self.events[at][0] == disk.MARK]
            if cut <= (marks[-1] if marks else end - 1):
                return told, step
            told, begin = told + facts, end
            if cut <= end:
                return told, step
        return told, len(self.steps) - 1

    def is_complete(self):
        """Whether all that was changed was written down."""
        again = os.path.join(self.work, "again")
        last = disk.Disk(self.base, self.folder, self.events)
        last.write(again, "all", "all", random.Random(0))
        for step in self.steps:
            step.prepare(again)
        found = disk.differences(self.folder, again)
        shutil.rmtree(again)
        return found

    def cuts(self, count, rng):
        """First where something was just acknowledged, with the worst that can be, at names that are few, and in the lines of
        references; then before syncs, after names, and anywhere."""
        ends = [at + 1 for at, event in enumerate(self.events) if event[0] == disk.MARK]
        syncs = [at for at, event in enumerate(self.events) if event[0] in (disk.FSYNC, disk.FDATASYNC, disk.SYNCFS)]
        moves = [at + 1 for at, event in enumerate(self.events) if event[0] in (disk.RENAME, disk.UNLINK)]
        few = [at for at in moves if is_rare(*self.events[at - 1][4:6])]
        out = [(at, names, "drop") for at in ends for names in ("least", "folders")]
        rest = [(at, "newest", "drop") for at in few]
        torn = [(at, "all", how) for at in syncs if "/refs/" in self.events[at][4] for how in ("zeros", "pages")]
        for some in (out, rest, torn):
            rng.shuffle(some)
        out = (out + rest + torn)[:count] if count < 9 else out[:count // 3] + rest[:count // 3] + torn[:count // 6]
        while len(out) < count:
            at = rng.choice(rng.choice((syncs, moves, range(len(self.events)))))
            out.append((at, rng.choice(disk.NAMES), rng.choice(disk.CONTENTS)))
        return out[:count]


def cut_power(recording, target, cut, names, contents, seed):
    then = disk.Disk(recording.base, recording.folder, recording.events[:cut])
    then.write(target, names, contents, random.Random(seed))
    facts, step = recording.acknowledged(cut)
    return scenarios.judge(target, facts, recording.steps[step])


def strike(recording, target, at, answers, **faults):
    """One step with a fault, done to the store as it was before."""
    shutil.copytree(recording.states[at], target, symlinks=True)
    step = recording.steps[at]
    status, stdout, stderr = step.run(target, **faults)
    # SQLite does not tell why a file beside the database could not be made.
    no_index = status == 1 and "full_at" in faults and "cannot open the database" in stderr
    if status not in answers and not no_index:
        return [f"exit {status}: {stderr}"]
    if status == 75 and "no space left on device" not in stderr.lower():
        return [f"it does not say that the disk is full: {stderr}"]
    told = sum(recording.facts[:at], [])
    if status == 0 or (stdout and step.words[0] == scenarios.PROBE):
        told = told + recording.facts[at]
    return scenarios.judge(target, told, step, (0, *step.again))


def kill_in_time(recording, target, at, share):
    """Killed when this share of the time that the step needs has gone."""
    shutil.copytree(recording.states[at], target, symlinks=True)
    step = recording.steps[at]
    step.prepare(target)
    begin = time.monotonic()
    subprocess.run(step.words, cwd=shutil.copytree(target, target + ".whole", symlinks=True), capture_output=True)
    whole = time.monotonic() - begin
    shutil.rmtree(target + ".whole")
    process = subprocess.Popen(step.words, cwd=target, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(whole * share)
    process.kill()
    process.wait()
    return scenarios.judge(target, sum(recording.facts[:at], []), step)


def shares(names, count):
    total = sum(scenarios.SCENARIOS[name][1] for name in names)
    return {name: max(4, round(count * scenarios.SCENARIOS[name][1] / total)) for name in names}


def power_jobs(names, work, count, rng):
    for name, share in shares(names, count).items():
        for seed in range(1, 1 + (share if name == "killed" else 1)):
            recording = Recording(name, work, rng.randrange(10**9) if name == "killed" else 0)
            for fault in recording.is_complete():
                yield name, "recording", lambda _, fault=fault: [fault]
            for cut in recording.cuts(1 if name == "killed" else share, rng):
                what = (*cut, rng.randrange(10**9))
                yield name, f"cut {what}", lambda target, r=recording, w=what: cut_power(r, target, *w)


def kill_jobs(names, work, count, rng):
    for name, share in shares([name for name in names if name != "killed"], count).items():
        recording = Recording(name, work)
        for i in range(share):
            at = rng.randrange(len(recording.steps))
            begin = recording.ends[at - 1] if at > 0 else 0
            if i % 2 == 0:
                call = rng.randint(1, max(1, recording.ends[at] - begin))
                yield name, f"step {at}, killed at change {call}", lambda target, r=recording, a=at, c=call: strike(
                    r, target, a, (0, -9), kill_at=c)
            else:
                part = rng.random()
                yield name, f"step {at}, killed at {part:.3f}", lambda target, r=recording, a=at, p=part: kill_in_time(
                    r, target, a, p)


def full_jobs(names, work, count, rng):
    for name, share in shares([name for name in names if name != "killed"], count).items():
        recording = Recording(name, work)
        for at in range(len(recording.steps)):
            begin = recording.ends[at - 1] if at > 0 else 0
            needs = sum(event[0] in (disk.CREATE, disk.WRITE, disk.MKDIR, disk.RENAME, disk.LINK, disk.TRUNCATE)
                        for event in recording.events[begin:recording.ends[at]])
            step = max(1, needs * len(recording.steps) // share)
            for n in range(1 + rng.randrange(step), needs + 1, step):
                yield name, f"step {at}, full at {n}", lambda target, r=recording, a=at, n=n: strike(
                    r, target, a, (0, 75), full_at=n)


KINDS = {"power": (power_jobs, 200), "kill": (kill_jobs, 200), "full": (full_jobs, 150)}


def main(kind, *chosen):
    names = [name for name in chosen or scenarios.SCENARIOS if scenarios.available(name)]
    make_jobs, usual = KINDS[kind]
    count = int(os.environ.get("MLOPS_TEST_CUTS") or usual)
    print(f"seed {SEED}, {kind}, {count} times: {' '.join(names)}", flush=True)
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) and shutil.disk_usage("/dev/shm").free > 2 << 30 else None
    bad = done = 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(dir=memory) as work, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        def work_at(job):
            number, (name, what, strikes) = job
            target = os.path.join(os.path.realpath(work), f"try{number}")
            found = strikes(target)
            shutil.rmtree(target, ignore_errors=True)
            return name, what, found
        jobs = make_jobs(names, os.path.realpath(work), count, random.Random(SEED))
        for name, what, found in pool.map(work_at, enumerate(jobs)):
            done += 1
            if found:
                bad += 1
                print(f"{name}, {what}:", *found, sep="\n  ", flush=True)
    print(f"{done} times, {bad} wrong, {time.monotonic() - begin:.0f} s")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
