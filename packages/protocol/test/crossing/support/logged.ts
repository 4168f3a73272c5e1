/** A log with a batch of three issues, the witnesses that cosigned it, and proofs of the second issue. */
import assert from "node:assert/strict";
import {
	type Batch,
	type Bytes,
	checkpointText,
	cosignNote,
	type ForeignIssue,
	type Freshness,
	type LineProof,
	lineKey,
	merkleTree,
	type Policy,
	parsePolicy,
	proveLine,
	type Signer,
	serializeLeaf,
	serializeLoggedProof,
	sha256,
	signNote,
	sumAlgebra,
	toUtf8,
	verifierKey,
	writeNote,
	writePortableProof,
	writeVerifierKey,
} from "@tenten/protocol";
import { signerFrom } from "../../../../module/src/index.ts";
import { expectValue } from "../../../../module/test/support/world.ts";
import { PagedTree } from "../../seal/support/naive.ts";

/** unix seconds */
export const now = 1_800_000_000;
export const id = (fill: number): Bytes => new Uint8Array(32).fill(fill);
const salt = sha256(id(0));
export const origin = "log.machi.example";
export const elsewhere = "log.other.example";
const signer = (fill: number): Signer => signerFrom(id(fill), "Ed25519");
const keyOf = (name: string, type: "note" | "cosignature", fill: number): string =>
	writeVerifierKey(verifierKey(name, type, signer(fill).key.bytes));
const witnesses = [11, 12, 13];

export function policyOf(quorum: string, log = origin): Policy {
	const lines = [
		`log ${keyOf(log, "note", 1)}`,
		...witnesses.map((fill) => `witness w${fill} ${keyOf(`w${fill}.example`, "cosignature", fill)}`),
		`group two 2 ${witnesses.map((fill) => `w${fill}`).join(" ")}`,
		`quorum ${quorum}`,
	];
	return expectValue(parsePolicy(toUtf8(lines.map((line) => `${line}\n`).join(""))));
}
export const policy: Policy = policyOf("two");
export const opens: Freshness = { now, oldMost_s: 300 };

/** the second */
export const issue: ForeignIssue = { id: id(2), asset: id(7), amount: 20n, issuedAt: now - 7200 };

/** A batch of issues 1 to 3, with ten times their number each, and the item of the second. */
export function batchOf(kind: "issues" | "redemptions" = "issues"): {
	readonly batch: Batch;
	readonly item: LineProof;
} {
	const lines = new PagedTree(sumAlgebra);
	lines.change([1, 2, 3].map((fill) => ({ key: lineKey(id(fill), salt), entry: BigInt(10 * fill) })));
	const { hash, sum } = lines.root();
	const item = proveLine(lines.stored, id(2), salt);
	assert.ok(item);
	return { batch: { kind, asset: issue.asset, count: 3, total: sum, root: hash }, item };
}

/** A checkpoint over these leaves, cosigned by each witness at its time. */
export async function noteOf(
	leaves: readonly Bytes[],
	times: Readonly<Record<number, number>>,
	name = origin,
): Promise<Bytes> {
	const text = checkpointText({ origin: name, size: leaves.length, root: merkleTree(leaves).root });
	const signatures = [await signNote(text, name, signer(1))];
	for (const [fill, at] of Object.entries(times))
		signatures.push(await cosignNote(text, `w${fill}.example`, signer(Number(fill)), at));
	return writeNote({ text, signatures });
}

const both = { 11: now - 100_000, 12: now - 100_000 };
const made = batchOf();
export const batch: Batch = made.batch;
const { item } = made;
export const leaves: readonly Bytes[] = [id(1), serializeLeaf({ kind: "batch", batch }), id(3)];

export async function proofOf({
	times = both as Readonly<Record<number, number>>,
	log = origin,
	index = 1,
	...changes
}: {
	readonly batch?: Batch;
	readonly place?: Bytes;
	readonly times?: Readonly<Record<number, number>>;
	readonly log?: string;
	readonly index?: number;
} = {}): Promise<Bytes> {
	const checkpoint = await noteOf(leaves, times, log);
	const path = merkleTree(leaves).paths[1] ?? [];
	return serializeLoggedProof({
		proof: { kind: "item", batch: changes.batch ?? batch, proof: item },
		place: changes.place ?? writePortableProof({ index, path, checkpoint }),
	});
}
