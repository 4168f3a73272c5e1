/** Each planted wrong convicts the log that signed it, and nothing that a stranger attaches does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	breachOf,
	isRefusal,
	type LogKeys,
	leafHash,
	type Misbehaviour,
	type MisbehaviourConviction,
	misbehaviourFrom,
	noteOfLog,
	parseMisbehaviour,
	parseNote,
	type Seal,
	sealHash,
	serializeLeaf,
	serializeMisbehaviour,
	toUtf8,
	verifyMisbehaviour,
	writeNote,
} from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import { secret } from "../crossing/support/scene.ts";
import { codeOf, must } from "../crossing/support/sides.ts";
import { id, operator, reserveOf, stranger, yen } from "../seal/support/sealed.ts";
import {
	allCases,
	batchLeaf,
	decisions,
	entries,
	sealCases,
	sealedLog,
	sealLeaf,
	viewCases,
} from "./support/cases.ts";
import { GivenLog, origin } from "./support/given-log.ts";

const cases = await allCases();

const judged = (file: Misbehaviour, keys: LogKeys): MisbehaviourConviction =>
	must(verifyMisbehaviour(serializeMisbehaviour(file), keys, verify));
const code = (file: Misbehaviour, keys: LogKeys): string =>
	codeOf(verifyMisbehaviour(serializeMisbehaviour(file), keys, verify));
const rulesOf = (file: Misbehaviour, keys: LogKeys): readonly string[] => {
	const said = verifyMisbehaviour(serializeMisbehaviour(file), keys, verify);
	if (isRefusal(said)) return [said.code];
	return said.kind === "brokenRule" ? said.broken.map(({ rule }) => rule) : [said.kind];
};

test("two roots of one size convict, and two checkpoints that may both be so do not", async () => {
	const {
		splitView: { keys, file },
	} = await viewCases();
	const said = judged(file, keys);
	assert.ok(said.kind === "splitView");
	assert.deepEqual([said.origin, said.size, said.roots.length], [origin, 3, 2]);
	const older = await new GivenLog(entries("a", "b")).note();
	assert.equal(code({ ...file, second: file.first }, keys), "not-evidence");
	assert.equal(code({ ...file, second: older }, keys), "not-evidence");
});

test("a root that another key signed convicts nobody", async () => {
	const {
		splitView: { keys, file },
	} = await viewCases();
	const forged = await new GivenLog(entries("a", "z", "c"), 0x62).note();
	assert.equal(code({ ...file, second: forged }, keys), "signature-invalid");
	const { signatures } = must(parseNote(file.first));
	const lent = writeNote({ text: must(parseNote(forged)).text, signatures });
	assert.equal(code({ ...file, second: lent }, keys), "signature-invalid");
	assert.equal(code({ ...file, first: lent }, keys), "signature-invalid");
	assert.equal(code(file, { ...keys, origin: "log.example/other" }), "malformed");
});

test("two leaves of one place convict, whatever the sizes; of two places, or one leaf, they do not", async () => {
	const {
		rewriting: { keys, file },
	} = await viewCases();
	const said = judged(file, keys);
	assert.ok(said.kind === "rewriting");
	assert.deepEqual([said.origin, said.index, said.sizes], [origin, 1, [2, 3]]);
	const grown = new GivenLog(entries("a", "b", "c"));
	const same = { hash: leafHash(toUtf8("b")), log: await grown.at(1) };
	assert.equal(code({ ...file, second: same }, keys), "not-evidence");
	const elsewhere = { hash: leafHash(toUtf8("a")), log: await grown.at(0) };
	assert.equal(code({ ...file, second: elsewhere }, keys), "not-evidence");
	const junk = { ...file.second, hash: id(7) };
	assert.equal(code({ ...file, second: junk }, keys), "not-logged");
	const moved = { ...file.second, log: { ...file.second.log, index: 0 } };
	assert.equal(code({ ...file, second: moved }, keys), "not-logged");
});

/** One change for each rule that can be proved with the seal before. */
const wrongs: readonly (readonly [rule: string, change: (seal: Seal, before: Seal) => Partial<Seal>])[] = [
	["order", ({ assets }) => ({ assets: assets.toReversed() })],
	["operator", () => ({ operator: id(2), reserves: [] })],
	["number", () => ({ number: 9 })],
	["previous", () => ({ previous: id(9) })],
	["time-back", ({ reserves }) => ({ sealedAt: 999, reserves })],
	["sum", ({ assets }) => ({ assets: changed(assets, { outstanding: 1_224n }) })],
	["totals", ({ assets }) => ({ assets: changed(assets, { burned: 21n, outstanding: 1_224n }) })],
	["fork-reserve", ({ assets }) => ({ assets: changed(assets, { forkLost: 25n }) })],
	["reserve-short", ({ reserves }) => ({ reserves: reserves.slice(1) })],
	["position-back", () => ({ positions: [] })],
	["checkpoint-back", () => ({ checkpoints: [] })],
];

function changed(assets: Seal["assets"], some: Partial<Seal["assets"][0]>): Seal["assets"] {
	return assets.map((each) => (each.asset === yen || each.asset[0] === yen[0] ? { ...each, ...some } : each));
}

test("each rule that is provable with the seal before and all between convicts, and a kept seal does not", async () => {
	const kept = await sealedLog();
	assert.deepEqual(rulesOf(await kept.log.between(kept.first, kept.last + 1), kept.log.keys), [
		"not-evidence",
	]);
	for (const [rule, change] of wrongs) {
		const { log, first, last } = await sealedLog(change);
		const found = rulesOf(await log.between(first, last + 1), log.keys);
		assert.ok(found.includes(rule), `${rule}: ${found.join(" ")}`);
	}
	const missing = new GivenLog(kept.log.leaves.filter((_, index) => index !== 3));
	assert.deepEqual(rulesOf(await missing.between(1, kept.last), missing.keys), ["totals"]);
});

test("by a seal alone convicts what needs nothing beside it", async () => {
	const alone = new Set(["order", "sum", "fork-reserve", "reserve-short"]);
	for (const [rule, change] of wrongs) {
		const { log, last } = await sealedLog(change);
		const found = rulesOf(await log.between(last, last + 1), log.keys);
		assert.equal(found.includes(rule), alone.has(rule), `${rule}: ${found.join(" ")}`);
	}
	const unfounded = await sealedLog(() => ({ previous: null }));
	const { last, log } = unfounded;
	assert.deepEqual(rulesOf(await log.between(last, last + 1), log.keys), ["previous"]);
	const signed = await reserveOf(1_300n, 1_005);
	const forged = { ...signed, body: { ...signed.body, amount: 2_000n } };
	const lie = await sealedLog(({ reserves }) => ({ reserves: [forged, ...reserves.slice(1)] }));
	assert.deepEqual(rulesOf(await lie.log.between(last, last + 1), log.keys), [
		"reserve-invalid",
		"reserve-short",
	]);
});

test("what rests on one witness's clock, choice or knowledge convicts nobody", async () => {
	const old = await Promise.all([
		reserveOf(1_300n, 1, yen, stranger),
		reserveOf(7n, 99_999, id(0x20), stranger),
	]);
	const positions = [{ peer: id(0x30), asset: yen, settlement: 4, owes: 1n, isOwed: 9_999n }];
	const ahead = await Promise.all([
		reserveOf(1_300n, 9_000_000, yen, stranger),
		reserveOf(7n, 9_000_000, id(0x20), stranger),
	]);
	for (const reserves of [old, ahead]) {
		const { log, first, last } = await sealedLog(() => ({ sealedAt: 5_000_000, reserves, positions }));
		assert.deepEqual(rulesOf(await log.between(first, last + 1), log.keys), ["not-evidence"]);
	}
});

test("what happened since the seal before is shown whole, from it or from the log's beginning", async () => {
	const { log, first, last, before } = await sealedLog(() => ({ number: 9 }));
	const { keys } = log;
	const whole = await log.between(first, last + 1);
	assert.deepEqual(rulesOf(whole, keys), ["number"]);
	assert.equal(code(await log.between(first + 1, last + 1), keys), "not-evidence");
	assert.equal(code(await log.between(first, last), keys), "not-evidence");
	assert.equal(code({ ...whole, leaves: whole.leaves.slice(1) }, keys), "not-logged");
	assert.equal(code({ ...whole, leaves: whole.leaves.toSpliced(2, 1) }, keys), "not-logged");
	assert.equal(code({ ...whole, leaves: whole.leaves.with(2, batchLeaf(9n)) }, keys), "not-logged");
	const third = new GivenLog([sealLeaf(before), sealLeaf({ ...before, number: 7 }), sealLeaf(before)]);
	assert.equal(code(await third.between(0), keys), "not-evidence");
	const foreign = new GivenLog([sealLeaf(before), ...entries("no leaf of a seal's log"), sealLeaf(before)]);
	assert.equal(code(await foreign.between(0), keys), "malformed");
	const { begun } = await sealCases();
	assert.deepEqual(rulesOf(begun.file, keys), ["number", "previous", "totals"]);
});

test("leaves that change no total shield no seal from the one before", async () => {
	const { log, first, last } = await sealedLog((seal) => ({
		assets: changed(seal.assets, { outstanding: 1_224n }),
	}));
	const list = serializeLeaf({ kind: "freezeList", number: 1, hash: id(9) });
	const leaves = log.leaves.toSpliced(last, 0, list);
	const shielded = new GivenLog(leaves.toSpliced(first + 1, 0, list));
	assert.deepEqual(rulesOf(await shielded.between(first, last + 3), shielded.keys), ["sum"]);
});

test("two seals of one number in one log convict, also under two checkpoints; one seal twice does not", async () => {
	const {
		twoSeals: { keys, file },
	} = await sealCases();
	const said = judged(file, keys);
	assert.ok(said.kind === "twoSeals");
	assert.deepEqual([said.number, said.operator, said.seals.length], [6, operator, 2]);
	const { before } = await sealedLog();
	assert.deepEqual(said.seals[0], sealHash(before));
	assert.equal(code({ ...file, second: file.first }, keys), "not-evidence");
	const other = new GivenLog([
		sealLeaf(before),
		sealLeaf({ ...before, number: 7 }),
		sealLeaf({ ...before, operator: id(3) }),
		batchLeaf(1n),
	]);
	const second = async (index: number) => ({
		leaf: other.leaves[index] as Bytes,
		log: await other.at(index),
	});
	for (const index of [1, 2, 3])
		assert.equal(code({ ...file, second: await second(index) }, keys), "not-evidence");
	const unlogged = { ...(await second(0)), leaf: sealLeaf({ ...before, sealedAt: 998 }) };
	assert.equal(code({ ...file, second: unlogged }, keys), "not-logged");
});

test("an operator that decides too late, gives back too early, or shows two ends is convicted by its own seals", async () => {
	const breaches = ["lateCommit", "earlyReturn", "twoEnds", "twoCredits"].map((name) => {
		const { file, keys } = cases[name] as (typeof cases)[string];
		const said = judged(file, keys);
		assert.ok(said.kind === "brokenDecision");
		return [said.breach, said.decides];
	});
	assert.deepEqual(breaches, [
		["late-commit", 3],
		["early-return", 3],
		["two-ends", 3],
		["two-ends", 3],
	]);
	const absent = await decisions([null, null, null, "committed"]);
	assert.equal(code(await absent.fileOf(3, 4), absent.keys), "accepted");
	const given = (state: "locked" | "committed") => (state === "locked" ? null : secret);
	const seals = (["locked", "committed"] as const).map((state) => ({
		number: 3,
		state,
		release: given(state),
	}));
	assert.equal(breachOf(absent.quote, seals), undefined);
	const atIt = await decisions(["locked", null, "returned"]);
	assert.equal(code(await atIt.fileOf(3), atIt.keys), "accepted");
});

test("an end with another secret than the quote's, or with none, convicts by one seal", async () => {
	for (const given of [id(0x45), null]) {
		for (const made of [
			await decisions(["locked", null, "committed"], "source", given),
			await decisions([null, "reserved", "credited"], "destination", given),
		]) {
			const said = judged(await made.fileOf(3), made.keys);
			assert.equal(said.kind === "brokenDecision" && said.breach, "wrong-secret");
			assert.equal(code(await made.fileOf(2), made.keys), "not-evidence");
		}
	}
});

test("what a source or a destination may show convicts nobody, in any two of its seals", async () => {
	const ways = [
		await decisions(["locked", null, "committed", null]),
		await decisions(["locked", "committed", null, null]),
		await decisions(["locked", null, null, "returned"]),
		await decisions([null, null, null, null]),
		await decisions(["reserved", null, null, "credited"], "destination"),
		await decisions([null, "reserved", null, "voided"], "destination"),
	];
	for (const { fileOf, keys } of ways)
		for (const one of [1, 2, 3, 4])
			for (const other of [1, 2, 3, 4])
				assert.equal(code(await fileOf(one, other), keys), "not-evidence", `${one} ${other}`);
});

test("a state that is not opened, or is of another payment, convicts nobody", async () => {
	const late = await decisions(["locked", null, null, "committed"]);
	const file = await late.fileOf(3, 4);
	assert.ok(file.kind === "brokenDecision");
	const [decided, after] = file.shown as [(typeof file.shown)[0], (typeof file.shown)[0]];
	const shown = (first: typeof decided): Misbehaviour => ({ ...file, shown: [first, after] });
	assert.equal(code(shown({ ...decided, state: null }), late.keys), "proof-invalid");
	const named = { ...file, quote: { ...file.quote, decides: 4 } };
	assert.equal(code(named, late.keys), "proof-invalid");
	const seal = (await sealedLog()).seal;
	assert.equal(code(shown({ ...decided, leaf: sealLeaf(seal) }), late.keys), "not-logged");
});

test("no byte of a file can be changed so that it says something else", () => {
	for (const [name, { file, keys }] of Object.entries(cases)) {
		const encoded = serializeMisbehaviour(file);
		const told = judged(file, keys);
		let refused = 0;
		for (let at = 0; at < encoded.length; at += 11) {
			const changed = Uint8Array.from(encoded);
			changed[at] = (changed[at] as number) ^ 1;
			const said = verifyMisbehaviour(changed, keys, verify);
			if (isRefusal(said)) refused++;
			else assert.deepEqual(said, told, name);
		}
		assert.ok(refused > encoded.length / 22, name);
	}
});

test("a file is made only if it convicts, and of a checkpoint the log's own signatures are kept", async () => {
	for (const { file, keys } of Object.values(cases)) {
		const made = must(misbehaviourFrom(file, keys, verify));
		assert.deepEqual(parseMisbehaviour(made), file);
	}
	const {
		splitView: { keys, file },
	} = await viewCases();
	const same = { ...file, second: file.first };
	assert.equal(codeOf(misbehaviourFrom(same, keys, verify)), "not-evidence");
	const note = must(parseNote(file.first));
	const more = { name: "w.example", keyId: 7, signature: new Uint8Array(72) };
	const cosigned = writeNote({ ...note, signatures: [more, ...note.signatures] });
	assert.deepEqual(must(noteOfLog(cosigned, keys)), file.first);
	assert.equal(codeOf(noteOfLog(toUtf8("no note"), keys)), "malformed");
	const witnesses = keys.keys.map((key) => ({
		...key,
		name: "w.example",
		keyId: 7,
		type: "cosignature" as const,
	}));
	assert.equal(code({ ...file, first: cosigned }, { ...keys, witnesses }), "accepted");
});

test("a file is no longer than evidence may be, and of these kinds", async () => {
	const { keys } = (await viewCases()).splitView;
	assert.equal(codeOf(verifyMisbehaviour(new Uint8Array(262_145), keys, verify)), "too-large");
	assert.equal(codeOf(verifyMisbehaviour(Uint8Array.of(0x82, 1, 0), keys, verify)), "type-unknown");
});
