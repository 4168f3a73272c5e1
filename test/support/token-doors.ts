/**
 * Two operators behind real HTTP that pay across, each with a gateway for its tokens and a holder: the payer of yen at
 * the source, the payee of dollars at the destination. Wallets run in this process, over stores that may be cut off.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { CrossingGateway, Purse } from "@tenten/operator";
import { type AssetId, assetHash, type Bytes } from "@tenten/protocol";
import { memoryStore, Wallet, WalletPurse, type WalletStore } from "@tenten/wallet";
import { type AskCrossings, TokenPayee, TokenPayer } from "../../packages/cli/src/across/token-holders.ts";
import { gatewayAccount } from "../../packages/operator/src/crossing/money.ts";
import type { StoreOptions } from "../../packages/operator/src/index.ts";
import {
	ask,
	crossingKey,
	type DoorSide,
	type Doors,
	openDoors,
	payee,
	payer,
	quoted,
	sealAndTell,
	step,
	type Wanted,
	wish,
} from "../../packages/operator/test/support/crossing-doors.ts";
import { ok, random } from "./town.ts";

export const sideNames = ["source", "destination"] as const;
export type SideName = (typeof sideNames)[number];
const seeds = { source: "west", destination: "east" } as const;
const codes = { source: "JPY", destination: "USD" } as const;
/** what each holder and each gateway has in tokens at first */
export const holds = 100_000n;

/** A wallet that is opened again over what its store has. */
export class Device {
	readonly #store: WalletStore;
	readonly #key = random(32);
	readonly #side: () => DoorSide;
	readonly asset: AssetId;
	wallet!: Wallet;

	constructor(side: () => DoorSide, asset: AssetId, store: WalletStore) {
		[this.#side, this.asset, this.#store] = [side, asset, store];
	}

	async open(): Promise<void> {
		const { clock, operator } = this.#side().ecosystem;
		const unlock = { kind: "device", key: this.#key } as const;
		this.wallet = ok(await Wallet.open({ store: this.#store, unlock, now: () => clock.now, random }));
		this.wallet.connect(operator.id, operator);
	}

	/** Joined, with these tokens. */
	async fill(amount: bigint): Promise<void> {
		const { operator } = this.#side().ecosystem;
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		assert.equal(await this.wallet.join(operator, operator.id, asked), undefined);
		const [own] = this.wallet.module.certificates();
		await operator.deposit(random(32), own?.hash as Bytes, this.asset.code, amount);
		ok(await this.wallet.topUp(this.asset, amount, 5));
	}

	/** Its purse now: it may have been opened again since. */
	get purse(): WalletPurse {
		return new WalletPurse(this.wallet, this.asset);
	}

	/** free, locked and reserved */
	balance(): readonly [bigint, bigint, bigint] {
		const { available, locked, reserved } = this.wallet.balance(this.asset);
		return [available, locked, reserved];
	}
}

export type TokenDoors = {
	readonly doors: Doors;
	readonly holders: Record<SideName, Device>;
	readonly gateways: Record<SideName, Device>;
	/** opens management at both */
	readonly key: string;
	readonly close: () => Promise<void>;
};

export type TokenDoorOptions = {
	/** databases of the operators; in memory without */
	readonly folder?: string;
	readonly stores?: Partial<Record<SideName, StoreOptions>>;
	/** over the rows of each gateway */
	readonly over?: (side: SideName, store: WalletStore) => WalletStore;
	readonly exposure?: bigint;
	readonly lead?: number;
	/** of both operators: what opens their management */
	readonly key?: string;
};

export async function openTokenDoors(options: TokenDoorOptions = {}): Promise<TokenDoors> {
	const {
		folder,
		stores = {},
		over = (_, store) => store,
		exposure = 1_000n,
		key = crossingKey,
		lead,
	} = options;
	const gatewaysOf: Record<SideName, CrossingGateway[]> = { source: [], destination: [] };
	const each = Object.fromEntries(
		sideNames.map((side) => [
			seeds[side],
			{
				gateways: gatewaysOf[side],
				...(lead === undefined ? {} : { lead }),
				...(stores[side] === undefined ? {} : { failed: () => undefined }),
				...(folder === undefined ? {} : { database: join(folder, `${side}.sqlite`) }),
				...(stores[side] === undefined ? {} : { store: stores[side] }),
			},
		]),
	);
	const doors = await openDoors({ exposure }, key, each);
	const made = async (side: SideName, store: WalletStore): Promise<Device> => {
		const asset = { operator: doors[side].ecosystem.operator.id, code: codes[side] };
		const device = new Device(() => doors[side], asset, store);
		await device.open();
		await device.fill(holds);
		return device;
	};
	const holders = {
		source: await made("source", memoryStore()),
		destination: await made("destination", memoryStore()),
	};
	const gateways = {
		source: await made("source", over("source", memoryStore())),
		destination: await made("destination", over("destination", memoryStore())),
	};
	for (const side of sideNames) {
		const device = gateways[side];
		gatewaysOf[side].push({
			asset: assetHash(device.asset),
			purse: { act: (payment, command) => device.purse.act(payment, command) },
		});
	}
	return { doors, holders, gateways, key, close: () => doors.close() };
}

/** Each side has made a seal that the other knows. */
export async function bothSeal({ source, destination }: Doors): Promise<void> {
	await sealAndTell(source);
	await sealAndTell(destination);
}

export async function sealUntil({ source }: Doors, decides: number): Promise<void> {
	for (let seal = 0; seal === 0 || (await source.log.newest()) < decides; seal++) await sealAndTell(source);
}

/** The source makes its seals up to this one, and tells nobody of them yet. */
export async function sealQuietly({ source }: Doors, decides: number): Promise<void> {
	const { ecosystem, log } = source;
	const empty = { assets: [], reserves: [], positions: [], checkpoints: [] };
	while ((await log.newest()) < decides)
		log.append(await ecosystem.operator.crossings.host.seal({ sealedAt: ecosystem.clock.now, ...empty }));
}

export type Kind = { readonly from: "account" | "token"; readonly to: "account" | "token" };
export const kinds: readonly Kind[] = [
	{ from: "token", to: "account" },
	{ from: "account", to: "token" },
	{ from: "token", to: "token" },
];

/** One payment of 300 dollar cents, whose steps may each be taken again. */
export class TokenPayment {
	readonly #world: TokenDoors;
	readonly #kind: Kind;
	readonly #n: number;
	wanted!: Wanted;
	transfer = "";
	pays = 0n;
	decides = 0;
	payer: TokenPayer | undefined;
	/** its own, unless a test put another's here */
	payee: TokenPayee | undefined;
	#isOwn = false;
	/** comes before each question of its holders: what happens meanwhile */
	meanwhile: (path: string, body: object) => Promise<void> = async () => undefined;

	constructor(world: TokenDoors, kind: Kind, n = 1) {
		[this.#world, this.#kind, this.#n] = [world, kind, n];
	}

	#ask(side: SideName): AskCrossings {
		return async (path, body) => {
			await this.meanwhile(path, body);
			return ask(this.#world.doors[side], path, body, this.#world.key);
		};
	}

	/** Asked, quoted; null or why not. */
	async quote(credits = 300n, asks = 300n): Promise<string | null> {
		const { doors, holders } = this.#world;
		if (this.#kind.to === "token" && this.payee === undefined) {
			const { purse } = holders.destination;
			this.payee = await TokenPayee.make(purse, this.#ask("destination"), `order ${this.#n}`, asks);
			this.#isOwn = true;
		}
		const refused = this.#isOwn ? await this.payee?.open() : null;
		if (refused != null) return refused;
		const from = this.#kind.from === "token" ? gatewayAccount(doors.agreed.body.paid) : payer;
		const to = this.payee === undefined ? payee : bytesOf(this.payee.account);
		this.wanted = wish(doors, this.#n, { payer: from, payee: to, credits });
		const { transfer, quote, code } = await quoted(doors, this.wanted, this.#world.key);
		if (transfer === null || quote === null) return code;
		[this.transfer, this.pays, this.decides] = [
			transfer,
			BigInt(`${quote["pays"]}`),
			Number(quote["decides"]),
		];
		return null;
	}

	/** The payer's tokens are held, where it pays in any. */
	async hold(): Promise<string | null> {
		if (this.#kind.from === "account") return null;
		const { source } = this.#world.holders;
		this.payer ??= await TokenPayer.make(source.purse, this.#ask("source"), this.transfer, this.pays);
		return this.payer.hold();
	}

	lock(): Promise<string> {
		return step(this.#world.doors, "locks", this.transfer, undefined, this.#world.key);
	}

	async releaseUnheard(purse: Purse): Promise<void> {
		const said = await this.#ask("source")(`tokens-in/${this.transfer}/messages`, { messages: [] });
		const { asks, messages } = said as Omit<Given, "pays">;
		await releaseFor(purse, this.transfer, { asks, messages, pays: this.pays });
	}

	async release(): Promise<string> {
		await this.payer?.release();
		return step(this.#world.doors, "releases", this.transfer, this.wanted.secret, this.#world.key);
	}
}

/** What a payer would do whose words are lost from here on: its module releases, and nobody hears of it. */
async function releaseFor(purse: Purse, transfer: string, { asks, messages, pays }: Given): Promise<void> {
	const locked = await purse.act(transfer, { kind: "lock", amount: pays, messages: asks });
	if (locked.kind !== "locked") return;
	const command = { kind: "release", request: locked.request, messages } as const;
	assert.equal((await purse.act(transfer, command)).kind, "released");
}

type Given = {
	readonly asks: readonly string[];
	readonly messages: readonly string[];
	readonly pays: bigint;
};

function bytesOf(hex: string): Bytes {
	return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** All that there is at a side: what its holder has, in tokens and on its account, and the gateway in both. */
export async function money({ doors, holders, gateways }: TokenDoors, side: SideName) {
	const { operator } = doors[side].ecosystem;
	const { paid, credited } = doors.agreed.body;
	const posted = async (id: Bytes): Promise<readonly [bigint, bigint]> => {
		const account = await operator.ledger.account(id);
		if (account === undefined) return [0n, 0n];
		const { creditsPosted, debitsPosted, creditsPending, debitsPending } = account;
		return [creditsPosted - debitsPosted, creditsPending + debitsPending];
	};
	return {
		tokens: holders[side].balance(),
		account: await posted(side === "source" ? payer : payee),
		gatewayTokens: gateways[side].balance(),
		gateway: await posted(gatewayAccount(side === "source" ? paid : credited)),
		broken: (await operator.ledger.examine()).broken,
	};
}
