/** Trust lists: of the pinned signer, never older than what was seen, and not after their end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	encodeItem,
	type Item,
	isRefusal,
	keyId,
	type OperatorEntry,
	parse,
	serialize,
	Trust,
	type TrustListBody,
	trustList,
	verifyTrustList,
} from "@tenten/protocol";
import {
	createWorld,
	expectRefusal,
	expectValue,
	signTrustList,
	verify,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const context = { verify, pinnedSigner: world.operator.id, minimumVersion: 1, now: world.now };

test("a list of the pinned signer is taken, by whomever it was handed on", () => {
	assert.deepEqual(expectValue(verifyTrustList(world.encodedList, context)), world.list);
});

test("a list of another signer is refused, even where that signer is listed", async () => {
	const encoded = await signTrustList(world.list, world.other.root);
	expectRefusal(verifyTrustList(encoded, context), "authority-unknown");
});

test("a list signed by another key of the operator, or altered, is refused", async () => {
	const byAuthority = expectValue(
		parse(trustList, await signTrustList(world.list, world.operator.authority)),
	);
	const claimed = serialize(trustList, { ...byAuthority, signer: world.operator.root.key });
	expectRefusal(verifyTrustList(claimed, context), "signature-invalid");
	const signed = expectValue(parse(trustList, world.encodedList));
	const longer = serialize(trustList, {
		...signed,
		body: { ...signed.body, expiresAt: world.now + 10 ** 9 },
	});
	expectRefusal(verifyTrustList(longer, context), "signature-invalid");
});

test("an older version is refused, the same version is not", async () => {
	const second = await signTrustList({ ...world.list, version: 2 }, world.operator.root);
	const seen = { ...context, minimumVersion: 2 };
	expectRefusal(verifyTrustList(world.encodedList, seen), "trust-list-rollback");
	assert.equal(expectValue(verifyTrustList(second, seen)).version, 2);
});

test("a list ends at its expiry", () => {
	const at = (now: number): unknown => verifyTrustList(world.encodedList, { ...context, now });
	assert.ok(!isRefusal(at(world.list.expiresAt - 1)));
	expectRefusal(at(world.list.expiresAt), "trust-list-expired");
});

test("a list that is no list is malformed", () => {
	for (const bytes of [new Uint8Array(), encodeItem([]), world.encodedList.subarray(1)])
		expectRefusal(verifyTrustList(bytes, context), "malformed");
	const items = trustList.write(expectValue(parse(trustList, world.encodedList))) as readonly Item[];
	expectRefusal(verifyTrustList(encodeItem([...items, 0]), context), "malformed");
	const body = items[0] as readonly Item[];
	for (const version of [0, -1, null, "1"])
		expectRefusal(
			verifyTrustList(encodeItem([body.with(0, version), ...items.slice(1)]), context),
			"malformed",
		);
	const many = new Array(257).fill((body[3] as readonly Item[])[0]);
	const crowded = encodeItem([body.with(3, many), ...items.slice(1)]);
	assert.ok(crowded.length > 65_536);
	expectRefusal(verifyTrustList(crowded, context), "too-large");
});

test("an operator whose desk another operator certified is left out, and so are its assets", () => {
	const [first, second] = world.list.operators as readonly [OperatorEntry, OperatorEntry];
	const trusting = (...operators: readonly OperatorEntry[]): Trust =>
		new Trust({ ...world.list, operators } satisfies TrustListBody, verify);
	assert.ok(trusting(first, second).operator(world.operator.id));
	assert.equal(trusting(first, second).asset(world.asset)?.code, "JPY");
	for (const desk of [second.desk, Uint8Array.of(0), first.desk.subarray(1)]) {
		const odd = { ...first, desk };
		for (const trust of [trusting(odd, second), trusting(second, odd)]) {
			assert.equal(trust.operator(world.operator.id), undefined);
			assert.equal(trust.asset(world.asset), undefined);
			assert.deepEqual(trust.keys(world.operator.id, "issuing"), []);
			assert.ok(trust.operator(world.other.id));
		}
	}
});

test("whom an operator that is left out certified is unknown", () => {
	const [first, second] = world.list.operators as readonly [OperatorEntry, OperatorEntry];
	const trust = new Trust({ ...world.list, operators: [{ ...first, desk: second.desk }, second] }, verify);
	expectRefusal(trust.certificate(first.desk), "authority-unknown");
	expectValue(trust.certificate(second.desk));
});

test("keys are listed by purpose, under the operator whose root is named", () => {
	assert.deepEqual(world.trust.keys(world.operator.id, "issuing"), [world.operator.issuing.key]);
	assert.deepEqual(world.trust.keys(world.operator.id, "ruling"), [world.operator.ruling.key]);
	assert.deepEqual(world.trust.keys(keyId(world.operator.issuing.key), "issuing"), []);
	assert.equal(world.trust.asset({ operator: world.other.id, code: "JPY" }), undefined);
});
