/**
 * Payments across operators as rows: agreements with what is at risk under each, and how each payment stands.
 *
 * What was verified before it was written is not verified again. Whoever changes what is at risk raises the
 * agreement's turn first, and so waits for whoever does already.
 */
import {
	type Agreement,
	agreement,
	type Bytes,
	type Destination,
	equalBytes,
	isRefusal,
	type Positions,
	parse,
	type Refusal,
	refuse,
	type SignedQuote,
	type Source,
	serialize,
	signedQuote,
	transferId,
	type VerifiedAgreement,
	type VerifiedQuote,
} from "@tenten/protocol";
import { insertNew } from "../store/insert-new.ts";
import { insertMissing } from "../store/sets.ts";
import { mustWrite, type Transaction } from "../store/store.ts";

/** Of what was written here: it reads, or the database is damaged. */
export function undamaged<T>(read: T | Refusal, what: string): T {
	if (isRefusal(read)) throw new Error(`the database is damaged: ${what} does not read`);
	return read as T;
}

/** Once; nothing changes where it is there. */
export async function insertAgreement(transaction: Transaction, id: Bytes, signed: Agreement): Promise<void> {
	const row = { agreement_id: id, encoded: serialize(agreement, signed) };
	await insertMissing(transaction, "crossing_agreements", [
		{ ...row, open: 0n, unsettled: 0n, peer_seal: 0, turn: 0n },
	]);
}

/** One that this operator keeps, or `agreement-unknown`. */
export async function agreementOf(transaction: Transaction, id: Bytes): Promise<VerifiedAgreement | Refusal> {
	const signed = await keptAgreement(transaction, id);
	return signed === undefined
		? refuse("agreement-unknown")
		: { verified: "agreement", id, body: signed.body };
}

/** With both signatures; it is there. */
export async function signedAgreementOf(transaction: Transaction, id: Bytes): Promise<Agreement> {
	const signed = await keptAgreement(transaction, id);
	if (signed === undefined) throw new Error("the database is damaged: an agreement is gone");
	return signed;
}

async function keptAgreement(transaction: Transaction, id: Bytes): Promise<Agreement | undefined> {
	const row = await transaction
		.selectFrom("crossing_agreements")
		.select("encoded")
		.where("agreement_id", "=", id)
		.executeTakeFirst();
	return row && undamaged(parse(agreement, row.encoded), "an agreement");
}

export type Risk = {
	readonly positions: Positions;
	/** the number of the newest seal of the source that was shown under it; 0: none */
	readonly peerSeal: number;
};

/** Waits for whoever changes what is at risk under this agreement; nobody else does until the transaction ends. */
export async function takeRisk(transaction: Transaction, id: Bytes): Promise<Risk> {
	const row = await transaction
		.updateTable("crossing_agreements")
		.set((kept) => ({ turn: kept("turn", "+", 1n) }))
		.where("agreement_id", "=", id)
		.returning(["open", "unsettled", "peer_seal"])
		.executeTakeFirst();
	if (row === undefined) throw new Error("the database is damaged: an agreement is gone");
	return { positions: { open: row.open, unsettled: row.unsettled }, peerSeal: Number(row.peer_seal) };
}

export async function putRisk(
	transaction: Transaction,
	id: Bytes,
	{ positions, peerSeal }: Risk,
): Promise<void> {
	const { numUpdatedRows } = await transaction
		.updateTable("crossing_agreements")
		.set({ ...positions, peer_seal: peerSeal })
		.where("agreement_id", "=", id)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

export type KeptCrossing = {
	readonly signed: SignedQuote;
	readonly kept: Source | Destination;
	readonly version: bigint;
};

export async function crossingOf(
	transaction: Transaction,
	transfer: Bytes,
): Promise<KeptCrossing | undefined> {
	const row = await transaction
		.selectFrom("crossings")
		.selectAll()
		.where("transfer_id", "=", transfer)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const signed = undamaged(parse(signedQuote, row.quote), "a quote");
	const agreed = undamaged(await agreementOf(transaction, row.agreement_id), "an agreement");
	const { body } = signed;
	if (!equalBytes(transferId(body), transfer))
		throw new Error("the database is damaged: a quote of another transfer");
	const quote = { verified: "quote", transfer, body, agreement: agreed } as const;
	return { signed, kept: keptOf(row.state, quote, row.release), version: row.version };
}

function keptOf(kind: string, quote: VerifiedQuote, release: Bytes | null): Source | Destination {
	switch (kind) {
		case "locked":
		case "returned":
		case "reserved":
		case "voided":
			return { kind, quote };
		case "committed":
		case "credited":
			if (release !== null) return { kind, quote, release };
	}
	throw new Error("the database is damaged: a payment across operators in no state");
}

/** Writes how it stands after what was read of it. */
export async function keepCrossing(
	transaction: Transaction,
	before: KeptCrossing | undefined,
	signed: SignedQuote,
	kept: Source | Destination,
	proveUntil: number,
): Promise<void> {
	const { transfer, agreement: agreed } = kept.quote;
	await keepAmount(transaction, kept);
	const row = {
		state: kept.kind,
		release: "release" in kept ? kept.release : null,
		prove_until: proveUntil,
	};
	if (before === undefined) {
		const fresh = { transfer_id: transfer, agreement_id: agreed.id, quote: serialize(signedQuote, signed) };
		return insertNew(transaction, "crossings", [{ ...fresh, ...row, version: 1n }]);
	}
	const { numUpdatedRows } = await transaction
		.updateTable("crossings")
		.set({ ...row, version: before.version + 1n })
		.where("transfer_id", "=", transfer)
		.where("version", "=", before.version)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

/** Open until it ended; then counted where it was committed. */
async function keepAmount(transaction: Transaction, { kind, quote }: Source | Destination): Promise<void> {
	const { transfer, agreement: agreed, body } = quote;
	const key = { agreement_id: agreed.id, decides: body.decides, transfer_id: transfer };
	const isOpen = kind === "locked" || kind === "reserved";
	if (kind === "returned" || kind === "voided") {
		const { agreement_id, decides, transfer_id } = key;
		await transaction
			.deleteFrom("crossing_amounts")
			.where("agreement_id", "=", agreement_id)
			.where("decides", "=", decides)
			.where("transfer_id", "=", transfer_id)
			.execute();
		return;
	}
	const row = { is_open: isOpen ? 1 : 0, credits: body.credits, crosses: body.pays - body.fee };
	await transaction
		.insertInto("crossing_amounts")
		.values({ ...key, ...row })
		.onConflict((conflict) =>
			conflict.columns(["agreement_id", "decides", "transfer_id"]).doUpdateSet({ is_open: row.is_open }),
		)
		.execute();
}
