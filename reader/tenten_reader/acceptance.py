"""What a payee checks: docs/spec/handover.md, "Requests" and "What a payee checks". The numbers are its own.

A payer asks the same of its own tokens once they are signed, before it is bound by them ("What the payer makes").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Collection, Sequence

from .crypto import verify
from .devices import check_delegated
from .documents import check_documents
from .identity import Certificate, Trust
from .messages import (
    AttemptContent,
    DocumentMessage,
    Manifest,
    Mode,
    RequestBody,
    SignedRequest,
    TransferMessage,
    data_hash,
)
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
    signatures = sum(signatures_of(token, trust) for token in tokens)
    if signatures > MAX_SIGNATURES:
        raise Refused("too-many", "signatures")
    verified = [verify_decoded(token, trust, now) for token in tokens]
    payers = {token.present.previous.certificate for token in verified if token.present.previous is not None}
    bound = [payer.profile.responsible for payer in payers if payer.profile.responsible is not None]
    if signatures + sum(len(device.delegations) for device in bound) > MAX_SIGNATURES:
        raise Refused("too-many", "signatures of delegations")
    for token in verified:
        _judge_token(token, data, request, trust.certificate(request.certificate), now)
    total = sum(token.present.amount for token in verified)
    if total > AMOUNT_MAX:
        raise Refused("amount-invalid")
    if request.amount not in (0, total) and request.mode != Mode.DIRECT:
        raise Refused("amount-mismatch", f"{total} instead of {request.amount}")
    for payer in payers:
        device = payer.profile.responsible
        check_delegated(payer.operator, payer.key, device, request.purpose, total, now)
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


@dataclass(frozen=True)
class Standing:
    """Another attempt at the same request that was not cancelled."""

    attempt: bytes
    decided: bool


@dataclass(frozen=True)
class Offer:
    """A transfer that passed every check; its app is asked next."""

    attempt: bytes
    tokens: tuple[Verified, ...]
    lock: bytes | None
    amount: int
    documents: tuple[bytes, ...]


def check_offer(
    message: TransferMessage,
    request: RequestBody,
    documents: Sequence[DocumentMessage],
    trust: Trust,
    now: int,
    taken: Collection[bytes],
    standing: Standing | None,
) -> Offer:
    """Steps 1 to 12, but for 6, which is the business of whoever keeps attempts. `taken`: outputs that were ever owned
    by this module or are kept in another attempt. `standing`: another attempt at this request.
    """
    if message.request != request.digest:
        raise Refused("request-mismatch", "no request of this wallet")
    tokens = judge_tokens(message.tokens, message.data, request, trust, now)
    links = [token.present.parent for token in tokens]
    payee = trust.certificate(request.certificate)
    counter = message.counter_request
    if counter is not None:
        verify_request(counter, trust)
    if any(token.present.output in taken for token in tokens):
        raise Refused("request-reused", "an output that was taken before")
    if request.mode != Mode.DIRECT:
        if standing is not None:
            raise Refused("request-reused" if standing.decided else "attempt-pending")
        check_open(request, payee, now)
    lock = lock_of(tokens[0])
    if (lock is None) != (request.mode == Mode.DIRECT):
        raise Refused("lock-mismatch")
    if lock is not None and lock[0]:
        raise Refused("lock-mismatch", "the payee would decide")
    _check_legs(request, counter, trust, now)
    contents = check_documents(message.data, documents, None)
    amount = sum(token.present.amount for token in tokens)
    attempt = attempt_of(request.digest, links)
    return Offer(attempt, tuple(tokens), None if lock is None else lock[1], amount, tuple(contents))


def _check_legs(request: RequestBody, counter: SignedRequest | None, trust: Trust, now: int) -> None:
    """Step 11: in an exchange each request asks for what the other gives."""
    if (counter is not None) != (request.mode == Mode.EXCHANGE):
        raise Refused("request-mismatch", "a counter request belongs to an exchange")
    if counter is None:
        return
    other = counter.body
    gives = None if other.against is None else (other.against.asset, other.against.amount)
    wants = None if request.against is None else (request.against.asset, request.against.amount)
    if gives != (request.asset, request.amount) or wants != (other.asset, other.amount):
        raise Refused("request-mismatch", "the legs differ")
    check_open(other, trust.certificate(other.certificate), now)


def attempt_of(request_digest: bytes, link_ids: Sequence[bytes]) -> bytes:
    """The attempt id of one try at paying a request with these links."""
    return AttemptContent(request_digest, tuple(link_ids)).id


def about(message: TransferMessage, refused: Refused, trust: Trust) -> bytes:
    """What a refusal of a transfer is about: its attempt where that can be named, else the request that it names.

    What is too much is not walked again to find a name for it.
    """
    attempt = None if refused.code == "too-many" else name_attempt(message, trust)
    return message.request if attempt is None else attempt


def name_attempt(message: TransferMessage, trust: Trust) -> bytes | None:
    """The attempt that a transfer's links name (step 6), without a verdict on them."""
    links = [_last_link(token, trust) for token in message.tokens]
    named = [link for link in links if link is not None]
    return attempt_of(message.request, named) if len(named) == len(links) else None


def _last_link(token: Token, trust: Trust) -> bytes | None:
    """The id of a token's last link; None where it has none, or names certificates that nobody here knows."""
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

