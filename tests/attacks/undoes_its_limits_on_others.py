# expect: WA | aim: stop the grader by its limits | means: prlimit on the grader, the zygote and a bystander
import resource


def f(host):
    worked = []
    for target in (host["grader"], host["zygote"], host["bystander"], 0):
        for kind in (resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_NOFILE):
            for new in ((1, 1), None):
                try:
                    if new:
                        resource.prlimit(target, kind, new)
                    else:
                        resource.prlimit(target, kind)
                    if target or new:
                        worked.append((target, kind, new))
                except (OSError, ValueError):
                    pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
