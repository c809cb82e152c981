# expect: PE | aim: leave the grader waiting | means: close the data socket and live on
import os
import time


def f(host):
    os.close(3)
    while True:
        time.sleep(60)
