/**
 * Doubt ends: any one message lost, either wallet cut off at any durable write, before it or after, and then
 * one question of either side leaves one of the allowed outcomes, to the unit.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AssetId, isRefusal } from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet, type WalletStore } from "@tenten/wallet";
import { type Fault, faultyStore } from "../packages/module/test/support/faulty-store.ts";
import { losing, meddledChannel } from "./support/channels.ts";
import { type Device, ok, openTown, type Town, asset as yen } from "./support/town.ts";

const seats = { ...yen, code: "SEAT", name: "Seat" };
const asked = { role: "holder", class: null, merchantCategory: null, region: null } as const;
const documents = [{ mediaType: "text/plain", content: Uint8Array.of(1, 2, 3) }];

type Way = "twoPhase" | "exchange" | "direct";
const ways: readonly Way[] = ["twoPhase", "exchange", "direct"];

type Pair = { readonly town: Town; readonly ann: Device; readonly bob: Device };

/** Two devices: Ann with 1,000 yen in two tokens, Bob with four seats. */
async function openPair(): Promise<Pair> {
	const town = await openTown({ policy: { assets: [yen, seats] } });
	const [ann, bob] = [town.device(), town.device()];
	for (const [device, amount, code] of [[ann, 1_000n, "JPY"] as const, [bob, 4n, "SEAT"] as const]) {
		const wallet = await device.open();
		assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
		await town.fund(wallet, amount, code, 2);
	}
	return { town, ann, bob };
}

/** A wallet of this device whose store fails as planned; commits are counted from the hand-over on. */
async function faulty(device: Device, plan: Fault) {
	const rows = faultyStore(device.store, plan);
	const store: WalletStore = { ...rows, history: device.store.history };
	return {
		wallet: await device.open({ store, consider: async () => ({ documents }) }),
		commits: rows.commits,
	};
}

/** Pays 600 yen, in an exchange for three seats. Whatever fails on the way is as a crash or a lost network. */
async function handOver({ town }: Pair, way: Way, ann: Wallet, bob: Wallet, channel: Channel): Promise<void> {
	const against = { asset: town.assetOf("SEAT"), amount: 3n };
	const terms = way === "exchange" ? { mode: way, against } : { mode: way };
	const request = ok(await bob.request({ asset: town.assetOf("JPY"), amount: 600n, ...terms }));
	try {
		await ann.pay({ request: request.encoded, documents }, channel);
	} catch (error) {
		assert.match(String(error), /StoreFault|crash|stopped|open it again/);
	}
}

/** What a channel makes of a side that crashed: nothing comes back. */
function survivor(inner: Channel): Channel {
	return {
		exchange: async (messages) => {
			try {
				return await inner.exchange(messages);
			} catch {
				return { kind: "refusal", code: "channel-failed", detail: "" };
			}
		},
	};
}

/** Whoever knows of an open attempt asks once. Who knows of none has nothing to ask about. */
async function recoverOnce(side: Wallet, other: Wallet): Promise<void> {
	for (const attempt of side.module.open()) ok(await side.recover(attempt, inProcessChannel(other.handle)));
}

const owned = (wallet: Wallet, asset: AssetId): bigint => {
	const { available, locked } = wallet.balance(asset);
	return available + locked;
};

/** One of the allowed outcomes, nothing in doubt, and every unit with one of the two or back at the operator. */
async function settled({ town }: Pair, way: Way, ann: Wallet, bob: Wallet, where: string): Promise<string> {
	const [payer] = ann.module.attempts();
	const [payee] = bob.module.attempts();
	const outcome = `${payer?.state ?? "none"} ${payee?.state ?? "none"}`;
	const paid = way === "direct" ? "sent owned" : "released owned";
	assert.ok(
		[paid, "none none", "cancelled none", "cancelled cancelled"].includes(outcome),
		`${where}: ${outcome}`,
	);
	const isPaid = outcome === paid;
	const [jpy, seat] = [town.assetOf("JPY"), town.assetOf("SEAT")];
	const sums = [ann, bob].map((wallet) => [owned(wallet, jpy), owned(wallet, seat)]);
	const moved = isPaid && way === "exchange" ? 3n : 0n;
	assert.deepEqual(
		sums,
		isPaid
			? [
					[400n, moved],
					[600n, 4n - moved],
				]
			: [
					[1_000n, 0n],
					[0n, 4n],
				],
		where,
	);
	for (const wallet of [ann, bob])
		for (const asset of [jpy, seat]) {
			assert.deepEqual([wallet.balance(asset).locked, wallet.balance(asset).reserved], [0n, 0n], where);
			ok(await wallet.redeem(asset));
		}
	assert.deepEqual([await town.outstanding("JPY"), await town.outstanding("SEAT")], [0n, 0n], where);
	assert.deepEqual(await town.operator.caseFiles(null), [], where);
	return outcome;
}

for (const way of ways)
	describe(`a ${way} hand-over`, () => {
		test("of which any one message is lost is ended by one question, whoever asks", async () => {
			let lost = 0;
			for (let n = 1; ; n++) {
				let passed = 0;
				for (const asker of ["payer", "payee"] as const) {
					const pair = await openPair();
					const [ann, bob] = [
						await pair.ann.open(),
						await pair.bob.open({ consider: async () => ({ documents }) }),
					];
					const channel = losing(bob.handle, n);
					await handOver(pair, way, ann, bob, channel);
					passed = channel.passed();
					if (n > passed) break;
					lost++;
					const [side, other] = asker === "payer" ? [ann, bob] : [bob, ann];
					await recoverOnce(side, other);
					// A side that never heard of the attempt cannot ask about it; the other's question is then the one.
					if (side.module.attempts().length === 0) await recoverOnce(other, side);
					await settled(pair, way, ann, bob, `message ${n} lost, ${asker} asks`);
					await pair.town.close();
				}
				if (n > passed) break;
			}
			assert.ok(lost >= 4, `${lost} messages lost`);
		});

		test("of which every message comes twice is the same as once", async () => {
			const pair = await openPair();
			const [ann, bob] = [
				await pair.ann.open(),
				await pair.bob.open({ consider: async () => ({ documents }) }),
			];
			await handOver(
				pair,
				way,
				ann,
				bob,
				meddledChannel(bob.handle, () => "repeat"),
			);
			assert.notEqual(await settled(pair, way, ann, bob, "twice"), "none none");
			await pair.town.close();
		});

		for (const crashed of ["payer", "payee"] as const)
			for (const when of ["before", "after"] as const)
				test(`whose ${crashed} is cut off ${when} any durable write is ended by one question`, async () => {
					const outcomes = new Set<string>();
					for (let commit = 1; ; commit++) {
						let reached = 0;
						for (const asker of ["payer", "payee"] as const) {
							const pair = await openPair();
							const plan: Fault = { commit, when, how: "crash" };
							const never: Fault = { commit: 0, when, how: "crash" };
							const ann = await faulty(pair.ann, crashed === "payer" ? plan : never);
							const bob = await faulty(pair.bob, crashed === "payee" ? plan : never);
							const channel = survivor(inProcessChannel(bob.wallet.handle));
							let isMade = true;
							await handOver(pair, way, ann.wallet, bob.wallet, channel).catch(() => {
								isMade = false;
							});
							reached = (crashed === "payer" ? ann : bob).commits();
							if (reached < commit) break;
							const consider = async () => ({ documents });
							const [payer, payee] = [await pair.ann.open({ consider }), await pair.bob.open({ consider })];
							const [side, other] = asker === "payer" ? [payer, payee] : [payee, payer];
							const where = `commit ${commit}, ${asker} asks`;
							if (isMade) {
								await recoverOnce(side, other);
								if (side.module.attempts().length === 0) await recoverOnce(other, side);
							}
							outcomes.add(await settled(pair, way, payer, payee, where));
							await pair.town.close();
						}
						if (reached < commit) break;
					}
					// The payment itself goes on wherever it was made durable.
					assert.ok(
						[...outcomes].some((outcome) => outcome !== "none none"),
						[...outcomes].join(),
					);
				});
	});

describe("an order to the operator", () => {
	/** Ann's device, with 700 of 1,000 in the wallet and the rest on her account. */
	async function openSaver() {
		const pair = await openPair();
		const ann = await pair.ann.open();
		ok(await ann.redeem(pair.town.asset, 300n));
		return pair;
	}

	/** Every unit is in the wallet or on the account once the wallet has asked again. */
	async function whole({ town }: Pair, wallet: Wallet, where: string): Promise<void> {
		await wallet.settlePending();
		assert.deepEqual(await wallet.module.pendingOrders(), [], where);
		const account = ok(await wallet.account(town.asset));
		assert.equal(account + wallet.balance(town.asset).available, 1_000n, where);
		assert.equal(await town.outstanding(), wallet.balance(town.asset).available, where);
	}

	const orders: Readonly<Record<string, (wallet: Wallet, town: Town) => Promise<unknown>>> = {
		withdraws: (wallet, { asset }) => wallet.topUp(asset, 200n, 3),
		"redeems a part": (wallet, { asset }) => wallet.redeem(asset, 450n),
		refreshes: (wallet) => wallet.upkeep({ links: 0, bytes: 0, time: 0, count: 1 }),
	};
	for (const [name, give] of Object.entries(orders)) {
		test(`that ${name} is carried out once, wherever its wallet is cut off`, async () => {
			for (const when of ["before", "after"] as const)
				for (let commit = 1; ; commit++) {
					const pair = await openSaver();
					const { wallet, commits } = await faulty(pair.ann, { commit, when, how: "crash" });
					await give(wallet, pair.town).catch(() => undefined);
					const isOver = commits() < commit;
					await whole(pair, await pair.ann.open(), `${when} commit ${commit}`);
					await pair.town.close();
					if (isOver) break;
				}
		});

		test(`that ${name} is carried out once, though its answer is lost`, async () => {
			const pair = await openSaver();
			const ann = await pair.ann.open();
			const { operator } = pair.town;
			const lost = async () => ({ kind: "refusal", code: "channel-failed", detail: "" }) as const;
			const deaf = {
				...plain(operator),
				withdraw: async (order: Uint8Array) => operator.withdraw(order).then(lost),
				claim: async (claim: Uint8Array) => operator.claim(claim).then(lost),
			};
			ann.connect(operator.id, deaf);
			assert.ok(isRefusal(await give(ann, pair.town)));
			assert.notDeepEqual(await ann.module.pendingOrders(), []);
			ann.connect(operator.id, operator);
			await whole(pair, ann, "answer lost");
			await pair.town.close();
		});
	}

	test("is not given while its operator is out of reach: what could be spent stays spendable", async () => {
		const pair = await openSaver();
		const ann = await pair.ann.open();
		const { operator } = pair.town;
		const trustList = async () => ({ kind: "refusal", code: "channel-failed", detail: "" }) as const;
		ann.connect(operator.id, { ...plain(operator), trustList });
		for (const give of Object.values(orders).slice(1)) assert.ok(isRefusal(await give(ann, pair.town)));
		assert.equal(ann.balance(pair.town.asset).available, 700n);
		assert.deepEqual(await ann.module.pendingOrders(), []);
		await pair.town.close();
	});

	test("for more than the account holds is refused for good, and not asked for ever after", async () => {
		const pair = await openSaver();
		const ann = await pair.ann.open();
		const refused = await ann.topUp(pair.town.asset, 301n);
		assert.equal(isRefusal(refused) && refused.code, "funds-insufficient");
		assert.deepEqual(await ann.module.pendingOrders(), []);
		await whole(pair, ann, "refused");
		await pair.town.close();
	});
});

/** The operator's port as plain functions, some of which a test replaces. */
function plain({
	trustList,
	freezeList,
	appeal,
	enrol,
	withdraw,
	claim,
	rule,
	release,
	account,
}: Town["operator"]) {
	return { trustList, freezeList, appeal, enrol, withdraw, claim, rule, release, account };
}
