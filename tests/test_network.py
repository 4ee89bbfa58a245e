"""The guard of conftest.py holds: a test that reaches out fails."""

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80), ("example.org", 80)])
def test_elsewhere_is_refused(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as made, pytest.raises(RuntimeError, match="may not"):
        made.connect(address)
    with pytest.raises(RuntimeError, match="may not"):
        socket.create_connection(address, timeout=1)


def test_this_machine_may_be_reached():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as reached,
    ):
        assert reached.getpeername() == server.getsockname()
