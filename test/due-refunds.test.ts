/** Refunds have a last day: wallets ask in time by themselves, and say so where it is too late. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, type OperatorClient, type Refusal, toHex } from "@tenten/protocol";
import { inProcessChannel, refusalWords, type Wallet } from "@tenten/wallet";
import { without } from "./support/channels.ts";
import { ok, openTown, type Town, asset as yen } from "./support/town.ts";

const { redeemWindow, grace } = yen;
const due = redeemWindow + grace;
const lastDay = due + redeemWindow + 5 * 365 * 86_400;
/** A list is renewed at half of its time: from then on its date says that something is over. */
const validity = 20 * 86_400;

type World = {
	readonly town: Town;
	readonly ann: Wallet;
	readonly bob: Wallet;
	readonly skew: { by: number };
};

async function openWorld(): Promise<World> {
	const town = await openTown({ policy: { trustListValidity: validity } });
	const skew = { by: 0 };
	const ann = await town.wallet(1_000n, { now: () => town.clock.now + skew.by });
	return { town, ann, bob: await town.wallet(), skew };
}

/** 300 set aside for Bob, whose reservation never came back; or sent to him directly. */
async function unheard({ town, ann, bob }: World, mode: "twoPhase" | "direct" = "twoPhase"): Promise<Bytes> {
	const request = ok(await bob.request({ asset: town.asset, amount: 300n, mode }));
	const channel = without(bob.handle, mode === "direct" ? "transfer" : "reserved");
	return ok(await ann.pay({ request: request.encoded }, channel)).attempt;
}

/** An operator that counts the rulings that it is asked for, and is away while it should be. */
function counted({ operator }: Town) {
	const asked = { rulings: 0, isAway: false };
	const away: Refusal = { kind: "refusal", code: "channel-failed", detail: "" };
	const or = (answer: () => Promise<Bytes | Refusal>) => (asked.isAway ? Promise.resolve(away) : answer());
	const client: OperatorClient = {
		trustList: () => or(() => operator.trustList()),
		freezeList: () => or(() => operator.freezeList()),
		appeal: (appeal) => or(() => operator.appeal(appeal)),
		enrol: (enrolment) => or(() => operator.enrol(enrolment)),
		withdraw: (order) => or(() => operator.withdraw(order)),
		claim: (claim) => or(() => operator.claim(claim)),
		release: (lock) => or(() => operator.release(lock)),
		account: (query) => or(() => operator.account(query)),
		rule: (request) => {
			asked.rulings++;
			return or(() => operator.rule(request));
		},
	};
	return { asked, client };
}

const codeOf = (result: unknown): string => (isRefusal(result) ? result.code : String(result));

describe("a wallet that holds what it locked and never gave", () => {
	test("asks for its refund in its upkeep, once its dates are over; what it sent directly only its user asks for", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		const locked = await unheard(world);
		await town.fund(ann, 300n);
		const sent = await unheard(world, "direct");
		ok(await ann.upkeep());
		assert.equal(ann.module.payer(locked), "locked");
		town.clock.now += due + validity;
		ok(await ann.upkeep());
		assert.equal(ann.module.payer(locked), "ruled");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		assert.equal(ann.module.payer(sent), "sent");
		assert.equal(codeOf(await ann.askRefund(sent)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_300n);
		assert.deepEqual((await town.operator.audit("JPY")).broken, []);
		await town.close();
	});

	test("signs nothing by its own clock alone: the payment goes on", async () => {
		const world = await openWorld();
		const { town, ann, bob, skew } = world;
		const attempt = await unheard(world);
		skew.by = due + validity;
		await ann.upkeep();
		skew.by = 0;
		assert.equal(ok(await ann.recover(attempt, inProcessChannel(bob.handle))), "spent");
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("asks once of what was refused for good, while it is open", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		await unheard(world);
		const { asked, client } = counted(town);
		ann.connect(town.operator.id, client);
		asked.isAway = true;
		town.clock.now += due + validity;
		await town.renew(ann);
		await ann.upkeep();
		await ann.upkeep();
		assert.equal(asked.rulings, 2, "whoever is out of reach is asked again");
		asked.isAway = false;
		town.clock.now += lastDay;
		await ann.upkeep();
		await ann.upkeep();
		assert.equal(asked.rulings, 3);
		await town.close();
	});

	test("does not cancel what could not be redeemed then: it is refunded", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		const attempt = await unheard(world);
		town.clock.now += redeemWindow;
		assert.deepEqual(await ann.tick(), []);
		assert.equal(codeOf(await ann.cancel(attempt)), "redeem-closed");
		town.clock.now += grace;
		await town.renew(ann);
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		await town.close();
	});
});

describe("a wallet that comes after the last day", () => {
	test("is told so, and signs nothing in vain", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const begun = town.clock.now;
		const attempt = await unheard(world);
		const known = ann.module.attempts().find((each) => toHex(each.attempt) === toHex(attempt));
		assert.deepEqual(known?.refund, { from: begun + due, until: begun + lastDay }, "said beforehand");
		const { asked, client } = counted(town);
		ann.connect(town.operator.id, client);
		town.clock.now += lastDay + validity;
		await town.renew(ann);
		assert.equal(codeOf(await ann.askRefund(attempt)), "refund-closed");
		assert.equal(asked.rulings, 0);
		assert.equal(refusalWords["refund-closed"].en, "The time to ask for this money back is over.");
		// Whoever waits for it is told that nothing comes: that loses nobody anything now.
		assert.deepEqual(await ann.tick(), [], "not unasked");
		assert.equal(await ann.cancel(attempt, inProcessChannel(bob.handle)), undefined);
		assert.equal(bob.module.payee(attempt), "cancelled");
		await town.close();
	});

	test("with a statement from before gets the operator's word that it is too late, and nothing", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		const attempt = await unheard(world);
		const { asked, client } = counted(town);
		ann.connect(town.operator.id, client);
		asked.isAway = true;
		town.clock.now += due;
		await town.renew(ann);
		assert.equal(codeOf(await ann.askRefund(attempt)), "channel-failed");
		asked.isAway = false;
		town.clock.now += lastDay - due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "refund-closed");
		const [account] = ann.module.certificates();
		assert.equal(await town.operator.balance(account?.hash as Bytes, "JPY"), 0n);
		assert.equal((await town.operator.totals("JPY")).refunded, 0n);
		await town.close();
	});
});
