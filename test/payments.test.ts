/** Everyday money: many tokens, change, upkeep, redeeming a part, either kind of key, proof of payment. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verify } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	keyId,
	limits,
	parse,
	type Receipt,
	receipt as receiptShape,
	type SuiteName,
	serialize,
	Trust,
	verifyReceipt,
	verifyTrustList,
} from "@tenten/protocol";
import { inProcessChannel, planUpkeep, selectTokens, type Wallet } from "@tenten/wallet";
import { without } from "./support/channels.ts";
import { ok, openTown, type Town, asset as yen } from "./support/town.ts";

async function pay(town: Town, from: Wallet, to: Wallet, amount: bigint) {
	const request = ok(await to.request({ asset: town.asset, amount }));
	return ok(await from.pay({ request: request.encoded }, inProcessChannel(to.handle)));
}

/** A token of 30 hops, as its summary shows it. */
const long = {
	output: new Uint8Array(32),
	asset: { operator: new Uint8Array(32), code: "JPY" },
	amount: 1n,
	hops: 30,
	links: 30,
	size: 6_000,
	signatures: 61,
	issuedAt: 0,
	spendUntil: 100,
	redeemUntil: 200,
	isBound: false,
	certificate: new Uint8Array(32),
};

const always = { links: 0, bytes: 0, time: 0, count: 1 };

describe("a payment", () => {
	test("takes several tokens and leaves change, to the unit", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(), await town.wallet()];
		await town.fund(ann, 1_000n, "JPY", 8);
		const payment = await pay(town, ann, bob, 901n);
		assert.deepEqual([payment.tokens, payment.madeChange], [8, true]);
		assert.equal(bob.module.tokens().length, 8);
		assert.equal((await pay(town, bob, ann, 901n)).madeChange, false);
		assert.equal(ann.balance(town.asset).available, 1_000n);
		await town.close();
	});

	test("of more tokens than one message carries is refused, and upkeep makes it possible", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(), await town.wallet()];
		for (let i = 0; i < 2; i++) await town.fund(ann, 16n, "JPY", 16);
		const request = ok(await bob.request({ asset: town.asset, amount: 32n }));
		const refused = await ann.start({ request: request.encoded });
		assert.equal(isRefusal(refused) && refused.code, "too-many");
		assert.ok(Number(ok(await ann.upkeep())) >= 2);
		assert.ok(ann.module.tokens().length <= 4);
		ok(await ann.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(bob.balance(town.asset).available, 32n);
		await town.close();
	});

	test("takes no more tokens than its payee may verify, and others where those would be too many", () => {
		const tokens = Array.from({ length: 8 }, () => long);
		assert.equal(selectTokens(tokens, 4n)?.length, 4);
		assert.equal(selectTokens(tokens, 5n), undefined);
		const short = { ...long, spendUntil: 10_000_000, amount: 2n, signatures: 2, size: 500 };
		assert.deepEqual(selectTokens([...tokens, short, short, short], 6n), [short, short, short]);
	});

	test("of nothing, of less than nothing or of more than there is, is refused", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(100n), await town.wallet()];
		const open = ok(await bob.request({ asset: town.asset, amount: 0n }));
		for (const [amount, code] of [
			[0n, "amount-invalid"],
			[-1n, "amount-invalid"],
			[101n, "funds-insufficient"],
			[limits.amount + 1n, "funds-insufficient"],
		] as const) {
			const refused = await ann.start({ request: open.encoded, amount });
			assert.equal(isRefusal(refused) && refused.code, code, `${amount}`);
		}
		const fixed = ok(await bob.request({ asset: town.asset, amount: 50n }));
		const other = await ann.start({ request: fixed.encoded, amount: 51n });
		assert.equal(isRefusal(other) && other.code, "amount-mismatch");
		await town.close();
	});

	test("to oneself moves nothing and loses nothing", async () => {
		const town = await openTown();
		const ann = await town.wallet(100n);
		await pay(town, ann, ann, 30n);
		assert.equal(ann.balance(town.asset).available, 100n);
		assert.equal(ok(await ann.redeem(town.asset)).credited, 100n);
		await town.close();
	});

	test("passes between Ed25519 and ES256 wallets, back, and on", async () => {
		const town = await openTown();
		const suites: readonly SuiteName[] = ["Ed25519", "ES256", "Ed25519", "ES256"];
		const wallets = await Promise.all(suites.map((suite) => town.wallet(0n, { suite })));
		await town.fund(wallets[0] as Wallet, 500n);
		await town.fund(wallets[1] as Wallet, 500n);
		for (const [from, to] of [
			[0, 1],
			[1, 2],
			[2, 3],
			[3, 0],
			[1, 0],
			[0, 3],
		] as const)
			await pay(town, wallets[from] as Wallet, wallets[to] as Wallet, 120n);
		for (const wallet of wallets) ok(await wallet.redeem(town.asset));
		assert.equal(await town.outstanding(), 0n);
		await town.close();
	});
});

describe("upkeep", () => {
	test("keeps count of hops, and takes the length off", async () => {
		const town = await openTown();
		const [ann, bob, eve] = [await town.wallet(300n), await town.wallet(), await town.wallet()];
		await pay(town, ann, bob, 300n);
		await pay(town, bob, eve, 300n);
		const [before] = eve.module.tokens();
		assert.equal(ok(await eve.upkeep(always)), 1);
		const [after] = eve.module.tokens();
		assert.deepEqual([before?.hops, before?.links, after?.hops, after?.links], [2, 2, 2, 0]);
		assert.ok((after?.size ?? 0) < (before?.size ?? 0) / 2);
		await town.close();
	});

	test("is not due while windows are young, however short they are", async () => {
		const short = { ...yen, spendWindow: 3 * 86_400, redeemWindow: 6 * 86_400 };
		const town = await openTown({ policy: { assets: [short] } });
		const ann = await town.wallet(100n);
		assert.equal(ok(await ann.upkeep()), 0);
		town.clock.now += 2.5 * 86_400;
		assert.equal(ok(await ann.upkeep()), 1);
		assert.equal(ok(await ann.upkeep()), 0);
		await town.close();
	});

	test("brings back what can no longer be spent, and leaves alone what can no longer be redeemed", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(100n), await town.wallet(100n)];
		town.clock.now += yen.spendWindow;
		assert.equal(ann.balance(town.asset).available, 0n);
		assert.equal(ok(await ann.upkeep()), 1);
		assert.equal(ann.balance(town.asset).available, 100n);
		town.clock.now += yen.redeemWindow;
		assert.equal(ok(await bob.upkeep()), 0);
		assert.equal(bob.module.tokens().length, 1);
		await town.close();
	});

	test("plans no order that its operator could not verify, whoever had the tokens before", () => {
		const tokens = Array.from({ length: 40 }, (_, i) => ({ ...long, output: new Uint8Array(32).fill(i) }));
		const plans = planUpkeep(tokens, 50);
		assert.equal(plans.flatMap(({ inputs }) => inputs).length, 40);
		for (const { inputs } of plans) {
			assert.ok(inputs.reduce((sum, { signatures }) => sum + signatures + 2, 2) <= limits.signatures);
			assert.ok(inputs.reduce((sum, { size }) => sum + size + 512, 0) <= limits.message);
		}
	});
});

describe("redeeming", () => {
	test("a part leaves the rest spendable, and the account holds the part", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(), await town.wallet()];
		await town.fund(ann, 1_000n, "JPY", 4);
		assert.equal(ok(await ann.redeem(town.asset, 333n)).credited, 333n);
		assert.equal(ok(await ann.account(town.asset)), 333n);
		assert.equal(ann.balance(town.asset).available, 667n);
		await pay(town, ann, bob, 667n);
		assert.equal(ok(await bob.redeem(town.asset)).credited, 667n);
		assert.equal(await town.outstanding(), 0n);
		await town.close();
	});
});

describe("a receipt", () => {
	/** What anyone may have: the operator's signed list, and nothing of the wallets. */
	async function bareTrust({ operator, clock }: Town): Promise<Trust> {
		const context = { verify, pinnedSigner: operator.id, minimumVersion: 0, now: clock.now };
		return new Trust(ok(verifyTrustList(await operator.trustList(), context)), verify);
	}

	async function openPaid() {
		const town = await openTown();
		const documents = [{ mediaType: "text/plain", content: Uint8Array.of(7) }];
		const [ann, bob] = [
			await town.wallet(500n),
			await town.wallet(0n, { consider: async () => ({ documents }) }),
		];
		const { attempt } = await pay(town, ann, bob, 300n);
		return { town, bob, encoded: ok(ann.module.receipt(attempt)) as Bytes, trust: await bareTrust(town) };
	}

	test("proves a payment with the trust list alone", async () => {
		const { town, bob, encoded, trust } = await openPaid();
		const proof = ok(verifyReceipt(encoded, trust));
		assert.equal(proof.amount, 300n);
		assert.deepEqual(proof.asset, town.asset);
		assert.deepEqual(proof.payee.hash, bob.module.certificates()[0]?.hash);
		assert.equal(proof.reply?.documents.length, 1);
		await town.close();
	});

	test("without its release, or with another, proves nothing", async () => {
		const { town, encoded, trust } = await openPaid();
		const whole = parse(receiptShape, encoded) as Receipt;
		for (const secret of [null, new Uint8Array(32)]) {
			const proof = verifyReceipt(serialize(receiptShape, { ...whole, secret }), trust);
			assert.equal(isRefusal(proof) && proof.code, "release-mismatch");
		}
		await town.close();
	});

	test("is not given for what is only reserved", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(500n), await town.wallet()];
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "reserved")));
		const receipt = ann.module.receipt(attempt);
		assert.equal(isRefusal(receipt) && receipt.code, "attempt-pending");
		await town.close();
	});

	test("of a stranger's ecosystem proves nothing here", async () => {
		const { town, encoded } = await openPaid();
		const stranger = await openTown();
		const proof = verifyReceipt(encoded, await bareTrust(stranger));
		assert.equal(isRefusal(proof) && proof.code, "authority-unknown");
		assert.notDeepEqual(
			keyId((await bareTrust(stranger)).list.operators[0]?.root as never),
			town.operator.id,
		);
		await town.close();
		await stranger.close();
	});
});
