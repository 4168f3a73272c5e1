"""The machines of both sides of a payment across ecosystems: docs/spec/crossing.md, "Steps".

What is kept of a transfer is the state that stands in the side's map, or None before the first step.
"""

from __future__ import annotations

from dataclasses import dataclass

from .crossing import (
    AgreementBody,
    Moment,
    Quote,
    Shown,
    State,
    check_exposure,
    check_fresh,
    is_released,
    released,
)
from .refusal import Refused


@dataclass(frozen=True)
class Step:
    """What is kept afterwards, with the secret, and what becomes of the money: `reserve`, `post`, `void` or None."""

    state: State
    release: bytes | None
    movement: str | None


def lock(kept: State | None, quote: Quote, moment: Moment) -> Step:
    """Step 2, at S."""
    if kept is not None:
        return Step(kept, None, None)
    if moment.now >= quote.expires_at:
        raise Refused("quote-expired")
    if moment.last_seal + 1 >= quote.decides:
        raise Refused("seal-decided", "no seal before it would show the lock")
    return Step(State.LOCKED, None, "reserve")


def commit(
    kept: State | None, quote: Quote, agreement: AgreementBody, secret: bytes, shown: Shown, moment: Moment
) -> Step:
    """Step 5, at S."""
    if kept is None:
        raise Refused("attempt-unknown")
    if kept == State.RETURNED or (kept == State.LOCKED and moment.last_seal >= quote.decides):
        raise Refused("seal-decided")
    if not is_released(quote, secret):
        raise Refused("release-mismatch")
    if kept == State.COMMITTED:
        return Step(kept, secret, None)
    if not shown.says(agreement.destination, quote.transfer, State.RESERVED):
        raise Refused("proof-invalid", "not reserved")
    return Step(State.COMMITTED, secret, "post")


def reserve(kept: State | None, quote: Quote, agreement: AgreementBody, shown: Shown, moment: Moment) -> Step:
    """Step 3, at D."""
    if kept is not None:
        return Step(kept, None, None)
    if moment.now >= quote.expires_at:
        raise Refused("quote-expired")
    if not shown.says(agreement.source, quote.transfer, State.LOCKED):
        raise Refused("proof-invalid", "not locked")
    if max(shown.number, moment.last_seal) >= quote.decides:
        raise Refused("seal-decided")
    check_fresh(shown.since, moment.now, agreement.freshness)
    check_exposure(quote, agreement, moment)
    return Step(State.RESERVED, None, "reserve")


# What is kept before, to what is kept after a commit and after anything else.
_ENDS = {State.LOCKED: (State.COMMITTED, State.RETURNED), State.RESERVED: (State.CREDITED, State.VOIDED)}


def end(kept: State | None, quote: Quote, agreement: AgreementBody, shown: Shown) -> Step:
    """Step 6, at either."""
    if kept is None:
        raise Refused("attempt-unknown")
    secret = released(quote, shown, agreement.source)
    if kept not in _ENDS:
        return Step(kept, None, None)
    committed, other = _ENDS[kept]
    return Step(other, None, "void") if secret is None else Step(committed, secret, "post")
