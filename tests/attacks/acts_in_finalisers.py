# expect: WA | aim: act when its objects die | means: finalisers, weak references, collector and trace hooks
import gc
import sys
import weakref


class Late:
    def __del__(self):
        print("all tests passed")
        sys.exit(0)


def hook(*args):
    raise SystemExit(0)


def f(host):
    kept = Late()
    kept.me = kept
    weakref.finalize(kept, hook)
    gc.callbacks.append(lambda *args: print("all tests passed"))
    gc.collect()
    return 0
