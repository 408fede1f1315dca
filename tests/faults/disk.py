"""The disks that a power cut may leave of a folder: as it was before, and the journal of record.cpp up to the cut.

What was synced is there. What was not, by the seed:
  contents  none of the later writes ("drop"), zeros at the end in their place ("zeros"), some pages of some of them ("pages"), all
  names     the order in which a journal keeps them, up to what was synced last ("least") or some way further ("some");
            each folder for itself ("folders"): a file that was moved between two may have both names or none; of all
            that was not synced the newest only ("newest"); all
A sync of a file says nothing of its name, which is less than most file systems promise; with "journal" it keeps all names
that were changed before, as ext4 does.
"""
import os
import shutil
import struct

HEADER = struct.Struct("<BQqqIIQ")
(CREATE, WRITE, TRUNCATE, CHMOD, MKDIR, RMDIR, UNLINK, RENAME, LINK, SYMLINK, FSYNC, FDATASYNC, SYNCFS,
 MARK) = range(1, 15)
PAGE = 4096

NAMES = ("least", "some", "folders", "newest", "all")
CONTENTS = ("drop", "zeros", "pages", "all")


def read_journal(path):
    """(op, inode, at, modified_ns, path, other, data) of each event."""
    with open(path, "rb") as file:
        text = file.read()
    events, at = [], 0
    while at + HEADER.size <= len(text):
        op, inode, number, modified, path_size, other_size, size = HEADER.unpack_from(text, at)
        at += HEADER.size
        name = os.fsdecode(text[at:at + path_size])
        other = os.fsdecode(text[at + path_size:at + path_size + other_size])
        at += path_size + other_size
        events.append((op, inode, number, modified, name, other, text[at:at + size]))
        at += size
    return events


class Node:
    def __init__(self, kind, source=None, mode=0o644, text=""):
        self.kind, self.source, self.mode, self.text = kind, source, mode, text
        self.changes = []  # Of contents: (event, op, at, data, modified_ns).
        self.synced = -1  # The last event that its sync covers.
        self.modified = 0
        self.now = {}  # A folder's names, as the process saw them.
        self.before = {}  # As they were.


class Disk:
    """Everything that is known of a folder when events[:cut] have happened."""

    def __init__(self, base, root, events):
        self.root, self.files, self.steps, self.nodes = root, {}, [], []
        self.top = self._scan(base)
        for at, event in enumerate(events):
            self._apply(at, *event)

    def _new(self, *words, **more):
        self.nodes.append(Node(*words, **more))
        return self.nodes[-1]

    def _scan(self, path):
        status = os.lstat(path)
        if os.path.islink(path):
            return self._new("link", text=os.readlink(path))
        if not os.path.isdir(path):
            node = self._new("file", path, status.st_mode & 0o7777)
            node.modified = status.st_mtime_ns
            return node
        node = self._new("folder", mode=status.st_mode & 0o7777)
        node.before = {name: self._scan(os.path.join(path, name)) for name in sorted(os.listdir(path))}
        node.now = dict(node.before)
        return node

    def _find(self, path):
        node = self.top
        for part in os.path.relpath(path, self.root).split("/"):
            if part == "..":
                return None
            node = node if part == "." else node and node.now.get(part)
        return node

    def _place(self, path):
        folder, name = os.path.split(os.path.normpath(path))
        return self._find(folder), name

    def _rename(self, at, *changes):
        """One step: names that begin or end to be (None), each in its folder."""
        changes = [change for change in changes if change[0] is not None]
        for folder, name, node in changes:
            if node is None:
                folder.now.pop(name, None)
            else:
                folder.now[name] = node
        self.steps.append((at, changes))

    def _apply(self, at, op, inode, number, modified, path, other, data):
        node = None if op == MARK else self._find(path)
        if op == CREATE:
            if node is None:
                node = self._new("file", mode=number)
                node.modified = modified
                self._rename(at, (*self._place(path), node))
            self.files[inode] = node
        elif op in (WRITE, TRUNCATE):
            node = self.files.setdefault(inode, node)
            node.changes.append((at, op, number, data, modified))
        elif op == CHMOD:
            (self.files.get(inode) or node).mode = number
        elif op in (MKDIR, SYMLINK):
            new = self._new("folder", mode=number) if op == MKDIR else self._new("link", text=other)
            self._rename(at, (*self._place(path), new))
        elif op in (UNLINK, RMDIR):
            self._rename(at, (*self._place(path), None))
        elif op == RENAME:
            self._rename(at, (*self._place(path), None), (*self._place(other), node))
        elif op == LINK:
            self._rename(at, (*self._place(other), node))
        elif op in (FSYNC, FDATASYNC):
            node = node if node and node.kind == "folder" else self.files.get(inode) or node
            if node:
                node.synced = at
        elif op == SYNCFS:
            for node in self.nodes:
                node.synced = at

    def _names(self, how, random):
        """The steps that are on the disk, as lists of changes in order."""
        synced = [any(at <= folder.synced for folder, _, _ in changes) for at, changes in self.steps]
        if how == "journal":
            last = max(node.synced for node in self.nodes)
            synced = [at <= last for at, _ in self.steps]
        least = max((i + 1 for i, kept in enumerate(synced) if kept), default=0)
        if how not in ("folders", "newest"):
            count = {"least": least, "journal": least, "all": len(self.steps)}.get(how, random.randint(least, len(self.steps)))
            return [changes for _, changes in self.steps[:count]]
        folders = {}
        for at, changes in self.steps:
            for folder in {id(folder): folder for folder, _, _ in changes}.values():
                folders.setdefault(id(folder), (folder, []))[1].append(at)
        last = {}
        for key, (folder, ats) in folders.items():
            least = sum(at <= folder.synced for at in ats)
            count = random.randint(least, len(ats))
            if how == "newest":
                count = len(ats) if ats[-1] == self.steps[-1][0] else least
            last[key] = ([-1] + ats)[count]
        return [[change for change in changes if at <= last[id(change[0])]] for at, changes in self.steps]

    def write(self, target, names, contents, random):
        """Makes the disk in the new folder `target`."""
        for node in self.nodes:
            node.then = dict(node.before)
        for changes in self._names(names, random):
            for folder, name, node in changes:
                if node is None:
                    folder.then.pop(name, None)
                else:
                    folder.then[name] = node
        self._write_folder(self.top, target, contents, random)

    def _write_folder(self, folder, target, contents, random):
        os.mkdir(target)
        for name, node in folder.then.items():
            path = os.path.join(target, name)
            if node.kind == "folder":
                self._write_folder(node, path, contents, random)
            elif node.kind == "link":
                os.symlink(node.text, path)
            else:
                write_file(node, path, contents, random)


def write_file(node, path, contents, random):
    if node.source and not node.changes:
        if "/.mlops/objects/" in path or "/.mlops/packs/" in path:
            os.link(node.source, path)  # Is never written to.
        else:
            shutil.copyfile(node.source, path)
    else:
        with open(path, "wb") as file:
            file.write(content_of(node, contents, random))
    os.chmod(path, node.mode)
    modified = max([node.modified] + [change[4] for change in node.changes])
    os.utime(path, ns=(modified, modified))


def content_of(node, contents, random):
    out = bytearray()
    if node.source:
        with open(node.source, "rb") as file:
            out += file.read()
    for change in node.changes:
        if change[0] <= node.synced or contents == "all":
            put(out, *change[1:4])
    late = [change for change in node.changes if change[0] > node.synced]
    if contents == "zeros":
        for _, op, at, data, _ in late:
            put(out, op, at, b"", len(data))
    if contents == "pages":
        count = random.randint(0, len(late))
        for number, (_, op, at, data, _) in enumerate(late[:count], 1):
            if op == TRUNCATE:
                put(out, op, at, data)
                continue
            data = data[:random.randint(0, len(data))] if number == count else data
            for begin in range(0, len(data), PAGE):
                page = data[begin:begin + PAGE]
                put(out, op, at + begin, page if random.random() < 0.5 else b"", len(page))
    return out


def put(out, op, at, data, room=0):
    """`room`: how long the file gets, with zeros where nothing was; what was written over stays then."""
    if op == TRUNCATE:
        del out[at:]
    end = at + max(len(data), room)
    if len(out) < end:
        out.extend(bytes(end - len(out)))
    out[at:at + len(data)] = data


def differences(first, second):
    """What two folders do not have in common; memory that SQLite shares is not on the disk."""
    found = []

    def files(top):
        return {os.path.relpath(os.path.join(folder, name), top): os.path.join(folder, name)
                for folder, _, names in os.walk(top) for name in names if not name.endswith("-shm")}
    one, two = files(first), files(second)
    for name in sorted(one.keys() | two.keys()):
        if name not in one or name not in two:
            found.append(f"{name} is in one of them")
            continue
        with open(one[name], "rb") as a, open(two[name], "rb") as b:
            if a.read() != b.read():
                found.append(f"{name} differs")
    return found
