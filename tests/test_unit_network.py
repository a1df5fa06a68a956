"""Which variables a unit takes over from the shell, and where those of a service differ."""

import pytest

from syncd.unit.network import copied, differing


def test_the_ways_to_the_network_are_copied_and_nothing_else():
    environ = {"HTTPS_PROXY": "http://p:1", "no_proxy": "x", "HTTPLIB2_CA_CERTS": "/ca", "http_proxy": "y", "A": "b"}
    assert copied(environ) == (("HTTPS_PROXY", "no_proxy", "HTTPLIB2_CA_CERTS"), ())
    assert copied({"https_proxy": ""}) == ((), ())


@pytest.mark.parametrize("address", ["http://robin:pw@p:1", "robin:pw@p:1", "http://robin@p:1"])
def test_an_address_with_a_password_is_not(address):
    assert copied({"https_proxy": address, "no_proxy": "x"}) == (("no_proxy",), ("https_proxy",))


@pytest.mark.parametrize(
    ("here", "there", "names"),
    [
        ({}, {}, ()),
        ({"https_proxy": "a"}, {"HTTPS_PROXY": "a"}, ()),
        ({"https_proxy": "a"}, {}, ("https_proxy",)),
        ({}, {"NO_PROXY": "x"}, ("no_proxy",)),
        ({"https_proxy": "a", "HTTPLIB2_CA_CERTS": "/a"}, {"https_proxy": "b"}, ("https_proxy", "HTTPLIB2_CA_CERTS")),
        ({"https_proxy": ""}, {}, ()),
    ],
)
def test_where_they_differ(here, there, names):
    assert differing(here, there) == names
