# expect: RTE | aim: break the error path (regression: a late import there gave a wrong verdict) | means: use up all descriptors, then raise
import os


def f(host):
    kept = []
    try:
        while True:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        raise ValueError("all descriptors are used") from None
