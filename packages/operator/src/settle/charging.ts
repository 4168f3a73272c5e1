/**
 * Charges of cards: the claim is filed under the charge's reference, durable, before the acquirer hears of it.
 *
 *   filed ──▶ status? ──none──▶ authorise ──▶ capture ──▶ captured: paid
 *                │ authorised ─────────────────▲  │ declined: reopened
 *                └──◀── no answer: ask again ◀────┘
 *
 * Nothing but the acquirer's word moves the claim, and everything that is asked names the one reference: so a crash or a
 * lost answer at any place charges once. What stays unknown stays filed, and is asked about again.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	partyFileId,
	type Refusal,
	refuse,
	sha256,
	stepClaim,
	toHex,
	toUtf8,
} from "@tenten/protocol";
import { insertMissing } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import type { Acquirer, Charge, ChargeState } from "./acquirer.ts";
import { type AssetMoney, refuseScale } from "./asset-money.ts";
import { claimOf, type KeptClaim, stepIn } from "./claim-rows.ts";
import { keepFile, keptFile, lineReference } from "./filing.ts";

export type Charging = {
	readonly claim: Bytes;
	readonly money: AssetMoney;
	/** what the acquirer knows the card by */
	readonly card: string;
};

/** A charge that was begun, with the file that its claim is in. */
export type BegunCharge = { readonly file: Bytes; readonly claim: Bytes; readonly charge: Charge };

/**
 * The charge of a claim: the one that is open, or the next. `claim-unknown`, `claim-filed` where a bank's file has it,
 * `claim-paid`, `asset-mismatch` for what the party is owed, another asset than the money, or by `refuseScale`.
 */
export async function beginCharge(
	transaction: Transaction,
	{ claim: id, money, card }: Charging,
	operator: Bytes,
	now: number,
): Promise<BegunCharge | Refusal> {
	const claim = await claimOf(transaction, id);
	if (claim === undefined) return refuse("claim-unknown", toHex(id));
	if (claim.direction !== "debit") return refuse("asset-mismatch", "nothing is owed by this party");
	if (!equalBytes(claim.asset, money.asset)) return refuse("asset-mismatch", "a claim of another asset");
	const wrong = await refuseScale(transaction, money);
	if (wrong !== undefined) return wrong;
	const last = claim.history.at(-1);
	if (last?.kind === "filed") {
		const open = await openCharge(transaction, claim, last.file);
		return open ?? refuse("claim-filed", "a bank's file has it");
	}
	// Each charge of a claim has a name of its own: by it the acquirer tells another try from a repeat.
	const name = `card-${claim.history.length}-${toHex(id).slice(0, 40)}`;
	const file = partyFileId({ operator, name });
	const step = stepClaim(claim.history, { kind: "file", file }, claim.direction);
	if (isRefusal(step)) return step;
	const { currency } = money;
	const content = toUtf8(JSON.stringify({ currency, card }));
	await keepFile(
		transaction,
		{ file_id: file, name, rail: "card", asked: sha256(content), content, made_at: now },
		[claim],
	);
	return begun(claim, file, { currency, card });
}

/** Every charge whose claim waits for the acquirer's word. */
export async function openCharges(transaction: Transaction): Promise<readonly BegunCharge[]> {
	const rows = await transaction
		.selectFrom("party_files")
		.innerJoin("party_file_lines", "party_file_lines.file_id", "party_files.file_id")
		.select(["party_files.file_id", "claim_id"])
		.where("rail", "=", "card")
		.orderBy("party_files.file_id")
		.execute();
	const open: BegunCharge[] = [];
	for (const { file_id, claim_id } of rows) {
		const claim = await claimOf(transaction, claim_id);
		const last = claim?.history.at(-1);
		if (claim === undefined || last?.kind !== "filed" || !equalBytes(last.file, file_id)) continue;
		const charge = await openCharge(transaction, claim, file_id);
		if (charge !== undefined) open.push(charge);
	}
	return open;
}

async function openCharge(
	transaction: Transaction,
	claim: KeptClaim,
	file: Bytes,
): Promise<BegunCharge | undefined> {
	const kept = await keptFile(transaction, file);
	if (kept?.rail !== "card") return undefined;
	return begun(claim, file, JSON.parse(new TextDecoder().decode(kept.content)) as CardTerms);
}

type CardTerms = { readonly currency: string; readonly card: string };

function begun({ id, amount }: KeptClaim, file: Bytes, { currency, card }: CardTerms): BegunCharge {
	return { file, claim: id, charge: { reference: lineReference(file, id), amount, currency, card } };
}

/** How often an acquirer is asked about one charge before it is left for later. */
const asksMost = 6;

/** Drives a charge to its end; `unknown` where the acquirer did not say. Safe to run again, and beside itself. */
export async function drive(acquirer: Acquirer, charge: Charge): Promise<ChargeState> {
	let state = await acquirer.status(charge);
	for (let asks = 1; asks < asksMost; asks++) {
		switch (state.kind) {
			case "none":
				state = await acquirer.authorise(charge);
				break;
			case "authorised":
				state = await acquirer.capture(charge);
				break;
			case "unknown":
				state = await acquirer.status(charge);
				break;
			case "captured":
			case "declined":
				return state;
			default:
				return state satisfies never;
		}
	}
	return state.kind === "captured" || state.kind === "declined" ? state : { kind: "unknown" };
}

/** What the acquirer said in the end, into the claim. Where it took another amount, that waits for somebody to look. */
export async function endCharge(
	transaction: Transaction,
	{ file, claim: id, charge }: BegunCharge,
	state: ChargeState,
): Promise<void> {
	const claim = await claimOf(transaction, id);
	if (claim === undefined || (state.kind !== "captured" && state.kind !== "declined")) return;
	const isWrong = state.kind === "captured" && state.amount !== charge.amount;
	const step = isWrong
		? refuse("result-mismatch", `${state.amount} minor units were taken, asked for ${charge.amount}`)
		: await stepIn(
				transaction,
				claim,
				state.kind === "captured" ? { kind: "settled", file } : { kind: "refused", file, why: state.why },
			);
	if (!isRefusal(step)) return;
	const { reference } = charge;
	await insertMissing(transaction, "party_contradictions", [
		{ result_id: file, place: 0, reference, detail: (step as Refusal).detail },
	]);
}
