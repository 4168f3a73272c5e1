"""Judge of approvals: docs/spec/fog.md."""

from __future__ import annotations

from typing import Any

from ..conditions import AssetId
from ..fog import check_approves, verify_approval
from .injson import structure
from .judges import Input


def judge_approval(given: Input) -> Any:
    approval = verify_approval(given.data("approval"), given.trust)
    values = given.values
    asset = AssetId(given.data("operator"), values["code"])
    check_approves(
        approval, given.data("request"), asset, int(values["amount"]), given.data("payer"), values["now"]
    )
    return {"mandate": approval.mandate.body.id.hex(), "body": structure(approval.body)}
