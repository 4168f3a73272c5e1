/**
 * What an operator does goes through its log: each act in a batch, each epoch a seal, and none of it twice or left out,
 * whoever works on the database at once and wherever power fails.
 */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import {
	type Batch,
	type Bytes,
	checkpointText,
	checkSeal,
	cosignNote,
	isRefusal,
	type LogLeaf,
	parse,
	type Seal,
	sha256,
	signNote,
	toHex,
	verifierKey,
	writeNote,
} from "@tenten/protocol";
import { pay, signerFrom, verify } from "../../module/test/support/world.ts";
import { LogWriter, type Operator, openSealer, type PeerLog } from "../src/index.ts";
import { stateRoot } from "../src/seal/trees.ts";
import { storedSurroundings } from "../src/sealing/around.ts";
import { effects, longestEffects, noteLeaf } from "../src/sealing/effects.ts";
import { brokenSeals } from "../src/sealing/examine.ts";
import { registryPages } from "../src/store/registry.ts";
import { insertNewSet } from "../src/store/sets.ts";
import { assertBalanced, saltSecret } from "./support/balanced.ts";
import { createEcosystem, type Ecosystem, enrolHolder, redeem, withdrawTo } from "./support/ecosystem.ts";
import { inFolder } from "./support/in-folder.ts";
import { assertLogged } from "./support/seal-scenes.ts";
import { assertSealed, beginSealed, leavesOf, sealNow } from "./support/sealed.ts";
import { freshLog, openLog, openSealed, usualSealer, withSealer } from "./support/sealer-log.ts";

/** A withdrawal, a payment, a redemption. */
async function trade(ecosystem: Ecosystem): Promise<void> {
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const { paid } = await pay(ecosystem.world, token, alice, bob, 60n);
	await redeem(ecosystem, bob, paid);
}

const appeal = { kind: "appeal", appeal: new Uint8Array(32).fill(0xa9) } as const;

const kindsOf = (leaves: readonly LogLeaf[]): readonly string[] =>
	leaves.map((leaf) => {
		if (leaf.kind === "batch") return leaf.batch.kind;
		return leaf.kind === "seal" ? `seal ${leaf.seal.number}` : leaf.kind;
	});

test("each epoch is a seal after its batches, and the log has what was done and nothing else", async () => {
	const ecosystem = await createEcosystem();
	const folder = await freshLog();
	await withSealer(ecosystem.operator, folder, async (sealer) => {
		await sealer.seal();
		await trade(ecosystem);
		await sealer.seal();
		await ecosystem.operator.store.run((transaction) => noteLeaf(transaction, appeal, 1));
		await sealer.seal();
	});
	const kinds = [
		"trustList",
		"seal 1",
		"certificates",
		"issues",
		"redemptions",
		"seal 2",
		"appeal",
		"seal 3",
	];
	assert.deepEqual(kindsOf(await leavesOf(ecosystem.operator)), kinds);
	assert.equal(await assertLogged(ecosystem.operator, folder), 3);
	await assertBalanced(ecosystem, { issued: 100n, redeemed: 60n, held: 60n });
	await ecosystem.operator.close();
});

test("an operator that worked before begins with what it had, as one item of each kind", async () => {
	const ecosystem = await createEcosystem();
	await trade(ecosystem);
	const folder = await freshLog();
	await withSealer(ecosystem.operator, folder, async (sealer) => {
		const { assets } = await sealer.seal();
		assert.deepEqual(
			assets.map(({ issued, redeemed, outstanding, held }) => [issued, redeemed, outstanding, held]),
			[[100n, 60n, 40n, 60n]],
		);
		await trade(ecosystem);
		await sealer.seal();
	});
	assert.equal(await assertLogged(ecosystem.operator, folder), 2);
	await assertBalanced(ecosystem, { issued: 200n, redeemed: 120n });
	await ecosystem.operator.close();
});

test("what the registry held stands in the map once it is begun, and waits for no seal", async () => {
	const ecosystem = await createEcosystem();
	await trade(ecosystem);
	const { store } = ecosystem.operator;
	await beginSealed(ecosystem.operator);
	const [root, waiting, held] = await store.read(async (transaction) => [
		await stateRoot(transaction),
		await transaction.selectFrom("unsealed").select("effects").execute(),
		await transaction.selectFrom("registry").select("output_id").execute(),
	]);
	const kinds = waiting.flatMap((row) => {
		const read = parse(effects, row.effects, longestEffects);
		return isRefusal(read) ? assert.fail(read.detail) : read.map(({ kind }) => kind);
	});
	assert.ok(held.length > 0 && kinds.length > 0 && !kinds.includes("state"), `${kinds}`);
	assert.deepEqual((await sealNow(ecosystem.operator)).state, root);
	await assertSealed(ecosystem.operator);
	await ecosystem.operator.close();
});

test("many work while seals are made: none of what they do is in two seals, or in none", async () => {
	const ecosystem = await createEcosystem();
	await beginSealed(ecosystem.operator);
	let isDone = false;
	const sealing = (async () => {
		while (!isDone) {
			await sealNow(ecosystem.operator);
			await new Promise((resolve) => setTimeout(resolve, 1));
		}
	})();
	await Promise.all(Array.from({ length: 6 }, () => trade(ecosystem)));
	isDone = true;
	await sealing;
	await assertSealed(ecosystem.operator);
	await assertBalanced(ecosystem, { issued: 600n, redeemed: 360n });
	await ecosystem.operator.close();
});

/** The rules that the last of these seals breaks, by whoever has the one before and what stands between. */
function brokenAt(leaves: readonly LogLeaf[], operator: Bytes): readonly string[] {
	const seals = leaves.flatMap((leaf) => (leaf.kind === "seal" ? [leaf.seal] : []));
	const from = leaves.findLastIndex((leaf, at) => leaf.kind === "seal" && at < leaves.length - 1);
	const batches: readonly Batch[] = leaves
		.slice(from + 1)
		.flatMap((leaf) => (leaf.kind === "batch" ? [leaf.batch] : []));
	const last = seals.at(-1) as Seal;
	const times = { now: last.sealedAt, maximumAge_s: 60, ahead_s: 60, reserveAge_s: 60 };
	const against = {
		operator,
		previous: seals.at(-2) ?? null,
		batches,
		verify,
		holders: [],
		peerWords: [],
		...times,
	};
	return checkSeal(last, against)
		.map(({ rule }) => rule)
		.filter((rule) => !rule.startsWith("reserve"));
}

test("a redemption that is left out is found: in the log by its readers, in the database by the books", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	await beginSealed(operator);
	await sealNow(operator);
	await trade(ecosystem);
	await sealNow(operator);
	const leaves = await leavesOf(operator);
	assert.deepEqual(brokenAt(leaves, operator.id), []);
	const without = leaves.filter((leaf) => leaf.kind !== "batch" || leaf.batch.kind !== "redemptions");
	assert.deepEqual(brokenAt(without, operator.id), ["totals"]);

	await trade(ecosystem);
	const look = (): Promise<readonly string[]> =>
		operator.store.read((transaction) => brokenSeals(transaction, saltSecret));
	assert.deepEqual(await look(), []);
	const rows = await operator.store.run((transaction) =>
		transaction.deleteFrom("unsealed").returning("effects").execute(),
	);
	assert.ok(rows.length > 0);
	const asset = toHex((leaves.at(-1) as { readonly seal: Seal }).seal.assets[0]?.asset as Bytes);
	const found = await look();
	assert.ok(found.includes(`asset ${asset}: seals say redeemed 60, the books 120`), found.join());
	assert.ok(found.some((words) => words.includes("are not in the state map")));
	await operator.close();
});

/** A peer's log as somebody shows it: its size, and which of two witnesses cosigned. */
async function shownLog(size: number, root: Bytes, cosigners: readonly number[]): Promise<PeerLog> {
	const origin = "peer.example/log";
	const signerOf = (fill: number) => signerFrom(new Uint8Array(32).fill(fill), "Ed25519");
	const witnesses = [0x41, 0x42].map((fill) =>
		verifierKey(`w${fill}.example`, "cosignature", signerOf(fill).key.bytes),
	);
	const text = checkpointText({ origin, size, root });
	const signatures = [await signNote(text, origin, signerOf(0x40))];
	for (const i of cosigners)
		signatures.push(await cosignNote(text, `w${0x41 + i}.example`, signerOf(0x41 + i), 5));
	const note = writeNote({ text, signatures });
	const quorum = {
		kind: "group",
		least: 2,
		members: witnesses.map((key) => ({ kind: "witness", key }) as const),
	} as const;
	return {
		peer: new Uint8Array(32).fill(0x77),
		source: async () => note,
		policy: {
			logs: [{ key: verifierKey(origin, "note", signerOf(0x40).key.bytes), url: null }],
			witnesses: witnesses.map((key) => ({ key, url: null })),
			quorum,
		},
	};
}

test("a seal says how far each peer's log was seen by its quorum, and that never goes back", async () => {
	const ecosystem = await createEcosystem();
	const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
	const both = [0, 1];
	const around = storedSurroundings;
	const { sealer, close } = await openSealed(ecosystem.operator, await freshLog(), { around });
	try {
		const looked = async (size: number, root = one, by = both): Promise<number | string> => {
			const seen = await sealer.look(await shownLog(size, root, by), verify);
			return isRefusal(seen) ? seen.code : seen.size;
		};
		const sealed = async () => (await sealer.seal()).checkpoints.map(({ size, hash }) => [size, toHex(hash)]);
		const hashOf = (size: number, root: Bytes): string =>
			toHex(sha256(checkpointText({ origin: "peer.example/log", size, root })));
		assert.deepEqual(await sealed(), []);
		assert.equal(await looked(7, one, [0]), "quorum-missing");
		assert.deepEqual(await sealed(), []);
		assert.equal(await looked(7), 7);
		assert.deepEqual(await sealed(), [[7, hashOf(7, one)]]);
		assert.equal(await looked(5), 7);
		assert.equal(await looked(7, other), "log-inconsistent");
		const away = { ...(await shownLog(9, one, both)), source: async () => undefined };
		const unreached = await sealer.look(away, verify);
		assert.equal(isRefusal(unreached) && unreached.code, "channel-failed");
		assert.deepEqual(await sealed(), [[7, hashOf(7, one)]]);
		assert.equal(await looked(8, other), 8);
		assert.deepEqual(await sealed(), [[8, hashOf(8, other)]]);
	} finally {
		await close();
	}
	await ecosystem.operator.close();
});

class Killed extends Error {}

test("a log that dies at any write of an epoch has the same leaves once it is opened again", async () => {
	const steps = new Set<string>();
	const ecosystem = await createEcosystem();
	const folder = await freshLog();
	await withSealer(ecosystem.operator, folder, (sealer) => sealer.seal());
	for (let writes = 0; ; writes++) {
		await trade(ecosystem);
		let left = writes;
		const log = await openLog(folder, {
			failPoint: (step) => {
				if (left-- > 0) return;
				steps.add(step);
				throw new Killed();
			},
		});
		let isKilled = false;
		const sealed = openSealer(usualSealer(ecosystem.operator, log)).then(async (sealer) => {
			assert.ok(!isRefusal(sealer));
			await sealer.seal();
		});
		await sealed.catch((error: unknown) => {
			isKilled = error instanceof Killed || (error as Error).cause instanceof Killed;
			assert.ok(isKilled, String(error));
		});
		await log.close();
		await withSealer(ecosystem.operator, folder, (sealer) => sealer.seal());
		const seals = (await leavesOf(ecosystem.operator)).filter(({ kind }) => kind === "seal").length;
		assert.equal(await assertLogged(ecosystem.operator, folder), seals);
		await assertBalanced(ecosystem);
		if (!isKilled) break;
	}
	await ecosystem.operator.close();
	const writes = ["entries", "tiles", "checkpoint", "publishing"];
	assert.deepEqual([...steps].sort(), writes.flatMap((each) => [`after ${each}`, `before ${each}`]).sort());
});

async function assertRefused(
	operator: Operator,
	log: LogWriter,
	code: string,
	detail: RegExp,
): Promise<void> {
	const refusal = await openSealer(usualSealer(operator, log));
	assert.ok(isRefusal(refusal));
	assert.equal(refusal.code, code);
	assert.match(refusal.detail, detail);
}

test("a database that is older than its log seals nothing", () =>
	inFolder(async (database) => {
		const ecosystem = await createEcosystem({ database });
		const folder = await freshLog();
		await withSealer(ecosystem.operator, folder, (sealer) => sealer.seal());
		await ecosystem.operator.close();
		copyFileSync(database, `${database}.copy`);
		const again = await ecosystem.reopen();
		await withSealer(again, folder, (sealer) => sealer.seal());
		await again.close();
		copyFileSync(`${database}.copy`, database);
		const older = await ecosystem.reopen();
		const log = await openLog(folder);
		await assertRefused(older, log, "state-damaged", /3 leaves, and the database knows of 2/);
		await log.close();
		await older.close();
	}));

test("a log that has something else than the database is refused, and so is another log", async () => {
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const folder = await freshLog();
	await withSealer(operator, folder, (sealer) => sealer.seal());
	const foreign = await freshLog();
	const stranger = await openLog(foreign);
	await stranger.append([new Uint8Array([1])]);
	await assertRefused(operator, stranger, "state-damaged", /another leaf at place 0/);
	await stranger.close();
	const elsewhere = await freshLog("elsewhere.example", signerFrom(new Uint8Array(32).fill(9), "Ed25519"));
	const other = await LogWriter.open(elsewhere, signerFrom(new Uint8Array(32).fill(9), "Ed25519"));
	assert.ok(!isRefusal(other));
	await assertRefused(operator, other, "key-refused", /goes into log.example/);
	await other.close();
	await withSealer(operator, folder, (sealer) => sealer.seal());
	assert.equal(await assertLogged(operator, folder), 2);
	await operator.close();
});

test("the registry is gone through a page at a time, by its key, each row once", async () => {
	const { operator } = await createEcosystem();
	const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
	const keys = [1, 2, 3].flatMap((issue) => [9, 7, 8].map((output) => [issue, output * 10 + issue] as const));
	await operator.store.run((transaction) =>
		insertNewSet(
			transaction,
			"registry",
			keys.map(([issue, output]) => ({
				issue_id: key(issue),
				output_id: key(output),
				consumer: key(issue),
				consumed: null,
			})),
		),
	);
	const sorted = keys.map(([, output]) => output).toSorted((a, b) => (a % 10) - (b % 10) || a - b);
	for (const size of [1, 2, 3, 4, 9, 10]) {
		const met = await operator.store.read(async (transaction) => {
			const outputs: (number | undefined)[][] = [];
			for await (const rows of registryPages(transaction, size))
				outputs.push(rows.map(({ output }) => output[0]));
			return outputs;
		});
		assert.deepEqual(met.flat(), sorted);
		assert.ok(met.every((rows) => rows.length <= size));
	}
	await operator.close();
});
