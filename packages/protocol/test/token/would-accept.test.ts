/** The payee is asked before the payer pays: yes, or every reason why not, each with its condition. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Condition,
	limits,
	type ProposedTransfer,
	type RefusalCode,
	serializeToken,
	type VerifiedToken,
	wouldAccept,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	day,
	type Holder,
	issueTo,
	pay,
	tryToPay,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const any = 1000n;
const payer = await createHolder(world);
const payee = await createHolder(world, { profile: { class: "bookshop" } });
const short = await createHolder(world, { notBefore: world.now, expiresAt: world.now + day });
const device = await createHolder(world, {
	profile: { role: "device", limits: { perTransfer: 100n, offlineTotal: null, holding: null } },
});

function codes(token: VerifiedToken, change: Partial<ProposedTransfer> = {}): readonly RefusalCode[] {
	return wouldAccept({
		token,
		payee: payee.certificate,
		amount: any,
		now: world.now,
		purpose: null,
		against: null,
		...change,
	}).map(({ code }) => code);
}

const issue = (holder: Holder, conditions: readonly Condition[] = []): Promise<VerifiedToken> =>
	issueTo(world, holder, any, { conditions });

test("yes has no reasons", async () => {
	assert.deepEqual(codes(await issue(payer)), []);
	assert.deepEqual(codes(await issue(payer), { amount: 1n }), []);
});

test("every reason is given at once, with the condition that it stems from", async () => {
	const cap: Condition = { kind: "transferCap", amount: 10n };
	const purpose: Condition = { kind: "purpose", purposes: ["fare"] };
	const reasons = wouldAccept({
		token: await issue(payer, [cap, purpose]),
		payee: payee.certificate,
		amount: any + 1n,
		now: world.now + 8 * day,
		purpose: "books",
		against: null,
	});
	assert.deepEqual(
		reasons.map(({ code, condition }) => [code, condition]),
		[
			["funds-insufficient", null],
			["expired", null],
			["condition-cap", cap],
			["condition-purpose", purpose],
		],
	);
});

test("amounts must be above zero and within the token", async () => {
	const token = await issue(payer);
	assert.deepEqual(codes(token, { amount: 0n }), ["amount-invalid"]);
	assert.deepEqual(codes(token, { amount: -1n }), ["amount-invalid"]);
	assert.deepEqual(codes(token, { amount: any + 1n }), ["funds-insufficient"]);
});

test("a locked token waits, and an old one can only be redeemed, for a time", async () => {
	const token = await issue(payer);
	const locked = await pay(world, token, payer, payee, any, { release: world.random(), released: false });
	assert.deepEqual(codes(locked.paid, { payee: payer.certificate }), ["lock-pending"]);
	const desk = world.operator.desk.certificate;
	const { spendUntil, redeemUntil } = token.issue;
	assert.deepEqual(codes(token, { now: spendUntil - 1 }), []);
	assert.deepEqual(codes(token, { now: spendUntil }), ["expired"]);
	assert.deepEqual(codes(token, { now: redeemUntil - 1, payee: desk }), []);
	assert.deepEqual(codes(token, { now: redeemUntil, payee: desk }), ["redeem-closed"]);
});

test("both certificates must be valid now, except an owner's that redeems", async () => {
	const token = await issue(short);
	const later = world.now + day;
	assert.deepEqual(codes(token, { now: later }), ["certificate-expired"]);
	assert.deepEqual(codes(token, { now: later, payee: world.operator.desk.certificate }), []);
	const paysShort = await issue(payer);
	assert.deepEqual(codes(paysShort, { now: later, payee: short.certificate }), ["certificate-expired"]);
	assert.deepEqual(codes(paysShort, { now: world.now - 1, payee: short.certificate }), [
		"certificate-not-yet-valid",
	]);
});

test("a certified limit a transfer binds its payer", async () => {
	const token = await issue(device);
	assert.deepEqual(codes(token, { amount: 100n }), []);
	assert.deepEqual(codes(token, { amount: 101n }), ["limit-exceeded"]);
	assert.deepEqual(codes(token, { payee: world.operator.desk.certificate }), []);
});

test("a token that is full asks for a refresh", async () => {
	let token = await issue(payer);
	for (let hop = 0; hop < limits.hops; hop++) {
		const [from, to] = hop % 2 === 0 ? ([payer, payee] as const) : ([payee, payer] as const);
		token = (await pay(world, token, from, to, any)).paid;
	}
	assert.deepEqual(codes(token, { payee: device.certificate }), ["too-many"]);
	assert.deepEqual(codes(token, { direct: true }), []);
	assert.deepEqual(codes(token), ["too-many"]);
	const wide = { kind: "payees", classes: null, merchantCategories: null, regions: null } as const;
	const certificates = Array.from({ length: 64 }, () => payee.certificate.hash);
	const conditions = Array.from(
		{ length: 16 },
		(): Condition => ({ ...wide, operators: null, certificates }),
	);
	let large = await issue(payer, conditions);
	const caveats = conditions.map((condition) => ({ condition, liftedBy: null }));
	large = (await pay(world, large, payer, payee, any - 1n, { caveats })).paid;
	assert.deepEqual(codes(large, { amount: 1n }), ["too-large"]);
});

/** `token` as it weighs when it carries so many certificates, the last of them of this length. */
function carrying(token: VerifiedToken, count: number, length = 1): VerifiedToken {
	const certificates = Array.from({ length: count }, (_, i) => new Uint8Array(i < count - 1 ? 1 : length));
	return { ...token, token: { ...token.token, certificates } };
}

test("a payee takes what leaves room for its way back; the operator takes it to the last certificate and byte", async () => {
	const token = await issue(payer);
	const { desk } = world.operator;
	const table = 2 * limits.hops;
	const kept = limits.redeemingCertificates;
	for (const [to, most] of [
		[payee, table - kept],
		[desk, table],
	] as const) {
		assert.deepEqual(codes(carrying(token, most - 1), { payee: to.certificate }), []);
		assert.deepEqual(codes(carrying(token, most), { payee: to.certificate }), ["too-many"]);
	}
	const linkWithChange = 512;
	for (const [to, room] of [
		[payee, limits.message - limits.redeemingBytes],
		[desk, limits.message],
	] as const) {
		const free = room - to.certificate.encoded.length - linkWithChange;
		const length = 20_000 + free - serializeToken(carrying(token, 2, 20_000)).length;
		const full = carrying(token, 2, length);
		assert.equal(serializeToken(full).length, free);
		assert.deepEqual(codes(full, { payee: to.certificate }), []);
		assert.deepEqual(codes(carrying(token, 2, length + 1), { payee: to.certificate }), ["too-large"]);
	}
});

test("what is said before is what happens after, for every kind of transfer", async () => {
	const conditions: readonly Condition[] = [
		{ kind: "hopLimit", hops: 1 },
		{ kind: "purpose", purposes: ["fare"] },
	];
	const issued = await issue(payer, conditions);
	const { paid } = await pay(world, issued, payer, payee, any, { purpose: "fare" });
	for (const token of [issued, paid])
		for (const to of [payer, payee, device, world.operator.desk])
			for (const purpose of ["fare", "books"])
				for (const direct of [true, false]) {
					const from = token === issued ? payer : payee;
					const release = direct ? {} : { release: world.random() };
					const outcome = await tryToPay(world, token, from, to, any, { purpose, ...release });
					const [first] = codes(token, { payee: to.certificate, purpose, direct });
					assert.equal(first, "code" in outcome ? outcome.code : undefined);
				}
});
