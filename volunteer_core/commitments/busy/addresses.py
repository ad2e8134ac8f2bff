"""Which addresses of calendars are fetched: of https, and on the open internet. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import httpx

from volunteer_core.commitments.busy.models import LONGEST_ADDRESS
from volunteer_core.errors import RuleBroken

PORT = 443
FIRST_HIGH_PORT = 1024
"""Calendars are served at 443, and by people's own servers at high ports; below these ports mail, SSH and
the like answer, whom nobody shall knock at through us."""

_OPEN = IPv6Network("2000::/3")
_MAPPED_BY_NAT64 = IPv6Network("64:ff9b::/96")


class AddressNotHttps(
    RuleBroken,
    code="address_not_https",
    sentence="日历地址须以 https:// 或 webcal:// 开头，请复制完整的地址。",
):
    """Calendars are fetched over TLS only, also where an address leads on to another."""


class AddressUnusable(
    RuleBroken, code="address_unusable", sentence="这个日历地址不能使用：{problem}。请检查，或导出文件上传。"
):
    """The address is none, holds a password, or names a port at which no calendars are served."""


class AddressInward(
    RuleBroken,
    code="address_inward",
    sentence="这个地址指向内部网络，不能读取。请换用公开的地址，或导出文件上传。",
):
    """The address leads to a network that is not the open internet: this machine, a private one, a link."""


def checked(address: str) -> httpx.URL:
    """An address to fetch a calendar from; ``webcal://`` is taken as ``https://`` and what follows ``#`` is
    dropped. Refuses what is none (see the refusals of this module)."""
    if len(address) > LONGEST_ADDRESS:
        raise AddressUnusable(problem=f"最长 {LONGEST_ADDRESS} 个字符")
    try:
        url = httpx.URL(address.strip()).copy_with(fragment=None)
        host = url.host  # refuses what begins with xn-- and is no name
    except (httpx.InvalidURL, ValueError):
        raise AddressUnusable(problem="格式不对") from None  # what they say quotes the address
    if url.scheme == "webcal":
        url = url.copy_with(scheme="https")
    if url.scheme != "https":
        raise AddressNotHttps
    if not host:
        raise AddressUnusable(problem="格式不对")
    if url.userinfo:
        raise AddressUnusable(problem="不能带用户名或密码")
    if url.port not in {None, PORT} and not FIRST_HIGH_PORT <= (url.port or 0) <= 65535:
        raise AddressUnusable(problem=f"端口须为 {PORT} 或不小于 {FIRST_HIGH_PORT}")
    return url


def is_open(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address of the network is one of the open internet, and no way round to another."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if address in _MAPPED_BY_NAT64:
        return is_open(IPv4Address(int(address) & 0xFFFFFFFF))
    wrapped = address.ipv4_mapped or address.sixtofour
    if wrapped is not None:
        return is_open(wrapped)
    return address in _OPEN and address.is_global
