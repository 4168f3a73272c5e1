/** Partners are told what happened, over real HTTP: signed, once it stands, again until they have it, and no more than is theirs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	fromHex,
	lockHash,
	serializeRulingRequest,
	signStatement,
	toHex,
} from "@tenten/protocol";
import { day, expectValue, pay } from "../../module/test/support/world.ts";
import type { OperatorOptions } from "../src/index.ts";
import type { Endpoint } from "../src/store/webhook-endpoints.ts";
import { eventTypes } from "../src/webhooks/event-types.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	freshOwner,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { type Envelope, envelopeOf, type Receiver, startReceiver, verified } from "./support/receiver.ts";

const acting = { actor: "key:test", requestId: "request 1" };

type Wired = Ecosystem & {
	readonly receiver: Receiver;
	readonly endpoint: Endpoint;
	readonly secret: string;
	readonly told: () => readonly Envelope[];
};

/** An operator, and one endpoint that is told of everything unless it is bound. */
async function wired<T>(
	work: (wired: Wired) => Promise<T>,
	given: {
		readonly types?: string[];
		readonly accounts?: string[];
		readonly webhooks?: OperatorOptions["webhooks"];
	} = {},
): Promise<T> {
	const ecosystem = await createEcosystem(given.webhooks === undefined ? {} : { webhooks: given.webhooks });
	const receiver = await startReceiver();
	try {
		const asked = {
			url: receiver.url,
			description: "shop",
			types: given.types ?? [],
			accounts: given.accounts ?? [],
		};
		const made = await ecosystem.operator.webhooks.add(acting, asked);
		assert.ok(made.kind === "made");
		const { endpoint, secret } = made;
		const told = () => receiver.received.map(envelopeOf);
		return await work({ ...ecosystem, receiver, endpoint, secret, told });
	} finally {
		await ecosystem.operator.close();
		await receiver.close();
	}
}

const typesOf = (told: readonly Envelope[]): readonly string[] =>
	told.map(({ type }) => type.slice("tenten.".length));

async function deposited({ operator, world }: Ecosystem, account: Bytes, amount = 10n): Promise<void> {
	assert.equal(await operator.deposit(world.random(), account, "JPY", amount), undefined);
}

test("what happens is told in the order in which it happened, signed as the published library verifies", () =>
	wired(async (all) => {
		const { operator, world, clock, receiver, secret, told } = all;
		const [alice, bob] = [await enrolHolder(all), await enrolHolder(all)];
		const [token] = await withdrawTo(all, alice, 100n);
		assert.ok(token);
		await redeem(all, bob, (await pay(world, token, alice, bob, 60n)).paid);
		await redeem(all, bob, (await pay(world, token, alice, bob, 70n)).paid);
		await operator.webhooks.deliver();
		for (const message of receiver.received) {
			const envelope = verified(secret, message, clock.now);
			assert.equal(message.headers["content-type"], "application/cloudevents+json");
			assert.equal(envelope.id, message.headers["webhook-id"]);
			const { specversion, source, datacontenttype, time } = envelope;
			assert.deepEqual(
				[specversion, source, datacontenttype],
				["1.0", "https://densha.example", "application/json"],
			);
			assert.equal(time, new Date(clock.now * 1000).toISOString());
			const { data } = eventTypes[envelope.type as keyof typeof eventTypes];
			assert.deepEqual(data.parse(envelope.data), envelope.data, "nothing but what its schema names");
		}
		const ofBob = told().filter(({ subject }) => subject === toHex(bob.certificate.hash));
		// The second token had been spent: the fork reserve paid, and says so.
		assert.deepEqual(typesOf(ofBob), ["payout.made", "payout.made", "claim.forked"]);
		assert.deepEqual(typesOf(told()).toSorted(), [
			"case.opened",
			"claim.forked",
			"deposit.made",
			"payout.made",
			"payout.made",
			"value.issued",
		]);
		const [paid] = ofBob;
		assert.deepEqual(paid?.data["credited"], { value: "60", asset: "JPY", scale: 0 });
	}));

test("what is told of a payment says nothing of who made it", () =>
	wired(async (all) => {
		const { operator, world, receiver } = all;
		const [alice, bob] = [await enrolHolder(all), await enrolHolder(all)];
		const [token] = await withdrawTo(all, alice, 100n);
		await operator.webhooks.deliver();
		receiver.received.length = 0;
		assert.ok(token);
		await redeem(all, bob, (await pay(world, token, alice, bob, 60n)).paid);
		await operator.webhooks.deliver();
		const [only, ...more] = receiver.received;
		assert.ok(only !== undefined && more.length === 0);
		for (const secretOfAlice of [alice.certificate.hash, token.issueId, token.outputId])
			assert.ok(!only.body.includes(toHex(secretOfAlice)));
	}));

test("a deposit, a direct issue, a refund and a stop of payouts are told, and that they are allowed again", () =>
	wired(async (all) => {
		const { operator, world, clock, told } = all;
		const alice = await enrolHolder(all);
		const [token] = await withdrawTo(all, alice, 100n);
		assert.ok(token);
		const outputs = [{ amount: 3n, owner: freshOwner(all, alice).hash }];
		const batch = { id: world.random(), code: "JPY", outputs, terms: { conditions: [], caveats: [] } };
		expectValue(await operator.issue(batch));
		const release = world.random();
		const { paid } = await pay(world, token, alice, await enrolHolder(all), 60n, {
			release,
			released: false,
		});
		await operator.webhooks.deliver();
		clock.now += 31 * day;
		const account = alice.certificate.hash;
		const says = { kind: "neverReleased", lock: lockHash(release), account, fallback: null } as const;
		const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
		const statement = await signStatement(body, alice.certificate.encoded, alice.signer);
		const request = serializeRulingRequest({ kind: "statement", statement, tokens: [paid.token] });
		for (let i = 0; i < 2; i++) expectValue(await operator.rule(request));
		const holds = (amount: bigint) =>
			operator.store.run((transaction) =>
				transaction.updateTable("balances").set({ amount }).where("book", "=", "holder").execute(),
			);
		await holds(7n);
		for (let i = 0; i < 2; i++) await operator.watch.look();
		await holds(100n);
		for (let i = 0; i < 2; i++) assert.equal(await operator.watch.allow("JPY", acting), undefined);
		await operator.webhooks.deliver();
		assert.deepEqual(typesOf(told()).toSorted(), [
			"deposit.made",
			"payout.made",
			"payouts.allowed",
			"payouts.stopped",
			"refund.ruled",
			"value.issued",
			"value.issued",
		]);
	}));

test("what is told of is kept once, however often it is asked for; nothing is kept where nobody listens", () =>
	wired(async (all) => {
		const { operator, world, endpoint, told } = all;
		const { hash: account } = (await enrolHolder(all)).certificate;
		const id = world.random();
		for (let i = 0; i < 3; i++) await operator.deposit(id, account, "JPY", 10n);
		await operator.webhooks.deliver();
		assert.equal(told().length, 1);
		assert.equal(await operator.webhooks.remove(acting, endpoint.id), true);
		await deposited(all, account);
		assert.equal((await operator.webhooks.events(undefined, Number.MAX_SAFE_INTEGER)).length, 1);
	}));

test("an endpoint is told of the types that it asks for, and one bound to accounts of those alone", async () => {
	const holder = { hash: "" };
	await wired(
		async (all) => {
			const { operator, endpoint, told } = all;
			const [alice, bob] = [await enrolHolder(all), await enrolHolder(all)];
			holder.hash = toHex(bob.certificate.hash);
			await operator.webhooks.change(acting, endpoint.id, { accounts: [holder.hash] });
			await deposited(all, alice.certificate.hash);
			await deposited(all, bob.certificate.hash);
			await withdrawTo(all, bob, 5n);
			await operator.issue({
				id: all.world.random(),
				code: "JPY",
				outputs: [{ amount: 1n, owner: freshOwner(all, bob).hash }],
				terms: { conditions: [], caveats: [] },
			});
			await operator.webhooks.deliver();
			assert.deepEqual(
				told().map(({ type, subject }) => [type, subject]),
				[
					["tenten.deposit.made", holder.hash],
					["tenten.deposit.made", holder.hash],
				],
			);
		},
		{ types: ["tenten.deposit.made", "tenten.payouts.stopped"] },
	);
});

test("a rotated secret and the new one sign together until the overlap is over; without one the old ends at once", () =>
	wired(async (all) => {
		const { operator, clock, endpoint, receiver, secret } = all;
		const last = async () => {
			await operator.webhooks.test(acting, endpoint.id);
			await operator.webhooks.deliver();
			const message = receiver.received.at(-1);
			assert.ok(message);
			return message;
		};
		const rotated = async (overlap: number) => {
			const made = await operator.webhooks.rotate(acting, endpoint.id, overlap);
			assert.ok(made);
			return made.secret;
		};
		const holds = (text: string, message: Receiver["received"][number]) =>
			assert.doesNotThrow(() => verified(text, message, clock.now));
		const refuses = (text: string, message: Receiver["received"][number]) =>
			assert.throws(() => verified(text, message, clock.now), /No matching signature/);
		const second = await rotated(3_600);
		const both = await last();
		for (const text of [secret, second]) holds(text, both);
		const third = await rotated(7_200);
		const three = await last();
		for (const text of [secret, second, third]) holds(text, three);
		clock.now += 7_200;
		const alone = await last();
		holds(third, alone);
		for (const text of [secret, second]) refuses(text, alone);
		const fourth = await rotated(0);
		const fresh = await last();
		holds(fourth, fresh);
		refuses(third, fresh);
		refuses(fourth, { ...fresh, body: fresh.body.replace("test", "tost") });
	}));

test("secrets are told when they are made, and stand in no table, list or log", () =>
	wired(async ({ operator, endpoint, secret }) => {
		const made = await operator.webhooks.rotate(acting, endpoint.id, 60);
		const kept = await operator.store.run(async (transaction) => [
			await transaction.selectFrom("webhook_endpoints").selectAll().execute(),
			await transaction.selectFrom("audit_log").selectAll().execute(),
		]);
		const readable = JSON.stringify([kept, await operator.webhooks.list()], (_, value: unknown) =>
			typeof value === "bigint"
				? `${value}`
				: value instanceof Uint8Array
					? Buffer.from(value).toString("base64")
					: value,
		);
		for (const text of [secret, made?.secret ?? ""]) {
			assert.match(text, /^whsec_.{44}$/);
			assert.ok(!readable.includes(text.slice(6)));
		}
	}));

test("every change by people stands in the audit log, and none of it names more of an address than its origin", () =>
	wired(async (all) => {
		const { operator, world, receiver, endpoint, clock } = all;
		const { id } = endpoint;
		const url = `${receiver.url}?token=hidden`;
		assert.ok(await operator.webhooks.change(acting, id, { url, isEnabled: false }));
		await operator.webhooks.change(acting, id, { isEnabled: true });
		await operator.webhooks.rotate(acting, id, 60);
		const event = await operator.webhooks.test(acting, id);
		assert.ok(event && (await operator.webhooks.replay(acting, id, event)));
		await operator.webhooks.replaySince(acting, id, clock.now);
		await operator.webhooks.remove(acting, id);
		for (const gone of [
			await operator.webhooks.change(acting, id, { description: "x" }),
			await operator.webhooks.rotate(acting, id, 0),
			await operator.webhooks.test(acting, id),
			await operator.webhooks.replaySince(acting, id, 0),
			await operator.webhooks.delivery(id, event),
			await operator.webhooks.deliveries(world.random(), undefined, 1),
		])
			assert.equal(gone, undefined);
		assert.equal(await operator.webhooks.remove(acting, id), false);
		const entries = (await operator.auditLog(0)).filter(({ subject }) => subject === toHex(id));
		const origin = new URL(receiver.url).origin;
		assert.deepEqual(
			entries.map(({ act, detail }) => `${act} ${detail}`.trim()),
			[
				`webhookAdded ${origin}`,
				"webhookChanged url disabled",
				"webhookChanged enabled",
				"webhookSecretRotated overlap 60 s",
				"webhookTested",
				`webhookReplayed ${toHex(event)}`,
				`webhookReplayed since ${clock.now}`,
				`webhookRemoved ${origin}`,
			],
		);
	}));

test("what an endpoint missed while it was disabled can be replayed, one event or all since a time; others cannot", () =>
	wired(async (all) => {
		const { operator, clock, endpoint, told } = all;
		const { hash: account } = (await enrolHolder(all)).certificate;
		await operator.webhooks.change(acting, endpoint.id, { isEnabled: false });
		for (let i = 0; i < 120; i++) await deposited(all, account);
		clock.now += 10;
		await deposited(all, account);
		await operator.webhooks.deliver();
		assert.equal(told().length, 0);
		const [newest] = await operator.webhooks.events(undefined, Number.MAX_SAFE_INTEGER);
		assert.ok(newest);
		await operator.webhooks.change(acting, endpoint.id, { isEnabled: true });
		assert.equal(await operator.webhooks.replay(acting, endpoint.id, newest.id), true);
		await operator.webhooks.deliver();
		assert.deepEqual(
			told().map(({ id }) => id),
			[toHex(newest.id)],
		);
		assert.equal(await operator.webhooks.replaySince(acting, endpoint.id, clock.now - 10), 121);
		await operator.webhooks.deliver();
		assert.equal(told().length, 122);
		assert.equal(new Set(told().map(({ id }) => id)).size, 121);
		await operator.webhooks.change(acting, endpoint.id, { accounts: ["00".repeat(32)] });
		assert.equal(await operator.webhooks.replaySince(acting, endpoint.id, 0), 0);
		assert.equal(await operator.webhooks.replay(acting, endpoint.id, newest.id), false);
		assert.equal(
			await operator.webhooks.replay(acting, endpoint.id, fromHex("00".repeat(32)) as Bytes),
			false,
		);
	}));

test("events and their deliveries are kept for a time, and then forgotten", () =>
	wired(
		async (all) => {
			const { operator, clock, endpoint } = all;
			const { hash: account } = (await enrolHolder(all)).certificate;
			await deposited(all, account);
			await operator.webhooks.deliver();
			clock.now += 3 * day;
			await deposited(all, account);
			await operator.webhooks.deliver();
			const page = await operator.webhooks.deliveries(endpoint.id, "delivered", Number.MAX_SAFE_INTEGER);
			assert.equal(page?.length, 2);
			clock.now += 5 * day;
			await operator.webhooks.deliver();
			const counts = await operator.store.run(async (transaction) => {
				const found = [];
				for (const table of ["events", "deliveries", "attempts"] as const)
					found.push((await transaction.selectFrom(table).selectAll().execute()).length);
				return found;
			});
			assert.deepEqual(counts, [1, 1, 1]);
		},
		{ webhooks: { keepFor: 7 * day } },
	));

test("the same happens, the same is written: one seed, one outbox", async () => {
	const rows = () =>
		wired(async (all) => {
			const [alice, bob] = [await enrolHolder(all), await enrolHolder(all)];
			const [token] = await withdrawTo(all, alice, 100n);
			assert.ok(token);
			await redeem(all, bob, (await pay(all.world, token, alice, bob, 60n)).paid);
			return all.operator.store.run(async (transaction) => [
				await transaction.selectFrom("events").selectAll().orderBy("position").execute(),
				await transaction.selectFrom("deliveries").selectAll().orderBy("position").execute(),
			]);
		});
	const [first, second] = [await rows(), await rows()];
	assert.equal(first[0]?.length, 3);
	assert.deepEqual(second, first);
});
