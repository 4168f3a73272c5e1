/** What witnesses sign of seals, and proofs as files: each counts as what it is, and as nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Batch,
	isRefusal,
	keyId,
	type LineProof,
	lineKey,
	proveLine,
	type SealProof,
	sealHash,
	serializeProof,
	signCosignature,
	sumAlgebra,
	verifyCosignature,
	verifyItem,
	verifyProof,
	verifySealRefusal,
} from "@tenten/protocol";
import { generateKey, signerFrom, verify } from "../../../module/test/support/world.ts";
import { PagedTree } from "./support/naive.ts";
import { sealScene } from "./support/proofs.ts";
import { bank, id, operator, seats, yen } from "./support/sealed.ts";

const { seal, cosigned, refused, expected, byName } = await sealScene();
const name = { operator, number: 7, seal: sealHash(seal) };
const codeOf = (value: unknown): string => (isRefusal(value) ? value.code : "accepted");

test("a cosignature and a refusal say what was signed, for those who know the witness", () => {
	assert.deepEqual(verifyCosignature(cosigned, expected), { ...name, signedAt: 9 });
	const said = verifySealRefusal(refused, expected);
	assert.ok(!isRefusal(said));
	assert.deepEqual(said.broken, [{ rule: "reserve-short", about: yen }]);
	const other = { verify, witness: keyId(bank.key) };
	assert.equal(codeOf(verifyCosignature(cosigned, other)), "authority-unknown");
	assert.equal(codeOf(verifySealRefusal(refused, other)), "authority-unknown");
});

test("no byte of either can be changed, and neither is taken for the other", () => {
	for (const [encoded, read] of [
		[cosigned, verifyCosignature],
		[refused, verifySealRefusal],
	] as const)
		for (let at = 0; at < encoded.length; at++) {
			const altered = new Uint8Array(encoded);
			altered[at] = (altered[at] as number) ^ 1;
			assert.notEqual(codeOf(read(altered, expected)), "accepted", `byte ${at}`);
		}
	assert.notEqual(codeOf(verifyCosignature(refused, expected)), "accepted");
	assert.notEqual(codeOf(verifySealRefusal(cosigned, expected)), "accepted");
	const another = { ...expected, witness: id(9) };
	assert.equal(codeOf(verifyCosignature(cosigned, another)), "authority-unknown");
	assert.equal(codeOf(verifySealRefusal(refused, another)), "authority-unknown");
});

test("a key that signed a body of one type has not signed it as another", async () => {
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const asRefusal = {
		key: signer.key,
		sign: (_: unknown, payload: Uint8Array) => signer.sign("seal-refusal", payload),
	};
	const crossed = await signCosignature({ ...name, signedAt: 9 }, asRefusal);
	assert.equal(
		codeOf(verifyCosignature(crossed, { verify, witness: keyId(signer.key) })),
		"signature-invalid",
	);
});

const { present, absent, vacant, line, item } = byName;
assert.ok(present.kind === "state" && line.kind === "line" && item.kind === "item");

test("a file proves what stands under its seal or batch, with nothing else at hand", () => {
	const stateOf = (proof: SealProof) => {
		const proved = verifyProof(serializeProof(proof));
		assert.ok(!isRefusal(proved) && proved.kind === "state");
		return proved.state;
	};
	assert.deepEqual(stateOf(present), { kind: "present", value: id(2) });
	assert.deepEqual([stateOf(absent), stateOf(vacant)], [{ kind: "absent" }, { kind: "absent" }]);
	const mine = verifyProof(serializeProof(line));
	assert.ok(!isRefusal(mine) && mine.kind === "line");
	assert.deepEqual([mine.line.amount, mine.line.owner], [20n, id(2)]);
	const issued = verifyProof(serializeProof(item));
	assert.ok(!isRefusal(issued) && issued.kind === "item");
	assert.equal(issued.item.amount, 20n);
});

test("a proof under another seal, asset or batch proves nothing", () => {
	const of = (proof: SealProof): string => codeOf(verifyProof(serializeProof(proof)));
	assert.equal(of({ ...present, seal: { ...seal, state: id(1) } }), "proof-invalid");
	assert.equal(of({ ...line, asset: id(0x77) }), "asset-unknown");
	const [first] = seal.assets;
	assert.ok(first);
	assert.equal(of({ ...line, seal: { ...seal, assets: [first, first] } }), "asset-unknown");
	const less = seal.assets.map((each) => ({ ...each, held: each.held - 1n }));
	assert.equal(of({ ...line, asset: seats, seal: { ...seal, assets: less } }), "proof-invalid");
});

test("a batch's total is that of its items, and certificates are no amounts", () => {
	const { batch, proof: myLine } = item;
	assert.equal(
		codeOf(verifyItem({ ...batch, kind: "issues", asset: yen, total: 61n }, myLine)),
		"proof-invalid",
	);
	const certificates: Batch = { kind: "certificates", count: 3, root: batch.root };
	assert.equal(codeOf(verifyItem(certificates, myLine)), "proof-invalid");
	const named = new PagedTree(sumAlgebra);
	named.change([1, 2].map((fill) => ({ key: lineKey(id(fill), id(0)), entry: 0n })));
	const proof = proveLine(named.stored, id(1), id(0)) as LineProof;
	assert.equal(codeOf(verifyItem({ ...certificates, root: named.root().hash }, proof)), "accepted");
});
