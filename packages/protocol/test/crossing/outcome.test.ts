/** The outcome as a file: anyone sees offline how a payment ended, and what the destination owed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type CrossingState,
	type Outcome,
	type OutcomeKeys,
	outcome,
	parse,
	serializeOutcome,
	stateValue,
	toHex,
	type VerifiedOutcome,
	verifyOutcome,
} from "@tenten/protocol";
import { outcomes } from "./support/outcomes.ts";
import { start } from "./support/scene.ts";
import { codeOf, id, must } from "./support/sides.ts";

const { scene, quote, files, early } = await outcomes();
const verified = (file: Outcome, keys: OutcomeKeys = scene.keys): VerifiedOutcome =>
	must(verifyOutcome(serializeOutcome(file), keys));
const code = (file: Outcome, keys: OutcomeKeys = scene.keys): string =>
	codeOf(verifyOutcome(serializeOutcome(file), keys));

test("a file says how it ended and what the destination owes, whoever kept it", () => {
	const said = Object.entries(files).map(([name, file]) => {
		const { end, duty, quote: of } = verified(file);
		assert.equal(toHex(of.transfer) === toHex(quote.transfer), name !== "aborted");
		return [name, end.kind, duty];
	});
	assert.deepEqual(said, [
		["alone", "committed", "none"],
		["promised", "committed", "stands"],
		["paid", "committed", "met"],
		["wronged", "committed", "broken"],
		["forgotten", "committed", "none"],
		["aborted", "aborted", "none"],
	]);
});

test("a state that names another transfer than it stands under is no promise", async () => {
	const { destination } = scene;
	const foreign: CrossingState = { transfer: id(9), state: "reserved", release: null };
	destination.putValue(quote.transfer, stateValue(foreign));
	destination.seal(start + 30);
	const duty = { ...(await destination.show(quote.transfer, destination.lastSeal)), state: foreign };
	const { end, duty: owed } = verified({ ...files.promised, duty });
	assert.deepEqual([end.kind, owed], ["committed", "none"]);
});

test("no byte of a file can be changed so that it says something else", () => {
	const encoded = serializeOutcome(files.promised);
	const told = verified(files.promised);
	let refused = 0;
	for (let at = 0; at < encoded.length; at += 7) {
		const changed = Uint8Array.from(encoded);
		changed[at] = (changed[at] as number) ^ 1;
		const read = verifyOutcome(changed, scene.keys);
		if (codeOf(read) !== "accepted") refused++;
		else assert.deepEqual([must(read).end, must(read).duty], [told.end, told.duty]);
	}
	assert.ok(refused > encoded.length / 8);
	assert.deepEqual(must(parse(outcome, encoded, encoded.length)), files.promised);
});

test("another seal than the one that decides, another payment's or an unknown log decide nothing", () => {
	const { promised, aborted } = files;
	assert.equal(code({ ...promised, decided: early }), "proof-invalid");
	assert.equal(code({ ...promised, decided: promised.duty ?? early }), "proof-invalid");
	assert.equal(code({ ...promised, duty: promised.decided }), "proof-invalid");
	assert.equal(code({ ...promised, quote: aborted.quote }), "proof-invalid");
	assert.equal(code(promised, { ...scene.keys, logOf: () => undefined }), "authority-unknown");
	assert.equal(code(promised, { ...scene.keys, keysOf: () => [] }), "authority-unknown");
	const agreement = { ...promised.agreement, bySource: new Uint8Array(64) };
	assert.equal(code({ ...promised, agreement }), "signature-invalid");
	assert.equal(code({ ...promised, decided: { ...promised.decided, words: [] } }), "quorum-missing");
	assert.equal(codeOf(verifyOutcome(id(1), scene.keys)), "malformed");
});
