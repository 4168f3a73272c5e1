/**
 * What an operator pays back on a statement, where no account may take it: of a meter, and of what a backup brought. Its
 * answer counts whole, or it is asked again.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RulingQuestion } from "@tenten/module";
import {
	type Bytes,
	type ClaimResult,
	isRefusal,
	parseReply,
	parseRulingReply,
	type Refusal,
	refuse,
	rulingReply,
	serialize,
	sumOf,
	toHex,
} from "@tenten/protocol";
import { type Channel, inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { payTwice } from "./support/forked.ts";
import { forkedFor, refused, ruledIn, saying } from "./support/lying.ts";
import { openMeter } from "./support/open-meter.ts";
import { ok, openTown, random, type Town, asset as yen } from "./support/town.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "taken");

const dollars = { ...yen, code: "USD", scale: 2, name: "Dollar" };

/** A town whose money only shops may take, and have on their accounts. */
const townOfShops = (): Promise<Town> =>
	openTown({
		policy: { assets: [yen, dollars] },
		conditions: [
			{
				...{ kind: "payees", classes: ["shop"], merchantCategories: null },
				...{ regions: null, operators: null, certificates: null },
			},
		],
	});

/** What the operator says when it is asked so; whoever asks does not hear it. */
async function overheard(
	{ operator }: Town,
	asks: (ask: (question: RulingQuestion) => Promise<Bytes | Refusal>) => Promise<unknown>,
): Promise<Bytes> {
	let answer: Bytes | undefined;
	await asks(async ({ request }) => {
		answer = ok(await operator.rule(request));
		return refuse("channel-failed");
	});
	assert.ok(answer);
	return answer;
}

/** An answer, with another result in the place of its own. */
const resulting = (answer: Bytes, result: ClaimResult): Bytes =>
	saying(answer, () => ({ results: [result] }));

/** An answer whose tokens are as much in dollars, of the same owner. */
async function inDollars({ operator }: Town, answer: Bytes): Promise<Bytes> {
	const { issues } = ok(parseReply(ruledIn(answer).reply as Bytes));
	const outputs = issues.map(({ proof: { issue } }) => issue);
	const terms = { conditions: [], caveats: [] };
	const proofs = ok(await operator.issue({ id: random(32), code: dollars.code, outputs, terms }));
	return saying(answer, () => ({ issues: proofs.map((proof) => ({ output: null, proof })) }));
}

/** The sum of the tokens of an answer, minor units. */
const sumIn = (answer: Bytes): bigint =>
	sumOf(ok(parseReply(ruledIn(answer).reply as Bytes)).issues.map(({ proof: { issue } }) => issue));

/** What may be wrong beside evidence that holds. */
const forkLies: readonly ((answer: Bytes) => Bytes)[] = [
	(answer) => saying(answer, () => ({ issues: [] })),
	(answer) =>
		saying(answer, ({ results: [result] }) => {
			assert.ok(result?.kind === "forked");
			return { results: [{ ...result, drawn: result.drawn + 1n }] };
		}),
];

const lacking: Readonly<Record<string, readonly [code: string, lie: (answer: Bytes) => Bytes]>> = {
	"no token": ["sum-mismatch", (answer) => saying(answer, () => ({ issues: [] }))],
	"one token, twice": [
		"sum-mismatch",
		(answer) =>
			saying(answer, ({ results: [result], issues: [issue] }) => {
				assert.ok(result?.kind === "refreshed" && issue);
				return { results: [{ ...result, amount: 2n * result.amount }], issues: [issue, issue] };
			}),
	],
	"less than must come back": [
		"sum-mismatch",
		(answer) => resulting(answer, { kind: "refreshed", amount: sumIn(answer) - 1n }),
	],
	"an account that may not take it": [
		"sum-mismatch",
		(answer) => saying(answer, () => ({ results: [{ kind: "paid", amount: sumIn(answer) }], issues: [] })),
	],
	"a fork that nobody made": ["not-evidence", (answer) => resulting(answer, forkedFor(0n))],
	"no, for good, without a reason that can be seen here": [
		"answer-disputed",
		(answer) => saying(answer, () => ({ results: [refused("ruling-taken")], issues: [] })),
	],
	"more than there is": [
		"sum-mismatch",
		(answer) => resulting(answer, { kind: "refreshed", amount: sumIn(answer) + 1_000n }),
	],
	"no result": ["request-mismatch", (answer) => saying(answer, () => ({ results: [] }))],
	"no reply": ["request-mismatch", (answer) => serialize(rulingReply, { ...ruledIn(answer), reply: null })],
	"another order": ["request-mismatch", (answer) => saying(answer, () => ({ order: random(32) }))],
	"to wait": [
		"attempt-pending",
		(answer) => saying(answer, () => ({ results: [refused("busy", true)], issues: [] })),
	],
};

describe("the rest of a meter that no account may take", () => {
	/** Two meters of 250, which their payee does not claim, and what an operator says of the first and of the second. */
	async function unclaimed() {
		const town = await townOfShops();
		const payer = await town.wallet();
		await town.fund(payer, 500n, yen.code, 2);
		const payee = await town.wallet(0n, { class: "shop" });
		const { meter, until } = await openMeter({ town, payer, payee });
		const { meter: other } = await openMeter({ town, payer, payee });
		town.clock.now = until + yen.grace;
		const { meters } = payer.module;
		const [answer, others] = await Promise.all(
			[meter, other].map((of) => overheard(town, (ask) => meters.claim(of, ask))),
		);
		return { town, payer, meter, answer: answer as Bytes, others: others as Bytes };
	}

	test("comes in tokens, once the operator's answer is whole", async () => {
		const { town, payer, meter, answer, others } = await unclaimed();
		const lies = Object.values(lacking).map(([code, lie]) => [code, lie(answer)] as const);
		const { meters } = payer.module;
		for (const [code, lie] of [
			...lies,
			["sum-mismatch", await inDollars(town, answer)],
			["request-mismatch", others],
		] as const) {
			assert.equal(codeOf(await meters.claim(meter, async () => lie)), code);
			assert.equal(meters.get(meter)?.isOpen, true);
			assert.equal(payer.balance(town.asset).available, 0n);
		}
		const paid = await meters.claim(meter, async () => answer);
		assert.deepEqual(paid, { kind: "paid", amount: 250n, fresh: 250n });
		assert.equal(meters.get(meter)?.isOpen, false);
		assert.equal(payer.balance(town.asset).available, 250n);
		assert.equal(codeOf(await meters.claim(meter, async () => answer)), "meter-over");
		await town.close();
	});

	test("comes in tokens, too, where a fork had taken it and the reserve pays", async () => {
		// A meter's change has no purpose, so no account takes it.
		const purpose = "meals";
		const town = await openTown({ conditions: [{ kind: "purpose", purposes: [purpose] }] });
		const [payer, other, payee] = [await town.wallet(), await town.wallet(), await town.wallet()];
		await payTwice(town, { first: other, second: payer }, 250n, { purpose });
		const { meter, until } = await openMeter({ town, payer, payee, purpose });
		town.clock.now = until + yen.grace;
		const { meters } = payer.module;
		const answer = await overheard(town, (ask) => meters.claim(meter, ask));
		for (const lie of forkLies) {
			assert.equal(codeOf(await meters.claim(meter, async () => lie(answer))), "sum-mismatch");
			assert.equal(meters.get(meter)?.isOpen, true);
		}
		const paid = await meters.claim(meter, async () => answer);
		assert.deepEqual(paid, { kind: "paid", amount: 250n, fresh: 250n });
		assert.equal(payer.balance(town.asset).available, 250n);
		await town.close();
	});
});

describe("what an account may take of a meter", () => {
	/** A meter of 250 for a hundred ticks, of which forty were ticked, and its sides once they may claim. */
	async function ticked() {
		const town = await openTown();
		const payer = await town.wallet(500n);
		const payee = await town.wallet();
		return { town, payer, payee, ...(await openMeter({ town, payer, payee, ticked: 40 })) };
	}

	test("is no less than what was not shown to the payee", async () => {
		const { town, payer, meter, until } = await ticked();
		town.clock.now = until + yen.grace;
		const { meters } = payer.module;
		const answer = await overheard(town, (ask) => meters.claim(meter, ask));
		for (const amount of [1n, 149n]) {
			const lie = resulting(answer, { kind: "paid", amount });
			assert.equal(codeOf(await meters.claim(meter, async () => lie)), "sum-mismatch");
			assert.equal(meters.get(meter)?.isOpen, true);
		}
		const madeUp = resulting(answer, forkedFor(1n));
		assert.equal(codeOf(await meters.claim(meter, async () => madeUp)), "not-evidence");
		const paid = await meters.claim(meter, async () => answer);
		assert.deepEqual(paid, { kind: "paid", amount: 250n, fresh: 0n });
		await town.close();
	});

	test("of a fork is what the reserve drew: how much others had drawn before is not known here", async () => {
		const town = await openTown();
		const [payer, other, payee] = [await town.wallet(), await town.wallet(), await town.wallet()];
		await payTwice(town, { first: other, second: payer }, 250n);
		const { meter, until } = await openMeter({ town, payer, payee });
		town.clock.now = until + yen.grace;
		const { meters } = payer.module;
		const answer = await overheard(town, (ask) => meters.claim(meter, ask));
		const [result] = ok(parseReply(ruledIn(answer).reply as Bytes)).results;
		assert.ok(result?.kind === "forked" && result.drawn === 250n);
		const drawn = resulting(answer, { ...result, drawn: 1n });
		assert.deepEqual(await meters.claim(meter, async () => drawn), { kind: "paid", amount: 1n, fresh: 0n });
		await town.close();
	});

	test("is no less than the payee's ticks", async () => {
		const { town, payee, meter, until } = await ticked();
		town.clock.now = until;
		const { meters } = payee.module;
		const word = await overheard(town, (ask) => meters.claim(meter, ask));
		const said = ok(parseRulingReply(word));
		assert.ok(said.kind === "claimed");
		const less = serialize(rulingReply, { ...said, ticks: 39 });
		assert.equal(codeOf(await meters.claim(meter, async () => less)), "request-mismatch");
		const kept = await meters.claim(meter, async () => word);
		assert.deepEqual(kept, { kind: "kept", from: until + yen.grace });
		town.clock.now = until + yen.grace;
		const answer = await overheard(town, (ask) => meters.claim(meter, ask));
		const lie = resulting(answer, { kind: "paid", amount: 99n });
		assert.equal(codeOf(await meters.claim(meter, async () => lie)), "sum-mismatch");
		assert.equal(meters.get(meter)?.isOpen, true);
		assert.deepEqual(await meters.claim(meter, async () => answer), {
			kind: "paid",
			amount: 100n,
			fresh: 0n,
		});
		await town.close();
	});
});

describe("a link that is said to have consumed a meter", () => {
	test("ends it only where that is the Close which this side signed", async () => {
		const town = await openTown();
		const payer = await town.wallet(0n);
		await town.fund(payer, 500n, yen.code, 2);
		const payee = await town.wallet();
		const closed = await openMeter({ town, payer, payee, ticked: 40 });
		const { meter } = await openMeter({ town, payer, payee, ticked: 10 });
		const { meters } = payer.module;
		ok(await payee.module.meters.close(closed.meter));
		const whole = inProcessChannel(payee.handle);
		const isClosed = (): boolean => meters.get(closed.meter)?.state === "closed";
		const deaf: Channel = {
			exchange: async (messages) => (isClosed() ? refuse("channel-failed") : whole.exchange(messages)),
		};
		await payer.meters.resume(closed.meter, deaf);
		assert.equal(meters.get(closed.meter)?.state, "closed");
		const shown = await overheard(town, (ask) => meters.claim(closed.meter, ask));
		town.clock.now = closed.until + yen.grace;
		const due = () => meters.dueClaims().map((each) => toHex(each.meter));
		const said = ok(parseRulingReply(shown));
		assert.ok(said.kind === "consumed");
		const { consumed } = said;
		const link = { ...consumed.link, payload: random(32) };
		const another = serialize(rulingReply, { kind: "consumed", consumed: { ...consumed, link } });
		for (const [of, lie] of [
			[meter, shown],
			[closed.meter, another],
		] as const) {
			assert.equal(codeOf(await meters.claim(of, async () => lie)), "not-evidence");
			assert.ok(due().includes(toHex(of)));
		}
		assert.deepEqual(await meters.claim(closed.meter, async () => shown), { kind: "closed" });
		assert.deepEqual(due(), [toHex(meter)]);
		await town.close();
	});
});

describe("what a backup brought and no account may take", () => {
	/** A wallet that is restored from a backup of 500, when it is due, and what its operator says of it. */
	async function due(town: Town, lost: Wallet) {
		const backup = await lost.module.backup("correct horse", "interactive");
		const unlock = { kind: "device", key: random(32) } as const;
		const options = { store: memoryStore(), unlock, now: () => town.clock.now, random };
		const wallet = ok(await Wallet.restore(options, backup, "correct horse"));
		assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
		town.clock.now += yen.redeemWindow + 2 * yen.grace;
		await town.renew(wallet);
		const [awaited] = wallet.module.awaited();
		assert.ok(awaited);
		const tell = (answer: Bytes) => wallet.module.askFate(awaited.output, async () => answer);
		const answer = await overheard(town, (ask) => wallet.module.askFate(awaited.output, ask));
		return { wallet, tell, answer };
	}

	test("comes in tokens, once the operator's answer is whole", async () => {
		const town = await townOfShops();
		const { wallet, tell, answer } = await due(town, await town.wallet(500n));
		for (const [code, lie] of Object.values(lacking)) {
			assert.equal(codeOf(await tell(lie(answer))), code);
			assert.equal(wallet.balance(town.asset).awaited, 500n);
		}
		assert.equal(codeOf(await tell(await inDollars(town, answer))), "sum-mismatch");
		assert.equal(wallet.balance(town.asset).awaited, 500n);
		const back = { kind: "refunded", amount: 500n, fresh: 500n };
		assert.deepEqual(await tell(answer), back);
		const { available, awaited } = wallet.balance(town.asset);
		assert.deepEqual([available, awaited], [500n, 0n]);
		await town.close();
	});

	test("comes in tokens, too, where a fork had taken it and the reserve pays", async () => {
		const town = await townOfShops();
		const shop = { class: "shop" };
		const [first, second] = [await town.wallet(0n, shop), await town.wallet(0n, shop)];
		await payTwice(town, { first, second }, 500n);
		const { wallet, tell, answer } = await due(town, second);
		for (const lie of forkLies) {
			assert.equal(codeOf(await tell(lie(answer))), "sum-mismatch");
			assert.equal(wallet.balance(town.asset).awaited, 500n);
		}
		assert.deepEqual(await tell(answer), { kind: "refunded", amount: 500n, fresh: 500n });
		assert.equal(wallet.balance(town.asset).available, 500n);
		await town.close();
	});
});
