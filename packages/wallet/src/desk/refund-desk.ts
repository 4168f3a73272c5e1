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
 * by the module's own record when the wallet opens. A refund that came back frees its sale, which is noted, too: the
 * module may forget the one before the other. A backup holds sales and no notes, so a restored wallet refunds nothing
 * that was sold before; and what the module has forgotten, or a receipt that nobody can verify, is refunded to nobody.
 */
import type { AttemptSummary, OpenedRequest, SecureModule } from "@tenten/module";
import { type Document, fromHex, isRefusal, type Refusal, refuse, sameAsset, toHex } from "@tenten/protocol";
import { fundsState, type Started } from "../payment.ts";
import { Queue } from "../queue.ts";
import type { SettingStore } from "../store/settings.ts";
import type { Wallet } from "../wallet.ts";
import type { Words } from "../words.ts";
import { askFor } from "./asking-for.ts";
import type { Asked } from "./dealings.ts";
import { receiptView } from "./receipts.ts";
import { heldUnder, Remembered } from "./remembered.ts";
import type { RefundView } from "./views.ts";

/** The media type of a receipt among the documents of a request. */
const receiptType = "application/vnd.tenten.receipt";

/** `payment` is null between the note and what it is about; `isBack` once its money is here again. */
type Note = { readonly request: string; readonly payment: string | null; readonly isBack?: true };
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
	notOnRecord: {
		en: "No sale on record here belongs to this receipt: it was too long ago, or somebody else was paid.",
		ja: "このレシートに当たる売上の記録がここにはありません。古い売上か、別の相手への支払いです。",
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
		await notes.set(withReturned(settled(notes.value, wallet.module), wallet.module));
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

	/** The sale whose money a request asks back by its receipt, or null where it shows none. */
	view(opened: OpenedRequest): RefundView | null {
		const sale = this.#saleOf(opened.documents);
		if (sale === undefined) return null;
		if (sale === "notOnRecord") return { sale: null, paid: null, objection: objections[sale] };
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
		if (sale === "notOnRecord") return refuse("attempt-unknown", sale);
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
		return this.#isRefunded(sale) ? (heldUnder(this.#notes.value, sale)?.payment ?? null) : null;
	}

	/** Or may be: what is noted and not yet paid counts. */
	#isRefunded(sale: string): boolean {
		const note = heldUnder(this.#notes.value, sale);
		return note !== undefined && !isReturned(note, this.#wallet.module);
	}

	/** Notes what came back while the module still knows of it: to be called whenever payments have moved. */
	async keepReturned(): Promise<void> {
		await this.#notes.set(withReturned(this.#notes.value, this.#wallet.module));
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

	/** What this wallet was paid, by the first receipt among the documents; undefined where there is no receipt. */
	#saleOf(documents: readonly Document[]): AttemptSummary | "notOnRecord" | undefined {
		const receipt = documents.find(({ mediaType }) => mediaType === receiptType);
		if (receipt === undefined) return undefined;
		const proven = receiptView(this.#wallet, receipt.content);
		if (isRefusal(proven)) return "notOnRecord";
		const attempts = this.#wallet.module.attempts();
		const sale = attempts.find(({ side, attempt }) => side === "payee" && toHex(attempt) === proven.attempt);
		return sale ?? "notOnRecord";
	}

	#note(sale: string, note: Note | null): Promise<void> {
		const { [sale]: _, ...others } = this.#notes.value;
		return this.#notes.set(note === null ? others : { ...others, [sale]: note });
	}
}

/**
 * Notes whose payment was not written down have it from the module's record, or it was never begun. A request that was
 * given up and paid again has several payments: the one that did not come back counts, in whatever order they are read.
 */
function settled(notes: Notes, module: SecureModule): Notes {
	const payments = module
		.attempts(({ side }) => side === "payer")
		.map(({ request, attempt }) => ({ request: toHex(request), attempt: toHex(attempt) }));
	const entries = Object.entries(notes).flatMap(([sale, note]) => {
		const begun = payments.filter(({ request }) => request === note.request).map(({ attempt }) => attempt);
		const away = begun.find((payment) => !cameBack(payment, module));
		if (away !== undefined) return [[sale, { request: note.request, payment: away }] as const];
		const payment = note.payment ?? begun[0];
		return payment === undefined ? [] : [[sale, { ...note, payment }] as const];
	});
	return Object.fromEntries(entries);
}

/** The notes, and which of their payments came back. A note without its payment says nothing yet. */
function withReturned(notes: Notes, module: SecureModule): Notes {
	const entries = Object.entries(notes).map(
		([sale, note]) => [sale, isReturned(note, module) ? { ...note, isBack: true as const } : note] as const,
	);
	return Object.fromEntries(entries);
}

/** Whether the money of a refund is here again. */
function isReturned({ payment, isBack }: Note, module: SecureModule): boolean {
	return isBack === true || (payment !== null && cameBack(payment, module));
}

/** Of a payment that is forgotten this is not known: it counts as paid. */
function cameBack(payment: string, module: SecureModule): boolean {
	const attempt = fromHex(payment);
	return attempt !== undefined && ["safe", "refunded"].includes(fundsState(module, attempt));
}
