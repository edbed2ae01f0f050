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

from bundle.parcel.public import Network, permits
from precompute.shared.errors import UserError


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks that `--allow-private` names. Raises `UserError` if one is invalid."""
    try:
        return tuple(ipaddress.ip_network(text) for text in texts)
    except ValueError as error:
        raise UserError(
            "Expected --allow-private to be an address or a network, such as 10.1.2.3 or 10.0.0.0/8. "
            f"Received: {error}."
        ) from None


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
        return permits(text, self.allowed)

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
