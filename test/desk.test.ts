/** The desk: what screens call. Two people pay each other by bundles that are carried by hand, in plain data. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, verifyReceipt } from "@tenten/protocol";
import { Desk, inProcessChannel, memorySettings, type Wallet } from "@tenten/wallet";
import { deadChannel, deadOperator } from "./support/channels.ts";
import { asked, carry, codeOf, moved, openDesk, person, requestOf } from "./support/desks.ts";
import { ok, openTown, random } from "./support/town.ts";

describe("a desk", () => {
	test("shows a request before anything moves, pays it by bundles, and both sides show the same", async () => {
		const town = await openTown();
		const [{ desk: ann, wallet: payer }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		const request = await requestOf(bob, ann, 300n);
		assert.deepEqual(
			[request.amount, request.memo, request.available, request.asset.operator, request.objections],
			[300n, "tea", 1_000n, "Town", []],
		);
		assert.equal(ann.overview().balances[0]?.available, 1_000n);

		const paid = ok(await ann.pay(request.digest, 300n));
		assert.deepEqual(
			[paid.attempt.funds, paid.attempt.waitsFor, paid.attempt.mayCancel],
			["inFlight", "payee", true],
		);
		assert.deepEqual(
			ann.overview().open.map(({ id }) => id),
			[paid.attempt.id],
		);
		await carry(ann, bob, paid.bundle);

		const [mine, theirs] = [ann, bob].map((desk) => desk.attempts().find(({ id }) => id === paid.attempt.id));
		assert.deepEqual([mine?.funds, theirs?.funds], ["spent", "received"]);
		assert.deepEqual([mine?.amount, mine?.memo], [theirs?.amount, theirs?.memo]);
		assert.deepEqual(
			[ann, bob].map((desk) => desk.overview().balances[0]?.available),
			[700n, 300n],
		);
		assert.deepEqual(
			(await bob.history({ limit: 9 })).entries.map(({ kind, amount, note }) => ({ kind, amount, note })),
			[{ kind: "received", amount: 300n, note: "tea" }],
		);
		const receipt = verifyReceipt(ok(ann.receipt(paid.attempt.id)), ok(payer.module.trust));
		assert.ok(!isRefusal(receipt));
		await town.close();
	});

	test("pays nothing that was not shown, and nothing twice", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		assert.equal(codeOf(await ann.pay("00".repeat(32), 300n)), "consent-missing");
		const request = await requestOf(bob, ann, 300n);
		ok(await ann.pay(request.digest, 300n));
		assert.equal(codeOf(await ann.pay(request.digest, 300n)), "consent-missing");
		assert.equal(ann.overview().balances[0]?.locked, 1_000n);
		await town.close();
	});

	test("leads to the payment that a request has already, as long as its money has not come back", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		const asset = bob.overview().balances[0]?.asset.id ?? "";
		const asked = ok(await bob.ask({ asset, amount: 300n }));
		const read = async () => {
			const taken = ok(await ann.take(asked.bundle));
			return taken.kind === "begun" ? [taken.kind, taken.attempt.id, taken.attempt.funds] : [taken.kind];
		};
		assert.deepEqual(await read(), ["request"]);
		const first = ok(await ann.pay(asked.digest, 300n));
		assert.deepEqual(await read(), ["begun", first.attempt.id, "inFlight"]);
		ok(await ann.cancel(first.attempt.id));
		await carry(ann, bob, ok(await ann.recover(first.attempt.id)).bundle);
		assert.deepEqual(await read(), ["request"]);
		const second = ok(await ann.pay(asked.digest, 300n));
		await carry(ann, bob, second.bundle);
		assert.deepEqual(await read(), ["begun", second.attempt.id, "spent"]);
		assert.equal(ann.paymentOn(asked.digest)?.id, second.attempt.id);
		assert.equal(bob.paymentOn(asked.digest), undefined);
		const on = (desk: Desk, requests: readonly string[]) => desk.attemptsOn(requests).map(({ id }) => id);
		assert.deepEqual(on(ann, [asked.digest]), [first.attempt.id, second.attempt.id]);
		assert.deepEqual(on(bob, [asked.digest]), [second.attempt.id]);
		assert.deepEqual(on(ann, ["00".repeat(32)]), []);
		await town.close();
	});

	test("of a bundle that came twice nothing happens twice, and of bytes that are none nothing at all", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		const request = await requestOf(bob, ann, 300n);
		const { bundle } = ok(await ann.pay(request.digest, 300n));
		const first = moved(await bob.take(bundle));
		const again = moved(await bob.take(bundle));
		assert.deepEqual(again, { kind: "moved", attempts: [], answer: first.answer });
		assert.equal(codeOf(await bob.take(Uint8Array.of(1, 2, 3))), "malformed");
		assert.equal(bob.overview().balances[0]?.reserved, 300n);
		await town.close();
	});

	test("gives up what still waits, and the payee hears of it", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		const request = await requestOf(bob, ann, 300n);
		const { bundle, attempt } = ok(await ann.pay(request.digest, 300n));
		moved(await bob.take(bundle));
		const cancelled = ok(await ann.cancel(attempt.id));
		assert.equal(cancelled.attempt.funds, "safe");
		await carry(ann, bob, cancelled.bundle);
		assert.deepEqual(
			[ann, bob].map((desk) => desk.overview().open),
			[[], []],
		);
		assert.equal(codeOf(await ann.cancel(attempt.id)), "attempt-decided");
		assert.equal(codeOf(await ann.cancel("none")), "attempt-unknown");
		await town.close();
	});

	test("goes on after a restart: it knows its operators, and says its last word again", async () => {
		const town = await openTown();
		const { desk: bob } = await person(town);
		const { desk, wallet, device, settings } = await person(town, 1_000n);
		const request = await requestOf(bob, desk, 300n);
		const { attempt } = ok(await desk.pay(request.digest, 300n));
		await wallet.close();
		const { desk: again } = await openDesk(town, settings, device);
		assert.deepEqual(
			again.overview().operators.map(({ name, url }) => [name, url]),
			[["Town", "http://operator.example"]],
		);
		const { bundle } = ok(await again.recover(attempt.id));
		await carry(again, bob, bundle);
		assert.equal(bob.overview().balances[0]?.available, 300n);
		const credited = ok(await again.redeem(again.overview().balances[0]?.asset.id ?? ""));
		assert.equal(credited, 700n);
		assert.equal(ok(await again.account(again.overview().balances[0]?.asset.id ?? "")), 700n);
		await town.close();
	});

	test("takes from its account, and says its last word over a channel as far as that goes", async () => {
		const town = await openTown();
		const [{ desk: ann, wallet: payer }, { desk: bob, wallet: payee }] = [
			await person(town),
			await person(town),
		];
		const asset = ann.overview().balances[0]?.asset.id ?? "";
		const account = payer.module.certificates()[0]?.hash as Bytes;
		assert.equal(await town.operator.deposit(random(32), account, town.asset.code, 500n), undefined);
		assert.equal(codeOf(await ann.topUp(asset, 501n)), "funds-insufficient");
		assert.equal(await ann.topUp(asset, 500n), undefined);
		const request = await requestOf(bob, ann, 300n);
		const { attempt } = ok(await ann.pay(request.digest, 300n));
		const lost = ok(await ann.recover(attempt.id, deadChannel));
		assert.deepEqual([lost.attempt.funds, lost.attempt.waitsFor], ["inFlight", "payee"]);
		const reached = ok(await ann.recover(attempt.id, inProcessChannel(payee.handle)));
		assert.deepEqual([reached.attempt.funds, reached.attempt.isOpen], ["spent", false]);
		assert.equal(bob.overview().balances[0]?.available, 300n);
		await town.close();
	});

	test("tidies up: sends an order again that got no answer", async () => {
		const town = await openTown();
		const { desk, wallet } = await person(town, 1_000n);
		const asset = desk.overview().balances[0]?.asset.id ?? "";
		const mute = { ...deadOperator, trustList: () => town.operator.trustList() };
		wallet.connect(town.operator.id, mute);
		assert.equal(codeOf(await desk.redeem(asset)), "channel-failed");
		await desk.tidy();
		assert.equal((await wallet.module.pendingOrders()).length, 1);
		wallet.connect(town.operator.id, town.operator);
		await desk.tidy();
		assert.equal((await wallet.module.pendingOrders()).length, 0);
		assert.equal(ok(await desk.account(asset)), 1_000n);
		await town.close();
	});

	test("tidies up: gives up what has waited too long", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		const request = await requestOf(bob, ann, 300n);
		ok(await ann.pay(request.digest, 300n));
		await ann.tidy();
		assert.equal(ann.overview().open.length, 1);
		town.clock.now = request.expiresAt + 1;
		await ann.tidy();
		assert.deepEqual([ann.overview().open, ann.overview().balances[0]?.available], [[], 1_000n]);
		await town.close();
	});

	test("a direct payment needs no way back", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		const request = await requestOf(bob, ann, 300n, { isDirect: true });
		const { bundle, attempt } = ok(await ann.pay(request.digest, 300n));
		assert.deepEqual([attempt.funds, attempt.mayCancel], ["spent", false]);
		moved(await bob.take(bundle));
		assert.equal(bob.overview().balances[0]?.available, 300n);
		await town.close();
	});

	test("a request says where its payee is to be found, and to nobody else but who gets it", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		const asset = bob.overview().balances[0]?.asset.id ?? "";
		const made = ok(await bob.ask({ asset, amount: 300n, relay: "wss://relay.example" }));
		const taken = ok(await ann.take(made.bundle));
		assert.ok(taken.kind === "request");
		assert.deepEqual(taken.invitation, made.invitation);
		assert.equal(made.invitation?.relay, "wss://relay.example");
		const other = ok(await bob.ask({ asset, amount: 300n, relay: "wss://relay.example" }));
		assert.notDeepEqual(other.invitation, made.invitation);
		await town.close();
	});

	test("what it cannot do leaves it as it was: an operator out of reach, an asset of nobody", async () => {
		const town = await openTown();
		const device = town.device();
		const wallet: Wallet = await device.open();
		const settings = memorySettings();
		const desk = await Desk.open({ wallet, store: device.store, settings, operatorAt: () => deadOperator });
		assert.equal(codeOf(await desk.join("http://operator.example", asked)), "channel-failed");
		assert.deepEqual(desk.overview(), { operators: [], balances: [], open: [], asked: [] });
		for (const asset of ["", "JPY", `${"00".repeat(32)}/`]) {
			assert.equal(codeOf(await desk.topUp(asset, 1n)), "asset-unknown");
			assert.equal(codeOf(await desk.redeem(asset)), "asset-unknown");
			assert.equal(codeOf(await desk.account(asset)), "asset-unknown");
			assert.equal(codeOf(await desk.ask({ asset, amount: 1n })), "asset-unknown");
		}
		assert.equal(await settings.get("operators"), undefined);
		await town.close();
	});
});
