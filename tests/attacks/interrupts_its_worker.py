# expect: RTE | aim: break the loop of the worker | means: interrupts and exceptions set from outside of any frame
import _thread
import ctypes
import signal
import threading


def f(host):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(threading.get_ident()), ctypes.py_object(SystemExit)
    )
    _thread.interrupt_main()
    return 0
