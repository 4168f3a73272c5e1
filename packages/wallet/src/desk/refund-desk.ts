/**
 * Refunds of sales: a customer asks for its money back with the receipt of what it paid, and the shop pays that like
 * any other request (ADR 0048).
 *
 *   customer  ask ──▶ a request to whoever paid, with the receipt as its document
 *   shop      view ──▶ which sale, how much was paid, what stands against it
 *             pay  ──▶ noted ──▶ payment ──▶ noted with its payment; refused: forgotten
 *
 * What can go wrong is a sale that is refunded twice: by two requests, by two screens, or because the shop's wallet
 * died in the middle. So the sale is noted, durably, before its refund is begun; a note without its payment is settled
 * by the module's own record when the wallet opens. A refund that was given up frees its sale. A backup holds sales
 * and no notes, so a restored wallet refunds nothing that was sold before.
 */
import type { AttemptSummary, OpenedRequest } from "@tenten/module";
import { type Document, isRefusal, type Refusal, refuse, sameAsset, toHex } from "@tenten/protocol";
import { fundsState, type Started } from "../payment.ts";
import { Queue } from "../queue.ts";
import type { SettingStore } from "../store/settings.ts";
import type { Wallet } from "../wallet.ts";
import type { Words } from "../words.ts";
import { askFor } from "./asking-for.ts";
import type { Asked } from "./dealings.ts";
import { receiptView } from "./receipts.ts";
import { Remembered } from "./remembered.ts";
import type { RefundView } from "./views.ts";

/** The media type of a receipt among the documents of a request. */
const receiptType = "application/vnd.tenten.receipt";

/** `payment` is null between the note and what it is about. */
type Note = { readonly request: string; readonly payment: string | null };
/** By the payment that is refunded, in hexadecimal. */
type Notes = Readonly<Record<string, Note>>;

const objections = {
	refunded: {
		en: "This sale has been refunded already.",
		ja: "この売上はすでに返金しました。",
	},
	notHeld: {
		en: "This sale was sent back, or is not paid yet.",
		ja: "この売上は返却済みか、まだ支払われていません。",
	},
	otherPayer: {
		en: "Somebody else paid this: only the payer is refunded.",
		ja: "支払った人と異なります。返金できるのは支払った人だけです。",
	},
	restored: {
		en: "This sale is from before this wallet was restored: whether it was refunded is not known here.",
		ja: "ウォレットを復元する前の売上です。返金済みかどうか、この端末では分かりません。",
	},
	tooMuch: {
		en: "This is more than was paid.",
		ja: "支払われた金額を超えています。",
	},
} as const satisfies Readonly<Record<string, Words>>;
type Objection = keyof typeof objections;

const notesSetting = "refunds";
const fromSetting = "refunds-from";

/** A wallet that is restored now (unix seconds) cannot know what of its earlier sales was refunded. */
export function refundsFrom(settings: SettingStore, now: number): Promise<void> {
	return settings.set(fromSetting, String(now));
}

export type AskingBack = {
	/** minor units; all that was paid without */
	readonly amount?: bigint;
	/** seconds */
	readonly lifetime?: number;
	/** the address of a relay at which the shop shall find this wallet */
	readonly relay?: string;
};

export class RefundDesk {
	readonly #wallet: Wallet;
	readonly #notes: Remembered<Notes>;
	/** unix seconds: what was sold before is not refunded here */
	readonly #from: number;
	/** One refund at a time: two requests for one sale must not both pass. */
	readonly #one = new Queue();

	private constructor(wallet: Wallet, notes: Remembered<Notes>, from: number) {
		this.#wallet = wallet;
		this.#notes = notes;
		this.#from = from;
	}

	static async open(wallet: Wallet, settings: SettingStore): Promise<RefundDesk> {
		const notes = await Remembered.open<Notes>(settings, notesSetting, {});
		await notes.set(settled(notes.value, wallet.module.attempts()));
		return new RefundDesk(wallet, notes, Number(await settings.get(fromSetting)) || 0);
	}

	/** The customer's: a request for the money of a payment that it made, to the certificate that paid. */
	async ask(payment: string, { amount, ...asking }: AskingBack = {}): Promise<Asked | Refusal> {
		const { module } = this.#wallet;
		const paid = module.attempts().find((each) => each.side === "payer" && toHex(each.attempt) === payment);
		if (paid === undefined) return refuse("attempt-unknown");
		const receipt = module.receipt(paid.attempt);
		if (isRefusal(receipt)) return receipt;
		return askFor(this.#wallet, {
			...asking,
			asset: paid.asset,
			amount: amount ?? paid.amount,
			memo: paid.memo,
			certificate: paid.payer,
			documents: [{ mediaType: receiptType, content: receipt }],
		});
	}

	/** The sale whose money a request asks back, or null where it is no sale of this wallet. */
	view(opened: OpenedRequest): RefundView | null {
		const sale = this.#saleOf(opened.documents);
		if (sale === undefined) return null;
		const { amount } = opened.request.body;
		const objection = this.#objection(sale, opened, amount === 0n ? 1n : amount);
		return {
			sale: toHex(sale.attempt),
			paid: sale.amount,
			objection: objection === undefined ? null : objections[objection],
		};
	}

	/** Pays a request by `start`; one that asks for the money of a sale only where that may be refunded. */
	async pay(
		opened: OpenedRequest,
		amount: bigint,
		start: () => Promise<Started | Refusal>,
	): Promise<Started | Refusal> {
		const sale = this.#saleOf(opened.documents);
		if (sale === undefined) return start();
		return this.#one.run(async () => {
			const objection = this.#objection(sale, opened, amount);
			if (objection !== undefined)
				return refuse(objection === "tooMuch" ? "amount-mismatch" : "attempt-decided", objection);
			const id = toHex(sale.attempt);
			const request = toHex(opened.request.digest);
			await this.#note(id, { request, payment: null });
			const started = await start();
			await this.#note(id, isRefusal(started) ? null : { request, payment: toHex(started.attempt) });
			return started;
		});
	}

	/** Sends a sale back by `send`, unless it was refunded. */
	sendBack<T>(sale: string, send: () => Promise<T | Refusal>): Promise<T | Refusal> {
		return this.#one.run(async () =>
			this.#isRefunded(sale) ? refuse("attempt-decided", "refunded") : send(),
		);
	}

	/** The payment by which a sale was refunded, or is being; null where it was not. */
	of(sale: string): string | null {
		return this.#isRefunded(sale) ? (this.#notes.value[sale]?.payment ?? null) : null;
	}

	/** Or may be: what is noted and not yet paid counts. */
	#isRefunded(sale: string): boolean {
		const note = this.#notes.value[sale];
		return note !== undefined && (note.payment === null || !this.#cameBack(note.payment));
	}

	/** Whether a payment is the refund of a sale. */
	isRefund(payment: string): boolean {
		return Object.values(this.#notes.value).some((note) => note.payment === payment);
	}

	#objection(sale: AttemptSummary, { request }: OpenedRequest, amount: bigint): Objection | undefined {
		if (this.#isRefunded(toHex(sale.attempt))) return "refunded";
		if (sale.askedAt < this.#from) return "restored";
		if (fundsState(this.#wallet.module, sale.attempt) !== "received") return "notHeld";
		if (toHex(request.payee.hash) !== toHex(sale.payer)) return "otherPayer";
		return amount > sale.amount || !sameAsset(request.body.asset, sale.asset) ? "tooMuch" : undefined;
	}

	/** Whether the money of a refund is here again; a payment that is forgotten is over, and paid. */
	#cameBack(payment: string): boolean {
		const { module } = this.#wallet;
		const found = module.standings().find(({ attempt }) => toHex(attempt) === payment);
		return found !== undefined && ["safe", "refunded"].includes(fundsState(module, found.attempt));
	}

	/** What this wallet was paid, by the first receipt among the documents. */
	#saleOf(documents: readonly Document[]): AttemptSummary | undefined {
		const receipt = documents.find(({ mediaType }) => mediaType === receiptType);
		const proven = receipt && receiptView(this.#wallet, receipt.content);
		if (proven === undefined || isRefusal(proven)) return undefined;
		const attempts = this.#wallet.module.attempts();
		return attempts.find(({ side, attempt }) => side === "payee" && toHex(attempt) === proven.attempt);
	}

	#note(sale: string, note: Note | null): Promise<void> {
		const { [sale]: _, ...others } = this.#notes.value;
		return this.#notes.set(note === null ? others : { ...others, [sale]: note });
	}
}

/** Notes whose payment was not written down have it from the module's record, or it was never begun. */
function settled(notes: Notes, attempts: readonly AttemptSummary[]): Notes {
	const begun = new Map(
		attempts
			.filter(({ side }) => side === "payer")
			.map(({ request, attempt }) => [toHex(request), toHex(attempt)]),
	);
	const entries = Object.entries(notes).map(
		([sale, note]) => [sale, { ...note, payment: note.payment ?? begun.get(note.request) ?? null }] as const,
	);
	return Object.fromEntries(entries.filter(([, { payment }]) => payment !== null));
}
