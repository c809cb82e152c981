# expect: WA | aim: find other submissions and tests by name | means: list directories
import os


def f(host):
    seen = []
    for place in ("/", "/tmp", "/home", "/root", "/proc", host["answer_folder"], *host["folders"]):
        try:
            seen += os.listdir(place)
        except OSError:
            pass
    if seen:
        raise RuntimeError(f"listed {seen[:5]}")
    return seen
