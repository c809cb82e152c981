# expect: WA | aim: read the expected answer | means: every library that opens a file by itself
import ctypes
import dbm.dumb
import fileinput
import importlib.machinery
import io
import linecache
import mmap
import os
import pathlib
import runpy
import shelve
import sqlite3
import tokenize
import zipimport

import numpy as np


def attempts(path):
    yield lambda: io.open(path).read()
    yield lambda: io.open_code(path).read()
    yield lambda: os.open(path, os.O_RDONLY)
    yield lambda: os.open(path, os.O_PATH) and os.open("/proc/self/fd/4", os.O_RDONLY)
    yield lambda: pathlib.Path(path).read_bytes()
    yield lambda: np.load(path)
    yield lambda: np.fromfile(path)
    yield lambda: np.loadtxt(path)
    yield lambda: np.genfromtxt(path)
    yield lambda: np.memmap(path, mode="r")
    yield lambda: mmap.mmap(os.open(path, os.O_RDONLY), 8)
    yield lambda: tokenize.open(path)
    yield lambda: runpy.run_path(path)
    yield lambda: importlib.machinery.SourceFileLoader("a", path).get_data(path)
    yield lambda: zipimport.zipimporter(path)
    yield lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("select 1 from a")
    yield lambda: next(fileinput.input(path))
    yield lambda: shelve.open(path, "r")
    yield lambda: dbm.dumb.open(path, "r")
    yield lambda: os.listxattr(path) and 1 / 0
    yield lambda: linecache.getlines(path)[0]
    yield lambda: ctypes.CDLL(path)
    yield lambda: ctypes.CDLL(None).fopen(path.encode(), b"r") or 1 / 0


def f(host):
    worked = []
    for number, attempt in enumerate(attempts(host["answer_file"])):
        try:
            if attempt() is not None:
                worked.append(number)
        except (OSError, IndexError, ImportError, ZeroDivisionError, sqlite3.Error, ValueError):
            pass
        except Exception as error:
            if type(error).__module__ not in ("dbm", "dbm.dumb", "_dbm", "zipimport"):
                worked.append((number, type(error)))
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
