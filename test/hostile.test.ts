/** A hostile peer, app or store: what they say that is not so changes nothing, and costs little. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import {
	type Bytes,
	isRefusal,
	type Message,
	parseMessage,
	type Refusal,
	serializeMessage,
} from "@tenten/protocol";
import { inProcessChannel, type Wallet, type WalletStore } from "@tenten/wallet";
import { type Fault, faultyStore } from "../packages/module/test/support/faulty-store.ts";
import { chance } from "./support/chance.ts";
import { meddledChannel, without } from "./support/channels.ts";
import { type Device, ok, openTown, random, type Town } from "./support/town.ts";

const asked = { role: "holder", class: null, merchantCategory: null, region: null } as const;
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

type World = { readonly town: Town; readonly ann: Wallet; readonly bob: Wallet };

async function openWorld(): Promise<World> {
	const town = await openTown();
	return { town, ann: await town.wallet(1_000n), bob: await town.wallet() };
}

async function pay({ town, ann, bob }: World, channel = inProcessChannel(bob.handle), amount = 300n) {
	const request = ok(await bob.request({ asset: town.asset, amount }));
	return { request, payment: await ann.pay({ request: request.encoded }, channel) };
}

/** Where everything of a wallet stands. */
function standing({ town }: World, wallet: Wallet): string {
	const attempts = wallet.module.attempts().map(({ side, state, attempt }) => `${side} ${state} ${attempt}`);
	return inspect([wallet.balance(town.asset), attempts.sort()]);
}

/** A wallet whose commits are counted, funded. */
async function counted(town: Town, plan: Fault = { commit: 0, when: "before", how: "fail" }) {
	const device: Device = town.device();
	const first = await device.open();
	await first.join(town.operator, town.operator.id, asked);
	await town.fund(first, 1_000n);
	const rows = faultyStore(device.store, plan);
	const store: WalletStore = { ...rows, history: device.store.history };
	return { device, wallet: await device.open({ store }), commits: rows.commits };
}

describe("a store that fails", () => {
	for (const when of ["before", "after"] as const)
		test(`${when} a write has become durable stops the module: nothing is said again until it is opened`, async () => {
			const town = await openTown();
			const { device, wallet: ann } = await counted(town, { commit: 1, when, how: "fail" });
			const world = { town, ann, bob: await town.wallet() };
			const before = standing(world, ann);
			await assert.rejects(pay(world), /StoreFault|fail/);
			assert.equal(standing(world, ann), before);
			const status = serializeMessage({ kind: "status", attempt: random(32) });
			const calls: readonly (() => Promise<unknown>)[] = [
				() => pay(world),
				() => ann.handle([status]),
				() => ann.request({ asset: town.asset, amount: 1n }),
				() => ann.tick(),
				() => ann.module.forget(),
				() => ann.module.contact(random(32)),
			];
			for (const call of calls) await assert.rejects(call(), /open it again/);
			const again = { ...world, ann: await device.open() };
			for (const attempt of again.ann.module.open())
				assert.equal(codeOf(await again.ann.recover(attempt, inProcessChannel(again.bob.handle))), "ok");
			assert.equal(again.ann.balance(town.asset).available + again.bob.balance(town.asset).available, 1_000n);
			await town.close();
		});
});

describe("a store that is slow", () => {
	test("is waited for: no side says a word, to a peer or an operator, while one of its writes is under way", async () => {
		const town = await openTown();
		const early: string[] = [];
		const slow = async (name: string) => {
			const device: Device = town.device();
			const first = await device.open();
			await first.join(town.operator, town.operator.id, asked);
			await town.fund(first, 1_000n);
			let writing = 0;
			const store: WalletStore = {
				...device.store,
				commit: async (writes) => {
					writing++;
					for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
					await device.store.commit(writes);
					writing--;
				},
			};
			const speaks = (messages: readonly Bytes[]): readonly Bytes[] => {
				if (writing > 0 && messages.length > 0) early.push(name);
				return messages;
			};
			const wallet = await device.open({ store });
			const { operator } = town;
			const heard = (ask: (request: Bytes) => Promise<Bytes | Refusal>) => (request: Bytes) => {
				speaks([request]);
				return ask.call(operator, request);
			};
			wallet.connect(operator.id, {
				trustList: () => operator.trustList(),
				freezeList: () => operator.freezeList(),
				appeal: heard(operator.appeal),
				enrol: heard(operator.enrol),
				withdraw: heard(operator.withdraw),
				claim: heard(operator.claim),
				rule: heard(operator.rule),
				release: heard(operator.release),
				account: heard(operator.account),
			});
			return { wallet, speaks };
		};
		const [ann, bob] = [await slow("payer"), await slow("payee")];
		for (const mode of ["twoPhase", "direct"] as const) {
			const request = ok(await bob.wallet.request({ asset: town.asset, amount: 300n, mode }));
			const channel = inProcessChannel(async (messages) =>
				bob.speaks(await bob.wallet.handle(ann.speaks(messages))),
			);
			ok(await ann.wallet.pay({ request: request.encoded }, channel));
		}
		assert.equal(ok(await bob.wallet.redeem(town.asset, 100n)).credited, 100n);
		ok(await bob.wallet.topUp(town.asset, 100n));
		assert.deepEqual(early, []);
		assert.equal(bob.wallet.balance(town.asset).available, 1_600n);
		await town.close();
	});
});

describe("an app that asks for what the user did not see", () => {
	test("gets nothing signed: another request, another payee, another amount", async () => {
		const { town, ann, bob } = await openWorld();
		const [request, other] = [
			ok(await bob.request({ asset: town.asset, amount: 0n })),
			ok(await bob.request({ asset: town.asset, amount: 0n })),
		];
		const shown = ok(ann.module.readRequest(request.encoded));
		const inputs = ann.module.tokens().map(({ output }) => output);
		const consent = { request: shown.digest, payee: shown.payee.hash, amount: 10n };
		const wrong = [
			{ ...consent, request: other.digest },
			{ ...consent, payee: random(32) },
			{ ...consent, amount: 0n },
		];
		for (const consented of wrong)
			assert.match(
				codeOf(await ann.module.pay({ request: request.encoded, consent: consented, inputs })),
				/^(consent-missing|amount-invalid)$/,
			);
		assert.equal(
			codeOf(await ann.module.pay({ request: request.encoded, consent, inputs: [] })),
			"funds-insufficient",
		);
		const strange = await ann.module.pay({ request: request.encoded, consent, inputs: [random(32)] });
		assert.equal(codeOf(strange), "funds-insufficient");
		assert.equal(ann.balance(town.asset).available, 1_000n);
		await town.close();
	});

	test("cannot keep what would not be read back: the wallet opens again", async () => {
		const town = await openTown();
		const { device, wallet } = await counted(town);
		const bob = await town.wallet();
		const bad = [{ memo: "x".repeat(257) }, { lifetime: 0.5 }, { amount: -1n }, { purpose: "p".repeat(33) }];
		for (const options of bad)
			assert.notEqual(codeOf(await wallet.request({ asset: town.asset, amount: 1n, ...options })), "ok");
		const request = ok(await bob.request({ asset: town.asset, amount: 1n }));
		for (const patience of [0.5, -1, Number.NaN, Number.MAX_VALUE])
			assert.equal(codeOf(await wallet.start({ request: request.encoded, patience })), "malformed");
		assert.equal((await device.open()).balance(town.asset).available, 1_000n);
		await town.close();
	});

	test("cannot make its own module double spend: a token twice in one order, or of another asset", async () => {
		const { town, ann } = await openWorld();
		const [token] = ann.module.tokens();
		const output = token?.output as Bytes;
		const account = ann.module.certificates()[0]?.hash as Bytes;
		const order = { asset: town.asset, action: { kind: "account", account } as const };
		const refusals = [
			[{ ...order, inputs: [output, output] }, "malformed"],
			[{ ...order, inputs: [] }, "order-mismatch"],
			[{ ...order, asset: town.assetOf("EUR"), inputs: [output] }, "asset-mismatch"],
			[{ ...order, action: { kind: "refresh", outputs: [1n] } as const, inputs: [output] }, "sum-mismatch"],
			[
				{ ...order, action: { kind: "refresh", outputs: [1_001n, -1n] } as const, inputs: [output] },
				"amount-invalid",
			],
			[
				{ ...order, action: { kind: "account", account, amount: 1_001n } as const, inputs: [output] },
				"amount-invalid",
			],
		] as const;
		for (const [options, code] of refusals) assert.equal(codeOf(await ann.module.order(options)), code);
		assert.equal(ann.balance(town.asset).available, 1_000n);
		await town.close();
	});

	test("that throws while it is asked leaves nothing behind, and may be asked again", async () => {
		const town = await openTown();
		let broken = true;
		const bob = await town.wallet(0n, {
			consider: async () => {
				if (broken) throw new Error("a screen that crashed");
				return {};
			},
		});
		const world = { town, ann: await town.wallet(1_000n), bob };
		await assert.rejects(pay(world), /a screen that crashed/);
		broken = false;
		const [attempt] = world.ann.module.open();
		assert.equal(codeOf(await world.ann.recover(attempt as Bytes, inProcessChannel(bob.handle))), "ok");
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});
});

describe("a peer", () => {
	test("who names attempts that are not, gets one refusal each at most, and costs no write", async () => {
		const town = await openTown();
		const { wallet, commits } = await counted(town);
		const attempt = random(32);
		const kinds: readonly Message[] = [
			{ kind: "release", attempt, secret: random(32) },
			{ kind: "cancel", attempt, lock: random(32), certificate: random(32), signature: random(64) },
			{ kind: "status", attempt },
			{ kind: "done", attempt },
			{ kind: "refused", about: attempt, code: "expired", detail: "" },
		];
		const before = commits();
		for (const message of kinds) {
			const answers = await wallet.handle([serializeMessage(message)]);
			const speaks = message.kind !== "done" && message.kind !== "refused";
			assert.equal(answers.length, speaks ? 1 : 0, message.kind);
		}
		assert.equal(commits(), before);
		await town.close();
	});

	test("who learns of someone else's attempt can neither take, undo nor answer it", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const eve = await town.wallet(1_000n);
		const { payment } = await pay(world, without(bob.handle, "reserved"));
		const { attempt } = ok(payment);
		// What Eve can make of her own: a reservation and a cancel that hold, but for another attempt.
		const own = await pay({ town, ann: eve, bob: ann }, without(ann.handle, "reserved"));
		const other = ok(own.payment).attempt;
		const [reserved] = ok(await ann.module.contact(other)).map(parseMessage);
		const [cancel] = ok(await eve.module.cancel(other)).map(parseMessage);
		assert.ok(reserved?.kind === "reserved" && "body" in reserved && cancel?.kind === "cancel");
		const before = [standing(world, ann), standing(world, bob)];
		const lies: readonly Message[] = [
			{ ...reserved, attempt },
			{ ...cancel, attempt },
			{ kind: "release", attempt, secret: random(32) },
		];
		for (const lie of lies)
			for (const side of [ann, bob]) {
				if (side === ann && lie.kind === "cancel") continue;
				await side.handle([serializeMessage(lie)]);
			}
		assert.deepEqual([standing(world, ann), standing(world, bob)], before);
		assert.equal(codeOf(await ann.recover(attempt, inProcessChannel(bob.handle))), "ok");
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("who cancels, and offers a part of what it cancelled again, is refused: it could be owned twice", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		await town.fund(ann, 1_000n);
		const request = ok(await bob.request({ asset: town.asset, amount: 0n }));
		const started = ok(await ann.start({ request: request.encoded, amount: 1_500n }));
		await bob.handle(started.messages);
		await ann.cancel(started.attempt, inProcessChannel(bob.handle));
		const transfer = started.messages.map(parseMessage).find(({ kind }) => kind === "transfer");
		assert.ok(transfer?.kind === "transfer" && "tokens" in transfer);
		const part = serializeMessage({ ...transfer, tokens: transfer.tokens.slice(0, 1) });
		const [answer] = (await bob.handle([part])).map(parseMessage);
		assert.ok(answer?.kind === "refused" && answer.code === "request-reused");
		assert.equal(bob.balance(town.asset).reserved, 0n);
		await town.close();
	});

	test("who replays a whole hand-over, in any order, changes nothing and is paid nothing", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const heard: Bytes[] = [];
		const spy = meddledChannel(bob.handle, (message) => {
			heard.push(serializeMessage(message));
			return "pass";
		});
		await pay(world, spy);
		const before = [standing(world, ann), standing(world, bob)];
		for (let seed = 0; seed < 40; seed++) {
			const pick = chance(seed);
			const bundle = Array.from({ length: pick(9) }, () => heard[pick(heard.length)] as Bytes);
			await bob.handle(await ann.handle(bundle));
			await ann.handle(await bob.handle(bundle));
			assert.deepEqual([standing(world, ann), standing(world, bob)], before, `seed ${seed}`);
		}
		assert.equal(ok(await bob.redeem(town.asset)).credited, 300n);
		await town.close();
	});

	test("who changes any byte of any message moves no value by it, and brings nobody down", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		for (let seed = 0; seed < 80; seed++) {
			const pick = chance(seed);
			const spoiledMessage = pick(4);
			// Change grows longer with each payment.
			ok(await ann.upkeep());
			const request = ok(await bob.request({ asset: town.asset, amount: 1n }));
			const started = ok(await ann.start({ request: request.encoded }));
			let passed = 0;
			const spoil = (messages: readonly Bytes[]): readonly Bytes[] =>
				messages.map((encoded) => {
					if (passed++ !== spoiledMessage) return encoded;
					const spoiled = encoded.slice();
					const place = pick(encoded.length);
					spoiled[place] = (spoiled[place] as number) ^ (1 + pick(255));
					return spoiled;
				});
			let outgoing = started.messages;
			for (let i = 0; i < 4 && outgoing.length > 0; i++)
				outgoing = await ann.handle(spoil(await bob.handle(spoil(outgoing))));
			await ann.cancel(started.attempt, inProcessChannel(bob.handle));
			await ann.recover(started.attempt, inProcessChannel(bob.handle));
			const { locked, available } = ann.balance(town.asset);
			assert.equal(locked, 0n, `seed ${seed}`);
			assert.equal(available + bob.balance(town.asset).available, 1_000n, `seed ${seed}`);
			assert.equal(bob.balance(town.asset).reserved, 0n, `seed ${seed}`);
		}
		await town.close();
	});

	test("who pays while the app thinks about another waits for it, and is then told no", async () => {
		const town = await openTown();
		const decisions: (() => void)[] = [];
		const consider = () => new Promise<object>((resolve) => decisions.push(() => resolve({})));
		const [ann, eve, bob] = [
			await town.wallet(500n),
			await town.wallet(500n),
			await town.wallet(0n, { consider }),
		];
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		const first = ann.pay({ request: request.encoded }, inProcessChannel(bob.handle));
		while (decisions.length === 0) await new Promise(setImmediate);
		const second = ok(await eve.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(second.fundsState, "inFlight");
		decisions[0]?.();
		assert.equal(ok(await first).fundsState, "spent");
		assert.equal(codeOf(await eve.recover(second.attempt, inProcessChannel(bob.handle))), "ok");
		assert.equal(eve.module.payer(second.attempt), "cancelled");
		assert.equal(decisions.length, 1);
		await town.close();
	});
});
