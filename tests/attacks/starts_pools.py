# expect: WA | aim: use all cores | means: pools of processes and threads, event loops, timers
import concurrent.futures
import multiprocessing
import threading


def attempts():
    yield lambda: multiprocessing.Process(target=print).start()
    yield lambda: multiprocessing.Pool(2)
    yield lambda: concurrent.futures.ProcessPoolExecutor().submit(print)
    yield lambda: concurrent.futures.ThreadPoolExecutor().submit(print)
    yield lambda: threading.Timer(0, print).start()
    yield lambda: multiprocessing.get_context("spawn").Process(target=print).start()
    yield lambda: multiprocessing.get_context("forkserver").Process(target=print).start()


def f(host):
    worked = []
    for number, attempt in enumerate(attempts()):
        try:
            attempt()
            worked.append(number)
        except (OSError, RuntimeError, ImportError, NotImplementedError):
            pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
