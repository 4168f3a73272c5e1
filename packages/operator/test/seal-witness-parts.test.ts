/**
 * A witness that is far behind a log holds what follows from a part of it, and keeps that before it reads on; and one that
 * is stopped waits for nobody who does not answer.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { isRefusal, sha256, toHex } from "@tenten/protocol";
import { signerFrom, verify } from "../../module/src/index.ts";
import { type FailPoint, httpSource, SealStore, SealWitness, type WitnessedLog } from "../src/index.ts";
import { LogUnreachable } from "../src/log/source.ts";
import { Follower } from "../src/seal-witness/follower.ts";
import type { KeptVisit } from "../src/seal-witness/kept.ts";
import { Visits } from "../src/seal-witness/visits.ts";
import { inFolder } from "./support/in-folder.ts";
import { batchLeaf, folderOf, SealedLog, start } from "./support/sealed-log.ts";

const signer = signerFrom(sha256(Uint8Array.of(7)), "Ed25519");
const atOnce = 256;

type World = { readonly database: string; readonly log: SealedLog };

function world(work: (world: World) => Promise<void>): Promise<void> {
	return inFolder(async (database) => {
		SealStore.create(folderOf(database, "seals.db"), signer.key);
		const log = await SealedLog.begin(folderOf(database, "log"));
		await work({ database, log });
		await log.close();
	});
}

/** A follower over the world's store, and every visit that it kept. */
function followed(
	{ database, log }: World,
	{ onCommit, source }: { onCommit?: (point: FailPoint) => void; source?: WitnessedLog["source"] } = {},
) {
	const store = SealStore.open(folderOf(database, "seals.db"), onCommit === undefined ? {} : { onCommit });
	if (isRefusal(store)) return assert.fail(store.detail);
	const kept: KeptVisit[] = [];
	const keep = store.keep.bind(store);
	store.keep = (visit) => {
		keep(visit);
		kept.push(visit);
	};
	const more = source === undefined ? {} : { source };
	const follower = new Follower({ log: log.followed(more), store, verify, now: () => start * 1_000, atOnce });
	return { store, kept, follower };
}

/** Nine hundred entries, with a seal after every hundred. */
async function fill(log: SealedLog): Promise<void> {
	for (let seal = 0; seal < 9; seal++) {
		await log.append(...Array.from({ length: 99 }, () => batchLeaf("issues", 1n)));
		const { issued, outstanding } = log.totals;
		log.totals = { ...log.totals, issued: issued + 99n, outstanding: outstanding + 99n };
		await log.seal(start);
	}
}

test("what follows from a part is kept before the next is read, and comes to what the whole comes to", () =>
	world(async (made) => {
		const { log } = made;
		await fill(log);
		const { store, kept, follower } = followed(made);
		const visit = await follower.visit();
		assert.deepEqual(visit, { kind: "followed", size: 900, words: 9 });
		assert.deepEqual(
			kept.map(({ head }) => head?.size),
			[256, 512, 768, 900],
		);
		for (const { tiles, words } of kept) {
			assert.ok(tiles.size <= 3, `${tiles.size} tiles held at once`);
			assert.ok(words.length <= 3, `${words.length} words held at once`);
		}
		assert.deepEqual(
			kept.map(({ head }) => head?.note.length === 0),
			[true, true, true, false],
			"a part has no checkpoint of its own",
		);
		const kinds = Array.from({ length: 9 }, (_, at) => store.word(log.operator, at + 1)?.kind);
		assert.deepEqual(kinds, Array(9).fill("cosignature"));
		store.close();
	}));

test("power fails at every write of a witness that catches up: each seal has one word, the one that it would have", () =>
	world(async (made) => {
		await fill(made.log);
		const { operator, name } = made.log;
		const wordsIn = (store: SealStore): readonly (string | undefined)[] =>
			Array.from({ length: 9 }, (_, at) => {
				const word = store.word(operator, at + 1);
				return word && toHex(word.body);
			});
		let [cuts, sizes] = [0, new Set<number>()];
		for (const at of ["beforeCommit", "afterCommit"] as const)
			for (let left = 0; left < 4; left++)
				await inFolder(async (database) => {
					SealStore.create(folderOf(database, "seals.db"), signer.key);
					let passes = left;
					const here = { database, log: made.log };
					const failing = followed(here, {
						onCommit: (point) => {
							if (point === at && passes-- === 0) throw new Error("power is gone");
						},
					});
					await assert.rejects(failing.follower.visit(), /power is gone/);
					const before = wordsIn(failing.store);
					sizes.add(failing.store.head(name)?.size ?? 0);
					failing.store.close();
					const after = followed(here);
					assert.equal((await after.follower.visit()).kind, "followed");
					const words = wordsIn(after.store);
					assert.ok(words.every((word, n) => word !== undefined && (before[n] ?? word) === word));
					after.store.close();
					cuts++;
				});
		assert.deepEqual([cuts, [...sizes].sort((a, b) => a - b)], [8, [0, 256, 512, 768, 900]]);
	}));

test("a log that shows another history after a part of it was kept is followed no further", () =>
	world(async (made) => {
		await fill(made.log);
		const honest = made.log.followed().source;
		const cutOff = followed(made, {
			source: async (path, most) => {
				if (path.startsWith("tile/entries/001")) throw new LogUnreachable(path);
				return honest(path, most);
			},
		});
		assert.equal((await cutOff.follower.visit()).kind, "unread");
		assert.equal(cutOff.store.head(made.log.name)?.size, 256);
		cutOff.store.close();
		const other = await SealedLog.begin(folderOf(made.database, "other"));
		for (let entry = 0; entry < 300; entry++) await other.append(batchLeaf("issues", 2n));
		const { store, follower, kept } = followed(made, { source: other.followed().source });
		const visit = await follower.visit();
		assert.equal(visit.kind === "unread" && visit.refusal.code, "state-damaged");
		assert.deepEqual([kept, store.head(made.log.name)?.size], [[], 256]);
		store.close();
		await other.close();
	}));

test("a witness that is stopped waits for no log that does not answer", (t) =>
	world(async ({ database, log }) => {
		const silent = createServer(() => undefined);
		t.after(() => {
			silent.closeAllConnections();
			silent.close();
		});
		silent.listen(0, "127.0.0.1");
		await once(silent, "listening");
		const { port } = silent.address() as AddressInfo;
		const asked = once(silent, "request");
		const store = SealStore.open(folderOf(database, "seals.db"));
		if (isRefusal(store)) return assert.fail(store.detail);
		const source = httpSource(`http://127.0.0.1:${port}`, { timeout_ms: 3_600_000 });
		const logs = [log.followed({ source })];
		const witness = new SealWitness({ store, signer, logs, verify, now: () => start * 1_000 });
		const said: string[] = [];
		const quiet = {
			info: (_: object, words: string) => void said.push(words),
			error: (_: object, words: string) => void said.push(words),
		};
		const visits = new Visits(witness, { pause_ms: 10, log: quiet });
		const [, response] = await asked;
		const gone = once(response, "close");
		await visits.stop();
		await gone;
		assert.deepEqual(said, [], "what a stop ended is told as no visit");
		await witness.close();
	}));
