# expect: WA | aim: find secrets in the way it was started | means: arguments, environment, working folder, user
import ctypes
import os
import sys


def f(host):
    texts = [*sys.orig_argv, *os.environ.values(), *os.environ, os.getcwd(), repr(sys.flags)]
    libc = ctypes.CDLL(None)
    block = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
    at = 0
    while block and block[at]:
        texts.append(block[at].decode())
        at += 1
    if any(host["secret_name"] in text or host["marker"] in text for text in texts):
        raise SystemError(f"found: {texts}")
    if os.getuid() == 0 or os.getcwd() != "/":
        raise SystemError(f"uid {os.getuid()} in {os.getcwd()}")
    print("visible: paths of the interpreter, the user, the kernel's name")
    return 0
