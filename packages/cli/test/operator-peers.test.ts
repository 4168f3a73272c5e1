/** Two operators list each other, and the people of each see from the command line what is owed between them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { generateKey, signerFrom } from "@tenten/module";
import { type RunningServer, startServer } from "@tenten/operator";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	keyId,
	list,
	type OperatorEntry,
	operatorEntry,
	parse,
	serialize,
	toHex,
	trustList,
	trustListPayload,
} from "@tenten/protocol";
import { doorsFrom } from "../src/server/doors.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { listPeers, peersLook } from "../src/server/peers.ts";
import { now, random } from "../src/surroundings.ts";
import { must } from "./support/hand-over-process.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
const parent = mkdtempSync(join(tmpdir(), "tenten-operators-"));
const unlock = { kind: "device", key: random(32) } as const;
const log = { info: () => undefined, error: console.error };

type Served = { readonly folder: string; readonly issuer: Issuer; readonly server: RunningServer };
let west: Served;
let east: Served;

async function served(name: string): Promise<Served> {
	const folder = join(parent, name);
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	await createIssuer(folder, { name, assets, port: 0 }, unlock);
	const issuer = await openIssuer(folder, unlock);
	if (isRefusal(issuer)) throw new Error(issuer.code);
	const { operator, settings } = issuer;
	const server = await startServer({ operator, port: settings.port, log, ...doorsFrom({}) });
	return { folder, issuer, server };
}

before(async () => {
	west = await served("west");
	east = await served("east");
	await listPeers(west.folder, west.issuer.operator, [east.server.url]);
});

after(async () => {
	for (const { issuer, server } of [west, east]) {
		await server.close();
		await issuer.close();
	}
	shell.close();
	rmSync(parent, { recursive: true });
});

async function debts(of: Served, peer: string) {
	const { status, json } = await shell.tenten("operator", "peers", "debts", peer, "--data", of.folder);
	return { status, result: json };
}

test("whoever is not listed there is not answered; listed both ways, each sees what it owes the other", async () => {
	const id = toHex(east.issuer.operator.id);
	const unheard = await debts(west, id);
	assert.deepEqual([unheard.status, unheard.result.code], [1, "peer-failed"]);
	await listPeers(east.folder, east.issuer.operator, [west.server.url]);
	const heard = await debts(west, id);
	assert.equal(heard.status, 0, JSON.stringify(heard.result));
	assert.deepEqual(heard.result.debts, []);
	assert.deepEqual((await debts(east, "0".repeat(64))).result.code, "peer-unlisted");
	assert.equal((await debts(east, "none")).status, 2);
});

/** What is listed of `peer` at `of` now: its keys. */
async function listedKeys(of: Served, peer: Served): Promise<readonly string[]> {
	const body = must(parse(trustList, must(await of.issuer.operator.trustList()))).body;
	const entry = body.operators.find(({ root }) => equalBytes(keyId(root), peer.issuer.operator.id));
	return (entry?.keys ?? []).map(({ key }) => toHex(keyId(key)));
}

test("a key that a peer rotated is listed without a restart, and what it signs then is believed", async () => {
	const { operator } = east.issuer;
	const acting = { actor: "key:test", requestId: "test" };
	const rotated = await operator.signingKeys.rotate(acting, "ruling", now());
	assert.ok(rotated.kind === "changed");
	const { id } = rotated.key;
	await operator.tend();
	assert.ok(!(await listedKeys(west, east)).includes(toHex(id)));
	assert.equal((await debts(west, toHex(operator.id))).result.code, "peer-failed");
	const failed: unknown[] = [];
	const look = peersLook(west.folder, west.issuer.operator, (error) => failed.push(error));
	await look();
	assert.ok((await listedKeys(west, east)).includes(toHex(id)));
	assert.equal((await debts(west, toHex(operator.id))).status, 0);
	// The next start of any process over this folder lists it so, too.
	const entries: (readonly OperatorEntry[])[] = [];
	await listPeers(west.folder, { setPeers: (peers) => entries.push(peers) }, []);
	assert.ok(entries[0]?.[0]?.keys.some(({ key }) => equalBytes(keyId(key), id)));
	assert.deepEqual(failed, []);
});

test("of a peer nothing is taken up that its root did not sign, that is older, or that claims another's key", async () => {
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const [theirs, ours] = [east.issuer.operator.entry, west.issuer.operator.entry];
	const made = async (version: number, changes: Partial<OperatorEntry>, by = signer): Promise<Bytes> => {
		const own = { ...theirs, root: signer.key, keys: [], ...changes };
		const body = { version, issuedAt: now() - 60, expiresAt: now() + 3_600, operators: [own] };
		const signature = await by.sign("trust-list", trustListPayload(body));
		return serialize(trustList, { body, signer: signer.key, signature });
	};
	const folder = join(parent, "following");
	mkdirSync(folder);
	let says = await made(5, { name: "first" });
	const { operators } = must(parse(trustList, says)).body;
	writeFileSync(join(folder, "peers.cbor"), serialize(list(operatorEntry, 255), operators));
	const failed: string[] = [];
	const listed: string[] = [];
	const setPeers = (peers: readonly OperatorEntry[]): void => {
		west.issuer.operator.setPeers(peers);
		listed.push(peers.map(({ name }) => name).join());
	};
	const look = peersLook(
		folder,
		{ setPeers },
		(error) => failed.push((error as Error).message),
		async () => says,
	);
	await look();
	says = await made(6, { name: "second" });
	await look();
	const stranger = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	for (const worse of [
		await made(5, { name: "older" }),
		await made(7, { name: "forged" }, stranger),
		await made(7, { name: "claims another's key", keys: ours.keys }),
		says.slice(0, -1),
	]) {
		says = worse;
		await look();
	}
	assert.deepEqual(listed, ["second"]);
	assert.match(failed.join("; "), /rollback; .*signature-invalid; two operators claim one key; .*malformed/);
	says = await made(8, { name: "third" });
	await look();
	assert.deepEqual(listed, ["second", "third"]);
});
