/** Metered outputs: what opens one, what alone spends it, and what both of its parties sign away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	cancelPayload,
	chainsFrom,
	consumedOutputs,
	dueFor,
	extendToken,
	type Hop,
	isRefusal,
	type LinkDraft,
	leadsTo,
	limits,
	meteredEvidenceFrom,
	type Opening,
	pathRows,
	placeOf,
	provesTicks,
	type Refusal,
	type Saying,
	serialize,
	serializeToken,
	signStatement,
	type Token,
	tickHash,
	token as tokenShape,
	type VerifiedToken,
	verifyEvidence,
	verifyToken,
} from "@tenten/protocol";
import fc from "fast-check";
import {
	closeMeter,
	openMeter,
	signClose,
	signCount,
	type TestMeter,
	tryToOpen,
} from "../../../module/test/support/meter.ts";
import {
	carry,
	createHolder,
	createWorld,
	expectRefusal,
	expectValue,
	issueTo,
	ownerOf,
	pay,
	signLink,
} from "../../../module/test/support/world.ts";
import { withHops, withLastHop } from "./support/changed.ts";

const world = await createWorld();
const [alice, bob, carol] = [await createHolder(world), await createHolder(world), await createHolder(world)];

const judge = (value: Token, now?: number): VerifiedToken | Refusal =>
	verifyToken(serialize(tokenShape, value), world.trust, now === undefined ? {} : { now });

const opened = async (options: Parameters<typeof openMeter>[4] = {}): Promise<TestMeter> =>
	openMeter(world, await issueTo(world, alice, 1000n), alice, bob, options);

test("a meter opens and closes into the payee's part and the payer's change, which circulate", async () => {
	const meter = await opened({ purpose: "power" });
	assert.equal(meter.token.amount, 250n);
	assert.equal(meter.change?.amount, 750n);
	const { paid, rest } = await closeMeter(world, meter, 41);
	assert.ok(paid && rest);
	assert.equal(paid.amount, 102n);
	assert.equal(rest.amount, 148n);
	assert.equal(paid.hops, 1);
	assert.equal(rest.hops, 0);
	assert.equal(paid.owner.purpose, "power");
	for (const token of [meter.token, paid, rest])
		assert.deepEqual(expectValue(verifyToken(serializeToken(token), world.trust)), token);
	const onward = await pay(world, paid, bob, carol, 100n);
	const further = await pay(world, rest, alice, carol, 148n);
	for (const { paid: token } of [onward, further])
		assert.ok(!isRefusal(verifyToken(serializeToken(token), world.trust)));
});

test("a meter that nothing is due of, or all, closes into one part", async () => {
	const meter = await opened();
	const none = await closeMeter(world, meter, 0);
	assert.equal(none.paid, null);
	assert.equal(none.rest?.amount, 250n);
	const all = await closeMeter(world, meter, 100);
	assert.equal(all.rest, null);
	assert.equal(all.paid?.amount, 250n);
	for (const token of [none.rest, all.paid] as VerifiedToken[]) assert.ok(!isRefusal(judge(token.token)));
});

test("nothing but a Close spends a metered output, and a Close spends nothing else", async () => {
	const meter = await opened();
	const outputs = [{ amount: 250n, owner: ownerOf(world, bob), caveats: [] }];
	const plain = await signLink(meter.token, alice, { outputs });
	expectRefusal(extendToken(plain.link, plain.signature, 0), "meter-mismatch");
	expectRefusal(judge(carry(meter.token, plain)), "meter-mismatch");
	const desk = [{ amount: 250n, owner: ownerOf(world, world.operator.desk), caveats: [] }];
	expectRefusal(
		judge(carry(meter.token, await signLink(meter.token, alice, { outputs: desk }))),
		"meter-mismatch",
	);
	const token = await issueTo(world, alice, 250n);
	const data = { ticks: 1, signature: await signCount(meter, bob, 1) };
	expectRefusal(judge(carry(token, await signLink(token, alice, { outputs, data }))), "meter-mismatch");
});

test("a Close has both signatures, the count of the payee, and what is due by it", async () => {
	const meter = await opened();
	const { paid } = await closeMeter(world, meter, 41);
	assert.ok(paid);
	const { link, signature } = await signClose(world, meter, 41);
	const bySomeone = { ticks: 41, signature: await signCount(meter, carol, 41) };
	const another = { ticks: 41, signature: await signCount(await opened(), bob, 41) };
	for (const data of [bySomeone, another]) {
		const draft = { outputs: link.draft.outputs, data };
		const close = await signLink(meter.token, alice, draft);
		const carried = { ...carry(meter.token, close), certificates: paid.token.certificates };
		expectRefusal(judge(fitted(carried, paid)), "signature-invalid");
	}
	expectRefusal(judge(withLastHop(paid, { signature: new Uint8Array(64) })), "signature-invalid");
	const byPayee = await signLink(meter.token, bob, { outputs: link.draft.outputs, data: link.body.data });
	expectRefusal(judge(withLastHop(paid, { signature: byPayee.signature })), "signature-invalid");
	assert.ok(!isRefusal(judge(withLastHop(paid, {}))));
	assert.ok(signature);
});

test("a Close takes no more bytes than a meter leaves free for it", async () => {
	const amount = limits.amount;
	const ticks = limits.ticks + 1;
	const terms = { units: 2n ** 32n, perTicks: 1, ticks, amount: amount / 2n, purpose: "p".repeat(32) };
	const meter = await openMeter(world, await issueTo(world, alice, amount), alice, bob, terms);
	const { paid, rest } = await closeMeter(world, meter, ticks);
	assert.ok(paid && rest);
	const before = serializeToken(meter.token).length;
	// What a device counts besides: an array of a reset and two amounts, in place of a null.
	const spent = 1 + 5 + 9 + 9 - 1;
	for (const token of [paid, rest])
		assert.ok(serializeToken(token).length - before + spent <= limits.closingBytes);
});

/** With the opening of a token that was made as it should be. */
function fitted(carried: Token, { token }: VerifiedToken): Token {
	const last = token.hops.at(-1);
	const hops = carried.hops.with(-1, {
		...(carried.hops.at(-1) as Hop),
		opening: last?.opening as Opening,
	});
	return { ...carried, hops };
}

test("a Close that is not exactly that is refused", async () => {
	const meter = await opened();
	const { link } = await signClose(world, meter, 41);
	const [payees, change] = link.draft.outputs as [LinkDraft["outputs"][0], LinkDraft["outputs"][0]];
	const data = link.body.data;
	const over = { ticks: 101, signature: await signCount(meter, bob, 101) };
	const cap = { condition: { kind: "transferCap", amount: 1n }, liftedBy: null } as const;
	const lock = world.random();
	const decider = ownerOf(world, carol);
	const cancel = { lock, decider, signature: await carol.signer.sign("cancel", cancelPayload(lock)) };
	const wrong: readonly Partial<LinkDraft>[] = [
		{ after: [cancel] },
		{ lock: { payeeDecides: false, hash: world.random() } },
		{ against: { asset: world.otherAsset, amount: 1n } },
		{
			outputs: [
				{ ...payees, amount: 101n },
				{ ...change, amount: 149n },
			],
		},
		{ outputs: [{ ...payees, owner: ownerOf(world, bob) }, change] },
		{ outputs: [{ ...payees, caveats: [cap] }, change] },
		{ outputs: [payees, { ...change, owner: ownerOf(world, carol) }] },
		{ outputs: [payees, { ...change, amount: 100n }, { ...change, amount: 48n }] },
		{ outputs: [{ ...payees, amount: 250n }], data: over },
	];
	for (const change of wrong) {
		const made = await signLink(meter.token, alice, { outputs: link.draft.outputs, data, ...change });
		const [first, second] = [0, 1].map((index) => extendToken(made.link, made.signature, index));
		assert.ok(
			[first, second].some((token) => isRefusal(token) && token.code === "meter-mismatch"),
			JSON.stringify(Object.keys(change)),
		);
	}
	// What the output holds beyond its ticks is no part of the meter.
	const roomy = await opened({ amount: 300n });
	const close = async (ticks: number, due: bigint) => {
		const outputs = [
			{ ...payees, amount: due, owner: { ...payees.owner, request: roomy.token.owner.request } },
			{ ...change, amount: 300n - due },
		];
		const data = { ticks, signature: await signCount(roomy, bob, ticks) };
		const made = await signLink(roomy.token, alice, { outputs, data });
		return extendToken(made.link, made.signature, 0);
	};
	assert.ok(!isRefusal(await close(100, 250n)));
	expectRefusal(await close(104, 260n), "meter-mismatch");
});

/** After so many links to its own owner. */
async function passed(token: VerifiedToken, links: number): Promise<VerifiedToken> {
	const outputs = [{ amount: token.amount, owner: ownerOf(world, alice), caveats: [] }];
	const { link, signature } = await signLink(token, alice, { outputs });
	const next = expectValue(extendToken(link, signature, 0));
	return links === 1 ? next : passed(next, links - 1);
}

test("a meter opens only as one that can be closed", async () => {
	const token = await issueTo(world, alice, 1000n);
	const open = (options: Parameters<typeof tryToOpen>[4]) => tryToOpen(world, token, alice, bob, options);
	expectRefusal(await open({ amount: 249n }), "meter-mismatch");
	expectRefusal(await open({ units: 1n, perTicks: 101, amount: 1n }), "meter-mismatch");
	expectRefusal(await open({ anchors: [world.random(), world.random()] }), "meter-mismatch");
	expectRefusal(await open({ until: token.issue.spendUntil + 1 }), "meter-mismatch");
	expectRefusal(await tryToOpen(world, token, alice, alice), "meter-mismatch");
	assert.ok(!isRefusal(await open({ until: token.issue.spendUntil })));
	const capped = await issueTo(world, alice, 1000n, { conditions: [{ kind: "transferCap", amount: 249n }] });
	expectRefusal(await tryToOpen(world, capped, alice, bob), "condition-cap");
	assert.ok(!isRefusal(await tryToOpen(world, capped, alice, bob, { ticks: 99 })));
	const counted = (hops: number) =>
		issueTo(world, alice, 1000n, { conditions: [{ kind: "hopLimit", hops }], hopsUsed: 1 });
	expectRefusal(await tryToOpen(world, await counted(1), alice, bob), "condition-hops");
	assert.ok(!isRefusal(await tryToOpen(world, await counted(2), alice, bob)));
	// The opening is the 30th link: the Close is one more, and the link that passes its part on the last.
	const last = await passed(token, limits.hops - 3);
	assert.ok(!isRefusal(await tryToOpen(world, last, alice, bob)));
	expectRefusal(await tryToOpen(world, await passed(last, 1), alice, bob), "too-many");
});

test("a metered output is its payer's, stands first and is opened by a two-phase link", async () => {
	const { token, meter } = await opened();
	const [owner] = [token.owner];
	const input = await issueTo(world, alice, 250n);
	const draft = (more: Partial<LinkDraft>, who = owner) =>
		signLink(input, alice, { outputs: [{ amount: 250n, owner: who, caveats: [] }], ...more });
	const lock = { payeeDecides: false, hash: world.random() };
	const wrong = [
		await draft({}),
		await draft({ lock: { ...lock, payeeDecides: true } }),
		await draft({ lock, against: { asset: world.otherAsset, amount: 1n } }),
		await draft({ lock }, { ...owner, certificate: carol.certificate }),
	];
	for (const { link, signature } of wrong) expectRefusal(extendToken(link, signature, 0), "meter-mismatch");
	assert.ok(!isRefusal(extendToken(...((l) => [l.link, l.signature, 0] as const)(await draft({ lock })))));
	const second = await signLink(await issueTo(world, alice, 500n), alice, {
		outputs: [1, 2].map(() => ({ amount: 250n, owner, caveats: [] })),
		lock,
	});
	expectRefusal(extendToken(second.link, second.signature, 1), "meter-mismatch");
	assert.ok(meter);
});

test("a metered output belongs to what it was signed for", async () => {
	const { token, meter } = await opened();
	const opening = token.token.hops.at(-1)?.opening as Opening;
	const changed = [
		{ ...opening, meter: { ...meter.terms, units: 11n } },
		{ ...opening, meter: { ...meter.terms, offer: world.random() } },
		{ ...opening, meter: { ...meter.terms, payee: carol.certificate.hash } },
	];
	for (const [at, wrong] of changed.entries()) {
		const verdict = judge(withLastHop(token, { opening: wrong }));
		expectRefusal(verdict, ["meter-mismatch", "signature-invalid", "owner-mismatch"][at] as Refusal["code"]);
	}
	const { meter: _, ...plain } = opening;
	expectRefusal(judge(withLastHop(token, { opening: plain })), "signature-invalid");
	const issue = { ...token.token, opening: { ...token.token.opening, meter: meter.terms } };
	expectRefusal(judge(issue), "meter-mismatch");
	const without = withHops(token, (hops) => hops);
	expectRefusal(judge({ ...without, certificates: without.certificates.slice(0, 1) }), "owner-mismatch");
});

test("what is due is rounded down once, of the whole count", () => {
	fc.assert(
		fc.property(
			fc.bigInt(1n, limits.amount),
			fc.integer({ min: 1, max: 2 ** 32 }),
			fc.integer({ min: 0, max: limits.ticks * limits.chains }),
			(units, perTicks, ticks) => {
				const due = dueFor({ units, perTicks }, ticks);
				const exact = BigInt(ticks) * units;
				assert.ok(due * BigInt(perTicks) <= exact && exact < (due + 1n) * BigInt(perTicks));
			},
		),
		{ numRuns: 200 },
	);
});

test("a preimage proves its ticks, and no others, of its own meter alone", () => {
	const [id, other, secret] = [world.random(), world.random(), world.random()];
	const ticks = limits.ticks + 300;
	const chains = chainsFrom(id, secret, ticks);
	const terms = { ...termsWith(chains.anchors()), ticks };
	assert.equal(terms.anchors.length, 2);
	for (const at of [1, 2, 299, limits.ticks, limits.ticks + 1, ticks]) {
		const preimage = chains.preimage(at).slice();
		assert.ok(provesTicks(id, terms, at, preimage), `${at}`);
		for (const wrong of [at - 1, at + 1, at + limits.ticks])
			assert.ok(!provesTicks(id, terms, wrong, preimage), `${at} as ${wrong}`);
		assert.ok(!provesTicks(other, terms, at, preimage));
		const { position } = placeOf(at);
		if (position > 1) assert.ok(leadsTo(tickHash(id), preimage, 1, chains.preimage(at - 1)));
	}
	assert.notDeepEqual(chainsFrom(other, secret, ticks).anchors(), terms.anchors);
	assert.ok(!provesTicks(id, { ...terms, ticks: 298 }, 299, chains.preimage(299)));
});

const termsWith = (anchors: readonly Bytes[]) => ({
	payee: bob.certificate.hash,
	units: 1n,
	perTicks: 1,
	ticks: 1,
	anchors,
	until: world.now,
	offer: world.random(),
});

async function stated(holder: typeof alice, says: Saying) {
	const body = { operator: world.operator.id, says, nonce: world.random(), issuedAt: world.now };
	return signStatement(body, holder.certificate.encoded, holder.signer);
}

test("a Close convicts whoever claims against it, and nobody else", async () => {
	const meter = await opened();
	const { paid, rest } = await closeMeter(world, meter, 41);
	const { paid: later } = await pay(world, paid as VerifiedToken, bob, carol, 10n);
	const [, close] = consumedOutputs(rest as VerifiedToken, world.trust);
	const [, , spent] = consumedOutputs(later, world.trust);
	assert.ok(close && spent);
	const refund = { account: world.random(), fallback: null };
	const { outputId } = meter.token;
	const ticked = (ticks: number, output = outputId): Saying => {
		return {
			kind: "ticked",
			meter: output,
			ticks,
			preimage: meter.chains.preimage(ticks).slice(),
			...refund,
		};
	};
	const left: Saying = { kind: "rest", meter: outputId, ...refund };
	const other = (await opened()).token.outputId;
	const judged = async (holder: typeof alice, says: Saying, beside = close) =>
		verifyEvidence(meteredEvidenceFrom(await stated(holder, says), beside), world.trust);
	for (const [conviction, culprit] of [
		[await judged(bob, ticked(42)), bob],
		[await judged(alice, left), alice],
		// What was claimed and paid, and spent as well.
		[await judged(bob, ticked(41), spent), bob],
		[await judged(bob, ticked(1), spent), bob],
	] as const) {
		const { kind, culprit: named, input, excused } = expectValue(conviction);
		assert.deepEqual([kind, named, input, excused], ["metered", culprit.certificate, outputId, null]);
	}
	for (const honest of [
		await judged(bob, ticked(41)),
		await judged(bob, ticked(3)),
		await judged(bob, left),
		await judged(carol, ticked(42)),
		await judged(bob, ticked(42, other)),
		await judged(alice, { ...left, meter: other } as Saying),
		await judged(carol, ticked(41), spent),
		await judged(bob, ticked(41, other), spent),
		await judged(alice, left, spent),
		await judged(bob, { kind: "balance", account: world.random() }),
	])
		expectRefusal(honest, "not-evidence");
});

test("a Close takes both parts of its meter, and a second Close is a fork of its payer", async () => {
	const meter = await opened();
	const { paid, rest } = await closeMeter(world, meter, 41);
	const rows = (token: VerifiedToken) => pathRows(token, world.trust).slice(1);
	assert.deepEqual(
		rows(paid as VerifiedToken).map(({ output }) => output),
		rows(rest as VerifiedToken).map(({ output }) => output),
	);
	assert.equal(rows(paid as VerifiedToken).length, 2);
	assert.deepEqual(
		[rows(paid as VerifiedToken), rows(rest as VerifiedToken)].map((both) =>
			both.map(({ meter: m }) => m?.yields),
		),
		[
			[false, false],
			[true, false],
		],
	);
});
