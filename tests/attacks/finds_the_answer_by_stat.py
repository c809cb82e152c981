# expect: WA | aim: learn whether a secret file exists, and how large it is | means: stat by its name
import os


def f(host):
    try:
        size = os.stat(host["answer_file"]).st_size
    except OSError:
        return 0
    print(f"visible: a file of {size} bytes has this name")  # L1 cannot hide it; L3 does
    return size
