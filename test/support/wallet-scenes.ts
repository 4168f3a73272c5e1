/**
 * What a wallet does while its durable writes fail one by one: every hand-over, order and ruling, on both sides.
 *
 * A scene is prepared, then acted under failing writes, and again after a restart, where nobody else ends it.
 */
import assert from "node:assert/strict";
import { verify } from "@tenten/module";
import { type Bytes, isRefusal, signAttestation, verifyDeviceEvidence } from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet, type WalletStore } from "@tenten/wallet";
import { Authenticator } from "../../packages/module/test/support/authenticator.ts";
import { deadChannel, deadOperator, without } from "./channels.ts";
import { certifyDevice, give, statusListOf } from "./robots.ts";
import { newSigner, ok, openTown, type Town, asset as yen } from "./town.ts";

export const seats = { ...yen, code: "SEAT", name: "Seat" };
export const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
export const documents = [{ mediaType: "text/plain", content: Uint8Array.of(1, 2, 3) }];
/** Redeem until and grace, seconds. */
export const due = yen.redeemWindow + yen.grace;

export type World = {
	readonly town: Town;
	readonly other: Wallet;
	/** opens the wallet that is cut off, over this store */
	readonly open: (store: WalletStore) => Promise<Wallet>;
	/** brings value onto its account or into it */
	readonly deposit: (wallet: Wallet, amount: bigint) => Promise<void>;
};

/** What is done before, and then under failing writes: again after a restart, so it finds what it has begun. */
export type Scene = {
	readonly prepare: (world: World, wallet: Wallet) => Promise<void>;
	readonly act: (world: World, wallet: Wallet) => Promise<void>;
	/** once more after the restart: nobody else brings it to an end */
	readonly again?: true;
	/** what is durable, wherever it was cut off */
	readonly holds?: (wallet: Wallet) => void;
};

export const channelTo = (wallet: Wallet): Channel => ({
	exchange: async (messages) => {
		try {
			return await inProcessChannel(wallet.handle).exchange(messages);
		} catch (error) {
			if (!isCut(error)) throw error;
			return { kind: "refusal", code: "channel-failed", detail: "" };
		}
	},
});

export const isCut = (error: unknown): boolean => /StoreFault|gone|open it again/.test(String(error));

export const joined = async ({ town, deposit }: World, wallet: Wallet): Promise<void> => {
	assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
	await deposit(wallet, 1_000n);
};

export const rich = async (world: World, wallet: Wallet): Promise<void> => {
	await joined(world, wallet);
	ok(await wallet.topUp(world.town.asset, 600n, 2));
};

const requestOf = async ({ town }: World, payee: Wallet, terms: object = {}): Promise<Bytes> =>
	ok(await payee.request({ asset: town.asset, amount: 250n, ...terms })).encoded;

/** Both sides ask the operator for what they had set aside. */
const askRefunds = async ({ other }: World, wallet: Wallet): Promise<void> => {
	for (const side of [wallet, other]) for (const attempt of side.module.open()) await side.askRefund(attempt);
};

/** Back to the accounts before the time to redeem is over. */
export const redeemAll = async ({ town, other }: World, wallet: Wallet): Promise<void> => {
	for (const side of [wallet, other])
		for (const { code } of [yen, seats])
			if (side.module.tokens().some(({ asset, heldBy }) => asset.code === code && heldBy === null))
				ok(await side.redeem(town.assetOf(code)));
};

const everything = { links: 0, bytes: 0, time: Number.MAX_SAFE_INTEGER, count: 1 };

/** The attempt that was prepared: the only one. */
const onlyAttempt = (wallet: Wallet): Bytes => wallet.module.attempts()[0]?.attempt ?? new Uint8Array();

const exchangeTerms = ({ town }: World) => ({
	mode: "exchange" as const,
	against: { asset: town.assetOf("SEAT"), amount: 1n },
});

/** A meter of ten yen for four ticks that ticks twelve times and is closed; what was begun is gone on with. */
async function meter(
	{ town }: World,
	{ payer, payee }: { readonly payer: Wallet; readonly payee: Wallet },
): Promise<void> {
	const until = town.clock.now + 2 * 86_400;
	const terms = { asset: town.asset, units: 10n, perTicks: 4, ticks: 40, until, keepEvery: 5 };
	const channel = channelTo(payee);
	const known = payer.meters.list().find(({ side, state }) => side === "payer" && state !== "cancelled");
	const begun =
		known === undefined
			? await payer.meters.open({ request: ok(await payee.meters.request(terms)).encoded }, channel)
			: await payer.meters.resume(known.meter, channel);
	if (isRefusal(begun)) return;
	for (let { ticks } = begun; ticks < 12; ticks++) await payer.meters.tick(begun.meter, channel);
	await payer.meters.close(begun.meter, channel);
}

/** A meter that ticks and is left open. */
async function halfMeter(
	{ town }: World,
	{ payer, payee }: { readonly payer: Wallet; readonly payee: Wallet },
): Promise<void> {
	const until = town.clock.now + 2 * 86_400;
	const terms = { asset: town.asset, units: 10n, perTicks: 4, ticks: 40, until, keepEvery: 4 };
	const request = ok(await payee.meters.request(terms)).encoded;
	const { meter } = ok(await payer.meters.open({ request }, channelTo(payee)));
	for (let tick = 0; tick < 8; tick++) await payer.meters.tick(meter, channelTo(payee));
}

async function claimMeters(_: World, wallet: Wallet): Promise<void> {
	for (const { meter } of wallet.meters.list()) await wallet.meters.claim(meter);
}

export const scenes: Readonly<Record<string, Scene>> = {
	"opening and joining": {
		prepare: async () => undefined,
		act: async (world, wallet) => {
			assert.equal(await wallet.join(world.town.operator, world.town.operator.id, asked), undefined);
		},
	},
	"a newer trust list": {
		prepare: rich,
		act: async ({ town }, wallet) => {
			const neighbour = await openTown();
			town.operator.setPeers([neighbour.operator.entry]);
			await neighbour.close();
			await wallet.join(town.operator, town.operator.id, asked);
		},
	},
	"a top-up": {
		prepare: joined,
		act: async ({ town }, wallet) => void (await wallet.topUp(town.asset, 300n, 3)),
	},
	"a top-up that is refused": {
		prepare: joined,
		act: async ({ town }, wallet) => void (await wallet.topUp(town.asset, 9_000n)),
	},
	"a redemption": {
		prepare: rich,
		act: async ({ town }, wallet) => void (await wallet.redeem(town.asset, 350n)),
	},
	"a refresh": { prepare: rich, act: async (_, wallet) => void (await wallet.upkeep(everything)) },
	"a payment": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other);
			await wallet.pay({ request, documents }, channelTo(world.other));
			// Notes that the payee is done with it, which is worth no write of its own.
			await wallet.module.forget();
		},
	},
	"being paid": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, wallet);
			await world.other.pay({ request, documents }, channelTo(wallet));
		},
	},
	"being paid with what was wanted": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, wallet, { wants: ["text/plain"], reply: documents });
			await world.other.pay({ request, documents }, channelTo(wallet));
		},
		// What came is here with the reservation, or neither is.
		holds: ({ module }) => {
			for (const { attempt } of module.attempts()) assert.deepEqual(module.documents(attempt), documents);
		},
	},
	"a meter": {
		prepare: rich,
		act: async (world, wallet) => void (await meter(world, { payer: wallet, payee: world.other })),
		again: true,
	},
	"being paid by meter": {
		prepare: rich,
		act: async (world, wallet) => void (await meter(world, { payer: world.other, payee: wallet })),
		again: true,
	},
	"a meter that is claimed": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await halfMeter(world, { payer: wallet, payee: world.other });
			world.town.clock.now += 2 * 86_400 + yen.grace;
		},
		act: claimMeters,
		again: true,
	},
	"being paid by a meter that is claimed": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await halfMeter(world, { payer: world.other, payee: wallet });
			world.town.clock.now += 2 * 86_400;
		},
		act: async (world, wallet) => {
			await claimMeters(world, wallet);
			world.town.clock.now += yen.grace;
			await claimMeters(world, wallet);
			await claimMeters(world, world.other);
		},
		again: true,
	},
	"a payment given up": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other);
			const { attempt } = ok(await wallet.start({ request, patience: 60 }));
			await wallet.cancel(attempt, channelTo(world.other));
		},
	},
	"a direct payment sent back": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, wallet, { mode: "direct" });
			ok(await world.other.pay({ request }, channelTo(wallet)));
		},
		act: async (world, wallet) => {
			await wallet.sendBack(onlyAttempt(wallet), channelTo(world.other));
			// Notes that the payer has it, which is worth no write of its own.
			await wallet.module.forget();
		},
	},
	"a direct payment that comes back": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other, { mode: "direct" });
			const { attempt } = ok(await wallet.pay({ request }, channelTo(world.other)));
			ok(await world.other.sendBack(attempt, channelTo(wallet)));
		},
	},
	"a direct payment": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other, { mode: "direct" });
			await wallet.pay({ request }, channelTo(world.other));
		},
	},
	"a direct payment of which no word came, until its payee pays it back": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, world.other, { mode: "direct", amount: 1_600n });
			await world.deposit(wallet, 1_000n);
			ok(await wallet.topUp(world.town.asset, 1_000n));
			ok(await wallet.pay({ request }, without(world.other.handle, "reserved")));
		},
		act: async (world, wallet) => {
			const request = await requestOf(world, wallet, { amount: 1_600n });
			await world.other.pay({ request }, channelTo(wallet));
		},
		holds: ({ module }) => {
			const [sent, back] = [module.attempts(), module.attempts()].map((all, i) =>
				all.find(({ side }) => side === (i === 0 ? "payer" : "payee")),
			);
			assert.equal(sent?.isOpen, back === undefined, "what came back and the word of it are one write");
		},
	},
	"an exchange, deciding": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await world.town.fund(world.other, 4n, "SEAT");
		},
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other, exchangeTerms(world));
			await wallet.pay({ request }, channelTo(world.other));
		},
	},
	"an exchange, not deciding": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await world.town.fund(wallet, 4n, "SEAT");
		},
		act: async (world, wallet) => {
			const request = await requestOf(world, wallet, exchangeTerms(world));
			await world.other.pay({ request }, channelTo(wallet));
		},
	},
	"a release that comes while the operator is asked": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, wallet);
			ok(await world.other.pay({ request }, without(wallet.handle, "release")));
		},
		act: async (world, wallet) => {
			const { town, other } = world;
			const attempt = onlyAttempt(wallet);
			await wallet.resolve(attempt);
			wallet.connect(town.operator.id, deadOperator);
			await other.recover(attempt, channelTo(wallet));
			wallet.connect(town.operator.id, town.operator);
			await wallet.resolve(attempt);
		},
	},
	"a refund": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, world.other);
			ok(await wallet.pay({ request }, deadChannel));
			await redeemAll(world, wallet);
			world.town.clock.now += due;
		},
		act: askRefunds,
		again: true,
	},
	"a refund of two direct links, each ruled by itself": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, world.other, { amount: 600n, mode: "direct" });
			ok(await wallet.pay({ request }, deadChannel));
			await redeemAll(world, wallet);
			world.town.clock.now += due;
		},
		act: askRefunds,
		again: true,
	},
	"a refund of what was locked for an exchange": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await world.town.fund(wallet, 4n, "SEAT");
			const request = await requestOf(world, wallet, exchangeTerms(world));
			ok(await world.other.pay({ request }, without(wallet.handle, "counterTransfer")));
			await redeemAll(world, wallet);
			world.town.clock.now += due;
		},
		act: askRefunds,
		again: true,
	},
	"a passkey registered and removed": {
		prepare: rich,
		act: async (_, { module }) => {
			const authenticator = new Authenticator("ES256", 7);
			const registered = await module.registerPasskey(authenticator.register(module.newPasskey()));
			assert.equal(registered, undefined);
			const asked = module.askToRemovePasskey();
			assert.ok(asked !== undefined && !isRefusal(asked));
			assert.equal(await module.removePasskey(authenticator.answer(asked.challenge)), undefined);
		},
	},
	"a device's evidence, and a status list": {
		prepare: rich,
		act: async ({ town }, { module }) => {
			const evidence = await module.devices.evidence({ operator: town.operator.id });
			assert.deepEqual(await module.devices.evidence({ operator: town.operator.id }), evidence);
			const { key, nonce } = ok(verifyDeviceEvidence(evidence, verify));
			const operator = town.operator.id;
			const said = { operator, key, nonce, expiresAt: Number.MAX_SAFE_INTEGER };
			const attestation = await signAttestation(said, town.authority);
			const attested = ok(await module.devices.attest(town.operator.id, attestation));
			assert.deepEqual(await module.devices.evidence({ operator: town.operator.id }), attested);
			assert.equal(await module.devices.takeStatusList(await statusListOf(town)), undefined);
		},
		again: true,
	},
	"what a device paid, recorded until it is taken": {
		prepare: async ({ town, other }, wallet) => {
			await certifyDevice(town, wallet, newSigner());
			await give(town, other, wallet, 100n);
			assert.equal(await other.module.devices.takeStatusList(await statusListOf(town)), undefined);
		},
		act: async (world, wallet) => {
			const { devices } = wallet.module;
			await devices.setOldestStatus(3_600);
			await devices.keepRecords(true);
			const { asset } = world.town;
			if (wallet.balance(asset).available > 0n) {
				const request = ok(await world.other.request({ asset, amount: 100n })).encoded;
				ok(await wallet.pay({ request }, channelTo(world.other)));
			}
			const waiting = await devices.records(9);
			await devices.recordsTaken(waiting.map(({ id }) => id));
		},
		again: true,
	},
	"old records forgotten": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, world.other);
			ok(await wallet.pay({ request, documents }, channelTo(world.other)));
			await meter(world, { payer: wallet, payee: world.other });
			await redeemAll(world, wallet);
			// Late enough for another trust list, which says that the time has passed.
			world.town.clock.now += 6_000 * 86_400;
			await world.town.renew(wallet);
		},
		act: async (_, wallet) => void (await wallet.module.forget()),
	},
};
