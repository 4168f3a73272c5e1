/**
 * What an operator can do who has its own keys and files and means no good: each function is one wrong, done to its own
 * log with its own key, as nobody could hinder it to. Nothing of another party is touched.
 */
import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { verify } from "@tenten/module";
import { cosign, LogWriter, publicFolder } from "@tenten/operator";
import {
	type Bytes,
	isRefusal,
	type LogLeaf,
	type Policy,
	parseLeaf,
	type Seal,
	type Signer,
	sealHash,
	serializeLeaf,
} from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import { now } from "../../surroundings.ts";

/** A log that nothing has open, and what its owner has for it. */
export type OwnLog = {
	readonly folder: string;
	readonly signer: Signer;
	/** whose cosignatures it asks for */
	readonly policy: Policy;
};

/** Seals that more was issued than its batches say: money from nowhere. */
export async function inflate({ folder, signer }: OwnLog, by: bigint): Promise<void> {
	const log = must(await LogWriter.open(folder, signer));
	const last = await lastSeal(log);
	const assets = last.assets.map((totals) => ({
		...totals,
		issued: totals.issued + by,
		outstanding: totals.outstanding + by,
	}));
	await append(log, [sealLeaf({ ...next(last), assets })]);
	await log.close();
}

/**
 * Shows another log in its place: as it was but for one early batch, which says another total, and with
 * one entry more, so that it is not the size that anybody knows. Then asks for cosignatures; why each witness gave none.
 */
export async function rewrite({ folder, signer, policy }: OwnLog): Promise<readonly string[]> {
	const log = must(await LogWriter.open(folder, signer));
	const entries = await entriesOf(log);
	const leaves = entries.map(leafOf);
	const at = leaves.findIndex((leaf) => leaf.kind === "batch" && leaf.batch.kind === "issues");
	const changed = leaves[at];
	if (changed?.kind !== "batch" || changed.batch.kind !== "issues") throw new Error("nothing was issued yet");
	const batch = { ...changed.batch, total: changed.batch.total + 1n };
	const seal = sealLeaf(next(await lastSeal(log)));
	const forged = entries.with(at, serializeLeaf({ kind: "batch", batch }));
	const { origin } = log.identity;
	await log.close();
	const beside = `${folder}-forged`;
	mkdirSync(beside);
	const other = must(await LogWriter.begin(beside, origin, signer));
	await append(other, [...forged, seal]);
	const reader = other.reader();
	const proofFrom = async (oldSize: number) => must(await reader.consistency(oldSize));
	const { failures } = must(await cosign(other.published.note, { policy, verify, proofFrom }));
	await other.close();
	rmSync(publicFolder(folder), { recursive: true });
	renameSync(publicFolder(beside), publicFolder(folder));
	return [...failures].map(([witness, why]) => `${witness}: ${why}`);
}

/** Goes on with two logs, each with a next seal of its own; the folder of the second. */
export async function forkView({ folder, signer }: OwnLog): Promise<string> {
	const log = must(await LogWriter.open(folder, signer));
	const last = await lastSeal(log);
	await log.close();
	const beside = `${folder}-second`;
	cpSync(folder, beside, { recursive: true });
	for (const [each, seal] of [
		[folder, next(last)],
		[beside, { ...next(last), sealedAt: last.sealedAt }],
	] as const) {
		const writer = must(await LogWriter.open(each, signer));
		await append(writer, [sealLeaf(seal)]);
		await writer.close();
	}
	return publicFolder(beside);
}

function next(seal: Seal): Seal {
	const sealedAt = Math.max(now(), seal.sealedAt + 1);
	return { ...seal, number: seal.number + 1, previous: sealHash(seal), sealedAt };
}

const sealLeaf = (seal: Seal): Bytes => serializeLeaf({ kind: "seal", seal });

async function append(log: LogWriter, leaves: readonly Bytes[]): Promise<void> {
	must(await log.append(leaves));
	await log.integrate();
}

async function entriesOf(log: LogWriter): Promise<readonly Bytes[]> {
	const { size } = await log.integrate();
	const reader = log.reader();
	const entries: Bytes[] = [];
	for (let index = 0; index < size; index++) entries.push(must(await reader.entry(index)));
	return entries;
}

async function lastSeal(log: LogWriter): Promise<Seal> {
	for (const entry of (await entriesOf(log)).toReversed()) {
		const leaf = leafOf(entry);
		if (leaf.kind === "seal") return leaf.seal;
	}
	throw new Error("nothing was sealed yet");
}

function leafOf(entry: Bytes): LogLeaf {
	const leaf = parseLeaf(entry);
	if (isRefusal(leaf)) throw new Error(leaf.detail);
	return leaf;
}
