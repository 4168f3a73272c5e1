/** Direct hand-over: one message carries the value, over ways that lead back to nobody. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, parseMessage, serializeMessage } from "@tenten/protocol";
import {
	fileReceiver,
	fileSender,
	inProcessChannel,
	linkOf,
	messagesOfLink,
	type Wallet,
} from "@tenten/wallet";
import { losing, without } from "./support/channels.ts";
import { asset, ok, openTown, type Town } from "./support/town.ts";

type World = { readonly town: Town; readonly ann: Wallet; readonly bob: Wallet };

async function openWorld(): Promise<World> {
	const town = await openTown();
	return { town, ann: await town.wallet(1_000n), bob: await town.wallet() };
}

/** A direct payment that has left Ann and reached nobody yet. */
async function sent({ town, ann, bob }: World, amount = 300n) {
	const { encoded } = ok(await bob.request({ asset: town.asset, amount, mode: "direct" }));
	return ok(await ann.start({ request: encoded }));
}

/** What came down a direct payment is no more its payee's silence. */
describe("a direct transfer of which no word came", () => {
	test("has arrived once its payee pays it back, from the reservation on: nothing of it is refunded", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt, messages } = await sent(world);
		await bob.handle(messages);
		assert.deepEqual(ann.module.open(), [attempt]);
		const { encoded } = ok(await ann.request({ asset: town.asset, amount: 200n }));
		ok(await bob.pay({ request: encoded }, without(ann.handle, "release")));
		const [back] = ann.module.open();
		assert.deepEqual(ann.module.open(), [back]);
		assert.equal(ann.module.payee(back as Bytes), "reserved");
		ok(await bob.recover(back as Bytes, inProcessChannel(ann.handle)));

		// What it pays on from there can be taken back: the earlier payment has not been.
		const cora = await town.wallet();
		const asked = ok(await cora.request({ asset: town.asset, amount: 900n, mode: "direct" }));
		const on = ok(await ann.start({ request: asked.encoded })).attempt;
		town.clock.now += asset.redeemWindow + asset.grace;
		await town.renew(ann);
		const refused = await ann.askRefund(attempt);
		assert.equal(isRefusal(refused) && refused.code, "attempt-decided");
		assert.equal(ok(await ann.askRefund(on)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 900n);
		assert.deepEqual(await town.operator.caseFiles(null), []);
		await town.close();
	});

	test("and whose payee pays its word by another way keeps that word, too", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt, messages } = await sent(world);
		const answers = await bob.handle(messages);
		const { encoded } = ok(await ann.request({ asset: town.asset, amount: 200n }));
		ok(await bob.pay({ request: encoded }, inProcessChannel(ann.handle)));
		assert.deepEqual(ann.module.open(), []);
		assert.ok(isRefusal(ann.module.receipt(attempt)), "a path is no receipt");
		await ann.handle(answers);
		assert.ok(!isRefusal(ann.module.receipt(attempt)));
		await town.close();
	});

	test("of which its carrier kept a part: that part is taken back, and no more", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(100n), await town.wallet()];
		await town.fund(ann, 50n);
		const { attempt, messages } = await sent({ town, ann, bob }, 150n);
		const [transfer] = messages.map((message) => ok(parseMessage(message)));
		assert.ok(transfer?.kind === "transfer" && transfer.tokens.length === 2);
		const part = { ...transfer, tokens: transfer.tokens.slice(0, 1) };
		await bob.handle([serializeMessage(part)]);
		const arrived = bob.balance(town.asset).available;
		const { encoded } = ok(await ann.request({ asset: town.asset, amount: arrived }));
		ok(await bob.pay({ request: encoded }, inProcessChannel(ann.handle)));
		assert.deepEqual(ann.module.open(), [attempt]);
		ok(await ann.redeem(town.asset));
		town.clock.now += asset.redeemWindow + asset.grace;
		assert.equal(ok(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 150n);
		assert.equal(await town.outstanding(), 0n);
		await town.close();
	});

	test("has not arrived because its change went round", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt } = await sent(world);
		const there = ok(await bob.request({ asset: town.asset, amount: 700n }));
		ok(await ann.pay({ request: there.encoded }, inProcessChannel(bob.handle)));
		const back = ok(await ann.request({ asset: town.asset, amount: 700n }));
		ok(await bob.pay({ request: back.encoded }, inProcessChannel(ann.handle)));
		assert.deepEqual(ann.module.open(), [attempt]);
		town.clock.now += asset.redeemWindow + asset.grace;
		assert.equal(ok(await ann.askRefund(attempt)), "refunded");
		await town.close();
	});
});

test("a release whose arrival nobody told has arrived once its payee pays it back", async () => {
	const { town, ann, bob } = await openWorld();
	const there = ok(await bob.request({ asset: town.asset, amount: 300n }));
	const { attempt } = ok(await ann.pay({ request: there.encoded }, without(bob.handle, "done")));
	assert.deepEqual(ann.module.open(), [attempt]);
	const back = ok(await ann.request({ asset: town.asset, amount: 300n }));
	ok(await bob.pay({ request: back.encoded }, inProcessChannel(ann.handle)));
	assert.deepEqual(ann.module.open(), []);
	await town.close();
});

describe("a direct transfer", () => {
	test("is effective when signed: change is spendable at once, the payee spends when it has read the file", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const folder = mkdtempSync(join(tmpdir(), "direct-"));
		const path = join(folder, "payment.tenten");
		const { attempt, messages } = await sent(world);
		await fileSender(path).send(messages);
		assert.equal(ann.module.payer(attempt), "sent");
		assert.equal(ann.balance(town.asset).available, 700n);

		const answers = await bob.handle(ok(await fileReceiver(path).receive()));
		assert.equal(bob.balance(town.asset).available, 300n);
		// The answer may come back much later, by another way; until then the payer keeps its copy.
		assert.deepEqual(ann.module.open(), [attempt]);
		await ann.handle(answers);
		assert.deepEqual(ann.module.open(), []);
		assert.ok(!isRefusal(ann.module.receipt(attempt)));
		rmSync(folder, { recursive: true });
		await town.close();
	});

	test("passes as a link, and the same link read twice is taken once", async () => {
		const world = await openWorld();
		const { town, bob } = world;
		const { messages } = await sent(world);
		const link = linkOf(messages, "https://wallet.example/receive");
		const first = await bob.handle(ok(messagesOfLink(link)));
		const second = await bob.handle(ok(messagesOfLink(link)));
		assert.deepEqual(second, first);
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("to a printed code is paid by many, each at once, even while the app is asked about another", async () => {
		const town = await openTown();
		const [ann, eve] = [await town.wallet(1_000n), await town.wallet(1_000n)];
		const waiting: (() => void)[] = [];
		const consider = () => new Promise<object>((resolve) => waiting.push(() => resolve({})));
		const stall = await town.wallet(0n, { consider });
		const code = ok(await stall.request({ asset: town.asset, amount: 0n, mode: "direct", isStatic: true }));
		const payments = await Promise.all(
			[ann, ann, eve].map(async (payer) => ok(await payer.start({ request: code.encoded, amount: 100n }))),
		);
		const answers = payments.map(({ messages }) => stall.handle(messages));
		const repeated = stall.handle(payments[0]?.messages ?? []);
		while (waiting.length < 3) await new Promise(setImmediate);
		for (const answer of waiting) answer();
		assert.deepEqual(
			(await Promise.all(answers)).map(({ length }) => length),
			[1, 1, 1],
		);
		assert.deepEqual(await repeated, []);
		assert.equal(waiting.length, 3);
		assert.equal(stall.balance(town.asset).available, 300n);
		await town.close();
	});

	test("that is not wanted goes back whole, and the payer spends it again", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt, messages } = await sent(world);
		await bob.handle(messages);
		assert.equal(ok(await bob.sendBack(attempt, inProcessChannel(ann.handle))), "safe");
		assert.equal(bob.balance(town.asset).available, 0n);
		assert.equal(ann.balance(town.asset).available, 1_000n);
		assert.equal(ann.module.payer(attempt), "returned");
		const again = ok(await bob.request({ asset: town.asset, amount: 1_000n }));
		ok(await ann.pay({ request: again.encoded }, inProcessChannel(bob.handle)));
		assert.equal(ok(await bob.redeem(town.asset)).credited, 1_000n);
		await town.close();
	});

	test("that the payee's app declines goes back at once, whole and with the reason", async () => {
		const town = await openTown();
		const ann = await town.wallet(1_000n);
		const refusal = { kind: "refusal", code: "condition-payee", detail: "sold out" } as const;
		const bob = await town.wallet(0n, { consider: async () => refusal });
		const { attempt, messages } = await sent({ town, ann, bob });
		const answers = await bob.handle(messages);
		assert.equal(bob.balance(town.asset).available, 0n);
		const [why] = answers.map((answer) => ok(parseMessage(answer)));
		assert.ok(why?.kind === "refused" && why.code === "condition-payee" && why.detail === "sold out");
		await ann.handle(answers);
		assert.equal(ann.module.payer(attempt), "returned");
		assert.equal(ann.balance(town.asset).available, 1_000n);
		// Sent once more, it is answered once more, and nothing moves.
		assert.deepEqual((await bob.handle(messages)).at(-1), answers.at(-1));
		assert.equal(ann.balance(town.asset).available, 1_000n);
		await town.close();
	});

	test("whose way back was lost is asked for: by either side, also after it was acknowledged", async () => {
		for (const recoverer of ["payer", "payee"] as const)
			for (const acknowledged of [false, true]) {
				const world = await openWorld();
				const { town, ann, bob } = world;
				const { attempt, messages } = await sent(world);
				const answers = await bob.handle(messages);
				if (acknowledged) await ann.handle(answers);
				ok(await bob.sendBack(attempt));
				const [side, other] = recoverer === "payer" ? [ann, bob] : [bob, ann];
				ok(await side.recover(attempt, inProcessChannel(other.handle)));
				assert.equal(ann.module.payer(attempt), "returned", `${recoverer} ${acknowledged}`);
				assert.equal(ann.balance(town.asset).available, 1_000n);
				await town.close();
			}
	});

	test("sent back while the line is cut at any message waits to be asked about, by nobody's hand", async () => {
		let cuts = 0;
		for (let n = 1, isCut = true; isCut; n++) {
			const world = await openWorld();
			const { town, ann, bob } = world;
			const { attempt, messages } = await sent(world);
			// Acknowledged: Ann waits for nothing.
			await ann.handle(await bob.handle(messages));
			assert.deepEqual(ann.module.open(), []);
			const line = losing(ann.handle, n);
			ok(await bob.sendBack(attempt, line));
			isCut = line.passed() >= n;
			if (isCut) {
				cuts++;
				assert.deepEqual(bob.module.open(), [attempt], `message ${n}`);
				for (const open of bob.module.open()) ok(await bob.recover(open, inProcessChannel(ann.handle)));
			}
			assert.deepEqual([ann.module.open(), bob.module.open()], [[], []], `message ${n}`);
			assert.equal(ann.balance(town.asset).available, 1_000n, `message ${n}`);
			await town.close();
		}
		assert.equal(cuts, 2);
	});

	test("sent back, and the wallet crashes: it asks after the restart, and once the payer has it no more", async () => {
		const town = await openTown();
		const ann = await town.wallet(1_000n);
		const device = town.device();
		const bob = await device.open();
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		assert.equal(await bob.join(town.operator, town.operator.id, asked), undefined);
		const { attempt, messages } = await sent({ town, ann, bob });
		await ann.handle(await bob.handle(messages));
		const back = ok(await bob.module.sendBack(attempt));

		const again = await device.open();
		assert.deepEqual(again.module.open(), [attempt]);
		// Whoever says so once more, by hand or by asking, says the same.
		assert.deepEqual(ok(await again.module.sendBack(attempt)), back);
		ok(await again.recover(attempt, inProcessChannel(ann.handle)));
		assert.equal(ann.balance(town.asset).available, 1_000n);
		assert.deepEqual(again.module.open(), []);
		await again.module.forget();
		assert.deepEqual((await device.open()).module.open(), []);
		await town.close();
	});

	test("that was spent, in part or whole, cannot be sent back", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt, messages } = await sent(world);
		await bob.handle(messages);
		const request = ok(await ann.request({ asset: town.asset, amount: 1n }));
		ok(await bob.pay({ request: request.encoded }, inProcessChannel(ann.handle)));
		const refused = await bob.sendBack(attempt);
		assert.equal(isRefusal(refused) && refused.code, "attempt-decided");
		assert.equal(bob.balance(town.asset).available, 299n);
		await town.close();
	});

	test("is never restored by its payer: neither a refusal nor a cancel brings it back", async () => {
		const town = await openTown();
		const ann = await town.wallet(1_000n);
		const refusal = { kind: "refusal", code: "condition-payee", detail: "no" } as const;
		const bob = await town.wallet(0n, { consider: async () => refusal });
		const { attempt, messages } = await sent({ town, ann, bob });
		const [refused] = await bob.handle(messages);
		await ann.handle(refused === undefined ? [] : [refused]);
		const cancelled = await ann.cancel(attempt);
		assert.equal(cancelled?.code, "attempt-decided");
		assert.equal(ann.module.payer(attempt), "sent");
		assert.equal(ann.balance(town.asset).available, 700n);
		await town.close();
	});

	test("that comes after its request has expired is still the payee's", async () => {
		const world = await openWorld();
		const { town, bob } = world;
		const { messages } = await sent(world);
		town.clock.now += 20 * 86_400;
		await bob.module.forget();
		await bob.handle(messages);
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});
});
