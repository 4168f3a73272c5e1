/**
 * Hosts both sides of payments across operators over a store: each step in one transaction with all that follows.
 *
 *   quote, what a seal shows ─▶ verified ─▶ last seal, payment, ledger, state map, what is at risk: one durable write
 *
 * It has no timer and keeps nothing in memory: whoever is not answered asks again, and gets the same answer.
 */
import {
	type Agreement,
	type Bytes,
	equalBytes,
	isRefusal,
	type OutcomeKeys,
	type Refusal,
	refuse,
	type Seal,
	type ShownState,
	type SignedQuote,
	type VerifiedAgreement,
	type VerifiedQuote,
	type VerifiedState,
	verifyAgreement,
	verifyQuote,
	verifyShown,
} from "@tenten/protocol";
import { makeSeal, type SealContent } from "../seal/last-seal.ts";
import type { Store } from "../store/store.ts";
import { openAccounts, type Side } from "./money.ts";
import { peerStateOf } from "./peer-rows.ts";
import { type KeptProof, keepProofs, keptProof, queueProof } from "./proofs.ts";
import { agreementOf, crossingOf, insertAgreement } from "./rows.ts";
import { type CrossingAnswer, destinationIn, sourceIn } from "./steps.ts";

export type CrossingOptions = {
	/** this one, by the key id of its root */
	readonly operator: Bytes;
	/** unix seconds */
	readonly now: () => number;
	/** of both operators of every agreement, this one's log too */
	readonly keys: OutcomeKeys;
};

export class CrossingHost {
	readonly #store: Store;
	readonly #options: CrossingOptions;

	constructor(store: Store, options: CrossingOptions) {
		this.#store = store;
		this.#options = options;
	}

	/** Puts an agreement into the rule book, for ever; the refusals of `verifyAgreement`. */
	async adopt(signed: Agreement): Promise<VerifiedAgreement | Refusal> {
		const agreed = verifyAgreement(signed, this.#options.keys);
		if (isRefusal(agreed)) return agreed;
		const side = this.#sideOf(agreed);
		if (isRefusal(side)) return side;
		await this.#store.run(async (transaction) => {
			await openAccounts(transaction, agreed.body, side as Side, this.#options.now());
			await insertAgreement(transaction, agreed.id, signed);
		});
		return agreed;
	}

	/** Step 2, at the source: the payer agreed to the quote. */
	async lock(signed: SignedQuote): Promise<CrossingAnswer> {
		const quote = await this.#quoted(signed, "source");
		if (isRefusal(quote)) return quote;
		const { transfer } = quote;
		const event = { kind: "lock", quote } as const;
		const now = this.#options.now();
		return this.#store.run((transaction) => sourceIn(transaction, { transfer, event, signed, now }));
	}

	/** Step 3, at the destination: `shown` by a fresh seal of the source. */
	async reserve(signed: SignedQuote, shown: ShownState): Promise<CrossingAnswer> {
		const quote = await this.#quoted(signed, "destination");
		if (isRefusal(quote)) return quote;
		const state = this.#shown(quote, "source", shown);
		if (isRefusal(state)) return state;
		const { transfer } = quote;
		const event = { kind: "reserve", quote, shown: state } as const;
		const now = this.#options.now();
		return this.#store.run((transaction) => destinationIn(transaction, { transfer, event, signed, now }));
	}

	/** Step 5, at the source: the payer's secret, `shown` by a seal of the destination. */
	async release(transfer: Bytes, release: Bytes, shown: ShownState): Promise<CrossingAnswer> {
		const quote = await this.#quoteOf(transfer);
		if (isRefusal(quote)) return quote;
		const state = this.#shown(quote, "destination", shown);
		if (isRefusal(state)) return state;
		const event = { kind: "release", release, shown: state } as const;
		const asked = { transfer, event, signed: null, now: this.#options.now() };
		return this.#store.run((transaction) => sourceIn(transaction, asked));
	}

	/** As `release`, by what the destination's newest seal showed here: `attempt-pending` until one did. */
	releaseKept(transfer: Bytes, release: Bytes): Promise<CrossingAnswer> {
		const now = this.#options.now();
		return this.#store.run(async (transaction) => {
			const known = await crossingOf(transaction, transfer);
			if (known === undefined) return refuse("attempt-unknown");
			const { destination } = known.kept.quote.agreement.body;
			const shown = await peerStateOf(transaction, destination, transfer);
			if (shown === undefined) return refuse("attempt-pending", "no seal has shown it reserved");
			const event = { kind: "release", release, shown: shown.verified } as const;
			return sourceIn(transaction, { transfer, event, signed: null, now });
		});
	}

	/** Queues again what `peer` still waits to be shown of these payments; how many they are. */
	tellAgain(peer: Bytes, transfers: readonly Bytes[]): Promise<number> {
		return this.#store.run(async (transaction) => {
			let count = 0;
			for (const transfer of transfers) {
				const known = await crossingOf(transaction, transfer);
				const { source, destination } = known?.kept.quote.agreement.body ?? {};
				const isTheirs = [source, destination].some((side) => side !== undefined && equalBytes(side, peer));
				if (isTheirs && (await queueProof(transaction, transfer))) count++;
			}
			return count;
		});
	}

	/** Step 6, at either side: `shown` by the source's seal that decides. */
	async decided(transfer: Bytes, shown: ShownState): Promise<CrossingAnswer> {
		const quote = await this.#quoteOf(transfer);
		if (isRefusal(quote)) return quote;
		const state = this.#shown(quote, "source", shown);
		if (isRefusal(state)) return state;
		const event = { kind: "decided", shown: state } as const;
		const asked = { transfer, event, signed: null, now: this.#options.now() };
		const stepIn = this.#sideOf(quote.agreement) === "source" ? sourceIn : destinationIn;
		return this.#store.run((transaction) => stepIn(transaction, asked));
	}

	/** Makes the next seal, of all steps before it, and keeps what it shows of them. */
	seal(content: Omit<SealContent, "operator">): Promise<Seal> {
		const { operator } = this.#options;
		return this.#store.run(async (transaction) => {
			const seal = await makeSeal(transaction, { ...content, operator });
			await keepProofs(transaction, seal.number);
			return seal;
		});
	}

	/** What others need to be shown of it; undefined until a seal shows it. */
	proof(transfer: Bytes): Promise<KeptProof | undefined> {
		return this.#store.read((transaction) => keptProof(transaction, transfer));
	}

	/** By its own rule book, and where this operator is on that side of it. */
	async #quoted(signed: SignedQuote, side: Side): Promise<VerifiedQuote | Refusal> {
		const agreed = await this.#store.read((transaction) => agreementOf(transaction, signed.body.agreement));
		if (isRefusal(agreed)) return agreed;
		if (this.#sideOf(agreed) !== side) return refuse("agreement-unknown", "it is for the other direction");
		return verifyQuote(signed, agreed, this.#options.keys);
	}

	async #quoteOf(transfer: Bytes): Promise<VerifiedQuote | Refusal> {
		const known = await this.#store.read((transaction) => crossingOf(transaction, transfer));
		return known?.kept.quote ?? refuse("attempt-unknown");
	}

	#shown({ transfer, agreement }: VerifiedQuote, by: Side, shown: ShownState): VerifiedState | Refusal {
		const { keys } = this.#options;
		const operator = agreement.body[by];
		const log = keys.logOf(operator, by);
		if (log === undefined) return refuse("authority-unknown", "no log of this operator is known");
		return verifyShown(shown, { operator, transfer }, log, keys.verify);
	}

	#sideOf({ body }: VerifiedAgreement): Side | Refusal {
		const { operator } = this.#options;
		if (equalBytes(body.source, operator)) return "source";
		return equalBytes(body.destination, operator)
			? "destination"
			: refuse("agreement-unknown", "an agreement of other operators");
	}
}
