/**
 * The two operators of a payment across as roles: the real hosts over their stores, seals by the clock, and the words
 * between them in their own bytes. Between quote and end each makes a seal every epoch, as long as somebody needs one.
 *
 *   source        wish ─▶ quote ─▶ lock ─▶ seal ─▶ shown … reserved ─▶ release ─▶ commit ─▶ the seal that decides ─▶ shown
 *   destination   shown: reserve ─▶ seal ─▶ shown … shown: credit or void ─▶ seal ─▶ shown
 */
import { CrossingHost, hearShown, Ledger, peerAccount, type Store } from "@tenten/operator";
import {
	type Bytes,
	type CrossingState,
	fromHex,
	isRefusal,
	parse,
	priceOf,
	type Quote,
	type SignedQuote,
	serialize,
	signedQuote,
	signQuote,
	transferId,
} from "@tenten/protocol";
import { must } from "../must.ts";
import {
	asking,
	base64,
	bytesIn,
	type CrossingBody,
	crossingBody,
	questionIn,
	replyIn,
	replying,
} from "./crossing-body.ts";
import {
	type CrossingHouse,
	epoch_ms,
	lead,
	price,
	quoteLifetime,
	rate,
	type SideName,
} from "./crossing-house.ts";
import type { Holdings } from "./party.ts";
import type { Follows, Role, Said } from "./token-party.ts";

/** Says which steps the next commits of a store make, one after another: where power may fail. */
type Commits = { readonly begin: (steps: readonly (readonly number[])[]) => void };

export type OperatorParts = {
	readonly house: CrossingHouse;
	readonly store: Store;
	readonly commits: Commits;
	readonly now: () => number;
};

type SourceNote = {
	readonly decides: number;
	/** encoded, in base64; null until both have signed */
	readonly quote: string | null;
	readonly hasShownLock: boolean;
	/** null: nobody needs a seal any more */
	readonly sealsAt_ms: number | null;
};
type DestinationNote = { readonly sealsAt_ms: number | null };

const funds = 1_000n;
const nothing = { assets: [], reserves: [], positions: [], checkpoints: [] } as const;

class Side {
	readonly host: CrossingHost;
	readonly name: SideName;
	readonly #parts: OperatorParts;
	readonly #ledger: Ledger;

	constructor(name: SideName, parts: OperatorParts) {
		const { house, store } = parts;
		[this.name, this.#parts] = [name, parts];
		const now = (): number => this.now_s();
		this.host = new CrossingHost(store, { operator: house.operator(name), now, keys: house.keys });
		this.#ledger = new Ledger(store, { now, random: (length) => new Uint8Array(length) });
	}

	now_s(): number {
		return Math.floor(this.#parts.now() / 1_000);
	}

	/** The first opening: the agreement, and what its holder has. */
	async begin(): Promise<void> {
		const { house, store } = this.#parts;
		const known = await store.read((each) => each.selectFrom("crossing_agreements").selectAll().execute());
		if (known.length === 0) must(await this.host.adopt(await house.signedAgreement()));
		const isSource = this.name === "source";
		const asset = isSource ? house.body.paid : house.body.credited;
		const [holder, outside] = [isSource ? house.payer : house.payee, house.agreement];
		await this.#ledger.open([
			{ id: outside, asset, least: null, most: null },
			{ id: holder, asset, least: 0n, most: null },
		]);
		const move = { kind: "move", id: outside, reference: null, debit: outside, credit: holder } as const;
		if (isSource) await this.#ledger.post([[{ ...move, amount: funds }]]);
	}

	async lastSeal(): Promise<number> {
		const { store } = this.#parts;
		const row = await store.read((each) => each.selectFrom("last_seal").select("number").executeTakeFirst());
		return Number(row?.number ?? 0);
	}

	async stateOf(transfer: Bytes): Promise<CrossingState["state"] | undefined> {
		const row = await this.#parts.store.read((each) =>
			each.selectFrom("crossings").select("state").where("transfer_id", "=", transfer).executeTakeFirst(),
		);
		return row?.state as CrossingState["state"] | undefined;
	}

	/** Makes the next seal: its number. `steps`: what it is, where it is a step. */
	async seal(steps: readonly number[]): Promise<number> {
		this.#parts.commits.begin([steps]);
		return (await this.host.seal({ sealedAt: this.now_s(), ...nothing })).number;
	}

	/** What the newest seal that the other side needs shows of a payment; undefined: none yet. */
	async shown(transfer: Bytes, quote: SignedQuote | null) {
		const { house, store } = this.#parts;
		const kept = await this.host.proof(transfer);
		if (kept === undefined) return undefined;
		const { state, proof, number } = kept;
		const seal = await house.show(store, this.name, number);
		const question = { kind: "shown" as const, seal, items: [{ transfer, quote, state, proof }] };
		return { state: { ...seal, state, proof }, question: asking(question) };
	}

	/** Takes what the other side shows, as its door does: how the payment stands here then; undefined: it was refused. */
	async hear(
		encoded: string,
		steps: readonly (readonly number[])[],
	): Promise<CrossingState["state"] | undefined> {
		const { house, store, commits } = this.#parts;
		const question = questionIn(encoded);
		const [item] = question.kind === "shown" ? question.items : [];
		if (question.kind !== "shown" || item === undefined) throw new Error(`asked ${question.kind}`);
		const peer = house.operator(this.name === "source" ? "destination" : "source");
		const options = { operator: house.operator(this.name), now: () => this.now_s(), keys: house.keys };
		commits.begin(steps);
		const answers = must(await hearShown(store, peer, question, options));
		const [answer] = answers;
		return answer?.kind === "stands" ? answer.state.state : undefined;
	}

	/** What its holder has, and what stands between the operators: owed to one, and owed by the other as much. */
	async holdings(): Promise<Holdings> {
		const { house } = this.#parts;
		const { paid, credited, source, destination } = house.body;
		const isSource = this.name === "source";
		const own = await this.#ledger.account(isSource ? house.payer : house.payee);
		const other = await this.#ledger.account(
			isSource ? peerAccount(destination, paid) : peerAccount(source, credited),
		);
		if (own === undefined || other === undefined) throw new Error("an account that is gone");
		const posted = own.creditsPosted - own.debitsPosted;
		const between = { between: other.creditsPosted - other.debitsPosted };
		return isSource
			? {
					available: { payer: posted - own.debitsPending },
					locked: { payer: own.debitsPending, ...between },
					reserved: {},
				}
			: { available: { payee: posted }, locked: between, reserved: { payee: own.creditsPending } };
	}
}

const toApp = (step: number, body: CrossingBody): Said => ({ to: "payer-app", step, body });

export async function sourceRole(parts: OperatorParts): Promise<Role<SourceNote>> {
	const side = new Side("source", parts);
	await side.begin();
	return {
		take: async (message, note) => {
			const body = crossingBody(message);
			if (body.kind === "wish") return sourceWishes(side, parts, body);
			if (note === undefined) throw new Error(`a source is told ${body.kind} of what it has not`);
			return sourceTakes(side, parts, { body, step: message.step, note });
		},
		wake: (note) => sourceSeals(side, parts, note),
		dueAt: ({ sealsAt_ms }) => sealsAt_ms ?? undefined,
		holdings: () => side.holdings(),
		close: async () => undefined,
	};
}

async function sourceWishes(
	side: Side,
	{ house, now }: OperatorParts,
	{ nonce, release }: Extract<CrossingBody, { readonly kind: "wish" }>,
): Promise<Follows<SourceNote>> {
	const decides = (await side.lastSeal()) + lead;
	const parties = { payer: house.payer, payee: house.payee, release: bytesOf(release) };
	const asked = { agreement: house.agreement, nonce: bytesOf(nonce), credits: price, ...parties, decides };
	const says = [{ to: "destination", step: 2, body: asking({ kind: "quotes", quotes: [asked] }) }];
	return { says, note: { decides, quote: null, hasShownLock: false, sealsAt_ms: now() + epoch_ms } };
}

type Taken = { readonly body: CrossingBody; readonly step: number; readonly note: SourceNote };

async function sourceTakes(
	side: Side,
	{ house, commits }: OperatorParts,
	{ body, step, note }: Taken,
): Promise<Follows<SourceNote>> {
	switch (body.kind) {
		case "reply": {
			const reply = replyIn(body.encoded);
			const [answer] = reply.kind === "quotes" ? reply.answers : [];
			if (answer?.kind !== "quoted") throw new Error("a destination that does not quote");
			const bySource = await signQuote(answer.body, house.ruling("source"));
			const { body: quoted, byDestination } = answer;
			const quote = base64(serialize(signedQuote, { body: quoted, byDestination, bySource }));
			return { says: [toApp(4, { kind: "quote" })], note: { ...note, quote } };
		}
		case "agree": {
			commits.begin([[5, 6]]);
			const answer = await side.host.lock(quoteIn(note));
			const refused = toApp(0, { kind: "ended", end: "refused" });
			return { says: answer.kind === "stands" ? [] : [refused] };
		}
		case "question": {
			const state = await side.hear(body.encoded, [[step], [step]]);
			const isAwaited = step === 11 && state === "locked";
			return { says: isAwaited ? [toApp(12, { kind: "reserved" })] : [] };
		}
		case "release": {
			commits.begin([[13, 14]]);
			await side.host.releaseKept(transferId(quoteIn(note).body), bytesOf(body.secret));
			return { says: [] };
		}
		default:
			throw new Error(`a source is told ${body.kind}`);
	}
}

/** The next seal; and what it shows the destination, or both once it is the one that decides. */
async function sourceSeals(
	side: Side,
	{ now }: OperatorParts,
	note: SourceNote,
): Promise<Follows<SourceNote>> {
	const signed = note.quote === null ? null : quoteIn(note);
	const transfer = signed && transferId(signed.body);
	const isLocked = transfer !== null && (await side.stateOf(transfer)) === "locked";
	const next = (await side.lastSeal()) + 1;
	const isFirst = isLocked && !note.hasShownLock;
	const number = await side.seal(next === note.decides ? [15] : isFirst ? [7] : []);
	const shown = transfer === null ? undefined : await side.shown(transfer, signed);
	if (number < note.decides) {
		const goesOn = { ...note, sealsAt_ms: now() + epoch_ms };
		if (shown === undefined || note.hasShownLock) return { says: [], note: goesOn };
		const says = [{ to: "destination", step: 8, body: shown.question }];
		return { says, note: { ...goesOn, hasShownLock: true } };
	}
	const ended = { ...note, sealsAt_ms: null };
	if (transfer === null || shown === undefined) return { says: [], note: ended };
	const decided = await side.host.decided(transfer, shown.state);
	if (decided.kind !== "stands") throw new Error(`its own seal does not end it: ${decided.code}`);
	const end = decided.state.state === "committed" ? "paid" : "abandoned";
	const says = [{ to: "destination", step: 16, body: shown.question }, toApp(18.1, { kind: "ended", end })];
	return { says, note: ended };
}

export async function destinationRole(parts: OperatorParts): Promise<Role<DestinationNote>> {
	const side = new Side("destination", parts);
	await side.begin();
	const { house, now } = parts;
	const take = async (encoded: string, step: number): Promise<Follows<DestinationNote>> => {
		const question = questionIn(encoded);
		if (question.kind === "quotes") {
			const [asked] = question.quotes;
			if (asked === undefined) throw new Error("asked for no quote");
			const { fee, pays } = must(priceOf(asked.credits, rate, house.body.fee));
			const body: Quote = { ...asked, rate, fee, pays, expiresAt: side.now_s() + quoteLifetime };
			const byDestination = await signQuote(body, house.ruling("destination"));
			const reply = replying({ kind: "quotes", answers: [{ kind: "quoted", body, byDestination }] });
			return { says: [{ to: "source", step: 3, body: reply }] };
		}
		const state = await side.hear(encoded, step === 8 ? [[8], [9]] : [[16], [17]]);
		if (state === undefined) return { says: [] };
		const note = { sealsAt_ms: now() + epoch_ms };
		const tells = { to: "payee-app", step: 18.2, body: { kind: "received" } };
		return { says: state === "credited" ? [tells] : [], note };
	};
	const wake = async (): Promise<Follows<DestinationNote>> => {
		const [row] = await parts.store.read((each) =>
			each.selectFrom("crossings").select(["transfer_id", "state"]).execute(),
		);
		if (row === undefined) throw new Error("a seal of nothing");
		const [seals, shows] = row.state === "reserved" ? [10, 11] : [19, 20];
		await side.seal([seals]);
		const shown = await side.shown(row.transfer_id, null);
		if (shown === undefined) throw new Error("a seal that shows nothing");
		return { says: [{ to: "source", step: shows, body: shown.question }], note: { sealsAt_ms: null } };
	};
	return {
		take: async (message) => {
			const body = crossingBody(message);
			if (body.kind !== "question") throw new Error(`a destination is told ${body.kind}`);
			return take(body.encoded, message.step);
		},
		wake,
		dueAt: ({ sealsAt_ms }) => sealsAt_ms ?? undefined,
		holdings: () => side.holdings(),
		close: async () => undefined,
	};
}

function quoteIn({ quote }: SourceNote): SignedQuote {
	if (quote === null) throw new Error("a payment that was not quoted");
	return must(parse(signedQuote, bytesIn(quote)));
}

function bytesOf(hex: string): Bytes {
	const bytes = fromHex(hex);
	if (bytes === undefined || isRefusal(bytes)) throw new Error(`${hex} is not hexadecimal`);
	return bytes;
}
