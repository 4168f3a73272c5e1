/**
 * Device records: what a device of this module paid, in its own signed words, until whoever keeps them has them
 * (docs/spec/settlement.md#device-records).
 *
 *   released, or a meter closed ──in the same write──▶ WAITING ──told, as often as needed──▶ its keeper names its id ──▶ forgotten here
 *
 * So no payment of a device goes unrecorded, wherever it is cut off, and a record that is told twice is one: its id is
 * the hash of what it says. A wallet keeps them only once it was told to: else they would wait for nobody, for ever.
 */
import {
	type AssetId,
	assetHash,
	type Bytes,
	boolean,
	bytes,
	type DurableMeterPayer,
	type DurablePayer,
	deviceRecordBody,
	deviceRecordId,
	dueFor,
	equalBytes,
	isRefusal,
	keyId,
	nullable,
	parseOwn,
	record,
	serialize,
	serializeMeterMessage,
	sha256,
	signDeviceRecord,
	toHex,
	type VerifiedCertificate,
	verifyParsedToken,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import type { MeterFacts } from "./metering/rows.ts";
import type { StoreWrite } from "./store.ts";

const prefix = "record/";
const isKeptKey = "records-kept";
/** bytes of a proof that goes with its record; a longer one stays with the payment */
const proofMost = 49_152;

/** `certificate`: whose key signs it. */
const recordRow = record({
	body: deviceRecordBody,
	certificate: bytes(32),
	proof: nullable(bytes(1, proofMost)),
});

/** A record that its keeper has yet to have: signed, with what its `proof` is the hash of. */
export type WaitingRecord = { readonly id: Bytes; readonly record: Bytes; readonly proof: Bytes | null };

export function keepsRecords(core: Core): boolean {
	return core.vault.state.rows.has(isKeptKey);
}

/** From now on what devices of this module pay is recorded, or no more. What waits, waits on. */
export async function setKeepsRecords(core: Core, keeps: boolean): Promise<void> {
	if (keeps === keepsRecords(core)) return;
	await core.commit({ other: [{ key: isKeptKey, value: keeps ? serialize(boolean, true) : null }] });
}

/**
 * What is written with `next`, the state in which a payment has its receipt, by whoever paid as a device. `receipt`:
 * the proof of it.
 */
export function recordOf(core: Core, next: DurablePayer, receipt: () => Bytes): readonly StoreWrite[] {
	if (!keepsRecords(core) || !hasReceipt(next)) return [];
	const { attempt, amount, signer, request } = next.terms;
	const before = core.vault.payers.get(attempt);
	if (before !== undefined && hasReceipt(before)) return [];
	const trust = core.keptTrust();
	const payee = isRefusal(trust) ? trust : trust.certificate(request.body.certificate);
	if (isRefusal(payee)) return [];
	return rowsOf(core, { id: attempt, payer: signer, payee, asset: request.body.asset, amount }, receipt);
}

/** What is written with `next`, the state in which a device's meter is closed: its Close is the proof. */
export function meterRecordOf(
	core: Core,
	next: DurableMeterPayer,
	{ payer, asset, counted, units, perTicks }: MeterFacts,
): readonly StoreWrite[] {
	if (!keepsRecords(core) || next.kind !== "closed" || counted === null) return [];
	const { meter, token } = next;
	const amount = dueFor({ units, perTicks }, counted);
	const trust = core.keptTrust();
	const shown = isRefusal(trust) ? trust : verifyParsedToken(token, trust, { signatures: false });
	// Where nothing is due, what is shown is the payer's own.
	if (isRefusal(shown) || amount === 0n) return [];
	const payee = shown.owner.certificate;
	return rowsOf(core, { id: meter, payer, payee, asset, amount }, () =>
		serializeMeterMessage({ kind: "close", meter, token }),
	);
}

type PaidByDevice = {
	/** of the attempt or meter */
	readonly id: Bytes;
	/** hash of the payer's own certificate */
	readonly payer: Bytes;
	readonly payee: VerifiedCertificate;
	readonly asset: AssetId;
	/** minor units */
	readonly amount: bigint;
};

function rowsOf(core: Core, paid: PaidByDevice, proofOf: () => Bytes): readonly StoreWrite[] {
	const { id, asset, amount } = paid;
	const own = core.ownCertificate(paid.payer);
	if (isRefusal(own) || own.profile.responsible === null) return [];
	const [payer, payee] = [partyOf(own), partyOf(paid.payee)];
	// What stays with one party is owed by nobody.
	if (equalBytes(payer, payee)) return [];
	const proof = proofOf();
	const body = {
		...{ operator: own.operatorId, asset: assetHash(asset), amount },
		...{ payer, payee, proof: sha256(proof), paidAt: core.now() },
	};
	const row = { body, certificate: own.hash, proof: proof.length > proofMost ? null : proof };
	return [{ key: `${prefix}${toHex(id)}`, value: serialize(recordRow, row) }];
}

function hasReceipt(state: DurablePayer): boolean {
	return state.kind === "released" || (state.kind === "sent" && state.acknowledged !== null);
}

/** Who answers for whoever has this certificate, by its key; where nobody else does, the holder, by the certificate's hash. */
function partyOf({ profile: { responsible }, hash }: VerifiedCertificate): Bytes {
	const [outermost] = responsible?.delegations ?? [];
	return outermost === undefined ? hash : keyId(outermost.by);
}

function waiting(core: Core) {
	return [...core.vault.state.rows].flatMap(([key, value]) => {
		if (!key.startsWith(prefix)) return [];
		const row = parseOwn(recordRow, value);
		if (isRefusal(row)) throw new Error(`${key} was sealed by another version: ${row.detail}`);
		return [{ key, row, id: deviceRecordId(row.body) }];
	});
}

/** Records that wait, the oldest payment first, at most so many. */
export async function waitingRecords(core: Core, most: number): Promise<readonly WaitingRecord[]> {
	const oldest = waiting(core).toSorted((a, b) => a.row.body.paidAt - b.row.body.paidAt);
	const signed = oldest.flatMap(({ id, row: { body, certificate, proof } }) => {
		const own = core.ownCertificate(certificate);
		const signer = isRefusal(own) ? own : core.keys.signer(keyId(own.key));
		// One of an operator that the trust list dropped waits until it is listed again.
		if (isRefusal(signer)) return [];
		return [signDeviceRecord(body, signer).then((record) => ({ id, record, proof }))];
	});
	return Promise.all(signed.slice(0, most));
}

/** Whoever keeps them named these ids: they are forgotten here. How many there were. */
export async function recordsTaken(core: Core, ids: readonly Bytes[]): Promise<number> {
	const named = new Set(ids.map(toHex));
	const taken = waiting(core).filter(({ id }) => named.has(toHex(id)));
	if (taken.length > 0) await core.commit({ other: taken.map(({ key }) => ({ key, value: null })) });
	return taken.length;
}
