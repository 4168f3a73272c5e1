/** Freeze lists: of the issuing operator's ruling key, never older than what was held, and stale after their end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	compareBytes,
	type FreezeListBody,
	Freezes,
	freezeLimits,
	isRefusal,
	keyId,
	Trust,
	verifyFreezeList,
} from "@tenten/protocol";
import fc from "fast-check";
import {
	createWorld,
	day,
	entryOf,
	expectRefusal,
	expectValue,
	freezing,
	signFreezes,
} from "../../../module/test/support/freezes.ts";

const world = await createWorld();
const { operator, other, now } = world;
const [o, c] = [world.random(), world.random()] as [Bytes, Bytes];
const body = freezing(world, [o]);
const none = (): null => null;
const context = { trust: world.trust, newest: none, now };

test("a list of the operator's ruling key is taken, by whomever it was handed on", async () => {
	assert.deepEqual(expectValue(verifyFreezeList(await signFreezes(body, operator), context)), body);
});

test("a list of an operator that is not listed, of another operator's key or of another key is refused", async () => {
	const stranger = await signFreezes({ ...body, operator: c }, operator);
	expectRefusal(verifyFreezeList(stranger, context), "issuer-unknown");
	expectRefusal(verifyFreezeList(await signFreezes(body, other), context), "authority-unknown");
	const issuing = await signFreezes(body, { ...operator, ruling: operator.issuing });
	expectRefusal(verifyFreezeList(issuing, context), "authority-unknown");
	const sign = (payload: Bytes): Promise<Bytes> => other.ruling.sign("freeze-list", payload);
	const hinted = { key: operator.ruling.key, sign: (_: string, payload: Bytes) => sign(payload) };
	expectRefusal(verifyFreezeList(await signFreezes(body, { ruling: hinted }), context), "signature-invalid");
});

test("a list that was altered is refused", async () => {
	const encoded = await signFreezes(body, operator);
	const altered = Uint8Array.from(encoded);
	const at = encoded.findIndex((_, i) => compareBytes(encoded.subarray(i, i + 32), o) === 0);
	altered[at] = (altered[at] as number) ^ 1;
	expectRefusal(verifyFreezeList(altered, context), "signature-invalid");
});

test("a key that the trust list drops freezes nothing; one that is retired still does", async () => {
	const encoded = await signFreezes(body, operator);
	const under = (keys: typeof operator.entry.keys): Trust =>
		new Trust({ ...world.list, operators: [{ ...operator.entry, keys }] }, world.trust.verify);
	const dropped = under(operator.entry.keys.filter(({ purpose }) => purpose !== "ruling"));
	expectRefusal(verifyFreezeList(encoded, { ...context, trust: dropped }), "authority-unknown");
	const retired = under(operator.entry.keys.map((listed) => ({ ...listed, status: "retired" })));
	assert.ok(!isRefusal(verifyFreezeList(encoded, { ...context, trust: retired })));
});

test("entries and what is cleared stand in order, each once", async () => {
	const [first, second] = [o, c].sort(compareBytes) as [Bytes, Bytes];
	const [a, b] = [entryOf(world, first), entryOf(world, second)];
	for (const wrong of [
		{ entries: [b, a] },
		{ entries: [a, a] },
		{ cleared: [second, first] },
		{ cleared: [first, first] },
		{ entries: [a], cleared: [first] },
	]) {
		const encoded = await signFreezes({ ...body, ...wrong }, operator);
		expectRefusal(verifyFreezeList(encoded, context), "malformed");
	}
});

test("an older list never replaces a newer one, nor does another of the same number; the same one may come again", async () => {
	const second = { ...body, number: 2 };
	const held = { ...context, newest: () => second };
	expectRefusal(verifyFreezeList(await signFreezes(body, operator), held), "freeze-list-rollback");
	const twin = await signFreezes({ ...second, entries: [] }, operator);
	expectRefusal(verifyFreezeList(twin, held), "freeze-list-rollback");
	assert.ok(!isRefusal(verifyFreezeList(await signFreezes(second, operator), held)));
	assert.ok(!isRefusal(verifyFreezeList(await signFreezes({ ...body, number: 3 }, operator), held)));
});

test("a list ends at its expiry", async () => {
	const encoded = await signFreezes(body, operator);
	const at = (time: number): unknown => verifyFreezeList(encoded, { ...context, now: time });
	assert.ok(!isRefusal(at(body.expiresAt - 1)));
	expectRefusal(at(body.expiresAt), "freeze-list-expired");
});

test("the longest list fits a message", async () => {
	const draw = (): Bytes[] => Array.from({ length: freezeLimits.entries }, world.random).sort(compareBytes);
	const [ids, cleared] = [draw(), draw()];
	const far = Number.MAX_SAFE_INTEGER;
	const entries = ids.map((id) => ({ ...entryOf(world, id), since: far, appealUntil: far }));
	const longest: FreezeListBody = {
		operator: operator.id,
		number: far,
		issuedAt: far,
		expiresAt: far,
		entries,
		cleared,
	};
	const encoded = await signFreezes(longest, operator);
	assert.ok(!isRefusal(verifyFreezeList(encoded, context)), `${encoded.length}`);
	const more = { ...longest, cleared: [...cleared, world.random()].sort(compareBytes) };
	expectRefusal(verifyFreezeList(await signFreezes(more, operator), context), "too-many");
});

test("the last state on a path that a list names decides: for all paths and lists", () => {
	const ids = Array.from({ length: 8 }, () => world.random());
	const some = fc.subarray(ids);
	fc.assert(
		fc.property(some, some, fc.shuffledSubarray(ids), (entries, cleared, path) => {
			const list = { ...body, entries: entries.map((id) => entryOf(world, id)), cleared };
			const named = path.filter((id) => entries.includes(id) || cleared.includes(id));
			const last = named.at(-1);
			const expected = last !== undefined && entries.includes(last) ? last : undefined;
			const freezes = Freezes.none.with(list);
			assert.equal(freezes.entryOn(operator.id, path)?.output, expected);
			assert.equal(freezes.refuseFrozen(operator.id, path)?.code, expected && "frozen");
			assert.equal(freezes.entryOn(other.id, path), undefined);
		}),
	);
});

test("who held a list takes nothing under one that has ended or whose key is gone; who never held one does", () => {
	const { none: nothing } = Freezes;
	assert.equal(nothing.refuseStale(operator.id, now), undefined);
	const held = nothing.with(body);
	assert.equal(held.refuseStale(operator.id, body.expiresAt - 1), undefined);
	expectRefusal(held.refuseStale(operator.id, body.expiresAt), "freeze-list-expired");
	assert.equal(held.refuseStale(other.id, body.expiresAt), undefined);
	expectRefusal(held.without(operator.id).refuseStale(operator.id, now), "freeze-list-expired");
	assert.equal(held.without(operator.id).entryOn(operator.id, [o]), undefined);
	assert.equal(nothing.refuseStale(operator.id, now), undefined, "values of this type never change");
	assert.ok(held.holdsAny(keyId(operator.root.key)) && !held.holdsAny(other.id));
	assert.equal(body.expiresAt - now, day);
});
