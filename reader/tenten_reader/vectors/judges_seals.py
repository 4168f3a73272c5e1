"""Judges of what ecosystems show each other: seals, payments across them, what convicts a log."""

from __future__ import annotations

from typing import Any

from .. import log, misbehaviour as wrong
from ..cbor import decode
from ..crossing import (
    OUTCOME_BYTES,
    Agreement,
    AgreementBody,
    Moment,
    Outcome,
    Quote,
    ShownState,
    Side,
    SignedQuote,
    State,
    View,
    check_signing,
    verify_agreement,
    verify_outcome,
    verify_quote,
    verify_shown,
)
from ..crossing_messages import RuleBook, RuleBookBody, verify_rule_book
from ..crossing_steps import Step, commit, end, lock, reserve
from ..seal_rules import Witness, broken_rules
from ..seals import (
    BatchLeaf,
    BilateralPosition,
    BrokenRule,
    Seal,
    SealCosignature,
    SealLeaf,
    SealRefusal,
    decode_leaf,
    decode_proof,
    verify_proof,
    verify_word,
)
from ..structure import shape_of
from .injson import named, structure
from .judges import Input


def judge_seal_proof(given: Input) -> Any:
    proved = verify_proof(decode_proof(given.data("proof")))
    said = {"kind": proved.kind, "under": proved.under.hex()}
    if proved.key is not None:
        return {**said, "key": proved.key.hex(), "value": _hex(proved.value)}
    assert proved.owner is not None
    line = {"owner": proved.owner.hex(), "amount": str(proved.amount), "left": str(proved.left)}
    return {**said, "asset": _hex(proved.asset), **line}


def _hex(value: bytes | None) -> str | None:
    return None if value is None else value.hex()


def _seal(leaf: bytes) -> Seal:
    decoded = decode_leaf(leaf)
    assert isinstance(decoded, SealLeaf)
    return decoded.seal


def judge_seal_rules(given: Input) -> Any:
    seal = _seal(given.data("leaf"))
    before = given.data_or_none("before")
    between = [decode_leaf(leaf) for leaf in given.all_data("between")]
    holders = given.all_data("holders")
    assert given.now is not None
    witness = Witness(
        operator=given.data("operator"),
        now=given.now,
        oldest=given.values["maximumAge"],
        ahead=given.values["ahead"],
        word_age=given.values["reserveAge"],
        counts=lambda word: word.holder.key_id in holders,
        words=[BilateralPosition.decode(word) for word in given.all_data("peerWords")],
    )
    batches = [leaf.batch for leaf in between if isinstance(leaf, BatchLeaf)]
    broken = broken_rules(seal, None if before is None else _seal(before), batches, witness)
    return {"broken": _broken(broken)}


def _broken(broken: list[BrokenRule]) -> Any:
    return [{"rule": named(each.rule), "about": _hex(each.about)} for each in broken]


def judge_cosignature(given: Input) -> Any:
    word = SealCosignature.decode(given.data("word"))
    verify_word(word, given.data("signer"))
    return {"body": structure(word.body)}


def judge_refusal(given: Input) -> Any:
    word = SealRefusal.decode(given.data("word"))
    verify_word(word, given.data("signer"))
    return {"body": structure(word.body)}


# Payments across ecosystems


def _agreed(given: Input) -> AgreementBody:
    """One that counts as verified."""
    return Agreement.decode(given.data("agreement")).body


def judge_agreement(given: Input) -> Any:
    agreement = Agreement.decode(given.data("agreement"))
    return {"id": verify_agreement(agreement, given.trust).hex(), "body": structure(agreement.body)}


def judge_quote(given: Input) -> Any:
    signed = SignedQuote.decode(given.data("quote"))
    price = verify_quote(signed, _agreed(given), given.trust)
    return {"transfer": signed.body.transfer.hex(), "body": structure(signed.body), "crosses": str(price.crosses)}


def judge_quoting(given: Input) -> Any:
    quote = Quote.decode(given.data("quote"))
    side = Side[given.values["side"].upper()]
    check_signing(quote, _agreed(given), _moment(given), given.get("since"), side)
    return {"signs": True}


def _moment(given: Input) -> Moment:
    assert given.now is not None
    exposed = int(given.get("open") or 0) + int(given.get("unsettled") or 0)
    return Moment(given.now, given.values["lastSeal"], exposed)


def _view(given: Input, side: str, operator: bytes) -> View:
    keys = [log.read_key(text) for text in given.values[side]["keys"]]
    return View(operator, given.values[side]["origin"], keys, given.all_data("witnesses"), given.values["least"])


def judge_rule_book(given: Input) -> Any:
    book = RuleBook.decode(given.data("ruleBook"))
    before = given.data_or_none("before")
    hash = verify_rule_book(book, None if before is None else RuleBookBody.decode(before), given.trust)
    return {"hash": hash.hex(), "body": structure(book.body)}


def judge_outcome(given: Input) -> Any:
    outcome = Outcome.read(decode(given.data("outcome"), OUTCOME_BYTES))
    agreement = outcome.agreement.body
    source = _view(given, "sourceLog", agreement.source)
    destination = _view(given, "destinationLog", agreement.destination)
    ended = verify_outcome(outcome, given.trust, source, destination)
    how = "aborted" if ended.release is None else "committed"
    return {
        "transfer": ended.transfer.hex(),
        "decides": ended.decides,
        "end": how,
        "release": _hex(ended.release),
        "duty": ended.duty,
    }


def judge_crossing_source(given: Input) -> Any:
    agreement, quote = _agreed(given), SignedQuote.decode(given.data("quote")).body
    kept, event = _kept(given), given.values["event"]
    if event == "lock":
        return _step(lock(kept, quote, _moment(given)))
    by_source = event == "decided"
    operator = agreement.source if by_source else agreement.destination
    view = _view(given, "sourceLog" if by_source else "destinationLog", operator)
    shown = verify_shown(ShownState.decode(given.data("shown")), quote.transfer, view)
    if by_source:
        return _step(end(kept, quote, agreement, shown))
    return _step(commit(kept, quote, agreement, given.data("release"), shown, _moment(given)))


def judge_crossing_destination(given: Input) -> Any:
    agreement, quote = _agreed(given), SignedQuote.decode(given.data("quote")).body
    kept, moment = _kept(given), _moment(given)
    view = _view(given, "sourceLog", agreement.source)
    shown = verify_shown(ShownState.decode(given.data("shown")), quote.transfer, view)
    if given.values["event"] == "decided":
        step = end(kept, quote, agreement, shown)
    else:
        step = reserve(kept, quote, agreement, shown, moment)
    exposed = {"reserve": quote.credits, "void": -quote.credits}.get(step.movement or "", 0)
    return {**_step(step), "exposed": str(moment.exposed + exposed)}


def _kept(given: Input) -> State | None:
    name = given.get("kept")
    return None if name is None else State[name.upper()]


def _step(step: Step) -> dict[str, Any]:
    release = step.release if step.movement == "post" else None
    return {"state": named(step.state), "movement": step.movement, "release": _hex(release)}


# What convicts a log


def judge_misbehaviour(given: Input) -> Any:
    shape = shape_of(wrong.Misbehaviour)
    file = shape.read(decode(given.data("misbehaviour"), wrong.MISBEHAVIOUR_BYTES))
    keys = [log.read_key(text) for text in given.get("keys") or []]
    verdict = wrong.judge(file, wrong.OfLog(given.values["origin"], keys))
    return {"kind": verdict.kind, **_verdict(verdict)}


def _verdict(verdict: wrong.Verdict) -> dict[str, Any]:
    if isinstance(verdict, wrong.SaysSplitView):
        return {"size": verdict.size, "roots": [root.hex() for root in verdict.roots]}
    if isinstance(verdict, wrong.SaysRewriting):
        return {"index": verdict.index, "sizes": list(verdict.sizes)}
    said = {"operator": verdict.operator.hex()}
    if isinstance(verdict, wrong.SaysBrokenRule):
        return {**said, "number": verdict.number, "broken": _broken(verdict.broken)}
    if isinstance(verdict, wrong.SaysTwoSeals):
        return {**said, "number": verdict.number, "seals": [seal.hex() for seal in verdict.seals]}
    if isinstance(verdict, wrong.SaysBrokenRecord):
        return {**said, "key": verdict.key.hex(), "numbers": verdict.numbers, "breach": verdict.breach}
    return {**said, "transfer": verdict.transfer.hex(), "decides": verdict.decides, "breach": verdict.breach}
