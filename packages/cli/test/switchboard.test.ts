/** The sandbox's switches over HTTP: off is off, on is the same address, and no other page can throw one. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
	encodeInvitation,
	httpOperatorClient,
	type Invitation,
	invitationIn,
	linkOf,
	makeInvitation,
	memoryStore,
	messagesOfLink,
	nodeDial,
	type RelayLink,
	relayLink,
	Wallet,
} from "@tenten/wallet";
import { Hono } from "hono";
import { screenPorts } from "../src/sandbox/pages.ts";
import { openScreens, type Screens } from "../src/sandbox/screens.ts";
import { must, openTown, type Town } from "../src/sandbox/town.ts";
import { now, random } from "../src/surroundings.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-switchboard-"));
const links: RelayLink[] = [];
let town: Town;
let screens: Screens;
let board: string;
let phone: Wallet;

before(async () => {
	const ports = await screenPorts(folder);
	town = await openTown(folder, { forget: true, origins: [`http://127.0.0.1:${ports.port}`] });
	const built = (connect: readonly string[]) => new Hono().get("/town.html", (c) => c.json({ connect }));
	screens = await openScreens({ town, ports, built });
	const led = await fetch(screens.url, { redirect: "manual" });
	const page = new URL(led.headers.get("location") ?? "");
	board = `http://127.0.0.1:${page.searchParams.get("switches")}`;
	phone = must(
		await Wallet.open({ store: memoryStore(), unlock: { kind: "device", key: random(32) }, now, random }),
	);
	const { card } = town;
	const holder = { role: "holder", class: "person", merchantCategory: null, region: "JP" } as const;
	assert.equal(
		await phone.join(httpOperatorClient({ url: card.url }), card.issuer.operator.id, holder),
		undefined,
	);
	must(await phone.topUp(card.asset, 3_000n));
});
after(async () => {
	for (const link of links) link.close();
	await screens.close();
	await phone.close();
	await town.close();
	rmSync(folder, { recursive: true, force: true });
});

test("its ports are those of its folder, of an older one too", async () => {
	const ports = await screenPorts(folder);
	assert.deepEqual(ports, { port: Number(new URL(screens.url).port), switches: Number(new URL(board).port) });
	const older = mkdtempSync(join(folder, "older-"));
	writeFileSync(join(older, "pages.json"), JSON.stringify({ port: 4321 }));
	const first = await screenPorts(older);
	assert.equal(first.port, 4321);
	assert.deepEqual(await screenPorts(older), first);
});

const origin = () => screens.url.slice(0, -1);

function post(path: string, body: object = {}, headers: Readonly<Record<string, string>> = {}) {
	const usual = { origin: origin(), "content-type": "application/json" };
	return fetch(`${board}${path}`, {
		method: "POST",
		headers: { ...usual, ...headers },
		body: JSON.stringify(body),
	});
}

async function done<T = State>(asked: Promise<Response>): Promise<T> {
	const answer = await asked;
	const said = await answer.json();
	assert.equal(answer.status, 200, JSON.stringify(said));
	return said as T;
}

type State = {
	readonly operators: readonly {
		readonly name: string;
		readonly url: string;
		readonly isOn: boolean;
		readonly totals: Readonly<Record<string, string>>;
		readonly agree: boolean;
	}[];
	readonly relay: { readonly url: string; readonly isOn: boolean };
	readonly people: readonly string[];
};

const answers = (url: string): Promise<boolean> =>
	fetch(url).then(
		() => true,
		() => false,
	);

function linkTo(invitation: Invitation, side: "guest" | "inviter", timeout_ms = 20_000): RelayLink {
	const dial = nodeDial({ loopback: true });
	const link = must(relayLink({ invitation, side, handle: phone.handle, dial, timeout_ms }));
	links.push(link);
	return link;
}

/** A link that asks for so much, on this phone, which listens for it. */
async function asking(amount: bigint): Promise<string> {
	const { messages } = must(await phone.request({ asset: town.card.asset, amount }));
	const invitation = makeInvitation(screens.url.replace("http", "ws").slice(0, -1));
	linkTo(invitation, "inviter");
	return linkOf([...messages, encodeInvitation(invitation)]);
}

async function until(isSo: () => boolean, what: string): Promise<void> {
	const deadline = Date.now() + 60_000;
	while (!isSo()) {
		if (Date.now() > deadline) throw new Error(`never: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

test("a page of the town may ask its operators, and connect to nothing else", async () => {
	const { connect } = await done<{ connect: string[] }>(fetch(`${screens.url}wallet/town.html`));
	const { operators, relay } = await done(fetch(`${board}/town`));
	assert.deepEqual(connect, [...operators.map(({ url }) => url), board, relay.url]);
	for (const { url } of operators) {
		const answer = await fetch(`${url}/v1/trust-list`, { headers: { origin: origin() } });
		assert.equal(answer.headers.get("access-control-allow-origin"), origin());
	}
});

test("what is told of the town is what its books say", async () => {
	const { operators, relay, people } = await done(fetch(`${board}/town`));
	const { card, code, points } = town;
	for (const [index, house] of [card, code, points].entries()) {
		const { totals } = await house.issuer.operator.audit(house.asset.code);
		const told = operators[index];
		assert.deepEqual([told?.url, told?.isOn, told?.agree], [house.url, true, true]);
		assert.equal(told?.totals["outstanding"], String(totals.outstanding));
	}
	assert.equal(operators[0]?.totals["outstanding"], "3000");
	assert.equal(relay.isOn, true);
	assert.deepEqual(people, ["Aoi", "Ren", "Hanaya"]);
});

test("a person of the town pays what a phone asks for, and the shop asks a phone, with the operators off", async () => {
	const { aoi, card, shop } = town;
	must(await aoi.folder.wallet.topUp(card.asset, 500n));
	const off = await done(post("/town/operators/off"));
	assert.deepEqual(
		off.operators.map(({ isOn }) => isOn),
		[false, false, false],
	);
	for (const { url } of off.operators) assert.equal(await answers(`${url}/livez`), false);
	const before = phone.balance(card.asset).available;
	const paid = await done<{ funds: string }>(post("/town/people/Aoi/pay", { link: await asking(200n) }));
	assert.equal(paid.funds, "spent");
	assert.equal(phone.balance(card.asset).available, before + 200n);
	const { link } = await done<{ link: string }>(post("/town/shop/ask", { amount: "480" }));
	const messages = must(messagesOfLink(link));
	const guest = linkTo(invitationIn(messages) as Invitation, "guest");
	const { encoded } = must(phone.module.openRequest(messages));
	assert.equal(must(await phone.pay({ request: encoded, messages }, guest)).fundsState, "spent");
	assert.equal(shop.folder.wallet.balance(card.asset).available, 480n);
	const on = await done(post("/town/operators/on"));
	for (const { url } of on.operators) assert.equal(await answers(`${url}/livez`), true);
});

test("dark in the middle of a payment leaves the switches alone, and light ends the payment", async () => {
	const { card, shop } = town;
	const { available } = phone.balance(card.asset);
	const { link } = await done<{ link: string }>(post("/town/shop/ask", { amount: "100" }));
	const messages = must(messagesOfLink(link));
	const { encoded } = must(phone.module.openRequest(messages));
	const started = must(await phone.start({ request: encoded, messages }));
	const dark = await done(post("/town/dark"));
	assert.deepEqual(
		[dark.relay.isOn, ...dark.operators.map(({ isOn }) => isOn)],
		[false, false, false, false],
	);
	for (const { url } of [...dark.operators, { url: origin() }]) assert.equal(await answers(url), false);
	const guest = linkTo(invitationIn(messages) as Invitation, "guest", 300);
	must(await phone.recover(started.attempt, guest));
	assert.deepEqual(phone.balance(card.asset).available, available - available);
	assert.equal(phone.balance(card.asset).locked, available);
	await done(post("/town/light"));
	assert.equal(await answers(`${screens.url}wallet/town.html`), true);
	const had = shop.folder.wallet.balance(card.asset).available;
	while (phone.balance(card.asset).locked > 0n) must(await phone.recover(started.attempt, guest));
	assert.equal(phone.balance(card.asset).available, available - 100n);
	await until(() => shop.folder.wallet.balance(card.asset).available === had + 100n, "the shop has it");
});

test("two who throw switches at once leave nothing half on", async () => {
	const paths = ["dark", "light", "operators/off", "dark", "operators/on", "light"];
	const all = await Promise.all(paths.map((path) => done(post(`/town/${path}`))));
	const { operators, relay } = await done(fetch(`${board}/town`));
	assert.deepEqual([relay.isOn, ...operators.map(({ isOn }) => isOn)], [true, true, true, true]);
	for (const { url } of operators) assert.equal(await answers(`${url}/livez`), true);
	assert.equal(all.length, paths.length);
});

test("what is told of the operators' verifying is what their witnesses answer; one alone goes off and on", async () => {
	type Seen = {
		readonly name: string;
		readonly url: string;
		readonly isOn: boolean;
		readonly peers: readonly { readonly operator: string }[] | null;
	};
	type Verifying = {
		readonly witnesses: readonly Seen[];
		readonly logs: Readonly<Record<string, { readonly title: string }>>;
	};
	const titles = ["Densha Card", "Mise Pay", "Minato Points"];
	const { witnesses, logs } = await done<Verifying>(fetch(`${board}/town/verifying`));
	assert.deepEqual(
		Object.values(logs).map(({ title }) => title),
		titles,
	);
	for (const { url, isOn, peers } of witnesses) {
		assert.ok(isOn && peers?.length === 2);
		const own = (await (await fetch(`${url}/v1/peers`)).json()) as { readonly peers: Seen["peers"] };
		assert.deepEqual(
			peers.map(({ operator }) => operator),
			own.peers?.map(({ operator }) => operator),
		);
	}
	const off = await done<Verifying>(post("/town/verifying/mise-pay/off"));
	assert.deepEqual(
		off.witnesses.map(({ isOn, peers }) => [isOn, peers === null]),
		[
			[true, false],
			[false, true],
			[true, false],
		],
	);
	const on = await done<Verifying>(post("/town/verifying/mise-pay/on"));
	assert.ok(on.witnesses.every(({ isOn }) => isOn));
	await done(post("/town/verifying/minato-points/off"));
	await done(post("/town/verifying/densha-card/off"));
	const refused = await post("/town/verifying/kiosk");
	const { code } = (await refused.json()) as { readonly code: string };
	assert.deepEqual([refused.status, code], [422, "channel-failed"]);
	await done(post("/town/operators/on"));
	assert.equal((await post("/town/verifying/nobody/off")).status, 404);
});

test("nothing but the town's own page acts: no other origin, no form, no other name of this address", async () => {
	const path = "/town/operators/off";
	const code = async (answer: Response) => ((await answer.json()) as { code: string }).code;
	for (const from of ["https://evil.example", "null", screens.url, "http://localhost"])
		assert.equal(await code(await post(path, {}, { origin: from })), "origin-unknown", from);
	assert.equal(await code(await fetch(`${board}${path}`, { method: "POST" })), "origin-unknown");
	for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
		assert.equal(await code(await post(path, {}, { "content-type": type })), "content-type-unknown", type);
	assert.equal(await statusAs("rebound.example", "GET", "/town"), 421);
	assert.equal(await statusAs("rebound.example", "POST", path), 421);
	const preflight = (from: string) =>
		fetch(`${board}${path}`, {
			method: "OPTIONS",
			headers: { origin: from, "access-control-request-method": "POST" },
		});
	const allowed = async (from: string) => (await preflight(from)).headers.get("access-control-allow-origin");
	assert.deepEqual([await allowed(origin()), await allowed("https://evil.example")], [origin(), null]);
	const read = await fetch(`${board}/town`, { headers: { origin: "https://evil.example" } });
	assert.equal(read.headers.get("access-control-allow-origin"), null);
	const { operators } = await done(fetch(`${board}/town`));
	assert.ok(operators.every(({ isOn }) => isOn));
});

test("what makes no sense is refused, and costs nothing", async () => {
	const refused = async (path: string, body: object) => {
		const answer = await post(path, body);
		return [answer.status, ((await answer.json()) as { code: string }).code];
	};
	const other = linkOf([encodeInvitation(makeInvitation("ws://127.0.0.1:9"))]);
	assert.deepEqual(await refused("/town/people/Nobody/pay", { link: other }), [404, "not-found"]);
	assert.deepEqual(await refused("/town/people/constructor/pay", { link: other }), [404, "not-found"]);
	assert.deepEqual(await refused("/town/people/Aoi/pay", {}), [400, "malformed"]);
	assert.deepEqual(await refused("/town/people/Aoi/pay", { link: "tenten:" }), [422, "malformed"]);
	assert.deepEqual(await refused("/town/people/Aoi/pay", { link: other }), [422, "peer-refused"]);
	assert.deepEqual(await refused("/town/people/Aoi/pay", { link: await asking(0n) }), [
		422,
		"amount-invalid",
	]);
	assert.deepEqual(await refused("/town/people/Aoi/pay", { link: await asking(900_000n) }), [
		422,
		"funds-insufficient",
	]);
	for (const amount of ["0", "-1", "1e3", "", "9".repeat(10)])
		assert.deepEqual(await refused("/town/shop/ask", { amount }), [400, "malformed"], amount);
	assert.equal((await refused("/town/shop/ask", { amount: "1".repeat(300_000) }))[0], 413);
});

/** What is answered to whoever calls this address by another name. */
function statusAs(host: string, method: string, path: string): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const headers = { host, origin: origin(), "content-type": "application/json" };
		const asked = request(`${board}${path}`, { method, headers }, (answer) => {
			answer.resume();
			resolve(answer.statusCode);
		});
		asked.on("error", reject).end();
	});
}
