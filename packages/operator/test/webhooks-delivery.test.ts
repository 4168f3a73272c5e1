/** Endpoints that fail, dawdle, lie or lead elsewhere: each is left alone in time, and holds up nobody else. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Bytes, toHex } from "@tenten/protocol";
import type { OperatorOptions } from "../src/index.ts";
import { isPublic, publicLookup, RefusedAddress, refusedUrl } from "../src/webhooks/addresses.ts";
import { httpPost, type Post, type Posted } from "../src/webhooks/post.ts";
import { createEcosystem, type Ecosystem, enrolHolder } from "./support/ecosystem.ts";
import { type envelopeOf, type Receiver, startReceiver } from "./support/receiver.ts";

const acting = { actor: "key:test", requestId: "request 1" };
const day = 86_400;
const newest = Number.MAX_SAFE_INTEGER;

type Posts = { readonly post: Post; readonly at: number[]; answer: (url: string) => Posted };

/** Endpoints in memory, and when each was called. */
function posts(clock: () => number): Posts {
	const made: Posts = {
		at: [],
		answer: () => ({ outcome: "refused", status: 500 }),
		post: async ({ url }) => {
			made.at.push(clock());
			return made.answer(url);
		},
	};
	return made;
}

async function withEndpoint(ecosystem: Ecosystem, url = "http://127.0.0.1:9/"): Promise<Bytes> {
	const made = await ecosystem.operator.webhooks.add(acting, {
		url,
		description: "",
		types: [],
		accounts: [],
	});
	assert.ok(made.kind === "made");
	return made.endpoint.id;
}

async function inMemory(webhooks: Partial<NonNullable<OperatorOptions["webhooks"]>> = {}) {
	let now = (): number => 0;
	const sent = posts(() => now());
	const ecosystem = await createEcosystem({ webhooks: { post: sent.post, ...webhooks } });
	now = () => ecosystem.clock.now;
	return { ...ecosystem, sent, endpoint: await withEndpoint(ecosystem) };
}

test("what is not taken comes again, four times later each time up to four hours, until it is given up", async () => {
	const { operator, clock, sent, endpoint } = await inMemory();
	const event = await operator.webhooks.test(acting, endpoint);
	assert.ok(event);
	const began = clock.now;
	const delivery = async () => (await operator.webhooks.delivery(endpoint, event))?.delivery;
	for (let left = 200; (await delivery())?.state === "waiting"; left--) {
		assert.ok(left > 0);
		await operator.webhooks.deliver();
		clock.now = (await delivery())?.nextAt ?? clock.now;
	}
	const waits = sent.at.slice(1).map((at, i) => at - (sent.at[i] as number));
	const most = waits.map((_, i) => Math.min(4 * 3_600, 5 * 4 ** i));
	for (const [i, wait] of waits.entries())
		assert.ok(wait <= (most[i] as number) && wait >= (most[i] as number) / 2, `${i}: ${wait}`);
	assert.ok(new Set(waits.slice(-6)).size > 1, "by chance");
	assert.equal((await delivery())?.state, "givenUp");
	const last = (sent.at.at(-1) as number) - began;
	assert.ok(last < 3 * day && last > 3 * day - 4 * 3_600);
	const report = await operator.webhooks.delivery(endpoint, event);
	assert.deepEqual(
		report?.attempts.map(({ number, status }) => [number, status]),
		sent.at.map((_, i) => [i + 1, 500]),
	);
	await operator.close();
});

test("an endpoint that takes nothing for five days is disabled, in its record, the log and an event; not before", async () => {
	const { operator, clock, sent, endpoint, ...rest } = await inMemory();
	const other = await withEndpoint({ operator, clock, ...rest }, "http://127.0.0.1:10/");
	sent.answer = (url) =>
		url.includes(":10/") ? { outcome: "delivered", status: 204 } : { outcome: "refused", status: 500 };
	const find = async () => (await operator.webhooks.list()).find(({ id }) => toHex(id) === toHex(endpoint));
	const fail = async () => {
		await operator.webhooks.test(acting, endpoint);
		await operator.webhooks.deliver();
	};
	await fail();
	const began = clock.now;
	assert.equal((await find())?.failingSince, began);
	clock.now += 4 * day;
	await fail();
	sent.answer = () => ({ outcome: "delivered", status: 200 });
	await fail();
	assert.equal((await find())?.failingSince, null, "one that is taken begins the count again");
	sent.answer = (url) =>
		url.includes(":10/") ? { outcome: "delivered", status: 204 } : { outcome: "timeout", status: null };
	clock.now += day;
	await fail();
	clock.now += 5 * day;
	await fail();
	await operator.webhooks.deliver();
	assert.match((await find())?.disabled ?? "", /^nothing arrived since 2027-/);
	const log = (await operator.auditLog(0)).filter(({ act }) => act === "webhookDisabled");
	assert.deepEqual(
		log.map(({ actor, subject }) => [actor, subject]),
		[["operator", toHex(endpoint)]],
	);
	const [told] = (await operator.webhooks.deliveries(other, "delivered", newest)) ?? [];
	assert.equal(told?.type, "tenten.webhook.disabled");
	const calls = sent.at.length;
	await fail();
	assert.equal(sent.at.length, calls, "and is told nothing");
	await operator.webhooks.change(acting, endpoint, { isEnabled: true });
	assert.equal((await find())?.failingSince, null);
	await operator.close();
});

test("an endpoint that says 410 is disabled at once, and what waited for it waits", async () => {
	const { operator, sent, endpoint } = await inMemory();
	sent.answer = () => ({ outcome: "gone", status: 410 });
	await operator.webhooks.test(acting, endpoint);
	await operator.webhooks.deliver();
	const [found] = await operator.webhooks.list();
	assert.match(found?.disabled ?? "", /410/);
	assert.equal((await operator.webhooks.deliveries(endpoint, "waiting", newest))?.length, 1);
	assert.equal(operator.webhooks.figures.attempts.gone, 1);
	await operator.close();
});

test("figures say how long the queue is, and since when its oldest waits", async () => {
	const { operator, clock, endpoint } = await inMemory();
	await operator.webhooks.test(acting, endpoint);
	const began = clock.now;
	clock.now += 20;
	await operator.webhooks.deliver();
	const { waiting, oldestAt, attempts } = operator.webhooks.figures;
	assert.deepEqual([waiting, oldestAt, attempts.refused], [1, began, 1]);
	await operator.close();
});

test("of one subject one event is under way at a time, in order; of one endpoint no more than may be", async () => {
	const underWay = new Set<string>();
	let mostOfSubject = 0;
	let mostAtOnce = 0;
	const order: string[] = [];
	const post: Post = async ({ body }) => {
		const { subject, data } = JSON.parse(body) as ReturnType<typeof envelopeOf>;
		if (underWay.has(subject)) mostOfSubject++;
		underWay.add(subject);
		mostAtOnce = Math.max(mostAtOnce, underWay.size);
		await pause(2);
		underWay.delete(subject);
		order.push(`${subject} ${(data["amount"] as { value: string }).value.padStart(3)}`);
		return { outcome: "delivered", status: 200 };
	};
	const ecosystem = await createEcosystem({ webhooks: { post, atOnce: 3 } });
	await withEndpoint(ecosystem);
	const holders = [];
	for (let i = 0; i < 6; i++) holders.push(await enrolHolder(ecosystem));
	for (let i = 1; i <= 10; i++)
		for (const { certificate } of holders)
			await ecosystem.operator.deposit(ecosystem.world.random(), certificate.hash, "JPY", BigInt(i));
	await ecosystem.operator.webhooks.deliver();
	assert.equal(order.length, 60);
	assert.deepEqual([mostOfSubject, mostAtOnce], [0, 3]);
	for (const { certificate } of holders) {
		const own = order.filter((one) => one.startsWith(toHex(certificate.hash)));
		assert.deepEqual(own, own.toSorted());
	}
	await ecosystem.operator.close();
});

async function overHttp<T>(
	work: (ecosystem: Ecosystem, receiver: Receiver) => Promise<T>,
	attempt_ms = 2_000,
): Promise<T> {
	const ecosystem = await createEcosystem({ webhooks: { attempt_ms } });
	const receiver = await startReceiver();
	try {
		return await work(ecosystem, receiver);
	} finally {
		await ecosystem.operator.close();
		await receiver.close();
	}
}

const nothing = (): void => undefined;

const answers: Readonly<Record<string, readonly [Receiver["answer"], Posted]>> = {
	"a 500": [(response) => response.writeHead(500).end("no"), { outcome: "refused", status: 500 }],
	"a 410": [(response) => response.writeHead(410).end(), { outcome: "gone", status: 410 }],
	"a redirect, which is not followed": [
		(response, { headers }) =>
			response.writeHead(307, { location: `http://${headers.host}/elsewhere` }).end(),
		{ outcome: "refused", status: 307 },
	],
	"nothing, in time": [nothing, { outcome: "timeout", status: null }],
	"a head, and a body that never ends": [
		(response) => {
			response.writeHead(200);
			const more = (): void => {
				if (!response.destroyed) response.write("x".repeat(65_536), more);
			};
			more();
		},
		{ outcome: "delivered", status: 200 },
	],
	"a head, and a body that never comes": [
		(response) => response.writeHead(202).flushHeaders(),
		{ outcome: "delivered", status: 202 },
	],
	"a head of a megabyte": [
		(response) => response.writeHead(200, { "x-long": "x".repeat(1_000_000) }).end(),
		{ outcome: "unreachable", status: null },
	],
	"a line that breaks": [(_, { socket }) => socket.destroy(), { outcome: "unreachable", status: null }],
	"another protocol": [
		(_, { socket }) => {
			socket.end("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n");
		},
		{ outcome: "unreachable", status: null },
	],
};

for (const [what, [answer, { outcome, status }]] of Object.entries(answers))
	test(`an endpoint that answers ${what}: ${outcome}`, () =>
		overHttp(async (ecosystem, receiver) => {
			receiver.answer = answer;
			const endpoint = await withEndpoint(ecosystem, receiver.url);
			const event = await ecosystem.operator.webhooks.test(acting, endpoint);
			assert.ok(event);
			await ecosystem.operator.webhooks.deliver();
			const report = await ecosystem.operator.webhooks.delivery(endpoint, event);
			assert.deepEqual(
				report?.attempts.map((attempt) => [attempt.outcome, attempt.status]),
				[[outcome, status]],
			);
			assert.deepEqual(
				receiver.received.map(({ path }) => path),
				["/hook"],
			);
		}));

test("an endpoint that never answers holds up nobody: the others have everything at once", () =>
	overHttp(async (ecosystem, receiver) => {
		const slow = await startReceiver();
		slow.answer = nothing;
		await withEndpoint(ecosystem, slow.url);
		await withEndpoint(ecosystem, receiver.url);
		const holders = [];
		for (let i = 0; i < 12; i++) holders.push(await enrolHolder(ecosystem));
		for (const { certificate } of holders)
			await ecosystem.operator.deposit(ecosystem.world.random(), certificate.hash, "JPY", 5n);
		const failures: unknown[] = [];
		const rest = ecosystem.operator.webhooks.start((error) => failures.push(error), 0);
		while (receiver.received.length < 12 || slow.received.length < 4) await pause(5);
		assert.equal(slow.received.length, 4);
		await rest();
		await slow.close();
		assert.deepEqual(failures, []);
	}, 60_000));

test("an operator that stops ends what it can, lets go of the rest, and the next one brings it at once", async () => {
	const receiver = await startReceiver();
	const ecosystem = await createEcosystem();
	const { operator } = ecosystem;
	const endpoint = await withEndpoint(ecosystem, receiver.url);
	receiver.answer = nothing;
	const event = await operator.webhooks.test(acting, endpoint);
	assert.ok(event);
	const failures: unknown[] = [];
	const rest = operator.webhooks.start((error) => failures.push(error), 50);
	while (receiver.received.length === 0) await pause(5);
	await rest();
	const report = await operator.webhooks.delivery(endpoint, event);
	assert.deepEqual(
		report?.attempts.map(({ outcome }) => outcome),
		["stopped"],
	);
	receiver.answer = (response) => response.writeHead(204).end();
	const again = operator.webhooks.start((error) => failures.push(error));
	while (receiver.received.length < 2) await pause(5);
	await again();
	assert.equal((await operator.webhooks.delivery(endpoint, event))?.delivery.state, "delivered");
	assert.deepEqual(failures, []);
	await operator.close();
	await receiver.close();
});

test("addresses that are not of the public Internet are refused, however they are written", () => {
	const inside = [
		"127.0.0.1",
		"127.1.2.3",
		"10.0.0.1",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.1.1",
		"169.254.169.254",
		"100.64.0.1",
		"0.0.0.0",
		"224.0.0.1",
		"255.255.255.255",
		"198.18.0.1",
		"::1",
		"::",
		"fe80::1",
		"fc00::1",
		"fd12::1",
		"ff02::1",
		"::ffff:127.0.0.1",
		"::ffff:7f00:1",
		"::127.0.0.1",
		"64:ff9b::7f00:1",
		"2002:7f00:1::",
		"2001::1",
		"2001:db8::1",
		"fe80::1%eth0",
		"localhost",
		"",
	];
	for (const address of inside) assert.equal(isPublic(address), false, address);
	for (const address of ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00::1"])
		assert.equal(isPublic(address), true, address);
	for (const url of [
		"http://shop.example/",
		"https://127.0.0.1/",
		"https://[::1]/",
		"https://2130706433/",
		"https://0x7f.1/",
		"https://0177.0.0.1/",
		"https://[::ffff:127.0.0.1]/",
		"https://u:p@shop.example/",
		"https://shop.example/#x",
		"ftp://shop.example/",
		"shop.example",
		"",
		`https://shop.example/${"x".repeat(2_048)}`,
	])
		assert.notEqual(refusedUrl(url, false), undefined, url);
	for (const url of ["https://shop.example/", "https://shop.example:8443/hook?a=b", "https://1.1.1.1/"])
		assert.equal(refusedUrl(url, false), undefined, url);
});

test("a name that leads inside is refused when the connection is made, and nothing is sent", async () => {
	const reached: string[] = [];
	const server = createServer((socket) => {
		reached.push("connection");
		socket.destroy();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	const send = httpPost(false);
	for (const host of ["localhost", "127.0.0.1", "[::1]", "2130706433"]) {
		const message = { url: `http://${host}:${port}/`, headers: {}, body: "{}" };
		assert.deepEqual(await send(message, AbortSignal.timeout(5_000)), {
			outcome: "address-refused",
			status: null,
		});
	}
	const looked = new Promise<Error | null>((resolve) =>
		publicLookup("localhost", { all: true }, (error) => resolve(error)),
	);
	assert.ok((await looked) instanceof RefusedAddress);
	assert.deepEqual(reached, []);
	server.close();
	await once(server, "close");
});
