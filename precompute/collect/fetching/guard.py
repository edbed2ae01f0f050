"""Keeps requests out of private networks: a name is resolved once, and only a checked address is connected.

Twisted connects to exactly the addresses that the reactor's name resolver returns. It also asks the resolver
about literal addresses and odd notations (`0x7f.1`, `2130706433`). So the check here covers every connection.
Neither a redirect nor a name that resolves differently the second time can evade it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer, provider

from precompute.shared.errors import UserError

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


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks that `--allow-private` names. Raises `UserError` if one is invalid."""
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as error:
        raise UserError(
            "Expected --allow-private to be an address or a network, such as 10.1.2.3 or 10.0.0.0/8. "
            f"Received: {error}."
        ) from None


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


@implementer(IHostnameResolver)
@dataclass
class GuardedResolver:
    """Resolves names for the reactor, and passes on only addresses that may be connected to.

    `refused` has the withheld addresses by name, so that an error can explain why a name failed.
    """

    resolver: Any  # an IHostnameResolver, which is no type that a checker knows
    allowed: tuple[Network, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    def permits(self, text: str) -> bool:
        """Whether an address may be connected to."""
        address = ipaddress.ip_address(text.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        return is_public(address) or any(mapped in network for network in self.allowed)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Any = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """See `IHostnameResolver`."""
        guard, receiver = self, resolutionReceiver

        @provider(IResolutionReceiver)
        class Judging:
            resolutionBegan = staticmethod(receiver.resolutionBegan)
            resolutionComplete = staticmethod(receiver.resolutionComplete)

            @staticmethod
            def addressResolved(address: Any) -> None:
                if guard.permits(address.host):
                    receiver.addressResolved(address)
                else:
                    guard.refused[hostName] = address.host

        resolution: IHostResolution = self.resolver.resolveHostName(
            Judging, hostName, portNumber, addressTypes, transportSemantics
        )
        return resolution
