/**
 * Signed lists from hand to hand: a payee that was never online since a device was stolen refuses it, by the list that
 * somebody else brought with a payment; and no list counts that the operator did not sign, or that is older.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startServer } from "@tenten/operator";
import {
	applicationOf,
	type Bytes,
	deviceEvidence,
	isRefusal,
	parse,
	parseListMessage,
	parseMessage,
	type RefusalCode,
	serializeListMessage,
	signDelegation,
	signDeviceOrder,
	toHex,
} from "@tenten/protocol";
import {
	type Channel,
	fetchLists,
	httpOperatorClient,
	inProcessChannel,
	sqliteStore,
	Wallet,
	type WalletStore,
} from "@tenten/wallet";
import { administrator } from "../packages/operator/test/support/device-scene.ts";
import { certifyDevice, give, statusListOf } from "./support/robots.ts";
import { newSigner, ok, openTown, random, type Town } from "./support/town.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-lists-"));
after(() => rmSync(folder, { recursive: true }));

/** A wallet in a file, that can be opened again from what became durable. */
type Kept = { wallet: Wallet; readonly reopen: () => Promise<Wallet> };

async function inFile(town: Town, name: string): Promise<Kept> {
	const unlock = { kind: "device", key: random(32) } as const;
	const open = async (): Promise<Wallet> => {
		const store = ok<WalletStore>(sqliteStore(join(folder, `${name}.sqlite`)));
		return ok(await Wallet.open({ store, unlock, now: () => town.clock.now, random }));
	};
	const kept: Kept = {
		wallet: await open(),
		reopen: async () => {
			await kept.wallet.close();
			kept.wallet = await open();
			return kept.wallet;
		},
	};
	return kept;
}

const quiet = { info: () => undefined, error: (fields: object) => assert.fail(JSON.stringify(fields)) };
const person = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

/** The lists of the town's operator over HTTP, as docs/spec/devices.md and docs/spec/freeze.md have them. */
async function listServer(town: Town, statuses: (number: number) => Promise<Bytes> | undefined) {
	const asked: string[] = [];
	const server: Server = createServer((request, response) => {
		const answer = async (): Promise<Bytes | undefined> => {
			asked.push(request.url ?? "");
			const [, number] = /^\/v1\/status-lists\/(\d+)$/.exec(request.url ?? "") ?? [];
			if (number !== undefined) return statuses(Number(number));
			if (request.url === "/v1/trust-list") return town.operator.trustList();
			return request.url === "/v1/freeze-list" ? town.operator.freezeList() : undefined;
		};
		answer().then((body) => {
			const type = body === undefined ? "application/problem+json" : "application/cose";
			const none = JSON.stringify({ code: "key-unknown", detail: "" });
			response.writeHead(body === undefined ? 404 : 200, { "content-type": type }).end(body ?? none);
		}, assert.fail);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		asked,
		operators: new Map([[toHex(town.operator.id), httpOperatorClient({ url: `http://127.0.0.1:${port}` })]]),
		close: () => new Promise((resolve) => server.close(resolve)),
	};
}

/** The channel to a wallet, and what went over it. */
function watched(to: Wallet): Channel & { readonly sent: Bytes[]; readonly came: Bytes[] } {
	const channel = inProcessChannel(to.handle);
	const [sent, came]: [Bytes[], Bytes[]] = [[], []];
	return {
		sent,
		came,
		exchange: async (messages) => {
			sent.push(...messages);
			const answers = await channel.exchange(messages);
			if (!isRefusal(answers)) came.push(...answers);
			return answers;
		},
	};
}

function refusalsIn(messages: readonly Bytes[]): readonly string[] {
	return messages.flatMap((encoded) => {
		const message = parseMessage(encoded);
		return !isRefusal(message) && message.kind === "refused" ? [message.code] : [];
	});
}

test("a stolen device is refused offline once a newer list reached the payee, by whoever brought it", async () => {
	const town = await openTown();
	const [online, offline] = [await inFile(town, "online"), await inFile(town, "offline")];
	const robotFile = await inFile(town, "robot");
	for (const { wallet } of [online, offline]) {
		assert.equal(await wallet.join(town.operator, town.operator.id, person), undefined);
		assert.equal(await wallet.module.devices.takeStatusList(await statusListOf(town)), undefined);
	}
	await town.fund(online.wallet, 5_000n);
	await certifyDevice(town, robotFile.wallet, newSigner());
	for (let i = 0; i < 4; i++) await give(town, online.wallet, robotFile.wallet, 100n);
	const robot = robotFile.wallet;
	const ask = async (shop: Wallet, amount: bigint): Promise<Bytes> =>
		ok(await shop.request({ asset: town.asset, amount })).encoded;
	const before = await robot.pay(
		{ request: await ask(offline.wallet, 100n) },
		inProcessChannel(offline.wallet.handle),
	);
	assert.equal(ok(before).fundsState, "spent");

	// Stolen, and suspended by its party's order: whoever is online hears of it.
	town.clock.now += 60;
	const news = await statusListOf(town, [1]);
	const server = await listServer(town, (number) => (number === 0 ? Promise.resolve(news) : undefined));
	assert.deepEqual(await fetchLists(online.wallet.module, server.operators), []);
	await server.close();
	assert.deepEqual(online.wallet.module.devices.statusLists(), [news]);

	// Whoever is offline hears of it with a payment.
	const between = watched(offline.wallet);
	ok(await online.wallet.pay({ request: await ask(offline.wallet, 50n) }, between));
	assert.deepEqual(offline.wallet.module.devices.statusLists(), [news]);
	const shop = await offline.reopen();
	assert.deepEqual(shop.module.devices.statusLists(), [news]);

	const facts = (wallet: Wallet) => [
		wallet.balance(town.asset),
		wallet.module.tokens(),
		wallet.module.attempts(),
	];
	const [shopBefore, value] = [facts(shop), robot.balance(town.asset).available];
	const thief = watched(shop);
	const stolen = ok(await robot.pay({ request: await ask(shop, 100n) }, thief));
	assert.equal(refusalsIn(thief.came)[0], "device-suspended");
	assert.equal(stolen.fundsState, "safe");
	assert.deepEqual(facts(shop), shopBefore);
	assert.equal(robot.balance(town.asset).available, value);
	// It heard of it itself, with the refusal.
	assert.deepEqual(robot.module.devices.statusLists(), [news]);
	const own = await robot.pay({ request: await ask(shop, 100n) }, thief);
	assert.equal(isRefusal(own) && own.code, "device-suspended");

	// Nothing of it is lost: found again and resumed, it pays on.
	town.clock.now += 60;
	const found = await statusListOf(town);
	for (const wallet of [shop, robot])
		assert.equal(await wallet.module.devices.takeStatusList(found), undefined);
	assert.equal(
		ok(await robot.pay({ request: await ask(shop, 100n) }, inProcessChannel(shop.handle))).fundsState,
		"spent",
	);
	for (const { wallet } of [online, offline, robotFile]) await wallet.close();
	await town.close();
});

test("lists that lie change nothing, whoever hands them on and however", async () => {
	const town = await openTown();
	const shop = await town.wallet();
	const first = await statusListOf(town);
	town.clock.now += 60;
	const held = await statusListOf(town, [1]);
	const { lists, devices } = shop.module;
	assert.equal(await devices.takeStatusList(held), undefined);
	const handed = (encoded: Bytes): Bytes =>
		serializeListMessage({ kind: "handed", list: "statusList", encoded });
	const ahead = { issuedAt: town.clock.now + 61 };
	const later = { issuedAt: town.clock.now + 1 };
	const whole = await statusListOf(town, [], later);
	const lying: readonly (readonly [RefusalCode, Bytes])[] = [
		["status-list-rollback", first],
		["status-list-rollback", await statusListOf(town, [2])],
		["status-list-expired", await statusListOf(town, [], ahead)],
		["status-list-expired", await statusListOf(town, [], { ...later, expiresAt: town.clock.now })],
		["authority-unknown", await statusListOf(town, [], { ...later, signer: newSigner() })],
		["malformed", whole.subarray(0, -1)],
		["signature-invalid", whole.with(whole.length - 1, (whole.at(-1) as number) ^ 1)],
	];
	for (const [code, list] of lying) {
		assert.equal((await lists.take(handed(list)))?.code, code);
		assert.deepEqual(await shop.handle([handed(list)]), []);
		assert.deepEqual(devices.statusLists(), [held]);
	}
	assert.equal((await lists.take(lists.held()))?.code, "type-unknown");
	assert.equal((await lists.take(handed(held).subarray(1)))?.code, "malformed");
	assert.equal(await lists.take(handed(held)), undefined);
	assert.equal(await lists.take(handed(whole)), undefined);
	await town.close();
});

test("an expired list, or one older than the payee's policy, takes nothing of a device until a newer one came", async () => {
	const town = await openTown();
	const [ann, shop, robot] = [await town.wallet(1_000n), await town.wallet(), await town.wallet()];
	await certifyDevice(town, robot, newSigner());
	await give(town, ann, robot, 100n);
	assert.equal(await shop.module.devices.takeStatusList(await statusListOf(town)), undefined);
	await shop.module.devices.setOldestStatus(3_600);
	town.clock.now += 3_601;
	const said = async (): Promise<readonly string[]> => {
		const channel = watched(shop);
		const request = ok(await shop.request({ asset: town.asset, amount: 10n })).encoded;
		const { attempt, fundsState } = ok(await robot.pay({ request }, channel));
		// It may be sent again once the payee has a list: that is the payer's to say.
		if (fundsState === "inFlight") ok(await robot.cancel(attempt));
		return refusalsIn(channel.came);
	};
	assert.deepEqual(await said(), ["status-list-expired"]);
	await shop.module.devices.setOldestStatus(null);
	assert.equal(shop.module.devices.oldestStatus_s, null);
	town.clock.now += 86_400;
	assert.deepEqual(await said(), ["status-list-expired"]);
	await give(town, ann, shop, 10n);
	assert.deepEqual(await said(), ["status-list-expired"], "nobody had a newer list");
	assert.equal(await ann.module.devices.takeStatusList(await statusListOf(town)), undefined);
	await give(town, ann, shop, 10n);
	assert.deepEqual(await said(), []);
	await town.close();
});

test("trust lists and freeze lists go from hand to hand alike, and nobody is handed what it holds", async () => {
	const town = await openTown();
	const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
	const before = ok(bob.module.trust).list.version;
	town.clock.now += 60 * 86_400;
	await town.renew(ann);
	assert.equal(await ann.module.devices.takeStatusList(await statusListOf(town)), undefined);
	const versionOf = ({ module }: Wallet): number => ok(module.trust).list.version;
	assert.ok(versionOf(ann) > before);
	const news = ok(ann.module.trust).freezes.list(town.operator.id);
	assert.notEqual(news?.number, ok(bob.module.trust).freezes.list(town.operator.id)?.number);
	const payment = async (): Promise<readonly string[]> => {
		const channel = watched(bob);
		const request = ok(await bob.request({ asset: town.asset, amount: 10n })).encoded;
		ok(await ann.pay({ request }, channel));
		return [...channel.sent, ...channel.came].flatMap((encoded) => {
			const message = parseListMessage(encoded);
			return isRefusal(message) || message.kind !== "handed" ? [] : [message.list];
		});
	};
	// What was issued long ago is paid no more: the operator's newest tokens are.
	await town.fund(ann, 100n);
	assert.deepEqual(await payment(), ["trustList", "freezeList", "statusList"]);
	assert.equal(versionOf(bob), versionOf(ann));
	assert.deepEqual(ok(bob.module.trust).freezes.list(town.operator.id), news);
	assert.deepEqual(bob.module.devices.statusLists(), ann.module.devices.statusLists());
	assert.deepEqual(await payment(), []);
	await town.close();
});

test("all lists of an operator are fetched, from the first to where it has no more, and each by itself", async () => {
	const town = await openTown();
	const wallet = await town.wallet();
	const [first, third] = [await statusListOf(town), await statusListOf(town, [], { number: 2 })];
	const lie = await statusListOf(town, [], { number: 1, signer: newSigner() });
	const server = await listServer(town, (number) => {
		const list = [first, lie, third][number];
		return list && Promise.resolve(list);
	});
	const refused = await fetchLists(wallet.module, server.operators);
	assert.deepEqual(
		refused.map(({ code }) => code),
		["authority-unknown"],
	);
	assert.deepEqual(wallet.module.devices.statusLists(), [first, third]);
	assert.deepEqual(
		server.asked.slice(2),
		[0, 1, 2, 3].map((number) => `/v1/status-lists/${number}`),
	);
	await server.close();
	const [gone] = await fetchLists(wallet.module, server.operators);
	assert.equal(gone?.code, "channel-failed");
	await town.close();
});

test("what is handed on counts after a restore, and a newer list then takes its place", async () => {
	const town = await openTown();
	const wallet = await town.wallet();
	const held = await statusListOf(town, [1]);
	assert.equal(await wallet.module.devices.takeStatusList(held), undefined);
	await wallet.module.devices.setOldestStatus(600);
	const backup = await wallet.module.backup("a passphrase", "interactive");
	const { store } = town.device();
	const options = { store, now: () => town.clock.now, random } as const;
	const unlock = { kind: "device", key: random(32) } as const;
	const restored = ok(await Wallet.restore({ ...options, unlock }, backup, "a passphrase"));
	assert.deepEqual(restored.module.devices.statusLists(), [held]);
	assert.equal(restored.module.devices.oldestStatus_s, 600);
	town.clock.now += 60;
	assert.equal(
		(
			await restored.module.devices.takeStatusList(
				await statusListOf(town, [], { issuedAt: town.clock.now - 61 }),
			)
		)?.code,
		"status-list-rollback",
	);
	assert.equal(await restored.module.devices.takeStatusList(await statusListOf(town)), undefined);
	await restored.close();
	await town.close();
});

test("an order of its party to the operator suspends a device that a payee refuses who only met somebody else since", async () => {
	const town = await openTown();
	const { operator } = town;
	const server = await startServer({ operator, port: 0, log: quiet });
	const client = httpOperatorClient({ url: server.url });
	const people = [await town.wallet(1_000n), await town.wallet(), await town.wallet()] as const;
	const [ann, shop, robot] = people;
	const party = newSigner();
	const { parties } = operator.devices;
	const { id } = ok(await parties.add(administrator, party.key, "register 1"));
	const { nextReset: reset } = (await parties.known(id, 0)) ?? assert.fail("no party");
	ok(await parties.grant(administrator, id, { reset, amount: 1_000n }));
	const evidence = await robot.module.devices.evidence({ operator: operator.id });
	const { key } = ok(parse(deviceEvidence, evidence)).body;
	const terms = { purposes: null, perTransfer: null, slice: { reset, from: 0n, to: 500n } };
	const until = town.clock.now + 86_400;
	const delegation = await signDelegation(operator.id, key, { ...terms, until }, party);
	const post = async (path: string, body: Bytes): Promise<Bytes> => {
		const headers = { "content-type": "application/cose" };
		const answer = await fetch(`${server.url}${path}`, {
			method: "POST",
			headers,
			body: new Uint8Array(body),
		});
		assert.equal(answer.status, 200);
		return new Uint8Array(await answer.arrayBuffer());
	};
	ok(await robot.module.certify(await post("/v1/devices", ok(applicationOf(evidence, [delegation])))));
	for (let i = 0; i < 2; i++) await give(town, ann, robot, 100n);
	for (const wallet of people) wallet.connect(operator.id, client);
	for (const wallet of [ann, shop]) ok(await wallet.upkeep());
	assert.equal(shop.module.devices.statusLists().length, 1);
	const pay = async (): Promise<readonly string[]> => {
		const channel = watched(shop);
		const request = ok(await shop.request({ asset: town.asset, amount: 100n })).encoded;
		ok(await robot.pay({ request }, channel));
		return refusalsIn(channel.came).slice(0, 1);
	};
	assert.deepEqual(await pay(), []);

	town.clock.now += 60;
	const says = { kind: "suspend" } as const;
	const order = { operator: operator.id, device: key, number: 2, says, issuedAt: town.clock.now };
	await post("/v1/device-orders", await signDeviceOrder(order, party));
	ok(await ann.upkeep());
	await server.close();
	await give(town, ann, shop, 10n);
	assert.deepEqual(await pay(), ["device-suspended"]);
	assert.deepEqual(
		[shop, robot].map((wallet) => wallet.balance(town.asset).available),
		[110n, 100n],
	);
	await town.close();
});
