# expect: WA | aim: break the worker's own writing | means: close and replace every stream and descriptor but the socket
import io
import os
import sys


class Broken(io.StringIO):
    def write(self, text):
        raise SystemExit(0)

    def flush(self):
        raise KeyboardInterrupt


def f(host):
    sys.stdout.close()
    sys.stdout = sys.stderr = sys.__stdout__ = Broken()
    for descriptor in (0, 1, 2):
        try:
            os.close(descriptor)
        except OSError:
            pass
    return 0
