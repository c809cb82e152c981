"""What a supervisor such as systemd is told: ready, alive, stopping (sd_notify(3))."""

from __future__ import annotations

import logging
import os
import socket

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"
_log = logging.getLogger("grader.web")


def tell(word: str) -> None:
    """Send a word to the supervisor that started this process; nothing where there is none."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # in Linux' abstract namespace, without a file
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(word.encode(), address)
    except OSError as error:  # it may restart us for that; stopping by ourselves is no better
        _log.warning("the supervisor could not be told %s (%s)", word, error.strerror)
