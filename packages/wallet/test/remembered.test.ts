/** What the desk remembers is what was set last, whatever is under way, and is written again where a write failed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Remembered } from "../src/desk/remembered.ts";
import { memorySettings, type SettingStore } from "../src/index.ts";

/** Settings that take a while, one write after the other, and fail while `isBroken`. */
function slowSettings() {
	const settings = memorySettings();
	const state = { isBroken: false, writes: 0 };
	let last: Promise<unknown> = Promise.resolve();
	const slow: SettingStore = {
		get: settings.get,
		set: (name, value) => {
			const done = last.then(async () => {
				await new Promise((resolve) => setImmediate(resolve));
				if (state.isBroken) throw new Error("the disk is full");
				state.writes++;
				await settings.set(name, value);
			});
			last = done.catch(() => undefined);
			return done;
		},
	};
	return { slow, state };
}

test("a value that was set while another was being written is the one that stays", async () => {
	const { slow } = slowSettings();
	const remembered = await Remembered.open(slow, "since", {});
	await remembered.set({});
	await Promise.all([remembered.set({ a: 1 }), remembered.set({})]);
	assert.deepEqual(remembered.value, {});
	assert.equal(await slow.get("since"), "{}");
	assert.deepEqual((await Remembered.open(slow, "since", { other: 1 })).value, {});
});

test("the same value again costs no write, unless the write before it failed", async () => {
	const { slow, state } = slowSettings();
	const remembered = await Remembered.open<number | null>(slow, "backed-up", null);
	await remembered.set(1);
	await remembered.set(1);
	assert.equal(state.writes, 1);
	state.isBroken = true;
	await assert.rejects(remembered.set(2));
	state.isBroken = false;
	await remembered.set(2);
	assert.equal(await slow.get("backed-up"), "2");
});
