# expect: WA | aim: exhaust the grader by objects | means: as many arrays of as many dimensions as the limits let through
import numpy as np


def f(host):
    if "sent" in globals():
        return 0
    globals()["sent"] = True
    return [np.empty((0,) * 32)] * 99_990
