/** An operator whose acts go through a log, and everything that must hold of its seals. */
import assert from "node:assert/strict";
import {
	type Batch,
	type Bytes,
	checkSeal,
	isRefusal,
	keyId,
	type LogLeaf,
	parseLeaf,
	type Seal,
	type SignedReserve,
	signReserve,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../../module/test/support/world.ts";
import type { Operator } from "../../src/index.ts";
import type { Surroundings } from "../../src/sealing/around.ts";
import { beginSealing } from "../../src/sealing/begin.ts";
import { sealIn } from "../../src/sealing/epoch.ts";
import { brokenSeals } from "../../src/sealing/examine.ts";
import { leavesFrom } from "../../src/sealing/leaves.ts";
import type { Transaction } from "../../src/store/store.ts";
import { saltSecret } from "./balanced.ts";

export const trustee = signerFrom(new Uint8Array(32).fill(0x7a), "Ed25519");
export const sealOrigin = "log.example";
export const logSigner = signerFrom(new Uint8Array(32).fill(0x10), "Ed25519");
const identity = { origin: sealOrigin, publicKey: logSigner.key.bytes };

type Sealing = Pick<Operator, "id" | "store" | "now">;

export async function beginSealed(operator: Sealing): Promise<void> {
	assert.equal(await beginSealing(operator.store, identity, operator.now()), undefined);
}

/** More than anything here adds up to. */
const plenty = 1_000_000_000n;

/** Of every asset that has balances, by somebody whose word counts. */
export async function reservesIn(
	transaction: Transaction,
	{ id, now }: { readonly id: Bytes; readonly now: number },
): Promise<readonly SignedReserve[]> {
	const assets = await transaction.selectFrom("balances").select("asset").distinct().execute();
	return Promise.all(
		assets.map(({ asset }) => signReserve({ operator: id, asset, amount: plenty, heldAt: now }, trustee)),
	);
}

/** The next seal, as a sealer makes it. */
export async function sealNow(operator: Sealing, some: Partial<Surroundings> = {}): Promise<Seal> {
	const epoch = { operator: operator.id, secret: saltSecret, now: () => operator.now() };
	return operator.store.run((transaction) =>
		sealIn(transaction, epoch, async () => ({
			reserves: await reservesIn(transaction, { id: operator.id, now: operator.now() }),
			...some,
		})),
	);
}

export async function leavesOf({ store }: Pick<Operator, "store">): Promise<readonly LogLeaf[]> {
	const leaves = await store.read((transaction) => leavesFrom(transaction, 0, 1_000_000));
	return leaves.map((encoded) => {
		const leaf = parseLeaf(encoded);
		assert.ok(!isRefusal(leaf));
		return leaf;
	});
}

/** Every seal among these leaves keeps every rule, as a witness that reads the log finds it; how many they are. */
export function assertRules(leaves: readonly LogLeaf[], operator: Bytes): number {
	let previous: Seal | null = null;
	let batches: Batch[] = [];
	let seals = 0;
	for (const leaf of leaves) {
		if (leaf.kind === "batch") {
			batches.push(leaf.batch);
			continue;
		}
		if (leaf.kind !== "seal") continue;
		const broken = checkSeal(leaf.seal, {
			operator,
			previous,
			batches,
			verify,
			holders: [keyId(trustee.key)],
			peerWords: [],
			now: leaf.seal.sealedAt,
			maximumAge_s: 60,
			ahead_s: 60,
			reserveAge_s: 3_600,
		});
		assert.deepEqual(broken, [], `seal ${leaf.seal.number}`);
		previous = leaf.seal;
		batches = [];
		seals++;
	}
	assert.deepEqual(batches, [], "batches that no seal follows");
	return seals;
}

/** Seals what is left; every seal keeps the rules, and the last says what the books say. How many they are. */
export async function assertSealed(operator: Sealing): Promise<number> {
	await sealNow(operator);
	assert.deepEqual(await operator.store.read((transaction) => brokenSeals(transaction, saltSecret)), []);
	return assertRules(await leavesOf(operator), operator.id);
}
