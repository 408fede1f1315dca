"""Other tools that keep versions of files, each measured at what it has of add, status, v2 and checkout.

`status` of restic, borg and ostree, which have none, is a second backup of what has not changed.
"""
import os
import shutil
import subprocess

from store_cost import Failed, all_of, note, run
from store_work import apply, bytes_below, copy

PASSWORD = {"RESTIC_PASSWORD": "x", "RESTIC_CACHE_DIR": "cache", "BORG_BASE_DIR": "base",
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "x", "GIT_AUTHOR_EMAIL": "x@x", "GIT_COMMITTER_NAME": "x",
            "GIT_COMMITTER_EMAIL": "x@x"}
GIT_START = [["git", "init", "-q", "."], ["git", "lfs", "install", "--local"], ["git", "lfs", "track", "data/**"]]
GIT_ADD = [["git", "add", "-A", "data", ".gitattributes"], ["git", "commit", "-q", "-m", "x"]]
OSTREE_COMMIT = ["ostree", "--repo=store", "commit", "-b", "main", "--tree=dir=data"]
PEERS = {
    "git-lfs": dict(program="git-lfs", store=".git", start=GIT_START, add=GIT_ADD,
                    status=[["git", "status", "--porcelain"]], v2=GIT_ADD,
                    checkout=[["git", "checkout", "-q", "--", "data"]]),
    "restic": dict(program="restic", store="store", start=[["restic", "-q", "-r", "store", "init"]],
                   add=[["restic", "-q", "-r", "store", "backup", "data"]],
                   status=[["restic", "-q", "-r", "store", "backup", "data"]],
                   v2=[["restic", "-q", "-r", "store", "backup", "data"]],
                   checkout=[["restic", "-q", "-r", "store", "restore", "latest", "--target", "."]]),
    "borg": dict(program="borg", store="store", start=[["borg", "init", "-e", "none", "store"]],
                 add=[["borg", "create", "store::1", "data"]], status=[["borg", "create", "store::2", "data"]],
                 v2=[["borg", "create", "store::3", "data"]], checkout=[["borg", "extract", "store::{last}"]]),
    "ostree": dict(program="ostree", store="store",
                   start=[["ostree", "--repo=store", "init", "--mode=bare-user-only"]],
                   add=[OSTREE_COMMIT], status=[OSTREE_COMMIT], v2=[OSTREE_COMMIT],
                   checkout=[["ostree", "--repo=store", "checkout", "-U", "-H", "main", "data"]]),
}


def there(names):
    missing = [name for name in names if shutil.which(PEERS[name]["program"]) is None]
    if missing:
        note(f"not installed, so not measured: {', '.join(missing)}")
    return [name for name in names if name not in missing]


def measure(name, work, place):
    """The costs and the bytes of one peer; what failed is left out."""
    peer, figures, folder = PEERS[name], {}, place / name
    folder.mkdir()
    (folder / "base").mkdir()
    environment = {**PASSWORD, "HOME": str(folder)}

    def step(what):
        last = "3" if work.edits else "2"
        commands = [[word.replace("{last}", last) for word in command] for command in peer[what]]
        figures[what] = all_of(*(run(command, folder, environment) for command in commands))

    try:
        copy(work.files, folder / "data")
        step("start")
        step("add")
        figures["bytes"] = bytes_below(folder / peer["store"])
        step("status")
        if work.edits:
            apply(work.edits, folder / "data")
            step("v2")
            figures["bytes2"] = bytes_below(folder / peer["store"])
        expected = place / f"{name}-expected"
        os.rename(folder / "data", expected)
        step("checkout")
        if subprocess.run(["diff", "-rq", expected, folder / "data"], stdout=subprocess.DEVNULL).returncode != 0:
            note(f"{name}: the files of {work.name} are not those that were added")
            del figures["checkout"]
        shutil.rmtree(expected)
    except Failed as failed:
        note(str(failed))
    shutil.rmtree(folder, ignore_errors=True)
    return figures
