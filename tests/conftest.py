"""What all tests share: no network, and one run for those that read a briefing."""

import ipaddress
import socket

import pytest
from fake_run import CONFIG, make_run

from minelib.briefing import summarise


def _is_here(address) -> bool:
    if not isinstance(address, tuple):  # a path: a socket of this machine
        return True
    host = str(address[0])
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def no_network():
    """Refuse every connection to elsewhere, and every look-up of a name."""
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket, "socket", _guarded(socket.socket, method))
        patch.setattr(socket, "getaddrinfo", _local(socket.getaddrinfo))
        yield


def _guarded(base, method: str):
    def call(self, *args):
        if not _is_here(args[-1]):
            raise RuntimeError(f"a test may not reach {args[-1]!r}")
        return getattr(base, method)(self, *args)

    return type("socket", (base,), {method: call, "__slots__": ()})


def _local(real):
    def getaddrinfo(host, *args, **options):
        if not _is_here((host or "localhost",)):
            raise RuntimeError(f"a test may not look up {host!r}")
        return real(host, *args, **options)

    return getaddrinfo


@pytest.fixture(scope="session")
def run():
    return make_run(400)


@pytest.fixture(scope="session")
def facts(run):
    return summarise(run, config=CONFIG)
