/** Keepers that contradict themselves about a record are convicted by their own seals; those that keep the rules never. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type Misbehaviour,
	type RecordBreach,
	sealHash,
	serializeMisbehaviour,
	sha256,
	toUtf8,
	verifyMisbehaviour,
} from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import { codeOf, must } from "../crossing/support/sides.ts";
import type { Keeper } from "../domain/support/keeper.ts";
import { credits, statuses } from "../domain/support/stories.ts";
import { loggedRecordOf, namedSourceOf, recordCases, recordFile } from "./support/record-cases.ts";

const judged = (file: Misbehaviour, keeper: Keeper) =>
	verifyMisbehaviour(serializeMisbehaviour(file), keeper.log.keys, verify);

test("a record that ended twice, changed, went, does not add up, or never came, convicts its keeper", async () => {
	const cases = await recordCases();
	for (const [name, { keys, file }] of Object.entries(cases)) {
		const said = must(verifyMisbehaviour(serializeMisbehaviour(file), keys, verify));
		assert.ok(said.kind === "brokenRecord");
		const breach: RecordBreach = (
			{
				retiredTwice: "ended-twice",
				unrevoked: "ended-twice",
				changed: "changed",
				gone: "gone",
				unbalanced: "unbalanced",
				notMoved: "not-moved",
				ofAnother: "not-moved",
			} as const
		)[name as keyof typeof cases];
		assert.equal(said.breach, breach, name);
	}
});

test("of two registries that both say it is retired the one is convicted that gave it away or never got it", async () => {
	// The home gave it away, and retires it as well: its own seals convict it, and nothing convicts the other.
	const { home, other, sent, arrived } = await credits();
	const gone = home.lot(sent);
	assert.ok(gone);
	home.put({ ...gone, end: { kind: "retired", beneficiary: "Mallory" } });
	await home.seal(9_999_999_999);
	const twice = await recordFile(home, sent, [1, 2]);
	assert.equal(codeOf(judged(twice, home)), "accepted");
	const source = await namedSourceOf(home, sent, 1);
	assert.equal(codeOf(judged(await recordFile(other, arrived, [1], source), other)), "not-evidence");
	// What the home showed later is not what the other named.
	const later = await namedSourceOf(home, sent, 2);
	assert.equal(codeOf(judged(await recordFile(other, arrived, [1], later), other)), "not-evidence");
});

test("no keeper that keeps the rules is convicted, whatever its seals are put beside", async () => {
	const { home, other, made, kept, sent, arrived, retired, rest } = await credits();
	const { issuer, key, otherKey } = await statuses();
	for (const keeper of [home, other]) for (const at of [1, 2]) await keeper.seal(2_000_000_000 + at);
	const keysAt: readonly (readonly [Keeper, readonly Bytes[]])[] = [
		[home, [made, kept, sent, sha256(toUtf8("none"))]],
		[other, [arrived, retired, rest]],
		[issuer, [key, otherKey]],
	];
	const sources = await Promise.all([
		null,
		namedSourceOf(home, sent, 1),
		namedSourceOf(home, kept, 1),
		namedSourceOf(other, arrived, 1),
	]);
	let files = 0;
	for (const [keeper, records] of keysAt)
		for (const record of records)
			for (const numbers of [[1], [2], [1, 2], [2, 1], [1, 3], [3, 2], [2, 2]])
				for (const source of sources) {
					files++;
					assert.equal(
						codeOf(judged(await recordFile(keeper, record, numbers, source), keeper)),
						"not-evidence",
					);
				}
	assert.equal(files, 9 * 7 * 4);
});

test("what does not hold together convicts nobody", async () => {
	const { home, other, made, sent, arrived } = await credits();
	await home.seal(2_000_000_000);
	const [first, second] = await Promise.all([loggedRecordOf(home, sent, 1), loggedRecordOf(home, made, 2)]);
	const code = (file: Partial<Extract<Misbehaviour, { readonly kind: "brokenRecord" }>>, keeper = home) =>
		codeOf(judged({ kind: "brokenRecord", shown: [first], source: null, ...file }, keeper));
	assert.equal(code({ shown: [first, second] }), "not-evidence", "two keys");
	assert.equal(code({ shown: [{ ...first, record: second.record }] }), "proof-invalid");
	assert.equal(code({ shown: [{ ...first, record: null }] }), "proof-invalid");
	assert.equal(code({ shown: [{ ...first, log: second.log }] }), "not-logged");
	assert.equal(code({ shown: [await loggedRecordOf(other, arrived, 1)] }), "malformed", "another log");
	const source = await namedSourceOf(home, sent, 1);
	assert.equal(code({ source: { ...source, record: null } }), "proof-invalid");
});

test("a keeper that took in more, or other, than was moved to it is convicted by the seal that it names", async () => {
	const { home, other, sent, arrived } = await credits();
	const source = await namedSourceOf(home, sent, 1);
	const lot = other.lot(arrived);
	assert.ok(lot);
	const changes = [{ amount: 40_000n }, { asset: sha256(toUtf8("other")) }, { subject: "greener" }] as const;
	for (const [at, change] of changes.entries()) {
		other.put({ ...lot, end: null, ...change });
		await other.seal(2_000_000_000 + at);
		const said = must(judged(await recordFile(other, arrived, [at + 2], source), other));
		assert.ok(said.kind === "brokenRecord");
		assert.equal(said.breach, "not-moved");
	}
	// It was moved to another.
	const gone = home.lot(sent);
	assert.ok(gone);
	home.put({ ...gone, end: { kind: "moved", to: home.operator } });
	await home.seal(2_000_000_000);
	const elsewhere = await namedSourceOf(home, sent, 2);
	other.put({ ...lot, end: null, shownBy: sealHash(elsewhere.seal) });
	await other.seal(2_000_000_010);
	const said = must(judged(await recordFile(other, arrived, [5], elsewhere), other));
	assert.ok(said.kind === "brokenRecord" && said.breach === "not-moved");
});

test("of two seals that claim one number none is the later: that is another file's matter", async () => {
	const { home, sent } = await credits();
	const gone = home.lot(sent);
	assert.ok(gone);
	home.put({ ...gone, end: { kind: "retired", beneficiary: "Mallory" } });
	await home.seal(2_000_000_000, { number: 1 });
	assert.equal(codeOf(judged(await recordFile(home, sent, [1, 2]), home)), "not-evidence");
});
