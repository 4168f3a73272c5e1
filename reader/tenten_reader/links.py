"""How links are made: docs/spec/token.md, "Links" and "Transport"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Sequence

from .conditions import Against
from .crypto import SecretKey, sha256
from .identity import Certificate
from .token import (
    CarriedLock,
    CarriedOutput,
    Hop,
    LinkBody,
    Lock,
    LockState,
    Opening,
    Output,
    OwnerContent,
    SignedLink,
    Token,
)
from .walk import Verified


@dataclass(frozen=True)
class Planned:
    """An output to be: what it pays to whom, and how its owner opens."""

    amount: int
    owner: Certificate
    purpose: str | None
    request: bytes

    @property
    def hash(self) -> bytes:
        return OwnerContent(self.owner.hash, self.purpose, self.request).owner


@dataclass(frozen=True)
class Made:
    """A link, and the token that goes on through each of its outputs."""

    link: SignedLink
    tokens: tuple[Token, ...]


def make_link(
    token: Verified,
    outputs: Sequence[Planned],
    lock: bytes | None,
    data: bytes | None,
    against: Against | None,
    key: SecretKey,
) -> Made:
    """Spends a token's present output by one link, locked by the hash `lock` or effective at once."""
    body = LinkBody(
        outputs=tuple(Output(planned.amount, planned.hash, ()) for planned in outputs),
        lock=None if lock is None else Lock(False, lock),
        data=data,
        against=against,
        after=(),
        spent=None,
    )
    link = SignedLink(token.present.output, body)
    signature = key.sign("link", link.item())
    return Made(link, tuple(_through(token.token, link, index, outputs, signature) for index in range(len(outputs))))


def _through(token: Token, link: SignedLink, index: int, outputs: Sequence[Planned], signature: bytes) -> Token:
    owner = outputs[index]
    certificates = token.certificates
    if owner.owner.encoded not in certificates:
        certificates += (owner.owner.encoded,)
    lock = link.body.lock
    hop = Hop(
        index=index,
        outputs=tuple(
            CarriedOutput(output.amount, None if position == index else output.owner, output.caveats)
            for position, output in enumerate(link.body.outputs)
        ),
        lock=None if lock is None else CarriedLock(LockState.LOCKED, lock.hash),
        data=link.body.data,
        against=link.body.against,
        after=link.body.after,
        spent=link.body.spent,
        signature=signature,
        opening=Opening(certificates.index(owner.owner.encoded), owner.purpose, owner.request),
    )
    return replace(token, hops=token.hops + (hop,), certificates=certificates)


def with_release(token: Token, release: bytes) -> Token:
    """A locked token, its last lock opened. The caller has checked that the release hashes to it."""
    last = token.hops[-1]
    assert last.lock is not None and last.lock.bytes == sha256(release)
    state = LockState.RELEASED_PAYEE_DECIDES if last.lock.state.payee_decides else LockState.RELEASED
    return replace(token, hops=token.hops[:-1] + (replace(last, lock=CarriedLock(state, release)),))
