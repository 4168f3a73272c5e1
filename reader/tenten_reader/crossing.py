"""Payments across ecosystems: docs/spec/crossing.md. Agreements, quotes, what seals show of them, outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Union

from . import log
from .crypto import sha256, tagged_hash, verify
from .identity import KeyPurpose, Trust
from .log import NoteKey
from .refusal import Refused
from .seals import (
    SAFE,
    Counted,
    LeafBytes,
    Seal,
    SealCosignature,
    SealLeaf,
    SealNumber,
    SealRefusal,
    SealRule,
    StateProof,
    decode_leaf,
    verify_state,
    verify_word,
)
from .structure import Amount, AmountOrZero, Bytes, Bytes32, ListOf, Number, Signature, Structure, UnixSeconds

OUTCOME_BYTES = 262_144
SECONDS_AHEAD = 60


class Side(IntEnum):
    SOURCE = 1
    DESTINATION = 2


class State(IntEnum):
    LOCKED = 1
    COMMITTED = 2
    RETURNED = 3
    RESERVED = 4
    CREDITED = 5
    VOIDED = 6


@dataclass(frozen=True)
class Fee(Structure):
    fixed: AmountOrZero
    per_million: Annotated[int, Number(0, 1_000_000)]


@dataclass(frozen=True)
class AgreementBody(Structure):
    source: Bytes32
    destination: Bytes32
    version: Annotated[int, Number(1, SAFE)]
    paid: Bytes32
    credited: Bytes32
    exposure: Amount
    fee: Fee
    quote_lifetime: Annotated[int, Number(1, 86_400)]
    seals: Annotated[int, Number(2, 65_535)]
    freshness: Annotated[int, Number(1, 86_400)]
    liable: Side
    settlement: Annotated[int, Number(1, 31_536_000)]
    from_: UnixSeconds
    until: UnixSeconds

    @property
    def id(self) -> bytes:
        return tagged_hash("agreement", self.item())


@dataclass(frozen=True)
class Agreement(Structure):
    body: AgreementBody
    by_source: Signature
    by_destination: Signature


@dataclass(frozen=True)
class Rate(Structure):
    credited: Amount
    paid: Amount


@dataclass(frozen=True)
class Quote(Structure):
    agreement: Bytes32
    nonce: Bytes32
    credits: Amount
    rate: Rate
    fee: AmountOrZero
    pays: Amount
    payer: Bytes32
    payee: Bytes32
    release: Bytes32
    decides: Annotated[int, Number(1, SAFE)]
    expires_at: UnixSeconds

    @property
    def transfer(self) -> bytes:
        return tagged_hash("crossing", self.item())


@dataclass(frozen=True)
class SignedQuote(Structure):
    body: Quote
    by_destination: Signature
    by_source: Signature


@dataclass(frozen=True)
class CrossingState(Structure):
    transfer: Bytes32
    state: State
    release: Bytes32 | None


@dataclass(frozen=True)
class LogProof(Structure):
    checkpoint: Annotated[bytes, Bytes(1, 32_768)]
    index: Counted
    path: Annotated[tuple[Bytes32, ...], ListOf(0, 63)]


@dataclass(frozen=True)
class WordCosignature(Structure):
    KIND = 1
    word: SealCosignature


@dataclass(frozen=True)
class WordBroken(Structure):
    KIND = 2
    word: SealRefusal


SealWord = Union[WordCosignature, WordBroken]


@dataclass(frozen=True)
class ShownState(Structure):
    state: CrossingState | None
    leaf: LeafBytes
    proof: StateProof
    log: LogProof
    words: Annotated[tuple[SealWord, ...], ListOf(0, 64)]


@dataclass(frozen=True)
class Outcome(Structure):
    agreement: Agreement
    quote: SignedQuote
    decided: ShownState
    duty: ShownState | None


# Agreements and quotes


def check_signed(trust: Trust, operator: bytes, kind: str, payload: Structure, signature: bytes) -> None:
    """Refuses: authority-unknown, signature-invalid."""
    entry = trust.operator(operator)
    keys = entry.keys_for(KeyPurpose.RULING) if entry else []
    if not keys:
        raise Refused("authority-unknown", "no key of this operator is listed")
    if not any(verify(key, kind, payload.item(), signature) for key in keys):
        raise Refused("signature-invalid", kind)


def verify_agreement(agreement: Agreement, trust: Trust) -> bytes:
    """Its id."""
    body = agreement.body
    if body.source == body.destination or body.until <= body.from_:
        raise Refused("malformed", "an agreement with oneself, or for no time")
    check_signed(trust, body.source, "agreement", body, agreement.by_source)
    check_signed(trust, body.destination, "agreement", body, agreement.by_destination)
    return body.id


@dataclass(frozen=True)
class Price:
    crosses: int
    fee: int
    pays: int


def price(agreement: AgreementBody, quoted: Rate, credits: int) -> Price:
    """What crosses, the fee and what the payer's side loses: rounded up, each."""
    crosses = -(-credits * quoted.paid // quoted.credited)
    fee = agreement.fee.fixed + -(-crosses * agreement.fee.per_million // 1_000_000)
    return Price(crosses, fee, crosses + fee)


def verify_quote(quote: SignedQuote, agreement: AgreementBody, trust: Trust) -> Price:
    """That it is a quote of this agreement, and that both signed it."""
    found = check_quote(quote.body, agreement)
    check_signed(trust, agreement.destination, "quote", quote.body, quote.by_destination)
    check_signed(trust, agreement.source, "quote", quote.body, quote.by_source)
    return found


def check_quote(body: Quote, agreement: AgreementBody) -> Price:
    """Refuses: agreement-unknown, agreement-over, quote-invalid."""
    if body.agreement != agreement.id:
        raise Refused("agreement-unknown", "a quote of another agreement")
    if not agreement.from_ <= body.expires_at <= agreement.until:
        raise Refused("agreement-over")
    found = price(agreement, body.rate, body.credits)
    if (body.fee, body.pays) != (found.fee, found.pays):
        raise Refused("quote-invalid", "it does not add up")
    return found


@dataclass(frozen=True)
class Moment:
    """What a side knows. `last_seal`: the number of S's last seal that it has; `exposed`: D's, reserved or not settled."""

    now: int
    last_seal: int
    exposed: int


def check_signing(body: Quote, agreement: AgreementBody, moment: Moment, since: int | None, side: Side) -> None:
    """What either side looks at before it signs. `since`: the time of the quorum of the peer's newest seal."""
    if not agreement.from_ <= moment.now < agreement.until:
        raise Refused("agreement-over")
    check_quote(body, agreement)
    if moment.now >= body.expires_at:
        raise Refused("quote-expired")
    if body.expires_at - moment.now > agreement.quote_lifetime:
        raise Refused("quote-invalid", "it lasts too long")
    if not 2 <= body.decides - moment.last_seal <= agreement.seals:
        raise Refused("quote-invalid", "the number of the seal that decides")
    check_fresh(since, moment.now, agreement.freshness)
    if side == Side.DESTINATION:
        check_exposure(body, agreement, moment)


def check_exposure(body: Quote, agreement: AgreementBody, moment: Moment) -> None:
    if moment.exposed + body.credits > agreement.exposure:
        raise Refused("exposure-exceeded")


# What a seal shows


@dataclass(frozen=True)
class View:
    """Whose log it is, and whose word on its seals counts: the key ids of witnesses, and how many of them are needed."""

    operator: bytes
    origin: str
    keys: list[NoteKey]
    witnesses: list[bytes]
    needed: int


@dataclass(frozen=True)
class Shown:
    """What a seal shows. `since`: the time of the quorum that cosigned it; None where there is none."""

    operator: bytes
    transfer: bytes
    number: int
    state: CrossingState | None
    since: int | None

    def says(self, operator: bytes, transfer: bytes, state: State) -> bool:
        """Whether it is this state of this transfer at this operator."""
        named = (self.operator, self.transfer) == (operator, transfer)
        return named and self.state is not None and (self.state.transfer, self.state.state) == (transfer, state)


def verify_shown(shown: ShownState, transfer: bytes, view: View) -> Shown:
    """Refuses: proof-invalid, the codes of leaves and checkpoints, not-logged, quorum-missing."""
    leaf = decode_leaf(shown.leaf)
    if not isinstance(leaf, SealLeaf) or leaf.seal.operator != view.operator:
        raise Refused("proof-invalid", "no seal of this operator")
    if shown.proof.key != transfer:
        raise Refused("proof-invalid", "a proof of something else")
    opens(shown.state, verify_state(shown.proof, leaf.seal.state))
    checkpoint = log.open_checkpoint(shown.log.checkpoint, view.origin, view.keys, [])
    if not log.is_included(shown.leaf, shown.log.index, checkpoint.size, list(shown.log.path), checkpoint.root):
        raise Refused("not-logged", "the seal")
    if not 1 <= view.needed <= len(_placed(shown, leaf.seal, view)):
        raise Refused("quorum-missing", "the place of the seal")
    return Shown(view.operator, transfer, leaf.seal.number, shown.state, _since(shown, leaf.seal, view))


def opens(state: CrossingState | None, value: bytes | None) -> None:
    """That the state is what the map has. Refuses: proof-invalid."""
    if value != (None if state is None else tagged_hash("crossing-state", state.item())):
        raise Refused("proof-invalid", "the state does not open what is shown")


def _words(shown: ShownState, seal: Seal, view: View) -> list[tuple[bytes, SealCosignature | SealRefusal]]:
    """What witnesses that count signed of this seal."""
    found = []
    for each in shown.words:
        body = each.word.body
        of_it = (body.operator, body.number, body.seal) == (seal.operator, seal.number, seal.hash)
        signer = each.word.signer.key_id
        if of_it and signer in view.witnesses and _holds(each.word):
            found.append((signer, each.word))
    return found


def _holds(word: SealCosignature | SealRefusal) -> bool:
    try:
        verify_word(word, word.signer.key_id)
    except Refused:
        return False
    return True


_PLACE = {SealRule.OPERATOR, SealRule.NUMBER, SealRule.PREVIOUS}


def _placed(shown: ShownState, seal: Seal, view: View) -> set[bytes]:
    """The witnesses that say that this is the seal of its number."""
    return {
        signer
        for signer, word in _words(shown, seal, view)
        if isinstance(word, SealCosignature) or not _PLACE & {each.rule for each in word.body.broken}
    }


def _since(shown: ShownState, seal: Seal, view: View) -> int | None:
    newest: dict[bytes, int] = {}
    for signer, word in _words(shown, seal, view):
        if isinstance(word, SealCosignature):
            newest[signer] = max(newest.get(signer, 0), word.body.signed_at)
    times = sorted(newest.values(), reverse=True)
    return times[view.needed - 1] if len(times) >= view.needed else None


def check_fresh(since: int | None, now: int, freshness: int) -> None:
    """That a seal is one to begin upon. Refuses: quorum-missing, quorum-stale."""
    if since is None:
        raise Refused("quorum-missing", "cosignatures")
    if not now - freshness <= since <= now + SECONDS_AHEAD:
        raise Refused("quorum-stale")


# Ends and outcomes


def released(quote: Quote, shown: Shown, source: bytes) -> bytes | None:
    """The secret that S's seal `decides` shows; None where it shows anything else. Refuses: proof-invalid."""
    if (shown.operator, shown.transfer, shown.number) != (source, quote.transfer, quote.decides):
        raise Refused("proof-invalid", "not the seal that decides")
    if shown.state is None or not shown.says(source, quote.transfer, State.COMMITTED):
        return None
    return shown.state.release if is_released(quote, shown.state.release) else None


def is_released(quote: Quote, secret: bytes | None) -> bool:
    return secret is not None and sha256(secret) == quote.release


@dataclass(frozen=True)
class Ended:
    """How a payment ended. `release`: the payer's secret, of a commit. `duty`: none, stands, met or broken."""

    transfer: bytes
    decides: int
    release: bytes | None
    duty: str


_DUTIES = {State.RESERVED: "stands", State.CREDITED: "met", State.VOIDED: "broken"}


def verify_outcome(outcome: Outcome, trust: Trust, source: View, destination: View) -> Ended:
    """What a file shows: "The outcome as a file". The views are of the operators that its agreement names."""
    agreement, quote = outcome.agreement.body, outcome.quote.body
    verify_agreement(outcome.agreement, trust)
    verify_quote(outcome.quote, agreement, trust)
    release = released(quote, verify_shown(outcome.decided, quote.transfer, source), agreement.source)
    if outcome.duty is None:
        return Ended(quote.transfer, quote.decides, release, "none")
    shown = verify_shown(outcome.duty, quote.transfer, destination)
    duties = [duty for state, duty in _DUTIES.items() if shown.says(agreement.destination, quote.transfer, state)]
    return Ended(quote.transfer, quote.decides, release, duties[0] if duties and release is not None else "none")
