"""The rules that a seal keeps: docs/spec/seals.md, "The rules"; docs/spec/misbehaviour.md, "Rules that are provable"."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Callable, Iterable, Sequence

from . import seals
from .seals import AssetTotals, Batch, BilateralPosition, BrokenRule, Seal, SealRule, SignedReserve

# To which total a batch's adds.
_ADDS_TO: dict[type, str] = {
    seals.Issues: "issued",
    seals.Redemptions: "redeemed",
    seals.Rulings: "refunded",
    seals.Burns: "burned",
    seals.ChargeOffs: "charged_off",
    seals.ForkDeposits: "fork_funded",
    seals.ForkDraws: "fork_drawn",
    seals.ForkRepayments: "fork_repaid",
    seals.ForkLosses: "fork_lost",
}


@dataclass(frozen=True)
class Witness:
    """What a witness knows and allows. `words`: what peers signed of positions, each as that peer says it."""

    operator: bytes
    now: int
    oldest: int
    ahead: int
    word_age: int
    counts: Callable[[SignedReserve], bool]
    words: Sequence[BilateralPosition]


def broken_rules(seal: Seal, before: Seal | None, between: Sequence[Batch], witness: Witness) -> list[BrokenRule]:
    """Every rule that a seal breaks, in the order of the page."""
    fresh = {
        SealRule.OPERATOR: seal.operator != witness.operator,
        SealRule.STALE: witness.now - seal.sealed_at > witness.oldest,
        SealRule.EARLY: seal.sealed_at - witness.now > witness.ahead,
    }
    valid = [word for word in signed_words(seal) if witness.counts(word)]
    stale = [word for word in seal.reserves if not _is_fresh(word, seal, witness)]
    return _in_order(
        [
            *by_itself(seal),
            *_if(fresh),
            *after(seal, before),
            *totals(seal, before, between),
            *_about(SealRule.RESERVE_INVALID, (word.body.asset for word in seal.reserves if word not in valid)),
            *_about(SealRule.RESERVE_STALE, (word.body.asset for word in stale)),
            *short(seal, [word for word in valid if word not in stale]),
            *_about(SealRule.POSITION_DIFFERS, (p.peer for p in seal.positions if _differs(p, witness))),
            *_about(SealRule.POSITION_UNCONFIRMED, (p.peer for p in seal.positions if _alone(p, witness))),
        ]
    )


def _is_fresh(word: SignedReserve, seal: Seal, witness: Witness) -> bool:
    return -witness.ahead <= seal.sealed_at - word.body.held_at <= witness.word_age


def _said(position: BilateralPosition, witness: Witness) -> list[BilateralPosition]:
    """What the peer signed of the same settlement."""
    named = (position.peer, position.asset, position.settlement)
    return [word for word in witness.words if (word.peer, word.asset, word.settlement) == named]


def _differs(position: BilateralPosition, witness: Witness) -> bool:
    mirrored = (position.is_owed, position.owes)
    return any((word.owes, word.is_owed) != mirrored for word in _said(position, witness))


def _alone(position: BilateralPosition, witness: Witness) -> bool:
    return (position.owes > 0 or position.is_owed > 0) and not _said(position, witness)


def signed_words(seal: Seal) -> list[SignedReserve]:
    """The words on funds that whoever they name signed, and that are of this operator."""
    return [word for word in seal.reserves if word.body.operator == seal.operator and word.signed]


def by_itself(seal: Seal) -> list[BrokenRule]:
    """`order`, `sum` and `fork-reserve`."""
    lists: list[list[tuple[bytes, ...]]] = [
        [(totals.asset,) for totals in seal.assets],
        [(word.body.asset, word.holder.key_id) for word in seal.reserves],
        [(position.peer, position.asset) for position in seal.positions],
        [(checkpoint.peer,) for checkpoint in seal.checkpoints],
    ]
    return [
        *_if({SealRule.ORDER: any(keys != sorted(set(keys)) for keys in lists)}),
        *_about(SealRule.SUM, (t.asset for t in seal.assets if _circulating(t) != t.outstanding)),
        *_about(SealRule.FORK_RESERVE, (t.asset for t in seal.assets if _reserve_broken(t))),
    ]


def _circulating(t: AssetTotals) -> int:
    return t.issued - t.redeemed - t.refunded - t.burned - t.charged_off


def _reserve_broken(t: AssetTotals) -> bool:
    return t.fork_drawn > t.fork_funded + t.fork_repaid or t.fork_repaid + t.fork_lost > t.fork_drawn


def after(seal: Seal, before: Seal | None) -> list[BrokenRule]:
    """What a seal owes to the one before: `number`, `previous`, `time-back`, `position-back`, `checkpoint-back`."""
    if before is None:
        return _if({SealRule.NUMBER: seal.number != 1, SealRule.PREVIOUS: seal.previous is not None})
    back = (p.peer for p in before.positions if _earliest(seal, p) < p.settlement)
    shorter = (each.peer for each in before.checkpoints if _shortest(seal, each.peer) < each.size)
    rules = {
        SealRule.NUMBER: seal.number != before.number + 1,
        SealRule.PREVIOUS: seal.previous != before.hash,
        SealRule.TIME_BACK: seal.sealed_at < before.sealed_at,
    }
    return [*_if(rules), *_about(SealRule.POSITION_BACK, back), *_about(SealRule.CHECKPOINT_BACK, shorter)]


def _earliest(seal: Seal, before: BilateralPosition) -> int:
    """The earliest settlement that a seal names of a position; -1 where it is gone."""
    named = (p.settlement for p in seal.positions if (p.peer, p.asset) == (before.peer, before.asset))
    return min(named, default=-1)


def _shortest(seal: Seal, peer: bytes) -> int:
    """The smallest size that a seal names of a peer's log; -1 where it is gone."""
    return min((each.size for each in seal.checkpoints if each.peer == peer), default=-1)


def totals(seal: Seal, before: Seal | None, between: Sequence[Batch]) -> list[BrokenRule]:
    """`totals`: each is that of the seal before and of every batch between, and no asset is left out."""
    expected: Counter[tuple[bytes, str]] = Counter()
    for t in () if before is None else before.assets:
        expected.update({(t.asset, name): getattr(t, name) for name in _ADDS_TO.values()})
    for batch in between:
        if not isinstance(batch, (seals.Certificates, seals.Records)):
            expected[batch.asset, _ADDS_TO[type(batch)]] += batch.total
    left_out = {asset for asset, _ in expected} - {t.asset for t in seal.assets}
    wrong = {
        t.asset for t in seal.assets for name in _ADDS_TO.values() if getattr(t, name) != expected[t.asset, name]
    }
    return _about(SealRule.TOTALS, left_out | wrong)


def short(seal: Seal, words: Sequence[SignedReserve]) -> list[BrokenRule]:
    """`reserve-short`, where these words count."""
    held = {t.asset: sum(word.body.amount for word in words if word.body.asset == t.asset) for t in seal.assets}
    return _about(SealRule.RESERVE_SHORT, (t.asset for t in seal.assets if held[t.asset] < t.outstanding + t.held))


def provable(seal: Seal) -> list[BrokenRule]:
    """What anybody can prove by the seal alone, where nothing before it is shown."""
    unfounded = _if({SealRule.PREVIOUS: (seal.number == 1) != (seal.previous is None)})
    return _in_order([*_provable_alone(seal), *unfounded])


def _provable_alone(seal: Seal) -> list[BrokenRule]:
    words = signed_words(seal)
    invalid = (word.body.asset for word in seal.reserves if word not in words)
    return [*by_itself(seal), *_about(SealRule.RESERVE_INVALID, invalid), *short(seal, words)]


def provable_after(seal: Seal, before: Seal | None, between: Sequence[Batch]) -> list[BrokenRule]:
    """What anybody can prove with the seal before and every leaf between, or all from the log's beginning."""
    other = _if({SealRule.OPERATOR: before is not None and seal.operator != before.operator})
    return _in_order([*_provable_alone(seal), *other, *after(seal, before), *totals(seal, before, between)])


def _if(rules: dict[SealRule, bool]) -> list[BrokenRule]:
    return [BrokenRule(rule, None) for rule, broken in rules.items() if broken]


def _about(rule: SealRule, subjects: Iterable[bytes]) -> list[BrokenRule]:
    return [BrokenRule(rule, about) for about in subjects]


def _in_order(broken: Iterable[BrokenRule]) -> list[BrokenRule]:
    return sorted(set(broken), key=lambda each: (each.rule, each.about or b""))
