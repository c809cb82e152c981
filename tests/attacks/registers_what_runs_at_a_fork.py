# expect: WA | aim: run code in the process that forks workers | means: hooks before and after a fork
import gc
import os


def f(host):
    os.register_at_fork(
        before=lambda: os.write(3, b"before"),
        after_in_child=lambda: os.write(3, b"child"),
        after_in_parent=lambda: None,
    )
    gc.unfreeze()
    gc.set_threshold(1)
    return 0
