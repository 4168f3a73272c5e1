/**
 * A car or a charger: a wallet with a module of its own, on a disk that outlives it, and records to hand on.
 *
 *   in reach       orders to the operator, records to the gateway
 *   out of reach   meters with whom it stands beside, and nothing else
 *
 * A device may die at any moment and is then opened again from its disk; or it is lost for good, and whoever answers for
 * it makes another of the backup that its phone has.
 */
import { generateKey, signerFrom } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	equalBytes,
	type OperatorClient,
	type PublicKey,
	refuse,
	sumOf,
} from "@tenten/protocol";
import { memoryStore, Wallet, type WalletOptions } from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";
import { operatorClient } from "../replay/gate.ts";
import { Outbox } from "./outbox.ts";
import type { ResponsibleParty } from "./parties.ts";

export type DeviceOptions = {
	readonly name: string;
	readonly party: ResponsibleParty;
	readonly asset: AssetId;
	readonly operator: OperatorClient;
	/** has the operator certify it, for what its key says of itself: bytes of `enrolled` */
	readonly enrol: (evidence: Bytes) => Promise<Bytes>;
	/** unix seconds */
	readonly now: () => number;
	readonly isOutOfReach: () => boolean;
};

const passphrase = "of the driver's phone";

export class Device {
	readonly name: string;
	readonly party: ResponsibleParty;
	/** its key for records */
	readonly key: PublicKey;
	readonly outbox: Outbox;
	readonly #options: DeviceOptions;
	#wallet: Wallet;
	#disk: Pick<WalletOptions, "store" | "unlock">;
	#account: Bytes;
	/** where it was made, the operator is in reach */
	#isHome = true;
	/** the status list that it took last */
	#list: Bytes | undefined;

	private constructor(options: DeviceOptions, made: { wallet: Wallet; disk: Disk; account: Bytes }) {
		const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		this.name = options.name;
		this.party = options.party;
		this.key = signer.key;
		this.outbox = new Outbox(signer);
		this.#options = options;
		[this.#wallet, this.#disk, this.#account] = [made.wallet, made.disk, made.account];
	}

	/** A new one, enrolled. */
	static async make(options: DeviceOptions): Promise<Device> {
		const disk = newDisk();
		const wallet = must(await Wallet.open({ ...disk, now: options.now, random }));
		return new Device(options, { wallet, disk, account: await join(wallet, options) });
	}

	get wallet(): Wallet {
		return this.#wallet;
	}

	get meters(): Wallet["module"]["meters"] {
		return this.#wallet.module.meters;
	}

	get isOutOfReach(): boolean {
		return !this.#isHome && this.#options.isOutOfReach();
	}

	/** Its driver brings it home, where it is in reach. */
	comeHome(): void {
		this.#isHome = true;
	}

	/** It goes where it may be out of reach. */
	leave(): void {
		this.#isHome = false;
		this.#wallet.connect(this.asset.operator, this.#client());
	}

	/** What it pays in, or is paid in. */
	get asset(): AssetId {
		return this.#options.asset;
	}

	/** With the operator: by the certificate's hash. */
	get account(): Bytes {
		return this.#account;
	}

	/** Minor units that it could pay with now. */
	get holds(): bigint {
		return sumOf(this.#wallet.module.tokens().filter(({ heldBy }) => heldBy === null));
	}

	/** Takes the operator's list of who lost its standing. */
	async learn(list: Bytes): Promise<void> {
		if (this.#list !== undefined && equalBytes(list, this.#list)) return;
		const refusal = await this.#wallet.module.devices.takeStatusList(list);
		if (refusal !== undefined) must(refusal);
		this.#list = list;
	}

	/** It dies, and is opened again from its disk. */
	async restart(): Promise<void> {
		const { now } = this.#options;
		this.#wallet = must(await Wallet.open({ ...this.#disk, now, random }));
		this.#wallet.connect(this.asset.operator, this.#client());
	}

	/** What its driver's phone has of it. */
	backup(): Promise<Bytes> {
		return this.#wallet.module.backup(passphrase, "interactive");
	}

	/** Another one in its place, made of a backup after which it signed nothing; its unspent value comes back at once. */
	static async instead(lost: Device, backup: Bytes): Promise<Device> {
		const options = lost.#options;
		const disk = newDisk();
		const wallet = must(await Wallet.restore({ ...disk, now: options.now, random }, backup, passphrase));
		const account = await join(wallet, options);
		const refusal = await wallet.bringBack(true);
		if (refusal !== undefined) must(refusal);
		return new Device(options, { wallet, disk, account });
	}

	/** Gives back all that is free, and answers with what came onto its account. */
	async redeem(): Promise<void> {
		const { asset } = this.#options;
		const { refused, evidence } = must(await this.#wallet.redeem(asset));
		if (refused.length > 0 || evidence.length > 0) throw new Error(`${this.name}: a token is refused`);
		await this.#wallet.module.forget();
	}

	/** Draws a token of each amount from its account. */
	async draw(amounts: readonly bigint[]): Promise<void> {
		for (const amount of amounts) must(await this.#wallet.topUp(this.#options.asset, amount));
	}

	/** The operator while it is in reach. */
	#client(): OperatorClient {
		const { operator } = this.#options;
		return operatorClient(async (route, body) =>
			this.isOutOfReach ? refuse("channel-failed", "out of reach") : operator[route](body),
		);
	}
}

type Disk = Pick<WalletOptions, "store" | "unlock">;

function newDisk(): Disk {
	return { store: memoryStore(), unlock: { kind: "device", key: random(32) } };
}

/** Its account with the operator: the hash of the certificate that it gets. */
async function join(wallet: Wallet, { operator, asset, enrol }: DeviceOptions): Promise<Bytes> {
	const { module } = wallet;
	wallet.connect(asset.operator, operator);
	must(await module.setTrustList(must(await operator.trustList()), asset.operator));
	const evidence = await module.devices.evidence({ operator: asset.operator });
	return must(await module.certify(await enrol(evidence))).hash;
}
