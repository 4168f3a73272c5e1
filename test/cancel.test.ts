/** Giving up: who may, until when, and what becomes of the other side. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, parseMessage, serializeMessage } from "@tenten/protocol";
import { inProcessChannel, type Wallet } from "@tenten/wallet";
import { deadChannel, meddledChannel, without } from "./support/channels.ts";
import { ok, openTown, type Town } from "./support/town.ts";

type World = { readonly town: Town; readonly ann: Wallet; readonly bob: Wallet };

async function openWorld(): Promise<World> {
	const town = await openTown();
	return { town, ann: await town.wallet(1_000n), bob: await town.wallet() };
}

async function ask({ town, bob }: World, amount = 300n) {
	return ok(await bob.request({ asset: town.asset, amount }));
}

/** Ann LOCKED, Bob RESERVED, and his word lost. */
async function reserved(world: World) {
	const { ann, bob } = world;
	const request = await ask(world);
	const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "reserved")));
	assert.deepEqual([ann.module.payer(attempt), bob.module.payee(attempt)], ["locked", "reserved"]);
	return { request, attempt };
}

describe("a payer", () => {
	test("cancels while the payee is away, spends elsewhere, and the payee learns of it by asking", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt } = await reserved(world);
		assert.equal(await ann.cancel(attempt, deadChannel), undefined);
		const eve = await town.wallet();
		const other = ok(await eve.request({ asset: town.asset, amount: 1_000n }));
		ok(await ann.pay({ request: other.encoded }, inProcessChannel(eve.handle)));
		assert.equal(bob.balance(town.asset).reserved, 300n);
		assert.equal(ok(await bob.recover(attempt, inProcessChannel(ann.handle))), "safe");
		assert.equal(bob.balance(town.asset).reserved, 0n);
		assert.equal(ok(await eve.redeem(town.asset)).credited, 1_000n);
		assert.deepEqual(await town.operator.caseFiles(null), []);
		await town.close();
	});

	test("whose cancel was lost gives the same one again, and never a release", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt } = await reserved(world);
		await ann.cancel(attempt, without(bob.handle, "cancel"));
		assert.equal(bob.module.payee(attempt), "reserved");
		// Bob's reservation comes again, late: the answer is the cancel, however often.
		const late = ok(await bob.module.contact(attempt));
		const answers = [await ann.handle(late), await ann.handle(late)];
		for (const answer of answers.flat()) assert.equal(parseMessage(answer).kind, "cancel");
		assert.deepEqual(answers[0], answers[1]);
		await bob.handle(answers.flat());
		assert.equal(bob.module.payee(attempt), "cancelled");
		assert.equal(ann.balance(town.asset).available, 1_000n);
		await town.close();
	});

	test("cannot cancel what is released, nor does a forged refusal undo it", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const request = await ask(world);
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "release")));
		assert.equal((await ann.cancel(attempt))?.code, "attempt-decided");
		const refusal = { kind: "refused", about: attempt, code: "expired", detail: "" } as const;
		assert.deepEqual(await ann.handle([serializeMessage(refusal)]), []);
		assert.equal(ann.module.payer(attempt), "released");
		assert.equal(ok(await ann.recover(attempt, inProcessChannel(bob.handle))), "spent");
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("that waits too long cancels by itself, and says so to whoever it locked for", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { attempt } = await reserved(world);
		town.clock.now += 599;
		assert.deepEqual(await ann.tick(), []);
		town.clock.now += 1;
		const [due] = await ann.tick();
		assert.deepEqual(due?.attempt, attempt);
		await bob.handle(due?.messages ?? []);
		assert.equal(bob.module.payee(attempt), "cancelled");
		await town.close();
	});

	test("pays one request once at a time: a second try waits for the first, and a third for none", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const { request, attempt } = await reserved(world);
		await town.fund(ann, 1_000n);
		const second = await ann.start({ request: request.encoded });
		assert.equal(isRefusal(second) && second.code, "attempt-pending");
		await ann.cancel(attempt, inProcessChannel(bob.handle));
		const third = ok(await ann.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(third.fundsState, "spent");
		const fourth = await ann.start({ request: request.encoded });
		assert.equal(isRefusal(fourth) && fourth.code, "request-reused");
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("cannot set one token aside for two payees", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const eve = await town.wallet();
		const requests = await Promise.all(
			[bob, eve].map(async (payee) => ok(await payee.request({ asset: town.asset, amount: 600n }))),
		);
		const [first, second] = await Promise.all(requests.map(({ encoded }) => ann.start({ request: encoded })));
		assert.ok(first && !isRefusal(first));
		assert.equal(isRefusal(second) && second.code, "funds-insufficient");
		// The module itself refuses, whatever the app asks for.
		const [, other] = requests;
		const shown = ok(ann.module.readRequest(other?.encoded ?? new Uint8Array()));
		const consent = { request: shown.digest, payee: shown.payee.hash, amount: 600n };
		const inputs = ann.module.tokens().map(({ output }) => output);
		const refused = await ann.module.pay({ request: other?.encoded ?? new Uint8Array(), consent, inputs });
		assert.equal(isRefusal(refused) && refused.code, "attempt-pending");
		await town.close();
	});

	test("pays two requests at once with different tokens", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		await town.fund(ann, 1_000n);
		const requests = [await ask(world, 900n), await ask(world, 900n)];
		const payments = await Promise.all(
			requests.map(async ({ encoded }) =>
				ok(await ann.pay({ request: encoded }, inProcessChannel(bob.handle))),
			),
		);
		assert.deepEqual(
			payments.map(({ fundsState }) => fundsState),
			["spent", "spent"],
		);
		assert.equal(bob.balance(town.asset).available, 1_800n);
		await town.close();
	});
});

describe("a secret", () => {
	test("belongs to one payment: the release of another opens nothing", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const secrets = new Set<string>();
		for (let n = 1; n <= 3; n++) {
			const channel = meddledChannel(bob.handle, (message) => {
				if (message.kind === "release") secrets.add(message.secret.join());
				return "pass";
			});
			const request = await ask(world, 100n);
			ok(await ann.pay({ request: request.encoded }, channel));
			assert.equal(secrets.size, n);
		}
		await town.close();
	});
});

describe("a payee", () => {
	test("keeps its reservation against time: years later it is still there, and a release still counts", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const request = await ask(world);
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "release")));
		town.clock.now += 59 * 86_400;
		await bob.tick();
		await bob.module.forget();
		assert.equal(bob.module.payee(attempt), "reserved");
		ok(await bob.recover(attempt, inProcessChannel(ann.handle)));
		assert.equal(ok(await bob.redeem(town.asset)).credited, 300n);
		await town.close();
	});

	test("says the same to whoever asks again, long after its request has expired", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const request = await ask(world);
		const transfers: Bytes[] = [];
		const channel = meddledChannel(bob.handle, (message) => {
			if (message.kind === "transfer") transfers.push(serializeMessage(message));
			return message.kind === "release" ? "lose" : "pass";
		});
		const { attempt } = ok(await ann.pay({ request: request.encoded }, channel));
		const status = serializeMessage({ kind: "status", attempt });
		const first = await bob.handle([status]);
		town.clock.now += 5 * 86_400;
		for (const again of [status, ...transfers]) assert.deepEqual(await bob.handle([again]), first);
		assert.equal(bob.module.payee(attempt), "reserved");
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("that refuses does so before it has promised anything", async () => {
		const town = await openTown();
		const refusal = { kind: "refusal", code: "condition-payee", detail: "closed today" } as const;
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet(0n, { consider: async () => refusal })];
		const request = await ask({ town, ann, bob });
		const payment = ok(await ann.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(payment.fundsState, "safe");
		assert.equal(ann.balance(town.asset).available, 1_000n);
		assert.deepEqual(bob.module.open(), []);
		await town.close();
	});

	test("takes a second attempt at its request only once the first is cancelled", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const eve = await town.wallet(1_000n);
		const { request, attempt } = await reserved(world);
		const other = ok(await eve.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(other.fundsState, "inFlight");
		await ann.cancel(attempt, inProcessChannel(bob.handle));
		assert.equal(ok(await eve.recover(other.attempt, inProcessChannel(bob.handle))), "spent");
		assert.deepEqual(
			[ann, eve, bob].map((wallet) => wallet.balance(town.asset).available),
			[1_000n, 700n, 300n],
		);
		await town.close();
	});
});
