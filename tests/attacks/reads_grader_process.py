# expect: WA | aim: read environment, arguments and memory of the grader | means: /proc
import os


def f(host):
    worked = []
    for pid in ("self", host["grader"], os.getppid()):
        for name in ("environ", "cmdline", "maps", "mem", "status", "fd/3"):
            if (pid, name) == ("self", "fd/3"):
                continue  # its own socket
            try:
                with open(f"/proc/{pid}/{name}", "rb"):
                    worked.append((pid, name))
            except OSError:
                pass
    if worked or host["secret_name"] in os.environ:
        raise RuntimeError(f"read {worked}")
    return 0
