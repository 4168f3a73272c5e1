/** Rooms: a payee is met at a relay by whoever has its request, after a restart too; and nobody connects unasked. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import {
	type Handle,
	listenAsRelay,
	makeInvitation,
	memorySettings,
	nodeDial,
	Rooms,
	type SettingStore,
} from "@tenten/wallet";
import { ok } from "./support/town.ts";

const now = 1_800_000_000;
const reversing: Handle = async (messages) => messages.map((each) => each.toReversed());
const question: readonly Bytes[] = [Uint8Array.of(1, 2, 3)];

describe("rooms", () => {
	let relay: Awaited<ReturnType<typeof listenAsRelay>>;
	const opened: Rooms[] = [];
	let dials = 0;

	before(async () => {
		relay = await listenAsRelay();
	});
	after(async () => {
		for (const rooms of opened) rooms.close();
		await relay.stop();
	});

	async function open(settings: SettingStore = memorySettings(), at = now): Promise<Rooms> {
		const dial = nodeDial({ loopback: true });
		const rooms = await Rooms.open({
			settings,
			now: () => at,
			dial: (url) => {
				dials++;
				return dial(url);
			},
		});
		opened.push(rooms);
		return rooms;
	}

	const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

	test("are where a payee answers, whoever has its invitation asks, and both may come back", async () => {
		const [payees, payers] = [memorySettings(), memorySettings()];
		const invitation = makeInvitation(relay.url);
		const payee = await open(payees);
		await payee.serve(reversing);
		assert.equal(await payee.invite("aa", invitation, now + 60), undefined);
		const payer = await open(payers);
		await payer.note("aa", invitation, now + 60);
		assert.deepEqual(ok(await ok(payer.channel("aa")).exchange(question)), [Uint8Array.of(3, 2, 1)]);

		payee.close();
		payer.close();
		const [again, other] = [await open(payees), await open(payers)];
		await again.serve(async () => question);
		assert.ok(other.has("aa"));
		assert.deepEqual(ok(await ok(other.channel("aa")).exchange(question)), question);
	});

	test("of strangers are noted, and not connected to before they are asked for", async () => {
		const payer = await open();
		const before = dials;
		await payer.note("bb", makeInvitation(relay.url), now + 60);
		await payer.serve(reversing);
		assert.equal(dials, before);
		assert.equal(codeOf(payer.channel("bb")), "ok");
		assert.equal(dials, before + 1);
	});

	test("are forgotten a week after their request, and of no other request", async () => {
		const settings = memorySettings();
		const invitation = makeInvitation(relay.url);
		await (await open(settings)).note("cc", invitation, now + 60);
		const soon = await open(settings, now + 7 * 86_400);
		await soon.serve(reversing);
		assert.ok(soon.has("cc"));
		const later = await open(settings, now + 60 + 7 * 86_400);
		await later.serve(reversing);
		assert.ok(!later.has("cc"));
		assert.equal(codeOf(later.channel("cc")), "channel-failed");
	});

	test("of one's own request stay those of its payee, though its bundle is read here", async () => {
		const settings = memorySettings();
		const invitation = makeInvitation(relay.url);
		const payee = await open(settings);
		await payee.serve(reversing);
		await payee.invite("dd", invitation, now + 60);
		await payee.note("dd", makeInvitation(relay.url), now + 60);
		const payer = await open();
		await payer.note("dd", invitation, now + 60);
		assert.deepEqual(ok(await ok(payer.channel("dd")).exchange(question)), [Uint8Array.of(3, 2, 1)]);
	});
});
