/** Locks on a token's path: what waits, what opens it, and whose cancels a link may carry. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	encodeItem,
	isRefusal,
	limits,
	lockHash,
	releaseToken,
	serialize,
	serializeToken,
	type Token,
	token as tokenShape,
	verifyToken,
} from "@tenten/protocol";
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
} from "../../../module/test/support/world.ts";
import { withLastHop } from "./support/changed.ts";

const world = await createWorld();
const holders = await Promise.all([0, 1, 2, 3].map(() => createHolder(world)));
const [a, b, c, d] = holders as [Holder, Holder, Holder, Holder];
const any = 1000n;

const judge = (value: Token) => verifyToken(serialize(tokenShape, value), world.trust);

test("a lock waits for its own release, and nothing follows before", async () => {
	const release = world.random();
	const issued = await issueTo(world, a, any);
	const { paid: locked } = await pay(world, issued, a, b, any, { release, released: false });
	assert.deepEqual(locked.pending, { payeeDecides: false, hash: lockHash(release) });
	assert.deepEqual(expectValue(verifyToken(serializeToken(locked), world.trust)).pending, locked.pending);
	expectRefusal(await tryToPay(world, locked, b, c, any), "lock-pending");
	const onward = await signLink(locked, b, {
		outputs: [{ amount: any, owner: ownerOf(world, c), caveats: [] }],
	});
	expectRefusal(judge(carry(locked, onward)), "lock-pending");
	expectRefusal(releaseToken(locked, world.random()), "release-mismatch");
	expectRefusal(releaseToken(issued, release), "release-mismatch");
	const released = expectValue(releaseToken(locked, release));
	expectRefusal(releaseToken(released, release), "release-mismatch");
	assert.deepEqual(expectValue(verifyToken(serializeToken(released), world.trust)), released);
	assert.ok(!isRefusal(await tryToPay(world, released, b, c, any)));
});

test("a lock of an exchange is released as what it is, and reads as its payer made it", async () => {
	const release = world.random();
	const { paid } = await pay(world, await issueTo(world, a, any), a, b, any, { release, payeeDecides: true });
	assert.deepEqual(expectValue(verifyToken(serializeToken(paid), world.trust)), paid);
	assert.deepEqual(paid.path[0]?.body.lock, { payeeDecides: true, hash: lockHash(release) });
	assert.deepEqual(paid.path[0]?.release, release);
	assert.equal(paid.pending, null);
});

test("a release makes no lock: not where there was none, and not another's", async () => {
	const { paid: direct } = await pay(world, await issueTo(world, a, any), a, b, any);
	for (const state of ["released", "releasedPayeeDecides", "locked"] as const)
		expectRefusal(
			judge(withLastHop(direct, { lock: { state, bytes: world.random() } })),
			"signature-invalid",
		);
	const release = world.random();
	const { paid: locked } = await pay(world, await issueTo(world, a, any), a, b, any, { release });
	const wrong = { state: "released", bytes: world.random() } as const;
	expectRefusal(judge(withLastHop(locked, { lock: wrong })), "signature-invalid");
	const flipped = { state: "releasedPayeeDecides", bytes: release } as const;
	expectRefusal(judge(withLastHop(locked, { lock: flipped })), "signature-invalid");
});

test("a cancel that a link carries must be signed by a certificate of the token's table", async () => {
	const lock = lockHash(world.random());
	const signature = await c.signer.sign("cancel", encodeItem([lock]));
	const cancel = { lock, decider: ownerOf(world, c), signature };
	const token = await issueTo(world, a, any);
	const { paid } = await pay(world, token, a, b, any, { after: [cancel] });
	assert.deepEqual(expectValue(verifyToken(serializeToken(paid), world.trust)), paid);
	const certificates = paid.token.certificates.filter((encoded) => encoded !== c.certificate.encoded);
	expectRefusal(judge({ ...paid.token, certificates }), "signature-invalid");
	for (const wrong of [
		{ ...cancel, signature: new Uint8Array(64) },
		{ ...cancel, lock: world.random() },
		{ ...cancel, decider: ownerOf(world, d) },
		{ ...cancel, signature: await c.signer.sign("statement", encodeItem([lock])) },
	]) {
		const { paid: claimed } = await pay(world, token, a, b, any, { after: [wrong] });
		expectRefusal(verifyToken(serializeToken(claimed), world.trust), "signature-invalid");
	}
	const five = new Array(limits.after + 1).fill(cancel);
	const { paid: crowded } = await pay(world, token, a, b, any, { after: five });
	expectRefusal(verifyToken(serializeToken(crowded), world.trust), "too-many");
});
