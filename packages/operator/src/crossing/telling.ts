/**
 * Shows other operators what this one's seals show: in rounds, until each has confirmed it.
 *
 *   a seal is witnessed ─▶ own ends by it ─▶ what waits is shown, many at once ─▶ confirmed: it waits no more
 *
 * What waits is in the store (`keepProofs`), so a crash loses nothing of it. A peer that is out of reach, or refuses for
 * now, is shown it again in the next round; a refusal that is final ends the telling, and stands for the payer to see.
 * Of seals that show nothing for it a peer is told too: it begins nothing upon an old one.
 */
import {
	type Bytes,
	type CrossingQuestion,
	type CrossingReply,
	crossingState,
	equalBytes,
	isRefusal,
	ledgerRefusals,
	mostTogether,
	parse,
	refusals,
	type ShownItem,
	type ShownSeal,
	type StateAnswer,
	stateProof,
	toHex,
	type VerifiedSeal,
	verifyStateUnder,
} from "@tenten/protocol";
import type { Store } from "../store/store.ts";
import { groupsOf } from "./groups.ts";
import { isSource, sealBy } from "./hearing.ts";
import type { CrossingOptions } from "./host.ts";
import { newestOf } from "./peer-rows.ts";
import { crossingOf, undamaged } from "./rows.ts";
import { peersIn } from "./rule-books.ts";
import { sourceIn } from "./steps.ts";

/** This operator's own seals, once witnesses have spoken of them. */
export type WitnessedSeals = {
	/** the number of the newest; 0: none */
	readonly newest: () => Promise<number>;
	/** with the log's proof and what witnesses said; undefined where that is not known */
	readonly show: (number: number) => Promise<ShownSeal | undefined>;
};

/** Asks one peer; undefined where it does not answer. */
type AskPeer = (peer: Bytes, question: CrossingQuestion) => Promise<CrossingReply | undefined>;

export type TellerOptions = CrossingOptions & { readonly seals: WitnessedSeals; readonly ask: AskPeer };

type Untold = ShownItem & {
	readonly number: number;
	readonly peer: Bytes;
	/** this operator's own end follows from it */
	readonly isDeciding: boolean;
};

/** Payments of one agreement that one round looks at: what waits for a peer that is down keeps nobody else waiting. */
const roundMost = 512;

export class Teller {
	readonly #store: Store;
	readonly #options: TellerOptions;
	/** the newest seal that each peer was told of by this process */
	readonly #heard = new Map<string, number>();
	#round: Promise<void> = Promise.resolve();

	constructor(store: Store, options: TellerOptions) {
		this.#store = store;
		this.#options = options;
	}

	/** One round after another: resolves when all that waited was tried once. */
	tell(): Promise<void> {
		const round = this.#round.then(() => this.#tellAll());
		this.#round = round.catch(() => undefined);
		return round;
	}

	async #tellAll(): Promise<void> {
		const { seals } = this.#options;
		const newest = await seals.newest();
		if (newest === 0) return;
		const untold = await this.#untold(newest);
		const silent = new Set<string>();
		for (const number of new Set(untold.map((each) => each.number))) {
			const shown = await seals.show(number);
			const whole = shown && sealBy(this.#options.operator, shown, this.#options.keys);
			if (shown === undefined || whole === undefined || isRefusal(whole)) continue;
			const under = untold.filter((each) => each.number === number);
			await this.#end(under, whole);
			const heard = under.filter(({ peer }) => !silent.has(toHex(peer)));
			await Promise.all(groupsOf(heard, ({ peer }) => peer).map((group) => this.#show(shown, group, silent)));
		}
		await this.#sayThere(newest, silent);
		await this.#askFor();
	}

	async #untold(newest: number): Promise<readonly Untold[]> {
		return this.#store.read(async (transaction) => {
			const rows = await transaction
				.selectFrom((waiting) =>
					waiting
						.selectFrom("crossing_untold as each")
						.innerJoin("crossings as payment", "payment.transfer_id", "each.transfer_id")
						.select(["each.transfer_id", "each.number"])
						.select(({ fn }) =>
							fn
								.agg<bigint | number>("row_number")
								.over((over) => over.partitionBy("payment.agreement_id").orderBy("each.number"))
								.as("turn"),
						)
						.where("each.number", "<=", newest)
						.as("untold"),
				)
				.innerJoin("crossing_proofs as proof", "proof.transfer_id", "untold.transfer_id")
				.select(["untold.transfer_id", "untold.number", "proof.state", "proof.proof"])
				.where("untold.turn", "<=", roundMost)
				.orderBy("untold.number")
				.execute();
			const all: Untold[] = [];
			for (const { transfer_id: transfer, number, state, proof } of rows) {
				const known = await crossingOf(transaction, transfer);
				if (known === undefined) throw new Error("the database is damaged: a proof of no payment");
				const { body } = known.kept.quote.agreement;
				const isOurs = isSource(known.kept);
				all.push({
					transfer,
					number: Number(number),
					quote: isOurs ? known.signed : null,
					state: undamaged(parse(crossingState, state), "a state"),
					proof: undamaged(parse(stateProof, proof), "a proof"),
					peer: isOurs ? body.destination : body.source,
					isDeciding: isOurs && Number(number) === known.signed.body.decides,
				});
			}
			return all;
		});
	}

	/** What its own seal decided, it does itself first: whatever becomes of the other side. */
	async #end(under: readonly Untold[], whole: VerifiedSeal): Promise<void> {
		await Promise.all(
			under.map(async (item) => {
				if (!item.isDeciding) return;
				const { transfer } = item;
				const shown = verifyStateUnder(whole, item, transfer);
				if (isRefusal(shown)) throw new Error(`its own proof does not hold: ${shown.detail}`);
				const asked = { transfer, signed: null, now: this.#options.now() };
				await this.#store.run((transaction) =>
					sourceIn(transaction, { ...asked, event: { kind: "decided", shown } }),
				);
			}),
		);
	}

	/** A peer that does not answer is `silent`, and asked no more in this round: each time would take until its deadline. */
	async #show(seal: ShownSeal, items: readonly Untold[], silent: Set<string>): Promise<void> {
		const [first] = items;
		if (first === undefined) return;
		const question: CrossingQuestion = {
			kind: "shown",
			seal,
			items: items.map(({ transfer, quote, state, proof }) => ({ transfer, quote, state, proof })),
		};
		const reply = await this.#options.ask(first.peer, question);
		if (reply === undefined) silent.add(toHex(first.peer));
		if (reply?.kind !== "shown" || reply.answers.length !== items.length) return;
		this.#noteHeard(first.peer, first.number);
		const { answers } = reply;
		await this.#store.run(async (transaction) => {
			for (const [at, { transfer, number }] of items.entries()) {
				const answer = answers[at] as StateAnswer;
				if (!isLater(answer))
					await transaction
						.deleteFrom("crossing_untold")
						.where("transfer_id", "=", transfer)
						.where("number", "=", number)
						.execute();
				if (answer.kind === "stands") continue;
				const { code } = answer;
				await transaction
					.insertInto("crossing_refusals")
					.values({ transfer_id: transfer, code })
					.onConflict((conflict) => conflict.column("transfer_id").doUpdateSet({ code }))
					.execute();
			}
		});
	}

	/** Each peer of an agreement in force is to know the newest seal. */
	async #sayThere(newest: number, silent: ReadonlySet<string>): Promise<void> {
		const { operator, now, seals, ask } = this.#options;
		const peers = await this.#store.read((transaction) => peersIn(transaction, operator, now()));
		const behind = peers
			.filter((peer) => !silent.has(toHex(peer)))
			.filter((peer) => (this.#heard.get(toHex(peer)) ?? 0) < newest);
		if (behind.length === 0) return;
		const seal = await seals.show(newest);
		if (seal === undefined) return;
		await Promise.all(
			behind.map(async (peer) => {
				const reply = await ask(peer, { kind: "shown", seal, items: [] });
				if (reply?.kind === "shown") this.#noteHeard(peer, newest);
			}),
		);
	}

	#noteHeard(peer: Bytes, number: number): void {
		const key = toHex(peer);
		this.#heard.set(key, Math.max(number, this.#heard.get(key) ?? 0));
	}

	/** Reservations that a seal of the source has decided already, as far as its newest is known here. */
	async #askFor(): Promise<void> {
		const { operator, ask } = this.#options;
		const waiting = await this.#store.read(async (transaction) => {
			const rows = await transaction
				.selectFrom("crossing_amounts as amount")
				.innerJoin("crossings as payment", "payment.transfer_id", "amount.transfer_id")
				.select(["amount.transfer_id", "amount.decides"])
				.where("amount.is_open", "=", 1)
				.where("payment.state", "=", "reserved")
				.orderBy("amount.decides")
				.limit(mostTogether)
				.execute();
			const all: { readonly transfer: Bytes; readonly peer: Bytes }[] = [];
			for (const { transfer_id: transfer, decides } of rows) {
				const peer = (await crossingOf(transaction, transfer))?.kept.quote.agreement.body.source;
				if (peer === undefined || equalBytes(peer, operator)) continue;
				if ((await newestOf(transaction, peer)).number > Number(decides)) all.push({ transfer, peer });
			}
			return all;
		});
		for (const group of groupsOf(waiting, ({ peer }) => peer)) {
			const [first] = group;
			const transfers = group.map(({ transfer }) => transfer);
			if (first !== undefined) await ask(first.peer, { kind: "wanted", transfers });
		}
	}
}

/** Whether the same may be answered otherwise later. */
function isLater(answer: StateAnswer): boolean {
	if (answer.kind === "stands") return false;
	const known: Readonly<Record<string, readonly [string, string]>> = { ...refusals, ...ledgerRefusals };
	return known[answer.code]?.[0] === "transient";
}
