/** What an operator answers to the statements of an attempt: nothing is given up for less than what was stated. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type Bytes,
	type ClaimResult,
	type Issue,
	isRefusal,
	issueBatch,
	parseReply,
	rulingReply,
	type SignedRuling,
	serialize,
	serializeMessage,
} from "@tenten/protocol";
import type { Wallet } from "@tenten/wallet";
import { forBooks } from "../packages/operator/test/support/rulings.ts";
import { without } from "./support/channels.ts";
import { payTwice } from "./support/forked.ts";
import { codeOf, due, interrupted, openWorld } from "./support/interrupted.ts";
import { forkedFor, type Lie, lyingOperator, refused, ruledIn, saying } from "./support/lying.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";
import { joinAll, openTwoTowns } from "./support/two-towns.ts";

const longTrust = { trustListValidity: 365 * 86_400 };

/** A shop that is never heard of, and a lock of 100 and 50 yen for it that no account may take back. */
async function unheard() {
	const town = await openTown({ conditions: [forBooks], policy: longTrust });
	const [ann, shop] = [await town.wallet(100n), await town.wallet(0n, { class: "books" })];
	await town.fund(ann, 50n);
	const request = ok(await shop.request({ asset: town.asset, amount: 150n }));
	const { attempt } = ok(await ann.pay({ request: request.encoded }, without(shop.handle, "transfer")));
	town.clock.now += due;
	return { town, ann, attempt };
}

const resulting =
	(...results: readonly ClaimResult[]): Lie =>
	(answer) =>
		saying(answer, () => ({ results }));

const refreshed = (amount: bigint): ClaimResult => ({ kind: "refreshed", amount });
const paid = (amount: bigint): ClaimResult => ({ kind: "paid", amount });

/** The tokens of an answer, issued again as `change` has them. */
function issuedAs({ issuing }: Town, change: Partial<Issue>): Lie {
	return async (answer) => {
		const { issues } = ok(parseReply(ruledIn(answer).reply as Bytes));
		const changed = issues.map(({ proof: { issue } }) => ({ ...issue, ...change }));
		const proofs = await issueBatch(changed, issuing);
		return saying(answer, () => ({ issues: proofs.map((proof) => ({ output: null, proof })) }));
	};
}

describe("an answer to a statement about a lock", () => {
	test("ends nothing that is less than what was stated", async () => {
		const { town, ann, attempt } = await unheard();
		const never = { ...forBooks, classes: ["nobody"] };
		const lies: readonly (readonly [code: string, lie: Lie])[] = [
			["sum-mismatch", resulting(refreshed(1n), refreshed(1n))],
			["sum-mismatch", resulting(refreshed(150n), refreshed(150n))],
			["sum-mismatch", (answer) => saying(answer, () => ({ results: [paid(100n), paid(50n)], issues: [] }))],
			["sum-mismatch", (answer) => saying(answer, () => ({ issues: [] }))],
			[
				"sum-mismatch",
				(answer) => saying(answer, ({ issues: [first] }) => ({ issues: first ? [first, first] : [] })),
			],
			["sum-mismatch", issuedAs(town, { conditions: [forBooks, never] })],
			["sum-mismatch", issuedAs(town, { hopsUsed: 9 })],
			["not-evidence", resulting(forkedFor(0n), forkedFor(0n))],
			["answer-disputed", resulting(refused("ruling-taken"), refused("signature-invalid"))],
			["request-mismatch", resulting(refreshed(150n))],
			["request-mismatch", (answer) => saying(answer, () => ({ order: random(32) }))],
			["request-mismatch", (answer) => serialize(rulingReply, { ...ruledIn(answer), reply: null })],
		];
		for (const [code, lie] of lies) {
			ann.connect(town.operator.id, lyingOperator(town, lie));
			assert.equal(codeOf(await ann.askRefund(attempt)), code);
			assert.equal(ann.module.payer(attempt), "locked");
			assert.deepEqual([ann.balance(town.asset).locked, ann.balance(town.asset).available], [150n, 0n]);
		}
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.deepEqual([ann.balance(town.asset).locked, ann.balance(town.asset).available], [0n, 150n]);
		await town.close();
	});

	test("brings what holds of it; the rest is asked for again by the same statement, and comes once", async () => {
		const { town, ann, attempt } = await unheard();
		const half: Lie = (answer) =>
			saying(answer, ({ results: [first], issues }) => {
				assert.ok(first?.kind === "refreshed");
				const own = issues.filter(({ proof: { issue } }) => issue.amount === first.amount);
				return { results: [first, refused("ruling-taken")], issues: own };
			});
		ann.connect(town.operator.id, lyingOperator(town, half));
		assert.equal(codeOf(await ann.askRefund(attempt)), "inFlight");
		const came = ann.balance(town.asset).available;
		assert.ok(came === 100n || came === 50n);
		assert.equal(ann.module.payer(attempt), "locked");
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ann.balance(town.asset).available, 150n);
		assert.deepEqual((await town.operator.audit(town.asset.code)).broken, []);
		await town.close();
	});

	test("that brings the tokens of what it disputes as well ends nothing: no later answer could bring them again", async () => {
		const { town, ann, attempt } = await unheard();
		const all: Lie = (answer) =>
			saying(answer, ({ results: [first] }) => {
				assert.ok(first);
				return { results: [first, forkedFor(0n)] };
			});
		ann.connect(town.operator.id, lyingOperator(town, all));
		assert.equal(codeOf(await ann.askRefund(attempt)), "not-evidence");
		assert.deepEqual([ann.balance(town.asset).locked, ann.balance(town.asset).available], [150n, 0n]);
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.deepEqual([ann.balance(town.asset).locked, ann.balance(town.asset).available], [0n, 150n]);
		await town.close();
	});

	test("that ends nothing has its operator asked again by the same program", async () => {
		for (const lie of [
			resulting(refreshed(1n), refreshed(1n)),
			resulting(refreshed(150n)),
			resulting(forkedFor(0n), forkedFor(0n)),
		]) {
			const { town, ann } = await unheard();
			ann.connect(town.operator.id, lyingOperator(town, lie));
			// A newer list says, too, that its dates are over.
			town.clock.now += longTrust.trustListValidity;
			await town.renew(ann);
			await ann.upkeep();
			assert.equal(ann.balance(town.asset).locked, 150n);
			await ann.upkeep();
			assert.deepEqual([ann.balance(town.asset).locked, ann.balance(town.asset).available], [0n, 150n]);
			await town.close();
		}
	});

	test("pays an account all of it, or is asked for again", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		const attempt = await interrupted(world, "twoPhase", "reserved");
		town.clock.now += due;
		for (const [code, lie] of [
			["sum-mismatch", resulting(paid(1n))],
			["sum-mismatch", resulting(refreshed(1_000n))],
			["not-evidence", resulting(forkedFor(0n))],
			["answer-disputed", resulting(refused("refund-closed"))],
		] as const) {
			ann.connect(town.operator.id, lyingOperator(town, lie));
			assert.equal(codeOf(await ann.askRefund(attempt)), code);
			assert.equal(ann.balance(town.asset).locked, 1_000n);
		}
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		await town.close();
	});

	test("of a fork counts by evidence of this token's way, and draws no more than it holds", async () => {
		const town = await openTown({ policy: longTrust });
		const [ann, eve, bob] = [await town.wallet(), await town.wallet(), await town.wallet()];
		await payTwice(town, { first: bob, second: ann }, 300n);
		await payTwice(town, { first: bob, second: eve }, 300n);
		const others = ok(await eve.redeem(town.asset)).evidence[0] as Bytes;
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		const lost = without(bob.handle, "transfer");
		const { attempt } = ok(await ann.pay({ request: request.encoded }, lost));
		town.clock.now += due;
		const of =
			(change: { readonly evidence?: Bytes; readonly drawn?: bigint }): Lie =>
			(answer) =>
				saying(answer, ({ results: [result] }) => {
					assert.ok(result?.kind === "forked" && result.drawn === 300n);
					return { results: [{ ...result, ...change }] };
				});
		for (const [code, lie] of [
			["not-evidence", of({ evidence: others })],
			["sum-mismatch", of({ drawn: 301n })],
		] as const) {
			ann.connect(town.operator.id, lyingOperator(town, lie));
			assert.equal(codeOf(await ann.askRefund(attempt)), code);
			assert.equal(ann.balance(town.asset).locked, 300n);
		}
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 300n);
		await town.close();
	});
});

describe("answers to several statements of one attempt", () => {
	test("end it with the last of them: the others are asked for again", async () => {
		const town = await openTown({ conditions: [forBooks], policy: longTrust });
		const [ann, shop] = [await town.wallet(100n), await town.wallet(0n, { class: "books" })];
		await town.fund(ann, 50n);
		const request = ok(await shop.request({ asset: town.asset, amount: 150n, mode: "direct" }));
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(shop.handle, "transfer")));
		town.clock.now += due;
		const truth: Lie = (answer) => answer;
		ann.connect(town.operator.id, lyingOperator(town, truth, resulting(refreshed(1n))));
		await ann.askRefund(attempt);
		assert.equal(ann.module.payer(attempt), "sent");
		assert.ok(ann.balance(town.asset).available < 150n);
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ann.balance(town.asset).available, 150n);
		await town.close();
	});
});

/** What its operator rules on a statement of this wallet, which does not hear it. */
async function ruledFor({ operator }: Town, wallet: Wallet, attempt: Bytes): Promise<SignedRuling> {
	let ruling: SignedRuling | undefined;
	await wallet.module.askRefund(attempt, async ({ request }) => {
		const answer = ok(await operator.rule(request));
		ruling = ruledIn(answer).ruling;
		return { kind: "refusal", code: "channel-failed", detail: "" };
	});
	assert.ok(ruling);
	return ruling;
}

describe("a ruling that somebody shows", () => {
	test("takes nothing that this side gave: what came for it is in the answer to its own statement", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		const attempt = await interrupted(world, "twoPhase", "reserved");
		town.clock.now += due;
		const ruling = await ruledFor(town, ann, attempt);
		await ann.handle([serializeMessage({ kind: "ruling", ruling })]);
		assert.equal(ann.module.payer(attempt), "locked");
		assert.equal(ann.balance(town.asset).locked, 1_000n);
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		await town.close();
	});

	test("on the other leg of an exchange leaves its payer to state its own", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "exchange", "counterTransfer");
		town.clock.now += due;
		assert.equal(codeOf(await bob.askRefund(attempt)), "safe");
		const [said] = ok(await bob.module.contact(attempt));
		assert.ok(said);
		await ann.handle([said]);
		assert.equal(ann.module.payer(attempt), "locked");
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		await town.close();
	});

	test("by the operator of what a payee gave takes nothing of it either, where another issued what it takes", async () => {
		const [card, fest] = await openTwoTowns({ policy: longTrust });
		const [ann, bob] = [await card.wallet(500n), await fest.wallet(8n)];
		await joinAll([card, fest], [ann, bob]);
		const against = { asset: fest.asset, amount: 3n };
		const request = ok(await bob.request({ asset: card.asset, amount: 120n, mode: "exchange", against }));
		const lost = without(bob.handle, "counterTransfer");
		const { attempt } = ok(await ann.pay({ request: request.encoded }, lost));
		for (const { clock } of [card, fest]) clock.now += due;
		const ruling = await ruledFor(fest, bob, attempt);
		await bob.handle([serializeMessage({ kind: "ruling", ruling })]);
		assert.equal(bob.balance(fest.asset).locked, 8n);
		assert.ok(!isRefusal(await bob.askRefund(attempt)));
		assert.equal(ok(await bob.account(fest.asset)), 8n);
		for (const town of [card, fest]) await town.close();
	});
});
