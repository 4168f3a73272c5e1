/**
 * A witness: judges what it is asked, keeps it, and only then cosigns.
 *
 *   bytes ─ openOffer ─▶ offer ─ store: judged and durable ─▶ cosignature
 */
import {
	type Bytes,
	cosignNote,
	type KnownLogs,
	openOffer,
	type Policy,
	type Signer,
	type VerifierKey,
	type Verify,
	type WitnessRefusal,
	writeSignatures,
} from "@tenten/protocol";
import { isStoreOf, type WitnessStore } from "./store.ts";

export type WitnessOptions = {
	readonly store: WitnessStore;
	/** of the store's key */
	readonly signer: Signer;
	readonly logs: KnownLogs;
	readonly verify: Verify;
	/** milliseconds since 1970 */
	readonly now: () => number;
};

/** Lines of signatures, as they are answered. */
type Cosigned = { readonly kind: "cosigned"; readonly lines: Bytes };

export class Witness {
	readonly #options: WitnessOptions;

	constructor(options: WitnessOptions) {
		if (!isStoreOf(options.store, options.signer.key.bytes))
			throw new RangeError("the store of another key: a witness without its past is another witness");
		this.#options = options;
	}

	/** What `add-checkpoint` is answered. A throw: whether it was kept is unknown; nothing was cosigned. */
	async addCheckpoint(body: Bytes): Promise<Cosigned | WitnessRefusal> {
		const { store, signer, logs, verify, now } = this.#options;
		const offer = openOffer(body, logs, verify);
		if (offer.kind === "unwitnessed") return offer;
		const kept = await store.propose(offer, Math.floor(now() / 1000));
		if (kept.kind === "unwitnessed") return kept;
		const { text } = offer.checkpoint.note;
		const signature = await cosignNote(text, store.key.name, signer, kept.at);
		return { kind: "cosigned", lines: writeSignatures([signature]) };
	}
}

/** The logs of a policy, by origin: a log may have several keys. */
export function logsOf({ logs }: Policy): KnownLogs {
	const known = new Map<string, VerifierKey[]>();
	for (const { key } of logs) known.set(key.name, [...(known.get(key.name) ?? []), key]);
	return known;
}
