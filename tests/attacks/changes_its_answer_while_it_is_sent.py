# expect: PE | aim: have its answer checked as one thing and read as another | means: a trace function that resizes the array between header and bytes
import sys

import numpy as np


def trace(frame, event, arg):
    name = frame.f_code.co_name
    if name == "_put_array" and event == "line" and len(frame.f_locals["parts"]) > 2:
        frame.f_locals["value"].resize((100,), refcheck=False)
    return trace


def f(host):
    sys.settrace(trace)
    return np.zeros(4)
