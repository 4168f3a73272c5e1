"""How a token is verified: docs/spec/token.md, "Verification". The steps have the numbers that they have there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .conditions import Kind, Rules, Transfer
from .crypto import merkle_root, sha256, verify
from .devices import check_counted
from .identity import Certificate, KeyPurpose, Trust
from .meters import MeteredOutput, check_opening, due_for
from .refusal import Refused
from .token import (
    BatchPayload,
    CancelPayload,
    FinalCount,
    Hop,
    Issue,
    IssueProof,
    LinkBody,
    Lock,
    MeterTerms,
    Opening,
    Output,
    OwnerContent,
    SignedLink,
    Token,
    output_id,
)

MAX_SIGNATURES = 256
MAX_LINKS = {Kind.PAYMENT: 32, Kind.CHANGE: 32, Kind.RETURN: 33, Kind.OPERATOR: 34}
PRESENT_CERTIFICATES = 59
PRESENT_BYTES = 57_344
MAX_LIVE_CAVEATS = 16


@dataclass(frozen=True)
class Owned:
    """An owner that its token opened."""

    certificate: Certificate
    purpose: str | None
    request: bytes
    meter: MeterTerms | None = None
    payee: Certificate | None = None  # of a metered output


@dataclass(frozen=True)
class State:
    """Where the walk stands: the output that the step before ended in, and what binds it."""

    parent: bytes
    index: int
    amount: int
    owner: Owned
    previous: Owned | None
    hops: int
    rules: Rules
    link: SignedLink | None
    release: bytes | None
    kind: Kind | None

    @property
    def output(self) -> bytes:
        return output_id(self.parent, self.index)

    @property
    def locked(self) -> bool:
        """Whether the last link has a lock whose release is not shown."""
        return self.link is not None and self.link.body.lock is not None and self.release is None


@dataclass(frozen=True)
class Verified:
    """A token that verified, with every state of its path: the issue's first, the present one last."""

    token: Token
    states: tuple[State, ...]
    certificates: tuple[Certificate, ...]

    @property
    def issue(self) -> Issue:
        return self.token.issue.issue

    @property
    def present(self) -> State:
        return self.states[-1]


def signatures_of(token: Token, trust: Trust) -> int:
    """One for the batch, one a link, one a cancel, one a certificate that was not verified before."""
    cancels = sum(len(hop.after) + isinstance(hop.data, FinalCount) for hop in token.hops)
    fresh = sum(not trust.has_verified(encoded) for encoded in set(token.certificates))
    return 1 + len(token.hops) + cancels + fresh


def verify_token(encoded: bytes, trust: Trust, now: int | None) -> Verified:
    """Verifies an encoded token. `now`: where its last link is being judged by its payee."""
    return verify_decoded(Token.decode(encoded), trust, now)


def verify_decoded(token: Token, trust: Trust, now: int | None) -> Verified:
    """The same, from step 2 on."""
    if signatures_of(token, trust) > MAX_SIGNATURES:
        raise Refused("too-many", "signatures")
    if now is not None:
        check_room(token)
    table = [trust.certificate(encoded) for encoded in token.certificates]
    state = _verify_issue(token, trust, table)
    states = [state]
    for position, hop in enumerate(token.hops, start=1):
        last = position == len(token.hops)
        state = _follow(state, hop, position, table, token.issue.issue, now if last else None)
        states.append(state)
    return Verified(token, tuple(states), tuple(table))


def check_room(token: Token) -> None:
    """Step 2: the token leaves room for its way back to the operator."""
    if len(token.certificates) > PRESENT_CERTIFICATES:
        raise Refused("too-many", "certificates")
    if len(token.encode()) > PRESENT_BYTES:
        raise Refused("too-large")


def opened(opening: Opening, table: list[Certificate]) -> Owned:
    """The owner that an opening names, by the token's table."""
    if opening.certificate >= len(table):
        raise Refused("owner-mismatch", "no such certificate")
    payee = None
    if opening.meter is not None:
        payee = next((entry for entry in table if entry.hash == opening.meter.payee), None)
        if payee is None:
            raise Refused("owner-mismatch", "the payee of a meter")
    return Owned(table[opening.certificate], opening.purpose, opening.request, opening.meter, payee)


def owner_hash(owned: Owned) -> bytes:
    return OwnerContent(owned.certificate.hash, owned.purpose, owned.request, owned.meter).owner


def verify_issue_proof(proof: IssueProof, trust: Trust) -> None:
    """Steps 4.1 to 4.3."""
    issue = proof.issue
    operator = trust.operator(issue.asset.operator)
    if operator is None:
        raise Refused("issuer-unknown")
    if trust.asset(operator.id, issue.asset.code) is None:
        raise Refused("asset-unknown")
    root = merkle_root(issue.id, proof.index, proof.size, proof.path)
    if root is None:
        raise Refused("issue-proof-invalid", "path")
    payload = BatchPayload(operator.id, proof.size, root).item()
    keys = [key for key in operator.keys_for(KeyPurpose.ISSUING) if key.key_id.startswith(proof.key_hint)]
    if not keys:
        raise Refused("issuer-unknown", "no listed issuing key has this hint")
    if not any(verify(key, "issue-batch", payload, proof.signature) for key in keys):
        raise Refused("issue-proof-invalid", "signature")


def _verify_issue(token: Token, trust: Trust, table: list[Certificate]) -> State:
    verify_issue_proof(token.issue, trust)
    issue = token.issue.issue
    if token.opening.meter is not None:
        raise Refused("meter-mismatch", "an issue opens no meter")
    owner = opened(token.opening, table)
    if owner_hash(owner) != issue.owner:
        raise Refused("owner-mismatch", "the issue's owner")
    return State(
        parent=issue.id,
        index=0,
        amount=issue.amount,
        owner=owner,
        previous=None,
        hops=issue.hops_used,
        rules=Rules(issue.conditions, issue.caveats),
        link=None,
        release=None,
        kind=None,
    )


def rebuild(hop: Hop, input_id: bytes, owner: bytes) -> tuple[SignedLink, bytes | None]:
    """Step 5.3: the link as it was signed, and the release that its hop shows."""
    outputs = []
    for index, carried in enumerate(hop.outputs):
        if (carried.owner is None) != (index == hop.index):
            raise Refused("malformed", "an owner is left out where the path goes on, and only there")
        outputs.append(Output(carried.amount, owner if carried.owner is None else carried.owner, carried.caveats))
    if hop.index >= len(outputs):
        raise Refused("malformed", "no such output")
    lock, release = None, None
    if hop.lock is not None:
        release = hop.lock.bytes if hop.lock.state.released else None
        lock_hash = hop.lock.bytes if release is None else sha256(release)
        lock = Lock(hop.lock.state.payee_decides, lock_hash)
    body = LinkBody(tuple(outputs), lock, hop.data, hop.against, hop.after, hop.spent)
    return SignedLink(input_id, body), release


def kind_of(input_state: State, link_locks: bool, payee: Certificate, operator: bytes) -> Kind:
    """Kinds of transfer: the first that fits."""
    if payee.hash == input_state.owner.certificate.hash:
        return Kind.CHANGE
    if payee.profile.role.name == "ISSUER" and payee.operator == operator:
        return Kind.OPERATOR
    previous = input_state.previous
    if not link_locks and previous is not None and payee.hash == previous.certificate.hash:
        return Kind.RETURN
    return Kind.PAYMENT


def check_spending(state: State, link: SignedLink, kind: Kind, index: int) -> None:
    """A Close spends a metered output, and nothing else does: docs/spec/meter.md, "Close"."""
    owner, body = state.owner, link.body
    count = body.data
    if owner.meter is None:
        if isinstance(count, FinalCount):
            raise Refused("meter-mismatch", "a Close without a meter")
        return
    if not isinstance(count, FinalCount) or count.ticks > owner.meter.ticks:
        raise Refused("meter-mismatch", "no Close")
    if body.lock is not None or body.against is not None or body.after:
        raise Refused("meter-mismatch", "no direct link")
    due = due_for(owner.meter, count.ticks)
    paid = [Output(due, OwnerContent(owner.meter.payee, owner.purpose, owner.request).owner, ())] if due > 0 else []
    left = body.outputs[len(paid) :]
    if body.outputs[: len(paid)] != tuple(paid) or len(left) != (1 if state.amount > due else 0):
        raise Refused("meter-mismatch", "other parts")
    if (kind == Kind.CHANGE) != (index >= len(paid)):
        raise Refused("meter-mismatch", "the payer's change")


def _follow(state: State, hop: Hop, position: int, table: list[Certificate], issue: Issue, now: int | None) -> State:
    if state.locked:
        raise Refused("lock-pending")
    owner = opened(hop.opening, table)
    link, release = rebuild(hop, state.output, owner_hash(owner))
    if sum(output.amount for output in link.body.outputs) != state.amount:
        raise Refused("sum-mismatch")
    kind = kind_of(state, link.body.lock is not None, owner.certificate, issue.asset.operator)
    if position > MAX_LINKS[kind]:
        raise Refused("too-many", "links")
    check_spending(state, link, kind, hop.index)
    output = link.body.outputs[hop.index]
    hops = state.hops + (kind != Kind.CHANGE)
    transfer = Transfer(kind, owner.certificate, owner.purpose, output.amount, link.body.against, hops, now)
    violated = state.rules.violation(transfer)
    if violated is not None:
        raise Refused(violated)
    if kind == Kind.PAYMENT:
        check_counted(state.owner.certificate.profile.responsible, link.body.spent, output.amount)
    rules = state.rules.after(transfer, output.caveats)
    if len(rules.caveats) > MAX_LIVE_CAVEATS:
        raise Refused("too-many", "rules")
    if owner.meter is not None:
        terms = MeteredOutput(owner.meter, owner.certificate, owner.payee, owner.purpose)
        check_opening(terms, link, kind, hop.index, position, output.amount, issue.spend_until, rules, hops, now)
    if not verify(state.owner.certificate.key, "link", link.item(), hop.signature):
        raise Refused("signature-invalid", "link")
    count = link.body.data
    if isinstance(count, FinalCount):
        assert state.owner.payee is not None
        if not verify(state.owner.payee.key, "final-count", [state.output, count.ticks], count.signature):
            raise Refused("signature-invalid", "final count")
    for cancel in hop.after:
        payload = CancelPayload(cancel.lock).item()
        signers = [entry for entry in table if entry.hash == cancel.certificate]
        if not any(verify(entry.key, "cancel", payload, cancel.signature) for entry in signers):
            raise Refused("signature-invalid", "cancel")
    return replace(
        state,
        parent=link.id,
        index=hop.index,
        amount=output.amount,
        owner=owner,
        previous=state.owner,
        hops=hops,
        rules=rules,
        link=link,
        release=release,
        kind=kind,
    )
