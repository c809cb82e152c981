# expect: WA | aim: send the hidden inputs away | means: every library that opens a connection by itself
import socket
import ssl


def attempts():
    import asyncio
    import ftplib
    import http.client
    import multiprocessing.connection
    import smtplib
    import syslog
    import urllib.request

    yield lambda: socket.create_connection(("127.0.0.1", 80), 1)
    yield lambda: socket.getaddrinfo("localhost", 80) and socket.socket()
    yield lambda: urllib.request.urlopen("http://169.254.169.254/latest/meta-data", timeout=1)
    yield lambda: http.client.HTTPConnection("127.0.0.1").request("GET", "/")
    yield lambda: ssl.create_default_context().wrap_socket(socket.socket())
    yield lambda: smtplib.SMTP("127.0.0.1")
    yield lambda: ftplib.FTP("127.0.0.1")
    yield lambda: multiprocessing.connection.Client("/run/docker.sock")
    yield lambda: asyncio.new_event_loop()
    yield lambda: socket.socket(fileno=3).sendmsg([b"x"])
    yield lambda: socket.fromfd(3, socket.AF_UNIX, socket.SOCK_STREAM).send(b"x")
    yield lambda: syslog.syslog("x") or 1 / 0


def f(host):
    worked = []
    try:
        for number, attempt in enumerate(attempts()):
            try:
                attempt()
                worked.append(number)
            except (OSError, ZeroDivisionError, EOFError):
                pass
    except ImportError:
        pass
    if worked:
        raise SystemError(f"worked: {worked}")
    return 0
