/**
 * Two operators over one PostgreSQL database want the same thing at once: one of them gets it.
 *
 * The first is held before each of its commits in turn, its rows written and not yet durable, while the second
 * is asked. Under SQLite nothing of this can be: there jobs follow one another.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	isRefusal,
	lockHash,
	type OperatorEntry,
	ownOutput,
	parse,
	parseReply,
	releaseToken,
	serialize,
	signedOrder,
	signOrder,
	trustList,
} from "@tenten/protocol";
import { sql } from "kysely";
import { day, expectValue, pay } from "../../module/test/support/world.ts";
import { Idempotency } from "../src/http/idempotency.ts";
import { isProblem } from "../src/http/problem.ts";
import { type Operator, StoreUnavailable } from "../src/index.ts";
import { assertBalanced } from "./support/balanced.ts";
import { scenes } from "./support/crash-scenes.ts";
import { databaseForTest, playOn } from "./support/database.ts";
import {
	balance,
	createEcosystem,
	type Ecosystem,
	type EcosystemOptions,
	enrolHolder,
	kinds,
	makeClaim,
	makeOrder,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { type Hold, hold } from "./support/held.ts";
import { postgresForTests } from "./support/postgres.ts";
import { show } from "./support/rulings.ts";

const server = await postgresForTests();
if (typeof server !== "string") playOn(server.fresh);
const breakLines = async (): Promise<void> => {
	if (typeof server !== "string") await server.breakLines();
};
const options = typeof server === "string" ? { skip: server } : {};

type Two = Ecosystem & { readonly other: Operator; readonly held: Hold };

/** An operator that can be held, and another over the same database. */
async function two(given: EcosystemOptions = {}): Promise<Two> {
	const held = hold();
	const ecosystem = await createEcosystem({ ...given, store: held.store });
	return { ...ecosystem, held, other: await ecosystem.reopen() };
}

const mostCommits = 40;

/** Plays `play` with the first held before its commit 0, 1 … until it has no more; how often it was held. */
async function everywhere(play: (commits: number) => Promise<boolean>): Promise<void> {
	let commits = 0;
	while (await play(commits)) assert.ok(++commits <= mostCommits, "it never ends");
	assert.ok(commits > 0, "it was never held");
}

async function closed({ operator, other }: Two): Promise<void> {
	await Promise.all([operator.close(), other.close()]);
}

for (const [name, scene] of Object.entries(scenes))
	test(`asked of two operators at once, both say the same: ${name}`, options, () =>
		everywhere(async (commits) => {
			const both = await two({ seed: `twin ${commits}` });
			const { ask, check } = await scene(both);
			const { first, second, isHeld } = await both.held.race(
				commits,
				() => ask(both.operator),
				() => ask(both.other),
			);
			assert.deepEqual(second, first);
			check(first);
			await assertBalanced(both);
			await closed(both);
			return isHeld;
		}),
	);

test("one token under two orders is paid once", options, () =>
	everywhere(async (commits) => {
		const both = await two();
		const alice = await enrolHolder(both);
		const tokens = await withdrawTo(both, alice, 100n);
		const action = { kind: "account", account: alice.certificate.hash } as const;
		const claims = [
			await makeClaim(both, alice, tokens, action),
			await makeClaim(both, alice, tokens, action),
		];
		const [one, two_] = claims as [Uint8Array, Uint8Array];
		const { first, second, isHeld } = await both.held.race(
			commits,
			() => both.operator.claim(one),
			() => both.other.claim(two_),
		);
		const outcomes = [first, second].map((reply) =>
			kinds(expectValue(parseReply(expectValue(reply)))).join(),
		);
		assert.deepEqual(outcomes.toSorted(), ["forked", "paid"]);
		await assertBalanced(both, { redeemed: 100n, held: 100n, drawn: 0n, outstanding: 0n });
		await closed(both);
		return isHeld;
	}),
);

test("an account of 100 pays one of two withdrawals of 60", options, () =>
	everywhere(async (commits) => {
		const both = await two();
		const alice = await enrolHolder(both);
		const account = alice.certificate.hash;
		assert.equal(await both.operator.deposit(both.world.random(), account, "JPY", 100n), undefined);
		const orders: Uint8Array[] = [];
		for (let i = 0; i < 2; i++) {
			const outputs = [ownOutput(60n, alice.certificate, both.world.random())];
			const order = await makeOrder(both, { kind: "withdraw", account, outputs });
			orders.push(serialize(signedOrder, await signOrder(order, alice.certificate.encoded, alice.signer)));
		}
		const [one, another] = orders as [Uint8Array, Uint8Array];
		const { first, second, isHeld } = await both.held.race(
			commits,
			() => both.operator.withdraw(one),
			() => both.other.withdraw(another),
		);
		const refused = [first, second].filter(isRefusal);
		assert.deepEqual(
			refused.map(({ code }) => code),
			["funds-insufficient"],
		);
		await assertBalanced(both, { held: 40n, outstanding: 60n });
		await closed(both);
		return isHeld;
	}),
);

for (const before of [0, 1])
	test(`under one culprit two orders draw what its limit leaves after ${before} draws`, options, () =>
		everywhere(async (commits) => {
			const limit = 150n + 100n * BigInt(before);
			const both = await two({ offlineTotal: limit });
			const { world } = both;
			const [mallory, alice, bob] = [
				await enrolHolder(both),
				await enrolHolder(both),
				await enrolHolder(both),
			];
			const claims: Uint8Array[] = [];
			for (const token of await withdrawTo(both, mallory, ...Array<bigint>(2 + before).fill(100n))) {
				await redeem(both, alice, (await pay(world, token, mallory, alice, 100n)).paid);
				const { paid } = await pay(world, token, mallory, bob, 100n);
				const action = { kind: "account", account: bob.certificate.hash } as const;
				claims.push(await makeClaim(both, bob, [paid], action));
			}
			for (const claim of claims.splice(2)) expectValue(await both.operator.claim(claim));
			const [one, another] = claims as [Uint8Array, Uint8Array];
			const { isHeld } = await both.held.race(
				commits,
				() => both.operator.claim(one),
				() => both.other.claim(another),
			);
			assert.equal(await balance(both, bob), limit);
			await assertBalanced(both, { drawn: limit, debts: limit });
			await closed(both);
			return isHeld;
		}),
	);

test("the last room of an asset is given once", options, () =>
	everywhere(async (commits) => {
		const both = await two();
		const [alice, bob] = [await enrolHolder(both), await enrolHolder(both)];
		const half = 2n ** 62n;
		const { first, second, isHeld } = await both.held.race(
			commits,
			() => both.operator.deposit(both.world.random(), alice.certificate.hash, "JPY", half),
			() => both.other.deposit(both.world.random(), bob.certificate.hash, "JPY", half),
		);
		assert.deepEqual([first, second].map((refusal) => refusal?.code).toSorted(), [
			"limit-exceeded",
			undefined,
		]);
		await assertBalanced(both, { deposited: half });
		await closed(both);
		return isHeld;
	}),
);

test("a debt is repaid once", options, () =>
	everywhere(async (commits) => {
		const both = await two();
		const { world } = both;
		const [mallory, alice, bob] = [await enrolHolder(both), await enrolHolder(both), await enrolHolder(both)];
		const [token] = await withdrawTo(both, mallory, 100n);
		assert.ok(token);
		for (const payee of [alice, bob])
			await redeem(both, payee, (await pay(world, token, mallory, payee, 100n)).paid);
		const debt = { culprit: mallory.certificate.hash, code: "JPY", amount: 60n, how: "repaid" } as const;
		const { first, second, isHeld } = await both.held.race(
			commits,
			() => both.operator.settleDebt({ ...debt, id: world.random() }),
			() => both.other.settleDebt({ ...debt, id: world.random() }),
		);
		assert.deepEqual([first, second].map((refusal) => refusal?.code).toSorted(), [
			"amount-invalid",
			undefined,
		]);
		await assertBalanced(both, { repaid: 60n, debts: 40n });
		await closed(both);
		return isHeld;
	}),
);

test("one key with two contents moves value once", options, () =>
	everywhere(async (commits) => {
		const both = await two();
		const alice = await enrolHolder(both);
		const account = alice.certificate.hash;
		const put = (operator: Operator, amount: bigint) =>
			new Idempotency(operator).once("deposits", "key", Uint8Array.of(Number(amount)), (keyed) =>
				keyed.deposit({ actor: "teller", requestId: "1" }, both.world.random(), account, "JPY", amount),
			);
		const { first, second, isHeld } = await both.held.race(
			commits,
			() => put(both.operator, 10n),
			() => put(both.other, 20n),
		);
		assert.deepEqual([first, second].filter(isProblem).length, 1);
		const held = isProblem(first) ? 20n : 10n;
		await assertBalanced(both, { held, deposited: held });
		await closed(both);
		return isHeld;
	}),
);

for (const whose of ["the one who forgets", "the one who vouches"])
	test(`a release that a token vouches for is not forgotten; first ${whose}`, options, () =>
		everywhere(async (commits) => {
			const both = await two();
			const { operator, other, world, clock } = both;
			const [alice, bob] = [await enrolHolder(both), await enrolHolder(both)];
			const [token] = await withdrawTo(both, alice, 10n);
			assert.ok(token);
			const release = world.random();
			const { paid } = await pay(world, token, alice, bob, 10n, { release, released: false });
			await show(both, release);
			const action = { kind: "account", account: bob.certificate.hash } as const;
			const claim = await makeClaim(both, bob, [expectValue(releaseToken(paid, release))], action);
			clock.now += 62 * day + 1;
			const forget = (one: Operator) => show({ ...both, operator: one }, world.random());
			const vouch = (one: Operator) => one.claim(claim);
			const isForgetting = whose === "the one who forgets";
			const { isHeld } = await both.held.race(
				commits,
				async () => void (await (isForgetting ? forget : vouch)(operator)),
				async () => void (await (isForgetting ? vouch : forget)(other)),
			);
			assert.deepEqual(await other.release(lockHash(release)), release);
			await closed(both);
			return isHeld;
		}),
	);

test("two operators that start together on an empty database are one", options, async () => {
	for (let round = 0; round < 3; round++) {
		const database = await databaseForTest();
		const [a, b] = await Promise.all([
			createEcosystem({ database, run: 1 }),
			createEcosystem({ database, run: 2 }),
		]);
		assert.deepEqual(a.operator.entry, b.operator.entry);
		assert.deepEqual(await a.operator.trustList(), await b.operator.trustList());
		a.clock.now += 6 * 365 * day;
		b.clock.now = a.clock.now;
		const [first, second] = await Promise.all([a.operator.trustList(), b.operator.trustList()]);
		assert.deepEqual(second, first);
		await Promise.all([a.operator.close(), b.operator.close()]);
	}
});

test("two trust lists of one version are never shown, whoever is told to list whom", options, () =>
	everywhere(async (commits) => {
		const both = await two();
		const peers = [await createEcosystem({ seed: "east" }), await createEcosystem({ seed: "west" })];
		const [east, west] = peers.map(({ operator }) => operator.entry) as [OperatorEntry, OperatorEntry];
		both.operator.setPeers([east]);
		both.other.setPeers([west]);
		const { first, second, isHeld } = await both.held.race(
			commits,
			both.operator.trustList,
			both.other.trustList,
		);
		const versions = [first, second].map((list) => expectValue(parse(trustList, list)).body.version);
		assert.deepEqual(versions.toSorted(), [2, 3]);
		assert.deepEqual(await both.operator.trustList(), await both.other.trustList());
		await Promise.all(peers.map(({ operator }) => operator.close()));
		await closed(both);
		return isHeld;
	}),
);

test(
	"what a broken line leaves unknown is said to be unknown, and the same again is answered",
	options,
	async () => {
		const cut = { isArmed: false };
		const both = await two();
		const { operator } = both;
		const victim = await both.reopen({
			onCommit: async (point) => {
				if (!cut.isArmed || point !== "beforeCommit") return;
				cut.isArmed = false;
				await breakLines();
			},
		});
		const alice = await enrolHolder(both);
		const account = alice.certificate.hash;
		const id = both.world.random();
		cut.isArmed = true;
		await assert.rejects(
			victim.deposit(id, account, "JPY", 10n),
			(error) => error instanceof StoreUnavailable && error.outcome === "unknown",
		);
		for (const one of [victim, operator]) assert.equal(await one.deposit(id, account, "JPY", 10n), undefined);
		await assertBalanced(both, { held: 10n });
		await victim.close();
		await closed(both);
	},
);

test("a line that breaks before the commit is no matter", options, async () => {
	const both = await two();
	const id = both.world.random();
	const { hash } = (await enrolHolder(both)).certificate;
	let tries = 0;
	await both.other.store.run(async (transaction) => {
		await sql`select 1`.execute(transaction);
		if (tries++ === 0) await breakLines();
		await transaction.insertInto("replies").values({ claim_hash: id, reply: hash }).execute();
	});
	assert.equal(tries, 2);
	await closed(both);
});

for (const setting of ["synchronous_commit=off", "synchronous_commit=local"])
	test(`a server is refused that may lose what it acknowledged: ${setting}`, options, async () => {
		const url = new URL(await databaseForTest());
		url.searchParams.set("options", `-c ${setting}`);
		await assert.rejects(createEcosystem({ database: url.href }), /synchronous_commit is .*: not for money/);
	});
