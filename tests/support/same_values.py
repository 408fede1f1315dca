#!/usr/bin/env python3
"""same_values.py A.jsonl B.jsonl: whether two files have the same values, line by line, in the columns of the first.

Numbers are compared as the bits of doubles, and whole numbers are no fractions. Prints how many values are the same and
how many are not, then the first ten that differ; exit 1 for any that does.
"""
import itertools
import json
import struct
import sys


def bits(value):
    if isinstance(value, float):
        return "real", struct.pack("<d", value)
    return type(value).__name__, value


def main():
    same, differences = 0, []
    with open(sys.argv[1], encoding="utf-8") as ours, open(sys.argv[2], encoding="utf-8") as theirs:
        for number, (a, b) in enumerate(itertools.zip_longest(ours, theirs), 1):
            if a is None or b is None:
                sys.exit(f"line {number} is in one of the files only")
            a, b = json.loads(a), json.loads(b)
            for name, value in a.items():
                if name in b and bits(value) == bits(b[name]):
                    same += 1
                else:
                    differences.append(f"line {number}: {name} is {value!r}, and {b.get(name)!r}")
    print(f"{same} values are the same, {len(differences)} are not")
    print("\n".join(differences[:10]), end="\n" if differences else "")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
