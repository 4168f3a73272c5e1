/** A gateway's file: brought up from what an older program made, quick however much it keeps, rid of what is over or years away. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { type Bytes, isRefusal } from "@tenten/protocol";
import { FogStore, Forwarder } from "../src/fog/index.ts";
import { fogFile, questions } from "../src/fog/store-file.ts";
import { tokenQuestions } from "../src/fog/store-tokens.ts";
import { makeKeyedDatabase } from "../src/witness/database.ts";
import { gatewaySigner } from "./support/fog-keys.ts";
import { type FogScene, fogScene, outcomeOf } from "./support/fog-scene.ts";
import { keep } from "./support/fog-writes.ts";
import { inFolder } from "./support/in-folder.ts";

const scene: FogScene = await fogScene();
const id32 = (fill: number): Bytes => new Uint8Array(32).fill(fill);

function opened(file: string): FogStore {
	const store = FogStore.open(file);
	return isRefusal(store) ? assert.fail(store.detail) : store;
}

/** As version 1 kept it: a record that waits, one that was taken, one refused, one early; and an approval. */
function makeVersion1(file: string, encoded: Bytes): void {
	makeKeyedDatabase(file, { ...fogFile, steps: [] }, gatewaySigner.key);
	const database = new DatabaseSync(file);
	const insert = database.prepare("insert into record values (?, ?, ?, ?, null, 5, ?, ?)");
	for (const [fill, acknowledged, refused] of [
		[1, null, null],
		[2, 7, null],
		[3, null, "limit-exceeded"],
		[4, null, "record-early"],
	] as const)
		insert.run(id32(fill), fill, id32(9), encoded, acknowledged, refused);
	database.prepare("insert into approval values (?, ?, 0, 5, ?)").run(id32(5), id32(6), id32(7));
	database.close();
}

test("a file that an older program made has all that it had, counted, and what was early is due in time", () =>
	inFolder(async (file) => {
		makeVersion1(file, await scene.record({ paidAt: 1_060 }));
		const store = opened(file);
		assert.deepEqual(store.count(), { kept: 4, waiting: 1, refused: 2, letGo: 0, approvals: 1 });
		assert.deepEqual(
			[999, 1_000].map((now) => store.due(now, 9).map(({ number }) => number)),
			[[], [4]],
		);
		// The time of what was refused before begins with the new program.
		await store.forget(1_000);
		assert.deepEqual(store.count(), { kept: 3, waiting: 1, refused: 2, letGo: 0, approvals: 1 });
		store.close();
		const again = opened(file);
		await again.forget(Date.now() / 1000 + 3_600);
		assert.deepEqual(again.count(), { kept: 2, waiting: 1, refused: 1, letGo: 1, approvals: 1 });
		const { after, device, party } = scene.held;
		const output = id32(8);
		const issue = { id: id32(9), amount: 1n };
		const token = {
			output,
			encoded: after,
			amount: 1n,
			inputs: [],
			issue,
			device,
			party,
			claimableAt: 1_000,
		};
		assert.equal(await again.keepTokens([token]), undefined);
		assert.equal(again.tokenCount(), 1);
		again.close();
		const newer = new DatabaseSync(file);
		newer.exec("pragma user_version = 4");
		newer.close();
		const refused = FogStore.open(file);
		assert.equal(isRefusal(refused) && refused.code, "state-damaged");
	}));

test("a file that cannot be brought up is left as it was", () =>
	inFolder(async (file) => {
		makeVersion1(file, Uint8Array.of(1));
		assert.throws(() => FogStore.open(file), /a record does not read/);
		const database = new DatabaseSync(file);
		assert.deepEqual(Object.values(database.prepare("pragma user_version").get() ?? {}), [1]);
		const columns = database.prepare("select name from pragma_table_info('record')").all();
		assert.equal(columns.length, 8);
		database.close();
	}));

test("what is refused for good goes after the time of what was taken, and stays counted; what is early stays", () =>
	inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const store = opened(file);
		const encoded = await scene.record();
		const ids = [1, 2, 3, 4].map(id32) as [Bytes, Bytes, Bytes, Bytes];
		await store.keep(
			ids.map((id) => ({ id, device: id32(9), encoded, proof: null })),
			5,
		);
		const [taken, refused, early] = ids;
		await store.noteAnswers(
			[
				{ id: taken, code: null },
				{ id: refused, code: "limit-exceeded" },
				{ id: early, code: "record-early" },
			],
			1_000,
		);
		const left = async (before: number) => {
			await store.forget(before);
			return store.recordsOf(id32(9), 0, 9).map(({ id }) => id[0]);
		};
		assert.deepEqual(await left(1_000), [1, 2, 3, 4]);
		assert.deepEqual(await left(1_001), [3, 4]);
		assert.deepEqual(await left(Number.MAX_SAFE_INTEGER), [3, 4]);
		assert.deepEqual(store.count(), { kept: 2, waiting: 1, refused: 1, letGo: 1, approvals: 0 });
		store.close();
		const database = new DatabaseSync(file);
		assert.throws(() => database.exec("delete from record"), /neither taken nor refused for good/);
		database.close();
	}));

test("what is over goes in portions, so that no record waits until all of it is gone", () =>
	inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const store = opened(file);
		const encoded = await scene.record();
		const ids = Array.from({ length: 600 }, (_, at) =>
			id32(0)
				.with(0, at & 0xff)
				.with(1, at >> 8),
		);
		await store.keep(
			ids.map((id) => ({ id, device: id32(9), encoded, proof: null })),
			5,
		);
		await store.noteAnswers(
			ids.map((id, at) => ({ id, code: at < 300 ? null : "limit-exceeded" })),
			1_000,
		);
		await store.forget(1_001);
		assert.deepEqual(store.count(), { kept: 88, waiting: 0, refused: 44, letGo: 256, approvals: 0 });
		const forwarder = new Forwarder({
			store,
			deliver: async () => assert.fail("nothing waits"),
			refresh: async () => undefined,
			now: () => 1_001,
			...{ pause_ms: 1, pauseMost_ms: 1, early_ms: 1, keep_s: 0 },
			told: () => undefined,
			report: (error) => assert.fail(String(error)),
		});
		while (store.count().kept > 0) await new Promise((resolve) => setTimeout(resolve, 1));
		await forwarder.stop();
		assert.deepEqual(store.count(), { kept: 0, waiting: 0, refused: 0, letGo: 300, approvals: 0 });
		store.close();
	}));

test("nothing that is asked every few seconds looks through the records", () =>
	inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const database = new DatabaseSync(file);
		// What is scanned whole are the records that wait, by an index of them alone, and one row of counts.
		const scanned: Readonly<Record<string, string>> = {
			waiting: "SCAN record USING INDEX record_waiting",
			count: "SCAN tally",
		};
		const inputs = "SEARCH token_input USING COVERING INDEX token_input_output (output=?)";
		// What goes is found by an index, and then each by its place.
		const portion = /^SEARCH (record|token) USING INTEGER PRIMARY KEY \(rowid=\?\),LIST SUBQUERY 1$/;
		for (const [name, question] of Object.entries({ ...questions, ...tokenQuestions })) {
			const plan = database.prepare(`explain query plan ${question}`).all();
			const steps = plan.map(({ detail }) => `${detail}`);
			const asked = portion.test(steps.slice(0, 2).join()) ? steps.slice(2) : steps;
			const found = /^SEARCH (record|token) USING (COVERING )?INDEX \1_/;
			const isFound = scanned[name] === asked[0] || found.test(asked[0] ?? "");
			const after = asked.slice(1).join();
			// What the links of a token consumed goes with it.
			const isAll = after === "" || after === inputs;
			assert.ok(isFound && isAll, `${name}: ${steps}`);
		}
		database.close();
	}));

test("a gateway whose machine's clock is behind knows that it is no earlier than its operator signed", () =>
	inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		let elapsed_ms = 0;
		const { time, lists, store } = await scene.open(file, { elapsed_ms: () => elapsed_ms });
		const { clock } = scene.ecosystem;
		const signed = clock.now;
		await lists.refresh();
		clock.now -= 1_000;
		assert.equal(time.now(), signed - 1_000);
		clock.now = signed;
		await time.refresh();
		clock.now -= 1_000;
		elapsed_ms += 5_000;
		assert.equal(time.now(), signed + 5);
		clock.now = signed + 6;
		assert.equal(time.now(), signed + 6);
		store.close();
	}));

test("a record that is dated more than a day ahead of a gateway and its operator stays with its device, and the rest of the question", () =>
	inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const { store, time, lists, ask } = await scene.open(file);
		const { clock } = scene.ecosystem;
		const now = clock.now;
		const far = await scene.record({ paidAt: now + 86_401 });
		const near = await scene.record({ paidAt: now + 86_400 });
		assert.equal(outcomeOf(await ask(keep(near, far))), "record-early");
		assert.equal(store.count().kept, 0);
		assert.equal(outcomeOf(await ask(keep(near))), "kept");
		await lists.refresh();
		await time.refresh();
		clock.now -= 86_400;
		assert.equal(
			outcomeOf(await ask(keep(near))),
			"kept",
			"the machine's clock is behind what its operator signed",
		);
		clock.now = now + 1;
		assert.equal(outcomeOf(await ask(keep(far))), "kept", "its time has come nearer");
		store.close();
	}));
