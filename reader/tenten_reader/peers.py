"""Addresses that somebody else gave: docs/spec/transports.md, "HTTP: hand-over"."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from .refusal import Refused


def check_peer(url: str) -> str:
    """The origin (RFC 6454) of an address that may be called. Refuses: peer-refused.

    A name still has to be resolved, and each address that it leads to judged by `check_address`.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Refused("peer-refused", "no URL") from None
    if parts.scheme != "https" or not host:
        raise Refused("peer-refused", "not an https address")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Refused("peer-refused", "a user, a query or a fragment")
    if ":" in host or re.fullmatch(r"[0-9.]+", host):
        check_address(host)
    elif re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", host.rstrip(".").split(".")[-1]):
        raise Refused("peer-refused", "an address in disguise")
    named = f"[{host}]" if ":" in host else host
    return f"https://{named}" if port in (None, 443) else f"https://{named}:{port}"


def check_address(text: str) -> None:
    """Refuses an IP address that is not public; peer-refused."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Refused("peer-refused", "no address") from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        raise Refused("peer-refused", "an address in disguise")
    if not address.is_global or address.is_multicast:
        raise Refused("peer-refused", "no public address")
