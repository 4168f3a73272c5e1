/**
 * Payments across operators, as one operator offers them: to whoever acts for its payers and payees, and to the
 * operators with whom it has agreements.
 *
 *   quotes ─▶ locks ─▶ (told, reserved, told) ─▶ releases ─▶ (the seal decides, told) ─▶ outcome
 *
 * Every step is asked for again by nonce or transfer id, and answered by what is stored.
 */
import {
	type Agreement,
	type AgreementBody,
	type Bytes,
	type CrossingQuestion,
	type CrossingReply,
	type CrossingState,
	compareBytes,
	crossingQuestion,
	crossingReply,
	destinationState,
	equalBytes,
	isRefusal,
	type OutcomeKeys,
	parse,
	type QuoteAnswer,
	type Refusal,
	type RuleBook,
	type RuleBookBody,
	refuse,
	ruleBookHash,
	type ShownState,
	serialize,
	serializeOutcome,
	signAgreement,
	signRuleBook,
	sourceState,
	type Trust,
	type VerifiedAgreement,
	type WitnessedLog,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import type { Peers } from "../peers/peers.ts";
import { type Brief, briefsOf } from "./briefs.ts";
import { eachOf } from "./each-of.ts";
import { groupsOf } from "./groups.ts";
import { hearShown, isSource } from "./hearing.ts";
import { CrossingHost } from "./host.ts";
import { peerStateOf } from "./peer-rows.ts";
import { keptProof } from "./proofs.ts";
import {
	countersignQuote,
	priceQuote,
	type Quoted,
	type Quoter,
	type QuoteWish,
	quoteIn,
	type Refused,
	refusedBy,
	refusedWith,
	type Wished,
	wishQuote,
} from "./quoting.ts";
import { crossingOf, signedAgreementOf } from "./rows.ts";
import { adoptRuleBook, bookInForce, creditingIn, newestBook } from "./rule-books.ts";
import { settlementsIn } from "./settlements.ts";
import { countersignSettlement, proposedIn, proposeSettlement, settleAtDestination } from "./settling.ts";
import type { CrossingAnswer } from "./steps.ts";
import { Teller, type WitnessedSeals } from "./telling.ts";
import { type CrossingGateway, CrossingTokens } from "./tokens.ts";

/** An agreement on its way: a side that has not signed yet is null. */
export type AgreementDraft = {
	readonly body: AgreementBody;
	readonly bySource: Bytes | null;
	readonly byDestination: Bytes | null;
};

export type CrossingSettings = {
	/** the log of this operator and of each peer, and whose words on its seals count; undefined: not known */
	readonly logOf: (operator: Bytes) => WitnessedLog | undefined;
	readonly seals: WitnessedSeals;
	/** seals of this operator from a quote until the one that decides; 8 if left out */
	readonly lead?: number;
	/** of this operator: without one of an asset, nobody pays or is paid in its tokens across */
	readonly gateways?: readonly CrossingGateway[];
};

/** Where nobody said which logs and witnesses count: then nothing is believed, and nothing begins. */
const nothingKnown: CrossingSettings = {
	logOf: () => undefined,
	seals: { newest: async () => 0, show: async () => undefined },
};

export const crossingPath = "/v1/peers/crossings";
/** Bytes of the longest message. */
export const longestQuestion = 262_144;
const usualLead = 8;

/** How a payment stands, as this side has it. */
export type Standing = {
	readonly side: "source" | "destination";
	readonly state: CrossingState;
	readonly quote: Quoted["signed"]["body"];
	/** what the other side's newest seal that showed it says; null: nothing yet */
	readonly peer: ShownState | null;
	/** why the destination does not reserve, at its last answer; null: it did not refuse */
	readonly refused: string | null;
};

export class Crossings {
	readonly #context: OperatorContext;
	readonly #peers: Peers;
	readonly #settings: CrossingSettings;
	readonly #options: Quoter;
	readonly #teller: Teller;
	readonly host: CrossingHost;
	/** payments of which a side is tokens */
	readonly tokens: CrossingTokens;
	#trust: Trust | undefined;

	constructor(context: OperatorContext, peers: Peers, settings: CrossingSettings = nothingKnown) {
		this.#context = context;
		this.#peers = peers;
		this.#settings = settings;
		const keys: OutcomeKeys = {
			verify: context.verify,
			keysOf: (operator) => this.#trust?.keys(operator, "ruling") ?? [],
			logOf: settings.logOf,
		};
		const { id: operator, now, store } = context;
		this.#options = { operator, now, keys, signer: () => context.keys.ruling };
		this.host = new CrossingHost(store, this.#options);
		this.tokens = new CrossingTokens(context, settings.gateways ?? []);
		const ask = (peer: Bytes, question: CrossingQuestion) => this.#ask(peer, question);
		this.#teller = new Teller(store, { ...this.#options, seals: settings.seals, ask });
	}

	/** Signs this operator's side of an agreement, where that is missing, and keeps it once both have signed. */
	async agree({ body, bySource, byDestination }: AgreementDraft): Promise<AgreementDraft | Refusal> {
		const { operator, signer } = this.#options;
		const own = await signAgreement(body, signer());
		const signed = {
			body,
			bySource: bySource ?? (equalBytes(body.source, operator) ? own : null),
			byDestination: byDestination ?? (equalBytes(body.destination, operator) ? own : null),
		};
		if (signed.bySource === null || signed.byDestination === null) return signed;
		const { bySource: first, byDestination: second } = signed;
		const agreed = await this.adopt({ body, bySource: first, byDestination: second });
		return isRefusal(agreed) ? agreed : signed;
	}

	/** Signs and keeps the next version of the rule book. */
	async publish(content: Pick<RuleBookBody, "from" | "agreements" | "rules">): Promise<RuleBook | Refusal> {
		const { operator, signer } = this.#options;
		const before = await this.#context.store.read(newestBook);
		const body: RuleBookBody = {
			...content,
			agreements: content.agreements.toSorted((a, b) => compareBytes(a.agreement, b.agreement)),
			operator,
			version: (before?.body.version ?? 0) + 1,
			previous: before === undefined ? null : ruleBookHash(before.body),
		};
		const signed = { body, signature: await signRuleBook(body, signer()) };
		const adopted = await this.adoptRuleBook(signed);
		return isRefusal(adopted) ? adopted : signed;
	}

	/** Puts an agreement that both have signed into what it keeps; a rule book puts it in force. */
	async adopt(signed: Agreement): Promise<VerifiedAgreement | Refusal> {
		await this.#load();
		return this.host.adopt(signed);
	}

	async adoptRuleBook(signed: RuleBook): Promise<RuleBookBody | Refusal> {
		await this.#load();
		const { operator, keys } = this.#options;
		return this.#context.store.run((transaction) => adoptRuleBook(transaction, operator, signed, keys));
	}

	/** The version in force; undefined: none yet. */
	ruleBook(): Promise<RuleBook | undefined> {
		const now = this.#options.now();
		return this.#context.store.read((transaction) => bookInForce(transaction, now));
	}

	/** Step 1, for payers: quotes that both have signed, one answer each. */
	async quote(wishes: readonly QuoteWish[]): Promise<readonly (Quoted | Refused)[]> {
		await this.#load();
		const lead = this.#settings.lead ?? usualLead;
		const { store } = this.#context;
		const wished = await Promise.all(wishes.map((wish) => wishQuote(store, wish, this.#options, lead)));
		const answers = new Map<Wished, QuoteAnswer | undefined>();
		for (const group of byDestination(wished)) {
			const peer = group[0]?.agreed.body.destination as Bytes;
			const reply = await this.#ask(peer, { kind: "quotes", quotes: group.map(({ asked }) => asked) });
			const priced = reply?.kind === "quotes" ? reply.answers : [];
			for (const [at, each] of group.entries()) answers.set(each, priced[at]);
		}
		return Promise.all(
			wished.map(async (each): Promise<Quoted | Refused> => {
				if (each.kind !== "asked") return each;
				const answer = answers.get(each);
				if (answer === undefined) return refusedBy(refuse("channel-failed", "the destination"));
				if (answer.kind === "refused") return refusedWith(answer.code);
				return countersignQuote(store, each, answer, this.#options);
			}),
		);
	}

	/** Step 2, for payers who agreed to the quote. */
	lock(transfers: readonly Bytes[]): Promise<readonly CrossingAnswer[]> {
		return this.#each(transfers, async (transfer) => {
			const signed = await this.#context.store.read((transaction) => quoteIn(transaction, transfer));
			return signed === undefined
				? refuse("attempt-unknown", "no quote of this transfer is known")
				: this.host.lock(signed);
		});
	}

	/** Step 5, for payers: with what the destination's seal was seen to show. */
	release(
		releases: readonly { readonly transfer: Bytes; readonly release: Bytes }[],
	): Promise<readonly CrossingAnswer[]> {
		return this.#each(releases, ({ transfer, release }) => this.host.releaseKept(transfer, release));
	}

	async #each<Q>(asked: readonly Q[], answer: (each: Q) => Promise<CrossingAnswer>) {
		await this.#load();
		return Promise.all(asked.map(answer));
	}

	/** undefined where this operator neither locked nor reserved for it. */
	standing(transfer: Bytes): Promise<Standing | undefined> {
		return this.#context.store.read(async (transaction) => {
			const known = await crossingOf(transaction, transfer);
			if (known === undefined) return undefined;
			const { kept, signed } = known;
			const { source, destination } = kept.quote.agreement.body;
			const isOurs = isSource(kept);
			const peer = await peerStateOf(transaction, isOurs ? destination : source, transfer);
			const row = await transaction
				.selectFrom("crossing_refusals")
				.select("code")
				.where("transfer_id", "=", transfer)
				.executeTakeFirst();
			return {
				side: isOurs ? ("source" as const) : ("destination" as const),
				state: isOurs ? sourceState(kept) : destinationState(kept as Parameters<typeof destinationState>[0]),
				quote: signed.body,
				peer: peer?.shown ?? null,
				refused: row?.code ?? null,
			};
		});
	}

	/** In brief, of those that this operator locked or reserved for; in no order. */
	standings(transfers: readonly Bytes[]): Promise<readonly Brief[]> {
		return this.#context.store.read((transaction) => briefsOf(transaction, transfers));
	}

	/** The file that shows how it ended (`tenten crossing verify`); undefined until this side can show it. */
	async outcome(transfer: Bytes): Promise<Bytes | undefined> {
		const found = await this.#context.store.read(async (transaction) => {
			const known = await crossingOf(transaction, transfer);
			if (known === undefined) return undefined;
			const { kept, signed } = known;
			const { id, body } = kept.quote.agreement;
			const isOurs = isSource(kept);
			const peer = await peerStateOf(transaction, isOurs ? body.destination : body.source, transfer);
			const own = await keptProof(transaction, transfer);
			return { agreement: await signedAgreementOf(transaction, id), quote: signed, isOurs, peer, own };
		});
		if (found === undefined) return undefined;
		const { agreement, quote, isOurs, peer, own } = found;
		const seal = own && (await this.#settings.seals.show(own.number));
		const ownShown = own && seal && { ...seal, state: own.state, proof: own.proof };
		const { decides } = quote.body;
		const isDecided = isOurs ? own?.number === decides : peer?.verified.number === decides;
		const decided = isOurs ? ownShown : peer?.shown;
		const duty = (isOurs ? peer?.shown : ownShown) ?? null;
		if (!isDecided || decided === undefined) return undefined;
		return serializeOutcome({ agreement, quote, decided, duty });
	}

	/** What both this operator and a peer signed of what stands between them: for `parseSettlements`. */
	settlements(): Promise<Bytes> {
		return this.#context.store.read(settlementsIn);
	}

	/** What another operator asks, which was heard by its signature; bytes that are no question are a refusal. */
	async hear(peer: Bytes, encoded: Bytes): Promise<Bytes | Refusal> {
		const question = parse(crossingQuestion, encoded, longestQuestion);
		if (isRefusal(question)) return question;
		await this.#load();
		return serialize(crossingReply, await this.#answer(peer, question as CrossingQuestion));
	}

	async #answer(peer: Bytes, question: CrossingQuestion): Promise<CrossingReply> {
		const { store } = this.#context;
		switch (question.kind) {
			case "quotes": {
				const priced = await Promise.all(
					question.quotes.map((asked) => priceQuote(store, peer, asked, this.#options)),
				);
				const answers = priced.map((each) =>
					each.kind === "priced" ? { ...each, kind: "quoted" as const } : each,
				);
				return { kind: "quotes", answers };
			}
			case "shown": {
				const answers = await hearShown(store, peer, question, this.#options);
				return isRefusal(answers) ? refusedBy(answers) : { kind: "shown", answers };
			}
			case "wanted":
				return { kind: "wanted", count: await this.host.tellAgain(peer, question.transfers) };
			case "settlement": {
				const bySource = await countersignSettlement(store, peer, question, this.#options);
				return isRefusal(bySource) ? refusedBy(bySource) : { kind: "settlement", bySource };
			}
			default:
				return question satisfies never;
		}
	}

	/**
	 * Shows peers what waits for them, goes on with tokens, and settles. To be called when a seal is witnessed, and now
	 * and then. What fails of it is thrown once the rest is done.
	 */
	async tell(): Promise<void> {
		await this.#load();
		await eachOf([() => this.#teller.tell(), () => this.tokens.goOn(), () => this.#settle()], (part) =>
			part(),
		);
	}

	/** As destination: what is due under each agreement in force, or was proposed and not answered under any. */
	async #settle(): Promise<void> {
		const { store } = this.#context;
		const { operator, now } = this.#options;
		const agreements = await store.read(async (transaction) => {
			const crediting = await creditingIn(transaction, operator, now());
			const open = await proposedIn(transaction);
			return [...crediting, ...open.filter(({ id }) => !crediting.some((each) => equalBytes(each.id, id)))];
		});
		await eachOf(agreements, async (agreed) => {
			const proposal = await proposeSettlement(store, agreed, this.#options);
			if (proposal === undefined) return;
			const reply = await this.#ask(agreed.body.source, { kind: "settlement", ...proposal });
			if (reply?.kind === "settlement")
				await settleAtDestination(store, agreed, proposal, reply.bySource, this.#options);
		});
	}

	async #ask(peer: Bytes, question: CrossingQuestion): Promise<CrossingReply | undefined> {
		const body = serialize(crossingQuestion, question);
		const answer = await this.#peers.askBytes(peer, crossingPath, body, "application/cose");
		if (answer.kind !== "answered" || answer.status !== 200) return undefined;
		const reply = parse(crossingReply, answer.body, longestQuestion);
		return isRefusal(reply) ? undefined : (reply as CrossingReply);
	}

	async #load(): Promise<void> {
		this.#trust = await this.#context.trust();
	}
}

type Asked = Extract<Wished, { kind: "asked" }>;

/** What one peer is asked in one message. */
function byDestination(wished: readonly Wished[]): readonly (readonly Asked[])[] {
	const asked = wished.filter((each): each is Asked => each.kind === "asked");
	return groupsOf(asked, ({ agreed }) => agreed.body.destination);
}
