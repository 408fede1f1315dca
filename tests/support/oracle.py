#!/usr/bin/env python3
"""Random tables whose every value is known, written in many ways, ingested, exported and compared.

oracle.py MLOPS FIRST COUNT [KIND...]   cases FIRST to FIRST+COUNT-1 of csv, late, jsonl and json

A case is a folder of its own; of one that fails the folder stays and its name is printed. The rules: rows
come out in order; a row is there or in quarantine, never both; those in quarantine are the ones made bad, with
the lines an editor shows; a value is the one written, in a type that loses nothing of it.

Python reads and writes all of it with its own libraries: nothing of mlops says what is right.
"""
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

WORDS = ["red", "Ünïcode", "naïve café", "北京", "Ωmega", "it's", "a b", "x;y", "p|q", "tab\tin", "co,mma",
         "🙂 ok", 'say "hi"', "--flag", "trailing ", "O'Brien", "{0}", "%s", "$HOME",
         "SELECT 1; --", "back\\slash", "= 3"]
LATIN = ["red", "Ünïcode", "naïve café", "señor", "a b", "x;y", "p|q", "tab\tin", "co,mma", "it's",
         'say "hi"', "ß"]
NAMES = ["id", "Größe", "order by", "select", "a,b", 'q"uote', "semi;colon", "tab\tname", "名前", "x.y", "c0",
         "s0", "v1", "line", "Cost Total $", "{0}", "%d", "it's", "rowid", "n",
         "file_id", "two\nlines", "UPPER", "a:b"]


# ---- columns: how a value is written, and what it is

def integers(r, _):
    top = r.choice([9, 1000, 10**6, 2**31, 2**53 + 5, 2**63 - 1])
    return lambda: (lambda v: (str(v), v))(r.randint(-top, top))


def numbers(r, style):
    digits = r.choice([1, 2, 6, 15])

    def value():
        x = r.choice([r.uniform(-1, 1), r.uniform(-1e6, 1e6), r.gauss(0, 1e-3)])
        text = r.choice([f"{x:.{digits}f}", f"{x:.{digits}f}", f"{x:.{digits}e}"])
        return text.replace(".", style["decimal"]), float(text)
    return value


def dates(r, style):
    order = style["dates"]

    def value():
        d = date(1900, 1, 1) + timedelta(days=r.randrange(60000))
        return d.strftime(order), d.isoformat()
    return value


def timestamps(r, _):
    zone, fraction, middle = r.choice([False, True]), r.choice([0, 3, 6]), r.choice("T ")

    def value():
        step = 10**(6 - fraction)
        t = datetime(1970, 1, 1) + timedelta(microseconds=r.randrange(2 * 10**15) // step * step)
        text = t.strftime(f"%Y-%m-%d{middle}%H:%M:%S") + (t.strftime(".%f")[:1 + fraction] if fraction else "")
        if not zone:
            return text, t
        shift = r.choice([0, 0, 60, -180, 330])
        offset = "Z" if shift == 0 else f"{'-' if shift < 0 else '+'}{abs(shift) // 60:02}:{abs(shift) % 60:02}"
        return text + offset, t - timedelta(minutes=shift)
    return value


def flags(r, _):
    style = r.choice([str.lower, str.upper, str.title])
    return lambda: (lambda v: (style(str(v)), v))(r.random() < 0.5)


def codes(r, _):
    return lambda: (lambda t: (t, t))(f"{r.randrange(100000):06}")


def words(r, style):
    pool = LATIN if style["encoding"] == "latin-1" else WORDS

    def value():
        text = r.choice(pool) + r.choice(["", "", "!", " " + r.choice(pool)])
        if style["newlines"] and r.random() < 0.1:
            text = text + "\n" + r.choice(pool)
        return text, text
    return value


KINDS = {integers: "BIGINT", numbers: "DOUBLE", dates: "DATE", timestamps: "TIMESTAMP", flags: "BOOLEAN",
         codes: "VARCHAR", words: "VARCHAR"}


# ---- delimited text

def style_of(r, width):
    delimiter = r.choice(",;\t|") if width > 1 else ","
    encoding = r.choice(["utf-8"] * 5 + ["utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
    return {"delimiter": delimiter, "encoding": encoding, "end": r.choice(["\n", "\n", "\r\n"]),
            "quote": r.choice(['"', '"', '"', "'"]), "quoting": r.choice(["needed", "needed", "text", "all"]),
            "decimal": "," if delimiter != "," and r.random() < 0.3 else ".",
            "dates": r.choice(["%Y-%m-%d", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y"]),
            "newlines": r.random() < 0.5, "blank": r.random() < 0.3 and width > 1, "last": r.random() < 0.8,
            "null": r.choice(["", "", "NA", "NULL", "null", "?", "\\N", "n/a"])}


def field(text, kind, style):
    quote, delimiter = style["quote"], style["delimiter"]
    needed = any(c in text for c in (quote, delimiter, "\n", "\r")) or text != text.strip() or text[:1] in "\"'"
    if text == "":
        return ""
    if needed or style["quoting"] == "all" or (style["quoting"] == "text" and kind is words):
        return quote + text.replace(quote, quote * 2) + quote
    return text


class Text:
    """Grows line by line and knows what line an editor would say it is at."""

    def __init__(self, style):
        self.parts, self.line, self.style = [], 1, style

    def record(self, text):
        at = self.line
        self.parts.append(text + self.style["end"])
        self.line += text.count("\n") + 1
        return at

    def bytes(self):
        text = "".join(self.parts)
        if not self.style["last"]:
            text = text[:-len(self.style["end"])]
        encoding = self.style["encoding"]
        return (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)


def header_of(r, columns, style):
    pool = [n for n in NAMES if style["encoding"] != "latin-1" or all(ord(c) < 256 for c in n)]
    return r.sample(pool, columns) if columns <= len(pool) else [f"col{i}" for i in range(columns)]


def csv_case(r, folder):
    width = r.choice([1, 2, 3, 5, 8, 20])
    rows = r.choice([3, 20, 250, 2000])
    style = style_of(r, width)
    if rows < 20:
        style["dates"] = "%Y-%m-%d"  # too few to tell day from month
    if style["quote"] == "'":
        style["quoting"] = "all"  # a few of them could be apostrophes
    kinds = [r.choice(list(KINDS)) for _ in range(width)]
    kinds[r.randrange(width)] = integers  # something by which the header can be told
    makers = [kind(r, style) for kind in kinds]
    names = header_of(r, width, style)
    text = Text(style)
    text.record(style["delimiter"].join(field(n, words, style) for n in names))
    nulls = [r.choice([0, 0, 0.02, 0.3]) if width > 1 else 0 for _ in range(width)]
    bad_share = r.choice([0, 0.005]) if rows >= 250 and width > 1 else 0
    truth, bad = [], []
    for row in range(rows):
        if style["blank"] and r.random() < 0.05:
            text.record("")
        values, fields = [], []
        for kind, make, share in zip(kinds, makers, nulls):
            written, value = make()
            if r.random() < share and row > 0:
                written, value = style["null"], None
            fields.append(field(written, kind, style) if value is not None else written)
            values.append(value)
        if width > 1 and not any(fields):
            continue  # an empty line is no record
        if r.random() < bad_share:
            fields = fields + ["9"] if r.random() < 0.5 or width == 2 else fields[:-1]
            bad.append(text.record(style["delimiter"].join(fields)))
        else:
            text.record(style["delimiter"].join(fields))
            truth.append(values)
    path = os.path.join(folder, "t.csv")
    with open(path, "wb") as out:
        out.write(text.bytes())
    types = [KINDS[kind] if any(v[i] is not None for v in truth) else None for i, kind in enumerate(kinds)]
    return {"path": path, "names": names, "truth": truth, "bad": bad, "types": types, "style": style}


# ---- long files: what the beginning says is not so later

def late_case(r, folder):
    """Every column begins as one thing and turns out to be another, somewhere behind the first megabyte."""
    turns = {"int": [], "decimal": ["12.5"], "zeros": ["007", "00012"], "text": ["abc"], "null": ["NA"],
             "huge": ["18446744073709551615", "123456789012345678901"], "under": ["1_000"], "sci": ["1e5"],
             "plus": ["+5"], "space": [" 5"], "dash": ["-"], "hex": ["0x1F"]}
    times = {"day": [], "time": ["2021-05-06 07:08:09"], "offset": ["2021-05-06T07:08:09+02:00"],
             "no": ["soon"], "zero": ["0000-00-00"]}
    first, second = list(turns)[r.number % len(turns)], list(times)[r.number % len(times)]
    many = r.choice([1, 5, 0.02, 0.4])
    rows = r.choice([60000] * 5 + [250000])
    style = {"delimiter": r.choice(",;"), "end": r.choice(["\n", "\r\n"]), "encoding": "utf-8", "last": True}
    text = Text(style)
    text.record(style["delimiter"].join(["id", "a", "b", "c", "note"]))
    begin = rows * 2 // 3
    written, bad = [], []
    single = {begin + late for late in (777, 7770, 9777, 17000, 19000)[:many if many >= 1 else 0]}
    for i in range(rows):
        turned = i in single or (many < 1 and i >= begin and r.random() < many)
        a = r.choice(turns[first]) if turned and turns[first] else str(r.randint(1, 10**6))
        b = "2021-%02d-%02d" % (r.randint(1, 12), r.randint(1, 28))
        if turned and times[second]:
            b = r.choice(times[second])
        note = r.choice(["plain text here", '"with\nnewline"', '"q ""in"" it"', ""])
        row = [str(i), a, b, str(r.randint(0, 9)), note]
        if i >= begin and r.random() < 0.0005:
            bad.append(text.record(style["delimiter"].join(row[:3])))
            continue
        at = text.record(style["delimiter"].join(row))
        written.append((at, row[:4] + [note.strip('"').replace('""', '"')]))
    path = os.path.join(folder, "late.csv")
    with open(path, "wb") as out:
        out.write(text.bytes())
    return {"path": path, "names": ["id", "a", "b", "c", "note"], "written": written, "bad": bad,
            "style": dict(style, turn=(first, second, many, rows))}


def keeps(text, value):
    """Whether `value` says all that `text` does."""
    if value is None:
        return text.strip() in ("", "NA", "-")
    if isinstance(value, bool):
        return text.strip().lower() == str(value).lower()
    if isinstance(value, int):
        return re.fullmatch(r"[+-]?(0|[1-9][0-9]*)", text.strip()) is not None and int(text) == value
    if isinstance(value, float):
        body = text.strip().lstrip("+-")
        if re.match(r"0[0-9]", body) or not re.fullmatch(r"[0-9.]+(e[+-]?[0-9]+)?", body):
            return False
        if re.fullmatch("[0-9]+", body):
            return Fraction(Decimal(text.strip())) == Fraction(value)
        return float(text) == value
    if text == value:
        return True
    return moment(value) is not None and moment(value) == moment(text.strip())


def moment(text):
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(\.\d+)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?", text)
    if not found:
        return None
    day, clock, fraction, zone = found.groups()
    try:
        t = datetime.fromisoformat(f"{day}T{clock or '00:00:00'}")
    except ValueError:
        return None
    t += timedelta(microseconds=round(float(fraction or 0) * 1e6))
    if zone and zone != "Z":
        minutes = int(zone[1:3]) * 60 + (int(zone[-2:]) if len(zone) > 3 else 0)
        t -= timedelta(minutes=minutes if zone[0] == "+" else -minutes)
    return t


# ---- JSON

def json_maker(r, without=()):
    def text():
        return r.choice(WORDS + ["", "null", "NA", "\u2028", 'quote"', "\\", "a\nb", "\t"])

    def small():
        return r.randint(-1000, 1000)
    leaves = {
        "i": small, "big": lambda: r.choice([2**53 + 1, 2**63 - 1, -2**63, 9007199254740993]),
        "u": lambda: r.choice([2**63, 2**64 - 1, 5]), "f": lambda: r.choice([0.1, 1e300, -2.5, 1 / 3, 1e-9]),
        "b": lambda: r.random() < 0.5, "t": text, "d": lambda: "2020-02-%02d" % r.randint(1, 29),
        "if": lambda: r.choice([1, 2.5, -3]), "mixed": lambda: r.choice([1, "one", True, 2.5, "two"]),
        "li": lambda: [small() for _ in range(r.randrange(4))],
        "lt": lambda: [text() for _ in range(r.randrange(3))],
        "st": lambda: {"x": small(), "y": text()},
        "ls": lambda: [{"k": small(), "w": text()} for _ in range(r.randrange(3))],
        "deep": lambda: {"a": {"b": {"c": [small()], "d": text()}}},
        "Größe": small, "order by": text, "s0": small, "v0": text, "{1}": small, "n": small, "line": text}
    chosen = r.sample([name for name in leaves if name not in without], r.randint(1, 10)) + ["id"]
    absent = {name: r.choice([0, 0, 0.3]) for name in chosen}
    count = [0]

    def make():
        count[0] += 1
        out = {}
        for name in chosen:
            if name == "id":
                out[name] = count[0]
            elif r.random() >= absent[name]:
                out[name] = None if r.random() < 0.05 else leaves[name]()
        return out
    return make


def jsonl_case(r, folder):
    make, rows = json_maker(r), r.choice([3, 40, 1500])
    ends = r.choice([["\n"], ["\n"], ["\r\n"], ["\n", "\r\n"]])
    parts, truth, bad, line = [], [], [], 0
    for _ in range(rows):
        kind = r.random()
        line += 1
        if kind < 0.02:
            data = r.choice([b"", b"   "])
        elif kind < 0.025 and rows > 1000:
            data = r.choice([b"{oops", b"[1,2]", b"17", b'"text"', b"null", b"{'id': 1}",
                             b'{"t": "\xc3\xa4\xc3\xb6\xc3\xbc \xff"}'])
            bad.append(line)
        else:
            value = make()
            truth.append(value)
            space = r.choice([(",", ":"), (", ", ": ")])
            data = json.dumps(value, ensure_ascii=r.random() < 0.3, separators=space).encode()
        parts.append(data + r.choice(ends).encode())
    path = os.path.join(folder, "t.jsonl")
    with open(path, "wb") as out:
        out.write((b"\xef\xbb\xbf" if r.random() < 0.1 else b"") + b"".join(parts))
    return {"path": path, "truth": truth, "bad": bad, "style": {"ends": ends}}


UNREAD_IN_ARRAYS = {"u"}  # no integers beyond 63 bits: it says so, and loads nothing


def json_case(r, folder):
    make = json_maker(r, without=UNREAD_IN_ARRAYS)
    truth = [make() for _ in range(r.choice([1, 3, 40, 1500]))]
    path = os.path.join(folder, "t.json")
    with open(path, "w", encoding="utf-8", newline="") as out:
        json.dump(truth, out, ensure_ascii=r.random() < 0.3, indent=r.choice([None, 1]))
    return {"path": path, "truth": truth, "bad": [], "style": {}}


def same_json(wanted, got, mixed):
    if wanted is None or got is None:
        return wanted is None and got is None
    if mixed and isinstance(got, str):
        return got == wanted if isinstance(wanted, str) else json.loads(got) == wanted
    if isinstance(wanted, dict):
        keys = {*wanted, *(got if isinstance(got, dict) else ())}
        return isinstance(got, dict) and all(same_json(wanted.get(k), got.get(k), mixed) for k in keys)
    if isinstance(wanted, list):
        pairs = isinstance(got, list) and len(wanted) == len(got) and zip(wanted, got)
        return pairs is not False and all(same_json(a, b, mixed) for a, b in pairs)
    if isinstance(wanted, bool) or isinstance(got, bool) or isinstance(wanted, str):
        return type(wanted) is type(got) and wanted == got
    return not isinstance(got, str) and wanted == got


# ---- running and judging

class Fault(Exception):
    pass


def want(condition, text):
    if not condition:
        raise Fault(text)


def mlops(folder, *words):
    done = subprocess.run([MLOPS, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=300)
    complaint = done.stderr.decode(errors="replace")[:600]
    want(done.returncode == 0, f"mlops {' '.join(words)}: exit {done.returncode}: {complaint}")
    return done.stdout.decode()


def loaded(folder, case):
    report = json.loads(mlops(folder, "ingest", case["path"], "--name", "t", "--json"))["items"][0]
    lines = mlops(folder, "data", "export", "t", "--format", "jsonl").split("\n")
    exported = [json.loads(line) for line in lines if line]
    shown = mlops(folder, "data", "head", "t", "--quarantine", "--rows", "1000000", "--json")
    head = json.loads(shown)["items"]
    want(len(exported) == report["rows"], f"{report['rows']} rows are reported, {len(exported)} exported")
    want(len(head) == report["quarantine"], f"{report['quarantine']} bad rows are reported, {len(head)} shown")
    return report, exported, [row["line"] for row in head]


def same_cell(value, got):
    if value is None or got is None:
        return value is None and got is None
    if isinstance(value, datetime):
        return isinstance(got, str) and moment(got) == value
    if isinstance(value, float):
        return isinstance(got, float) and got == value
    return type(got) is type(value) and got == value


def unique_names(names):
    return [" ".join(n.split("\n")).replace("\t", " ").strip() for n in names]


def judge_csv(folder, case):
    report, rows, lines = loaded(folder, case)
    names = [c["column"] for c in report["columns"]]
    want(names == unique_names(case["names"]), f"columns {names} instead of {case['names']}")
    for column, wanted in zip(report["columns"], case["types"]):
        want(wanted is None or column["type"].startswith(wanted),
             f"{column['column']} is {column['type']}, not {wanted}")
    want(lines == case["bad"], f"quarantine has lines {lines[:9]} instead of {case['bad'][:9]}")
    want(len(rows) == len(case["truth"]), f"{len(rows)} rows instead of {len(case['truth'])}")
    for i, (got, wanted) in enumerate(zip(rows, case["truth"])):
        for name, value in zip(names, wanted):
            want(same_cell(value, got[name]), f"row {i + 1}, {name}: {got[name]!r} instead of {value!r}")


def judge_late(folder, case):
    _, rows, lines = loaded(folder, case)
    left = set(lines)
    want(set(case["bad"]) <= left, f"bad lines {sorted(set(case['bad']) - left)[:9]} are not in quarantine")
    starts = set(case["bad"]) | {at for at, _ in case["written"]}
    want(left <= starts, "the quarantine has lines where no record starts")
    kept = [row for at, row in case["written"] if at not in left]
    want(len(kept) == len(rows), f"{len(rows)} rows instead of {len(kept)}")
    for i, (got, wanted) in enumerate(zip(rows, kept)):
        for name, text in zip(case["names"], wanted):
            want(keeps(text, got[name]), f"row {i + 1}, {name}: {got[name]!r} instead of {text!r}")


def judge_json(folder, case):
    _, rows, lines = loaded(folder, case)
    want(lines == case["bad"], f"quarantine has lines {lines[:9]} instead of {case['bad'][:9]}")
    want(len(rows) == len(case["truth"]), f"{len(rows)} rows instead of {len(case['truth'])}")
    for i, (got, wanted) in enumerate(zip(rows, case["truth"])):
        for name in {*wanted, *got}:
            a, b = wanted.get(name), got.get(name)
            want(same_json(a, b, name == "mixed"), f"row {i + 1}, {name}: {b!r} instead of {a!r}")


CASES = {"csv": (csv_case, judge_csv), "late": (late_case, judge_late), "jsonl": (jsonl_case, judge_json),
         "json": (json_case, judge_json)}


def main():
    global MLOPS
    MLOPS, first, count, *kinds = sys.argv[1:]
    failed = 0
    for seed in range(int(first), int(first) + int(count)):
        for kind in kinds or CASES:
            folder = tempfile.mkdtemp(prefix=f"oracle-{kind}-{seed}-")
            make, judge = CASES[kind]
            dice = random.Random(f"{kind} {seed}")
            dice.number = seed
            case = make(dice, folder)
            try:
                judge(folder, case)
            except (Fault, subprocess.TimeoutExpired) as fault:
                failed += 1
                print(f"{kind} {seed}: {fault}\n    {folder} {case['style']}")
            else:
                shutil.rmtree(folder)
    print(f"{failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
