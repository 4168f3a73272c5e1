/** A hostile operator: an answer that does not fit what its holder asked changes nothing, and the order waits on. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type Bytes,
	isRefusal,
	parseReply,
	type Refusal,
	reply as replyShape,
	serialize,
} from "@tenten/protocol";
import { ok, openTown, random, asset as yen } from "./support/town.ts";

const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

const dollars = { ...yen, code: "USD", scale: 2, name: "Dollar" };

describe("an operator's answer", () => {
	/** Ann's pending order, and what the operator answers to it. */
	async function pending(action: "refresh" | "withdraw") {
		const town = await openTown({ policy: { assets: [yen, dollars] } });
		const ann = await town.wallet(1_000n);
		const inputs = ann.module.tokens().map(({ output }) => output);
		const account = ann.module.certificates()[0]?.hash as Bytes;
		await town.operator.deposit(random(32), account, yen.code, 50n);
		const options =
			action === "refresh"
				? { asset: town.asset, action: { kind: "refresh" } as const, inputs }
				: { asset: town.asset, action: { kind: "withdraw", outputs: [20n, 30n] } as const, inputs: [] };
		const order = ok(await ann.module.order(options));
		const answer = ok(await town.operator[order.route](order.request));
		return { town, ann, order, answer };
	}

	for (const action of ["refresh", "withdraw"] as const)
		test(`that lacks tokens of a ${action} ends nothing: the order waits for the whole answer`, async () => {
			const { town, ann, order, answer } = await pending(action);
			const whole = ok(parseReply(answer));
			const [first] = whole.issues;
			assert.ok(first);
			const short = action === "refresh" ? [] : [first, first];
			const lacking = serialize(replyShape, { ...whole, issues: short });
			assert.equal(codeOf(await ann.module.answer(order.digest, lacking)), "sum-mismatch");
			assert.equal((await ann.module.pendingOrders()).length, 1);
			ok(await ann.module.answer(order.digest, answer));
			assert.equal(ann.balance(town.asset).available, action === "refresh" ? 1_000n : 1_050n);
			await town.close();
		});

	test("in tokens of another asset ends nothing", async () => {
		const { town, ann, order, answer } = await pending("withdraw");
		const whole = ok(parseReply(answer));
		const outputs = whole.issues.map(({ proof: { issue } }) => issue);
		const terms = { conditions: [], caveats: [] };
		const cents = ok(await town.operator.issue({ id: random(32), code: dollars.code, outputs, terms }));
		const issues = cents.map((proof, output) => ({ output, proof }));
		const foreign = serialize(replyShape, { ...whole, issues });
		assert.equal(codeOf(await ann.module.answer(order.digest, foreign)), "asset-mismatch");
		assert.equal(ann.balance(town.assetOf(dollars.code)).available, 0n);
		ok(await ann.module.answer(order.digest, answer));
		assert.equal(ann.balance(town.asset).available, 1_050n);
		await town.close();
	});

	test("that brings back a token which was here before is not taken: spending it would be a fork", async () => {
		const { town, ann, order, answer } = await pending("withdraw");
		ok(await ann.module.answer(order.digest, answer));
		const { issues } = ok(parseReply(answer));
		const token = ann.module.tokens().find(({ amount }) => amount === 20n);
		const inputs = [token?.output as Bytes];
		const refresh = ok(await ann.module.order({ asset: town.asset, action: { kind: "refresh" }, inputs }));
		const results = [{ kind: "refreshed", amount: 20n }] as const;
		const stale = serialize(replyShape, { order: refresh.digest, results, issues: issues.slice(0, 1) });
		assert.equal(codeOf(await ann.module.answer(refresh.digest, stale)), "request-reused");
		ok(await ann.module.answer(refresh.digest, ok(await town.operator.claim(refresh.request))));
		assert.equal(ann.balance(town.asset).available, 1_050n);
		await town.close();
	});

	test("to another order, or to none, is not taken", async () => {
		const { town, ann, order, answer } = await pending("withdraw");
		const whole = ok(parseReply(answer));
		const other = serialize(replyShape, { ...whole, order: random(32) });
		assert.equal(codeOf(await ann.module.answer(order.digest, other)), "order-mismatch");
		assert.equal(codeOf(await ann.module.answer(random(32), answer)), "attempt-unknown");
		assert.equal(codeOf(await ann.module.answer(order.digest, Uint8Array.of(0xff))), "malformed");
		await town.close();
	});
});
