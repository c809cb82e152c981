# expect: WA | aim: put a descriptor into the grader (regression: SCM_RIGHTS on the data socket) | means: sendmsg
import ctypes
import errno


def f(host):
    libc = ctypes.CDLL(None, use_errno=True)
    for name in ("sendmsg", "recvmsg"):
        # without a filter this fails as EFAULT, for there is no message at 0
        if libc[name](3, None, 0) != -1 or ctypes.get_errno() != errno.EPERM:
            raise SystemError(f"{name}: errno {ctypes.get_errno()}")
    return 0
