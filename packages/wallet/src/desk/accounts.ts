/** The operators with which one has an account, and how each is reached. */
import {
	type AskedProfile,
	type Bytes,
	fromHex,
	isRefusal,
	type OperatorClient,
	type Refusal,
	toHex,
} from "@tenten/protocol";
import { introduction } from "../operators.ts";
import { plainText } from "../plain-text.ts";
import type { SettingStore } from "../store/settings.ts";
import type { Wallet } from "../wallet.ts";
import { Remembered } from "./remembered.ts";
import type { OperatorView } from "./views.ts";

export class Accounts {
	readonly #wallet: Wallet;
	readonly #operatorAt: (url: string) => OperatorClient;
	readonly #joined: Remembered<readonly OperatorView[]>;

	private constructor(
		wallet: Wallet,
		operatorAt: (url: string) => OperatorClient,
		joined: Remembered<readonly OperatorView[]>,
	) {
		this.#wallet = wallet;
		this.#operatorAt = operatorAt;
		this.#joined = joined;
	}

	/** Those that are remembered, connected. */
	static async open(
		wallet: Wallet,
		settings: SettingStore,
		operatorAt: (url: string) => OperatorClient,
	): Promise<Accounts> {
		const joined = await Remembered.open<readonly OperatorView[]>(settings, "operators", []);
		for (const { id, url } of joined.value) wallet.connect(fromHex(id) as Bytes, operatorAt(url));
		return new Accounts(wallet, operatorAt, joined);
	}

	/** In the order in which they were joined last. */
	get joined(): readonly OperatorView[] {
		return this.#joined.value;
	}

	async join(url: string, asked: AskedProfile): Promise<OperatorView | Refusal> {
		const address = url.replace(/\/+$/, "");
		const client = this.#operatorAt(address);
		const introduced = await introduction(client);
		if (isRefusal(introduced)) return introduced;
		const { id: operator, entry } = introduced;
		const refusal = await this.#wallet.join(client, operator, asked);
		if (refusal !== undefined) return refusal;
		const id = toHex(operator);
		const joined = { id, name: plainText(entry.name), url: address };
		await this.#joined.set([...this.joined.filter((known) => known.id !== id), joined]);
		return joined;
	}
}
