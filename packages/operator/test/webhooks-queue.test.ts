/** The queue of webhooks under processes that are killed, and under several that empty it at once. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Bytes, toHex } from "@tenten/protocol";
import { newKey, type Operator } from "../src/index.ts";
import type { Post } from "../src/webhooks/post.ts";
import { lease } from "../src/webhooks/settings.ts";
import { createEcosystem, enrolHolder } from "./support/ecosystem.ts";
import { postgresForTests } from "./support/postgres.ts";
import { type Envelope, envelopeOf, startReceiver, verified } from "./support/receiver.ts";

const acting = { actor: "key:test", requestId: "request 1" };
const shop = { description: "", types: [], accounts: [] };
const server = await postgresForTests();
const options = typeof server === "string" ? { skip: server } : {};
const fresh = (): Promise<string> => (typeof server === "string" ? Promise.resolve("") : server.fresh());

const amountOf = ({ data }: Envelope): bigint => BigInt((data["amount"] as { readonly value: string }).value);

const kills = 4;
/** Deposits that are asked for in one run, at most. */
const inOneRun = 30;

test(`${kills} kills of an operator that tells: what stands is told, all of it, and nothing else`, async () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-webhooks-kill-"));
	const receiver = await startReceiver();
	try {
		const database = join(folder, "operator.db");
		const program = join(import.meta.dirname, "support", "operator-process.ts");
		const apiKey = newKey((length) => new Uint8Array(length).fill(2));
		const ecosystem = await createEcosystem({ database });
		const made = await ecosystem.operator.webhooks.add(acting, { ...shop, url: receiver.url });
		assert.ok(made.kind === "made");
		await ecosystem.operator.keepFirstKey(apiKey);
		const accounts: string[] = [];
		for (let i = 0; i < 8; i++) accounts.push(toHex((await enrolHolder(ecosystem)).certificate.hash));
		await ecosystem.operator.close();
		const acknowledged = new Set<bigint>();
		let next = 1n;
		const depositAll = async (url: string, most: bigint): Promise<void> => {
			while (next <= most) {
				const amount = next++;
				const account = accounts[Number(amount) % accounts.length];
				const answer = await fetch(`${url}/v1/accounts/${account}/deposits`, {
					method: "POST",
					headers: {
						"content-type": "application/json",
						authorization: `Bearer ${apiKey}`,
						"idempotency-key": `deposit ${amount}`,
					},
					body: JSON.stringify({ amount: { value: `${amount}`, asset: "JPY", scale: 0 } }),
				}).catch(() => undefined);
				if (answer === undefined) return;
				assert.equal(answer.status, 201);
				acknowledged.add(amount);
			}
		};
		const told = () => new Map(receiver.received.map((message) => [envelopeOf(message).id, message]));
		const toldAmounts = () => [...told().values()].map((message) => amountOf(envelopeOf(message)));
		const start = async (run: number) => {
			const child = spawn(process.execPath, [program, database, `${run}`], {
				stdio: ["ignore", "pipe", "inherit"],
			});
			const [line] = (await once(child.stdout, "data")) as [Buffer];
			return { child, url: line.toString().trim() };
		};
		for (let run = 1; run <= kills; run++) {
			const { child, url } = await start(run);
			const most = next + BigInt(inOneRun);
			const working = Promise.all([1, 2, 3].map(() => depositAll(url, most)));
			const before = receiver.received.length;
			// Some are killed early, some while they tell.
			if (run % 2 === 0) while (receiver.received.length < before + 5) await pause(5);
			else await pause(40 * run);
			child.kill("SIGKILL");
			await Promise.all([once(child, "exit"), working]);
		}
		const { child } = await start(kills + 1);
		const isAllTold = () => [...acknowledged].every((amount) => toldAmounts().includes(amount));
		while (!isAllTold()) await pause(50);
		child.kill("SIGKILL");
		await once(child, "exit");
		ecosystem.clock.now += 120 * (kills + 2);
		const operator = await ecosystem.reopen();
		await operator.webhooks.deliver();
		const { deposited } = await operator.totals("JPY");
		const amounts = toldAmounts();
		assert.equal(new Set(amounts).size, amounts.length, "one event a deposit");
		assert.equal(
			amounts.reduce((sum, amount) => sum + amount, 0n),
			deposited,
		);
		for (const message of receiver.received)
			assert.equal(
				verified(made.secret, message, Number(message.headers["webhook-timestamp"])).type,
				"tenten.deposit.made",
			);
		await operator.close();
	} finally {
		await receiver.close();
		rmSync(folder, { recursive: true });
	}
});

/** Two operators over one database, each with its own way out, and `count` deposits to be told. */
async function twoOver(count: number, first: Post, second: Post) {
	const database = await fresh();
	const one = await createEcosystem({ database, run: 1, webhooks: { post: first } });
	const two = await createEcosystem({ database, run: 2, webhooks: { post: second } });
	const made = await one.operator.webhooks.add(acting, { ...shop, url: "http://127.0.0.1:9/" });
	assert.ok(made.kind === "made");
	const holders = [];
	for (let i = 0; i < Math.min(count, 16); i++) holders.push((await enrolHolder(one)).certificate.hash);
	for (let i = 0; i < count; i++) {
		const account: Bytes = holders[i % holders.length] ?? made.endpoint.id;
		assert.equal(await one.operator.deposit(one.world.random(), account, "JPY", 1n), undefined);
	}
	const tick = (seconds: number): void => {
		one.clock.now += seconds;
		two.clock.now = one.clock.now;
	};
	return { one: one.operator, two: two.operator, endpoint: made.endpoint.id, tick };
}

const closed = (...operators: readonly Operator[]) =>
	Promise.all(operators.map((operator) => operator.close()));

test("two processes empty one queue, and nothing is sent twice", options, async () => {
	const sent: string[] = [];
	const by = { one: 0, two: 0 };
	const post =
		(who: keyof typeof by): Post =>
		async ({ headers }) => {
			by[who]++;
			sent.push(headers["webhook-id"] ?? "");
			await pause(20);
			return { outcome: "delivered", status: 200 };
		};
	const { one, two, endpoint } = await twoOver(120, post("one"), post("two"));
	const failures: unknown[] = [];
	const rests = [one, two].map(({ webhooks }) => webhooks.start((error) => failures.push(error)));
	const waiting = () => one.webhooks.deliveries(endpoint, "waiting", Number.MAX_SAFE_INTEGER);
	while ((await waiting())?.length !== 0) await pause(20);
	for (const rest of rests) await rest();
	assert.deepEqual(failures, []);
	assert.equal(sent.length, 120);
	assert.equal(new Set(sent).size, 120);
	assert.ok(by.one > 0 && by.two > 0, `${by.one} and ${by.two}`);
	await closed(one, two);
});

test(
	"what a process holds that is gone is brought by another when its lease ends, and not before",
	options,
	async () => {
		const sent: string[] = [];
		const late: (() => void)[] = [];
		const never: Post = () =>
			new Promise((resolve) => late.push(() => resolve({ outcome: "refused", status: 500 })));
		const take: Post = async ({ headers }) => {
			sent.push(headers["webhook-id"] ?? "");
			return { outcome: "delivered", status: 200 };
		};
		const { one, two, endpoint, tick } = await twoOver(3, never, take);
		const failures: unknown[] = [];
		assert.equal(await one.webhooks.begin((error) => failures.push(error)), 3);
		await two.webhooks.deliver();
		assert.equal(sent.length, 0);
		tick(lease);
		await two.webhooks.deliver();
		assert.equal(sent.length, 3);
		// The first comes back, and says that they were refused: too late to change anything.
		while (late.length < 3) await pause(5);
		for (const answer of late) answer();
		await one.webhooks.deliver();
		const delivered = (await two.webhooks.deliveries(endpoint, undefined, Number.MAX_SAFE_INTEGER)) ?? [];
		assert.deepEqual(
			delivered.map(({ state, tries }) => [state, tries]),
			[1, 2, 3].map(() => ["delivered", 2]),
		);
		const report = await two.webhooks.delivery(endpoint, delivered[0]?.event ?? endpoint);
		assert.deepEqual(
			report?.attempts.map(({ number, outcome }) => [number, outcome]),
			[
				[1, "refused"],
				[2, "delivered"],
			],
		);
		assert.equal((await two.webhooks.find(endpoint))?.failingSince, null, "nor to call it failing");
		assert.deepEqual(failures, []);
		await closed(one, two);
	},
);
