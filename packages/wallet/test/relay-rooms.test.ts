/** What waits at a relay: whoever it is for gets all of it once, and every byte is counted until it is gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "@tenten/protocol";
import fc from "fast-check";
import { otherSide, type Side } from "../src/transport/relay-frame.ts";
import { RelayRooms, type Seat, usualRelayLimits } from "../src/transport/relay-rooms.ts";

const limits = { letters: 4, mailboxBytes: 4_000, addressBytes: 12_100, bytes: 20_000, life_ms: 1_000 };
const ended = (): void => assert.fail("rooms in memory end no seat");
const seatInto = (got: Bytes[]): Seat => ({
	deliver: (frame) => got.push(frame),
	replaced: () => undefined,
	ended,
});
const letter = (number: number, length = 100) => ({
	id: new Uint8Array(16).fill(number),
	frame: new Uint8Array(length).fill(number),
});
const from = (address: string, now_ms = 0) => ({ address, now_ms });

test("a letter is given to a side that is there, and waits for it until it is taken", () => {
	const rooms = new RelayRooms(usualRelayLimits);
	const got: Bytes[] = [];
	rooms.sit("room", "inviter", seatInto(got));
	assert.equal(rooms.post("room", "guest", letter(1), from("a")), undefined);
	assert.equal(got.length, 1);
	const later: Bytes[] = [];
	rooms.sit("room", "inviter", seatInto(later));
	assert.deepEqual(later, got);
	rooms.taken("room", "inviter", letter(1).id);
	const last: Bytes[] = [];
	rooms.sit("room", "inviter", seatInto(last));
	assert.deepEqual(last, []);
});

test("a letter that waits already is not kept twice, nor given twice", () => {
	const rooms = new RelayRooms(usualRelayLimits);
	const got: Bytes[] = [];
	rooms.sit("room", "inviter", seatInto(got));
	for (let i = 0; i < 5; i++) rooms.post("room", "guest", letter(1), from("a"));
	assert.equal(got.length, 1);
	assert.equal(rooms.size.bytes, 100 + 1_024);
});

test("a side takes what is for it, and not what it left for the other", () => {
	const rooms = new RelayRooms(usualRelayLimits);
	rooms.post("room", "guest", letter(1), from("a"));
	rooms.taken("room", "guest", letter(1).id);
	rooms.taken("another room", "inviter", letter(1).id);
	const got: Bytes[] = [];
	rooms.sit("room", "inviter", seatInto(got));
	assert.equal(got.length, 1);
});

test("each bound is met by its own code, and nothing of what is refused is kept", () => {
	const rooms = new RelayRooms(limits);
	for (let i = 0; i < 4; i++) assert.equal(rooms.post("a", "guest", letter(i), from("a")), undefined);
	assert.equal(rooms.post("a", "guest", letter(9), from("a"))?.code, "too-many");
	assert.equal(rooms.post("b", "guest", letter(1, 9_000), from("b"))?.code, "too-large");
	assert.equal(rooms.post("c", "guest", letter(1, 3_000), from("c")), undefined);
	assert.equal(rooms.post("d", "guest", letter(1, 3_000), from("c")), undefined);
	assert.equal(rooms.post("e", "guest", letter(1, 3_000), from("c")), undefined);
	assert.equal(rooms.post("f", "guest", letter(1, 3_000), from("c"))?.code, "rate-limited");
	assert.equal(rooms.post("g", "guest", letter(1, 3_000), from("d"))?.code, "rate-limited", "in all");
	assert.equal(rooms.size.rooms, 4);
});

test("a letter that waits too long is let go, and so is its room", () => {
	const rooms = new RelayRooms(limits);
	rooms.post("a", "guest", letter(1), from("a", 0));
	rooms.post("b", "guest", letter(1), from("a", 500));
	rooms.expire(999);
	assert.equal(rooms.size.rooms, 2);
	rooms.expire(1_000);
	assert.equal(rooms.size.rooms, 1);
	rooms.expire(1_500);
	assert.deepEqual(rooms.size, { rooms: 0, bytes: 0, addresses: 0 });
});

test("a seat is left by whoever has it, and a room that nobody needs is gone", () => {
	const rooms = new RelayRooms(usualRelayLimits);
	const replaced: string[] = [];
	const seat = (name: string): Seat => ({
		deliver: () => undefined,
		replaced: () => replaced.push(name),
		ended,
	});
	const [first, second] = [seat("first"), seat("second")];
	rooms.sit("room", "guest", first);
	rooms.sit("room", "guest", second);
	assert.deepEqual(replaced, ["first"]);
	rooms.leave("room", "guest", first);
	assert.equal(rooms.size.rooms, 1);
	rooms.leave("room", "guest", second);
	assert.equal(rooms.size.rooms, 0);
});

type Step =
	| { readonly kind: "post"; readonly n: number; readonly length: number; readonly address: string }
	| { readonly kind: "taken"; readonly n: number }
	| { readonly kind: "expire" };

test("whatever is done, what is counted is what waits, and within the bounds", () => {
	const side = fc.constantFrom<Side>("inviter", "guest");
	const room = fc.constantFrom("a", "b", "c");
	const step = fc.oneof(
		fc.record({
			kind: fc.constant("post" as const),
			n: fc.nat(6),
			length: fc.integer({ min: 1, max: 3_000 }),
			address: fc.constantFrom("x", "y"),
		}),
		fc.record({ kind: fc.constant("taken" as const), n: fc.nat(6) }),
		fc.record({ kind: fc.constant("expire" as const) }),
	);
	fc.assert(
		fc.property(fc.array(fc.tuple(room, side, step as fc.Arbitrary<Step>)), (steps) => {
			const rooms = new RelayRooms(limits);
			const kept = new Map<string, { readonly cost: number; readonly until_ms: number }>();
			let now_ms = 0;
			for (const [id, at, done] of steps) {
				now_ms += 100;
				if (done.kind === "expire") {
					rooms.expire(now_ms);
					for (const [key, { until_ms }] of kept) if (until_ms <= now_ms) kept.delete(key);
				} else if (done.kind === "taken") {
					rooms.taken(id, at, letter(done.n).id);
					kept.delete(`${id} ${at} ${done.n}`);
				} else {
					const key = `${id} ${otherSide[at]} ${done.n}`;
					const refused = rooms.post(id, at, letter(done.n, done.length), from(done.address, now_ms));
					const entry = { cost: done.length + 1_024, until_ms: now_ms + limits.life_ms };
					if (refused === undefined && !kept.has(key)) kept.set(key, entry);
				}
				const bytes = [...kept.values()].reduce((total, { cost }) => total + cost, 0);
				assert.equal(rooms.size.bytes, bytes);
				assert.ok(bytes <= limits.bytes);
			}
			rooms.expire(now_ms + limits.life_ms);
			assert.deepEqual(rooms.size, { rooms: 0, bytes: 0, addresses: 0 });
		}),
	);
});
