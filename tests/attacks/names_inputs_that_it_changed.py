# expect: WA | aim: act in the text that names the changed inputs | means: names of its own in a true answer
import sys


def f(host):
    frame = sys._getframe()
    while "request_id" not in frame.f_locals:
        frame = frame.f_back
    answers = frame.f_globals["answers"]
    answers.changed = lambda inputs, request: ("\x1b[2J::error::\u202e" + "x" * 100_000,) * 500
    return 0
