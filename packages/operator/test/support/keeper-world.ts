/** Keepers over stores and logs of their own, whose seals witnesses check before they cosign. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after } from "node:test";
import {
	type Batch,
	type Bytes,
	checkSeal,
	equalBytes,
	isRefusal,
	keyId,
	parseLeaf,
	type Refusal,
	type Seal,
	type SealWord,
	type ShownRecord,
	signReserve,
	type VerifiedRecord,
	verifierKey,
	verifyShownRecord,
	type WitnessedLog,
} from "@tenten/protocol";
import { memoryFolder } from "../../../../test/support/memory-folder.ts";
import { verify } from "../../../module/src/index.ts";
import {
	cosign,
	dispute,
	must,
	signerOf,
	witnesses,
	witnessIds,
} from "../../../protocol/test/crossing/support/sides.ts";
import { Keeper, LogWriter, openSealer, openStore, type Sealer, type Store } from "../../src/index.ts";
import { leavesFrom } from "../../src/sealing/leaves.ts";
import { databaseForTest } from "./database.ts";

export const start = 1_900_000_000;
export const clock = { now: start };
const holder = signerOf(0x41);
const secret = new Uint8Array(32).fill(0x77);

const closing: (() => Promise<unknown>)[] = [];
after(async () => {
	for (const close of closing) await close();
});

export class KeptAt {
	readonly id: Bytes;
	readonly origin: string;
	readonly store: Store;
	readonly keeper: Keeper;
	readonly sealer: Sealer;
	readonly writer: LogWriter;
	readonly database: string;
	readonly #logKey: number;

	private constructor(fill: number, database: string, store: Store, writer: LogWriter, sealer: Sealer) {
		[this.#logKey, this.database, this.store, this.writer, this.sealer] = [
			fill + 1,
			database,
			store,
			writer,
			sealer,
		];
		this.id = keyId(signerOf(fill).key);
		this.origin = originOf(fill);
		this.keeper = this.beside(store);
	}

	/** Keeps these assets, for which the holder of the stock says that there is plenty. */
	static async open(fill: number, assets: readonly Bytes[]): Promise<KeptAt> {
		const database = await databaseForTest();
		const store = await openStore(database, {});
		const folder = memoryFolder("tenten-keeper-");
		const writer = must(await LogWriter.begin(folder, originOf(fill), signerOf(fill + 1)));
		const id = keyId(signerOf(fill).key);
		const around = async () => ({
			reserves: await Promise.all(
				assets.map((asset) =>
					signReserve({ operator: id, asset, amount: 10n ** 9n, heldAt: clock.now }, holder),
				),
			),
		});
		const operator = { id, store, now: () => clock.now };
		const sealer = must(await openSealer({ operator, log: writer, secret, around }));
		closing.push(async () => {
			await writer.close();
			await store.close();
			rmSync(folder, { recursive: true });
		});
		return new KeptAt(fill, database, store, writer, sealer);
	}

	/** Another process over the same database; the same where that is in memory. */
	async another(): Promise<Keeper> {
		if (this.database === ":memory:") return this.keeper;
		const store = await openStore(this.database, {});
		closing.push(() => store.close());
		return this.beside(store);
	}

	beside(store: Store): Keeper {
		return new Keeper({ id: this.id, store, now: () => clock.now });
	}

	get log(): WitnessedLog {
		const key = verifierKey(this.origin, "note", signerOf(this.#logKey).key.bytes);
		return { keys: { origin: this.origin, keys: [key] }, policy: { witnesses: witnessIds, least: 2 } };
	}

	async seal(): Promise<Seal> {
		clock.now++;
		return this.sealer.seal();
	}

	async show(key: Bytes): Promise<ShownRecord> {
		const shown = await this.keeper.show(key, this.writer, (number) => this.#words(number));
		assert.ok(shown, "no seal shows it");
		return shown;
	}

	async verified(key: Bytes): Promise<VerifiedRecord> {
		return must(verifyShownRecord(await this.show(key), this.id, this.log, verify));
	}

	/** As a witness reads it from the beginning. */
	async #words(number: number): Promise<readonly SealWord[]> {
		const leaves = await this.store.read((transaction) => leavesFrom(transaction, 0, 1_000_000));
		let previous: Seal | null = null;
		let batches: Batch[] = [];
		for (const encoded of leaves) {
			const leaf = must(parseLeaf(encoded));
			if (leaf.kind === "batch") batches.push(leaf.batch);
			if (leaf.kind !== "seal") continue;
			if (leaf.seal.number === number) return wordsOn(this.id, leaf.seal, previous, batches);
			[previous, batches] = [leaf.seal, []];
		}
		throw new Error(`no seal ${number}`);
	}

	/** Every row that says something of a lot or a status. */
	async rows(): Promise<unknown> {
		return this.store.read(async (transaction) => [
			await transaction
				.selectFrom("domain_records")
				.selectAll()
				.orderBy("record_key")
				.orderBy("turn")
				.execute(),
			await transaction.selectFrom("unsealed").selectAll().orderBy("effects_id").execute(),
			await transaction.selectFrom("last_seal").select(["number", "hash"]).execute(),
		]);
	}
}

const originOf = (fill: number): string => `k${fill}.example/lots`;

async function wordsOn(
	operator: Bytes,
	seal: Seal,
	previous: Seal | null,
	batches: readonly Batch[],
): Promise<readonly SealWord[]> {
	const [broken] = checkSeal(seal, {
		operator,
		previous,
		batches,
		verify,
		holders: [keyId(holder.key)],
		peerWords: [],
		now: seal.sealedAt,
		maximumAge_s: 60,
		ahead_s: 60,
		reserveAge_s: 60,
	});
	const say =
		broken === undefined
			? cosign
			: (...[of, by, at]: Parameters<typeof cosign>) => dispute(of, by, at, broken.rule);
	return Promise.all(witnesses.slice(0, 2).map((witness) => say(seal, witness, seal.sealedAt)));
}

export function logOf(...keepers: readonly KeptAt[]) {
	return { verify, logOf: (operator: Bytes) => keepers.find(({ id }) => equalBytes(id, operator))?.log };
}

/** The ids of an answer, the lot's own and its parts'; a code where it was refused. */
export function said(
	answer: { readonly kind: "lots"; readonly ids: readonly [Bytes, ...Bytes[]] } | Refusal,
) {
	return isRefusal(answer) ? answer.code : (answer as { readonly ids: readonly [Bytes, ...Bytes[]] }).ids;
}

export function idsOf(answer: Parameters<typeof said>[0]): readonly [Bytes, ...Bytes[]] {
	const ids = said(answer);
	if (typeof ids === "string") throw new Error(ids);
	return ids;
}
