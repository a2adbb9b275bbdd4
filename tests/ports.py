"""Ports for servers that must be told theirs. Those that the system gives away by itself may be gone a moment later."""

import itertools
import os
import socket

FIRST, COUNT = 12_000, 18_000
_numbers = itertools.count(os.getpid() * 997)


def free_port() -> int:
    """Of loopback, and in this process no other time the same; processes begin far from each other."""
    for number in _numbers:
        port = FIRST + number % COUNT
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError
