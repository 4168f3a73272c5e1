/** Evidence: a fork always names its culprit, and nobody honest is ever accused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ConsumedOutput,
	type Conviction,
	cancelPayload,
	consumedOutput,
	consumedOutputs,
	type DraftCancel,
	doubleDecisionEvidenceFrom,
	type Evidence,
	encodeItem,
	evidence,
	forkEvidenceFrom,
	type Item,
	isRefusal,
	limits,
	lockHash,
	type Owner,
	parse,
	type Refusal,
	serialize,
	serializeToken,
	type VerifiedToken,
	verifyEvidence,
	verifyToken,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	expectRefusal,
	expectValue,
	type Holder,
	issueTo,
	ownerOf,
	type Payment,
	type PayOptions,
	pay,
	signLink,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const any = 1000n;
const holders = await Promise.all([0, 1, 2, 3].map(() => createHolder(world)));
const [owner, b, c, decider] = holders as [Holder, Holder, Holder, Holder];

/** What the operator keeps of the last output that a token's path consumed. */
function lastConsumed(token: VerifiedToken): ConsumedOutput {
	return consumedOutputs(token, world.trust).at(-1) as ConsumedOutput;
}

function forkOf(first: VerifiedToken, second: VerifiedToken): Uint8Array {
	return forkEvidenceFrom(lastConsumed(first), lastConsumed(second));
}

function judge(first: VerifiedToken, second: VerifiedToken): Conviction | Refusal {
	return verifyEvidence(forkOf(first, second), world.trust);
}

function judgeConsumed(first: ConsumedOutput, second: ConsumedOutput): Conviction | Refusal {
	return verifyEvidence(forkEvidenceFrom(first, second), world.trust);
}

function expectConviction(
	result: Conviction | Refusal,
	culprit: Holder,
	excused: Holder | null = null,
): Conviction {
	const conviction = expectValue(result);
	assert.deepEqual(conviction.culprit, culprit.certificate);
	assert.deepEqual(conviction.excused, excused?.certificate ?? null);
	return conviction;
}

const payFrom = (token: VerifiedToken, to: Holder, options: PayOptions = {}): Promise<Payment> =>
	pay(world, token, owner, to, any, options);

/** Encoded evidence with some of its fields changed. */
function altered(encoded: Uint8Array, change: Partial<Evidence>): Uint8Array {
	return serialize(evidence, { ...expectValue(parse(evidence, encoded)), ...change } as Evidence);
}

for (const suite of ["Ed25519", "ES256"] as const)
	test(`${suite}: two payments of one output convict its owner, wherever on a path they stand`, async () => {
		const here = await createWorld({ suite });
		const [x, y, z] = [await createHolder(here), await createHolder(here), await createHolder(here)];
		const before = await pay(here, await issueTo(here, y, any, { batch: 3 }), y, x, 600n);
		for (const [token, by, amount] of [
			[before.paid, x, 600n],
			[before.change as VerifiedToken, y, 400n],
		] as const) {
			const one = await pay(here, token, by, z, amount);
			const other = await pay(here, token, by, y, 100n, { release: here.random() });
			const later = await pay(here, other.paid, y, z, 100n);
			const [, second] = consumedOutputs(later.paid, here.trust);
			const [, first] = consumedOutputs(one.paid, here.trust);
			const encoded = forkEvidenceFrom(first as ConsumedOutput, second as ConsumedOutput);
			const conviction = expectValue(verifyEvidence(encoded, here.trust));
			assert.equal(conviction.kind, "fork");
			assert.deepEqual(conviction.culprit, by.certificate);
			assert.deepEqual(conviction.input, token.outputId);
			assert.equal(conviction.excused, null);
		}
	});

test("a payment and a redemption of one output are a fork like any other", async () => {
	const token = await issueTo(world, owner, any);
	const spent = await payFrom(token, b);
	const redeemed = await payFrom(token, world.operator.desk);
	expectConviction(judge(spent.paid, redeemed.paid), owner);
	expectConviction(judge(redeemed.paid, spent.paid), owner);
});

test("what an operator keeps of each consumed output is enough, long after", async () => {
	const token = await issueTo(world, owner, any);
	const kept = serialize(consumedOutput, lastConsumed((await payFrom(token, b)).paid));
	const first = expectValue(parse(consumedOutput, kept, limits.evidence));
	const second = lastConsumed((await payFrom(token, c)).paid);
	expectConviction(judgeConsumed(first, second), owner);
});

test("one link is no fork, whoever shows it twice and under whatever signature", async () => {
	const token = await issueTo(world, owner, any);
	const { paid, link } = await payFrom(token, b);
	expectRefusal(judge(paid, paid), "not-evidence");
	const again = await owner.signer.sign("link", link.payload);
	const consumed = lastConsumed(paid);
	const other = { ...consumed, link: { ...consumed.link, signature: again } };
	expectRefusal(judgeConsumed(consumed, other), "not-evidence");
});

test("locks without their release are no evidence: an honest payer may restore and spend elsewhere", async () => {
	const token = await issueTo(world, owner, any);
	const release = world.random();
	const locked = await payFrom(token, b, { release, released: false });
	const other = await payFrom(token, c, { release: world.random(), released: false });
	const direct = await payFrom(token, c);
	expectRefusal(judge(locked.paid, other.paid), "not-evidence");
	expectRefusal(judge(locked.paid, direct.paid), "not-evidence");
	expectRefusal(judge(direct.paid, locked.paid), "not-evidence");
	const showing = (paid: VerifiedToken, shown: Uint8Array): ConsumedOutput => {
		const consumed = lastConsumed(paid);
		return { ...consumed, link: { ...consumed.link, release: shown } };
	};
	const spent = lastConsumed(direct.paid);
	expectRefusal(judgeConsumed(showing(locked.paid, world.random()), spent), "not-evidence");
	expectConviction(judgeConsumed(showing(locked.paid, release), spent), owner);
	// A release where there is no lock makes nothing effective.
	expectRefusal(judgeConsumed(showing(direct.paid, release), lastConsumed(locked.paid)), "not-evidence");
});

test("spending two outputs is honest, however alike they are", async () => {
	const [one, two] = [await issueTo(world, owner, any), await issueTo(world, owner, any)];
	expectRefusal(judge((await payFrom(one, b)).paid, (await payFrom(two, b)).paid), "not-evidence");
	const split = await pay(world, one, owner, owner, 500n);
	const first = await pay(world, split.paid, owner, b, 500n);
	const second = await pay(world, split.change as VerifiedToken, owner, b, 500n);
	expectRefusal(judge(first.paid, second.paid), "not-evidence");
});

test("evidence holds against the owner of that output alone", async () => {
	const token = (await pay(world, await issueTo(world, b, any), b, owner, 600n)).paid;
	const first = await pay(world, token, owner, b, 600n);
	const second = await pay(world, token, owner, c, 600n);
	const encoded = forkOf(first.paid, second.paid);
	expectConviction(verifyEvidence(encoded, world.trust), owner);
	const known = lastConsumed(first.paid);
	for (const change of [
		{ owner: { ...known.owner, certificate: c.certificate.encoded } },
		{ owner: { ...known.owner, request: world.random() } },
		{ owner: { ...known.owner, purpose: "books" } },
		{ index: 1 },
		{ index: 7 },
		{ parent: { ...known.parent, kind: "issue" as const } },
		{ parent: consumedOutputs(first.paid, world.trust)[0]?.parent as ConsumedOutput["parent"] },
	]) {
		const result = verifyEvidence(altered(encoded, change), world.trust);
		assert.ok(isRefusal(result));
		assert.ok(["not-evidence", "malformed"].includes(result.code), result.code);
	}
});

test("links that the owner did not sign, or that do not add up, are no evidence", async () => {
	const token = await issueTo(world, owner, any);
	const honest = lastConsumed((await payFrom(token, b)).paid);
	const outputs = [{ amount: any, owner: ownerOf(world, c), caveats: [] }];
	const asConsumed = ({ link, signature }: Awaited<ReturnType<typeof signLink>>): ConsumedOutput => ({
		...honest,
		link: { payload: link.payload, release: null, signature },
	});
	const forged = asConsumed(await signLink(token, b, { outputs }));
	expectRefusal(judgeConsumed(honest, forged), "not-evidence");
	expectRefusal(judgeConsumed(forged, honest), "not-evidence");
	const short = [{ amount: any - 1n, owner: ownerOf(world, c), caveats: [] }];
	const wrongSum = asConsumed(await signLink(token, owner, { outputs: short }));
	expectRefusal(judgeConsumed(honest, wrongSum), "not-evidence");
	const { link } = await signLink(token, owner, { outputs });
	const asCancel = await owner.signer.sign("cancel", link.payload);
	const retyped = asConsumed({ link, signature: asCancel });
	expectRefusal(judgeConsumed(honest, retyped), "not-evidence");
});

/** An exchange link from `owner` to `payee`, which decides it, and the payee's cancel of it. */
async function exchange(
	token: VerifiedToken,
	payee = decider,
	release = world.random(),
): Promise<{ readonly released: VerifiedToken; readonly release: Uint8Array; readonly cancel: DraftCancel }> {
	const against = { asset: world.otherAsset, amount: 5n };
	const { paid } = await payFrom(token, payee, { release, payeeDecides: true, against });
	const lock = lockHash(release);
	const signature = await payee.signer.sign("cancel", cancelPayload(lock));
	return { released: paid, release, cancel: { lock, decider: paid.owner, signature } };
}

test("a payee that cancels an exchange and releases it is convicted, and the owner is not", async () => {
	const token = await issueTo(world, owner, any);
	const { released, cancel } = await exchange(token);
	const again = await payFrom(token, b, { after: [cancel] });
	assert.ok(!isRefusal(verifyToken(serializeToken(again.paid), world.trust)));
	expectConviction(judge(released, again.paid), decider, owner);
	expectConviction(judge(again.paid, released), decider, owner);
	const locked = await payFrom(token, b, { after: [cancel], release: world.random() });
	expectConviction(judge(released, locked.paid), decider, owner);
	// Without the cancel it is the owner who spent what it had locked.
	const bare = await payFrom(token, c);
	expectConviction(judge(released, bare.paid), owner);
	// Two payments after the cancel are the owner's own fork.
	expectConviction(judge(again.paid, bare.paid), owner);
});

test("each of several exchanges convicts its own decider", async () => {
	const token = await issueTo(world, owner, any);
	const other = await createHolder(world, { suite: "ES256" });
	const one = await exchange(token, decider);
	const two = await exchange(token, other);
	const spent = await payFrom(token, b, { after: [one.cancel, two.cancel] });
	expectConviction(judge(one.released, spent.paid), decider, owner);
	expectConviction(judge(two.released, spent.paid), other, owner);
	// Between themselves, neither link carries the other's cancel: the owner locked twice without being freed.
	expectConviction(judge(one.released, two.released), owner);
});

test("nobody can frame an owner by leaving the decider's certificate out", async () => {
	const token = await issueTo(world, owner, any);
	const { released, cancel } = await exchange(token);
	const again = await payFrom(token, b, { after: [cancel] });
	const encoded = forkOf(released, again.paid);
	expectRefusal(verifyEvidence(altered(encoded, { deciders: [] }), world.trust), "not-evidence");
	const others = [b.certificate.encoded, c.certificate.encoded];
	expectRefusal(verifyEvidence(altered(encoded, { deciders: others }), world.trust), "not-evidence");
	const more = [...others, decider.certificate.encoded];
	expectConviction(verifyEvidence(altered(encoded, { deciders: more }), world.trust), decider, owner);
});

test("an owner cannot hide behind a cancel that is not the decider's", async () => {
	const token = await issueTo(world, owner, any);
	const { released, cancel } = await exchange(token);
	const { lock, decider: opened } = cancel;
	const accomplice: Owner = ownerOf(world, c);
	const cancels: readonly DraftCancel[] = [
		{ ...cancel, signature: new Uint8Array(64) },
		{ ...cancel, signature: await owner.signer.sign("cancel", cancelPayload(lock)) },
		{ ...cancel, signature: await decider.signer.sign("statement", cancelPayload(lock)) },
		{ ...cancel, lock: lockHash(world.random()) },
		{ ...cancel, decider: { ...opened, request: world.random() } },
		{ ...cancel, decider: { ...opened, purpose: "books" } },
		{ ...cancel, decider: { ...opened, certificate: c.certificate } },
		{ lock, decider: accomplice, signature: await c.signer.sign("cancel", cancelPayload(lock)) },
	];
	for (const after of cancels)
		expectConviction(judge(released, (await payFrom(token, b, { after: [after] })).paid), owner);
	// A wrong one beside the right one takes nothing from it.
	const both = await payFrom(token, b, { after: [cancels[0] as DraftCancel, cancel] });
	expectConviction(judge(released, both.paid), decider, owner);
});

test("an owner cannot hide behind a payee that nobody can open", async () => {
	// Output 0 goes to an owner that never was, output 1 back to oneself, and on from there.
	const token = await issueTo(world, owner, any);
	const release = world.random();
	const ghost: Owner = {
		certificate: { ...c.certificate, hash: world.random() },
		purpose: null,
		request: world.random(),
	};
	const outputs = [
		{ amount: 1n, owner: ghost, caveats: [] },
		{ amount: any - 1n, owner: ownerOf(world, owner), caveats: [] },
	];
	const lock = { payeeDecides: true, hash: lockHash(release) };
	const { link, signature } = await signLink(token, owner, { outputs, lock });
	const consumed = lastConsumed((await payFrom(token, b)).paid);
	const ghostly = { ...consumed, link: { payload: link.payload, release, signature } };
	expectConviction(judgeConsumed(ghostly, consumed), owner);
	// To be excused it must carry a cancel of that ghost, which no verifier takes.
	const cancel = { lock: lock.hash, decider: ghost, signature: new Uint8Array(64) };
	const spent = await payFrom(token, b, { after: [cancel] });
	expectRefusal(verifyToken(serializeToken(spent.paid), world.trust), "signature-invalid");
});

test("a cancel of a lock that the payer decides excuses nobody", async () => {
	const token = await issueTo(world, owner, any);
	const release = world.random();
	const { paid } = await payFrom(token, b, { release });
	const lock = lockHash(release);
	const signature = await b.signer.sign("cancel", cancelPayload(lock));
	const spent = await payFrom(token, c, { after: [{ lock, decider: paid.owner, signature }] });
	expectConviction(judge(paid, spent.paid), owner);
});

test("a cancel and a release of one lock convict the payer that decided it", async () => {
	const token = await issueTo(world, owner, any);
	const release = world.random();
	const { paid } = await payFrom(token, b, { release });
	const lock = lockHash(release);
	const judged = async (
		by: Holder,
		consumed = lastConsumed(paid),
		of = lock,
	): Promise<Conviction | Refusal> => {
		const cancel = await by.signer.sign("cancel", cancelPayload(of));
		return verifyEvidence(doubleDecisionEvidenceFrom(consumed, null, cancel), world.trust);
	};
	const conviction = expectConviction(await judged(owner), owner);
	assert.equal(conviction.kind, "doubleDecision");
	assert.deepEqual(conviction.input, token.outputId);
	expectRefusal(await judged(b), "not-evidence");
	expectRefusal(await judged(owner, lastConsumed(paid), world.random()), "not-evidence");
	const unreleased = { ...lastConsumed(paid), link: { ...lastConsumed(paid).link, release: null } };
	expectRefusal(await judged(owner, unreleased), "not-evidence");
	expectRefusal(await judged(owner, lastConsumed((await payFrom(token, c)).paid)), "not-evidence");
	const withPayee = doubleDecisionEvidenceFrom(
		lastConsumed(paid),
		paid.owner,
		await b.signer.sign("cancel", cancelPayload(lock)),
	);
	expectRefusal(verifyEvidence(withPayee, world.trust), "not-evidence");
});

test("a cancel and a release of one exchange convict the payee that decided it, never the owner", async () => {
	const token = await issueTo(world, owner, any);
	const { released, cancel } = await exchange(token);
	const consumed = lastConsumed(released);
	const judged = (payee: Owner | null, signature: Uint8Array): Conviction | Refusal =>
		verifyEvidence(doubleDecisionEvidenceFrom(consumed, payee, signature), world.trust);
	expectConviction(judged(cancel.decider, cancel.signature), decider);
	expectRefusal(judged(null, cancel.signature), "not-evidence");
	expectRefusal(judged(ownerOf(world, decider), cancel.signature), "not-evidence");
	expectRefusal(judged({ ...cancel.decider, certificate: c.certificate }, cancel.signature), "not-evidence");
	const byOwner = await owner.signer.sign("cancel", cancelPayload(cancel.lock));
	expectRefusal(judged(null, byOwner), "not-evidence");
	expectRefusal(judged(cancel.decider, byOwner), "not-evidence");
});

test("a culprit that no listed authority certified is a matter of the trust list", async () => {
	const elsewhere = await createWorld({ seed: "elsewhere" });
	const stranger = await createHolder(elsewhere);
	const token = await issueTo(world, owner, any);
	const encoded = forkOf((await payFrom(token, b)).paid, (await payFrom(token, c)).paid);
	expectRefusal(verifyEvidence(encoded, elsewhere.trust), "authority-unknown");
	const deciders = [stranger.certificate.encoded];
	expectRefusal(verifyEvidence(altered(encoded, { deciders }), world.trust), "authority-unknown");
});

test("evidence of the largest links there are is still read, and nothing larger is", async () => {
	const wide = { kind: "payees", classes: null, merchantCategories: null, regions: null } as const;
	const allowed = holders.map(({ certificate }) => certificate.hash);
	const certificates = [...allowed, ...Array.from({ length: 60 }, () => world.random())];
	const caveats = Array.from({ length: 16 }, () => ({
		condition: { ...wide, operators: null, certificates },
		liftedBy: null,
	}));
	const token = await issueTo(world, owner, any);
	const large = await payFrom(token, owner);
	const first = await payFrom(large.paid, b, { caveats });
	const second = await payFrom(large.paid, c, { caveats });
	assert.ok(!isRefusal(verifyToken(serializeToken(first.paid), world.trust)));
	const encoded = forkOf(first.paid, second.paid);
	assert.ok(encoded.length > limits.message);
	expectConviction(verifyEvidence(encoded, world.trust), owner);
	expectRefusal(verifyEvidence(new Uint8Array(limits.evidence + 1), world.trust), "too-large");
});

test("what is no evidence at all is malformed, and unknown kinds are named", async () => {
	const token = await issueTo(world, owner, any);
	const encoded = forkOf((await payFrom(token, b)).paid, (await payFrom(token, c)).paid);
	for (const bytes of [new Uint8Array(), encoded.subarray(1), Uint8Array.of(...encoded, 0)])
		expectRefusal(verifyEvidence(bytes, world.trust), "malformed");
	const items = evidence.write(expectValue(parse(evidence, encoded))) as readonly Item[];
	expectRefusal(verifyEvidence(encodeItem(items.with(0, 5)), world.trust), "type-unknown");
	expectRefusal(verifyEvidence(encodeItem([...items, 0]), world.trust), "malformed");
	for (let bit = 0; bit < 8 * encoded.length; bit += 5) {
		const changed = Uint8Array.from(encoded);
		changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
		assert.ok(isRefusal(verifyEvidence(changed, world.trust)), `bit ${bit}`);
	}
});
