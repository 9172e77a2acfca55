"""
An address of the internet → whether a message of ours may be sent there.

Webhooks are data: whoever may write them must not reach what only this machine or its
own network can reach. The lists of `ipaddress` alone let some of that through.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
"""One end of a connection."""

_SPECIAL: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a carrier's translation
        "127.0.0.0/8",
        "168.63.129.16/32",  # the metadata service of one cloud
        "169.254.0.0/16",  # link-local, and the metadata service of the others
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays from IPv6
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # Of IPv6 only 2000::/3 is in public use; these lie within and carry others.
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",  # an address of IPv4 inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")


def is_public(address: Address) -> bool:
    """
    Whether anybody on the internet could have that address.
    """
    if isinstance(address, IPv6Address) and address not in _PUBLIC_6:
        return False
    if any(address in network for network in _SPECIAL if _alike(network, address)):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def is_loopback(address: Address) -> bool:
    """
    Whether the address is of this machine, under any of its names.
    """
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def parsed(text: str) -> Address:
    """
    The address in a text; a zone behind a `%` does not count. Raises ValueError.
    """
    return ip_address(text.partition("%")[0])


def _alike(network: IPv4Network | IPv6Network, address: Address) -> bool:
    return network.version == address.version
