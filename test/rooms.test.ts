/**
 * Rooms: a payee is met at a relay by whoever has its request, after a restart too, however many requests it made and
 * whoever took its seat meanwhile; nobody connects unasked, and what a stranger sends is not remembered.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import {
	type Channel,
	decodeBundle,
	encodeBundle,
	encodeInvitation,
	type Handle,
	listenAsRelay,
	makeInvitation,
	memorySettings,
	nodeDial,
	type RelayLink,
	Rooms,
	relayLink,
	type SettingStore,
} from "@tenten/wallet";
import { Teller } from "../packages/web/src/worker/teller.ts";
import { person } from "./support/desks.ts";
import { ok, openTown } from "./support/town.ts";

const now = 1_800_000_000;
const reversing: Handle = async (messages) => messages.map((each) => each.toReversed());
const question: readonly Bytes[] = [Uint8Array.of(1, 2, 3)];

/** Whether the other side reverses what it is asked. */
async function answers(channel: Channel | Refusal): Promise<boolean> {
	const [answer] = ok(await ok(channel).exchange(question));
	return answer !== undefined && Buffer.from(answer).equals(Uint8Array.of(3, 2, 1));
}

describe("rooms", () => {
	let relay: Awaited<ReturnType<typeof listenAsRelay>>;
	const opened: Rooms[] = [];
	const strangers: RelayLink[] = [];
	let dials = 0;
	let connected = 0;

	before(async () => {
		relay = await listenAsRelay();
	});
	after(async () => {
		for (const rooms of [...opened, ...strangers]) rooms.close();
		await relay.stop();
	});

	async function open(settings: SettingStore = memorySettings(), at: number | { now: number } = now) {
		const dial = nodeDial({ loopback: true });
		const rooms = await Rooms.open({
			settings,
			now: () => (typeof at === "number" ? at : at.now),
			dial: (url) => {
				const socket = dial(url);
				if (isRefusal(socket)) return socket;
				dials++;
				connected++;
				const close = socket.close.bind(socket);
				const left = () => {
					connected--;
					close();
				};
				return Object.assign(socket, { close: left });
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
		await payee.serve(reversing, []);
		assert.equal(await payee.invite("aa", invitation, now + 60), undefined);
		const payer = await open(payers);
		await payer.note("aa", invitation, now + 60);
		assert.deepEqual(ok(await ok(payer.channel("aa")).exchange(question)), [Uint8Array.of(3, 2, 1)]);

		payee.close();
		payer.close();
		const [again, other] = [await open(payees), await open(payers)];
		await again.serve(async () => question, []);
		assert.ok(other.has("aa"));
		assert.deepEqual(ok(await ok(other.channel("aa")).exchange(question)), question);
	});

	test("of strangers are noted, and not connected to before they are asked for", async () => {
		const payer = await open();
		const before = dials;
		await payer.note("bb", makeInvitation(relay.url), now + 60);
		await payer.serve(reversing, []);
		assert.equal(dials, before);
		assert.equal(codeOf(payer.channel("bb")), "ok");
		assert.equal(dials, before + 1);
	});

	test("are forgotten a week after their request, and of no other request", async () => {
		const settings = memorySettings();
		const invitation = makeInvitation(relay.url);
		await (await open(settings)).note("cc", invitation, now + 60);
		const soon = await open(settings, now + 7 * 86_400);
		await soon.serve(reversing, []);
		assert.ok(soon.has("cc"));
		const later = await open(settings, now + 60 + 7 * 86_400);
		await later.serve(reversing, []);
		assert.ok(!later.has("cc"));
		assert.equal(codeOf(later.channel("cc")), "channel-failed");
	});

	test("of one's own request stay those of its payee, though its bundle is read here", async () => {
		const settings = memorySettings();
		const invitation = makeInvitation(relay.url);
		const payee = await open(settings);
		await payee.serve(reversing, []);
		await payee.invite("dd", invitation, now + 60);
		await payee.note("dd", makeInvitation(relay.url), now + 60);
		const payer = await open();
		await payer.note("dd", invitation, now + 60);
		assert.deepEqual(ok(await ok(payer.channel("dd")).exchange(question)), [Uint8Array.of(3, 2, 1)]);

		// Whoever invited can say so again, whoever was invited cannot.
		payee.close();
		assert.deepEqual((await open(settings)).invitationTo("dd"), invitation);
		assert.equal(payer.invitationTo("dd"), undefined);
	});

	test("are many, and the newest answer: a relay bears few connections of one address", async (t) => {
		const narrow = await listenAsRelay({ limits: { connectionsByAddress: 40 } });
		t.after(() => narrow.stop());
		const payee = await open();
		await payee.serve(reversing, []);
		const invitation = makeInvitation(narrow.url);
		const before = connected;
		for (let made = 0; made < 60; made++)
			ok((await payee.invite(`a${made}`, makeInvitation(narrow.url), now + 60)) ?? true);
		ok((await payee.invite("ee", invitation, now + 60)) ?? true);
		assert.equal(connected - before, 16);
		const payer = await open();
		await payer.note("ee", invitation, now + 60);
		assert.ok(await answers(payer.channel("ee")));
	});

	test("are left an hour after the payment, a day after a request that nobody paid, not while one is open", async () => {
		const at = { now };
		const payee = await open(undefined, at);
		await payee.serve(reversing, []);
		const before = connected;
		const names = ["paid", "unpaid", "open", "given-up"];
		for (const name of names) await payee.invite(name, makeInvitation(relay.url), now + 3_600);
		assert.deepEqual(payee.requests, names);
		const payments = [
			{ request: "paid", isOpen: false, funds: "received" },
			{ request: "given-up", isOpen: false, funds: "safe" },
			{ request: "open", isOpen: false, funds: "safe" },
			{ request: "open", isOpen: true, funds: "inFlight" },
		] as const;
		const known = async (after: number) => {
			at.now = now + after;
			await payee.tidy(payments);
			assert.equal(connected - before, names.filter((name) => payee.has(name)).length);
			return names.filter((name) => payee.has(name));
		};
		assert.deepEqual(await known(60), names);
		assert.deepEqual(await known(60 + 3_600), ["unpaid", "open", "given-up"]);
		assert.deepEqual(await known(86_400), ["unpaid", "open", "given-up"]);
		assert.deepEqual(await known(3_600 + 86_400), ["open"]);
		assert.deepEqual(await known(30 * 86_400), ["open"]);
	});

	test("with an open payment stay answered in, whatever is asked for meanwhile", async () => {
		const payee = await open();
		await payee.serve(reversing, []);
		const invitation = makeInvitation(relay.url);
		await payee.invite("ff", invitation, now + 60);
		await payee.tidy([{ request: "ff", isOpen: true, funds: "inFlight" }]);
		for (let made = 0; made < 20; made++) await payee.invite(`b${made}`, makeInvitation(relay.url), now + 60);
		const payer = await open();
		await payer.note("ff", invitation, now + 60);
		assert.ok(await answers(payer.channel("ff")));
	});

	test("are the payee's again once who took its seat has left, and a payer reaches them again", async () => {
		const payee = await open();
		await payee.serve(reversing, []);
		const invitation = makeInvitation(relay.url);
		await payee.invite("99", invitation, now + 60);
		const payer = await open();
		await payer.note("99", invitation, now + 60);
		assert.ok(await answers(payer.channel("99")));

		// Whoever has the link can sit in either seat.
		for (const side of ["inviter", "guest"] as const) {
			const replaced = new Promise<void>((resolve) => {
				const dial = nodeDial({ loopback: true });
				const told = (state: string): void => (state === "connected" ? resolve() : undefined);
				const link = relayLink({ invitation, side, handle: async () => [], dial, told });
				strangers.push(ok(link));
			});
			await replaced;
			strangers.pop()?.close();
		}
		const deadline = Date.now() + 20_000;
		let answer = await ok(payer.channel("99")).exchange(question);
		// That it was replaced may come to a side a moment later.
		while (isRefusal(answer) && Date.now() < deadline) {
			await new Promise((resolve) => setTimeout(resolve, 20));
			answer = await ok(payer.channel("99")).exchange(question);
		}
		assert.deepEqual(answer, [Uint8Array.of(3, 2, 1)]);
	});

	test("are those of the copy of a request that was read last", async () => {
		const payee = await open();
		await payee.serve(reversing, []);
		const invitation = makeInvitation(relay.url);
		await payee.invite("77", invitation, now + 60);
		const payer = await open();
		await payer.note("77", makeInvitation(relay.url), now + 60);
		assert.equal(codeOf(payer.channel("77")), "ok");
		await payer.note("77", invitation, now + 60);
		assert.ok(await answers(payer.channel("77")));
	});

	test("of strangers are remembered a fortnight at most, and not more than so many", async () => {
		const settings = memorySettings();
		const payer = await open(settings);
		for (let read = 0; read < 300; read++)
			await payer.note(`c${read}`, makeInvitation(relay.url), 200_000_000_000);
		const kept: Readonly<Record<string, { readonly until: number }>> = JSON.parse(
			(await settings.get("rooms")) ?? "{}",
		);
		assert.equal(Object.keys(kept).length, 256);
		assert.ok(payer.has("c299") && !payer.has("c43"));
		for (const { until } of Object.values(kept)) assert.equal(until, now + 14 * 86_400);
	});

	test("of a request that came by itself are neither remembered, nor is it shown", async (t) => {
		const town = await openTown();
		t.after(() => town.close());
		const [payee, payer] = [await person(town), await person(town, 100n)];
		const settings = memorySettings();
		const teller = await Teller.open(payer.desk, settings);
		const id = payee.desk.overview().balances[0]?.asset.id ?? "";
		const made = ok(await payee.desk.ask({ asset: id, amount: 10n, relay: relay.url }));
		const genuine = ok(decodeBundle(made.bundle));
		const stranger = makeInvitation("ws://127.0.0.1:9");
		const doctored = [...genuine.slice(0, -1), encodeInvitation(stranger)];
		assert.deepEqual(await teller.handle(doctored), []);
		assert.ok(!teller.hasRoom(made.digest));
		assert.equal(codeOf(await payer.desk.pay(made.digest, 10n)), "consent-missing");

		// What its owner read counts, and what comes by itself afterwards changes nothing.
		ok(await teller.take(encodeBundle(genuine)));
		assert.deepEqual(await teller.handle(doctored), []);
		assert.ok((await settings.get("rooms"))?.includes(relay.url));
		assert.equal(codeOf(await payer.desk.pay(made.digest, 10n)), "ok");
	});

	test("of a doctored copy are left for those of the genuine one, which is read while its payment waits", async (t) => {
		const town = await openTown();
		t.after(() => town.close());
		const [payee, payer] = [await person(town), await person(town, 100n)];
		const settings = memorySettings();
		const teller = await Teller.open(payer.desk, settings);
		const id = payee.desk.overview().balances[0]?.asset.id ?? "";
		const made = ok(await payee.desk.ask({ asset: id, amount: 10n, relay: relay.url }));
		const genuine = ok(decodeBundle(made.bundle));
		const doctored = [...genuine.slice(0, -1), encodeInvitation(makeInvitation("ws://127.0.0.1:9"))];
		const where = async () => (await settings.get("rooms")) ?? "";
		ok(await teller.take(encodeBundle(doctored)));
		ok(await payer.desk.pay(made.digest, 10n));
		assert.match(await where(), /127\.0\.0\.1:9"/);
		assert.equal(ok(await teller.take(encodeBundle(genuine))).kind, "begun");
		assert.ok((await where()).includes(relay.url) && !(await where()).includes(':9"'));
		// A copy that names no room takes none away.
		assert.equal(ok(await teller.take(encodeBundle(genuine.slice(0, -1)))).kind, "begun");
		assert.ok(teller.hasRoom(made.digest));
	});
});
