/**
 * A wallet in a folder: the sealed SQLite file, the operators it has joined, where its payees are.
 *
 *   wallet.sqlite    keys, tokens, payments (sealed), history
 *   wallet.json      operators
 *   addresses.json   where requests came from
 *
 * One program has it open at a time.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { NewUnlock } from "@tenten/module";
import {
	type AskedProfile,
	fromHex,
	isRefusal,
	keyId,
	type OperatorClient,
	type OperatorEntry,
	parse,
	type Refusal,
	toHex,
	trustList,
} from "@tenten/protocol";
import {
	httpOperatorClient,
	sqliteStore,
	Wallet,
	type WalletOptions,
	type WalletStore,
} from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now, random } from "../surroundings.ts";
import { Addresses } from "./addresses.ts";
import { type JoinedOperator, readOperators, writeOperators } from "./settings.ts";

/** How long an operator may take before it counts as out of reach. */
const operatorTimeout_ms = 10_000;

export type FolderOptions = Pick<WalletOptions, "consider" | "told"> & {
	readonly unlock: NewUnlock;
	/** stands between the wallet and its file: for tests that let the power fail */
	readonly store?: (store: WalletStore) => WalletStore;
};

export function hasWallet(folder: string): boolean {
	return existsSync(databaseIn(folder));
}

function databaseIn(folder: string): string {
	return join(folder, "wallet.sqlite");
}

export class WalletFolder {
	readonly path: string;
	readonly wallet: Wallet;
	readonly store: WalletStore;
	readonly addresses: Addresses;
	#operators: readonly JoinedOperator[];

	private constructor(
		path: string,
		wallet: Wallet,
		store: WalletStore,
		operators: readonly JoinedOperator[],
	) {
		this.path = path;
		this.wallet = wallet;
		this.store = store;
		this.addresses = new Addresses(path);
		this.#operators = operators;
		for (const { id, url } of operators) wallet.connect(idOf(id), operatorAt(url));
	}

	/** Opens the wallet in a folder, or begins one where there is none. */
	static async open(path: string, options: FolderOptions): Promise<WalletFolder | Refusal> {
		mkdirSync(path, { recursive: true, mode: 0o700 });
		const operators = readOperators(join(path, "wallet.json"));
		const file = sqliteStore(databaseIn(path));
		if (isRefusal(file)) return file;
		const { store: wrap = (inner: WalletStore) => inner, ...rest } = options;
		const store = wrap(file);
		const wallet = await Wallet.open({ ...rest, store, now, random });
		if (!isRefusal(wallet)) return new WalletFolder(path, wallet, store, operators);
		await file.close();
		return wallet;
	}

	get operators(): readonly JoinedOperator[] {
		return this.#operators;
	}

	/** Opens an account with the operator at `url`; `pinned` is the id that it must have, hexadecimal. */
	async join(url: string, asked: AskedProfile, pinned?: string): Promise<OperatorEntry | Refusal> {
		const client = operatorAt(url);
		const encoded = await client.trustList();
		if (isRefusal(encoded)) return encoded;
		const list = parse(trustList, encoded, encoded.length);
		if (isRefusal(list)) return list;
		const id = keyId(list.signer);
		if (pinned !== undefined && pinned !== toHex(id))
			throw new BadInput(`the operator at ${url} is ${toHex(id)}, and not ${pinned}`);
		const refusal = await this.wallet.join(client, id, asked);
		if (refusal !== undefined) return refusal;
		const entry = list.body.operators.find(({ root }) => toHex(keyId(root)) === toHex(id));
		if (entry === undefined) throw new BadInput(`the operator at ${url} does not list itself`);
		const others = this.#operators.filter((known) => known.id !== toHex(id));
		this.#operators = [...others, { id: toHex(id), name: entry.name, url }];
		writeOperators(join(this.path, "wallet.json"), this.#operators);
		return entry;
	}

	async close(): Promise<void> {
		await this.wallet.close();
	}
}

function operatorAt(url: string): OperatorClient {
	return httpOperatorClient({ url: url.replace(/\/+$/, ""), timeout_ms: operatorTimeout_ms });
}

function idOf(text: string) {
	const id = fromHex(text);
	if (id === undefined) throw new BadInput(`${text} is no operator's id`);
	return id;
}
