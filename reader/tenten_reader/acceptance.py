"""What a payee checks: docs/spec/handover.md, "Requests" and "What a payee checks" 1 to 5. The numbers are its own.

A payer asks the same of its own tokens once they are signed, before it is bound by them ("What the payer makes").
"""

from __future__ import annotations

from typing import Sequence

from .crypto import verify
from .identity import Certificate, Trust
from .messages import AttemptContent, Manifest, Mode, RequestBody, SignedRequest, data_hash
from .refusal import Refused
from .structure import AMOUNT_MAX
from .token import Token, output_id
from .walk import MAX_SIGNATURES, Verified, opened, owner_hash, rebuild, signatures_of, verify_decoded


def verify_request(signed: SignedRequest, trust: Trust) -> Certificate:
    """The payee of a request that holds. Steps 1 to 5 of "Requests"."""
    body = signed.body
    payee = trust.certificate(body.certificate)
    if trust.asset(body.asset.operator, body.asset.code) is None:
        raise Refused("asset-unknown")
    if (body.against is not None) != (body.mode == Mode.EXCHANGE):
        raise Refused("request-mismatch", "against")
    if body.is_static and body.mode != Mode.DIRECT:
        raise Refused("request-mismatch", "a static request that is not direct")
    if not verify(payee.key, "request", body.item(), signed.signature):
        raise Refused("signature-invalid", "request")
    return payee


def check_open(body: RequestBody, payee: Certificate, now: int) -> None:
    """Whether a request is open. Refuses: request-expired, and the codes of dates."""
    if now >= body.expires_at:
        raise Refused("request-expired")
    payee.check_dates(now)


def judge_tokens(
    tokens: Sequence[Token], data: Manifest | None, request: RequestBody, trust: Trust, now: int
) -> list[Verified]:
    """Steps 2 to 5: the tokens of a payment, verified, each of them what the request asks for."""
    if sum(signatures_of(token, trust) for token in tokens) > MAX_SIGNATURES:
        raise Refused("too-many", "signatures")
    verified = [verify_decoded(token, trust, now) for token in tokens]
    for token in verified:
        _judge_token(token, data, request, trust.certificate(request.certificate), now)
    total = sum(token.present.amount for token in verified)
    if total > AMOUNT_MAX:
        raise Refused("amount-invalid")
    if request.amount not in (0, total) and request.mode != Mode.DIRECT:
        raise Refused("amount-mismatch", f"{total} instead of {request.amount}")
    if len({lock_of(token) for token in verified}) > 1:
        raise Refused("lock-mismatch")
    if len({token.present.output for token in verified}) < len(verified):
        raise Refused("malformed", "a token twice")
    return verified


def lock_of(token: Verified) -> tuple[bool, bytes] | None:
    """The lock of the last link, whether or not its release is shown."""
    link = token.present.link
    lock = None if link is None else link.body.lock
    return None if lock is None else (lock.payee_decides, lock.hash)


def _judge_token(token: Verified, data: Manifest | None, request: RequestBody, payee: Certificate, now: int) -> None:
    present, link, payer = token.present, token.present.link, token.present.previous
    if link is None or payer is None or present.index != 0:
        raise Refused("owner-mismatch", "not output 0 of a link")
    if present.owner.certificate.hash != payee.hash:
        raise Refused("owner-mismatch", "another's certificate")
    if present.owner.request != request.digest or present.owner.purpose != request.purpose:
        raise Refused("request-mismatch", "another request or purpose")
    if token.issue.asset != request.asset:
        raise Refused("asset-mismatch")
    if now >= token.issue.spend_until:
        raise Refused("expired")
    payer.certificate.check_dates(now)
    limits = payer.certificate.profile.limits
    if limits is not None and limits.per_transfer is not None and present.amount > limits.per_transfer:
        raise Refused("limit-exceeded")
    if link.body.data != data_hash(data):
        raise Refused("document-mismatch")
    if link.body.against != request.against:
        raise Refused("request-mismatch", "against")


def attempt_of(request_digest: bytes, link_ids: Sequence[bytes]) -> bytes:
    """The attempt id of one try at paying a request with these links."""
    return AttemptContent(request_digest, tuple(link_ids)).id


def link_id_of(token: Token, trust: Trust) -> bytes | None:
    """The id of a token's last link, without a verdict on the token: what names an attempt (step 6).

    None where the token has no link, or names certificates that nobody here knows.
    """
    try:
        table = [trust.certificate(encoded) for encoded in token.certificates]
        parent, index, link_id = token.issue.issue.id, 0, None
        for hop in token.hops:
            owner = owner_hash(opened(hop.opening, table))
            link, _ = rebuild(hop, output_id(parent, index), owner)
            parent = link_id = link.id
            index = hop.index
    except Refused:
        return None
    return link_id

