/** Whoever gives tokens, and whoever gives money on an account: when each of them gives, and what neither believes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Body,
	boundTo,
	type Exchange,
	type ExchangePolicy,
	exchangeStanding,
	exchangeWakesAt,
	forgetExchange,
	type RailEvent,
	type Step,
	stepExchange,
} from "../../src/rail/index.ts";

const terms = { payer: "ann", payee: "gate", amount: 300n } as const;
const [request, lock, release] = ["aa".repeat(32), "ab".repeat(32), "cd".repeat(32)];
const [transfer, receipt, cancel] = [["AAAA"], ["BBBB"], ["CCCC"]] as const;
const received = (from: string, body: Body): RailEvent => ({ kind: "received", from, body });

const usual = { purse: "purse", user: "user", patience_ms: 10, timeout_ms: 20 };
const gateway: ExchangePolicy = {
	...usual,
	accounts: new Map([["gate", "B"]]),
	others: new Map([["ann", "phone"]]),
	isGateway: true,
};
const phone: ExchangePolicy = {
	...usual,
	accounts: new Map([["ann", "A"]]),
	others: new Map([["gate", "gateway"]]),
	isGateway: false,
};

function stepBy(policy: ExchangePolicy) {
	return (kept: Exchange | undefined, event: RailEvent, now = 0): Step<Exchange> =>
		stepExchange(kept, event, { payment: "p", now, fresh: "" }, policy);
}

function done(step: Step<Exchange>) {
	if (step.kind === "refused") return assert.fail(step.code);
	return {
		kept: step.kept,
		said: step.sends.map(({ to, body }) => `${to}: ${body.kind}`),
		sends: step.sends,
	};
}

function codeOf(step: Step<Exchange>): string {
	return step.kind === "refused" ? step.code : "taken";
}

const stepT = stepBy(gateway);
const offer: Body = { kind: "offer", ...terms, messages: ["DDDD"] };
const locking = (): Exchange => done(stepT(undefined, received("phone", offer))).kept;
const locked = (): Exchange =>
	done(stepT(locking(), received("purse", { kind: "locked", request, lock, messages: transfer }))).kept;
const held: Body = { kind: "held", payee: "gate", amount: 300n, credit: boundTo(lock) };
const receiptOf: Body = { kind: "handOver", messages: receipt };
const released: Body = { kind: "released", release, messages: ["EEEE"] };
const cancelled: Body = { kind: "cancelled", messages: cancel };

test("tokens are released once D holds the money and the other side its reservation, in either order, and not before", () => {
	const [first, second] = [received("B", held), received("phone", receiptOf)];
	for (const [one, other] of [
		[first, second],
		[second, first],
	] as const) {
		const half = done(stepT(locked(), one));
		assert.deepEqual(half.said, []);
		const whole = done(stepT(half.kept, other));
		assert.deepEqual(whole.said, ["purse: release"]);
		const over = done(stepT(whole.kept, received("purse", released)));
		assert.deepEqual(over.said, ["phone: handOver", "B: settle"]);
		assert.equal(exchangeStanding(over.kept), "open", "until D has posted");
		const paid = done(stepT(over.kept, received("B", { kind: "told", standing: "completed" })));
		assert.equal(exchangeStanding(paid.kept), "completed");
	}
	for (const from of ["A", "phone", "D", "user"])
		assert.equal(codeOf(stepT(locked(), received(from, held))), "sender-refused", from);
});

test("what D holds otherwise than agreed releases nothing: another account, amount, lock, or none", () => {
	const { kept } = done(stepT(locked(), received("phone", receiptOf)));
	const others: readonly Body[] = [
		{ ...held, payee: "other" },
		{ ...held, amount: 299n },
		{ ...held, credit: boundTo("ac".repeat(32)) },
		{ ...held, credit: "reserved" },
		{ ...held, credit: "final" },
	];
	for (const other of others) {
		const decided = done(stepT(kept, received("B", other)));
		assert.deepEqual(decided.said, ["purse: cancel"]);
		assert.deepEqual(done(stepT(decided.kept, received("purse", cancelled))).said, [
			"phone: handOver",
			"B: settle",
		]);
	}
});

test("whoever gives tokens gives up by itself before it has decided, and says so again to whoever asks", () => {
	const wakes = exchangeWakesAt(locked(), gateway);
	assert.equal(wakes, 10);
	const givesUp: readonly (readonly [RailEvent, number])[] = [
		[{ kind: "woken" }, 10],
		[received("phone", { kind: "giveUp" }), 0],
		[received("user", { kind: "paidOtherwise" }), 0],
	];
	for (const [event, now] of givesUp) {
		const deciding = done(stepT(locked(), event, now));
		assert.deepEqual(deciding.said, ["purse: cancel"]);
		const over = done(stepT(deciding.kept, received("purse", cancelled)));
		assert.deepEqual(over.said, ["phone: handOver", "B: settle"]);
		assert.deepEqual(over.sends.at(-1)?.body, { kind: "settle", release: null });
		assert.equal(exchangeStanding(over.kept), "abandoned");
		assert.deepEqual(done(stepT(over.kept, received("phone", receiptOf))).said, ["purse: cancel"]);
		assert.deepEqual(done(stepT(over.kept, received("B", held))).said, [], "D was told already");
	}
	assert.deepEqual(done(stepT(locked(), { kind: "woken" }, 9)).said, []);
	const early = done(stepT(locking(), received("phone", { kind: "giveUp" }))).kept;
	const late = done(stepT(early, received("purse", { kind: "locked", request, lock, messages: transfer })));
	assert.deepEqual(late.said, ["purse: cancel"], "what was not locked yet is cancelled as soon as it is");
	const both = done(
		stepT(done(stepT(locked(), received("B", held))).kept, received("phone", receiptOf)),
	).kept;
	for (const [event] of givesUp) {
		const asked = done(stepT(both, event, 1_000));
		assert.deepEqual([asked.kept, asked.said], [both, []], "the module decides");
	}
	const paid = done(stepT(both, received("purse", released))).kept;
	for (const [event] of givesUp)
		assert.deepEqual(done(stepT(paid, event, 1_000)).said, [], "nothing after it");
	assert.deepEqual(done(stepT(paid, received("phone", receiptOf))).said, ["purse: release"]);
	assert.deepEqual(done(stepT(paid, received("purse", cancelled))).kept, paid);
});

test("nobody but a gateway gives tokens or money to others unasked, and nobody speaks for another's purse", () => {
	const shy = stepBy({ ...gateway, isGateway: false });
	assert.equal(codeOf(shy(undefined, received("phone", offer))), "sender-refused");
	const begin: Body = { kind: "begin", ...terms };
	assert.equal(codeOf(stepBy(phone)(undefined, received("gateway", begin))), "sender-refused");
	assert.equal(codeOf(stepT(undefined, received("stranger", offer))), "sender-refused");
	assert.equal(
		codeOf(stepBy(phone)(undefined, received("gateway", { kind: "exchange", ...terms }))),
		"sender-refused",
	);
	const stolen = { ...terms, payer: "bob" };
	assert.equal(
		codeOf(stepT(undefined, received("phone", { kind: "offer", ...stolen, messages: [] }))),
		"sender-refused",
	);
	for (const body of [released, cancelled, { kind: "locked", request, lock, messages: [] } as const])
		assert.equal(codeOf(stepT(locked(), received("phone", body))), "sender-refused", body.kind);
});

const stepM = stepBy(phone);
const tap = received("user", { kind: "exchange", ...terms });
const offered = (): Exchange => {
	const asking = done(stepM(undefined, tap)).kept;
	return done(stepM(asking, received("purse", { kind: "requested", request, messages: ["DDDD"] }))).kept;
};
const reserving = (): Exchange =>
	done(stepM(offered(), received("gateway", { kind: "handOver", messages: transfer }))).kept;
const holding = received("purse", { kind: "holding", lock, messages: receipt });
const paying = () => done(stepM(reserving(), holding));

test("nothing is paid on account before the module holds the tokens, and then bound to the lock it holds them by", () => {
	const { said, sends } = paying();
	assert.deepEqual(said, ["gateway: handOver", "A: instruct"]);
	assert.deepEqual(sends[1]?.body, { kind: "instruct", ...terms, credit: boundTo(lock) });
	const nothing = done(stepM(reserving(), received("purse", { kind: "waiting" })));
	assert.deepEqual([nothing.kept.kind, nothing.said], ["offered", []]);
	const unwanted = done(stepM(reserving(), received("user", { kind: "paidOtherwise" }))).kept;
	const said2 = done(stepM(unwanted, holding)).said;
	assert.deepEqual(said2, ["gateway: giveUp"], "whoever paid otherwise meanwhile pays nothing");
});

test("the other side's cancel is taken once the money is back, and the release that D was shown brings the tokens", () => {
	const word = received("gateway", { kind: "handOver", messages: cancel });
	const told = done(stepM(paying().kept, word));
	const mayFree = (step: ReturnType<typeof done>): unknown =>
		step.sends.flatMap(({ body }) => (body.kind === "take" ? [body.mayFree] : []));
	assert.deepEqual(mayFree(told), [false]);
	const back = done(stepM(told.kept, received("A", { kind: "settled", release: null })));
	assert.deepEqual([back.said, mayFree(back)], [["gateway: giveUp", "purse: take"], [true]]);
	const freed = done(stepM(back.kept, received("purse", { kind: "freed" })));
	assert.equal(exchangeStanding(freed.kept), "abandoned");
	const cheated = done(stepM(told.kept, received("A", { kind: "settled", release })));
	assert.deepEqual(cheated.sends.at(-1)?.body, {
		kind: "take",
		request,
		messages: [],
		release,
		mayFree: false,
	});
	const owned = done(stepM(cheated.kept, received("purse", { kind: "owned" })));
	assert.equal(exchangeStanding(owned.kept), "completed");
	assert.equal(codeOf(stepM(told.kept, received("gateway", { kind: "settled", release }))), "sender-refused");
});

test("before its module holds anything it stops by its own time, and after that by none", () => {
	assert.equal(exchangeWakesAt(offered(), phone), 20);
	const stopped = done(stepM(offered(), { kind: "woken" }, 20));
	assert.deepEqual([stopped.said, exchangeStanding(stopped.kept)], [["gateway: giveUp"], "abandoned"]);
	assert.equal(exchangeWakesAt(reserving(), phone), undefined);
	assert.equal(exchangeWakesAt(paying().kept, phone), undefined);
	assert.deepEqual(done(stepM(paying().kept, { kind: "woken" }, 1_000_000)).said, []);
	const refused = done(stepM(paying().kept, received("A", { kind: "told", standing: "refused" })));
	assert.deepEqual(refused.said, ["gateway: giveUp"], "the other side need not wait for nothing");
	assert.equal(exchangeStanding(refused.kept), "open", "until it says that it has cancelled");
	const late = done(stepM(reserving(), received("gateway", { kind: "handOver", messages: cancel }))).kept;
	const after = done(stepM(late, holding));
	assert.deepEqual(
		after.said,
		["gateway: handOver", "A: instruct", "purse: take"],
		"what came meanwhile is not lost",
	);
});

test("what is over for both legs may be forgotten, and a lock that was cancelled never", () => {
	const closed = (kept: Exchange): boolean => forgetExchange(kept) !== undefined;
	const { kept } = paying();
	const owned = done(stepM(kept, received("purse", { kind: "owned" }))).kept;
	assert.equal(closed(owned), false, "A has not said yet what became of the money");
	assert.equal(closed(done(stepM(owned, received("A", { kind: "settled", release }))).kept), true);
	assert.deepEqual([closed(offered()), closed(kept), closed(locked())], [false, false, false]);
	const deciding = done(stepT(locked(), { kind: "woken" }, 10)).kept;
	assert.equal(
		closed(done(stepT(deciding, received("purse", cancelled))).kept),
		false,
		"the other side may ask",
	);
});
