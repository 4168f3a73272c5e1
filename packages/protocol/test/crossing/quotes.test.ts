/** Agreements and quotes: what both have signed, at a price that anyone counts again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AgreementBody,
	checkQuote,
	isRefusal,
	limits,
	noPositions,
	type Positions,
	priceOf,
	type Quote,
	type Quoting,
	refuseQuote,
	signQuote,
	transferId,
	verifyAgreement,
	verifyQuote,
	withCredited,
	withReserved,
	withSettled,
	withVoided,
} from "@tenten/protocol";
import fc from "fast-check";
import { Scene, start } from "./support/scene.ts";
import { codeOf, id, must } from "./support/sides.ts";

const amount = fc.bigInt({ min: 1n, max: limits.amount });
const small = fc.bigInt({ min: 1n, max: 10_000n });

test("a price is exact: the least that buys what is asked for, and the fee of that, each rounded up", () => {
	const any = fc.oneof(amount, small);
	fc.assert(
		fc.property(any, any, any, fc.oneof(fc.constant(0n), any), fc.nat(1_000_000), (...args) => {
			const [credits, credited, paid, fixed, perMillion] = args;
			const price = priceOf(credits, { credited, paid }, { fixed, perMillion });
			// By cross-multiplying, without a division.
			const buys = (crosses: bigint): boolean => crosses * credited >= credits * paid;
			if (isRefusal(price)) {
				assert.equal(price.code, "amount-invalid");
				// What is left of an amount beside the fixed part, with the fee of that, does not buy it.
				const most = limits.amount - fixed;
				const affordable = most < 0n ? -1n : (most * 1_000_000n) / (1_000_000n + BigInt(perMillion));
				assert.ok(!buys(affordable - 1n));
				return;
			}
			const { crosses, fee, pays } = price;
			assert.ok(buys(crosses) && !buys(crosses - 1n));
			const ofIt = (fee - fixed) * 1_000_000n;
			assert.ok(ofIt >= crosses * BigInt(perMillion) && ofIt - 1_000_000n < crosses * BigInt(perMillion));
			assert.ok(pays === crosses + fee && pays >= 1n && pays <= limits.amount);
		}),
		{ numRuns: 500 },
	);
});

test("a shop's 3 dollars at 155 yen cost 465 yen, and 12 yen to the source", () => {
	const price = priceOf(300n, { credited: 100n, paid: 155n }, { fixed: 10n, perMillion: 2_500 });
	assert.deepEqual(price, { crosses: 465n, fee: 12n, pays: 477n });
});

test("open and unsettled never exceed the exposure, and end where they began", () => {
	const step = fc.record({
		kind: fc.constantFrom("reserve", "void", "credit", "settle"),
		credits: fc.bigInt({ min: 1n, max: 400n }),
	});
	fc.assert(
		fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
			let positions: Positions = noPositions;
			for (const { kind, credits } of steps) {
				const { open, unsettled } = positions;
				if (kind === "reserve" && open + unsettled + credits <= 1_000n)
					positions = withReserved(positions, credits);
				else if (kind === "void" && credits <= open) positions = withVoided(positions, credits);
				else if (kind === "credit" && credits <= open) positions = withCredited(positions, credits);
				else if (kind === "settle" && credits <= unsettled) positions = withSettled(positions, credits);
				assert.ok(positions.open >= 0n && positions.unsettled >= 0n);
				assert.ok(positions.open + positions.unsettled <= 1_000n);
			}
			const { open, unsettled } = positions;
			assert.deepEqual(withSettled(withVoided(positions, open), unsettled), noPositions);
		}),
		{ numRuns: 200 },
	);
	assert.throws(() => withVoided({ open: 1n, unsettled: 9n }, 2n));
	assert.throws(() => withCredited({ open: 1n, unsettled: 9n }, 2n));
	assert.throws(() => withSettled({ open: 9n, unsettled: 1n }, 2n));
});

test("an agreement binds once both have signed it, under keys that their lists name", async () => {
	const scene = new Scene();
	const { keys } = scene;
	const signed = await scene.agreement();
	assert.equal(codeOf(verifyAgreement(signed, keys)), "accepted");
	const { bySource, byDestination } = signed;
	assert.equal(codeOf(verifyAgreement({ ...signed, bySource: byDestination }, keys)), "signature-invalid");
	assert.equal(codeOf(verifyAgreement({ ...signed, byDestination: bySource }, keys)), "signature-invalid");
	const body: AgreementBody = { ...signed.body, exposure: 1_001n };
	assert.equal(codeOf(verifyAgreement({ ...signed, body }, keys)), "signature-invalid");
	for (const unlisted of [signed.body.source, signed.body.destination]) {
		const keysOf: typeof keys.keysOf = (operator) =>
			operator[0] === unlisted[0] ? [] : keys.keysOf(operator);
		assert.equal(codeOf(verifyAgreement(signed, { ...keys, keysOf })), "authority-unknown");
	}
	const withItself = await scene.agreement({ ...signed.body, destination: signed.body.source });
	assert.equal(codeOf(verifyAgreement(withItself, keys)), "malformed");
	const never = await scene.agreement({ ...signed.body, until: signed.body.from });
	assert.equal(codeOf(verifyAgreement(never, keys)), "malformed");
});

test("a quote binds once both have signed it, at the agreed price and no other", async () => {
	const scene = new Scene();
	const agreed = await scene.agreed();
	const signed = await scene.signedQuote();
	const quote = must(verifyQuote(signed, agreed, scene.keys));
	assert.deepEqual(quote.transfer, transferId(signed.body));
	const { bySource, byDestination } = signed;
	assert.equal(
		codeOf(verifyQuote({ ...signed, bySource: byDestination }, agreed, scene.keys)),
		"signature-invalid",
	);
	assert.equal(
		codeOf(verifyQuote({ ...signed, byDestination: bySource }, agreed, scene.keys)),
		"signature-invalid",
	);
	const changed: readonly (readonly [Partial<Quote>, string])[] = [
		[{ agreement: id(9) }, "agreement-unknown"],
		[{ expiresAt: scene.agreementBody.until + 1 }, "agreement-over"],
		[{ expiresAt: scene.agreementBody.from - 1 }, "agreement-over"],
		[{ pays: signed.body.pays - 1n }, "quote-invalid"],
		[{ fee: signed.body.fee + 1n }, "quote-invalid"],
		[{ fee: signed.body.fee - 1n, pays: signed.body.pays - 1n }, "quote-invalid"],
		[{ fee: signed.body.fee + 1n, pays: signed.body.pays + 1n }, "quote-invalid"],
		[{ credits: limits.amount, rate: { credited: 1n, paid: 2n } }, "quote-invalid"],
	];
	for (const [some, code] of changed) {
		const body = { ...signed.body, ...some };
		const both = {
			body,
			bySource: await signQuote(body, scene.source.ruling),
			byDestination: await signQuote(body, scene.destination.ruling),
		};
		assert.equal(codeOf(verifyQuote(both, agreed, scene.keys)), code, Object.keys(some).join());
	}
});

test("either side signs no quote that is late, too long, beyond its exposure, or decided by another time's seal", async () => {
	const scene = new Scene();
	const agreed = await scene.agreed();
	const body = await scene.quoteBody();
	const usual: Quoting = { now: start, lastSeal: 2, since: start, positions: noPositions };
	const asked = (some: Partial<Quoting>, changed: Partial<Quote> = {}) =>
		codeOf(refuseQuote({ ...body, ...changed }, agreed, { ...usual, ...some }));
	const cases: readonly (readonly [string, Partial<Quoting>, Partial<Quote>?])[] = [
		["accepted", {}],
		["accepted", { positions: null }],
		["agreement-over", { now: scene.agreementBody.from - 1 }],
		["agreement-over", { now: scene.agreementBody.until }],
		["agreement-unknown", {}, { agreement: id(9) }],
		["quote-invalid", {}, { pays: 1n }],
		["quote-expired", { now: body.expiresAt, since: body.expiresAt }],
		["quote-invalid", {}, { expiresAt: start + 301 }],
		["accepted", {}, { expiresAt: start + 300 }],
		["accepted", { lastSeal: 3 }],
		["quote-invalid", { lastSeal: 4 }],
		["accepted", {}, { decides: 102 }],
		["quote-invalid", {}, { decides: 103 }],
		["quorum-missing", { since: null }],
		["quorum-stale", { since: start - 61 }],
		["accepted", { positions: { open: 300n, unsettled: 400n } }],
		["exposure-exceeded", { positions: { open: 301n, unsettled: 400n } }],
	];
	for (const [code, some, changed] of cases)
		assert.equal(asked(some, changed), code, Object.entries({ ...some, ...changed }).join());
	assert.equal(checkQuote(body, agreed), undefined);
});
