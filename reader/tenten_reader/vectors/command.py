"""`python3 -m tenten_reader vectors DIR`: judges every vector of a folder, and prints where this reader disagrees."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Callable

from ..refusal import Refused
from . import judges, judges_devices, judges_fog, judges_freezes, judges_handover, judges_log, judges_registry, judges_qr, judges_relay, judges_seals, judges_token, judges_transports, judges_wallet
from .judges import Input

JUDGES: dict[str, Callable[[Input], Any]] = {
    "item": judges.judge_item,
    "structure": judges.judge_structure,
    "hash": judges.judge_hash,
    "signature": judges.judge_signature,
    "signed": judges.judge_signed,
    "path": judges.judge_path,
    "trustList": judges.judge_trust_list,
    "certificate": judges.judge_certificate,
    "definition": judges.judge_definition,
    "evidence": judges.judge_evidence,
    "excess": judges_devices.judge_excess,
    "delegations": judges_devices.judge_delegations,
    "approval": judges_fog.judge_approval,
    "freezeList": judges_freezes.judge_freeze_list,
    "frozen": judges_freezes.judge_frozen,
    "appeal": judges_freezes.judge_appeal,
    "appealOutcome": judges_freezes.judge_appeal_outcome,
    "token": judges_token.judge_token,
    "request": judges_token.judge_request,
    "transfer": judges_handover.judge_transfer,
    "payer": judges_handover.judge_payer,
    "payee": judges_handover.judge_payee,
    "receipt": judges_handover.judge_receipt,
    "documents": judges_handover.judge_documents,
    "enrolment": judges_registry.judge_enrolment,
    "order": judges_registry.judge_order,
    "claim": judges_registry.judge_claim_of,
    "redemption": judges_registry.judge_redemption,
    "statement": judges_registry.judge_statement,
    "falseStatement": judges_registry.judge_false_statement,
    "ticks": judges_token.judge_ticks,
    "refund": judges_registry.judge_refund_of,
    "ruling": judges_registry.judge_ruling,
    "inclusion": judges_log.judge_inclusion,
    "consistency": judges_log.judge_consistency,
    "verifierKey": judges_log.judge_verifier_key,
    "checkpoint": judges_log.judge_checkpoint,
    "sealProof": judges_seals.judge_seal_proof,
    "sealRules": judges_seals.judge_seal_rules,
    "sealCosignature": judges_seals.judge_cosignature,
    "sealRefusal": judges_seals.judge_refusal,
    "agreement": judges_seals.judge_agreement,
    "quote": judges_seals.judge_quote,
    "quoting": judges_seals.judge_quoting,
    "crossingSource": judges_seals.judge_crossing_source,
    "crossingDestination": judges_seals.judge_crossing_destination,
    "ruleBook": judges_seals.judge_rule_book,
    "outcome": judges_seals.judge_outcome,
    "misbehaviour": judges_seals.judge_misbehaviour,
    "bundle": judges_transports.judge_bundle,
    "link": judges_transports.judge_link,
    "invitation": judges_relay.judge_invitation,
    "relayFrame": judges_relay.judge_relay_frame,
    "qr": judges_qr.judge_qr,
    "peer": judges_transports.judge_peer,
    "documentKey": judges_transports.judge_document_key,
    "sealed": judges_transports.judge_sealed,
    "recoveryCode": judges_wallet.judge_recovery_code,
    "backup": judges_wallet.judge_backup,
    "registration": judges_wallet.judge_registration,
    "assertion": judges_wallet.judge_assertion,
}


def judged(judge: str, given: dict[str, Any]) -> dict[str, Any]:
    """What this reader makes of an input: `accepted`, or `refused`, as the vectors write it."""
    try:
        return {"accepted": JUDGES[judge](Input(given))}
    except judges_handover.RefusedAbout as refused:
        return {"refused": refused.code, "about": refused.about.hex()}
    except Refused as refused:
        return {"refused": refused.code}


def judge_file(path: Path) -> tuple[int, int, list[str]]:
    """How many vectors a file has that are accepted and refused, and a line for each on which this reader differs."""
    file = json.loads(path.read_text("utf-8"))
    accepted, refused, differences = 0, 0, []
    for number, vector in enumerate(file["vectors"]):
        expected = vector["expect"]
        accepted += "accepted" in expected
        refused += "refused" in expected
        if file["judge"] not in JUDGES:
            differences.append(f"{path.name} {number}: no judge {file['judge']}")
            continue
        said = judged(file["judge"], {**file["given"], **vector["input"]})
        if said != expected:
            differences.append(f"{path.name} {number}: {vector['comment']}: {say(said)} instead of {say(expected)}")
    return accepted, refused, differences


def say(verdict: dict[str, Any]) -> str:
    text = json.dumps(verdict, sort_keys=True)
    return text if len(text) <= 1000 else text[:1000] + "…"


def run(given: argparse.Namespace) -> int:
    paths = sorted(given.folder.glob("*.json"))
    if not paths:
        print(f"no vectors in {given.folder}")
        return 1
    total, different = 0, 0
    for path in paths:
        accepted, refused, differences = judge_file(path)
        total += accepted + refused
        different += len(differences)
        print(f"{path.name}: {accepted} accepted, {refused} refused, {len(differences)} differences")
        for difference in differences[: given.show]:
            print(f"  {difference}")
    print(f"{total} vectors in {len(paths)} files, {different} differences")
    return 1 if different else 0


def add_command(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the folder of the vectors")
    parser.add_argument("--show", type=int, default=20, help="differences to show of a file (default: 20)")
    parser.set_defaults(run=run)
