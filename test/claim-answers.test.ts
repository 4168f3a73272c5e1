/** What an operator answers to a claim: nothing is given up for less than the tokens that it was shown. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type Bytes,
	type ClaimResult,
	type Condition,
	type Issue,
	isRefusal,
	issueBatch,
	parseReply,
	type Refusal,
} from "@tenten/protocol";
import type { Wallet } from "@tenten/wallet";
import { payTwice } from "./support/forked.ts";
import { forkedFor, type Lie, lyingOperator, refused, replying } from "./support/lying.ts";
import { ok, openTown, random, type Town, asset as yen } from "./support/town.ts";

const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

const paid = (amount: bigint): ClaimResult => ({ kind: "paid", amount });
const refreshed = (amount: bigint): ClaimResult => ({ kind: "refreshed", amount });
const resulting =
	(...results: readonly ClaimResult[]): Lie =>
	(answer) =>
		replying(answer, () => ({ results, issues: [] }));

/** A claim of all that a wallet has, which is pending still. */
async function claimed(wallet: Wallet, { asset }: Town, action: "account" | "refresh") {
	const inputs = wallet.module.tokens().map(({ output }) => output);
	const account = wallet.module.certificates()[0]?.hash as Bytes;
	return ok(
		await wallet.module.order({
			asset,
			action: action === "account" ? { kind: action, account } : { kind: action },
			inputs,
		}),
	);
}

const pendingOf = async (wallet: Wallet): Promise<number> => (await wallet.module.pendingOrders()).length;

/** Asks again with an operator that answers so, once; why the order goes on pending. */
async function again(wallet: Wallet, town: Town, lie: Lie): Promise<string> {
	wallet.connect(town.operator.id, lyingOperator(town, lie));
	const why: string[] = [];
	await wallet.settlePending((refusal) => why.push(refusal.code));
	return why.join();
}

describe("an answer to a claim", () => {
	test("to an account ends nothing that is not the amount of each token", async () => {
		const town = await openTown();
		const ann = await town.wallet();
		await town.fund(ann, 300n, yen.code, 2);
		await claimed(ann, town, "account");
		for (const [code, lie] of [
			["sum-mismatch", resulting(paid(1n), paid(1n))],
			["sum-mismatch", resulting(paid(300n), paid(300n))],
			["sum-mismatch", resulting(refreshed(150n), refreshed(150n))],
			["not-evidence", resulting(forkedFor(0n), forkedFor(0n))],
			["answer-disputed", resulting(refused("redeem-closed"), refused("signature-invalid"))],
			["answer-disputed", resulting(refused("condition-expired"), refused("no-such-code"))],
			["attempt-pending", resulting(paid(150n), refused("busy", true))],
			["malformed", resulting(paid(150n))],
		] as const) {
			assert.equal(await again(ann, town, lie), code);
			assert.equal(await pendingOf(ann), 1);
			assert.equal(ann.balance(town.asset).ordered, 300n);
		}
		assert.equal(await ann.settlePending(), 1);
		assert.equal(ok(await ann.account(town.asset)), 300n);
		assert.equal(await pendingOf(ann), 0);
		assert.equal(ann.balance(town.asset).ordered, 0n);
		await town.close();
	});

	test("in tokens ends nothing that is less, or under other terms", async () => {
		const meals: Condition = { kind: "purpose", purposes: ["meals"] };
		const town = await openTown({ conditions: [meals] });
		const ann = await town.wallet(300n);
		const { digest } = await claimed(ann, town, "refresh");
		const issuedAs =
			(change: Partial<Issue>): Lie =>
			async (answer) => {
				const issues = ok(parseReply(answer)).issues.map(({ proof: { issue } }) => ({ ...issue, ...change }));
				const proofs = await issueBatch(issues, town.issuing);
				return replying(answer, () => ({ issues: proofs.map((proof, output) => ({ output, proof })) }));
			};
		for (const lie of [
			resulting(paid(300n)),
			resulting(refreshed(300n)),
			(answer: Bytes) => replying(answer, () => ({ results: [refreshed(1n)] })),
			issuedAs({ conditions: [meals, { kind: "hopLimit", hops: 1 }] }),
			issuedAs({ conditions: [] }),
			issuedAs({ hopsUsed: 9 }),
		]) {
			assert.equal(await again(ann, town, lie), "sum-mismatch");
			assert.equal(ann.balance(town.asset).available, 0n);
		}
		assert.equal(await ann.settlePending(), 1);
		assert.equal(ann.balance(town.asset).available, 300n);
		assert.equal(codeOf(await ann.module.answer(digest, random(8))), "attempt-unknown");
		await town.close();
	});

	test("that holds in part brings that part; the rest goes on in its order, and comes once", async () => {
		const town = await openTown();
		const ann = await town.wallet();
		await town.fund(ann, 300n, yen.code, 3);
		const half: Lie = (answer) =>
			replying(answer, ({ results }) => ({
				results: results.map((result, position) => (position === 1 ? refused("expired") : result)),
			}));
		ann.connect(town.operator.id, lyingOperator(town, half));
		const redeemed = ok(await ann.redeem(town.asset));
		assert.deepEqual([redeemed.credited, redeemed.refused], [200n, ["answer-disputed"]]);
		assert.equal(await pendingOf(ann), 1);
		assert.equal(ann.balance(town.asset).ordered, 100n);
		assert.equal(await ann.settlePending(), 1);
		assert.equal(await pendingOf(ann), 0);
		assert.equal(ok(await ann.account(town.asset)), 300n);
		assert.deepEqual((await town.operator.audit(yen.code)).broken, []);
		await town.close();
	});

	test("that brings the tokens of what it disputes as well ends nothing: no later answer could bring them again", async () => {
		const town = await openTown();
		const ann = await town.wallet();
		await town.fund(ann, 300n, yen.code, 3);
		await claimed(ann, town, "refresh");
		const all: Lie = (answer) =>
			replying(answer, ({ results: [first, , last] }) => {
				assert.ok(first && last);
				return { results: [first, refused("expired"), last] };
			});
		assert.equal(await again(ann, town, all), "answer-disputed");
		assert.equal(ann.balance(town.asset).available, 0n);
		assert.equal(await ann.settlePending(), 1);
		assert.equal(await pendingOf(ann), 0);
		assert.equal(ann.balance(town.asset).available, 300n);
		await town.close();
	});

	test("of a fork needs evidence of the claimed token's way", async () => {
		const town = await openTown();
		const [ann, eve, bob] = [await town.wallet(), await town.wallet(), await town.wallet()];
		await payTwice(town, { first: bob, second: ann }, 300n);
		await payTwice(town, { first: bob, second: eve }, 300n);
		const evidence = ok(await eve.redeem(town.asset)).evidence[0] as Bytes;
		await claimed(ann, town, "account");
		assert.equal(await again(ann, town, resulting({ kind: "forked", evidence, drawn: 0n })), "not-evidence");
		assert.equal(await pendingOf(ann), 1);
		assert.equal(await ann.settlePending(), 1);
		assert.equal(ok(await ann.account(town.asset)), 300n);
		await town.close();
	});

	test("that it came too late ends a claim that was signed late, and no other before its last day", async () => {
		const town = await openTown({ policy: { trustListValidity: 10 * 365 * 86_400 } });
		const [ann, bob] = [await town.wallet(100n), await town.wallet(100n)];
		await claimed(ann, town, "account");
		const closed = resulting(refused("redeem-closed"));
		assert.equal(await again(ann, town, closed), "answer-disputed");
		town.clock.now += yen.redeemWindow;
		assert.equal(await again(ann, town, closed), "answer-disputed");
		await claimed(bob, town, "account");
		assert.equal(await again(bob, town, (answer) => answer), "");
		assert.equal(await pendingOf(bob), 0);
		// A list that is dated ahead brings no last day nearer.
		const lastDay = yen.grace + yen.redeemWindow + 5 * 365 * 86_400;
		town.clock.now += lastDay;
		const ahead = ok(await town.operator.trustList());
		town.clock.now -= lastDay;
		ok(await ann.module.setTrustList(ahead, town.operator.id));
		assert.equal(await again(ann, town, closed), "answer-disputed");
		town.clock.now += lastDay;
		assert.equal(await again(ann, town, closed), "");
		assert.equal(await pendingOf(ann), 0);
		await town.close();
	});

	test("that its condition burned a token ends it once that has come by one's own clock", async () => {
		const time = 1_800_000_000 + 86_400;
		const town = await openTown({ conditions: [{ kind: "expires", time, atExpiry: "burn" }] });
		const ann = await town.wallet(100n);
		await claimed(ann, town, "account");
		const burned = resulting(refused("condition-expired"));
		assert.equal(await again(ann, town, burned), "answer-disputed");
		town.clock.now = time;
		assert.equal(await again(ann, town, burned), "");
		assert.equal(await pendingOf(ann), 0);
		await town.close();
	});
});
