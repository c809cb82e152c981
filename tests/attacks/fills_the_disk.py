# expect: WA | aim: fill the disk | means: sparse files, databases, logs, links and folders
import ctypes
import logging
import os
import sqlite3

import numpy as np


def attempts(folder, name):
    path = f"{folder}/{name}"
    yield lambda: os.truncate(path, 1 << 40)
    yield lambda: os.mkdir(path)
    yield lambda: os.symlink("/", path)
    yield lambda: os.link("/dev/null", path)
    yield lambda: os.mkfifo(path)
    yield lambda: os.mknod(path)
    yield lambda: np.save(path, np.zeros(10))
    yield lambda: np.memmap(path, mode="w+", shape=(10,))
    yield lambda: logging.FileHandler(path)
    yield lambda: sqlite3.connect(path).execute("create table t (x)")
    yield lambda: open(path, "a")
    yield lambda: os.open(folder, os.O_TMPFILE | os.O_RDWR)
    yield lambda: ctypes.CDLL(None).creat(path.encode(), 0o600) >= 0 or os.mkdir(path)


def f(host):
    worked = []
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", host["answer_folder"]):
        for number, attempt in enumerate(attempts(folder, host["marker"])):
            try:
                attempt()
                worked.append((folder, number))
            except (OSError, sqlite3.Error):
                pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
