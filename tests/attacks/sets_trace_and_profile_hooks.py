# expect: WA | aim: act inside the worker's own functions | means: trace and profile functions that see its frames
import sys
import threading


def hook(frame, event, arg):
    if "answer_kind" in frame.f_locals and event == "call":
        frame.f_locals["answer"] = b"T"
    return hook


def f(host):
    sys.settrace(hook)
    sys.setprofile(hook)
    threading.settrace(hook)
    frame = sys._getframe()
    while frame:
        frame.f_trace = hook
        frame = frame.f_back
    return 0
