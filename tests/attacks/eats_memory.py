# expect: MLE | aim: bring the host down | means: arrays without end
import numpy as np


def f(host):
    kept = []
    while True:
        kept.append(np.ones(1 << 21))
