"""The payee's machine: docs/spec/handover.md. A pure function of what was answered and what comes; wallet/payee.py
makes its steps durable.
"""

from __future__ import annotations

from dataclasses import dataclass

from .acceptance import lock_of
from .crypto import sha256, verify
from .identity import Certificate, Trust
from .messages import CancelMessage, CounterTransferMessage, Message, ReleaseMessage, RulingMessage, TransferMessage
from .orders import RulingBody, SignedRuling, Word, verify_ruling
from .refusal import Refused
from .token import CancelPayload, Issue
from .walk import Verified, verify_decoded


@dataclass(frozen=True)
class Answered:
    """What a payee took, what it gives in an exchange, and where it stands.

    `state`: reserved, lockedForeign (its like in an exchange), resolving, cancelled.
    """

    state: str
    taken: tuple[Verified, ...]
    given: tuple[Verified, ...]
    decider: Certificate


@dataclass(frozen=True)
class Heard:
    """The state after a message; the outputs that became spendable; whether the message goes to the operator."""

    state: str
    spendable: tuple[bytes, ...] = ()
    forwarded: bool = False


def answered(state: str, transfer: TransferMessage, answer: Message, trust: Trust) -> Answered:
    """A payee that took `transfer`, all checks passed, and answered."""
    taken = tuple(verify_decoded(token, trust, None) for token in transfer.tokens)
    counter = answer.tokens if isinstance(answer, CounterTransferMessage) else ()
    given = tuple(verify_decoded(token, trust, None) for token in counter)
    payer = taken[0].present.previous
    assert payer is not None
    decider = payer.certificate
    if transfer.counter_request is not None:
        decider = trust.certificate(transfer.counter_request.body.certificate)
    return Answered("lockedForeign" if given and state == "reserved" else state, taken, given, decider)


def hear(payee: Answered, message: Message, trust: Trust, now: int) -> Heard:
    """One message. Refuses one that does not count."""
    lock = lock_of(payee.taken[0])
    if lock is None:
        return Heard(payee.state)
    if isinstance(message, ReleaseMessage):
        return _release(payee, lock[1], message.secret, now)
    if isinstance(message, CancelMessage):
        return _cancel(payee, lock[1], message, now)
    if isinstance(message, RulingMessage):
        return _ruling(payee, lock[1], message.ruling, trust, now)
    return Heard(payee.state)


def _owned(payee: Answered) -> Heard:
    return Heard("owned", tuple(token.present.output for token in payee.taken))


def _release(payee: Answered, lock: bytes, secret: bytes, now: int) -> Heard:
    if sha256(secret) != lock:
        raise Refused("release-mismatch")
    if payee.state == "resolving":
        return Heard("resolving", forwarded=True)
    if _past_redeeming((*payee.taken, *payee.given), now):
        raise Refused("redeem-closed", "only the operator's word decides now")
    return _owned(payee)


def _cancel(payee: Answered, lock: bytes, message: CancelMessage, now: int) -> Heard:
    if _past_redeeming(payee.given, now):
        return Heard(payee.state)  # what it gave may have been refunded: only the operator's answer frees it
    if message.lock != lock:
        raise Refused("lock-mismatch")
    if not verify(payee.decider.key, "cancel", CancelPayload(lock).item(), message.signature):
        raise Refused("signature-invalid", "cancel")
    return Heard("cancelled", tuple(token.states[-2].output for token in payee.given))


def _past_redeeming(tokens: tuple[Verified, ...], now: int) -> bool:
    return any(now >= token.issue.redeem_until for token in tokens)


def _ruling(payee: Answered, lock: bytes, signed: SignedRuling, trust: Trust, now: int) -> Heard:
    ruling = verify_ruling(signed, trust)
    if ruling.subject != lock:
        raise Refused("request-mismatch", "a ruling on something else")
    takes = {token.issue.asset.operator for token in payee.taken}
    gives = {token.issue.asset.operator for token in payee.given}
    if ruling.operator not in takes | gives:
        raise Refused("issuer-unknown")
    over = _was_over(payee, takes, ruling, trust)
    if ruling.verdict == Word.RELEASED:
        if ruling.release is None or sha256(ruling.release) != lock:
            raise Refused("release-mismatch")
        return _released(payee, gives, ruling, trust, now, over)
    if payee.state == "cancelled":
        raise Refused("attempt-decided")
    if not gives:
        return Heard("ruled")
    if takes == gives:
        return Heard(payee.state)  # it does not say whose leg came back: only the answer to a statement does
    # Each operator rules its own leg: what the payee gave is gone, what it takes is in doubt while it is worth anything.
    if ruling.operator not in gives:
        return Heard(payee.state)
    return Heard("ruled" if over else "resolving")


def _released(
    payee: Answered, gives: set[bytes], ruling: RulingBody, trust: Trust, now: int, over: bool
) -> Heard:
    """A release that an operator tells of: until when it takes what was given, and opens doors."""
    if payee.given:
        in_time = ruling.operator in gives and any(ruling.ruled_at < token.issue.redeem_until for token in payee.given)
        if _past_redeeming(payee.given, now) and not in_time:
            raise Refused("redeem-closed", "published too late to take what was given")
        return _owned(payee)
    if not over and now < _kept_until(payee, trust):
        return _owned(payee)
    if not over or payee.state == "cancelled":
        raise Refused("redeem-closed", "over, or over by its own clock alone")
    return Heard("ruled")


def _was_over(payee: Answered, takes: set[bytes], ruling: RulingBody, trust: Trust) -> bool:
    """Whether nobody pays any more: by the trust list, or by a ruling of the operator that would pay."""
    passed = trust.body.issued_at
    if ruling.operator in takes:
        passed = max(passed, ruling.ruled_at)
    return passed >= _kept_until(payee, trust)


def _kept_until(payee: Answered, trust: Trust) -> int:
    """Redeem until and grace of the latest of all its tokens."""
    return max(_end(token.issue, trust) for token in (*payee.taken, *payee.given))


def _end(issue: Issue, trust: Trust) -> int:
    definition = trust.asset(issue.asset.operator, issue.asset.code)
    return issue.redeem_until + (0 if definition is None else definition.grace)
