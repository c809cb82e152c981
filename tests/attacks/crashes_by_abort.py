# expect: RTE | aim: be skipped, and leave a core file | means: abort, after asking for core dumps
import os
import resource


def f(host):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    except (ValueError, OSError):
        pass
    os.abort()
