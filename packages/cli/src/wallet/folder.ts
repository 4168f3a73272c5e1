/**
 * A wallet in a folder: the sealed SQLite file, the operators it has joined, where its payees are.
 *
 *   wallet.sqlite    keys, tokens, payments (sealed), history
 *   wallet.json      operators
 *   addresses.json   where requests came from
 *   gateway.json     the fog gateway beside it: `gateway.ts`
 *   foreign.json     other ecosystems whose value it takes: `foreign.ts`
 *
 * One program has it open at a time.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NewUnlock, PassphraseCost, Told } from "@tenten/module";
import {
	type AskedProfile,
	type Bytes,
	type DeviceOperatorClient,
	fromHex,
	isRefusal,
	type OperatorEntry,
	type Refusal,
	toHex,
} from "@tenten/protocol";
import {
	type FogLine,
	httpOperatorClient,
	introduction,
	makeFolder,
	sqliteStore,
	Wallet,
	type WalletOptions,
	type WalletStore,
} from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now, random } from "../surroundings.ts";
import { Addresses } from "./addresses.ts";
import { gateOf } from "./foreign.ts";
import { gatewayOver, lineTo, readGateway } from "./gateway.ts";
import { type JoinedOperator, readOperators, settingsIn, writeOperators } from "./settings.ts";

/** libsodium's level for what people wait for: 64 MiB, a tenth of a second. */
export const passphraseCost: PassphraseCost = "interactive";

/** How long an operator may take before it counts as out of reach. */
const operatorTimeout_ms = 10_000;

export type FolderOptions = Pick<WalletOptions, "consider" | "foreign"> & {
	readonly unlock: NewUnlock;
	/** stands between the wallet and its file: for tests that let the power fail */
	readonly store?: (store: WalletStore) => WalletStore;
};

type Opened = {
	readonly wallet: Wallet;
	readonly store: WalletStore;
	readonly listeners: Set<(told: Told) => void>;
	/** to the gateway that it has joined */
	readonly line: FogLine | undefined;
};

export function hasWallet(folder: string): boolean {
	return existsSync(databaseIn(folder));
}

export function databaseIn(folder: string): string {
	return join(folder, "wallet.sqlite");
}

export class WalletFolder {
	readonly path: string;
	readonly wallet: Wallet;
	readonly store: WalletStore;
	readonly addresses: Addresses;
	#operators: readonly JoinedOperator[];
	readonly #listeners: Set<(told: Told) => void>;
	readonly #line: FogLine | undefined;

	private constructor(
		path: string,
		{ wallet, store, listeners, line }: Opened,
		operators: readonly JoinedOperator[],
	) {
		this.path = path;
		this.wallet = wallet;
		this.store = store;
		this.#listeners = listeners;
		this.#line = line;
		this.addresses = new Addresses(path);
		this.#operators = operators;
		for (const { id, url } of operators) wallet.connect(idOf(id), operatorAt(url));
	}

	/** Opens the wallet in a folder, or begins one where there is none. */
	static async open(path: string, options: FolderOptions): Promise<WalletFolder | Refusal> {
		makeFolder(path);
		const operators = readOperators(settingsIn(path));
		const joined = readGateway(path);
		const file = sqliteStore(databaseIn(path));
		if (isRefusal(file)) return file;
		const line = joined && (await lineTo(joined));
		const { store: wrap = (inner: WalletStore) => inner, ...rest } = options;
		const store = wrap(file);
		const listeners = new Set<(told: Told) => void>();
		const told = (news: Told): void => {
			for (const listener of listeners) listener(news);
		};
		const gateway = joined && line && { gateway: gatewayOver(line, joined) };
		const gate = rest.foreign ?? gateOf(path, { joined: operators.map(({ id }) => id), now });
		const foreign = gate === undefined ? {} : { foreign: gate };
		const wallet = await Wallet.open({ ...rest, ...foreign, ...gateway, store, now, random, told });
		if (!isRefusal(wallet)) return new WalletFolder(path, { wallet, store, listeners, line }, operators);
		line?.close();
		await file.close();
		return wallet;
	}

	/** Tells of what has become durable, until the function that it returns is called. */
	listen(listener: (told: Told) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	get operators(): readonly JoinedOperator[] {
		return this.#operators;
	}

	/** Opens an account with the operator at `url`; `pinned` is the id that it must have, hexadecimal. */
	async join(url: string, asked: AskedProfile, pinned?: string): Promise<OperatorEntry | Refusal> {
		const client = operatorAt(url);
		const introduced = await introducedAt(url, pinned);
		if (isRefusal(introduced)) return introduced;
		const { id, entry } = introduced;
		const refusal = await this.wallet.join(client, id, asked);
		if (refusal !== undefined) return refusal;
		this.#note(url, id, entry);
		return entry;
	}

	/** Takes the trust list of the operator at `url`, and opens no account: a device is certified otherwise. */
	async meet(url: string, pinned?: string): Promise<Bytes | Refusal> {
		const client = operatorAt(url);
		const introduced = await introducedAt(url, pinned);
		if (isRefusal(introduced)) return introduced;
		const { id, entry } = introduced;
		const list = await client.trustList();
		if (isRefusal(list)) return list;
		const { module } = this.wallet;
		const taken = await module.setTrustList(list, id);
		const isKnown = !isRefusal(module.trust) && module.trust.operator(id) !== undefined;
		if (isRefusal(taken) && !isKnown) return taken;
		this.wallet.connect(id, client);
		this.#note(url, id, entry);
		return id;
	}

	#note(url: string, id: Bytes, entry: OperatorEntry): void {
		const joined = { id: toHex(id), name: entry.name, url };
		const isKnown = this.#operators.some((known) => known.id === joined.id);
		this.#operators = isKnown
			? this.#operators.map((known) => (known.id === joined.id ? joined : known))
			: [...this.#operators, joined];
		writeOperators(settingsIn(this.path), this.#operators);
	}

	async close(): Promise<void> {
		await this.wallet.close();
		this.#line?.close();
	}
}

/** Who the operator at `url` is; bad input where it is not the one of the pinned id. */
export async function introducedAt(url: string, pinned?: string): ReturnType<typeof introduction> {
	const introduced = await introduction(operatorAt(url));
	if (isRefusal(introduced) || pinned === undefined || pinned === toHex(introduced.id)) return introduced;
	throw new BadInput(`the operator at ${url} is ${toHex(introduced.id)}, and not ${pinned}`);
}

export function operatorAt(url: string): DeviceOperatorClient {
	return httpOperatorClient({ url: url.replace(/\/+$/, ""), timeout_ms: operatorTimeout_ms });
}

function idOf(text: string): Bytes {
	const id = fromHex(text);
	if (id === undefined) throw new BadInput(`${text} is no operator's id`);
	return id;
}
