"""What the wallet asks of its operator: docs/spec/orders.md, over docs/spec/transports.md, "HTTP: operator".

Whatever moves value is written before it is sent and sent again until it is answered: the operator answers the same
order with the same bytes.
"""

from __future__ import annotations

from dataclasses import replace

from ..conditions import AssetId
from ..crypto import SecretKey
from ..identity import Role, Trust, verify_trust_list
from ..links import Planned, make_link
from ..orders import (
    REPLY_BYTES,
    AccountReply,
    Action,
    AskedProfile,
    Claim,
    Enrolled,
    Enrolment,
    EnrolmentBody,
    NewOutput,
    Order,
    Refresh,
    RefusedResult,
    Reply,
    SignedOrder,
    StoredResult,
    ToAccount,
    Withdraw,
    read_reply,
)
from ..refusal import Refused
from ..statement import SaysBalance, SignedStatement, StatementBody
from ..token import IssueProof, Opening, OwnerContent, Token
from ..transports import CONTENT_TYPE, call, write_base64url
from ..walk import Verified
from .records import AskedOrder, OrderState, State
from .wallet import Wallet, fresh

_SMALL = 65_536
MAX_TOKENS = 16


def _fetch_trust_list(address: str) -> bytes:
    return call("GET", address + "/v1/trust-list", None, {}, _SMALL).expect()


def enrol(wallet: Wallet, address: str, pinned: bytes, suite: str, role: Role, class_: str | None) -> None:
    """Makes a key, takes the operator's trust list, has the key certified, and writes the wallet's first state."""
    address = address.rstrip("/")
    encoded_list = _fetch_trust_list(address)
    trust = Trust(verify_trust_list(encoded_list, pinned, 0, wallet.now()))
    key = SecretKey(suite, fresh())
    body = EnrolmentBody(pinned, key.public, AskedProfile(role, class_, None, None), fresh())
    enrolment = Enrolment(body, key.sign("enrolment", body.item())).encode()
    answer = call("POST", address + "/v1/certificates", enrolment, {"content-type": CONTENT_TYPE}, _SMALL)
    enrolled = Enrolled.decode(answer.expect())
    certificate = trust.certificate(enrolled.certificate)
    if certificate.key != key.public or certificate.hash != enrolled.account:
        raise Refused("key-refused", "the certificate is for another key")
    wallet.begin(
        State(suite, key.secret, pinned, address, encoded_list, enrolled.certificate, (), (), (), (), (), ())
    )


def update_trust_list(wallet: Wallet) -> None:
    """Takes the newest trust list, if it is one."""
    encoded = _fetch_trust_list(wallet.state.address)
    verify_trust_list(encoded, wallet.state.operator, wallet.trust.body.version, wallet.now())
    wallet.change(trust_list=encoded)


def account_balance(wallet: Wallet, asset: AssetId) -> int:
    """What the wallet's account holds of an asset."""
    account = wallet.certificate.hash
    body = StatementBody(wallet.state.operator, SaysBalance(account), fresh(), wallet.now())
    statement = SignedStatement(body, wallet.state.certificate, wallet.key.sign("statement", body.item()))
    headers = {"authorization": "Tenten " + write_base64url(statement.encode())}
    answer = call("GET", f"{wallet.state.address}/v1/accounts/{account.hex()}", None, headers, _SMALL)
    balances = AccountReply.decode(answer.expect()).balances
    return next((balance.amount for balance in balances if balance.asset == asset), 0)


def top_up(wallet: Wallet, asset: AssetId, amount: int) -> None:
    """Takes an amount from the account, as one token."""
    action = Withdraw(wallet.certificate.hash, (_to_oneself(wallet, amount),))
    order = _sign(wallet, asset, action)
    _ask(wallet, order.order.digest, "/v1/withdrawals", order.encode(), [])


def redeem(wallet: Wallet, asset: AssetId) -> list[StoredResult]:
    """Returns every token of an asset to the account; as many as one order takes."""
    return _claim(wallet, asset, ToAccount(wallet.certificate.hash), _claimable(wallet, asset))


def refresh(wallet: Wallet, asset: AssetId) -> list[StoredResult]:
    """Exchanges the tokens of an asset for one fresh token."""
    tokens = _claimable(wallet, asset)
    total = sum(token.present.amount for token in tokens)
    return _claim(wallet, asset, Refresh((_to_oneself(wallet, total),)), tokens)


def _to_oneself(wallet: Wallet, amount: int) -> NewOutput:
    request = fresh()
    return NewOutput(amount, OwnerContent(wallet.certificate.hash, None, request).owner, request)


def _sign(wallet: Wallet, asset: AssetId, action: Action) -> SignedOrder:
    order = Order(asset, action, None, fresh(), wallet.now())
    return SignedOrder(order, wallet.state.certificate, wallet.key.sign("order", order.item()))


def _claimable(wallet: Wallet, asset: AssetId) -> list[Verified]:
    tokens = [wallet.verified(encoded) for encoded in wallet.state.tokens]
    own = [token for token in tokens if token.issue.asset == asset and wallet.now() < token.issue.redeem_until]
    if not own:
        raise Refused("funds-insufficient")
    return own[:MAX_TOKENS]


def _claim(wallet: Wallet, asset: AssetId, action: Action, tokens: list[Verified]) -> list[StoredResult]:
    """Each token by a direct link to the operator's desk, under the order's digest: "Redeeming links"."""
    order = _sign(wallet, asset, action)
    desk = wallet.trust.desk(asset.operator)
    digest = order.order.digest
    redeeming = tuple(
        make_link(
            token, [Planned(token.present.amount, desk, None, digest)], None, None, None, wallet.key
        ).tokens[0]
        for token in tokens
    )
    reply = _ask(wallet, digest, "/v1/claims", Claim(order, redeeming).encode(), tokens)
    return list(reply.results)


def _ask(wallet: Wallet, digest: bytes, path: str, body: bytes, tokens: list[Verified]) -> Reply:
    """Writes the order, its tokens no longer spendable, then sends it."""
    asked = AskedOrder(digest, OrderState.ASKED, path, body, None)
    wallet.change(tokens=wallet.without(tokens), orders=wallet.state.orders + (asked,))
    return send(wallet, asked)


def send(wallet: Wallet, asked: AskedOrder) -> Reply:
    """Sends an order (again) and takes in its reply."""
    headers = {"content-type": CONTENT_TYPE, "idempotency-key": asked.digest.hex()}
    answer = call("POST", wallet.state.address + asked.path, asked.body, headers, REPLY_BYTES)
    try:
        encoded = answer.expect()
    except Refused as refused:
        if asked.path == "/v1/withdrawals" and not refused.transient:
            wallet.change(orders=_with_order(wallet, replace(asked, state=OrderState.REFUSED)))
        raise
    reply = read_reply(encoded)
    if reply.order != asked.digest:
        raise Refused("order-mismatch", "the reply to another order")
    if any(isinstance(result, RefusedResult) and result.transient for result in reply.results):
        raise Refused("attempt-pending", "not final for every token: the same claim is sent again later")
    fresh_tokens = [_own(wallet, stored.proof, _openings(wallet, asked)) for stored in reply.issues]
    answered = replace(asked, state=OrderState.ANSWERED, reply=encoded)
    wallet.change(
        tokens=wallet.state.tokens + tuple(token.encode() for token in fresh_tokens),
        owned=wallet.owned_with(fresh_tokens),
        orders=_with_order(wallet, answered),
    )
    return reply


def _with_order(wallet: Wallet, order: AskedOrder) -> tuple[AskedOrder, ...]:
    return tuple(known for known in wallet.state.orders if known.digest != order.digest) + (order,)


def _openings(wallet: Wallet, asked: AskedOrder) -> list[OwnerContent]:
    """Every owner that the issues of a reply may have: what the order asked for, and the tokens' own owners."""
    if asked.path == "/v1/withdrawals":
        order, tokens = SignedOrder.decode(asked.body).order, []
    else:
        claim = Claim.decode(asked.body)
        order, tokens = claim.order.order, [wallet.verified(token.encode()) for token in claim.tokens]
    outputs = () if isinstance(order.action, ToAccount) else order.action.outputs
    own = wallet.certificate.hash
    openings = [OwnerContent(own, None, output.own_request) for output in outputs if output.own_request is not None]
    owners = [token.states[-2].owner for token in tokens]
    return openings + [OwnerContent(owner.certificate.hash, owner.purpose, owner.request) for owner in owners]


def _own(wallet: Wallet, proof: IssueProof, openings: list[OwnerContent]) -> Token:
    """The token of an issue that this wallet can open, verified."""
    for opening in openings:
        if opening.owner == proof.issue.owner:
            token = Token(proof, Opening(0, opening.purpose, opening.request), (), (wallet.state.certificate,))
            wallet.verified(token.encode())
            return token
    raise Refused("owner-mismatch", "an issue to somebody else")
