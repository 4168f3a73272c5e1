/** Logs that never seal, or say that they are larger than anything is: a witness holds little of them, and goes on. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
	checkpointText,
	isRefusal,
	limits,
	type Seal,
	sealHash,
	serializeLeaf,
	sha256,
	signNote,
	verifyMisbehaviour,
	writeNote,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../module/src/index.ts";
import { SealStore, SealWitness } from "../src/index.ts";
import { beginReading, nothingFound, readOn } from "../src/seal-witness/judging.ts";
import { inFolder } from "./support/in-folder.ts";
import { batchLeaf, folderOf, policy, SealedLog, start, yen } from "./support/sealed-log.ts";

const signer = signerFrom(sha256(Uint8Array.of(7)), "Ed25519");

async function withWitness(
	names: readonly string[],
	work: (logs: readonly SealedLog[], open: () => SealWitness) => Promise<void>,
): Promise<void> {
	await inFolder(async (database) => {
		const file = folderOf(database, "seals.db");
		SealStore.create(file, signer.key);
		const logs: SealedLog[] = [];
		for (const name of names)
			logs.push(await SealedLog.begin(folderOf(database, name), `${name}.example/log`));
		await work(logs, () => {
			const store = SealStore.open(file);
			if (isRefusal(store)) return assert.fail(store.detail);
			const followed = logs.map((log) => log.followed());
			return new SealWitness({ store, signer, logs: followed, verify, now: () => start * 1_000 });
		});
		for (const log of logs) await log.close();
	});
}

test("of a log that never seals no more is held than evidence has room for, and little of what it repeats", () => {
	const judge = { operator: yen, policy, peerWords: [], verify, now: start, said: () => undefined };
	const reading = beginReading(yen, null);
	const found = nothingFound();
	for (let round = 0; round < 40; round++) {
		const entries = Array.from({ length: 256 }, () => batchLeaf("issues", 1n));
		assert.equal(readOn(reading, entries, judge, found), undefined);
		const bytes = reading.since.leaves.reduce((sum, { length }) => sum + length, 0);
		assert.ok(reading.since.leaves.length <= 2_048 && bytes <= limits.evidence, `${bytes} bytes in ${round}`);
	}
	assert.equal(reading.size, 40 * 256);
});

test("a seal after more than a file holds is judged, convicts alone, and the next with what is since", () =>
	withWitness(["hostile"], async ([log], open) => {
		assert.ok(log !== undefined);
		let witness = open();
		for (let round = 0; round < 3; round++) {
			await log.append(...Array.from({ length: 900 }, () => batchLeaf("issues", 1n)));
			await witness.visit();
		}
		log.totals = { ...log.totals, issued: 2_700n, outstanding: 2_701n };
		await log.seal(start);
		// From the log's beginning again, as nothing in it was sound.
		await witness.close();
		witness = open();
		await witness.visit();
		log.totals = { ...log.totals, outstanding: 2_700n };
		const { last } = log;
		await log.seal(start, { previous: sealHash(last as Seal), assets: [{ ...log.totals, issued: 2_699n }] });
		await witness.visit();
		const files = witness.store.cases().map(({ hash }) => {
			const read = verifyMisbehaviour(witness.store.caseFile(hash) ?? assert.fail(), log.keys, verify);
			return isRefusal(read) || read.kind !== "brokenRule"
				? assert.fail(`${JSON.stringify(read)}`)
				: `${read.number} ${read.broken.map(({ rule }) => rule)}`;
		});
		assert.deepEqual(files, ["1 sum", "2 sum,totals"]);
		await witness.close();
	}));

test("a checkpoint larger than any log is unread, and the other logs get their words", () =>
	withWitness(["hostile", "honest"], async ([hostile, honest], open) => {
		assert.ok(hostile !== undefined && honest !== undefined);
		const witness = open();
		const text = checkpointText({ origin: hostile.name, size: 2 ** 52, root: new Uint8Array(32) });
		const note = writeNote({ text, signatures: [await signNote(text, hostile.name, hostile.signer)] });
		writeFileSync(join(hostile.public, "checkpoint"), note);
		const seal = await honest.seal(start);
		await witness.visit();
		assert.equal(witness.word(hostile.operator, 1), undefined);
		assert.notEqual(witness.word(honest.operator, seal.number), undefined);
		await witness.close();
	}));

test("leaves that are held do not hold the bundle in which they came", () => {
	const bundle = new Uint8Array(2 ** 20);
	const leaf = serializeLeaf({ kind: "trustList", version: 1, hash: yen });
	bundle.set(leaf);
	const reading = beginReading(yen, null);
	assert.equal(readOn(reading, [bundle.subarray(0, leaf.length)], null, nothingFound()), undefined);
	assert.equal(reading.since.leaves[0]?.buffer.byteLength, leaf.length);
});
