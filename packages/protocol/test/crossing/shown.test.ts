/** What one operator acts upon of another's: a state that is opened, under a seal that is logged and witnessed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	entryBytes,
	equalBytes,
	isRefusal,
	keyId,
	parse,
	parseLeaf,
	type ShownState,
	serialize,
	shownSeal,
} from "@tenten/protocol";
import { Scene, start } from "./support/scene.ts";
import { codeOf, cosign, dispute, id, must, signerOf, witnesses } from "./support/sides.ts";

async function scene() {
	const made = new Scene();
	const { source } = made;
	const { transfer } = await made.quote();
	source.put({ transfer: id(7), state: "locked", release: null });
	source.seal(start);
	source.put({ transfer, state: "locked", release: null });
	const seal = source.seal(start + 2);
	source.seal(start + 4);
	const shown = await source.show(transfer, 2);
	const code = (some: Partial<ShownState>, of: Bytes = transfer) =>
		codeOf(made.verifyShown(source, of, { ...shown, ...some }));
	return { made, source, transfer, seal, shown, code };
}

test("what a seal shows is a state that opens what the map holds, or proved absence", async () => {
	const { made, source, transfer, shown, code } = await scene();
	const verified = must(made.verifyShown(source, transfer, shown));
	assert.deepEqual([verified.number, verified.state?.state, verified.since], [2, "locked", start + 3]);
	assert.equal(must(made.verifyShown(source, transfer, await source.show(transfer, 1))).number, 1);
	const absent = await source.show(id(8), 2);
	assert.equal(must(made.verifyShown(source, id(8), absent)).state, null);
	assert.equal(code({ state: null }), "proof-invalid", "a state withheld is no absence");
	assert.equal(code({ state: { transfer, state: "returned", release: null } }), "proof-invalid");
	assert.equal(
		code({ ...absent, state: shown.state }, id(8)),
		"proof-invalid",
		"a state where there is none",
	);
	assert.equal(code({ proof: absent.proof }), "proof-invalid", "of another transfer");
	assert.equal(code({ ...absent, proof: { ...absent.proof, key: transfer } }), "proof-invalid");
});

test("a seal counts for its own operator, as it stands in its log, under a checkpoint of that log", async () => {
	const { made, source, transfer, shown, code } = await scene();
	const { destination } = made;
	destination.put({ transfer, state: "locked", release: null });
	destination.seal(start);
	const foreign = await destination.show(transfer, 1);
	assert.equal(code(foreign), "proof-invalid");
	assert.equal(code({ log: foreign.log }), "malformed", "of another log");
	assert.equal(code({ log: { ...shown.log, index: 0 } }), "not-logged");
	assert.equal(code({ log: { ...shown.log, path: [] } }), "not-logged");
	const next = await source.show(transfer, 3);
	assert.equal(code({ leaf: next.leaf, words: next.words, log: shown.log, proof: next.proof }), "not-logged");
	assert.equal(code({ leaf: shown.leaf.subarray(1) }), "malformed");
});

test("a seal counts once enough witnesses place it at its number, and to begin, once they cosigned it", async () => {
	const { made, source, transfer, seal } = await scene();
	const [one, two, three] = witnesses;
	assert.ok(one !== undefined && two !== undefined && three !== undefined);
	const since = async (words: ShownState["words"]) => {
		const verified = made.verifyShown(source, transfer, await source.show(transfer, 2, words));
		return codeOf(verified) === "accepted" ? must(verified).since : codeOf(verified);
	};
	const first = await cosign(seal, one, start + 5);
	const second = await cosign(seal, two, start + 9);
	assert.equal(await since([first, second]), start + 5);
	assert.equal(await since([first, second, await cosign(seal, three, start + 7)]), start + 7);
	const later = await cosign(seal, one, start + 8);
	for (const words of [
		[first, later, second],
		[later, first, second],
	])
		assert.equal(await since(words), start + 8, "a witness says it again: its latest word counts");
	assert.equal(await since([first]), "quorum-missing");
	assert.equal(await since([first, first]), "quorum-missing", "one witness counts once");
	assert.equal(
		await since([first, await cosign(seal, signerOf(0x79), start)]),
		"quorum-missing",
		"a stranger",
	);
	const other = await cosign(source.seal(start + 6), two, start + 9);
	assert.equal(await since([first, other]), "quorum-missing", "of another seal");
	for (const rule of ["reserve-short", "stale", "totals"] as const)
		assert.equal(await since([first, await dispute(seal, two, start, rule)]), null, rule);
	for (const rule of ["operator", "number", "previous"] as const)
		assert.equal(await since([first, await dispute(seal, two, start, rule)]), "quorum-missing", rule);
	const log = { ...source.log, policy: { ...source.log.policy, least: 0 } };
	const unasked = made.verifyShownUnder(source, transfer, await source.show(transfer, 2), log);
	assert.equal(codeOf(unasked), "quorum-missing", "a policy that asks for no witness opens nothing");
	const [known = id(0)] = source.log.policy.witnesses;
	const twice = { ...source.log, policy: { witnesses: [known, known], least: 2 } };
	const alone = made.verifyShownUnder(source, transfer, await source.show(transfer, 2, [first]), twice);
	assert.equal(codeOf(alone), "quorum-missing", "a witness that a policy names twice counts once");
	assert.ok(equalBytes(known, keyId(one.key)));
});

test("a leaf has at most what an entry of a log may have: no larger one stands in any", async () => {
	const { shown } = await scene();
	const read = (length: number): string => {
		const encoded = serialize(shownSeal, { ...shown, leaf: new Uint8Array(length) });
		const parsed = parse(shownSeal, encoded, 2 * encoded.length);
		return isRefusal(parsed) ? parsed.code : "read";
	};
	assert.deepEqual([read(entryBytes), read(entryBytes + 1)], ["read", "malformed"]);
	const long = (length: number): string => codeOf(parseLeaf(new Uint8Array(length)));
	assert.deepEqual([long(entryBytes), long(entryBytes + 1)], ["malformed", "too-large"]);
});
