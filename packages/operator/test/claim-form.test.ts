/** What a claim must be, before the registry is asked: whatever is not leaves the tokens as they were. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	deskOwner,
	lockHash,
	type Order,
	orderDigest,
	parseReply,
	type RefusalCode,
	serializeClaim,
	signOrder,
	type Token,
	type VerifiedToken,
} from "@tenten/protocol";
import { carry, expectRefusal, expectValue, type Holder, signLink } from "../../module/test/support/world.ts";
import {
	balance,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	makeOrder,
	redeem,
	redeemingToken,
	withdrawTo,
} from "./support/ecosystem.ts";

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly alice: Holder;
	readonly token: VerifiedToken;
	/** redeems to Alice's account */
	readonly order: Order;
};

async function open(): Promise<Scene> {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const order = await makeOrder(ecosystem, { kind: "account", account: alice.certificate.hash });
	return { ecosystem, alice, token, order };
}

/** What the operator answers to these tokens under this order. */
async function claiming({ ecosystem, alice }: Scene, order: Order, tokens: readonly Token[]) {
	const signed = await signOrder(order, alice.certificate.encoded, alice.signer);
	return ecosystem.operator.claim(serializeClaim({ order: signed, tokens }));
}

async function resultOf(scene: Scene, tokens: readonly Token[]): Promise<RefusalCode | string> {
	const reply = expectValue(parseReply(expectValue(await claiming(scene, scene.order, tokens))));
	const [result] = reply.results;
	return result?.kind === "refused" ? result.code : (result?.kind ?? "none");
}

/** Nothing was paid, no row was written: redeemed as it should be, the token is paid in full. */
async function assertUntouched({ ecosystem, alice, token }: Scene): Promise<void> {
	assert.equal(await balance(ecosystem, alice), 0n);
	assert.deepEqual((await redeem(ecosystem, alice, token)).results, [{ kind: "paid", amount: 100n }]);
}

test("a redeeming link serves the order that it names, and no other", async () => {
	const scene = await open();
	const { ecosystem, alice, token } = scene;
	const other = await makeOrder(ecosystem, { kind: "account", account: alice.certificate.hash });
	const link = await redeemingToken(ecosystem, alice, token, orderDigest(other));
	assert.equal(await resultOf(scene, [link]), "order-mismatch");
	assert.equal(await balance(ecosystem, alice), 0n);
	const reply = expectValue(parseReply(expectValue(await claiming(scene, other, [link]))));
	assert.deepEqual(reply.results, [{ kind: "paid", amount: 100n }]);
});

test("a redeeming link under a purpose is none", async () => {
	const scene = await open();
	const { ecosystem, alice, token, order } = scene;
	const desk = deskOwner(ecosystem.world.operator.desk.certificate, orderDigest(order));
	const outputs = [{ amount: token.amount, owner: { ...desk, purpose: "books" }, caveats: [] }];
	const link = carry(token, await signLink(token, alice, { outputs }));
	assert.equal(await resultOf(scene, [link]), "order-mismatch");
	await assertUntouched(scene);
});

test("a locked link to the desk redeems nothing", async () => {
	const scene = await open();
	const { ecosystem, alice, token, order } = scene;
	const desk = deskOwner(ecosystem.world.operator.desk.certificate, orderDigest(order));
	const outputs = [{ amount: token.amount, owner: desk, caveats: [] }];
	const lock = { payeeDecides: false, hash: lockHash(ecosystem.world.random()) };
	const link = carry(token, await signLink(token, alice, { outputs, lock }));
	assert.equal(await resultOf(scene, [link]), "order-mismatch");
	await assertUntouched(scene);
});

test("a link to anyone but the desk redeems nothing, whatever order it names", async () => {
	const scene = await open();
	const { ecosystem, alice, token, order } = scene;
	const bob = await enrolHolder(ecosystem);
	for (const { certificate } of [bob, alice]) {
		const owner = { certificate, purpose: null, request: orderDigest(order) };
		const outputs = [{ amount: token.amount, owner, caveats: [] }];
		const link = carry(token, await signLink(token, alice, { outputs }));
		assert.equal(await resultOf(scene, [link]), "order-mismatch");
	}
	await assertUntouched(scene);
});

test("a token that does not end at the desk redeems nothing", async () => {
	const scene = await open();
	assert.equal(await resultOf(scene, [scene.token.token]), "order-mismatch");
	await assertUntouched(scene);
});

test("an order on another operator's asset is not carried out", async () => {
	const scene = await open();
	const { ecosystem, alice, token, order } = scene;
	const foreign = { ...order, asset: { ...order.asset, operator: ecosystem.world.random() } };
	const link = await redeemingToken(ecosystem, alice, token, orderDigest(foreign));
	expectRefusal(await claiming(scene, foreign, [link]), "asset-unknown");
	await assertUntouched(scene);
});

test("one token twice in a claim is malformed, and pays nothing", async () => {
	const scene = await open();
	const { ecosystem, alice, token, order } = scene;
	const link = await redeemingToken(ecosystem, alice, token, orderDigest(order));
	expectRefusal(await claiming(scene, order, [link, link]), "malformed");
	assert.equal(await balance(ecosystem, alice), 0n);
	assert.equal(await resultOf(scene, [link]), "paid");
});

test("an order is signed by an owner of its tokens", async () => {
	const scene = await open();
	const { ecosystem, alice, token } = scene;
	const mallory = await enrolHolder(ecosystem);
	const order = await makeOrder(ecosystem, { kind: "account", account: mallory.certificate.hash });
	const link = await redeemingToken(ecosystem, alice, token, orderDigest(order));
	const signed = await signOrder(order, mallory.certificate.encoded, mallory.signer);
	const claim = serializeClaim({ order: signed, tokens: [link] });
	expectRefusal(await ecosystem.operator.claim(claim), "owner-mismatch");
	assert.equal(await balance(ecosystem, mallory), 0n);
});
