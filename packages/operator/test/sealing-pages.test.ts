/**
 * However much was done since the last seal, the next one holds a page of it at a time, and says what it would say if it
 * had held all of it: also of what was said several times, in whatever order it is read.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, type Seal, sha256 } from "@tenten/protocol";
import type { KyselyPlugin } from "kysely";
import { keepEffects } from "../src/sealing/effects.ts";
import { sealIn } from "../src/sealing/epoch.ts";
import type { Transaction } from "../src/store/store.ts";
import { saltSecret } from "./support/balanced.ts";
import { createEcosystem, type Ecosystem } from "./support/ecosystem.ts";
import { beginSealed, sealNow } from "./support/sealed.ts";

const idOf = (...of: readonly number[]): Bytes => sha256(Uint8Array.from(of));
const asset = idOf(1);
const transactions = 300;

/** Items, and twenty keys and accounts of which fifteen transactions each say something, out of turn; half of what comes leaves. */
async function work({ operator }: Ecosystem): Promise<void> {
	await operator.store.run(async (each) => {
		for (let n = 0; n < transactions; n++) {
			const [of, turn] = [n % 20, 1 + ((Math.floor(n / 20) * 7) % 15)];
			const [high, low] = [n >> 8, n & 255];
			await keepEffects(each, [
				{ kind: "item", batch: "issues", asset, id: idOf(2, high, low), amount: BigInt(n + 1) },
				{ kind: "state", key: idOf(3, of), value: idOf(4, high, low), turn },
				{ kind: "balance", asset, account: idOf(5, of), amount: BigInt(turn), entries: turn },
				{ kind: n % 3 === 0 ? "debit" : "credit", asset, account: idOf(6, of), amount: 1n },
			]);
		}
	});
}

/** The most rows that any question had for an answer. */
class Counted implements KyselyPlugin {
	most = 0;

	transformQuery({ node }: Parameters<KyselyPlugin["transformQuery"]>[0]) {
		return node;
	}

	async transformResult({ result }: Parameters<KyselyPlugin["transformResult"]>[0]) {
		this.most = Math.max(this.most, result.rows.length);
		return result;
	}
}

class Undone extends Error {}

/** The seal that would be made, and what was held for it; nothing of it stands. */
async function sealedBy(
	{ operator }: Ecosystem,
	rowsTogether: number,
): Promise<{ readonly seal: Seal; readonly held: number; readonly leaves: number }> {
	const counted = new Counted();
	let made: { seal: Seal; held: number; leaves: number } | undefined;
	const undone = operator.store.run(async (transaction) => {
		const watched = transaction.withPlugin(counted) as Transaction;
		const epoch = { operator: operator.id, secret: saltSecret, now: () => operator.now(), rowsTogether };
		const seal = await sealIn(watched, epoch, async () => ({}));
		const held = counted.most;
		const leaves = await transaction.selectFrom("seal_leaves").select("place").execute();
		made = { seal, held, leaves: leaves.length };
		throw new Undone();
	});
	await assert.rejects(undone, Undone);
	return made ?? assert.fail("no seal");
}

test("a seal holds a page of what was done at a time, and says what it would of all at once", async () => {
	const ecosystem = await createEcosystem();
	await beginSealed(ecosystem.operator);
	await sealNow(ecosystem.operator);
	await work(ecosystem);
	const whole = await sealedBy(ecosystem, 4_096);
	const [totals] = whole.seal.assets.filter(({ asset: of }) => Buffer.from(of).equals(asset));
	assert.equal(totals?.issued, (BigInt(transactions) * BigInt(transactions + 1)) / 2n);
	assert.equal(totals?.held, 20n * 15n + BigInt(transactions / 3), "of each account what was said last");
	assert.ok(whole.held >= transactions, "it held all of them");
	for (const rowsTogether of [1, 7, 64]) {
		const { seal, held, leaves } = await sealedBy(ecosystem, rowsTogether);
		assert.ok(held <= Math.max(rowsTogether, 40), `${held} rows held, of pages of ${rowsTogether}`);
		assert.ok(leaves > whole.leaves, "batches of each page");
		assert.deepEqual(seal, whole.seal);
	}
	const { store } = ecosystem.operator;
	assert.equal((await store.read((each) => each.selectFrom("unsealed").selectAll().execute())).length, 300);
	await sealNow(ecosystem.operator);
	assert.equal((await store.read((each) => each.selectFrom("unsealed").selectAll().execute())).length, 0);
	await ecosystem.operator.close();
});
