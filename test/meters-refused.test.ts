/** What modules refuse of meters, each with its code, and that nothing is changed by it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MeterRequestOptions } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	parseMeterMessage,
	type Refusal,
	readMeterBundle,
	refuse,
	serializeMeterMessage,
	writeMeterBundle,
} from "@tenten/protocol";
import { type Channel, inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { Authenticator } from "../packages/module/test/support/authenticator.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

const day = 86_400;

type World = { readonly town: Town; readonly payer: Wallet; readonly payee: Wallet };

async function openWorld(): Promise<World> {
	const town = await openTown();
	return { town, payer: await town.wallet(1_000n), payee: await town.wallet() };
}

/** Ten yen for four ticks, a hundred ticks, for two days. */
const terms = ({ town }: World, more: Partial<MeterRequestOptions> = {}): MeterRequestOptions => ({
	asset: town.asset,
	units: 10n,
	perTicks: 4,
	ticks: 100,
	until: town.clock.now + 2 * day,
	...more,
});

const to = (wallet: Wallet): Channel => inProcessChannel(wallet.handle);
const dead: Channel = { exchange: async () => refuse("channel-failed") };
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "taken");

async function asked(world: World, more: Partial<MeterRequestOptions> = {}): Promise<Bytes> {
	return ok(await world.payee.meters.request(terms(world, more))).encoded;
}

/** What opening a request from the payer's first token needs, and what a test says otherwise. */
function opening({ payer }: World, request: Bytes) {
	const { digest, payee } = ok(payer.module.meters.readRequest(request));
	const [token] = payer.module.tokens();
	assert.ok(token);
	return { request, consent: { request: digest, payee: payee.hash, amount: 250n }, input: token.output };
}

/** The code that a bundle of a meter refuses with. */
function refusedIn(bundle: readonly Bytes[]): string | undefined {
	const [frame] = readMeterBundle(bundle)?.frames ?? [];
	const message = frame && parseMeterMessage(frame);
	return message === undefined || isRefusal(message) || message.kind !== "refused" ? undefined : message.code;
}

describe("a request for a meter is not made", () => {
	const cases: Readonly<Record<string, Partial<MeterRequestOptions>>> = {
		"amount-invalid": { perTicks: 4_000 },
		malformed: { ticks: 1.5 },
		"request-expired": { until: 1 },
		"certificate-expired": {},
	};
	for (const [code, more] of Object.entries(cases))
		test(code, async () => {
			const world = await openWorld();
			if (code === "certificate-expired") world.town.clock.now += 366 * day;
			const renewed = { until: world.town.clock.now + day, ...more };
			if (code === "certificate-expired") await world.town.renew(world.payee);
			assert.equal(codeOf(await world.payee.meters.request(terms(world, renewed))), code);
			await world.town.close();
		});

	test("owner-mismatch: for another's certificate; malformed: a policy that is none", async () => {
		const world = await openWorld();
		const { payee } = world;
		assert.equal(
			codeOf(await payee.meters.request(terms(world, { certificate: random(32) }))),
			"owner-mismatch",
		);
		assert.equal(codeOf(await payee.meters.request(terms(world, { step: 0 }))), "malformed");
		await world.town.close();
	});
});

describe("a meter is not opened", () => {
	test("without consent to this request, payee and amount: consent-missing", async () => {
		const world = await openWorld();
		const { meters } = world.payer.module;
		const options = opening(world, await asked(world));
		const others = [{ request: random(32) }, { payee: random(32) }, { amount: 251n }, { amount: 249n }];
		for (const other of others) {
			const consent = { ...options.consent, ...other };
			assert.equal(codeOf(await meters.open({ ...options, consent })), "consent-missing");
		}
		assert.equal(codeOf(await meters.open({ ...options, patience: -1 })), "malformed");
		assert.equal(codeOf(await meters.open({ ...options, input: random(32) })), "funds-insufficient");
		assert.equal(codeOf(await meters.open({ ...options, request: random(40) })), "malformed");
		assert.deepEqual(meters.list(), []);
		assert.equal(world.payer.balance(world.town.asset).available, 1_000n);
		await world.town.close();
	});

	test("twice for one request: attempt-pending, and once it was given up request-reused", async () => {
		const world = await openWorld();
		const { payer, payee, town } = world;
		await town.fund(payer, 500n);
		const request = await asked(world);
		const { meter } = ok(await payer.meters.open({ request }, dead));
		assert.equal(codeOf(await payer.meters.open({ request }, to(payee))), "attempt-pending");
		assert.equal(await payer.meters.cancel(meter), undefined);
		assert.equal(codeOf(await payer.meters.open({ request }, to(payee))), "request-reused");
		assert.equal(codeOf(await payer.meters.cancel(meter)), "attempt-decided");
		assert.equal(codeOf(await payer.meters.cancel(random(32))), "attempt-unknown");
		assert.equal(payer.balance(town.asset).available, 1_500n);
		await town.close();
	});

	test("from no one token that covers it: funds-insufficient; without the passkey: authentication-failed", async () => {
		const world = await openWorld();
		const { payer, payee } = world;
		const dear = await asked(world, { ticks: 1_000 });
		assert.equal(codeOf(await payer.meters.open({ request: dear }, to(payee))), "funds-insufficient");
		const authenticator = new Authenticator("ES256", 7);
		await payer.module.registerPasskey(authenticator.register(payer.module.newPasskey()));
		const request = await asked(world);
		assert.equal(codeOf(await payer.meters.open({ request }, to(payee))), "authentication-failed");
		const challenge = payer.module.meters.askPasskey(request);
		assert.ok(challenge !== undefined && !isRefusal(challenge));
		const assertion = authenticator.answer(challenge.challenge);
		assert.equal(ok(await payer.meters.open({ request, assertion }, to(payee))).state, "open");
		await world.town.close();
	});

	test("where nobody answers in time its input is free again", async () => {
		const world = await openWorld();
		const { payer, town } = world;
		const { state } = ok(await payer.meters.open({ request: await asked(world), patience: 60 }, dead));
		assert.deepEqual([state, payer.balance(town.asset).available], ["locked", 0n]);
		town.clock.now += 60;
		await payer.tick();
		assert.deepEqual(
			[payer.meters.list()[0]?.state, payer.balance(town.asset).available],
			["cancelled", 1_000n],
		);
		await town.close();
	});
});

describe("a payee refuses", () => {
	test("what it did not ask for: request-mismatch, and its payer has its input back", async () => {
		const world = await openWorld();
		const stranger = await world.town.wallet();
		const refused = await world.payer.meters.open({ request: await asked(world) }, to(stranger));
		assert.equal(codeOf(refused), "request-mismatch");
		assert.equal(world.payer.balance(world.town.asset).available, 1_000n);
		await world.town.close();
	});

	test("a meter that nobody knows, and a message about another: attempt-unknown, request-mismatch", async () => {
		const { town, payee } = await openWorld();
		const [meter, other] = [random(32), random(32)];
		const status = (of: Bytes): Bytes => serializeMeterMessage({ kind: "status", meter: of });
		assert.equal(refusedIn(await payee.handle(writeMeterBundle(meter, [status(meter)]))), "attempt-unknown");
		assert.equal(refusedIn(await payee.handle(writeMeterBundle(meter, [status(other)]))), "request-mismatch");
		const refusal = { kind: "refused", about: meter, code: "meter-over", detail: "" } as const;
		const said = await payee.handle(writeMeterBundle(meter, [serializeMeterMessage(refusal)]));
		assert.deepEqual(said, [], "two that do not know each other fall silent");
		await town.close();
	});

	test("a second meter of a request that is open: request-reused", async () => {
		const world = await openWorld();
		const other = await world.town.wallet(1_000n);
		const request = await asked(world);
		assert.equal(ok(await world.payer.meters.open({ request }, to(world.payee))).state, "open");
		assert.equal(codeOf(await other.meters.open({ request }, to(world.payee))), "request-reused");
		await world.town.close();
	});

	test("the seventeenth opening of a request that none releases: request-reused", async () => {
		const world = await openWorld();
		const { town, payee } = world;
		const request = await asked(world, { ticks: 4 });
		const half: Channel = {
			exchange: async (messages) => {
				await payee.handle(messages);
				return refuse("channel-failed");
			},
		};
		for (let opening = 0; opening < 16; opening++) {
			const payer = await town.wallet(20n);
			assert.equal(ok(await payer.meters.open({ request }, half)).state, "locked");
		}
		assert.equal(payee.meters.list().length, 16);
		assert.equal(codeOf(await world.payer.meters.open({ request }, to(payee))), "request-reused");
		await town.close();
	});
});

test("a meter that came with a backup signs nothing and ticks nothing", async () => {
	const world = await openWorld();
	const { town, payer, payee } = world;
	const meter = ok(await payer.meters.open({ request: await asked(world) }, to(payee))).meter;
	await payer.meters.tick(meter, to(payee));
	const restored = async (wallet: Wallet): Promise<Wallet> => {
		const backup = await wallet.module.backup("correct horse", "interactive");
		const unlock = { kind: "device", key: random(32) } as const;
		const options = { store: memoryStore(), unlock, now: () => town.clock.now, random };
		return ok(await Wallet.restore(options, backup, "correct horse"));
	};
	const [oldPayer, oldPayee] = [await restored(payer), await restored(payee)];
	assert.equal(codeOf(await oldPayer.meters.tick(meter, to(payee))), "certificate-expired");
	assert.equal(codeOf(await oldPayer.meters.close(meter, to(payee))), "certificate-expired");
	assert.equal(codeOf(await oldPayee.meters.close(meter, to(payer))), "certificate-expired");
	assert.equal(codeOf(await oldPayee.meters.claim(meter)), "certificate-expired");
	const signature = new Uint8Array(64);
	const stopping = serializeMeterMessage({ kind: "stop", meter, ticks: 0, signature });
	const stop = writeMeterBundle(meter, [stopping]);
	assert.equal(refusedIn(await oldPayee.handle(stop)), "certificate-expired");
	assert.deepEqual([oldPayee.module.meters.dueClaims(), oldPayer.module.meters.dueClaims()], [[], []]);
	await town.close();
});
