"""Which addresses lie in the open internet. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(written: str) -> bool:
    """Tell whether an address lies in the open internet, also behind the wrappings that IPv6 knows for IPv4."""
    address: Address = ipaddress.ip_address(written.partition("%")[0])
    return all(one.is_global and not _special(one) for one in (address, *_inside(address)))


def is_named(host: str, port: int | None, named: Collection[str]) -> bool:
    """Tell whether ``named`` (lower-case ``host`` or ``host:port``) lists this host."""
    host = host.lower().strip("[]")
    return not {host, f"{host}:{port}", f"[{host}]", f"[{host}]:{port}"}.isdisjoint(named)


def _special(address: Address) -> bool:
    return (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
        or address.is_multicast
        or address.is_unspecified
    )


def _inside(address: Address) -> Iterator[Address]:
    if not isinstance(address, ipaddress.IPv6Address):
        return
    for wrapped in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())):
        if wrapped is not None:
            yield wrapped
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
