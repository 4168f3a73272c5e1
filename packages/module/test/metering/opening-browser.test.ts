/** Meters in a browser: what runs them is loaded where rows hold some; who keeps none opens none and says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, isRefusal } from "@tenten/protocol";
import { metersOf } from "../../src/metering/opening-browser.ts";

const some = new Uint8Array(32);
const unused = undefined as never;

function codeOf(result: unknown): string {
	return isRefusal(result) ? result.code : "taken";
}

test("a wallet that keeps no meter opens none, has none, and answers nothing", async () => {
	const opens = await metersOf(new Map<string, Bytes>([["token/1", some]]));
	assert.ok(!isRefusal(opens));
	const meters = opens(unused);
	const refused = [
		await meters.request(unused),
		meters.readRequest(some),
		meters.requestIn([some]),
		meters.candidates(some),
		meters.askPasskey(some),
		await meters.open(unused),
	];
	assert.deepEqual(new Set(refused.map(codeOf)), new Set(["type-unknown"]));
	const unknown = [
		meters.tick(some),
		await meters.close(some),
		await meters.cancel(some),
		await meters.contact(some),
		await meters.claim(some, unused),
	];
	assert.deepEqual(new Set(unknown.map(codeOf)), new Set(["attempt-unknown"]));
	assert.deepEqual(await meters.handle(unused), []);
	assert.deepEqual(
		[meters.list(), meters.get(some), meters.awaited(), meters.claimableByWord(), meters.dueClaims()],
		[[], undefined, [], [], []],
	);
	assert.deepEqual([await meters.cancelDue(), await meters.forget()], [[], 0]);
});

for (const key of ["meter-request/1", "meter-payer/1", "meter-payee/1"])
	test(`a wallet with a row ${key} has what runs meters`, async () => {
		const opens = await metersOf(new Map<string, Bytes>([[key, some]]));
		assert.ok(!isRefusal(opens));
		// It reads the rows at once, and so a core.
		assert.throws(() => opens(unused), TypeError);
	});
