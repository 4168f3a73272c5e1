"""Refunds on a statement: docs/spec/orders.md, "Rulings"."""

from __future__ import annotations

from dataclasses import dataclass

from .claims import Terms, terms_of
from .conditions import Kind
from .identity import Trust
from .refusal import Refused
from .statement import Lost, NeverReleased, NoReleaseReached, NoWord, Rest, SaysBalance, SignedStatement, Ticked, Unclaimed
from .token import FinalCount, Token
from .walk import State, owner_hash, verify_decoded

REFUND_WINDOW = 157_680_000  # seconds: five years of 365 days


@dataclass(frozen=True)
class Refund:
    """What comes back: an output, its amount, its hops, its owner; the outputs whose rows are taken beside it."""

    output: bytes
    amount: int
    hops: int
    owner: bytes
    consumed: tuple[bytes, ...]
    terms: Terms


def judge_refund(statement: SignedStatement, token: Token, trust: Trust, now: int) -> Refund:
    """One token of a statement that verifies. Refuses: the codes of the walk, order-mismatch, owner-mismatch,
    lock-mismatch, lock-pending, and last ruling-early and refund-closed.
    """
    verified = verify_decoded(token, trust, None)
    signer = trust.certificate(statement.certificate)
    says = statement.body.says
    present = verified.present
    graces = 1
    if isinstance(says, (Unclaimed, Lost)):
        _check_unclaimed(says, present)
        before, refunded, consumed = present, present, verified.states[:-1]
        graces = 2
    elif present.link is None or isinstance(says, (SaysBalance, Ticked, Rest)):
        raise Refused("order-mismatch", "no link in question")
    elif isinstance(says, NoWord):
        _check_direct(says, present)
        before, refunded, consumed = verified.states[-2], present, verified.states[:-1]
    else:
        before = verified.states[-2]
        _check_locked(says, before, present)
        refunded, consumed = before, verified.states[:-2]
    if before.owner.certificate.hash != signer.hash:
        raise Refused("owner-mismatch")
    definition = trust.asset(verified.issue.asset.operator, verified.issue.asset.code)
    assert definition is not None
    issue = verified.issue
    due = issue.redeem_until + definition.grace
    if now < issue.redeem_until + graces * definition.grace:
        raise Refused("ruling-early")
    if now >= due + (issue.redeem_until - issue.issued_at) + REFUND_WINDOW:
        raise Refused("refund-closed")
    return Refund(
        output=refunded.output,
        amount=refunded.amount,
        hops=before.hops + 1,
        owner=owner_hash(before.owner),
        consumed=tuple(state.output for state in consumed),
        terms=terms_of(before),
    )


def _check_locked(says: NeverReleased | NoReleaseReached, before: State, present: State) -> None:
    assert present.link is not None
    if isinstance(says, NoReleaseReached) and before.output not in says.inputs:
        raise Refused("order-mismatch", "it speaks of other outputs")
    lock = present.link.body.lock
    payee_decides = isinstance(says, NoReleaseReached)
    if not present.locked or lock is None or lock.hash != says.lock or lock.payee_decides != payee_decides:
        raise Refused("lock-mismatch")


def _check_unclaimed(says: Unclaimed | Lost, present: State) -> None:
    if present.locked:
        raise Refused("lock-pending")
    if present.owner.meter is not None:
        raise Refused("meter-mismatch", "a metered output")
    if present.output != says.output:
        raise Refused("order-mismatch", "another output")


def _check_direct(says: NoWord, present: State) -> None:
    assert present.link is not None
    if isinstance(present.link.body.data, FinalCount):
        raise Refused("order-mismatch", "a Close")
    if present.link.body.lock is not None or present.kind == Kind.CHANGE or present.parent != says.link or present.index != 0:
        raise Refused("order-mismatch", "another link")

