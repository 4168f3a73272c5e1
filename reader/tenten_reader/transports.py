"""Transports: docs/spec/transports.md. Bundles, calls over HTTP, links."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from .cbor import MESSAGE_BYTES, Item, Reader, encode
from .conditions import AssetId
from .messages import Message, read_message
from .refusal import Refused

BUNDLE_BYTES = 4_194_626
BUNDLE_MESSAGES = 64
LINK_CHARACTERS = 131_072
CONTENT_TYPE = "application/cose"
TIMEOUT_SECONDS = 20
_FOUR_BYTES = 2**32 - 1


def write_bundle(messages: list[bytes]) -> bytes:
    items: list[Item] = list(messages)
    return encode(items)


def read_bundle(data: bytes) -> list[bytes]:
    """Encoded messages; what is too much is refused by what it says of itself, unread.

    Refuses: too-large, too-many, malformed.
    """
    if len(data) > BUNDLE_BYTES:
        raise Refused("too-large", "bundle")
    reader = Reader(data)
    major, count = reader.head()
    if major != 4 or count > _FOUR_BYTES:
        raise Refused("malformed", "no bundle")
    if count > BUNDLE_MESSAGES:
        raise Refused("too-many", "messages")
    messages = [_read_message_bytes(reader) for _ in range(count)]
    if reader.at != len(data):
        raise Refused("malformed", "bytes after the bundle")
    return messages


def _read_message_bytes(reader: Reader) -> bytes:
    major, length = reader.head()
    if major != 2 or length == 0 or length > _FOUR_BYTES:
        raise Refused("malformed", "no message")
    if length > MESSAGE_BYTES:
        raise Refused("too-large", "message")
    return reader.take(length)


def read_messages(data: bytes) -> list[Message]:
    """The messages of a bundle that decode; the others are passed over."""
    messages: list[Message] = []
    for encoded in read_bundle(data):
        try:
            messages.append(read_message(encoded, MESSAGE_BYTES))
        except Refused:
            continue
    return messages


def read_link(link: str) -> bytes:
    """The bundle that a link holds, which may stand between white space. Refuses: too-large, type-unknown, malformed."""
    link = link.strip()
    if len(link) > LINK_CHARACTERS:
        raise Refused("too-large", "link")
    if link.startswith("tenten:"):
        text = link[len("tenten:") :]
    elif link.startswith("https://") and "#" in link:
        text = link.split("#", 1)[1]
    else:
        raise Refused("type-unknown", "no link")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("malformed", "base64url") from None
    if write_base64url(data) != text:
        raise Refused("malformed", "base64url")
    return data


def write_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def write_link(bundle: bytes) -> str:
    return "tenten:" + write_base64url(bundle)


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes

    def expect(self, status: int = 200) -> bytes:
        """The body, where the answer is what was hoped for; else the problem that it tells (RFC 9457)."""
        if self.status == status:
            return self.body
        code = "channel-failed"
        if self.content_type == "application/problem+json":
            try:
                code = str(json.loads(self.body)["code"])
            except (ValueError, KeyError, TypeError):
                pass
        raise Refused(code, f"HTTP {self.status}")


def call(method: str, url: str, body: bytes | None, headers: dict[str, str], max_bytes: int) -> Answer:
    """One request over HTTP; redirects are not followed. Refuses: channel-failed, after which nothing is known."""
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in ("http", "https") or host is None:
        raise Refused("peer-refused", "not an HTTP address")
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, parts.path, body, headers)
        response = connection.getresponse()
        data = response.read(max_bytes + 1)
        content_type = response.headers.get_content_type()
    except (OSError, http.client.HTTPException) as why:
        raise Refused("channel-failed", str(why)) from None
    finally:
        connection.close()
    if len(data) > max_bytes:
        raise Refused("too-large", "answer")
    return Answer(response.status, content_type, data)


def hand_over(address: str, messages: list[bytes]) -> list[Message]:
    """Sends a bundle, returns the messages of the answer."""
    answer = call(
        "POST",
        address.rstrip("/") + "/v1/handover",
        write_bundle(messages),
        {"content-type": CONTENT_TYPE},
        BUNDLE_BYTES,
    )
    body = answer.expect()
    if answer.content_type != CONTENT_TYPE:
        raise Refused("type-unknown", answer.content_type)
    return read_messages(body)


def ask_for_request(address: str, asset: AssetId, amount: int | None) -> list[Message]:
    """Asks a payee for a request. What comes back is checked by whoever pays it."""
    question: dict[str, object] = {"asset": {"operator": asset.operator.hex(), "code": asset.code}}
    if amount is not None:
        question["amount"] = str(amount)
    body = json.dumps(question).encode("utf-8")
    url = address.rstrip("/") + "/v1/requests"
    return read_messages(call("POST", url, body, {"content-type": "application/json"}, BUNDLE_BYTES).expect())
