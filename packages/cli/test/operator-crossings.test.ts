/**
 * Payments across two operators that are opened as `tenten operator serve --crossings` opens them: by their folders, logs
 * and files, with a wallet as each one's gateway, over HTTP, followed by two witnesses.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	folderSource,
	LogWriter,
	publicFolder,
	type RunningServer,
	SealStore,
	startServer,
	startWitness,
	WitnessStore,
} from "@tenten/operator";
import {
	type AgreementBody,
	agreementId,
	assetHash,
	type Bytes,
	isRefusal,
	keyId,
	type PublicKey,
	type Signer,
	serialize,
	sha256,
	signedReserve,
	signReserve,
	toHex,
	type VerifierKey,
	verifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import { openHolder } from "../src/across/holder-wallets.ts";
import { TokenPayee, TokenPayer } from "../src/across/token-holders.ts";
import { BadInput } from "../src/bad-input.ts";
import { makeLogKey } from "../src/log/keys.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { crossingsIn } from "../src/server/issuer-crossings.ts";
import { readApiKey } from "../src/server/issuer-folder.ts";
import { openLogOfIssuer } from "../src/server/issuer-log.ts";
import { listPeers } from "../src/server/peers.ts";
import { now, random } from "../src/surroundings.ts";
import { passphraseCost, WalletFolder } from "../src/wallet/folder.ts";
import { must } from "./support/hand-over-process.ts";
import { openShell } from "./support/tenten.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-operator-crossings-"));
const passphrase = "correct horse";
const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;
const passphraseFile = join(root, "passphrase");
writeFileSync(passphraseFile, `${passphrase}\n`);
const closing: (() => Promise<void>)[] = [];
after(async () => {
	for (const close of closing.reverse()) await close();
	rmSync(root, { recursive: true, force: true });
});

const bank = newSigner();
const epoch_s = "0.2";
const held = 10_000n;

function newSigner(): Signer {
	return signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
}

type Made = {
	readonly name: string;
	readonly code: string;
	readonly folder: string;
	readonly id: Bytes;
	readonly key: VerifierKey;
};

async function make(name: string, code: string): Promise<Made> {
	const folder = join(root, name);
	const assets = [{ code, scale: 0, name: code, ...usualWindows }];
	const id = Buffer.from(await createIssuer(folder, { name, assets, port: 0 }, unlock), "hex");
	const log = join(folder, "log");
	mkdirSync(log);
	const { signer, verifierKey: key } = await makeLogKey(log, `${name}.example/log`, unlock);
	await must(await LogWriter.begin(log, key.name, signer)).close();
	return { name, code, folder, id: new Uint8Array(id), key };
}

/** Follows both logs; its address, and the id of its key for seals. */
async function witness(
	name: string,
	logs: readonly Made[],
): Promise<{ readonly url: string; readonly key: string }> {
	const folder = join(root, name);
	mkdirSync(folder);
	const [signer, forSeals] = [newSigner(), newSigner()];
	const [file, sealFile] = [join(folder, "witness.db"), join(folder, "seals.db")];
	WitnessStore.create(file, verifierKey(`${name}.example`, "cosignature", signer.key.bytes));
	SealStore.create(sealFile, forSeals.key as PublicKey & { readonly suite: "Ed25519" });
	const policy = { holders: [keyId(bank.key)], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 86_400 };
	const followed = logs.map(({ id, key, folder: of }) => ({
		operator: id,
		keys: { origin: key.name, keys: [key] },
		source: folderSource(publicFolder(join(of, "log"))),
		policy,
	}));
	const seals = { file: sealFile, signer: forSeals, logs: followed, pause_ms: 50 };
	const log = { info: () => undefined, error: console.error };
	const server = await startWitness({ file, signer, logs: new Map(), verify, seals, log, port: 0 });
	assert.ok(!isRefusal(server));
	closing.push(server.close);
	return { url: server.url, key: toHex(keyId(forSeals.key)) };
}

type Running = Made & { readonly issuer: Issuer; readonly server: RunningServer };

/** What `operator serve` does with its flags, and first what a gateway's wallet is made with. */
async function serve(
	made: Made,
	others: readonly Made[],
	witnesses: readonly { readonly url: string; readonly key: string }[],
): Promise<Running> {
	const { folder, id, code } = made;
	mkdirSync(join(folder, "funds"));
	const word = { operator: id, asset: assetHash({ operator: id, code }), amount: 10n ** 12n, heldAt: now() };
	writeFileSync(join(folder, "funds/bank"), serialize(signedReserve, await signReserve(word, bank)));
	writeFileSync(join(folder, "policy"), `log ${writeVerifierKey(made.key)}\nquorum none\n`);
	const file = join(folder, "crossings.json");
	const peers = others.map((each) => ({ operator: toHex(each.id), log: writeVerifierKey(each.key) }));
	const gateways = [{ asset: code, wallet: "gateway", passphraseFile }];
	const words = witnesses.map(({ key }) => key);
	writeFileSync(file, JSON.stringify({ witnesses: words, least: 2, lead: 60, peers, gateways }));
	const crossings = crossingsIn(file);
	const issuer = must(await openIssuer(folder, unlock, {}, undefined, 0, crossings.settings));
	const { operator, settings } = issuer;
	const log = { info: () => undefined, error: console.error };
	const server = await startServer({ operator, port: settings.port, log });
	const wallet = must(await WalletFolder.open(join(folder, "gateway"), { unlock }));
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	must(await wallet.join(server.url, asked));
	await operator.deposit(random(32), wallet.wallet.module.certificates()[0]?.hash as Bytes, code, held);
	must(await wallet.wallet.topUp({ operator: id, code }, held, 8));
	await wallet.close();
	const flags = {
		...{ log: join(folder, "log"), epoch: epoch_s, witnesses: join(folder, "policy"), witnessEvery: epoch_s },
		...{ sealWitness: witnesses.map(({ key, url }) => `${key}@${url}`), reserves: join(folder, "funds") },
	};
	const ofLog = await openLogOfIssuer(flags, issuer, async () => unlock, console.error);
	assert.ok(ofLog !== null);
	const rest = await crossings.begin(operator, ofLog.log, console.error);
	closing.push(async () => {
		await server.close();
		await rest();
		await ofLog.close();
		await issuer.close();
	});
	return { ...made, issuer, server };
}

async function agree(source: Running, destination: Running): Promise<string> {
	const hash = ({ id, code }: Made): Bytes => assetHash({ operator: id, code });
	const body: AgreementBody = {
		...{ source: source.id, destination: destination.id, version: 1 },
		...{ paid: hash(source), credited: hash(destination), exposure: 100_000n },
		...{ fee: { fixed: 1n, perMillion: 0 }, quoteLifetime: 300, seals: 1_000, freshness: 60 },
		...{ liable: "source" as const, settlement: 86_400, from: now() - 60, until: now() + 86_400 },
	};
	const half = must(
		await source.issuer.operator.crossings.agree({ body, bySource: null, byDestination: null }),
	);
	const whole = must(await destination.issuer.operator.crossings.agree(half));
	must(await source.issuer.operator.crossings.agree(whole));
	const agreement = agreementId(body);
	for (const [{ issuer }, rate] of [
		[source, null],
		[destination, { credited: 2n, paid: 3n }],
	] as const)
		must(
			await issuer.operator.crossings.publish({ from: now(), agreements: [{ agreement, rate }], rules: "" }),
		);
	return toHex(agreement);
}

const asker =
	({ folder, server }: Running) =>
	async (path: string, body?: object): Promise<unknown> => {
		const answer = await fetch(`${server.url}/v1/crossings/${path}`, {
			method: body === undefined ? "GET" : "POST",
			headers: { authorization: `Bearer ${readApiKey(folder)}`, "content-type": "application/json" },
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		return answer.json();
	};

async function until<T>(found: () => Promise<T | undefined | false>): Promise<T> {
	for (;;) {
		const result = await found();
		if (result !== undefined && result !== false) return result;
		await pause(100);
	}
}

type Results = {
	readonly results: readonly [
		{
			readonly transfer: string | null;
			readonly state?: string | null;
			readonly quote?: { readonly pays: string };
		},
	];
};

/** Two operators that are served, and agree on payments from the first to the second. */
let opening:
	| Promise<{ readonly west: Running; readonly east: Running; readonly agreement: string }>
	| undefined;

function opened(): NonNullable<typeof opening> {
	opening ??= open();
	return opening;
}

async function open() {
	const made = [await make("west", "JPY"), await make("east", "USD")] as const;
	const witnesses = [await witness("w1", made), await witness("w2", made)];
	const west = await serve(made[0], [made[1]], witnesses);
	const east = await serve(made[1], [made[0]], witnesses);
	await listPeers(west.folder, west.issuer.operator, [east.server.url]);
	await listPeers(east.folder, east.issuer.operator, [west.server.url]);
	return { west, east, agreement: await agree(west, east) };
}

test("a card's tokens pay into a wallet of another operator's, both as operator serve runs them", async () => {
	const { west, east, agreement } = await opened();
	const holder = ({ server, id, code, issuer }: Running) =>
		openHolder(server.url, { operator: id, code }, held, async (account) => {
			await issuer.operator.deposit(random(32), account, code, held);
		});
	const [card, shop] = [await holder(west), await holder(east)];
	const [atWest, atEast] = [asker(west), asker(east)];
	const payee = await TokenPayee.make(shop.purse, atEast, "order 1", 200n);
	assert.equal(await payee.open(), null);
	const { gateways } = (await atWest("tokens-in")) as {
		readonly gateways: readonly [{ readonly payer: string }];
	};
	const secret = random(32);
	const wish = { agreement, credits: "200", payer: gateways[0].payer, payee: payee.account };
	const asked = { ...wish, release: toHex(sha256(secret)) };
	const { transfer, pays } = await until(async () => {
		const { results } = (await atWest("quotes", {
			quotes: [{ ...asked, nonce: toHex(random(32)) }],
		})) as Results;
		const [{ transfer: id, quote }] = results;
		return id !== null && quote !== undefined && { transfer: id, pays: BigInt(quote.pays) };
	});
	assert.equal(pays, 301n);
	const payer = await TokenPayer.make(card.purse, atWest, transfer, pays);
	assert.equal(await payer.hold(), null);
	const locked = (await atWest("locks", { transfers: [transfer] })) as Results;
	assert.equal(locked.results[0].state, "locked");
	await until(() => payer.release());
	const released = await atWest("releases", { releases: [{ transfer, release: toHex(secret) }] });
	assert.equal((released as Results).results[0].state, "committed");
	await until(() => payee.take());
	assert.deepEqual(card.balance(), [held - 301n, 0n, 0n]);
	assert.deepEqual(shop.balance(), [held + 200n, 0n, 0n]);
});

/** A wallet of the command line's, joined and stocked, and what runs commands on it. */
async function commanded({ server, id, code, issuer, folder }: Running) {
	const shell = openShell({ TENTEN_API_KEY: readApiKey(folder) }, "together");
	closing.push(async () => shell.close());
	const wallet = must(await WalletFolder.open(join(shell.folder, "wallet"), { unlock }));
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	must(await wallet.join(server.url, asked));
	const [own] = wallet.wallet.module.certificates();
	await issuer.operator.deposit(random(32), own?.hash as Bytes, code, held);
	must(await wallet.wallet.topUp({ operator: id, code }, held, 8));
	await wallet.close();
	const across = (...args: readonly string[]) => shell.tenten("wallet", "across", ...args);
	const available = async (): Promise<number> =>
		(await shell.well("wallet", "balance")).balances[0].available;
	return { across, available };
}

test("wallets of the command line pay and are paid across operators, also where they are interrupted", async () => {
	const { west, east, agreement } = await opened();
	const [payer, payee] = [await commanded(west), await commanded(east)];
	const asks = async (): Promise<string> => (await payee.across("request", "200")).json.account;
	const pay = (account: string, wait: string) =>
		payer.across("pay", account, "--agreement", agreement, "--credits", "200", "--yes", "--wait", wait);
	assert.equal((await pay("00".repeat(32), "1")).status, 2, "nobody has this account");
	const first = await asks();
	const paid = await until(async () => {
		const ended = await pay(first, "300");
		return !/no quote: quorum/.test(ended.stderr) && ended;
	});
	assert.deepEqual([paid.status, paid.json.stands, paid.json.pays], [0, "paid", 301], paid.stderr);
	await until(async () => (await payee.across("take")).json.taken === 200);
	assert.deepEqual(
		[await payer.available(), await payee.available()],
		[Number(held) - 301, Number(held) + 200],
	);
	const begun = await pay(await asks(), "1");
	assert.deepEqual([begun.status, begun.json.fundsState], [1, "inFlight"], begun.stderr);
	const gone = await payer.across("go-on", "--wait", "300");
	assert.deepEqual([gone.json.paid, gone.json.back, gone.json.open], [1, 0, 0], gone.stderr);
	assert.equal(await payer.available(), Number(held) - 602);
});

test("a file that does not say who counts is refused, and says where", () => {
	const file = join(root, "bad.json");
	const good = { witnesses: ["00".repeat(32)], least: 1, peers: [] };
	for (const [content, words] of [
		[{ ...good, least: 2 }, /least is more/],
		[{ ...good, witnesses: [] }, /witnesses/],
		[{ ...good, peers: [{ operator: "00".repeat(32), log: "none" }] }, /name\+id\+base64/],
		[{ ...good, gateway: [] }, /does not say who counts/],
	] as const) {
		writeFileSync(file, JSON.stringify(content));
		assert.throws(
			() => crossingsIn(file),
			(error) => error instanceof BadInput && words.test(error.message),
		);
	}
	assert.throws(() => crossingsIn(join(root, "none.json")), /is not there/);
});
