/**
 * Power fails at every commit of everything that an operator does, before and after it is durable.
 *
 * After each, the operator is opened again from its file and asked the same again: the answer is final, the
 * books agree, and nothing was paid twice or lost. Every place in the sources that runs a job of the store must
 * have been cut off both ways: one that no scene reaches fails the suite.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isRefusal, lockHash, serializeRulingRequest } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { writePoints } from "../../../test/support/write-points.ts";
import { day, expectRefusal } from "../../module/test/support/world.ts";
import type { FailPoint } from "../src/index.ts";
import { SqliteStore } from "../src/store/sqlite-store.ts";
import type { Job } from "../src/store/store.ts";
import { assertBalanced } from "./support/balanced.ts";
import { claimScenes, type Scene } from "./support/claim-scenes.ts";
import { scenes } from "./support/crash-scenes.ts";
import {
	definitionScene,
	draftScene,
	peerScene,
	restoredScene,
	rotationScene,
	watchScene,
} from "./support/crash-scenes-apart.ts";
import { deviceCrashScene } from "./support/device-scene.ts";
import { domainScenes } from "./support/domain-scenes.ts";
import {
	createEcosystem,
	type Ecosystem,
	type EcosystemOptions,
	enrolHolder,
	makeClaim,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { freezeScene } from "./support/freeze-scene.ts";
import { inFolder } from "./support/in-folder.ts";
import { ledgerScene } from "./support/ledger-scene.ts";
import { createLicensed } from "./support/licensed.ts";
import { meterScenes } from "./support/meter-scene.ts";
import { pruneScene } from "./support/prune-scene.ts";
import { firstSeals, sealScenes } from "./support/seal-scenes.ts";
import { beginSealed } from "./support/sealed.ts";
import { settleScenes } from "./support/settle-scenes.ts";
import { createTold, toldScene, webhookScene } from "./support/webhook-scenes.ts";

/** What runs on PostgreSQL or in memory alone, and what reads alone and is asked again; their own tests run them. */
const elsewhere = [
	{ file: "packages/operator/src/watch.ts", text: "this.#context.store.read(job)" },
	{ file: "packages/operator/src/sealing/sampling.ts", text: "operator.store.read(" },
];

/**
 * Whose own tests let power fail on either side of every write of theirs: what is no operator (`rail.test.ts`,
 * `witness.test.ts`, `seal-witness.test.ts`, `fog-gateway.test.ts`), and payments across operators
 * (`crossing-runs.test.ts`).
 */
const others = ["rail", "witness", "seal-witness", "crossing", "fog"].map(
	(folder) => `packages/operator/src/${folder}/`,
);

class PowerCut extends Error {}

const points = ["beforeCommit", "afterCommit"] as const;
/** places in the sources, as `file:line`, whose commit was cut off */
const cutPlaces = { beforeCommit: new Set<string>(), afterCommit: new Set<string>() };
let cuts = 0;
/** the places whose jobs are in the commit under way */
let committing: string[] = [];

const place = /packages\/operator\/src\/[^:)]+:\d+/g;
// Between a job's place and the store lie the frames of its span.
Error.stackTraceLimit = 40;
const { run } = SqliteStore.prototype;
SqliteStore.prototype.run = function <T>(this: SqliteStore, job: Job<T>): Promise<T> {
	const from = new Error().stack?.match(place) ?? [];
	return run.call(this, (transaction) => {
		committing.push(...from);
		return job(transaction);
	}) as Promise<T>;
};

/** Lets `commits` commits pass, then fails at `point` of the next and of all that follow. */
function powerCut(
	point: FailPoint,
	commits: number,
): { readonly onCommit: (at: FailPoint) => void; arm(): void } {
	let left = Number.POSITIVE_INFINITY;
	let dead = false;
	return {
		arm() {
			left = commits;
		},
		onCommit(at) {
			if (dead) throw new PowerCut();
			const jobs = committing;
			if (at === "afterCommit") committing = [];
			if (at !== point || left-- > 0) return;
			dead = true;
			cuts++;
			committing = [];
			for (const each of jobs) cutPlaces[point].add(each);
			throw new PowerCut();
		},
	};
}

const unlessCut = async <T>(work: Promise<T>): Promise<T | undefined> =>
	work.catch((error: unknown) => {
		assert.ok(error instanceof PowerCut, String(error));
		return undefined;
	});

/** Whether the power failed before there was an answer. */
const cutAndRetry = <E extends Ecosystem>(
	create: (options: EcosystemOptions) => Promise<E>,
	scene: (ecosystem: E) => ReturnType<Scene>,
	point: FailPoint,
	commits: number,
): Promise<boolean> =>
	inFolder(async (database) => {
		const cut = powerCut(point, commits);
		const before = await create({ database, store: cut, seed: `crash ${point} ${commits}` });
		const { ask, check } = await scene(before);
		cut.arm();
		const first = await unlessCut(ask(before.operator));
		await before.operator.close();
		const operator = await before.reopen();
		const retried = await ask(operator);
		check(retried);
		if (first !== undefined) assert.deepEqual(retried, first);
		assert.deepEqual(await ask(operator), retried);
		await assertBalanced({ ...before, operator });
		await operator.close();
		return first === undefined;
	});

/** Cuts ever later, until all of it ran; at least `least` times. */
async function cutEverywhere(
	cutAt: (point: FailPoint, commits: number) => Promise<boolean>,
	least: number,
): Promise<void> {
	for (const point of points) {
		let commits = 0;
		while (await cutAt(point, commits)) commits++;
		assert.ok(commits >= least, `${commits} commits`);
	}
}

/** What it does goes through a log, so that each of its writes has something for the next seal. */
async function createSealed(options: EcosystemOptions): Promise<Ecosystem> {
	const ecosystem = await createEcosystem(options);
	await beginSealed(ecosystem.operator);
	return ecosystem;
}

for (const [name, scene] of Object.entries({
	...scenes,
	...meterScenes,
	...sealScenes,
	...domainScenes,
	...settleScenes,
}))
	test(`power fails before and after each commit: ${name}`, () =>
		cutEverywhere((point, commits) => cutAndRetry(createSealed, scene, point, commits), 2));

test("power fails before and after each commit: the first seals, of an operator that worked before", () =>
	cutEverywhere((point, commits) => cutAndRetry(createEcosystem, firstSeals, point, commits), 4));

test("power fails before and after each commit: books that do not agree, until payouts are allowed again", () =>
	cutEverywhere((point, commits) => cutAndRetry(createEcosystem, watchScene, point, commits), 3));

test("power fails before and after each commit: a question of another operator", () =>
	cutEverywhere((point, commits) => cutAndRetry(createEcosystem, peerScene, point, commits), 2));

test("power fails before and after each commit: accounts, and reservations that are posted and expire", () =>
	cutEverywhere((point, commits) => cutAndRetry(createEcosystem, ledgerScene, point, commits), 8));

test("power fails before and after each commit: something that is frozen, and an appeal that is decided", () =>
	cutEverywhere((point, commits) => cutAndRetry(createSealed, freezeScene, point, commits), 6));

test("power fails before and after each commit: a party, its device, and what is said of both", () =>
	cutEverywhere((point, commits) => cutAndRetry(createSealed, deviceCrashScene, point, commits), 8));

test("power fails before and after each commit: a definition that is adopted, and a status list", () =>
	cutEverywhere((point, commits) => cutAndRetry(createLicensed, definitionScene, point, commits), 3));

/** Claims that go the long way, although nothing is in theirs. */
const createLonely = (options: EcosystemOptions): Promise<Ecosystem> =>
	createEcosystem({ ...options, claims: "alone" });

for (const [name, scene] of Object.entries(claimScenes))
	test(`power fails before and after each commit: ${name}, alone`, () =>
		cutEverywhere((point, commits) => cutAndRetry(createLonely, scene, point, commits), 2));

test("power fails before and after each commit: what is told is what stands, and all of it", () =>
	cutEverywhere((point, commits) => cutAndRetry(createTold, toldScene, point, commits), 8));

test("power fails before and after each commit: endpoints of webhooks, their events and deliveries", () =>
	cutEverywhere((point, commits) => cutAndRetry(createTold, webhookScene, point, commits), 12));

test("power fails before and after each commit: a copy that takes its operator's place", () =>
	cutEverywhere((point, commits) => cutAndRetry(createEcosystem, restoredScene, point, commits), 3));

test("power fails before and after each commit: what nobody can ask for any more", () =>
	cutEverywhere((point, commits) => cutAndRetry(createEcosystem, pruneScene, point, commits), 8));

test("power fails before and after each commit: a key that is to take another's place", () =>
	cutEverywhere((point, commits) => cutAndRetry(createEcosystem, rotationScene, point, commits), 3));

test("power fails before and after each commit: a definition that people sign, and an issue that they stop", () =>
	cutEverywhere((point, commits) => cutAndRetry(createLicensed, draftScene, point, commits), 8));

test("power fails before and after each commit: an operator's first opening", () =>
	cutEverywhere(
		(point, commits) =>
			inFolder(async (database) => {
				const cut = powerCut(point, commits);
				cut.arm();
				const first = await unlessCut(createEcosystem({ database, store: cut }));
				await first?.operator.close();
				const ecosystem = await createEcosystem({ database, run: 1 });
				const alice = await enrolHolder(ecosystem);
				await redeem(ecosystem, alice, ...(await withdrawTo(ecosystem, alice, 10n)));
				await assertBalanced(ecosystem, { held: 10n, outstanding: 0n });
				await ecosystem.operator.close();
				return first === undefined;
			}),
		3,
	));

/** An operator that stopped with an order unsettled, and with a release that is old by now. */
async function leftBehind(database: string) {
	const cut = powerCut("beforeCommit", 4);
	const ecosystem = await createEcosystem({ database, store: cut, claims: "alone" });
	const { operator, world, clock } = ecosystem;
	const release = world.random();
	await operator.rule(serializeRulingRequest({ kind: "release", release }));
	const alice = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n);
	const account = alice.certificate.hash;
	const claim = await makeClaim(ecosystem, alice, tokens, { kind: "account", account });
	// Of a claim that goes alone three commits read, the fourth takes its rows, the fifth settles: rows and records are durable, nobody was paid.
	cut.arm();
	await assert.rejects(operator.claim(claim), PowerCut);
	await operator.close();
	return { ecosystem, account, claim, release, clock };
}

const settledOnce = async ({ operator }: Pick<Ecosystem, "operator">, account: Uint8Array): Promise<void> =>
	assert.equal(await operator.balance(account, "JPY"), 10n);

test("power fails before and after each commit: opening again, with an order unsettled and a release old", () =>
	cutEverywhere(
		(point, commits) =>
			inFolder(async (database) => {
				const { ecosystem, account, release, clock } = await leftBehind(database);
				clock.now += 70 * day;
				const cut = powerCut(point, commits);
				cut.arm();
				const first = await unlessCut(ecosystem.reopen(cut));
				await first?.store.close();
				const operator = await ecosystem.reopen();
				await settledOnce({ operator }, account);
				expectRefusal(await operator.release(lockHash(release)), "attempt-unknown");
				await assertBalanced({ ...ecosystem, operator }, { outstanding: 0n });
				await operator.close();
				return first === undefined;
			}),
		4,
	));

test("an order that nobody retries is settled when the operator opens again", () =>
	inFolder(async (database) => {
		const { ecosystem, account, claim } = await leftBehind(database);
		const operator = await ecosystem.reopen();
		await settledOnce({ operator }, account);
		const reply = await operator.claim(claim);
		assert.ok(!isRefusal(reply));
		await settledOnce({ operator }, account);
		await operator.close();
	}));

function runsElsewhere({ file, line }: { readonly file: string; readonly line: number }): boolean {
	if (others.some((folder) => file.startsWith(folder))) return true;
	const text = readFileSync(file, "utf8").split("\n")[line - 1] ?? "";
	return elsewhere.some((place) => file === place.file && text.includes(place.text));
}

/** The stores' own files, whose commits are those that are cut off. */
function isStore(file: string): boolean {
	return file.startsWith("packages/operator/src/store/");
}

test("no place that runs a job of the store is left out", (t) => {
	const places = [
		...writePoints("packages/operator/src/**/*.ts", /\bstore\.(run|read)\(/),
		...writePoints("packages/operator/src/**/*.ts", /\bcommit\(/).filter(({ file }) => !isStore(file)),
	]
		.filter((point) => !runsElsewhere(point))
		.map(({ file, line }) => `${file}:${line}`);
	ran(t, "cuts", { "of operators": cuts, "places of theirs that run a job of the store": places.length });
	for (const point of points)
		assert.deepEqual(
			places.filter((each) => !cutPlaces[point].has(each)),
			[],
			`never cut off ${point}`,
		);
});
