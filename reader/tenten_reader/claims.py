"""How an operator judges a claim: docs/spec/orders.md, "Redeeming links" and "Terms"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .conditions import AtExpiry, Caveats, Conditions, Expires, Kind
from .identity import Trust
from .orders import Claim, Withdraw, verify_order
from .refusal import Refused
from .structure import Structure
from .token import Token
from .walk import MAX_LIVE_CAVEATS, MAX_SIGNATURES, State, Verified, signatures_of, verify_decoded


@dataclass(frozen=True)
class Terms(Structure):
    conditions: Conditions
    caveats: Caveats


@dataclass(frozen=True)
class Judged:
    """A token of a claim that may be paid; `burned` where its condition ended it, `closed` where its time has passed."""

    token: Verified
    terms: Terms
    burned: bool
    closed: bool


def terms_of(state: State) -> Terms:
    """Conditions and live caveats, what is said twice kept once."""
    rules = state.rules
    return Terms(tuple(dict.fromkeys(rules.conditions)), tuple(dict.fromkeys(rules.caveats)))


def judge_claim(
    claim: Claim, trust: Trust, operator: bytes, now: int, published: Mapping[bytes, int]
) -> list[Judged | Refused]:
    """Steps 1 to 5: each token, judged or refused by itself. `published`: since when which locks' releases are known here.

    Step 6 is the operator's: a token that is refused with a transient code holds up the whole claim.
    """
    order = claim.order.order
    if order.asset.operator != operator:
        raise Refused("asset-unknown")
    if isinstance(order.action, Withdraw):
        raise Refused("order-mismatch")
    if sum(signatures_of(token, trust) for token in claim.tokens) + 2 > MAX_SIGNATURES:
        raise Refused("too-many", "signatures")
    signer = verify_order(claim.order, trust)
    judged = [_judge(token, claim, trust, now, published) for token in claim.tokens]
    good = [token for token in judged if isinstance(token, Judged)]
    if good and not any(token.token.states[-2].owner.certificate.hash == signer.hash for token in good):
        raise Refused("owner-mismatch")
    if len({token.token.present.output for token in good}) < len(good):
        raise Refused("malformed", "a token twice")
    return [Refused("redeem-closed") if isinstance(token, Judged) and token.closed else token for token in judged]


def _judge(token: Token, claim: Claim, trust: Trust, now: int, published: Mapping[bytes, int]) -> Judged | Refused:
    try:
        return _judge_token(token, claim, trust, now, published)
    except Refused as refused:
        return refused


def _judge_token(token: Token, claim: Claim, trust: Trust, now: int, published: Mapping[bytes, int]) -> Judged:
    verified = verify_decoded(token, trust, None)
    order, present = claim.order.order, verified.present
    if verified.issue.asset != order.asset:
        raise Refused("asset-mismatch")
    link = present.link
    if link is None or present.kind != Kind.OPERATOR or link.body.lock is not None:
        raise Refused("order-mismatch", "no redeeming link")
    if present.owner.request != order.digest or present.owner.purpose is not None or present.index != 0:
        raise Refused("order-mismatch", "another order")
    terms = terms_of(verified.present)
    if len(terms.caveats) > MAX_LIVE_CAVEATS:
        raise Refused("too-many", "caveats")
    definition = trust.asset(order.asset.operator, order.asset.code)
    assert definition is not None
    grace = definition.grace if _has_grace(verified, published) else 0
    closed = now >= verified.issue.redeem_until + grace
    return Judged(verified, terms, _burned(terms, now), closed)


def _has_grace(verified: Verified, published: Mapping[bytes, int]) -> bool:
    before = verified.states[-2].link
    if before is None or before.body.lock is None or before.body.lock.hash not in published:
        return False
    locks = [state.link.body.lock for state in verified.states if state.link is not None]
    until = verified.issue.redeem_until
    return all(published.get(lock.hash, until) < until for lock in locks if lock is not None and lock.payee_decides)


def _burned(terms: Terms, now: int) -> bool:
    rules = (*terms.conditions, *(caveat.condition for caveat in terms.caveats))
    return any(isinstance(rule, Expires) and rule.at_expiry == AtExpiry.BURN and now >= rule.time for rule in rules)
