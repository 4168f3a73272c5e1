/**
 * A device: a disk, a clock, and one life after another of the wallet on it.
 *
 * A crash ends a life between two effects: nothing of it runs on, and only what the disk holds is left. A module
 * whose write failed stops; its device is then started again, as a person would.
 */
import type { Random, StoreWrite, Told } from "@tenten/module";
import {
	type Bytes,
	type Document,
	equalBytes,
	isRefusal,
	type Refusal,
	refuse,
	type Signer,
} from "@tenten/protocol";
import { type Channel, Wallet, type WalletOptions, type WalletStore } from "@tenten/wallet";
import type { Computing } from "./cryptography.ts";
import type { Disk, Torn } from "./disk.ts";
import { mutated } from "./mutation.ts";
import type { Network, Peer } from "./network.ts";
import type { OperatorHost } from "./operator-host.ts";
import type { Life, Scheduler } from "./scheduler.ts";
import { Violation } from "./violation.ts";

export type DeviceOptions = {
	readonly name: string;
	readonly disk: Disk;
	readonly computing: Computing;
	readonly random: Random;
	/** by its own clock, unix seconds */
	readonly now: () => number;
	readonly scheduler: Scheduler;
	readonly network: Network;
	readonly operators: readonly OperatorHost[];
	/** what its owner answers a payment with */
	readonly replies: () => readonly Document[];
	/** told of what its owner's app is told */
	readonly told: (told: Told) => void;
	/** told of every message that leaves it */
	readonly sent: (messages: Bundle) => void;
};

export type Bundle = readonly Bytes[];

/** What a lost device is made again of. */
export type Backup = {
	readonly backup: Bytes;
	readonly passphrase: string;
	/** what its rows were when it was made: an observer knows rows by their objects */
	readonly rows: ReadonlyMap<string, Bytes>;
	/** whether nothing was open then, and nothing was written since: its owner may say that nothing was paid */
	readonly isLast: boolean;
};

export class Device {
	readonly name: string;
	readonly disk: Disk;
	readonly peer: Peer<Bundle, Bundle>;
	readonly #options: DeviceOptions;
	readonly #unlock: { readonly kind: "device"; readonly key: Bytes };
	#life: Life;
	#wallet: Wallet | undefined;
	#lost: Backup | undefined;
	starts = 0;

	constructor(options: DeviceOptions) {
		this.name = options.name;
		this.disk = options.disk;
		this.#options = options;
		this.#unlock = { kind: "device", key: options.random(32) };
		this.#life = { name: options.name, isOver: true };
		this.peer = {
			name: options.name,
			life: () => (this.#wallet === undefined ? undefined : this.#life),
			receive: async (messages) => {
				const answers = (await this.#wallet?.handle(messages)) ?? [];
				options.sent(answers);
				return answers;
			},
			forged: (messages, chance) => {
				const at = chance.below(messages.length + 1);
				return messages.map((message, i) =>
					i === at || at === messages.length ? mutated(chance, message) : message,
				);
			},
		};
	}

	get life(): Life {
		return this.#life;
	}

	/** The running wallet, or undefined while it is off or starting. */
	get wallet(): Wallet | undefined {
		return this.#wallet;
	}

	get isOff(): boolean {
		return this.#life.isOver;
	}

	/** Begins a life. A part of a commit that a crash left must be noticed before the disk is repaired. */
	async start(): Promise<void> {
		this.starts++;
		const life: Life = { name: this.name, isOver: false };
		this.#life = life;
		const torn = this.disk.torn();
		if (torn !== undefined) await this.#refuses(torn);
		const store = this.disk.storeFor(life);
		const isEmpty = this.#lost !== undefined && this.disk.copy().size === 0;
		const wallet =
			isEmpty && this.#lost ? await this.#restore(store, life, this.#lost) : await this.#open(store, life);
		if (isRefusal(wallet)) throw new Violation("lost", `${this.name} does not open: ${wallet.code}`);
		const { operators, network } = this.#options;
		for (const host of operators) wallet.connect(host.id, host.clientFor(life, network));
		if (!life.isOver) this.#wallet = wallet;
	}

	/** It is gone, with all that its disk held; whoever had it makes another of a backup. */
	loses(backup: Backup): void {
		this.crash();
		this.disk.replace(new Map());
		this.#lost = backup;
	}

	/** Whether it holds what old keys own, or did. */
	get isRestored(): boolean {
		return this.#lost !== undefined;
	}

	/** Its owner brings back what the backup held, and says truly whether anything was paid since. */
	bringBack(): Promise<Refusal | undefined> {
		const isSure = this.#lost?.isLast ?? false;
		return this.#wallet?.bringBack(isSure) ?? Promise.resolve(undefined);
	}

	#restore(store: WalletStore, life: Life, lost: Backup): ReturnType<typeof Wallet.restore> {
		const commit: WalletStore["commit"] = (writes) =>
			store.commit(writes.map((write) => asBefore(write, lost)));
		return Wallet.restore(this.#optionsFor({ ...store, commit }, life), lost.backup, lost.passphrase);
	}

	#open(store: WalletStore, life: Life): ReturnType<typeof Wallet.open> {
		return Wallet.open(this.#optionsFor(store, life));
	}

	/** A wallet whose signing, and whose user's word, come when they come. */
	#optionsFor(store: WalletStore, life: Life): WalletOptions {
		const { computing, random, now, scheduler } = this.#options;
		const signerFrom: Computing["signerFrom"] = (privateKey, suite) => {
			const signer = computing.signerFrom(privateKey, suite);
			const sign: Signer["sign"] = async (type, payload) => {
				await scheduler.park(life, `signs ${type}`);
				return signer.sign(type, payload);
			};
			return { key: signer.key, sign };
		};
		return {
			store,
			unlock: this.#unlock,
			now,
			random,
			told: (told) => {
				if (!life.isOver) this.#options.told(told);
			},
			cryptography: { ...computing, signerFrom },
			consider: async () => {
				await scheduler.park(life, "considers");
				return { documents: this.#options.replies() };
			},
		};
	}

	async #refuses({ rows, isVisible }: Torn): Promise<void> {
		const readOnly = {
			history: { append: async () => undefined, list: async () => ({ entries: [], next: null }) },
			load: async () => rows,
			commit: async (_: readonly StoreWrite[]) => undefined,
			close: async () => undefined,
		};
		const opened = await this.#open(readOnly, { name: this.name, isOver: false });
		if (isRefusal(opened)) return;
		await opened.close();
		if (isVisible) throw new Violation("lost", `${this.name} opens a torn write`);
	}

	/** Power fails. */
	crash(): void {
		this.#options.scheduler.end(this.#life);
		this.#wallet = undefined;
	}

	/** A channel to another device, for this life. */
	channelTo(other: Device): Channel {
		const life = this.#life;
		return {
			exchange: async (messages) => {
				const { network, sent } = this.#options;
				sent(messages);
				const answers = await network.ask(life, other.peer, "messages", messages);
				return answers ?? refuse("channel-failed", "no answer in time");
			},
		};
	}
}

function asBefore(write: StoreWrite, { rows }: Backup): StoreWrite {
	const before = rows.get(write.key);
	return before !== undefined && write.value !== null && equalBytes(before, write.value)
		? { ...write, value: before }
		: write;
}
