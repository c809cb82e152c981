# expect: WA | aim: use memory that no limit counts | means: memory files, shared segments, pipes, queues
import ctypes
import mmap
import multiprocessing.shared_memory
import os
import tempfile


def attempts(libc):
    def raised(result):
        if result in (-1, 0xFFFFFFFFFFFFFFFF):
            raise OSError

    yield lambda: os.memfd_create("a")
    yield lambda: os.pipe()
    yield lambda: os.eventfd(0)
    yield lambda: raised(libc.shmget(0, 1 << 20, 0o1600))
    yield lambda: raised(libc.msgget(0, 0o1600))
    yield lambda: raised(libc.semget(0, 1, 0o1600))
    yield lambda: raised(libc.shm_open(b"/a", 0o102, 0o600))
    yield lambda: raised(libc.mq_open(b"/a", 0o102, 0o600, None))
    yield lambda: raised(libc.syscall(447, 0))  # memfd_secret
    yield lambda: raised(libc.syscall(425, 8, None))  # io_uring_setup
    yield lambda: multiprocessing.shared_memory.SharedMemory(create=True, size=1 << 20)
    yield lambda: tempfile.TemporaryFile()
    yield lambda: mmap.mmap(-1, 1 << 40)


def f(host):
    libc, worked = ctypes.CDLL(None, use_errno=True), []
    for number, attempt in enumerate(attempts(libc)):
        try:
            attempt()
            worked.append(number)
        except (OSError, AttributeError, ValueError):
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
