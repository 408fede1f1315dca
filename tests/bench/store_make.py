#!/usr/bin/python3
"""store_make.py FOLDER FILES SIZE: makes so many files in folders of 500 and does nothing else: open, write, close.

What a copy that writes its bytes cannot do without. The interpreter adds some 5 %.
"""
import os
import sys

FILES_OF_A_FOLDER = 500


def main():
    folder, files, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    content, flags, descriptor = os.urandom(size), os.O_WRONLY | os.O_CREAT | os.O_EXCL, -1
    for number in range(files):
        if number % FILES_OF_A_FOLDER == 0:
            name = f"{folder}/d{number // FILES_OF_A_FOLDER:04}"
            os.makedirs(name)
            descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        file = os.open(f"f{number:07}.bin", flags, 0o666, dir_fd=descriptor)
        os.write(file, content)
        os.close(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
