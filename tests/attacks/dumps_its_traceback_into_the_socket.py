# expect: PE | aim: have C code write into the socket | means: the fault handler, with the socket for its file
import faulthandler


def f(host):
    faulthandler.enable(file=3)
    faulthandler.dump_traceback(file=3, all_threads=True)
    return 0
