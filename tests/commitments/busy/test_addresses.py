"""Which addresses are taken, and which of the network's are those of the open internet."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from volunteer_core.commitments.busy.addresses import AddressNotHttps, AddressUnusable, checked, is_open
from volunteer_core.errors import RuleBroken


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.com/a.ics?key=1", "https://example.com/a.ics?key=1"),
        ("webcal://example.com/a.ics", "https://example.com/a.ics"),
        (" HTTPS://EXAMPLE.com/a.ics#today ", "https://example.com/a.ics"),
        ("https://例子.中国/日历.ics", "https://xn--fsqu00a.xn--fiqs8s/%E6%97%A5%E5%8E%86.ics"),
        ("https://example.com:443/a.ics", "https://example.com/a.ics"),
        ("https://example.com:1024/a.ics", "https://example.com:1024/a.ics"),
        ("https://example.com:65535/a.ics", "https://example.com:65535/a.ics"),
    ],
)
def test_addresses_that_are_taken(address: str, kept: str) -> None:
    found = checked(address)
    assert str(found.copy_with(host=found.raw_host.decode())) == kept


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("http://example.com/a.ics", AddressNotHttps),
        ("ftp://example.com/a.ics", AddressNotHttps),
        ("file:///etc/passwd", AddressNotHttps),
        ("webcals://example.com/a.ics", AddressNotHttps),
        ("example.com/a.ics", AddressNotHttps),
        ("", AddressNotHttps),
        ("日历", AddressNotHttps),
        ("https://", AddressUnusable),
        ("https:///a.ics", AddressUnusable),
        ("https://me:secret@example.com/a.ics", AddressUnusable),
        ("https://me@example.com/a.ics", AddressUnusable),
        ("https://example.com:22/a.ics", AddressUnusable),
        ("https://example.com:80/a.ics", AddressUnusable),
        ("https://example.com:1023/a.ics", AddressUnusable),
        ("https://example.com:65536/a.ics", AddressUnusable),
        ("https://example.com:0/a.ics", AddressUnusable),
        ("https://example.com:x/a.ics", AddressUnusable),
        ("https://[::1/a.ics", AddressUnusable),
        ("https://0177.0.0.1/a.ics", AddressUnusable),
        ("https://exa mple.com/\x00", AddressUnusable),
        ("https://-.-/\r\nHost: x", AddressUnusable),
        ("https://" + "a" * 1000, AddressUnusable),
        ("https://xn--a.example/a.ics", AddressUnusable),
        ("https://xn--/a.ics", AddressUnusable),
    ],
)
def test_addresses_that_are_none(address: str, refusal: type[RuleBroken]) -> None:
    with pytest.raises(refusal) as refused:
        checked(address)
    assert "secret" not in str(refused.value.facts)


INWARD = """
127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1
100.127.255.255 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::10.0.0.1 ::ffff:127.0.0.1 ::ffff:10.1.2.3 ::ffff:100.64.0.1
::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 2002:7f00:1::1
2002:a00:1:: 2002:c0a8:101::1 2002:a9fe:a9fe::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 fc00::1
fd12:3456::1 fe80::1 fec0::1 ff02::1 ff0e::1 100::1 4000::1
"""
OPEN = """
1.1.1.1 8.8.8.8 172.32.0.1 100.128.0.1 223.5.5.5 2400:3200::1 2606:4700::1111 ::ffff:8.8.8.8
64:ff9b::808:808 2002:808:808::1
"""


@pytest.mark.parametrize("address", INWARD.split())
def test_inner_networks(address: str) -> None:
    assert not is_open(ip_address(address))


@pytest.mark.parametrize("address", OPEN.split())
def test_the_open_internet(address: str) -> None:
    assert is_open(ip_address(address))
