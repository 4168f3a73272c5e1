/** A payment in doubt: what it waits for, since when, and the one thing to do, which really is to be done. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AttemptView, Desk } from "@tenten/wallet";
import { carry, codeOf, moved, openDesk, person, requestOf } from "./support/desks.ts";
import { ok, openTown } from "./support/town.ts";

const day = 86_400;

async function pair() {
	const town = await openTown();
	return { town, ann: await person(town, 1_000n), bob: await person(town) };
}

const viewOf = (desk: Desk, id: string): AttemptView => {
	const view = desk.attempts().find((attempt) => attempt.id === id);
	assert.ok(view !== undefined);
	return view;
};
const stand = (desk: Desk, id: string) => {
	const { waitsFor, next, funds } = viewOf(desk, id);
	return [funds, waitsFor, next.kind];
};

describe("a payment that got no answer", () => {
	test("is shown again, then given up, and past that refunded: each is what can be done then", async () => {
		const { town, ann, bob } = await pair();
		const start = town.clock.now;
		const request = await requestOf(bob.desk, ann.desk, 300n, { lifetime: 3_600 });
		const { attempt } = ok(await ann.desk.pay(request.digest, 300n));
		const { id } = attempt;
		assert.deepEqual(stand(ann.desk, id), ["inFlight", "payee", "show"]);
		town.clock.now = start + 601;
		assert.deepEqual(stand(ann.desk, id), ["inFlight", "payee", "giveUp"]);
		town.clock.now = start + 60 * day;
		await town.renew(ann.wallet);
		assert.deepEqual(viewOf(ann.desk, id).next, { kind: "wait", until: start + 67 * day });
		assert.equal(viewOf(ann.desk, id).mayCancel, false);
		assert.equal(codeOf(await ann.desk.cancel(id)), "redeem-closed");
		assert.equal(codeOf(await ann.desk.askRefund(id)), "ruling-early");
		town.clock.now = start + 67 * day;
		const { next } = viewOf(ann.desk, id);
		assert.ok(next.kind === "askRefund" && next.until > town.clock.now);
		const refunded = ok(await ann.desk.askRefund(id));
		assert.deepEqual([refunded.attempt.funds, refunded.attempt.next.kind], ["refunded", "none"]);
		assert.equal(ok(await ann.desk.account(request.asset.id)), 1_000n);
		await town.close();
	});

	test("says since when it waits, after a restart too, and no more once it is over", async () => {
		const { town, ann, bob } = await pair();
		const start = town.clock.now;
		const request = await requestOf(bob.desk, ann.desk, 300n);
		town.clock.now = start + 60;
		const { attempt } = ok(await ann.desk.pay(request.digest, 300n));
		assert.equal(attempt.since, start + 60);
		town.clock.now = start + 120;
		await ann.wallet.close();
		const { desk, settings } = await openDesk(town, ann.settings, ann.device);
		assert.equal(viewOf(desk, attempt.id).since, start + 60);
		ok(await desk.cancel(attempt.id));
		assert.equal(viewOf(desk, attempt.id).since, null);
		assert.equal(await settings.get("since"), "{}");
		await town.close();
	});

	test("where nobody noted since when, says when it was asked for", async () => {
		const { town, ann, bob } = await pair();
		const start = town.clock.now;
		const request = await requestOf(bob.desk, ann.desk, 300n);
		const { attempt } = ok(await ann.desk.pay(request.digest, 300n));
		await ann.settings.set("since", null);
		await ann.wallet.close();
		town.clock.now = start + 9;
		const { desk } = await openDesk(town, ann.settings, ann.device);
		assert.equal(viewOf(desk, attempt.id).since, start);
		await town.close();
	});
});

describe("a reservation whose payer is gone", () => {
	test("is shown again, then the operator is asked, whose word ends it", async () => {
		const { town, ann, bob } = await pair();
		const request = await requestOf(bob.desk, ann.desk, 300n);
		const { bundle, attempt } = ok(await ann.desk.pay(request.digest, 300n));
		const { answer } = moved(await bob.desk.take(bundle));
		const { id } = attempt;
		assert.deepEqual(stand(bob.desk, id), ["inFlight", "payer", "show"]);
		// Ann released, and the release was lost.
		moved(await ann.desk.take(answer ?? new Uint8Array()));
		assert.deepEqual(stand(ann.desk, id), ["spent", "payee", "show"]);
		town.clock.now += 30 * day;
		assert.deepEqual(stand(bob.desk, id), ["inFlight", "payer", "askOperator"]);
		const asked = ok(await bob.desk.resolve(id));
		assert.deepEqual(
			[asked.attempt.funds, asked.attempt.waitsFor, asked.attempt.next.kind],
			["inFlight", "operator", "askOperator"],
		);
		const { bundle: again } = ok(await ann.desk.recover(id));
		await carry(ann.desk, bob.desk, again);
		assert.deepEqual(stand(bob.desk, id), ["received", "nobody", "none"]);
		assert.deepEqual(stand(ann.desk, id), ["spent", "nobody", "none"]);
		await town.close();
	});
});

describe("a direct payment", () => {
	test("without a word of its payee is shown again, and in the end refunded", async () => {
		const { town, ann, bob } = await pair();
		const request = await requestOf(bob.desk, ann.desk, 300n, { isDirect: true });
		const { attempt } = ok(await ann.desk.pay(request.digest, 300n));
		assert.deepEqual(stand(ann.desk, attempt.id), ["spent", "payee", "show"]);
		town.clock.now += 67 * day;
		await town.renew(ann.wallet);
		assert.deepEqual(stand(ann.desk, attempt.id), ["spent", "payee", "askRefund"]);
		ok(await ann.desk.askRefund(attempt.id));
		assert.deepEqual(stand(ann.desk, attempt.id), ["refunded", "nobody", "none"]);
		await town.close();
	});

	test("that came unwanted is sent back, and waits until its payer has it", async () => {
		const { town, ann, bob } = await pair();
		const request = await requestOf(bob.desk, ann.desk, 300n, { isDirect: true });
		const { bundle, attempt } = ok(await ann.desk.pay(request.digest, 300n));
		moved(await bob.desk.take(bundle));
		const may = () => [ann, bob].map(({ desk }) => viewOf(desk, attempt.id).maySendBack);
		assert.deepEqual(may(), [false, true]);
		const back = ok(await bob.desk.sendBack(attempt.id));
		assert.deepEqual(may(), [false, false]);
		assert.deepEqual([back.attempt.waitsFor, back.attempt.next.kind], ["payer", "show"]);
		await carry(bob.desk, ann.desk, back.bundle);
		assert.deepEqual(stand(bob.desk, attempt.id).slice(1), ["nobody", "none"]);
		assert.deepEqual(stand(ann.desk, attempt.id), ["safe", "nobody", "none"]);
		assert.equal(ann.desk.overview().balances[0]?.available, 1_000n);
		await town.close();
	});

	test("what cannot be done is refused, and changes nothing", async () => {
		const { town, ann, bob } = await pair();
		const request = await requestOf(bob.desk, ann.desk, 300n);
		const { attempt } = ok(await ann.desk.pay(request.digest, 300n));
		const { id } = attempt;
		assert.equal(codeOf(await ann.desk.sendBack(id)), "attempt-unknown");
		assert.equal(codeOf(await ann.desk.resolve(id)), "attempt-unknown");
		assert.equal(codeOf(await ann.desk.askRefund(id)), "ruling-early");
		for (const act of ["recover", "cancel", "sendBack", "resolve", "askRefund"] as const)
			for (const name of ["", "none", "00".repeat(32)])
				assert.equal(codeOf(await ann.desk[act](name)), "attempt-unknown");
		assert.deepEqual(stand(ann.desk, id), ["inFlight", "payee", "show"]);
		await town.close();
	});
});
