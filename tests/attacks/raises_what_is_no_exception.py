# expect: RTE | aim: pass through the handlers of the worker | means: every class beside Exception
import asyncio


def f(host):
    seen = globals().setdefault("seen", [0])
    seen[0] += 1
    kinds = (GeneratorExit, KeyboardInterrupt, SystemExit, asyncio.CancelledError, StopIteration)
    raise type("Mine", (kinds[seen[0] % len(kinds)],), {})(0)
