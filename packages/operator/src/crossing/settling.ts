/**
 * Settling: what crossed under an agreement up to a seal of the source, countersigned; then it is at risk no more.
 *
 *   destination counts, signs, keeps ─▶ source counts the same, countersigns, moves ─▶ destination moves, risk is less
 *
 * Counted are payments by the seals that decided them, so both count the same or do not sign. What was proposed is
 * proposed again until it is countersigned, and nothing else of the same asset meanwhile (`positions.ts`). What the source owes stands on an account of its own from then on, for
 * whatever pays it outside; so does what is owed to the destination, and both directions between two are netted there.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type OperatorKeys,
	parse,
	type Refusal,
	refuse,
	type SettlementBody,
	serialize,
	settlementBody,
	settlementHash,
	signSettlement,
	taggedHash,
	unsignedSettlement,
	type VerifiedAgreement,
	withSettled,
} from "@tenten/protocol";
import { openAccountsIn, postIn } from "../ledger/posting.ts";
import { insertNew } from "../store/insert-new.ts";
import { mustWrite, type Store, type Transaction } from "../store/store.ts";
import { peerAccount, type Side } from "./money.ts";
import { newestOf } from "./peer-rows.ts";
import {
	type Between,
	isPosition,
	positionAfter,
	positionIn,
	putPosition,
	takePosition,
} from "./positions.ts";
import type { Quoter } from "./quoting.ts";
import { agreementOf, putRisk, takeRisk, undamaged } from "./rows.ts";

/** What was countersigned and is to be paid outside, of an asset: credits are owed to the peer, debits by it. */
export function settledAccount(peer: Bytes, asset: Bytes): Bytes {
	return taggedHash("account", ["crossing settled", peer, asset]);
}

type Kept = {
	readonly body: SettlementBody;
	readonly byDestination: Bytes;
	/** null: proposed, and not countersigned */
	readonly bySource: Bytes | null;
};

async function newestIn(transaction: Transaction, agreement: Bytes): Promise<Kept | undefined> {
	const row = await transaction
		.selectFrom("crossing_settlements")
		.selectAll()
		.where("agreement_id", "=", agreement)
		.orderBy("number", "desc")
		.limit(1)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const body = undamaged(parse(settlementBody, row.body), "a settlement");
	return { body, byDestination: row.by_destination, bySource: row.by_source };
}

type Counted = Pick<SettlementBody, "count" | "credits" | "crosses"> & { readonly isOpen: boolean };

/** Of payments decided after seal `after`, up to `through`. */
async function counted(
	transaction: Transaction,
	agreement: Bytes,
	after: number,
	through: number,
): Promise<Counted> {
	const rows = await transaction
		.selectFrom("crossing_amounts")
		.select(["is_open", "credits", "crosses"])
		.where("agreement_id", "=", agreement)
		.where("decides", ">", after)
		.where("decides", "<=", through)
		.execute();
	const done = rows.filter(({ is_open }) => Number(is_open) === 0);
	return {
		isOpen: done.length < rows.length,
		count: done.length,
		credits: done.reduce((sum, { credits }) => sum + credits, 0n),
		crosses: done.reduce((sum, { crosses }) => sum + crosses, 0n),
	};
}

/** Between the two of an agreement, as this side of it has it. */
function betweenBoth({ source, destination, paid: asset }: VerifiedAgreement["body"], side: Side): Between {
	return { peer: side === "source" ? destination : source, asset, side };
}

/** What is to be signed now by the destination; undefined where nothing is due. */
async function draftIn(
	transaction: Transaction,
	{ id, body: agreed }: VerifiedAgreement,
	before: Kept | undefined,
	now: number,
): Promise<SettlementBody | undefined> {
	if (now < (before?.body.at ?? agreed.from) + agreed.settlement) return undefined;
	const stands = await positionIn(transaction, betweenBoth(agreed, "destination"));
	if (isRefusal(stands) || stands.proposed !== null) return undefined;
	const after = before?.body.through ?? 0;
	const open = await transaction
		.selectFrom("crossing_amounts")
		.select(({ fn }) => fn.min<bigint | number | null>("decides").as("first"))
		.where("agreement_id", "=", id)
		.where("is_open", "=", 1)
		.executeTakeFirst();
	const { number: newest } = await newestOf(transaction, agreed.source);
	const through = Math.min(newest, open?.first == null ? newest : Number(open.first) - 1);
	if (through <= after) return undefined;
	const { count, credits, crosses } = await counted(transaction, id, after, through);
	if (count === 0) return undefined;
	const previous = before === undefined ? null : settlementHash(before.body);
	const number = (before?.body.number ?? 0) + 1;
	const position = positionAfter(stands, crosses);
	return { agreement: id, number, previous, through, count, credits, crosses, position, at: now };
}

/** Agreements under which something was proposed that the source has not signed: in force or not, it is asked again. */
export async function proposedIn(transaction: Transaction): Promise<readonly VerifiedAgreement[]> {
	const rows = await transaction
		.selectFrom("crossing_settlements")
		.select("agreement_id")
		.where("by_source", "is", null)
		.execute();
	const found: VerifiedAgreement[] = [];
	for (const { agreement_id } of rows)
		found.push(undamaged(await agreementOf(transaction, agreement_id), "an agreement"));
	return found;
}

export type Proposal = { readonly body: SettlementBody; readonly byDestination: Bytes };

/** At the destination: what the source is asked to countersign, kept before it is; undefined where nothing is due. */
export async function proposeSettlement(
	store: Store,
	agreed: VerifiedAgreement,
	{ now, signer }: Quoter,
): Promise<Proposal | undefined> {
	const due = await store.read(async (transaction) => {
		const newest = await newestIn(transaction, agreed.id);
		if (newest !== undefined && newest.bySource === null) return newest;
		const body = await draftIn(transaction, agreed, newest, now());
		return body === undefined ? undefined : { body, byDestination: null };
	});
	if (due === undefined) return undefined;
	const { body } = due;
	if (due.byDestination !== null) return { body, byDestination: due.byDestination };
	const byDestination = await signSettlement(body, signer());
	return store.run(async (transaction) => {
		await takeRisk(transaction, agreed.id);
		const newest = await newestIn(transaction, agreed.id);
		// Another process was first: that one's is proposed in the next round.
		if ((newest?.body.number ?? 0) >= body.number) return undefined;
		const between = betweenBoth(agreed.body, "destination");
		const stands = await takePosition(transaction, between);
		if (isRefusal(stands) || stands.proposed !== null) return undefined;
		if (!isPosition(positionAfter(stands, body.crosses), body.position)) return undefined;
		await putPosition(transaction, between, { ...stands, proposed: agreed.id });
		await keep(transaction, { body, byDestination, bySource: null });
		return { body, byDestination };
	});
}

function keep(transaction: Transaction, { body, byDestination, bySource }: Kept): Promise<void> {
	return insertNew(transaction, "crossing_settlements", [
		{
			agreement_id: body.agreement,
			number: body.number,
			body: serialize(settlementBody, body),
			by_destination: byDestination,
			by_source: bySource,
		},
	]);
}

/** At the destination: takes the source's signature, and what was settled from what is at risk. */
export function settleAtDestination(
	store: Store,
	agreed: VerifiedAgreement,
	{ body }: Proposal,
	bySource: Bytes,
	{ keys, now }: { readonly keys: OperatorKeys; readonly now: () => number },
): Promise<Refusal | undefined> {
	const unsigned = unsignedSettlement(body, bySource, "source", agreed, keys);
	if (unsigned !== undefined) return Promise.resolve(unsigned);
	return store.run(async (transaction) => {
		const { positions, peerSeal } = await takeRisk(transaction, agreed.id);
		const newest = await newestIn(transaction, agreed.id);
		if (newest === undefined || newest.body.number !== body.number || newest.bySource !== null)
			return undefined;
		await putRisk(transaction, agreed.id, { positions: withSettled(positions, body.credits), peerSeal });
		const between = betweenBoth(agreed.body, "destination");
		undamaged(await takePosition(transaction, between), "a position");
		await putPosition(transaction, between, { ...body.position, proposed: null });
		await moveSettled(transaction, agreed, "destination", body, now());
		const { numUpdatedRows } = await transaction
			.updateTable("crossing_settlements")
			.set({ by_source: bySource })
			.where("agreement_id", "=", agreed.id)
			.where("number", "=", body.number)
			.where("by_source", "is", null)
			.executeTakeFirst();
		mustWrite(numUpdatedRows, 1);
		return undefined;
	});
}

/**
 * At the source: its signature, where it counts the same; else `agreement-unknown`, `signature-invalid`,
 * `attempt-pending` while it has not decided all of it, `proof-invalid` where it counts otherwise.
 */
export async function countersignSettlement(
	store: Store,
	peer: Bytes,
	{ body, byDestination }: Proposal,
	{ operator, keys, now, signer }: Quoter,
): Promise<Bytes | Refusal> {
	const agreed = await store.read((transaction) => agreementOf(transaction, body.agreement));
	if (isRefusal(agreed)) return agreed;
	const of = agreed as VerifiedAgreement;
	if (!equalBytes(of.body.source, operator) || !equalBytes(of.body.destination, peer))
		return refuse("agreement-unknown", "it is between others");
	const unsigned = unsignedSettlement(body, byDestination, "destination", of, keys);
	if (unsigned !== undefined) return unsigned;
	const bySource = await signSettlement(body, signer());
	return store.run(async (transaction): Promise<Bytes | Refusal> => {
		await takeRisk(transaction, of.id);
		const newest = await newestIn(transaction, of.id);
		if (newest !== undefined && equalBytes(settlementHash(newest.body), settlementHash(body)))
			return newest.bySource ?? bySource;
		const refused = await refuseCount(transaction, body, newest?.body);
		if (refused !== undefined) return refused;
		const between = betweenBoth(of.body, "source");
		const stands = await takePosition(transaction, between);
		if (isRefusal(stands)) return stands;
		if (!isPosition(positionAfter(stands, body.crosses), body.position))
			return refuse("proof-invalid", `${stands.settlement} settlements before it, and ${stands.owes} owed`);
		await putPosition(transaction, between, { ...body.position, proposed: null });
		await keep(transaction, { body, byDestination, bySource });
		await moveSettled(transaction, of, "source", body, now());
		return bySource;
	});
}

async function refuseCount(
	transaction: Transaction,
	body: SettlementBody,
	before: SettlementBody | undefined,
): Promise<Refusal | undefined> {
	const previous = before === undefined ? null : settlementHash(before);
	const isNext =
		body.number === (before?.number ?? 0) + 1 &&
		(previous === null || body.previous === null
			? previous === body.previous
			: equalBytes(previous, body.previous));
	if (!isNext) return refuse("proof-invalid", "it does not follow the settlement before");
	const row = await transaction.selectFrom("last_seal").select("number").executeTakeFirst();
	if (body.through > Number(row?.number ?? 0)) return refuse("attempt-pending", "no such seal was made");
	const own = await counted(transaction, body.agreement, before?.through ?? 0, body.through);
	if (own.isOpen) return refuse("attempt-pending", "not all of it has ended here");
	const isSame = own.count === body.count && own.credits === body.credits && own.crosses === body.crosses;
	return isSame && body.count > 0 ? undefined : refuse("proof-invalid", `${own.count} payments crossed`);
}

async function moveSettled(
	transaction: Transaction,
	{ body: { source, destination, paid, credited } }: VerifiedAgreement,
	side: Side,
	body: SettlementBody,
	now: number,
): Promise<void> {
	const isSource = side === "source";
	const [peer, asset] = isSource ? [destination, paid] : [source, credited];
	const [open, settled] = [peerAccount(peer, asset), settledAccount(peer, asset)];
	await openAccountsIn(transaction, [{ id: settled, asset, least: null, most: null }], now);
	const reference = settlementHash(body);
	const move = {
		kind: "move",
		id: taggedHash("transfer", [reference, "settled", 0]),
		reference,
		debit: isSource ? open : settled,
		credit: isSource ? settled : open,
		amount: isSource ? body.crosses : body.credits,
	} as const;
	const [result] = await postIn(transaction, [[move]], now);
	if (result?.kind !== "done") throw new Error("the ledger knows another settlement");
}
