"""Refusals: docs/spec/encoding.md, "Refusals".

Only the codes that say "take it again later" are listed: every other code is final, and so is one that is not listed
there at all (docs/spec/handover.md, "The payer's machine").
"""

TRANSIENT = frozenset(
    {
        "authority-unknown",
        "certificate-not-yet-valid",
        "status-list-expired",
        "trust-list-expired",
        "freeze-list-expired",
        "issuer-unknown",
        "asset-unknown",
        "lock-pending",
        "condition-not-before",
        "attempt-unknown",
        "attempt-pending",
        "document-missing",
        "ruling-early",
        "answer-disputed",
        "wallet-in-use",
        "part-missing",
        "channel-failed",
        "issue-stopped",
        "payout-stopped",
        "rate-limited",
        "overloaded",
        "issue-unlogged",
        "log-in-use",
        "quorum-missing",
        "quorum-stale",
        "exposure-exceeded",
        "record-early",
        "claim-filed",
        "answer-pending",
        "store-full",
        "list-stale",
        "mandate-over",
    }
)


class Refused(Exception):
    """An input that the specification refuses; nothing has changed."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    @property
    def transient(self) -> bool:
        """Whether the same input may be taken later."""
        return self.code in TRANSIENT
