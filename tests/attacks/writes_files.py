# expect: WA | aim: leave something behind, fill the disk | means: create files anywhere
import os
import tempfile


def f(host):
    worked = []
    for place in ("/", "/tmp", "/var/tmp", "/dev/shm", "/run", host["answer_folder"]):
        for flags in (os.O_CREAT | os.O_WRONLY, os.O_TMPFILE | os.O_WRONLY):
            try:
                os.open(place if flags & os.O_TMPFILE == os.O_TMPFILE else f"{place}/planted", flags)
                worked.append(place)
            except OSError:
                pass
    try:
        tempfile.mkstemp()
        worked.append("mkstemp")
    except OSError:
        pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
