/** Claims on parties as rows: each with all states that it ever had; the next one's number is its guard (ADR 0029). */
import {
	type Bytes,
	type ClaimEvent,
	type ClaimState,
	type ClaimStep,
	type Direction,
	isRefusal,
	type Refusal,
	stepClaim,
} from "@tenten/protocol";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";

export type KeptClaim = {
	readonly id: Bytes;
	readonly party: Bytes;
	readonly asset: Bytes;
	readonly direction: Direction;
	/** minor units */
	readonly amount: bigint;
	/** oldest first */
	readonly history: readonly [ClaimState, ...ClaimState[]];
};

export async function claimOf(transaction: Transaction, id: Bytes): Promise<KeptClaim | undefined> {
	const row = await transaction
		.selectFrom("party_claims")
		.select(["claim_id", "party", "asset", "direction", "amount"])
		.where("claim_id", "=", id)
		.executeTakeFirst();
	return row && { ...claimIn(row), history: await historyOf(transaction, id) };
}

/** All of them, in the order in which they were made. */
export async function everyClaim(transaction: Transaction): Promise<readonly KeptClaim[]> {
	const rows = await transaction
		.selectFrom("party_claims")
		.select(["claim_id", "party", "asset", "direction", "amount"])
		.orderBy("made_at")
		.orderBy("claim_id")
		.execute();
	const claims: KeptClaim[] = [];
	for (const row of rows)
		claims.push({ ...claimIn(row), history: await historyOf(transaction, row.claim_id) });
	return claims;
}

type ClaimRow = {
	readonly claim_id: Bytes;
	readonly party: Bytes;
	readonly asset: Bytes;
	readonly direction: string;
	readonly amount: bigint;
};

function claimIn({ claim_id, party, asset, direction, amount }: ClaimRow): Omit<KeptClaim, "history"> {
	return { id: claim_id, party, asset, direction: direction as Direction, amount };
}

async function historyOf(transaction: Transaction, claim: Bytes): Promise<KeptClaim["history"]> {
	const rows = await transaction
		.selectFrom("party_claim_states")
		.select(["state", "file_id", "why"])
		.where("claim_id", "=", claim)
		.orderBy("turn")
		.execute();
	const [first, ...others] = rows.map(stateIn);
	if (first === undefined) throw new Error("the database is damaged: a claim without a state");
	return [first, ...others];
}

type StateRow = { readonly state: string; readonly file_id: Bytes | null; readonly why: string | null };

function stateIn({ state, file_id, why }: StateRow): ClaimState {
	if (state === "claimed") return { kind: "claimed" };
	if (file_id !== null && (state === "filed" || state === "paid")) return { kind: state, file: file_id };
	if (file_id !== null && state === "reopened") return { kind: state, file: file_id, why: why ?? "" };
	throw new Error(`the database is damaged: a claim is ${state}`);
}

export async function keepState(
	transaction: Transaction,
	claim: Bytes,
	turn: number,
	state: ClaimState,
): Promise<void> {
	const file_id = state.kind === "claimed" ? null : state.file;
	const why = state.kind === "reopened" ? state.why : null;
	await insertNew(transaction, "party_claim_states", [
		{ claim_id: claim, turn, state: state.kind, file_id, why },
	]);
}

/** The claim after an event, durable with its transaction: what suspends is kept for whoever suspends. */
export async function stepIn(
	transaction: Transaction,
	claim: KeptClaim,
	event: ClaimEvent,
): Promise<ClaimStep | Refusal> {
	const step = stepClaim(claim.history, event, claim.direction);
	if (isRefusal(step)) return step;
	const { next, suspends } = step as ClaimStep;
	if (next === null) return step;
	await keepState(transaction, claim.id, claim.history.length, next);
	if (suspends && next.kind === "reopened")
		await insertNew(transaction, "party_suspensions", [
			{ claim_id: claim.id, file_id: next.file, party: claim.party, why: next.why, told_at: null },
		]);
	return step;
}
