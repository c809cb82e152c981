# expect: MLE | aim: exhaust whoever copies the answer | means: views of one number with strides of zero
import numpy as np


def f(host):
    return np.broadcast_to(np.float64(0), (1 << 34,))
