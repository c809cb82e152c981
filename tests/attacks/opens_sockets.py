# expect: WA | aim: send the hidden inputs away | means: sockets of every family
import socket


def f(host):
    worked = []
    for family in range(1, 46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
                worked.append((family, kind))
            except OSError:
                pass
    try:
        socket.socketpair()
        worked.append("pair")
    except OSError:
        pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
