/** A token's path: what was really paid verifies, and nothing that a dishonest owner can put together does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	encodeItem,
	extendToken,
	type Hop,
	type Item,
	isRefusal,
	limits,
	type RefusalCode,
	refuse,
	serialize,
	serializeToken,
	type Token,
	token as tokenShape,
	type VerifiedToken,
	verifyParsedToken,
	verifyToken,
} from "@tenten/protocol";
import fc from "fast-check";
import {
	carry,
	createHolder,
	createWorld,
	expectRefusal,
	expectValue,
	type Holder,
	issueTo,
	ownerOf,
	pay,
	signLink,
	tryToPay,
	type World,
} from "../../../module/test/support/world.ts";
import { withHops, withLastHop } from "./support/changed.ts";

const world = await createWorld();
const holders = await Promise.all([0, 1, 2, 3].map(() => createHolder(world)));
const [a, b, c, d] = holders as [Holder, Holder, Holder, Holder];
const any = 1000n;

/** What a payee says of a token that claims to be this one. */
function judge(value: Token): VerifiedToken | { readonly kind: "refusal"; readonly code: RefusalCode } {
	return verifyToken(serialize(tokenShape, value), world.trust);
}

/** a pays b, b pays c, c pays d: the whole amount each time. */
async function chain(): Promise<VerifiedToken> {
	const first = await pay(world, await issueTo(world, a, any), a, b, any);
	const second = await pay(world, first.paid, b, c, any);
	return (await pay(world, second.paid, c, d, any)).paid;
}

for (const suite of ["Ed25519", "ES256"] as const)
	test(`${suite}: what was paid verifies, and reads as its payer made it`, async () => {
		const here = await createWorld({ suite });
		const [x, y, z] = [await createHolder(here), await createHolder(here), await createHolder(here)];
		const issued = await issueTo(here, x, any, { batch: 5, hopsUsed: 2 });
		const first = await pay(here, issued, x, y, 600n);
		const second = await pay(here, first.paid, y, z, 600n, {
			release: here.random(),
			data: here.random(),
			purpose: "fare",
			against: { asset: here.otherAsset, amount: 5n },
		});
		assert.ok(first.change);
		for (const token of [issued, first.paid, first.change, second.paid])
			assert.deepEqual(expectValue(verifyToken(serializeToken(token), here.trust)), token);
		assert.equal(second.paid.amount, 600n);
		assert.equal(second.paid.hops, 4);
		assert.equal(first.change.hops, 2);
		assert.deepEqual(second.paid.previousOwner, y.certificate);
		assert.equal(second.paid.owner.purpose, "fare");
	});

test("keys of both suites meet on one path", async () => {
	const phone = await createHolder(world, { suite: "ES256" });
	const first = await pay(world, await issueTo(world, a, any), a, phone, any);
	const second = await pay(world, first.paid, phone, b, any);
	assert.ok(!isRefusal(verifyToken(serializeToken(second.paid), world.trust)));
});

test("only the owner can spend, and only as the owner it is", async () => {
	const token = await issueTo(world, a, any);
	const outputs = [{ amount: any, owner: ownerOf(world, b), caveats: [] }];
	const byStranger = await signLink(token, b, { outputs });
	expectRefusal(judge(carry(token, byStranger)), "signature-invalid");
	const byOwner = await signLink(token, a, { outputs });
	const honest = carry(token, byOwner);
	assert.ok(!isRefusal(judge(honest)));
	// c claims b's output: the owner is rebuilt from the opening, and so is what a signed.
	const certificates = [a.certificate.encoded, c.certificate.encoded];
	expectRefusal(judge({ ...honest, certificates }), "signature-invalid");
	for (const opening of [{ request: world.random() }, { purpose: "books" }]) {
		const hop = honest.hops[0] as Hop;
		const claimed = { ...honest, hops: [{ ...hop, opening: { ...hop.opening, ...opening } }] };
		expectRefusal(judge(claimed), "signature-invalid");
	}
});

test("an issue belongs to the owner whom the operator named", async () => {
	const { token } = await issueTo(world, a, any);
	const { opening } = token;
	for (const wrong of [{ request: world.random() }, { purpose: "books" }, { certificate: 1 }])
		expectRefusal(judge({ ...token, opening: { ...opening, ...wrong } }), "owner-mismatch");
	expectRefusal(judge({ ...token, certificates: [b.certificate.encoded] }), "owner-mismatch");
});

test("outputs add up to the input, to the minor unit and beyond 64 bits", async () => {
	const token = await issueTo(world, a, any);
	const max = limits.amount;
	const attempts: readonly (readonly bigint[])[] = [
		[any + 1n],
		[any - 1n],
		[any, 1n],
		[max],
		// These wrap around to the input's amount in 64-bit arithmetic.
		[max, max, any + 2n],
		[max, max, max, max, any + 4n],
	];
	for (const amounts of attempts) {
		const outputs = amounts.map((amount) => ({ amount, owner: ownerOf(world, b), caveats: [] }));
		const signed = await signLink(token, a, { outputs });
		expectRefusal(judge(carry(token, signed)), "sum-mismatch");
		assert.deepEqual(extendToken(signed.link, signed.signature, 0), refuse("sum-mismatch"));
	}
});

test("amounts of zero, below zero and above the limit are refused", async () => {
	const token = await issueTo(world, a, any);
	for (const amount of [0n, -1n, -any, limits.amount + 1n, 2n ** 64n - 1n]) {
		const amounts = [amount, any - amount];
		const outputs = amounts.map((each) => ({ amount: each, owner: ownerOf(world, b), caveats: [] }));
		const signed = await signLink(token, a, { outputs });
		expectRefusal(judge(carry(token, signed)), "amount-invalid");
		expectRefusal(extendToken(signed.link, signed.signature, 0), "amount-invalid");
	}
	const outputs = [{ amount: limits.amount + 1n, owner: ownerOf(world, b), caveats: [] }];
	const { link, signature } = await signLink(token, a, { outputs });
	expectRefusal(extendToken(link, signature, 0), "amount-invalid");
});

test("an issue of the largest amount there is can be paid in parts", async () => {
	const token = await issueTo(world, a, limits.amount);
	const { paid, change } = await pay(world, token, a, b, 1n);
	assert.equal(change?.amount, limits.amount - 1n);
	assert.ok(!isRefusal(verifyToken(serializeToken(paid), world.trust)));
});

test("a link cannot be moved to another output of the same owner and amount", async () => {
	const [here, there] = [await issueTo(world, a, any), await issueTo(world, a, any)];
	const { link, signature } = await pay(world, here, a, b, any);
	expectRefusal(judge(carry(there, { link, signature })), "signature-invalid");
});

test("links swapped, dropped, repeated or spliced make no path", async () => {
	const token = await chain();
	const other = await chain();
	const variants: readonly ((hops: readonly Hop[]) => readonly Hop[])[] = [
		([first, second, third]) => [second, first, third] as Hop[],
		([first, second, third]) => [first, third, second] as Hop[],
		([, second, third]) => [second, third] as Hop[],
		([first, , third]) => [first, third] as Hop[],
		([first, second, third]) => [first, second, second, third] as Hop[],
		(hops) => [...hops, ...hops],
		([first, second]) => [first, second, other.token.hops[2]] as Hop[],
		([first]) => [first, ...other.token.hops.slice(1)] as Hop[],
		() => other.token.hops,
	];
	for (const variant of variants) expectRefusal(judge(withHops(token, variant)), "signature-invalid");
	// What is left of a path when its end is dropped is whole, but it is the earlier owner's.
	const shorter = judge(withHops(token, (hops) => hops.slice(0, -1)));
	assert.ok(!isRefusal(shorter) && "owner" in shorter);
	assert.deepEqual(shorter.owner.certificate, c.certificate);
});

test("every field of a link is signed", async () => {
	const { paid: token } = await pay(world, await issueTo(world, a, any), a, b, any, {
		release: world.random(),
		released: false,
		data: world.random(),
		against: { asset: world.otherAsset, amount: 5n },
	});
	assert.ok(!isRefusal(judge(token.token)));
	const hop = token.token.hops[0] as Hop;
	const caveat = { condition: { kind: "transferCap", amount: 1n }, liftedBy: null } as const;
	const changes: readonly Partial<Hop>[] = [
		{ lock: null },
		{ lock: { state: "locked", bytes: world.random() } },
		{ lock: { state: "lockedPayeeDecides", bytes: hop.lock?.bytes as Uint8Array } },
		{ data: null },
		{ data: world.random() },
		{ against: null },
		{ against: { asset: world.otherAsset, amount: 6n } },
		{ against: { asset: world.asset, amount: 5n } },
		{ spent: { reset: 0, from: 0n, to: 1n } },
		{ outputs: hop.outputs.map((output) => ({ ...output, caveats: [caveat] })) },
	];
	for (const change of changes) expectRefusal(judge(withLastHop(token, change)), "signature-invalid");
});

test("a path goes on through an output that there is, whose owner alone is left out", async () => {
	const { paid: token } = await pay(world, await issueTo(world, a, any), a, b, 400n);
	const hop = token.token.hops[0] as Hop;
	const [payees, change] = hop.outputs;
	assert.ok(payees && change);
	const owner = world.random();
	expectRefusal(judge(withLastHop(token, { index: 2 })), "malformed");
	expectRefusal(judge(withLastHop(token, { index: 1 })), "malformed");
	expectRefusal(judge(withLastHop(token, { outputs: [{ ...payees, owner }, change] })), "malformed");
	expectRefusal(judge(withLastHop(token, { outputs: [payees, { ...change, owner: null }] })), "malformed");
	expectRefusal(judge(withLastHop(token, { outputs: [payees, { ...change, owner }] })), "signature-invalid");
	const named = withLastHop(token, { index: 2, outputs: [{ ...payees, owner }, change] });
	expectRefusal(judge(named), "malformed");
	const opening = { ...hop.opening, certificate: 9 };
	expectRefusal(judge(withLastHop(token, { opening })), "owner-mismatch");
});

test("a payment to several owners: each may go on from its own output", async () => {
	const token = await issueTo(world, a, any);
	const amounts = [100n, 200n, 300n, 400n];
	const outputs = amounts.map((amount, i) => ({
		amount,
		owner: ownerOf(world, holders[i] as Holder),
		caveats: [],
	}));
	const signed = await signLink(token, a, { outputs });
	for (const [index, amount] of amounts.entries()) {
		const part = expectValue(extendToken(signed.link, signed.signature, index));
		assert.equal(part.amount, amount);
		const next = await pay(world, part, holders[index] as Holder, d, amount);
		assert.ok(!isRefusal(verifyToken(serializeToken(next.paid), world.trust)));
	}
	expectRefusal(extendToken(signed.link, signed.signature, 4), "malformed");
});

test("a token carries as many caveats as an issue holds, and not one more", async () => {
	const caveat = { condition: { kind: "purpose", purposes: ["fare"] }, liftedBy: null } as const;
	const conditions = [{ kind: "purpose", purposes: ["fare"] }] as const;
	const caveats = Array(limits.conditions).fill(caveat);
	const full = await pay(world, await issueTo(world, a, any, { conditions }), a, b, any, {
		caveats,
		purpose: "fare",
	});
	assert.ok(!isRefusal(verifyToken(serializeToken(full.paid), world.trust)));
	const more = { caveats: [caveat], purpose: "fare" };
	expectRefusal(await tryToPay(world, full.paid, b, c, any, more), "too-many");
	const outputs = [{ amount: any, owner: ownerOf(world, c, "fare"), caveats: [caveat] }];
	expectRefusal(judge(carry(full.paid, await signLink(full.paid, b, { outputs }))), "too-many");
});

test("a batch proves its own issues, in their places, under a listed issuing key of their operator", async () => {
	const token = (await issueTo(world, a, any, { batch: 6 })).token;
	const { issue: proof } = token;
	const judged = (change: Partial<typeof proof>): unknown =>
		judge({ ...token, issue: { ...proof, ...change } });
	assert.ok(!isRefusal(judged({})));
	for (const change of [
		{ index: 1 },
		{ size: 8 },
		{ size: 6 },
		{ path: proof.path.slice(1) },
		{ path: [...proof.path, world.random()] },
		{ path: proof.path.with(0, world.random()) },
		{ signature: new Uint8Array(64) },
		{ index: 7 },
		{ issue: { ...proof.issue, spendUntil: proof.issue.spendUntil + 1 } },
		{ issue: { ...proof.issue, hopsUsed: 1 } },
		{ issue: { ...proof.issue, nonce: new Uint8Array(16) } },
	])
		expectRefusal(judged(change), "issue-proof-invalid");
	expectRefusal(judged({ keyHint: new Uint8Array(8) }), "issuer-unknown");
});

test("an operator issues its own listed assets", async () => {
	const of = async (operator: typeof world.operator, asset: typeof world.asset): Promise<unknown> => {
		try {
			return await issueTo(world, a, any, { operator, asset });
		} catch (error) {
			return (error as Error).message;
		}
	};
	const { operator, other } = world;
	assert.match(`${await of(other, world.asset)}`, /issuer-unknown/);
	assert.match(`${await of(operator, world.otherAsset)}`, /issuer-unknown/);
	assert.match(`${await of(operator, { ...world.asset, code: "USD" })}`, /asset-unknown/);
	assert.match(`${await of(operator, { ...world.asset, operator: world.random() })}`, /issuer-unknown/);
	const impostor = { ...operator, issuing: operator.ruling };
	assert.match(`${await of(impostor, world.asset)}`, /issuer-unknown/);
});

test("a certificate that nobody lists spoils the token that carries it", async () => {
	const elsewhere: World = await createWorld({ seed: "elsewhere" });
	const stranger = await createHolder(elsewhere);
	const { token } = await issueTo(world, a, any);
	const certificates = [...token.certificates, stranger.certificate.encoded];
	expectRefusal(judge({ ...token, certificates }), "authority-unknown");
});

test("a token has as many links as the limit, one more to return and two more to redeem", async () => {
	let token = await issueTo(world, a, any);
	for (let hop = 0; hop < limits.hops; hop++) {
		const [from, to] = hop % 2 === 0 ? ([a, b] as const) : ([b, a] as const);
		token = (await pay(world, token, from, to, any)).paid;
	}
	assert.ok(!isRefusal(verifyToken(serializeToken(token), world.trust)));
	expectRefusal(await tryToPay(world, token, a, c, any), "too-many");
	const outputs = [{ amount: any, owner: ownerOf(world, c), caveats: [] }];
	expectRefusal(judge(carry(token, await signLink(token, a, { outputs }))), "too-many");
	assert.ok(!isRefusal(await tryToPay(world, token, a, world.operator.desk, any)));
	const { paid: returned } = await pay(world, token, a, b, any);
	expectRefusal(await tryToPay(world, returned, b, a, any), "too-many");
	const { paid: redeemed } = await pay(world, returned, b, world.operator.desk, any);
	assert.ok(!isRefusal(verifyToken(serializeToken(redeemed), world.trust)));
	const more = [...redeemed.token.hops, ...redeemed.token.hops.slice(-1)];
	expectRefusal(judge({ ...redeemed.token, hops: more }), "too-many");
});

test("what this module sealed itself reopens without verifying a signature again", async () => {
	const { paid: token } = await pay(world, await issueTo(world, a, any), a, b, any);
	const reopened = expectValue(verifyToken(serializeToken(token), world.trust, { signatures: false }));
	assert.deepEqual(reopened, token);
	const broken = withLastHop(token, { signature: new Uint8Array(64) });
	assert.ok(!isRefusal(verifyParsedToken(broken, world.trust, { signatures: false })));
	expectRefusal(verifyParsedToken(broken, world.trust), "signature-invalid");
});

test("any payments between holders conserve the amount and verify", async () => {
	const step = fc.record({
		to: fc.integer({ min: 0, max: 3 }),
		share: fc.bigInt({ min: 1n, max: 100n }),
		isLocked: fc.boolean(),
	});
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
			let open: { readonly token: VerifiedToken; readonly owner: Holder }[] = [
				{ token: await issueTo(world, a, any), owner: a },
			];
			for (const { to, share, isLocked } of steps) {
				const { token, owner } = open.at(-1) as (typeof open)[number];
				const payee = holders[to] as Holder;
				const amount = (token.amount * share) / 100n || 1n;
				const options = isLocked ? { release: world.random() } : {};
				const { paid, change } = await pay(world, token, owner, payee, amount, options);
				open = open.slice(0, -1);
				if (change !== null) open.push({ token: change, owner });
				open.push({ token: paid, owner: payee });
			}
			for (const { token } of open)
				assert.deepEqual(expectValue(verifyToken(serializeToken(token), world.trust)), token);
			assert.equal(
				open.reduce((sum, { token }) => sum + token.amount, 0n),
				any,
			);
		}),
		{ numRuns: 25 },
	);
});

test("one changed bit anywhere in a token is refused", async () => {
	const options = { release: world.random(), data: world.random() };
	const { paid } = await pay(world, await issueTo(world, a, any, { batch: 2 }), a, b, 300n, options);
	const encoded = serializeToken(paid);
	for (let bit = 0; bit < 8 * encoded.length; bit++) {
		const changed = Uint8Array.from(encoded);
		changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
		assert.ok(isRefusal(verifyToken(changed, world.trust)), `bit ${bit}`);
	}
});

test("items left over in any structure of a token are malformed", async () => {
	const { paid } = await pay(world, await issueTo(world, a, any), a, b, 300n);
	const longer = (item: Item): Item[] =>
		Array.isArray(item)
			? [
					[...item, 0],
					...item.flatMap((part: Item, i: number) =>
						longer(part).map((longerPart) => item.with(i, longerPart)),
					),
				]
			: [];
	const variants = longer(tokenShape.write(paid.token));
	assert.ok(variants.length > 10);
	for (const variant of variants) expectRefusal(verifyToken(encodeItem(variant), world.trust), "malformed");
});
