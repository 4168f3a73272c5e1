/** A gateway keeps what it acknowledged, hands on no old list, and approves within its mandates, wherever it is cut. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, keyId, signTime, verifyTime } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { type ListOptions, statusList } from "../../module/test/support/status-lists.ts";
import { Gateway } from "../src/fog/gateway.ts";
import { FogStore } from "../src/fog/index.ts";
import { HeldTime } from "../src/fog/time.ts";
import type { FailPoint } from "../src/index.ts";
import { gatewaySigner } from "./support/fog-keys.ts";
import { deviceId, type FogScene, fogScene, outcomeOf } from "./support/fog-scene.ts";
import { fogWrites, keep, prepareForWrites } from "./support/fog-writes.ts";
import { inFolder } from "./support/in-folder.ts";

const scene: FogScene = await fogScene();
const { clock } = scene.ecosystem;
const writes = fogWrites(scene);

const approve = (request: Bytes, amount: bigint, payer: Bytes = scene.payer.certificate.encoded) =>
	({ kind: "approve", request, payer, amount }) as const;

function withStore(work: (file: string) => Promise<void>): Promise<void> {
	return inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		await work(file);
	});
}

describe("records", () => {
	test("are kept once, with the proof that they name, and are there after a restart", () =>
		withStore(async (file) => {
			const first = await scene.open(file);
			const [one, two] = [await scene.record(), await scene.record({ amount: 31n })];
			const kept = await first.ask(keep(one, two));
			assert.ok(kept.kind === "kept" && kept.records.length === 2);
			const proof = Uint8Array.of(1, 2, 3);
			assert.deepEqual(
				(await first.ask({ kind: "keep", records: [{ record: one, proof }] })).kind,
				"kept",
				"again, with its proof",
			);
			first.store.close();
			const again = await scene.open(file);
			const records = again.store.recordsOf(deviceId, 0, 10);
			assert.deepEqual(
				records.map(({ encoded, proof: shown }) => [encoded, shown]),
				[
					[one, proof],
					[two, null],
				],
			);
			assert.deepEqual(again.store.count(), { kept: 2, waiting: 2, refused: 0, letGo: 0, approvals: 0 });
			again.store.close();
		}));

	test("of others, of devices that are not served, changed, or with another proof are refused, all or none", () =>
		withStore(async (file) => {
			const opened = await scene.open(file, { serves: (id) => !isRefusal(id) && id[0] === deviceId[0] });
			const fine = await scene.record();
			const changed = Uint8Array.from(fine);
			changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
			const cases: readonly (readonly [string, Bytes, Bytes | null])[] = [
				["authority-unknown", await scene.record({ operator: new Uint8Array(32) }), null],
				["signature-invalid", changed, null],
				["document-mismatch", fine, Uint8Array.of(1, 2)],
				["malformed", Uint8Array.of(1), null],
			];
			for (const [code, record, proof] of cases) {
				const records = [
					{ record: fine, proof: null },
					{ record, proof },
				];
				assert.equal(outcomeOf(await opened.ask({ kind: "keep", records })), code);
			}
			opened.store.close();
			const strict = await scene.open(file, { serves: () => false });
			assert.equal(outcomeOf(await strict.ask(keep(fine))), "authority-unknown");
			assert.equal(strict.store.count().kept, 0);
			strict.store.close();
		}));

	test("are not lost to another device that said the same first, and that the operator refuses", () =>
		withStore(async (file) => {
			const { store } = await scene.open(file);
			const [id, device] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
			const another = { id, device: new Uint8Array(32).fill(3), encoded: Uint8Array.of(3), proof: null };
			const own = { id, device, encoded: Uint8Array.of(2), proof: null };
			assert.equal(await store.keep([another], 1), undefined);
			assert.equal((await store.keep([own], 2))?.code, "record-known");
			await store.noteAnswers([{ id, code: "authority-unknown" }], 2);
			assert.equal(await store.keep([own], 3), undefined);
			assert.deepEqual(
				store.waiting(10).map(({ encoded }) => encoded),
				[own.encoded],
			);
			store.close();
		}));

	test("that are early for the operator wait apart, hold their place against others, and are due in time", () =>
		withStore(async (file) => {
			const { store } = await scene.open(file);
			const [id, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(4)];
			const encoded = await scene.record({ paidAt: 1_000 });
			const own = { id, device: new Uint8Array(32).fill(2), encoded, proof: null };
			await store.keep([own, { ...own, id: other }], 1);
			const said = [{ id, code: "record-early" } as const, { id: other, code: "limit-exceeded" }];
			await store.noteAnswers(said, 2);
			assert.deepEqual(store.waiting(10), []);
			const another = { ...own, device: new Uint8Array(32).fill(3), encoded: Uint8Array.of(3) };
			assert.equal((await store.keep([another], 2))?.code, "record-known");
			assert.equal(await store.keep([own], 2), undefined);
			assert.deepEqual(
				[939, 940].map((now) => store.due(now, 10).map((record) => record.id)),
				[[], [id]],
			);
			store.close();
		}));

	test("wait until the operator named them, and only then can be forgotten", () =>
		withStore(async (file) => {
			const { store, ask } = await scene.open(file);
			const encoded = await Promise.all([40n, 41n, 42n].map((amount) => scene.record({ amount })));
			await ask(keep(...encoded));
			const [one, two, three] = store.waiting(10).map(({ id }) => id) as [Bytes, Bytes, Bytes];
			await store.noteAnswers([{ id: one, code: null }], 100);
			await store.noteAnswers([{ id: two, code: "authority-unknown" }], 1_000);
			assert.deepEqual(
				store.waiting(10).map(({ id }) => id),
				[three],
			);
			await store.forget(1_000);
			const left = store.recordsOf(deviceId, 0, 10);
			assert.deepEqual(
				left.map(({ id, refused }) => [id, refused]),
				[
					[two, "authority-unknown"],
					[three, null],
				],
			);
			store.close();
		}));

	test("are refused clearly where the disk is full, and nothing that was kept is lost", () =>
		withStore(async (file) => {
			const small = { store: { pagesMost: 40, reserve: 10 * 4_096 } };
			const { store, lists, ask } = await scene.open(file, small);
			let kept = 0;
			let outcome = "";
			for (let amount = 1n; outcome !== "store-full" && amount < 400n; amount++) {
				outcome = outcomeOf(await ask(keep(await scene.record({ amount }))));
				if (outcome === "kept") kept++;
			}
			assert.equal(outcome, "store-full");
			assert.ok(kept > 10);
			assert.equal(store.count().kept, kept);
			await lists.refresh();
			const approved = await ask(approve((await scene.request()).encoded, 300n));
			assert.equal(outcomeOf(approved), "store-full");
			assert.equal(store.count().approvals, 0);
			const taken = store.waiting(kept).map(({ id }) => ({ id, code: null }));
			assert.equal(taken.length, kept);
			assert.equal(await store.noteAnswers(taken, clock.now), undefined);
			assert.equal(await store.forget(clock.now + 1), undefined);
			assert.equal(outcomeOf(await ask(keep(await scene.record({ amount: 999n })))), "kept");
			store.close();
			const again = await scene.open(file);
			assert.equal(again.store.count().kept, 1);
			again.store.close();
		}));
});

describe("lists", () => {
	test("are handed on with their age, verified by whoever asked, and not once they are too old", () =>
		withStore(async (file) => {
			const { lists, ask, store } = await scene.open(file, { ageMost_s: 100 });
			assert.equal(outcomeOf(await ask({ kind: "list", list: "trustList" })), "list-stale");
			assert.equal(await lists.refresh(), undefined);
			clock.now += 60;
			for (const list of ["trustList", "freezeList"] as const) {
				const answer = await ask({ kind: "list", list });
				assert.ok(answer.kind === "list" && answer.age === 60);
			}
			scene.line.isUp = false;
			assert.ok(isRefusal(await lists.refresh()));
			clock.now += 41;
			assert.equal(outcomeOf(await ask({ kind: "list", list: "trustList" })), "list-stale");
			scene.line.isUp = true;
			await lists.refresh();
			assert.equal((await ask({ kind: "list", list: "freezeList" })).kind, "list");
			clock.now -= 1;
			assert.equal(
				outcomeOf(await ask({ kind: "list", list: "freezeList" })),
				"list-stale",
				"a clock set back",
			);
			clock.now += 1;
			store.close();
		}));

	test("of status are kept from the first to the last, whether anybody asked or not, and a lie holds up nothing", () =>
		withStore(async (file) => {
			const { world } = scene.ecosystem;
			const now = clock.now;
			const of = (number: number, options: ListOptions = {}): Promise<Bytes> =>
				statusList(world, { number, issuedAt: now, ...options });
			const lists = [await of(0), await of(1), await of(2)];
			scene.line.statuses = lists;
			const first = await scene.open(file, { ageMost_s: 100 });
			assert.equal(await first.lists.refresh(), undefined);
			first.store.close();
			const again = await scene.open(file, { ageMost_s: 100 });
			const given = async (number: number): Promise<Bytes | string> => {
				const answer = await again.ask({ kind: "statusList", number });
				return answer.kind === "list" ? answer.list : outcomeOf(answer);
			};
			for (const number of [0, 1, 2]) assert.deepEqual(await given(number), lists[number]);
			assert.equal(await given(3), "list-stale");
			const older = await of(0, { issuedAt: now - 1 });
			const newer = await of(2, { issuedAt: now + 1, suspended: [5] });
			const lie = await of(1, { issuedAt: now + 1, authority: gatewaySigner });
			scene.line.statuses = [older, lie, newer];
			assert.equal(await again.lists.refresh(), undefined);
			assert.deepEqual([await given(0), await given(1), await given(2)], [lists[0], lists[1], newer]);
			scene.line.statuses = [newer];
			assert.equal(await again.lists.refresh(), undefined);
			assert.deepEqual(await given(0), lists[0], "another list than was asked for");
			clock.now += 101;
			assert.equal(await given(0), "list-stale");
			clock.now -= 101;
			scene.line.statuses = [];
			again.store.close();
		}));

	test("never go back, also over a restart", () =>
		withStore(async (file) => {
			const old = await scene.ecosystem.operator.freezeList();
			const first = await scene.open(file);
			await first.lists.refresh();
			first.store.close();
			clock.now += 9 * 365 * 86_400;
			const again = await scene.open(file, { ageMost_s: 1e9 });
			await again.lists.refresh();
			const answer = await again.ask({ kind: "list", list: "freezeList" });
			assert.ok(answer.kind === "list" && Buffer.compare(answer.list, old) !== 0);
			again.store.close();
			const third = await scene.open(file, { ageMost_s: 1e9 });
			scene.line.gives = old;
			const refused = await third.lists.refresh();
			assert.equal(refused?.code, "freeze-list-rollback");
			const kept = await third.ask({ kind: "list", list: "freezeList" });
			assert.deepEqual(kept.kind === "list" && kept.list, answer.list);
			scene.line.gives = undefined;
			third.store.close();
			clock.now -= 9 * 365 * 86_400;
		}));
});

describe("time", () => {
	const ask = { kind: "time" } as const;

	test("is what the operator signed, and seconds that a clock counted which never goes back", () =>
		withStore(async (file) => {
			let ms = 5_000;
			const elapsed_ms = (): number => ms;
			const first = await scene.open(file, { ageMost_s: 1_000, elapsed_ms });
			assert.equal(outcomeOf(await first.ask(ask)), "list-stale", "the operator has signed none");
			await first.lists.refresh();
			await first.time.refresh();
			const signedAt = clock.now;
			ms += 90_900;
			const told = await first.ask(ask);
			assert.ok(told.kind === "time" && told.since === 90);
			const time = verifyTime(told.time, scene.ecosystem.world.trust);
			assert.ok(!isRefusal(time) && time.at === signedAt);
			// A date that is set back changes nothing of what is told; one that is far ahead makes it too old.
			clock.now -= 500;
			assert.deepEqual(await first.ask(ask).then((same) => same.kind === "time" && same.since), 90);
			clock.now = signedAt + 1_001;
			assert.equal(outcomeOf(await first.ask(ask)), "list-stale");
			clock.now = signedAt;
			ms += 911_000;
			assert.equal(outcomeOf(await first.ask(ask)), "list-stale");
			first.store.close();
		}));

	test("is never less than it was, and outlives a restart that forgets the seconds since", () =>
		withStore(async (file) => {
			let ms = 0;
			const elapsed_ms = (): number => ms;
			const signedAt = clock.now;
			const first = await scene.open(file, { elapsed_ms });
			await first.lists.refresh();
			await first.time.refresh();
			ms += 70_000;
			clock.now -= 100;
			await first.time.refresh();
			const told = await first.ask(ask);
			assert.ok(
				told.kind === "time" && told.since === 70,
				"the operator's clock went back: its first word stands",
			);
			clock.now = signedAt;
			first.store.close();
			scene.line.isUp = false;
			const again = await scene.open(file, { elapsed_ms });
			await again.time.refresh();
			const later = await again.ask(ask);
			assert.ok(later.kind === "time" && later.since === 0);
			const time = verifyTime(later.time, scene.ecosystem.world.trust);
			assert.ok(!isRefusal(time) && time.at === signedAt);
			scene.line.isUp = true;
			again.store.close();
		}));

	test("that another signed, or for another operator, is taken by no gateway and no device", async () => {
		const { world, operator } = scene.ecosystem;
		const forged = await signTime({ operator: operator.id, at: clock.now }, gatewaySigner);
		const unknown = await signTime({ operator: new Uint8Array(32), at: clock.now }, world.operator.ruling);
		const changed = Uint8Array.from(await operator.time());
		changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
		const codes = [forged, unknown, changed, Uint8Array.of(1)].map((encoded) => {
			const time = verifyTime(encoded, world.trust);
			return isRefusal(time) && time.code;
		});
		assert.deepEqual(codes, ["authority-unknown", "issuer-unknown", "signature-invalid", "malformed"]);
		await withStore(async (file) => {
			const { store, lists } = await scene.open(file);
			await lists.refresh();
			const held = new HeldTime({
				store,
				operator: operator.id,
				trust: () => lists.trust(),
				fetch: async () => forged,
				ageMost_s: 100,
				now: () => clock.now,
			});
			await held.refresh();
			assert.ok(isRefusal(held.aged()));
			store.close();
		});
	});
});

test("power fails before or after each write: what was said is there, what was not said is whole or not there", async (t) => {
	let cuts = 0;
	for (const [name, { write, isThere }] of Object.entries(writes))
		for (const point of ["beforeCommit", "afterCommit"] as const)
			await withStore(async (file) => {
				let isArmed = false;
				const onCommit = (at: FailPoint): void => {
					if (isArmed && at === point) throw new Error("power is gone");
				};
				const failing = await scene.open(file, { store: { onCommit } });
				await prepareForWrites(scene, failing);
				isArmed = true;
				await assert.rejects(write(failing), /power/, name);
				isArmed = false;
				failing.store.close();
				cuts++;
				const again = await scene.open(file);
				assert.equal(isThere(again), point === "afterCommit", `${name} ${point}`);
				again.store.close();
			});
	ran(t, "cuts", { cuts });
});

test("a store is one process's, of one key, and made once", () =>
	withStore(async (file) => {
		assert.throws(() => FogStore.create(file, gatewaySigner.key), /EEXIST/);
		const first = await scene.open(file);
		const second = FogStore.open(file);
		assert.equal(isRefusal(second) && second.code, "log-in-use");
		const { store, lists, time } = first;
		const other = { ...scene.ecosystem.world.operator.ruling };
		assert.throws(
			() =>
				new Gateway({
					store,
					lists,
					time,
					operator: scene.ecosystem.operator.id,
					signer: other,
					mandates: [],
					serves: () => true,
					verify: () => false,
					now: () => 0,
				}),
			/another key/,
		);
		assert.notDeepEqual(keyId(other.key), first.gateway.id);
		store.close();
		const missing = FogStore.open(`${file}.none`);
		assert.equal(isRefusal(missing) && missing.code, "state-damaged");
	}));
