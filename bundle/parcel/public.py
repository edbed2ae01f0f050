"""Which addresses belong to the public internet."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""All assigned public addresses of IPv6. Others are local, reserved or represent something else."""

_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in (
        # These are IANA's registry of special IPv4 addresses, and multicast.
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
        *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4"),
        # These are special IPv6 addresses within the assigned range.
        *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
"""Special networks, written out because each Python version has another list."""

_OF_CLOUDS = frozenset({ipaddress.ip_address("168.63.129.16")})
"""Addresses that look public, but lead to the cloud in which the machine runs."""


def is_public(address: Address) -> bool:
    """Whether an address, and any IPv4 address embedded in it, belongs to the public internet."""
    inner = getattr(address, "ipv4_mapped", None)
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is not None:
        return is_public(inner)
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return address not in _OF_CLOUDS and not any(address in network for network in _SPECIAL)


def permits(text: str, allowed: Sequence[Network] = ()) -> bool:
    """Whether a numeric address may be connected to: it is public, or in one of the networks `allowed`."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or address
    return is_public(address) or any(mapped in network for network in allowed)


class PrivateAddressError(Exception):
    """A name leads into a private network. The message says which address it leads to."""


def connect(host: str, port: int, *, timeout: float, allowed: Sequence[Network]) -> socket.socket:
    """Connect to a host at one of its addresses that may be connected to.

    The name is resolved once and only what was checked is connected to. Raises `PrivateAddressError` if
    it has no such address, `OSError` if none answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    error: Exception = PrivateAddressError(f"{host} leads into a private network, to {found[0][4][0]}")
    for family, kind, protocol, _, address in found:
        if not permits(str(address[0]), allowed):
            continue
        client = socket.socket(family, kind, protocol)
        try:
            client.settimeout(timeout)
            client.connect(address)
        except OSError as failure:
            client.close()
            error = failure
        else:
            return client
    raise error
