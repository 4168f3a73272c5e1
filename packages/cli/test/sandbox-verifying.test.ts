/** The sandbox's three operators verify each other: what each witness says of the others' logs, on, off and kept. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { PeerStanding } from "@tenten/operator";
import { toHex } from "@tenten/protocol";
import { isGreen } from "../src/demo/verify/trio.ts";
import type { House } from "../src/sandbox/house.ts";
import { must, openTown, type Town } from "../src/sandbox/town.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-verifying-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const epoch_s = 0.2;
const open = (): Promise<Town> => openTown(folder, { forget: false, epoch_s });
const housesOf = ({ card, code, points }: Town): readonly House[] => [card, code, points];

const idsOf = (town: Town): readonly string[] => housesOf(town).map(({ asset }) => toHex(asset.operator));

async function standingsAt({ watch }: House): Promise<readonly PeerStanding[]> {
	const answer = await fetch(`${watch.known.witnessUrl}/v1/peers`);
	const { peers } = (await answer.json()) as { readonly peers: readonly PeerStanding[] };
	return peers;
}

/** What each witness says of both others, once all of it is so. */
async function until(
	town: Town,
	isSo: (standing: PeerStanding) => boolean,
): Promise<readonly (readonly PeerStanding[])[]> {
	for (const end = Date.now() + 60_000; Date.now() < end; ) {
		const all = await Promise.all(housesOf(town).map(standingsAt));
		if (all.flat().every(isSo)) return all;
		await pause(100);
	}
	throw new Error("it did not come to this");
}

/** Its seals come to say how far the logs of these were seen. */
async function sealsName({ watch }: House, ids: readonly string[]): Promise<void> {
	for (const end = Date.now() + 60_000; Date.now() < end; ) {
		const { checkpoints } = await watch.seal();
		const named = checkpoints.map(({ peer }) => toHex(peer)).sort();
		if (isDeepStrictEqual(named, ids.toSorted())) return;
		await pause(100);
	}
	throw new Error("its seals do not name them");
}

const answers = (url: string): Promise<boolean> =>
	fetch(url).then(
		() => true,
		() => false,
	);

const sizeOf = (standing: PeerStanding): number => standing.checkpoint?.size ?? 0;

test("each cosigns both others and finds their seals in order, what is paid included; off and on again it goes on", async () => {
	const town = await open();
	try {
		const { aoi, card } = town;
		must(await aoi.folder.wallet.topUp(card.asset, 100n));
		const sealed = await card.watch.seal();
		const seen = await until(
			town,
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
		await until(town, (each) => isGreen(each) && sizeOf(each) > before);
	} finally {
		await town.close();
	}
});

test("what is kept goes on: the same logs, longer", async () => {
	const town = await open();
	const before = await until(town, isGreen);
	await town.close();
	const again = await open();
	try {
		const after = await until(
			again,
			(each) => isGreen(each) && sizeOf(each) > sizeOf(before[0]?.[0] as PeerStanding),
		);
		const named = (all: typeof before) =>
			all.map((each) => each.map(({ origin, log, operator }) => [origin, log, operator]));
		assert.deepEqual(named(after), named(before));
		assert.deepEqual(
			after.flat().flatMap(({ evidence }) => evidence),
			[],
		);
	} finally {
		await again.close();
	}
});

test("where one cannot be opened, nothing of the others stays open", async () => {
	const server = http.createServer((_, answer) => answer.writeHead(404).end()).listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const file = join(folder, "minato-points", "witness", "port.json");
	const kept = readFileSync(file, "utf8");
	writeFileSync(file, JSON.stringify({ port }));
	await assert.rejects(open(), /port \d+ is taken/);
	server.close();
	writeFileSync(file, kept);
	await (await open()).close();
});
