/** The sandbox's three operators verify each other: what each witness says of the others' logs, on, off and kept. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { verify } from "@tenten/module";
import type { PeerStanding } from "@tenten/operator";
import { parseVerifierKey, toHex, verifyMisbehaviour } from "@tenten/protocol";
import { Hono } from "hono";
import { isGreen } from "../src/demo/verify/trio.ts";
import type { House } from "../src/sandbox/house.ts";
import { must, openTown, type Town } from "../src/sandbox/town.ts";
import { addVerifyingRoutes } from "../src/sandbox/verifying/routes.ts";
import { madeWhole } from "../src/sandbox/verifying/sealed-log.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-verifying-"));

const epoch_s = 1;
const open = (): Promise<Town> => openTown(folder, { forget: false, epoch_s });
let town: Town;
before(async () => {
	town = await open();
});
after(async () => {
	await town.close();
	rmSync(folder, { recursive: true, force: true });
});

const housesOf = ({ card, code, points }: Town): readonly House[] => [card, code, points];

const idsOf = (town: Town): readonly string[] => housesOf(town).map(({ asset }) => toHex(asset.operator));

async function standingsAt({ watch }: House): Promise<readonly PeerStanding[]> {
	const answer = await fetch(`${watch.known.witnessUrl}/v1/peers`);
	const { peers } = (await answer.json()) as { readonly peers: readonly PeerStanding[] };
	return peers;
}

/** What each witness says of both others, once all of it is so. */
async function until(
	houses: readonly House[],
	isSo: (standing: PeerStanding) => boolean,
): Promise<readonly (readonly PeerStanding[])[]> {
	for (const end = Date.now() + 180_000; Date.now() < end; ) {
		const all = await Promise.all(houses.map(standingsAt));
		if (all.flat().every(isSo)) return all;
		await pause(100);
	}
	throw new Error("it did not come to this");
}

/** Its seals come to say how far the logs of these were seen. */
async function sealsName({ watch }: House, ids: readonly string[]): Promise<void> {
	for (const end = Date.now() + 180_000; Date.now() < end; ) {
		const { checkpoints } = await watch.seal();
		const named = checkpoints.map(({ peer }) => toHex(peer)).sort();
		if (isDeepStrictEqual(named, ids.toSorted())) return;
		await pause(100);
	}
	throw new Error("its seals do not name them");
}

const rulesKept = (standing: PeerStanding): boolean => brokenOf(standing).length === 0;
const brokenOf = ({ rules }: PeerStanding): readonly string[] =>
	rules.filter(({ isKept }) => isKept !== true).map(({ rule }) => rule);

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
	for (const end = Date.now() + 180_000; Date.now() < end; await pause(100)) if (await isSo()) return;
	throw new Error("it did not come to this");
}

const answers = (url: string): Promise<boolean> =>
	fetch(url).then(
		() => true,
		() => false,
	);

const sizeOf = (standing: PeerStanding): number => standing.checkpoint?.size ?? 0;

test("each cosigns both others and finds their seals in order, what is paid included; off and on again it goes on", async () => {
	const { aoi, card } = town;
	must(await aoi.folder.wallet.topUp(card.asset, 100n));
	const sealed = await card.watch.seal();
	const seen = await until(
		housesOf(town),
		(each) =>
			isGreen(each) &&
			(each.operator !== toHex(card.asset.operator) || (each.seal?.number ?? 0) >= sealed.number),
	);
	for (const [i, standings] of seen.entries()) {
		const others = housesOf(town).toSpliced(i, 1);
		assert.deepEqual(
			standings.map(({ operator }) => operator),
			others.map(({ asset }) => toHex(asset.operator)),
		);
		assert.deepEqual(
			standings.map(({ others: compared }) => compared.map(({ url }) => url)),
			others.toReversed().map(({ watch }) => [watch.known.witnessUrl]),
		);
	}
	await sealsName(card, idsOf(town).slice(1));
	const before = Math.min(...seen.flat().map(sizeOf));
	await town.switches.operatorsOff();
	for (const { watch, url } of housesOf(town)) {
		assert.equal(await answers(`${watch.known.witnessUrl}/livez`), false);
		assert.equal(await answers(`${url}/log/checkpoint`), false);
	}
	await town.switches.operatorsOn();
	await until(housesOf(town), (each) => isGreen(each) && sizeOf(each) > before);
});

test("each drills the others; one that is off is out of reach, the quorums of the others grow old, and value stops until it is back", async () => {
	const { aoi, card, code, points, switches, verifying } = town;
	const drill = (): Promise<void> => switches.during(() => verifying.drill());
	const spendable = (): bigint => aoi.folder.wallet.balance(card.asset).available;
	const codeId = toHex(code.asset.operator);
	must(await aoi.folder.wallet.topUp(card.asset, 100n));
	await drill();
	await until(
		housesOf(town),
		({ drills }) => drills.count === 1 && drills.paid === 1 && drills.p99_ms !== null,
	);
	const page = new Hono();
	addVerifyingRoutes(page, { verifying, switches, houses: housesOf(town), buyer: aoi.folder });
	const buy = () => page.request("/town/verifying/kiosk", { method: "POST" });
	// Two who come first, at once, find one kiosk.
	for (const { status } of await Promise.all([buy(), buy()])) assert.ok([200, 422].includes(status));
	const before = spendable();
	const taken = BigInt((await verifying.now()).taken);
	await eventually(async () => (await verifying.sell(aoi.folder)) === null);
	assert.equal(spendable(), before - 10n);
	await switches.operatorOff(code);
	await drill();
	await until([card, points], (each) =>
		each.operator === codeId
			? each.visit.outcome === "unread" && each.checkpoint !== null && each.drills.paid === 1
			: each.quorum === "stale" && each.visit.outcome === "followed" && rulesKept(each),
	);
	const refused = await verifying.sell(aoi.folder);
	assert.equal(refused?.code, "quorum-stale");
	assert.equal(spendable(), before - 10n);
	await switches.operatorOn(code);
	await until(housesOf(town), isGreen);
	await eventually(async () => (await verifying.sell(aoi.folder)) === null);
	assert.equal((await verifying.now()).taken, String(taken + 20n));
});

test("a newcomer is witnessed as the others are; what it seals beyond its issues is refused by all, convicted by a file, and gone with it", async () => {
	const { switches, verifying } = town;
	await switches.during(() => verifying.arrive());
	const [id, log] = Object.entries((await verifying.now()).logs).at(-1) ?? [];
	const met = await until(housesOf(town), isGreen);
	assert.ok(met.every((standings) => standings.length === 3));
	const key = must(parseVerifierKey(log?.key ?? ""));
	const keys = { origin: key.name, keys: [key] };
	await switches.during(() => verifying.cheat());
	const seen = await until(housesOf(town), (each) =>
		each.operator === id ? each.seal?.word === "broken" && each.evidence.length > 0 : isGreen(each),
	);
	for (const [i, standings] of seen.entries()) {
		const cheat = standings.find(({ operator }) => operator === id) as PeerStanding;
		assert.deepEqual(brokenOf(cheat), ["totals"]);
		const { witnesses } = await verifying.now();
		const [found] = cheat.evidence;
		const shown = await fetch(`${witnesses[i]?.url}/v1/evidence/${found?.hash}`);
		const convicted = verifyMisbehaviour(new Uint8Array(await shown.arrayBuffer()), keys, verify);
		assert.equal(must(convicted).kind, "brokenRule");
	}
	await switches.operatorsOff();
	assert.equal((await verifying.now()).newcomer, null);
	assert.equal(existsSync(join(folder, "newcomer")), false);
	await switches.operatorsOn();
	const after = await until(housesOf(town), isGreen);
	assert.ok(after.every((standings) => standings.length === 2));
});

test("where one cannot be opened nothing of the others stays open; then what was kept goes on, the same logs, longer", async () => {
	const before = await until(housesOf(town), isGreen);
	await town.close();
	const stranger = http.createServer((_, answer) => answer.writeHead(404).end()).listen(0, "127.0.0.1");
	await once(stranger, "listening");
	const { port } = stranger.address() as AddressInfo;
	const file = join(folder, "minato-points", "witness", "port.json");
	const kept = readFileSync(file, "utf8");
	writeFileSync(file, JSON.stringify({ port }));
	await assert.rejects(open(), /port \d+ is taken/);
	stranger.close();
	writeFileSync(file, kept);
	town = await open();
	const least = Math.min(...before.flat().map(sizeOf));
	const after = await until(housesOf(town), (each) => isGreen(each) && sizeOf(each) > least);
	const named = (all: typeof before) =>
		all.map((each) => each.map(({ origin, log, operator }) => [origin, log, operator]));
	assert.deepEqual(named(after), named(before));
	assert.deepEqual(
		after.flat().flatMap(({ evidence }) => evidence),
		[],
	);
});

test("what was cut off while a log or a witness was made is made anew, and stands in its place once it is whole", async () => {
	const place = join(folder, "made");
	const cutOff = madeWhole(place, async (making) => {
		writeFileSync(join(making, "half"), "");
		throw new Error("power");
	});
	await assert.rejects(cutOff, /power/);
	assert.equal(existsSync(place), false);
	await madeWhole(place, async (making) => writeFileSync(join(making, "whole"), ""));
	assert.deepEqual(readdirSync(place), ["whole"]);
	assert.equal(existsSync(`${place}.making`), false);
});
