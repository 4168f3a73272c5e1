/**
 * An operator as a witness of seals meets it: a log of batches and seals in a folder, by its own key. It keeps every
 * rule, until it is told to seal, append or show something else.
 */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import {
	type AssetTotals,
	type Batch,
	type Bytes,
	isRefusal,
	keyId,
	type LogKeys,
	type Seal,
	type Signer,
	sealHash,
	serializeLeaf,
	sha256,
	signReserve,
	toUtf8,
	verifierKey,
} from "@tenten/protocol";
import { signerFrom } from "../../../module/src/index.ts";
import { folderSource, LogWriter, publicFolder, type WitnessedLog } from "../../src/index.ts";

export const yen: Bytes = new Uint8Array(32).fill(0x10);
export const start = 1_700_000_000;

const signerOf = (name: string): Signer => signerFrom(sha256(toUtf8(name)), "Ed25519");
export const bank: Signer = signerOf("bank");
export const policy = { holders: [keyId(bank.key)], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 3_600 };

const nothing: AssetTotals = {
	asset: yen,
	issued: 0n,
	redeemed: 0n,
	refunded: 0n,
	burned: 0n,
	chargedOff: 0n,
	outstanding: 0n,
	forkFunded: 0n,
	forkDrawn: 0n,
	forkRepaid: 0n,
	forkLost: 0n,
	liabilities: new Uint8Array(32),
	held: 0n,
};

export class SealedLog {
	readonly name: string;
	readonly folder: string;
	readonly operator: Bytes;
	readonly signer: Signer;
	#writer: LogWriter;
	/** as its seals say them */
	totals: AssetTotals = nothing;
	last: Seal | null = null;
	/** by their numbers */
	readonly seals = new Map<number, Seal>();

	private constructor(folder: string, name: string, writer: LogWriter) {
		this.folder = folder;
		this.name = name;
		this.signer = signerOf(name);
		this.operator = keyId(signerOf(`${name} root`).key);
		this.#writer = writer;
	}

	static async begin(folder: string, name = "log.example/jpy"): Promise<SealedLog> {
		mkdirSync(folder, { recursive: true });
		return new SealedLog(folder, name, opened(await LogWriter.begin(folder, name, signerOf(name))));
	}

	/** The same log a second time: from here on each goes its own way, under one key. */
	async fork(folder: string): Promise<SealedLog> {
		await this.#writer.close();
		cpSync(this.folder, folder, { recursive: true });
		this.#writer = opened(await LogWriter.open(this.folder, this.signer));
		const fork = new SealedLog(folder, this.name, opened(await LogWriter.open(folder, this.signer)));
		fork.totals = this.totals;
		fork.last = this.last;
		for (const [number, seal] of this.seals) fork.seals.set(number, seal);
		return fork;
	}

	get keys(): LogKeys {
		return { origin: this.name, keys: [verifierKey(this.name, "note", this.signer.key.bytes)] };
	}

	get size(): number {
		return this.#writer.size;
	}

	get public(): string {
		return publicFolder(this.folder);
	}

	followed(more: Partial<WitnessedLog> = {}): WitnessedLog {
		const source = folderSource(this.public);
		return { operator: this.operator, keys: this.keys, source, policy, ...more };
	}

	async append(...leaves: readonly Bytes[]): Promise<void> {
		const appended = await this.#writer.append(leaves);
		if (isRefusal(appended)) throw new Error(appended.detail);
		await this.#writer.integrate();
	}

	/** Issues are logged, and counted in the next seal. */
	async issue(...amounts: readonly bigint[]): Promise<void> {
		const all = amounts.reduce((sum, amount) => sum + amount, 0n);
		const { issued, outstanding } = this.totals;
		this.totals = { ...this.totals, issued: issued + all, outstanding: outstanding + all };
		await this.append(...amounts.map((amount) => batchLeaf("issues", amount)));
	}

	/** The next seal, as it is right but for what `change` says of it; what is sealed is what the next one adds to. */
	async seal(sealedAt: number, change: Partial<Seal> = {}): Promise<Seal> {
		const { operator, last, totals } = this;
		const amount = totals.outstanding + totals.held;
		const seal: Seal = {
			operator,
			number: (last?.number ?? 0) + 1,
			previous: last === null ? null : sealHash(last),
			sealedAt,
			state: new Uint8Array(32),
			assets: totals.issued === 0n ? [] : [totals],
			reserves: [await signReserve({ operator, asset: yen, amount, heldAt: sealedAt }, bank)],
			positions: [],
			checkpoints: [],
			...change,
		};
		await this.append(serializeLeaf({ kind: "seal", seal }));
		this.last = seal;
		this.seals.set(seal.number, seal);
		return seal;
	}

	async close(): Promise<void> {
		await this.#writer.close();
	}
}

export function batchLeaf(kind: Exclude<Batch["kind"], "certificates">, total: bigint, asset = yen): Bytes {
	const root = new Uint8Array(32).fill(9);
	return serializeLeaf({ kind: "batch", batch: { kind, asset, count: 1, total, root } });
}

function opened(writer: LogWriter | { readonly kind: "refusal"; readonly detail: string }): LogWriter {
	if (!(writer instanceof LogWriter)) throw new Error(writer.detail);
	return writer;
}

export function folderOf(database: string, name: string): string {
	return join(database, "..", name);
}
