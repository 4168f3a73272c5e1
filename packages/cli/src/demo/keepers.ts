/**
 * Keepers of a scene: each with a store and a log that is served on this machine; and two witnesses that read these
 * logs over HTTP, check every seal by its rules, and sign one word on it.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	httpSource,
	Keeper,
	type LogServer,
	LogWriter,
	openSealer,
	openStore,
	publicFolder,
	type Sealer,
	SealStore,
	SealWitness,
	type Store,
	serveLog,
} from "@tenten/operator";
import {
	type BrokenRule,
	type Bytes,
	equalBytes,
	isRefusal,
	keyId,
	parse,
	type Refusal,
	type SealWord,
	type ShownRecord,
	type Signer,
	sealWord,
	sha256,
	signReserve,
	type VerifierKey,
	verifierKey,
	type WitnessedLog,
} from "@tenten/protocol";
import { now } from "../surroundings.ts";

export function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) throw new Error(`${value.code}: ${value.detail}`);
	return value as T;
}

const freshSigner = (): Signer => signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
const seconds = (): number => Math.floor(now() / 1000);

export type DemoKeeper = {
	readonly id: Bytes;
	readonly keeper: Keeper;
	readonly store: Store;
	readonly writer: LogWriter;
	/** of its log */
	readonly key: VerifierKey;
	readonly sealer: Sealer;
	readonly server: LogServer;
};

/** Names, and the assets of which a warehouse, or a body that certifies, says that enough is there. */
export type Opening = readonly (readonly [name: string, assets: readonly Bytes[]])[];

export class Keepers {
	readonly all: readonly DemoKeeper[];
	readonly witnessIds: readonly Bytes[];
	readonly #witnesses: readonly SealWitness[];

	private constructor(all: readonly DemoKeeper[], witnesses: readonly SealWitness[]) {
		[this.all, this.#witnesses] = [all, witnesses];
		this.witnessIds = witnesses.map(({ store }) => keyId(store.key));
	}

	static async open(folder: string, opening: Opening): Promise<Keepers> {
		const holder = freshSigner();
		const all: DemoKeeper[] = [];
		for (const [name, assets] of opening)
			all.push(await openKeeper(join(folder, name), name, assets, holder));
		const [{ key }] = all as [DemoKeeper];
		const files = ["a", "b"].map((letter) =>
			join(folder, `witness-${letter}-of-${key.name.split(".")[0]}.db`),
		);
		return new Keepers(
			all,
			files.map((file) => openWitness(file, all, holder)),
		);
	}

	/** Seals, and has both witnesses read it; the rules that they find broken. */
	async seal(keeper: DemoKeeper): Promise<readonly BrokenRule[]> {
		const { number } = await keeper.sealer.seal();
		return this.witness(keeper, number);
	}

	async witness(keeper: DemoKeeper, number: number): Promise<readonly BrokenRule[]> {
		for (const witness of this.#witnesses) await witness.visit();
		const [word] = this.#words(keeper, number);
		if (word === undefined) throw new Error("no witness has read it");
		return word.kind === "broken" ? word.word.body.broken : [];
	}

	#words(keeper: DemoKeeper, number: number): readonly SealWord[] {
		return this.#witnesses.flatMap((witness) => {
			const word = witness.word(keeper.id, number);
			return word === undefined ? [] : [must(parse(sealWord, word))];
		});
	}

	logOf(keeper: Bytes): WitnessedLog | undefined {
		const key = this.all.find(({ id }) => equalBytes(id, keeper))?.key;
		return (
			key && { keys: { origin: key.name, keys: [key] }, policy: { witnesses: this.witnessIds, least: 2 } }
		);
	}

	async show(keeper: DemoKeeper, key: Bytes): Promise<ShownRecord> {
		const words = async (number: number) => this.#words(keeper, number);
		const shown = await keeper.keeper.show(key, keeper.writer, words);
		if (shown === undefined) throw new Error("no seal shows it");
		return shown;
	}

	async close(): Promise<void> {
		for (const witness of this.#witnesses) await witness.close();
		for (const { server, writer, store } of this.all) {
			await server.stop();
			await writer.close();
			await store.close();
		}
	}
}

async function openKeeper(
	folder: string,
	name: string,
	assets: readonly Bytes[],
	holder: Signer,
): Promise<DemoKeeper> {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const [id, signer] = [keyId(freshSigner().key), freshSigner()];
	const origin = `${name}.example/log`;
	const store = await openStore(join(folder, "keeper.sqlite"), {});
	const writer = must(await LogWriter.begin(folder, origin, signer));
	const inStock = (asset: Bytes) =>
		signReserve({ operator: id, asset, amount: 1_000_000n, heldAt: seconds() }, holder);
	const around = async () => ({ reserves: await Promise.all(assets.map(inStock)) });
	const secret = sha256(generateKey("Ed25519").privateKey);
	const operator = { id, store, now: seconds };
	const sealer = must(await openSealer({ operator, log: writer, secret, around }));
	const server = await serveLog(publicFolder(folder), 0);
	const key = verifierKey(origin, "note", signer.key.bytes);
	return { id, keeper: new Keeper(operator), store, writer, key, sealer, server };
}

function openWitness(file: string, keepers: readonly DemoKeeper[], holder: Signer): SealWitness {
	const signer = freshSigner();
	SealStore.create(file, signer.key);
	const policy = { holders: [keyId(holder.key)], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 60 };
	const logs = keepers.map(({ id, key, server }) => ({
		operator: id,
		keys: { origin: key.name, keys: [key] },
		source: httpSource(server.url),
		policy,
	}));
	return new SealWitness({ store: must(SealStore.open(file)), signer, logs, verify, now });
}
