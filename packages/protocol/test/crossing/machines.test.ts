/** Both machines of a payment across operators: what the seal that decides says is how it ends, and nothing else ends it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Destination,
	type DestinationEvent,
	destinationState,
	isRefusal,
	noPositions,
	type Quote,
	type Source,
	type SourceEvent,
	sha256,
	sourceState,
	stepDestination,
	stepSource,
	type VerifiedQuote,
	type VerifiedState,
} from "@tenten/protocol";
import { moment, Scene, secret, start } from "./support/scene.ts";
import { codeOf, cosign, dispute, id, must, witnesses } from "./support/sides.ts";

/** Both sides up to *reserved*, as they were shown to each other: S has sealed two, D one. */
async function reserved(some: Partial<Quote> = {}) {
	const scene = new Scene();
	const quote = await scene.quote(some);
	scene.source.seal(start);
	const locked = must(stepSource(undefined, { kind: "lock", quote }, { now: start, lastSeal: 1 }));
	scene.source.put(sourceState(locked.kept));
	scene.source.seal(start + 2);
	const shown = await scene.shown(scene.source, quote);
	const taken = must(
		stepDestination(undefined, { kind: "reserve", quote, shown }, { ...moment, lastSeal: 2 }),
	);
	scene.destination.put(destinationState(taken.kept));
	scene.destination.seal(start + 4);
	const reservation = await scene.shown(scene.destination, quote);
	return { scene, quote, locked, shown, taken, reservation };
}

/** S makes seals up to the one that decides; what it shows. */
async function decide(scene: Scene, quote: VerifiedQuote): Promise<VerifiedState> {
	while (scene.source.lastSeal < quote.body.decides) scene.source.seal(start + 2 * scene.source.lastSeal);
	return scene.shown(scene.source, quote, quote.body.decides);
}

const release = (shown: VerifiedState): SourceEvent => ({ kind: "release", release: secret, shown });

test("a payment: locked, reserved, released, committed, credited; money moves once at each side", async () => {
	const { scene, quote, locked, taken, reservation } = await reserved();
	assert.deepEqual([locked.movement, taken.movement], ["reserve", "reserve"]);
	assert.deepEqual(taken.positions, { open: 300n, unsettled: 0n });
	const committed = must(stepSource(locked.kept, release(reservation), { now: start, lastSeal: 4 }));
	assert.equal(committed.movement, "post");
	scene.source.put(sourceState(committed.kept));
	const shown = await decide(scene, quote);
	const credited = must(
		stepDestination(taken.kept, { kind: "decided", shown }, { ...moment, positions: taken.positions }),
	);
	assert.deepEqual([credited.kept.kind, credited.movement], ["credited", "post"]);
	assert.deepEqual(credited.positions, { open: 0n, unsettled: 300n });
	assert.deepEqual(destinationState(credited.kept).release, secret);
	const again = must(
		stepDestination(credited.kept, { kind: "decided", shown }, { ...moment, positions: credited.positions }),
	);
	assert.deepEqual(again, { kept: credited.kept, movement: null, positions: credited.positions });
	const end = must(stepSource(committed.kept, { kind: "decided", shown }, { now: start, lastSeal: 5 }));
	assert.deepEqual(end, { kept: committed.kept, movement: null });
});

test("without a commit in the seal that decides, both give back", async () => {
	const { scene, quote, locked, taken } = await reserved();
	const shown = await decide(scene, quote);
	const voided = must(
		stepDestination(taken.kept, { kind: "decided", shown }, { ...moment, positions: taken.positions }),
	);
	assert.deepEqual([voided.kept.kind, voided.movement, voided.positions], ["voided", "void", noPositions]);
	const returned = must(stepSource(locked.kept, { kind: "decided", shown }, { now: start, lastSeal: 5 }));
	assert.deepEqual([returned.kept.kind, returned.movement], ["returned", "void"]);
	const again = must(stepSource(returned.kept, { kind: "decided", shown }, { now: 0, lastSeal: 9 }));
	assert.equal(again.movement, null);
});

test("absence in the seal that decides gives back at both, and a commit without the secret is none", async () => {
	const { quote, taken, locked } = await reserved();
	const other = new Scene();
	for (let number = 1; number <= 5; number++) other.source.seal(start);
	const absent = await other.shown(other.source, quote, 5);
	assert.equal(absent.state, null);
	const stated = (secretOf: Uint8Array | null): VerifiedState => ({
		...absent,
		state: { transfer: quote.transfer, state: "committed", release: secretOf },
	});
	const ofAnother: VerifiedState = {
		...absent,
		state: { transfer: id(6), state: "committed", release: secret },
	};
	const at = { ...moment, positions: taken.positions };
	for (const shown of [absent, stated(null), stated(id(0x56)), ofAnother]) {
		assert.equal(must(stepDestination(taken.kept, { kind: "decided", shown }, at)).kept.kind, "voided");
		assert.equal(must(stepSource(locked.kept, { kind: "decided", shown }, at)).kept.kind, "returned");
	}
	const shown = stated(secret);
	assert.equal(must(stepDestination(taken.kept, { kind: "decided", shown }, at)).kept.kind, "credited");
});

test("by clock: no time ends a lock or a reservation", async () => {
	const { quote, locked, taken, shown, reservation } = await reserved();
	for (const now of [0, start, start + 201, Number.MAX_SAFE_INTEGER]) {
		const at = { ...moment, now, positions: taken.positions };
		const sourceEvents: SourceEvent[] = [
			{ kind: "lock", quote },
			{ kind: "decided", shown },
		];
		for (const event of sourceEvents) {
			const step = stepSource(locked.kept, event, { now, lastSeal: 2 });
			assert.ok(isRefusal(step) || (step.kept.kind === "locked" && step.movement === null));
		}
		const events: DestinationEvent[] = [
			{ kind: "reserve", quote, shown },
			{ kind: "decided", shown },
			{ kind: "decided", shown: reservation },
		];
		for (const event of events) {
			const step = stepDestination(taken.kept, event, at);
			assert.ok(isRefusal(step) || (step.kept.kind === "reserved" && step.movement === null));
		}
	}
});

test("by release alone: a commit that another seal shows ends nothing at the destination", async () => {
	const { scene, quote, locked, taken, reservation } = await reserved();
	const committed = must(stepSource(locked.kept, release(reservation), { now: start, lastSeal: 2 }));
	scene.source.put(sourceState(committed.kept));
	scene.source.seal(start + 6);
	const early = await scene.shown(scene.source, quote, 3);
	assert.equal(early.state?.state, "committed");
	const at = { ...moment, positions: taken.positions };
	assert.equal(codeOf(stepDestination(taken.kept, { kind: "decided", shown: early }, at)), "proof-invalid");
	await decide(scene, quote);
	scene.source.seal(start + 20);
	const late = await scene.shown(scene.source, quote, 6);
	assert.equal(codeOf(stepDestination(taken.kept, { kind: "decided", shown: late }, at)), "proof-invalid");
	assert.equal(codeOf(stepSource(locked.kept, { kind: "decided", shown: late }, at)), "proof-invalid");
});

test("late commit: once the seal that decides is made, a secret is answered and changes nothing", async () => {
	const { scene, quote, locked, reservation } = await reserved();
	for (const lastSeal of [5, 6, 1_000])
		assert.equal(
			codeOf(stepSource(locked.kept, release(reservation), { now: start, lastSeal })),
			"seal-decided",
		);
	const shown = await decide(scene, quote);
	const { kept } = must(stepSource(locked.kept, { kind: "decided", shown }, { now: start, lastSeal: 5 }));
	assert.equal(codeOf(stepSource(kept, release(reservation), { now: start, lastSeal: 5 })), "seal-decided");
	const committed = must(stepSource(locked.kept, release(reservation), { now: start, lastSeal: 4 }));
	assert.equal(
		must(stepSource(committed.kept, release(reservation), { now: start, lastSeal: 9 })).movement,
		null,
		"one that was in time is answered again",
	);
});

test("two views: of two seals of one number, an honest witness places one, and only that one decides", async () => {
	const { scene, quote, locked, taken, reservation } = await reserved();
	await decide(scene, quote);
	const committed = must(stepSource(locked.kept, release(reservation), { now: start, lastSeal: 4 }));
	scene.source.put(sourceState(committed.kept));
	const second = scene.source.seal(start + 9, 5);
	const [honest, ...others] = witnesses;
	assert.ok(honest !== undefined && others.length === 2);
	const lies = await Promise.all(others.map((witness) => cosign(second, witness, start)));
	const honestly = await dispute(second, honest, start, "number");
	const shownTo = (words: readonly (typeof honestly)[], least: number, who = [0, 1, 2]) =>
		scene.source.show(quote.transfer, 6, words).then((shown) => {
			const policy = {
				least,
				witnesses: who.map((each) => scene.source.log.policy.witnesses[each] ?? id(0)),
			};
			const log = { ...scene.source.log, policy };
			return scene.verifyShownUnder(scene.source, quote.transfer, shown, log);
		});
	assert.equal(codeOf(await shownTo([honestly, lies[0] ?? honestly], 2, [0, 1])), "quorum-missing");
	assert.equal(codeOf(await shownTo([honestly, ...lies], 3)), "quorum-missing");
	// What is believed: a quorum of liars alone makes the two sides end differently.
	const lied = must(await shownTo(lies, 2));
	const at = { ...moment, positions: taken.positions };
	assert.equal(must(stepDestination(taken.kept, { kind: "decided", shown: lied }, at)).kept.kind, "credited");
	const first = await scene.shown(scene.source, quote, 5);
	assert.equal(must(stepSource(locked.kept, { kind: "decided", shown: first }, at)).kept.kind, "returned");
});

test("nothing is locked late, or where no seal before the one that decides would show it", async () => {
	const quote = await new Scene().quote();
	const locking = (now: number, lastSeal: number) =>
		codeOf(stepSource(undefined, { kind: "lock", quote }, { now, lastSeal }));
	assert.equal(locking(start + 199, 3), "accepted");
	assert.equal(locking(start + 200, 3), "quote-expired");
	assert.equal(locking(start, 4), "seal-decided");
});

test("a commit needs the payer's secret and proof that the destination reserved this transfer", async () => {
	const { scene, quote, locked, shown, reservation } = await reserved();
	const at = { now: start, lastSeal: 2 };
	const wrong: SourceEvent = { kind: "release", release: id(0x56), shown: reservation };
	assert.equal(codeOf(stepSource(locked.kept, wrong, at)), "release-mismatch");
	assert.equal(codeOf(stepSource(locked.kept, release(shown), at)), "proof-invalid", "the source's own lock");
	const unasked = await scene.shown(scene.destination, await scene.quote({ nonce: id(7) }));
	assert.equal(codeOf(stepSource(locked.kept, release(unasked), at)), "proof-invalid", "of another transfer");
	const foreign: VerifiedState = { ...reservation, operator: id(8) };
	assert.equal(codeOf(stepSource(locked.kept, release(foreign), at)), "proof-invalid");
	const { kept } = must(stepSource(locked.kept, release(reservation), at));
	assert.equal(codeOf(stepSource(kept, wrong, at)), "release-mismatch", "also once it is committed");
	assert.equal(codeOf(stepSource(undefined, release(reservation), at)), "attempt-unknown");
	assert.equal(quote.transfer.length, 32);
});

test("a secret of another length commits nothing, though the quote holds its hash: no seal could show it", async () => {
	for (const length of [0, 31, 33]) {
		const drawn = new Uint8Array(length).fill(0x55);
		const { locked, reservation } = await reserved({ release: sha256(drawn) });
		const event: SourceEvent = { kind: "release", release: drawn, shown: reservation };
		assert.equal(codeOf(stepSource(locked.kept, event, { now: start, lastSeal: 2 })), "release-mismatch");
	}
});

test("a destination reserves in time, upon a fresh lock, and before the seal that decides", async () => {
	const { quote, shown, reservation } = await reserved();
	const reserving = (state: VerifiedState, some: Partial<typeof moment>) =>
		codeOf(
			stepDestination(
				undefined,
				{ kind: "reserve", quote, shown: state },
				{ ...moment, lastSeal: 2, ...some },
			),
		);
	assert.equal(reserving(shown, {}), "accepted");
	assert.equal(reserving(shown, { now: start + 200 }), "quote-expired");
	assert.equal(reserving(shown, { now: start + 63 }), "accepted");
	assert.equal(reserving(shown, { now: start + 64 }), "quorum-stale");
	assert.equal(
		reserving(shown, { now: start - 58 }),
		"quorum-stale",
		"signed further ahead than clocks differ",
	);
	assert.equal(reserving({ ...shown, since: null }, {}), "quorum-missing");
	assert.equal(reserving(shown, { lastSeal: 5 }), "seal-decided");
	assert.equal(reserving({ ...shown, number: 5 }, {}), "seal-decided");
	assert.equal(reserving(reservation, {}), "proof-invalid");
	assert.equal(reserving({ ...shown, state: null }, {}), "proof-invalid");
});

test("what is reserved and what is credited and not settled stay within the exposure", async () => {
	const { quote, shown, taken } = await reserved();
	const reserving = (open: bigint, unsettled: bigint) =>
		codeOf(
			stepDestination(
				undefined,
				{ kind: "reserve", quote, shown },
				{ ...moment, lastSeal: 2, positions: { open, unsettled } },
			),
		);
	assert.equal(reserving(400n, 300n), "accepted");
	assert.equal(reserving(400n, 301n), "exposure-exceeded");
	assert.equal(reserving(701n, 0n), "exposure-exceeded");
	const again = must(
		stepDestination(
			taken.kept,
			{ kind: "reserve", quote, shown },
			{ ...moment, now: start + 10_000, positions: { open: 1_000n, unsettled: 0n } },
		),
	);
	assert.deepEqual([again.kept, again.movement], [taken.kept, null], "asked for again, it is answered again");
});

test("its seal is final for the source too: a backup that knows less follows it, a store that knows otherwise stops", async () => {
	const { scene, quote, locked, reservation } = await reserved();
	const committed = must(stepSource(locked.kept, release(reservation), { now: start, lastSeal: 4 }));
	scene.source.put(sourceState(committed.kept));
	const shown = await decide(scene, quote);
	const followed = must(stepSource(locked.kept, { kind: "decided", shown }, { now: start, lastSeal: 5 }));
	assert.deepEqual([followed.kept, followed.movement], [committed.kept, "post"]);
	const returned: Source = { kind: "returned", quote };
	assert.throws(() => stepSource(returned, { kind: "decided", shown }, { now: start, lastSeal: 5 }));
	const nothing: Destination | undefined = undefined;
	assert.equal(codeOf(stepDestination(nothing, { kind: "decided", shown }, moment)), "attempt-unknown");
});
