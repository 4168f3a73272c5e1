/** Every decoder that meets a peer's bytes: one fault anywhere in a real message is refused as malformed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type ConsumedOutput,
	certificate,
	consumedOutput,
	consumedOutputs,
	decodeItem,
	encodeItem,
	forkEvidenceFrom,
	type Item,
	isRefusal,
	limits,
	parse,
	serialize,
	serializeToken,
	signedLink,
	verifyEvidence,
	verifyToken,
	verifyTrustList,
} from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	expectRefusal,
	issueTo,
	pay,
	verify,
} from "../../../module/test/support/world.ts";
import { faultyEncodings } from "../support/faulty-encodings.ts";

const world = await createWorld();
const [a, b] = [await createHolder(world), await createHolder(world)];
const options = {
	release: world.random(),
	data: world.random(),
	against: { asset: world.otherAsset, amount: 2n ** 60n },
	caveats: [{ condition: { kind: "purpose", purposes: ["本", "fare"] }, liftedBy: "shop" }],
} as const;
const issued = await issueTo(world, a, 2n ** 62n, { batch: 2, conditions: [{ kind: "hopLimit", hops: 30 }] });
const { paid } = await pay(world, issued, a, b, 1000n, options);
const other = await pay(world, issued, a, b, 1000n);
const kept = [paid, other.paid].map(
	(token) => consumedOutputs(token, world.trust).at(-1) as ConsumedOutput,
) as [ConsumedOutput, ConsumedOutput];
const context = { verify, pinnedSigner: world.operator.id, minimumVersion: 1, now: world.now };

const decoders: Readonly<Record<string, readonly [valid: Bytes, decode: (bytes: Bytes) => unknown]>> = {
	token: [serializeToken(paid), (bytes) => verifyToken(bytes, world.trust)],
	certificate: [a.certificate.encoded, (bytes) => world.trust.certificate(bytes)],
	"parsed certificate": [a.certificate.encoded, (bytes) => parse(certificate, bytes)],
	"trust list": [world.encodedList, (bytes) => verifyTrustList(bytes, context)],
	link: [paid.path[0]?.payload as Bytes, (bytes) => parse(signedLink, bytes)],
	"consumed output": [serialize(consumedOutput, kept[0]), (bytes) => parse(consumedOutput, bytes)],
	evidence: [forkEvidenceFrom(...kept), (bytes) => verifyEvidence(bytes, world.trust)],
};

for (const [name, [valid, decode]] of Object.entries(decoders)) {
	test(`${name}: what is valid is read, and one fault anywhere in it is malformed`, () => {
		assert.ok(!isRefusal(decode(valid)));
		const item = decodeItem(valid, limits.evidence);
		assert.ok(!isRefusal(item));
		const faults = faultyEncodings(item);
		assert.ok(faults.length > 100);
		for (const { fault, bytes } of faults) {
			const result = decode(bytes);
			assert.ok(isRefusal(result), fault);
			assert.equal(result.code, "malformed", fault);
		}
	});

	test(`${name}: bytes left over are malformed, deep nesting and size are named`, () => {
		expectRefusal(decode(Uint8Array.of(...valid, 0)), "malformed");
		expectRefusal(decode(valid.subarray(0, -1)), "malformed");
		let nested: Item = [];
		for (let depth = 0; depth < limits.depth; depth++) nested = [nested];
		expectRefusal(decode(encodeItem(nested)), "too-deep");
		expectRefusal(decode(new Uint8Array(limits.evidence + 1)), "too-large");
	});
}
