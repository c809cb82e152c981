# expect: WA | aim: read the source of an earlier submission | means: modules, line cache, collector and heap
import ctypes
import gc
import linecache
import sys


def f(host):
    token = ("honest-" + "token-").encode()
    texts = [repr(list(linecache.cache)), repr(sorted(sys.modules))]
    texts += [thing for thing in gc.get_objects() if type(thing) is str]
    texts += [repr(thing) for thing in gc.get_objects() if type(thing) is dict and len(thing) < 50]
    found = [text for text in texts if token.decode() + "7" in text]
    libc = ctypes.CDLL(None, use_errno=True)
    at = id(host) & ~0xFFF
    for step in (4096, -4096):
        page = at
        while abs(page - at) < 1 << 20:
            libc.access(ctypes.c_void_p(page), 0)
            if ctypes.get_errno() == 14:
                break
            if token + b"7" in ctypes.string_at(page, 4096):
                found.append(page)
            page += step
    if found:
        raise SystemError(f"found: {found[:3]}")
    return 0
