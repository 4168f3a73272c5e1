/**
 * Exchanges and redeem until: what wallets show to operators in time, and what the side without the secret
 * makes of a release that was published in time, too late, or handed over too late.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type Bytes,
	isRefusal,
	lockHash,
	parseMessage,
	serializeMessage,
	serializeRulingRequest,
} from "@tenten/protocol";
import { inProcessChannel, type Wallet } from "@tenten/wallet";
import { deadOperator, without } from "./support/channels.ts";
import { ok, openTown, type Town, asset as yen } from "./support/town.ts";
import { joinAll, openTwoTowns } from "./support/two-towns.ts";

const seats = { ...yen, code: "SEAT", name: "Seat" };
const policy = { trustListValidity: 365 * 86_400 };

type Market = {
	/** of the yen that Ann, who decides, gives */
	readonly yens: Town;
	/** of the seats that Bob gives; the same town where one operator issued both */
	readonly seated: Town;
	readonly seat: string;
	readonly ann: Wallet;
	readonly bob: Wallet;
};

async function oneOperator(): Promise<Market> {
	const town = await openTown({ policy: { ...policy, assets: [yen, seats] } });
	const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
	await town.fund(bob, 4n, "SEAT");
	return { yens: town, seated: town, seat: "SEAT", ann, bob };
}

async function twoOperators(): Promise<Market> {
	const [yens, seated] = await openTwoTowns({ policy });
	const [ann, bob] = [await yens.wallet(1_000n), await seated.wallet(4n)];
	await joinAll([yens, seated], [ann, bob]);
	return { yens, seated, seat: seated.asset.code, ann, bob };
}

const markets = { "one operator": oneOperator, "two operators": twoOperators };

const seatOf = ({ seated, seat }: Market) => seated.assetOf(seat);

function passes({ yens, seated }: Market, seconds: number): void {
	for (const { clock } of new Set([yens, seated])) clock.now += seconds;
}

/** Ann buys a seat for 300 yen; her release is lost. */
async function bought(market: Market): Promise<{ readonly attempt: Bytes; readonly release: Bytes }> {
	const { yens, ann, bob } = market;
	const against = { asset: seatOf(market), amount: 1n };
	const request = ok(await bob.request({ asset: yens.asset, amount: 300n, mode: "exchange", against }));
	const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "release")));
	const messages = ok(await ann.module.contact(attempt)).map(parseMessage);
	const release = messages.find((message) => !isRefusal(message) && message.kind === "release");
	assert.ok(release !== undefined && !isRefusal(release) && release.kind === "release");
	return { attempt, release: release.secret };
}

async function show(town: Town, release: Bytes): Promise<void> {
	ok(await town.operator.rule(serializeRulingRequest({ kind: "release", release })));
}

async function isPublished(town: Town, release: Bytes): Promise<boolean> {
	return !isRefusal(await town.operator.release(lockHash(release)));
}

/** What Bob has of each, on his account and in his hands. */
async function bobHas(market: Market): Promise<readonly bigint[]> {
	const { yens, bob } = market;
	const each = [yens.asset, seatOf(market)].map(
		async (asset) => ok(await bob.account(asset)) + bob.balance(asset).available,
	);
	return Promise.all(each);
}

async function balanced({ yens, seated, seat }: Market): Promise<void> {
	assert.deepEqual((await yens.operator.audit(yens.asset.code)).broken, []);
	assert.deepEqual((await seated.operator.audit(seat)).broken, []);
	for (const town of new Set([yens, seated])) {
		assert.deepEqual(await town.operator.caseFiles(null), []);
		await town.close();
	}
}

for (const [name, open] of Object.entries(markets))
	describe(`the side without the secret, of ${name}`, () => {
		test("completes in the last second of grace by a release that was published in time, change and all", async () => {
			const market = await open();
			const { yens, seated, bob } = market;
			const { attempt, release } = await bought(market);
			passes(market, yen.redeemWindow - 1);
			await show(seated, release);
			passes(market, yen.grace);
			assert.equal(await bob.resolve(attempt), "received");
			assert.equal(ok(await bob.redeem(yens.asset)).credited, 300n);
			assert.equal(ok(await bob.redeem(seatOf(market))).credited, 3n);
			assert.deepEqual(await bobHas(market), [300n, 3n]);
			await balanced(market);
		});

		test("completes by a release that comes on the path of what it is paid, from whoever pays it", async () => {
			const market = await open();
			const { yens, seated, ann, bob } = market;
			await bought(market);
			const zoe = await seated.wallet();
			const toZoe = ok(await zoe.request({ asset: seatOf(market), amount: 1n }));
			ok(await ann.pay({ request: toZoe.encoded }, inProcessChannel(zoe.handle)));
			const toBob = ok(await bob.request({ asset: seatOf(market), amount: 1n }));
			ok(await zoe.pay({ request: toBob.encoded }, inProcessChannel(bob.handle)));
			assert.equal(bob.balance(yens.asset).available, 300n);
			assert.equal(bob.balance(seatOf(market)).available, 4n);
			assert.equal(ok(await bob.redeem(yens.asset)).credited, 300n);
			assert.equal(ok(await bob.redeem(seatOf(market))).credited, 4n);
			await balanced(market);
		});

		test("gets back what it gave, whole, where the release was published too late for it", async () => {
			const market = await open();
			const { seated, ann, bob } = market;
			const { attempt, release } = await bought(market);
			passes(market, yen.redeemWindow);
			await show(seated, release);
			assert.equal(await bob.resolve(attempt), "inFlight");
			passes(market, yen.grace - 1);
			assert.equal(ok(await ann.redeem(seatOf(market))).credited, 0n);
			passes(market, 1);
			assert.ok(!isRefusal(await bob.askRefund(attempt)));
			assert.deepEqual(await bobHas(market), [0n, 4n]);
			await balanced(market);
		});

		test("gets back what it gave where the release is handed over only in grace, or after", async () => {
			for (const late of [0, yen.grace]) {
				const market = await open();
				const { bob } = market;
				const { attempt, release } = await bought(market);
				passes(market, yen.redeemWindow + late);
				await bob.handle([serializeMessage({ kind: "release", attempt, secret: release })]);
				assert.deepEqual(await bobHas(market), [0n, 0n]);
				passes(market, yen.grace - late);
				assert.ok(!isRefusal(await bob.askRefund(attempt)));
				assert.deepEqual(await bobHas(market), [0n, 4n]);
				await balanced(market);
			}
		});
	});

test("the word of the operator of what is received takes nothing, once the other operator was not told in time", async () => {
	const market = await twoOperators();
	const { yens, bob } = market;
	const { attempt, release } = await bought(market);
	passes(market, yen.redeemWindow - 1);
	await show(yens, release);
	passes(market, 1);
	assert.equal(await bob.resolve(attempt), "inFlight");
	passes(market, yen.grace);
	assert.ok(!isRefusal(await bob.askRefund(attempt)));
	assert.deepEqual(await bobHas(market), [0n, 4n]);
	await balanced(market);
});

describe("a wallet that reaches its operator shows it", () => {
	const atRest = { links: Infinity, bytes: Infinity, time: -Infinity, count: Infinity };

	test("the release of an exchange that it decided, once, and then has its grace", async () => {
		const market = await oneOperator();
		const { seated, ann } = market;
		const { release } = await bought(market);
		assert.equal(await isPublished(seated, release), false);
		assert.equal(ok(await ann.upkeep(atRest)), 0);
		assert.equal(await isPublished(seated, release), true);
		assert.equal(await ann.showReleases(), 0);
		passes(market, yen.redeemWindow + yen.grace - 1);
		assert.equal(ok(await ann.redeem(seatOf(market))).credited, 1n);
		await balanced(market);
	});

	test("a release on the path of what it was paid offline, even before that is its own", async () => {
		for (const lost of ["done", "release"] as const) {
			const market = await oneOperator();
			const { seated, ann } = market;
			const { release } = await bought(market);
			const zoe = await seated.wallet();
			const request = ok(await zoe.request({ asset: seatOf(market), amount: 1n }));
			ok(await ann.pay({ request: request.encoded }, without(zoe.handle, lost)));
			ok(await zoe.upkeep(atRest));
			assert.equal(await isPublished(seated, release), true);
			await balanced(market);
		}
	});

	test("again later, where it was out of reach; and not what it is too late for", async () => {
		const market = await oneOperator();
		const { seated, ann } = market;
		const { release } = await bought(market);
		const { operator } = seated;
		ann.connect(operator.id, deadOperator);
		assert.equal(await ann.showReleases(), 0);
		ann.connect(operator.id, operator);
		passes(market, yen.redeemWindow);
		assert.equal(await ann.showReleases(), 0);
		passes(market, -1);
		assert.equal(await ann.showReleases(), 1);
		assert.equal(await isPublished(seated, release), true);
		await balanced(market);
	});

	test("nothing of hand-overs that the payer decides", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		ok(await ann.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		ok(await ann.start({ request: ok(await bob.request({ asset: town.asset, amount: 1n })).encoded }));
		assert.deepEqual([await ann.showReleases(), await bob.showReleases()], [0, 0]);
		await town.close();
	});
});
