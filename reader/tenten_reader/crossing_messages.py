"""What operators say to one another of payments, their rule books and settlements: docs/spec/crossing.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Union

from .crossing import AgreementBody, CrossingState, LogProof, Quote, Rate, SealWord, SignedQuote, check_signed
from .crypto import tagged_hash
from .identity import Trust
from .refusal import Refused
from .seals import SAFE, Counted, LeafBytes, SealNumber, StateProof
from .structure import Amount, AmountOrZero, Bytes, Bytes32, ListOf, Number, Signature, Structure, Text, UnixSeconds

Code = Annotated[str, Text(64)]


@dataclass(frozen=True)
class RuleBookEntry(Structure):
    agreement: Bytes32
    rate: Rate | None


@dataclass(frozen=True)
class RuleBookBody(Structure):
    operator: Bytes32
    version: Annotated[int, Number(1, SAFE)]
    previous: Bytes32 | None
    from_: UnixSeconds
    agreements: Annotated[tuple[RuleBookEntry, ...], ListOf(0, 64)]
    rules: Annotated[str, Text(32_768)]

    @property
    def hash(self) -> bytes:
        return tagged_hash("rule-book", self.item())


@dataclass(frozen=True)
class RuleBook(Structure):
    body: RuleBookBody
    signature: Signature


@dataclass(frozen=True)
class SettledPosition(Structure):
    settlement: Annotated[int, Number(1, SAFE)]
    owes: AmountOrZero


@dataclass(frozen=True)
class SettlementBody(Structure):
    agreement: Bytes32
    number: Annotated[int, Number(1, SAFE)]
    previous: Bytes32 | None
    through: SealNumber
    count: Counted
    credits: AmountOrZero
    crosses: AmountOrZero
    position: SettledPosition
    at: UnixSeconds


@dataclass(frozen=True)
class Settlement(Structure):
    body: SettlementBody
    by_destination: Signature
    by_source: Signature


@dataclass(frozen=True)
class Countersigned(Structure):
    agreement: AgreementBody
    settlement: Settlement


@dataclass(frozen=True)
class QuoteAsked(Structure):
    agreement: Bytes32
    nonce: Bytes32
    credits: Amount
    payer: Bytes32
    payee: Bytes32
    release: Bytes32
    decides: SealNumber


@dataclass(frozen=True)
class ShownSeal(Structure):
    leaf: LeafBytes
    log: LogProof
    words: Annotated[tuple[SealWord, ...], ListOf(0, 64)]


@dataclass(frozen=True)
class ShownItem(Structure):
    transfer: Bytes32
    quote: SignedQuote | None
    state: CrossingState | None
    proof: StateProof


@dataclass(frozen=True)
class AskQuotes(Structure):
    KIND = 1
    quotes: Annotated[tuple[QuoteAsked, ...], ListOf(1, 64)]


@dataclass(frozen=True)
class AskShown(Structure):
    KIND = 2
    seal: ShownSeal
    items: Annotated[tuple[ShownItem, ...], ListOf(0, 64)]


@dataclass(frozen=True)
class AskWanted(Structure):
    KIND = 3
    transfers: Annotated[tuple[Bytes32, ...], ListOf(1, 64)]


@dataclass(frozen=True)
class AskSettlement(Structure):
    KIND = 4
    body: SettlementBody
    by_destination: Signature


CrossingQuestion = Union[AskQuotes, AskShown, AskWanted, AskSettlement]


@dataclass(frozen=True)
class Quoted(Structure):
    KIND = 1
    body: Quote
    by_destination: Signature


@dataclass(frozen=True)
class QuoteRefused(Structure):
    KIND = 2
    code: Code


QuoteAnswer = Union[Quoted, QuoteRefused]


@dataclass(frozen=True)
class Stands(Structure):
    KIND = 1
    state: CrossingState


@dataclass(frozen=True)
class StateRefused(Structure):
    KIND = 2
    code: Code


StateAnswer = Union[Stands, StateRefused]


@dataclass(frozen=True)
class ReplyQuotes(Structure):
    KIND = 1
    answers: Annotated[tuple[QuoteAnswer, ...], ListOf(0, 64)]


@dataclass(frozen=True)
class ReplyShown(Structure):
    KIND = 2
    answers: Annotated[tuple[StateAnswer, ...], ListOf(0, 64)]


@dataclass(frozen=True)
class ReplyWanted(Structure):
    KIND = 3
    count: Annotated[int, Number(0, 64)]


@dataclass(frozen=True)
class ReplySettlement(Structure):
    KIND = 4
    by_source: Signature


@dataclass(frozen=True)
class ReplyRefused(Structure):
    KIND = 5
    code: Code


CrossingReply = Union[ReplyQuotes, ReplyShown, ReplyWanted, ReplySettlement, ReplyRefused]


def verify_rule_book(book: RuleBook, before: RuleBookBody | None, trust: Trust) -> bytes:
    """The hash of a version that follows the one before. Refuses: malformed, authority-unknown, signature-invalid."""
    body = book.body
    ids = [entry.agreement for entry in body.agreements]
    if ids != sorted(set(ids)):
        raise Refused("malformed", "agreements stand once each, by their ids")
    if before is None:
        follows = body.version == 1 and body.previous is None
    else:
        named = (body.operator, body.version, body.previous)
        follows = named == (before.operator, before.version + 1, before.hash) and body.from_ >= before.from_
    if not follows:
        raise Refused("malformed", "it does not follow the version before")
    check_signed(trust, body.operator, "rule-book", body, book.signature)
    return body.hash
