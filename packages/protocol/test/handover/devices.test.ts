/** Devices in a hand-over: what they pay is delegated and counted, and a count moves before anything leaves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AcceptedTokens,
	acceptTokens,
	type Counts,
	countOf,
	type DelegationTerms,
	draftPayment,
	isRefusal,
	type Payer,
	type PayerPlan,
	type Refusal,
	type RequestBody,
	type Signer,
	type Slice,
	type Spendable,
	Statuses,
	type Step,
	signatureRequests,
	signDelegation,
	signedPayment,
	stepPayer,
	type TokenChanges,
	type VerifiedCertificate,
	type VerifiedRequest,
	type VerifiedToken,
} from "@tenten/protocol";
import {
	bytesOf,
	densha,
	epoch,
	machi,
	must,
	tickets,
	toyKey,
	toySign,
	trustIn,
} from "./support/ecosystem.ts";
import { assertRefused } from "./support/refused.ts";
import {
	aliceToo,
	bob,
	considered,
	context,
	person,
	planOf,
	purse,
	requestOf,
	sentBy,
	signAll,
	signedPayee,
	signedPayer,
	started,
	taken,
} from "./support/stages.ts";

const company: Signer = {
	key: toyKey("company"),
	sign: async (type, payload) => toySign(toyKey("company"), type, payload),
};
// A payee needs to know how devices stand.
const listed = { operator: densha.id, number: 0, issuedAt: epoch, expiresAt: epoch + 10_000 };
const noMarks = { ...listed, places: new Uint8Array(), encoded: new Uint8Array() };
context.trust.statuses = Statuses.none.with(noMarks);
const slice: Slice = { reset: 7, from: 1_000n, to: 1_500n };
const terms: DelegationTerms = { purposes: null, perTransfer: null, slice, until: epoch + 100 };

const bound = { commitment: bytesOf("company"), status: 0, partyStatus: 1 };

/** A device with so many delegations, each of the company's to itself but the last. */
async function device(
	name: string,
	changes: Partial<DelegationTerms> = {},
	levels = 1,
): Promise<VerifiedCertificate> {
	const delegations = await Promise.all(
		Array.from({ length: levels }, (_, level) => {
			const to = level === levels - 1 ? toyKey(name) : company.key;
			return signDelegation(densha.id, to, { ...terms, ...changes }, company);
		}),
	);
	const responsible = { ...bound, delegations };
	return person(name, { profile: { role: "device", class: null, responsible } });
}

const robot = await device("robot");
const count = countOf(
	robot,
	robot.profile.responsible as NonNullable<typeof robot.profile.responsible>,
	slice,
);
const at = (next: bigint): Counts => new Map([[count, next]]);

/** The robot pays 120 of two tokens, the second with change. */
function plan(changes: Partial<PayerPlan> = {}, body: Partial<RequestBody> = {}, owner = robot): PayerPlan {
	const inputs = [purse(owner, 100n, "first of a robot"), purse(owner, 40n, "second of a robot")];
	return planOf(requestOf(bob, body), { inputs, ...changes });
}

function persisted({ effects }: Step<Payer>): TokenChanges {
	const effect = effects.find(({ kind }) => kind === "persist");
	assert.ok(effect?.kind === "persist");
	return effect.changes;
}

function rangesOf(step: Step<Payer>): readonly (Slice | null)[] {
	return sentBy(step, "transfer").tokens.map(({ hops }) => hops.at(-1)?.spent ?? null);
}

test("what a device pays is counted, and the count is durable before anything leaves", () => {
	for (const mode of ["twoPhase", "direct"] as const) {
		const step = signedPayer(started(plan({ counts: at(1_300n) }, { mode })));
		assert.deepEqual(rangesOf(step), [
			{ reset: 7, from: 1_300n, to: 1_400n },
			{ reset: 7, from: 1_400n, to: 1_420n },
		]);
		assert.deepEqual(persisted(step).counts, at(1_420n));
		const kinds = step.effects.map(({ kind }) => kind);
		assert.ok(kinds.indexOf("persist") < kinds.indexOf("send"));
		taken(sentBy(step, "transfer"), requestOf(bob, { mode }));
	}
});

test("a cancelled lock leaves its count where it is", () => {
	const locked = signedPayer(started(plan()));
	assert.deepEqual(persisted(locked).counts, at(1_120n));
	const cancelled = signedPayer(stepPayer(locked.state, { kind: "cancel" }, context));
	assert.equal(cancelled.state.kind, "cancelled");
	assert.equal(persisted(cancelled).counts, undefined);
});

test("a device begins nothing that its slice does not hold, and counts nothing by trying", () => {
	const refused = (of: PayerPlan, name: string): void =>
		assertRefused<Payer>({ kind: "idle" }, started(of), "limit-exceeded", name);
	refused(plan({ counts: at(1_381n) }), "one more than is left");
	assert.equal(started(plan({ counts: at(1_380n) })).refusal, undefined);
});

/** What `owner` pays Bob, made by a module that asks nobody what is delegated. */
function madeBy(owner: VerifiedCertificate, body: Partial<RequestBody> = {}): readonly VerifiedToken[] {
	return paidOn([purse(owner, 120n, "of a device")], requestOf(bob, body));
}

function paidOn(inputs: readonly Spendable[], request: VerifiedRequest): readonly VerifiedToken[] {
	const amount = inputs.reduce((sum, { token }) => sum + token.amount, 0n);
	const nothing = { lock: null, data: null, against: null, caveats: [], changeRequest: bytesOf("change") };
	const links = must(draftPayment({ request, amount, inputs, ...nothing, counts: new Map() }, context.now));
	return must(signedPayment(links, signAll(signatureRequests(links)))).paid;
}

function accept(
	tokens: readonly VerifiedToken[],
	body: Partial<RequestBody> = {},
	{ now = context.now, trust = context.trust } = {},
): AcceptedTokens | Refusal {
	const request = requestOf(bob, { mode: "direct", ...body });
	const everOwned = (): boolean => false;
	const carried = tokens.map(({ token }) => token);
	return acceptTokens(carried, { request, trust, now, everOwned, data: null, against: null });
}

test("whoever is paid by a device refuses what was not delegated, and so does the device", async () => {
	const charging = { purposes: ["charging"] };
	const cases: readonly (readonly [string, Partial<DelegationTerms>, Partial<RequestBody>, number?])[] = [
		["", {}, {}],
		["", charging, { purpose: "charging" }],
		["", { perTransfer: 120n }, {}],
		["", {}, {}, epoch + 99],
		["condition-purpose", charging, { purpose: "parking" }],
		["condition-purpose", charging, {}],
		["limit-exceeded", { perTransfer: 119n }, {}],
		["delegation-expired", {}, {}, epoch + 100],
	];
	for (const [position, [code, changes, body, now = context.now]] of cases.entries()) {
		const owner = await device(`robot ${position}`, changes);
		const direct = { mode: "direct", ...body } as const;
		const verdict = accept(madeBy(owner, direct), direct, { now });
		assert.equal(isRefusal(verdict) ? verdict.code : "", code, `${position}`);
		const begun = started(plan({}, direct, owner), { ...context, now });
		const bound = begun.refusal === undefined ? signedPayer(begun, { ...context, now }) : begun;
		assert.equal(bound.refusal?.code ?? "", code, `${position}`);
	}
});

test("a device that lost its standing pays nobody who has heard of it", async () => {
	const owner = await device("stolen robot");
	const tokens = madeBy(owner, { mode: "direct" });
	const verdict = (places: readonly number[], isHeld = true): string => {
		const trust = trustIn([densha, machi]);
		if (isHeld) trust.statuses = Statuses.none.with({ ...noMarks, places: Uint8Array.from(places) });
		const accepted = accept(tokens, {}, { trust, now: context.now });
		return isRefusal(accepted) ? accepted.code : "";
	};
	assert.equal(verdict([0b0000]), "");
	assert.equal(verdict([0b0001]), "device-suspended");
	assert.equal(verdict([0b1000]), "device-suspended");
	assert.equal(verdict([], false), "status-list-expired");
	const told = { trust: trustIn([densha, machi]), now: context.now };
	assert.equal(signedPayer(started(plan({}, {}, owner), told), told).refusal, undefined);
	told.trust.statuses = Statuses.none.with({ ...noMarks, places: Uint8Array.of(1) });
	assert.equal(signedPayer(started(plan({}, {}, owner), told), told).refusal?.code, "device-suspended");
});

test("a certificate whose delegations do not hold pays nobody", async () => {
	const forged = { ...company, key: toyKey("nobody") };
	const [good, bad] = await Promise.all(
		[company, forged].map((signer) => signDelegation(densha.id, toyKey("forger"), terms, signer)),
	);
	assert.ok(good && bad);
	for (const [delegation, code] of [
		[good, ""],
		[{ ...bad, by: company.key, perTransfer: 1n }, "delegation-invalid"],
	] as const) {
		const responsible = { ...bound, delegations: [delegation] };
		const owner = person("forger", { profile: { role: "device", class: null, responsible } });
		const verdict = accept(madeBy(owner, { mode: "direct" }));
		assert.equal(isRefusal(verdict) ? verdict.code : "", code);
	}
});

test("what a device gives in an exchange is counted with the answer", async () => {
	const vendor = await device("vendor");
	const against = { asset: tickets, amount: 2n };
	const request = requestOf(vendor, { mode: "exchange", against });
	const counterRequest = requestOf(aliceToo, {
		mode: "exchange",
		asset: tickets,
		amount: 2n,
		against: { asset: request.body.asset, amount: 120n },
	}).signed;
	const locked = signedPayer(started(planOf(request, { counterRequest })));
	const inputs = [purse(vendor, 3n, "tickets of a vendor", { asset: tickets })];
	const { signing } = considered(sentBy(locked, "transfer"), request, { consent: { inputs } });
	const step = signedPayee(signing);
	const [persist] = step.effects;
	assert.ok(persist?.kind === "persist");
	assert.deepEqual([...(persist.changes.counts ?? new Map()).values()], [1_002n]);
	const [token] = sentBy(step, "counterTransfer").tokens;
	assert.deepEqual(token?.hops.at(-1)?.spent, { reset: 7, from: 1_000n, to: 1_002n });
});

test("delegations count among the signatures that a transfer may cost", async () => {
	const through = (name: string, hops: number, last: VerifiedCertificate): Spendable => {
		let held: Spendable = purse(person(`${name} 0`), 10n, name);
		for (let hop = 1; hop <= hops; hop++) {
			const payee = hop === hops ? last : person(`${name} ${hop}`);
			const [paid] = paidOn([held], requestOf(payee, { mode: "direct", amount: 10n }));
			assert.ok(paid);
			held = { token: paid, after: [] };
		}
		return held;
	};
	const verdict = async (levels: number): Promise<string> => {
		const tokens: VerifiedToken[] = [];
		for (let i = 0; i < 16; i++) {
			const owner = await device(`deep ${levels} ${i}`, {}, levels);
			tokens.push(
				...paidOn([through(`token ${i}`, 5, owner)], requestOf(bob, { mode: "direct", amount: 160n })),
			);
		}
		const fresh = trustIn([densha, machi]);
		fresh.statuses = context.trust.statuses;
		const accepted = accept(tokens, { amount: 160n }, { trust: fresh, now: context.now });
		return isRefusal(accepted) ? accepted.code : "";
	};
	// 16 issues, 96 links, 96 payers' certificates and one payee's leave room for 47.
	assert.equal(await verdict(1), "");
	assert.equal(await verdict(3), "too-many");
});
