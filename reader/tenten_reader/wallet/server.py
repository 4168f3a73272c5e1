"""The wallet's own address: docs/spec/transports.md, "HTTP: hand-over". One call at a time; what a payee says it has
written before.
"""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Callable

from ..conditions import AssetId
from ..messages import Mode, RequestMessage
from ..refusal import Refused
from ..transports import BUNDLE_BYTES, CONTENT_TYPE, read_messages, write_bundle
from . import payee
from .wallet import Wallet

QUESTION_BYTES = 4_096
_STATUS = {"malformed": 400, "too-large": 413, "too-many": 413, "type-unknown": 415}


class WalletServer(HTTPServer):
    """Listens on the loopback address. `changed` is called after each bundle."""

    def __init__(
        self,
        wallet: Wallet,
        port: int,
        asset: AssetId,
        amount: int | None,
        mode: Mode,
        changed: Callable[[], None],
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.wallet = wallet
        self.asset = asset
        self.amount = amount
        self.mode = mode
        self.changed = changed

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: WalletServer
    timeout = 20

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: what passes here is value."""

    def do_POST(self) -> None:
        routes = {"/v1/handover": self._hand_over, "/v1/requests": self._request}
        route = routes.get(self.path)
        if route is None:
            self._problem(404, "not-found")
            return
        try:
            body = route()
        except Refused as refused:
            self._problem(_STATUS.get(refused.code, 422), refused.code)
            return
        self._answer(200, CONTENT_TYPE, body)
        self.server.changed()

    def do_GET(self) -> None:
        known = self.path in ("/v1/handover", "/v1/requests")
        self._problem(405 if known else 404, "method-not-allowed" if known else "not-found")

    def _body(self, content_type: str, most: int) -> bytes:
        if self.headers.get_content_type() != content_type or "content-encoding" in self.headers:
            raise Refused("type-unknown", "content type")
        try:
            length = int(self.headers.get("content-length", ""))
        except ValueError:
            raise Refused("malformed", "length") from None
        if not 0 <= length <= most:
            raise Refused("too-large")
        return self.rfile.read(length)

    def _hand_over(self) -> bytes:
        messages = read_messages(self._body(CONTENT_TYPE, BUNDLE_BYTES))
        return write_bundle(payee.handle(self.server.wallet, messages))

    def _request(self) -> bytes:
        asset, asked = self._question()
        amount = self.server.amount if self.server.amount is not None else asked
        if asset != self.server.asset or asked not in (0, amount):
            raise Refused("request-mismatch", "something else is asked for here")
        request = payee.ask(self.server.wallet, asset, amount, self.server.mode, "")
        return write_bundle([RequestMessage(request, None).encode()])

    def _question(self) -> tuple[AssetId, int]:
        """What the payer would like to pay: an asset and an amount, each of which may be left out."""
        try:
            question = json.loads(self._body("application/json", QUESTION_BYTES))
            asset, amount = question.get("asset"), question.get("amount")
            if amount is not None and re.fullmatch("[1-9][0-9]{0,18}", amount) is None:
                raise Refused("malformed", "amount")
            named = self.server.asset if asset is None else AssetId(bytes.fromhex(asset["operator"]), asset["code"])
            return named, int(amount or 0)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused("malformed", "question") from None

    def _problem(self, status: int, code: str) -> None:
        problem = {
            "title": code,
            "status": status,
            "code": code,
            "retryable": Refused(code).transient,
            "fundsState": "safe",
            "nextAction": "mend the call",
        }
        self._answer(status, "application/problem+json", json.dumps(problem).encode("utf-8"))

    def _answer(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
