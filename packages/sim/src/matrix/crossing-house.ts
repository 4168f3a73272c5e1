/**
 * What the two operators of a payment across share: keys that follow from the seed, an agreement, and whose words on
 * seals count. A seal is in its operator's log as soon as it is made, and two of three witnesses say so at once.
 */
import { generateKey, signerFrom, verify } from "@tenten/module";
import type { Store } from "@tenten/operator";
import {
	type Agreement,
	type AgreementBody,
	agreementId,
	assetHash,
	type Bytes,
	checkpointText,
	equalBytes,
	isRefusal,
	keyId,
	merkleTree,
	type OutcomeKeys,
	parse,
	parseLeaf,
	type Seal,
	type ShownSeal,
	type Signer,
	sealCosignature,
	sealHash,
	signAgreement,
	signCosignature,
	signNote,
	taggedHash,
	verifierKey,
	type WitnessedLog,
	writeNote,
} from "@tenten/protocol";
import { Chance } from "../chance.ts";
import { must } from "../must.ts";
import { beginning_ms } from "./virtual-world.ts";

export type SideName = "source" | "destination";

/** Seals from a quote until the one that decides, and milliseconds from one seal to the next. */
export const lead = 8;
export const epoch_ms = 1_000;
/** What is paid, minor units: the same at both, for nothing. */
export const price = 300n;
export const rate = { credited: 1n, paid: 1n } as const;
/** Seconds: a quote's life, and how old the quorum may be upon which the destination reserves. */
export const quoteLifetime = 20;
const freshness = 30;
const least = 2;

type Keys = { readonly root: Signer; readonly ruling: Signer; readonly log: Signer };

export class CrossingHouse {
	readonly #keys: Readonly<Record<SideName, Keys>>;
	readonly #witnesses: readonly Signer[];
	readonly body: AgreementBody;
	readonly payer: Bytes;
	readonly payee: Bytes;

	constructor(seed: number) {
		const signer = (name: string): Signer =>
			signerFrom(generateKey("Ed25519", new Chance(seed, name).bytes).privateKey, "Ed25519");
		const keysOf = (side: SideName): Keys => ({
			root: signer(`${side} root`),
			ruling: signer(`${side} ruling`),
			log: signer(`${side} log`),
		});
		this.#keys = { source: keysOf("source"), destination: keysOf("destination") };
		this.#witnesses = [1, 2, 3].map((n) => signer(`witness ${n}`));
		[this.payer, this.payee] = [taggedHash("account", ["payer"]), taggedHash("account", ["payee"])];
		const [source, destination] = [this.operator("source"), this.operator("destination")];
		const start = beginning_ms / 1_000;
		this.body = {
			source,
			destination,
			version: 1,
			paid: assetHash({ operator: source, code: "JPY" }),
			credited: assetHash({ operator: destination, code: "JPY" }),
			exposure: 1_000n,
			fee: { fixed: 0n, perMillion: 0 },
			quoteLifetime,
			seals: 100,
			freshness,
			liable: "source",
			settlement: 86_400,
			from: start - 60,
			until: start + 86_400,
		};
	}

	operator(side: SideName): Bytes {
		return keyId(this.#keys[side].root.key);
	}

	ruling(side: SideName): Signer {
		return this.#keys[side].ruling;
	}

	get agreement(): Bytes {
		return agreementId(this.body);
	}

	async signedAgreement(): Promise<Agreement> {
		const { body } = this;
		return {
			body,
			bySource: await signAgreement(body, this.ruling("source")),
			byDestination: await signAgreement(body, this.ruling("destination")),
		};
	}

	/** What either side goes by. */
	get keys(): OutcomeKeys {
		const sideOf = (operator: Bytes): SideName | undefined =>
			(["source", "destination"] as const).find((side) => equalBytes(this.operator(side), operator));
		const policy = { witnesses: this.#witnesses.map(({ key }) => keyId(key)), least };
		const logOf = (operator: Bytes): WitnessedLog | undefined => {
			const side = sideOf(operator);
			if (side === undefined) return undefined;
			const key = verifierKey(originOf(side), "note", this.#keys[side].log.key.bytes);
			return { keys: { origin: key.name, keys: [key] }, policy };
		};
		const keysOf = (operator: Bytes) => {
			const side = sideOf(operator);
			return side === undefined ? [] : [this.ruling(side).key];
		};
		return { verify, keysOf, logOf };
	}

	/** A seal that was made, with the log's proof and what witnesses say of it. */
	async show(store: Store, side: SideName, number: number): Promise<ShownSeal> {
		const rows = await store.read((transaction) =>
			transaction.selectFrom("seals").select("leaf").orderBy("number").execute(),
		);
		const leaves = rows.map(({ leaf }) => leaf);
		const tree = merkleTree(leaves);
		const [leaf, path] = [leaves[number - 1], tree.paths[number - 1]];
		const read = leaf && parseLeaf(leaf);
		if (
			leaf === undefined ||
			path === undefined ||
			read === undefined ||
			isRefusal(read) ||
			read.kind !== "seal"
		)
			throw new Error(`there is no seal ${number}`);
		const text = checkpointText({ origin: originOf(side), size: leaves.length, root: tree.root });
		const signatures = [await signNote(text, originOf(side), this.#keys[side].log)];
		const checkpoint = writeNote({ text, signatures });
		const words = await Promise.all(this.#witnesses.slice(0, least).map((each) => wordOf(read.seal, each)));
		return { leaf, log: { checkpoint, index: number - 1, path }, words };
	}
}

function originOf(side: SideName): string {
	return `${side}.example/log`;
}

async function wordOf(seal: Seal, witness: Signer) {
	const { operator, number, sealedAt: signedAt } = seal;
	const encoded = await signCosignature({ operator, number, seal: sealHash(seal), signedAt }, witness);
	return { kind: "cosignature" as const, word: must(parse(sealCosignature, encoded)) };
}
