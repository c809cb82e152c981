# expect: WA | aim: more memory, files, privileges | means: prctl, limits, capabilities
import ctypes
import resource


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    for option, value in ((4, 1), (1, 0), (38, 0), (22, 0), (8, 1), (24, 0), (47, 2), (59, 1)):
        if libc.prctl(option, value, 0, 0, 0) != -1:
            worked.append(option)
    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_FSIZE"):
        try:
            resource.setrlimit(getattr(resource, name), (1 << 40, 1 << 40))
            worked.append(name)
        except (OSError, ValueError):
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
