/**
 * A witness follows the log of a peer and says one word on each of its seals: a cosignature where every rule is kept, a
 * refusal that names what is broken, and evidence where the log's own word convicts. Whenever it is killed, it never
 * says two words on one number.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	keyId,
	parse,
	type Seal,
	type SealWord,
	sealCosignature,
	sealHash,
	sealRefusal,
	sealWord,
	serialize,
	serializeLeaf,
	sha256,
	toHex,
	verifyCosignature,
	verifyMisbehaviour,
	verifySealRefusal,
} from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { signerFrom, verify } from "../../module/src/index.ts";
import { type FailPoint, folderSource, SealStore, SealWitness, type WitnessedLog } from "../src/index.ts";
import { inFolder } from "./support/in-folder.ts";
import { batchLeaf, folderOf, SealedLog, start, yen } from "./support/sealed-log.ts";

const signer = signerFrom(sha256(Uint8Array.of(7)), "Ed25519");
const key = keyId(signer.key);

type World = {
	readonly file: string;
	readonly log: SealedLog;
	/** unix seconds, as the witness has it */
	now: number;
	witness: (logs?: readonly WitnessedLog[], onCommit?: (point: FailPoint) => void) => SealWitness;
};

function world(work: (world: World) => Promise<void>): Promise<void> {
	return inFolder(async (database) => {
		const file = folderOf(database, "seals.db");
		SealStore.create(file, signer.key);
		const log = await SealedLog.begin(folderOf(database, "log"));
		const made: World = {
			file,
			log,
			now: start,
			witness: (logs = [log.followed()], onCommit) => {
				const store = SealStore.open(file, onCommit === undefined ? {} : { onCommit });
				if (isRefusal(store)) return assert.fail(store.detail);
				return new SealWitness({ store, signer, logs, verify, now: () => made.now * 1_000 });
			},
		};
		await work(made);
		await log.close();
	});
}

/** What it said of a seal: nothing, that all is kept, or what is broken. */
function said(witness: SealWitness, seal: Seal): "nothing" | "cosigned" | readonly string[] {
	const encoded = witness.word(seal.operator, seal.number);
	if (encoded === undefined) return "nothing";
	assert.deepEqual(witness.wordOn(sealHash(seal)), encoded);
	const word = parse(sealWord, encoded) as SealWord;
	if (word.kind === "cosignature") {
		const body = verifyCosignature(serialize(sealCosignature, word.word), { verify, witness: key });
		assert.ok(!isRefusal(body) && equalBytes(body.seal, sealHash(seal)) && body.number === seal.number);
		return "cosigned";
	}
	const body = verifySealRefusal(serialize(sealRefusal, word.word), { verify, witness: key });
	if (isRefusal(body) || !equalBytes(body.seal, sealHash(seal))) return assert.fail("of another seal");
	return body.broken.map(({ rule }) => rule);
}

function convictions(witness: SealWitness, log: SealedLog): readonly string[] {
	return witness.store.cases().map(({ hash, kind, origin }) => {
		const file = witness.store.caseFile(hash) ?? assert.fail("no file");
		const convicted = verifyMisbehaviour(file, log.keys, verify);
		if (isRefusal(convicted)) return assert.fail(convicted.detail);
		assert.deepEqual([convicted.kind, convicted.origin], [kind, origin]);
		return convicted.kind === "brokenRule"
			? `brokenRule ${convicted.number} ${convicted.broken.map(({ rule }) => rule)}`
			: convicted.kind;
	});
}

test("every seal that keeps the rules is cosigned once, however often it is asked, also after a restart", () =>
	world(async (made) => {
		const { log } = made;
		const first = await log.seal(start);
		let witness = made.witness();
		await witness.visit();
		assert.equal(said(witness, first), "cosigned");
		await log.issue(500n, 100n);
		const second = await log.seal(start + 2);
		await log.append(batchLeaf("issues", 3n));
		await witness.visit();
		assert.equal(said(witness, second), "cosigned");
		const bytes = witness.word(log.operator, 2);
		await witness.close();
		made.now += 1_000;
		witness = made.witness();
		log.totals = { ...log.totals, issued: 603n, outstanding: 603n };
		const third = await log.seal(start + 1_000);
		await witness.visit();
		assert.deepEqual(witness.word(log.operator, 2), bytes);
		assert.equal(said(witness, third), "cosigned");
		assert.deepEqual(convictions(witness, log), []);
		await witness.close();
	}));

test("an inflated total is refused and proved, in every seal until one is right again", () =>
	world(async (made) => {
		const { log } = made;
		const witness = made.witness();
		await log.issue(500n);
		await log.seal(start);
		log.totals = { ...log.totals, issued: 600n, outstanding: 600n };
		const inflated = await log.seal(start + 1);
		await log.issue(7n);
		const after = await log.seal(start + 2);
		await witness.visit();
		assert.deepEqual(said(witness, inflated), ["totals"]);
		assert.deepEqual(said(witness, after), ["totals"], "it adds to what is wrong");
		log.totals = { ...log.totals, issued: 507n, outstanding: 507n };
		const mended = await log.seal(start + 3);
		const well = await log.seal(start + 4);
		await witness.visit();
		assert.deepEqual(said(witness, mended), ["totals"], "it is not the one before and what was issued");
		assert.equal(said(witness, well), "cosigned");
		assert.deepEqual(convictions(witness, log), ["brokenRule 2 totals", "brokenRule 4 totals"]);
		await witness.close();
	}));

test("what is one witness's clock or choice is refused, and convicts nobody", () =>
	world(async (made) => {
		const { log } = made;
		const witness = made.witness();
		const stale = await log.seal(start - 100);
		const early = await log.seal(start + 100);
		await witness.visit();
		assert.deepEqual([said(witness, stale), said(witness, early)], [["stale"], ["early"]]);
		made.now += 100;
		const position = { peer: yen, asset: yen, settlement: 4, owes: 30n, isOwed: 0n };
		const alone = await log.seal(start + 100, { positions: [position] });
		await witness.visit();
		assert.deepEqual(said(witness, alone), ["position-unconfirmed"]);
		assert.deepEqual(convictions(witness, log), []);
		await witness.close();
		const peerWords = async () => [{ ...position, owes: 0n, isOwed: 30n }];
		const informed = made.witness([log.followed({ peerWords })]);
		const known = await log.seal(start + 100, { positions: [position] });
		await informed.visit();
		assert.equal(said(informed, known), "cosigned");
		await informed.close();
	}));

test("a second seal of one number gets no word, and convicts with the first", () =>
	world(async (made) => {
		const { log } = made;
		const witness = made.witness();
		const first = await log.seal(start);
		const second = await log.seal(start + 1);
		await witness.visit();
		await log.append(serializeLeaf({ kind: "seal", seal: { ...second, sealedAt: start + 2 } }));
		await witness.visit();
		assert.deepEqual([said(witness, first), said(witness, second)], ["cosigned", "cosigned"]);
		assert.deepEqual(convictions(witness, log).toSorted(), ["brokenRule 2 number,previous", "twoSeals"]);
		const third = await log.seal(start + 3);
		await witness.visit();
		assert.equal(said(witness, third), "cosigned", "it follows the seal that was first");
		await witness.close();
	}));

test("entries that are not those of the checkpoint, or no leaves at all, are not taken, and no word is said", () =>
	world(async (made) => {
		const { log } = made;
		const honest = folderSource(log.public);
		const witness = made.witness([
			log.followed({
				source: async (path, most) => {
					const bytes = await honest(path, most);
					if (path.startsWith("tile/entries/")) bytes?.set([(bytes.at(-1) ?? 0) ^ 1], bytes.length - 1);
					return bytes;
				},
			}),
		]);
		const seal = await log.seal(start);
		await witness.visit();
		const visit = witness.lastVisit(log.name);
		assert.equal(visit?.kind === "unread" && visit.refusal.code, "state-damaged");
		assert.equal(said(witness, seal), "nothing");
		await witness.close();
		const other = made.witness();
		await log.append(Uint8Array.of(0x82, 9, 0x80));
		await other.visit();
		const unread = other.lastVisit(log.name);
		assert.equal(unread?.kind === "unread" && unread.refusal.code, "type-unknown");
		assert.equal(said(other, seal), "nothing");
		await other.close();
	}));

test("a log that is away, or shows an older checkpoint, is unread, and followed again when it is back", () =>
	world(async (made) => {
		const { log } = made;
		let shown: "away" | "old" | "now" = "now";
		const honest = folderSource(log.public);
		let old: Bytes | undefined;
		const source = async (path: string, most: number) => {
			if (shown === "away") throw new TypeError("fetch failed");
			return path === "checkpoint" && shown === "old" ? old : honest(path, most);
		};
		const witness = made.witness([log.followed({ source })]);
		await log.seal(start);
		old = await honest("checkpoint", 9_999);
		await log.issue(5n);
		await witness.visit();
		const codeOf = async (how: typeof shown) => {
			shown = how;
			await witness.visit();
			const visit = witness.lastVisit(log.name);
			return visit?.kind === "unread" ? visit.refusal.code : visit?.kind;
		};
		assert.equal(await codeOf("away"), "channel-failed");
		assert.equal(await codeOf("old"), "log-inconsistent");
		assert.equal(await codeOf("now"), "followed");
		assert.deepEqual(convictions(witness, log), []);
		await witness.close();
	}));

test("a history that is rewritten convicts by the place where it parts, and is followed no more", () =>
	world(async (made) => {
		const { log, file } = made;
		await log.seal(start);
		await log.issue(...Array.from({ length: 20 }, () => 1n));
		const rewritten = await log.fork(folderOf(file, "other"));
		await log.issue(5n);
		await rewritten.issue(6n);
		let source = folderSource(log.public);
		const witness = made.witness([log.followed({ source: (path, most) => source(path, most) })]);
		await witness.visit();
		source = folderSource(rewritten.public);
		const seal = await rewritten.seal(start + 1);
		await witness.visit();
		assert.deepEqual(convictions(witness, log), ["rewriting"]);
		assert.equal(witness.lastVisit(log.name)?.kind, "convicted");
		source = folderSource(log.public);
		await log.seal(start + 2);
		await witness.visit();
		assert.equal(said(witness, seal), "nothing");
		await rewritten.close();
		await witness.close();
	}));

test("two roots of one size convict by both checkpoints", () =>
	world(async (made) => {
		const { log, file } = made;
		await log.seal(start);
		const other = await log.fork(folderOf(file, "other"));
		await log.issue(5n);
		await other.issue(6n);
		let source = folderSource(log.public);
		const witness = made.witness([log.followed({ source: (path, most) => source(path, most) })]);
		await witness.visit();
		source = folderSource(other.public);
		await witness.visit();
		assert.deepEqual(convictions(witness, log), ["splitView"]);
		await other.close();
		await witness.close();
	}));

test("power fails before or after each commit: no number gets two words, and each gets one", async (t) => {
	let cuts = 0;
	for (const point of ["beforeCommit", "afterCommit"] as const)
		for (let commits = 0; ; commits++) {
			let isCut = false;
			await world(async (made) => {
				const { log } = made;
				let left = commits;
				const failing = made.witness(undefined, (at) => {
					if (isCut || (at === point && left-- === 0)) {
						isCut = true;
						throw new Error("power is gone");
					}
				});
				const words = new Map<number, string>();
				const look = (witness: SealWitness): void => {
					for (const [number] of log.seals) {
						const word = witness.word(log.operator, number);
						if (word === undefined) continue;
						assert.equal(words.get(number) ?? toHex(word), toHex(word), `two words on ${number}`);
						words.set(number, toHex(word));
					}
				};
				await log.seal(start);
				await failing.visit().catch(() => undefined);
				look(failing);
				await log.issue(5n);
				log.totals = { ...log.totals, issued: 6n };
				await log.seal(start + 1);
				await failing.visit().catch(() => undefined);
				look(failing);
				await failing.close();
				// What was kept as fresh stays so; what was not is stale by now, and is said once.
				made.now += 3_600;
				const after = made.witness();
				await after.visit();
				look(after);
				assert.equal(words.size, 2);
				assert.deepEqual(convictions(after, log).slice(0, 1), ["brokenRule 2 sum,totals"]);
				await after.close();
			});
			if (!isCut) break;
			cuts++;
		}
	assert.ok(cuts >= 6, `${cuts} cuts`);
	ran(t, "cuts", { cuts });
});

test("a store is of one key, one process, says each word once, and goes back by no statement", () =>
	world(async (made) => {
		const codeOf = (value: unknown): string => (isRefusal(value) ? value.code : "opened");
		const witness = made.witness();
		await made.log.seal(start);
		await witness.visit();
		assert.equal(codeOf(SealStore.open(made.file)), "log-in-use");
		const other = signerFrom(sha256(Uint8Array.of(8)), "Ed25519");
		const { store } = witness;
		assert.throws(() => new SealWitness({ store, signer: other, logs: [], verify, now: Date.now }), /past/);
		await witness.close();
		const { DatabaseSync } = await import("node:sqlite");
		const database = new DatabaseSync(made.file);
		for (const statement of [
			"update log set size = 0",
			"update log set root = zeroblob(32)",
			"update word set body = zeroblob(3)",
			"update word set signed = zeroblob(3)",
			"update word set seal = zeroblob(32), signed = null",
			"delete from word",
			"insert into word select operator, number, zeroblob(32), place, kind, body, signed from word",
		])
			assert.throws(() => database.exec(statement), /witness|once|UNIQUE/i, statement);
		database.close();
		assert.throws(() => SealStore.create(made.file, signer.key), /EEXIST/);
	}));

test("a peer that never answers keeps no other from its words", () =>
	world(async (made) => {
		const silent = await SealedLog.begin(folderOf(made.file, "silent"), "silent.example");
		let release = (): void => undefined;
		const waiting = new Promise<undefined>((resolve) => {
			release = () => resolve(undefined);
		});
		const witness = made.witness([silent.followed({ source: () => waiting }), made.log.followed()]);
		const seal = await made.log.seal(start);
		const visit = witness.visit();
		while (said(witness, seal) === "nothing") await new Promise((resolve) => setImmediate(resolve));
		assert.equal(witness.lastVisit(silent.name), undefined);
		await witness.visit(made.log.name);
		release();
		await visit;
		assert.equal(witness.lastVisit(silent.name)?.kind, "unread");
		await silent.close();
		await witness.close();
	}));
