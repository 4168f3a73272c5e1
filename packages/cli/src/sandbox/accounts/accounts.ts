/**
 * Mise Pay's accounts in the sandbox: the till asks for an amount, the payer's app pays it by flow 25 of the account rail
 * (docs/spec/account-rail.md), and everything that is shown is asked of the parties themselves, over HTTP.
 */
import { verify } from "@tenten/module";
import { railUser } from "@tenten/operator";
import { fromHex } from "@tenten/protocol";
import { isAnswerBy } from "@tenten/protocol/rail";
import { type LedgersView, ledgersNow } from "./ledgers.ts";
import {
	type Parties,
	type PartyName,
	partyNames,
	payee,
	payer,
	type SystemName,
	systems,
} from "./parties.ts";
import { linkOfSale, type Sale, type Sales } from "./sales.ts";
import {
	isEnded,
	isForgotten,
	type Kept,
	keptPayment,
	type PayeeStanding,
	type PayerStanding,
	payeeStanding,
	payerStanding,
	reached,
} from "./standing.ts";

/** What the payer's app and the payee's both show of a payment that is final: A's word, which ended D's reservation. */
export type Receipt = {
	readonly permit: string;
	/** of A, over payment, permit and `notified`; hexadecimal */
	readonly signature: string;
	/** it is A's, by the key that the settings name */
	readonly isValid: boolean;
};

export type SaleView = {
	readonly sale: string;
	/** minor units */
	readonly amount: string;
	readonly link: string;
	readonly payer: PayerStanding | null;
	/** why it was refused, as A says it (docs/spec/account-rail.md#refusals-of-a-payment) */
	readonly code: string | null;
	readonly payee: PayeeStanding;
	/** of `steps` */
	readonly reached: number;
	readonly isEnded: boolean;
	readonly receipt: Receipt | null;
};

export type AccountsView = LedgersView & {
	readonly systems: readonly { readonly name: SystemName; readonly url: string; readonly isOn: boolean }[];
	/** the newest first */
	readonly sales: readonly SaleView[];
};

export type Asked = { readonly sale: string; readonly amount: string; readonly underWay: number };
type AccountsRefusal = "malformed" | "sale-unknown";

const shownSales = 3;

export class Accounts {
	readonly parties: Parties;
	readonly #sales: Sales;
	readonly #now: () => number;
	/** what changes no more, by sale */
	readonly #ended = new Map<string, SaleView>();

	constructor(parties: Parties, sales: Sales, now: () => number) {
		this.parties = parties;
		this.#sales = sales;
		this.#now = now;
	}

	async now(): Promise<AccountsView> {
		const { parties } = this;
		const views = await Promise.all(this.#sales.all.slice(0, shownSales).map((sale) => this.#view(sale)));
		return {
			...(await this.held()),
			systems: systems.map((name) => ({ name, url: parties.urlOf(name), isOn: parties.isOn(name) })),
			sales: views.filter((view) => view !== undefined),
		};
	}

	/** What the ledgers hold. */
	held(): Promise<LedgersView> {
		return ledgersNow(this.parties);
	}

	/** The till asks for so much, minor units: a link, to be shown as a code. */
	ask(amount: bigint): string {
		return linkOfSale(this.#sales.ask(amount, this.#now()));
	}

	/** What a link asks for, as the payer's app shows it before anything moves. */
	async read(link: string): Promise<Asked | AccountsRefusal> {
		const sale = this.#sales.find(link);
		if (typeof sale === "string") return sale;
		const underWay = (await this.#underWay()).filter((each) => each.id !== sale.id);
		return { sale: sale.id, amount: String(sale.amount), underWay: underWay.length };
	}

	/** Pays, once however often it is asked. `isInstead`: what is under way is given up, and comes back to the payer. */
	async pay(link: string, isInstead: boolean): Promise<AccountsRefusal | undefined> {
		const sale = this.#sales.find(link);
		if (typeof sale === "string") return sale;
		if (isInstead) for (const { id } of await this.#underWay()) if (id !== sale.id) await this.#giveUp(id);
		const terms = { payer, payee, amount: String(sale.amount), credit: "reserved" };
		await this.#tap(sale.id, "pay", { kind: "pay", ...terms });
		return undefined;
	}

	/** The payer says that they paid otherwise: the payment is given up, unless it was shown as paid. */
	async paidOtherwise(id: string): Promise<AccountsRefusal | undefined> {
		if (!this.#sales.all.some((sale) => sale.id === id)) return "sale-unknown";
		await this.#giveUp(id);
		return undefined;
	}

	async #giveUp(id: string): Promise<void> {
		await this.#tap(id, "otherwise", { kind: "paidOtherwise" });
	}

	/** Payments of which the payer's app does not know how they end. */
	async #underWay(): Promise<readonly Sale[]> {
		const found: Sale[] = [];
		for (const sale of this.#sales.all) {
			const standing = payerStanding({ ...nobody, P: await this.#keptBy("P", sale.id) });
			if (standing === "paying" || standing === "unknown" || standing === "asking") found.push(sale);
		}
		return found;
	}

	/** What a finger on the payer's app says; under the same id however often. */
	async #tap(payment: string, what: string, body: object): Promise<void> {
		const message = { id: `user.${payment}.${what}`, from: railUser, to: "P", step: 0, payment, body };
		const answer = await fetch(`${this.parties.urlOf("P")}/v1/messages`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify(message),
		});
		// What is said of a payment that the app knows nothing of, it does not take; nothing is to be done then.
		if (answer.status !== 204 && answer.status !== 422) throw new Error(`the app said ${answer.status}`);
	}

	/** undefined where the parties have forgotten it. */
	async #view(sale: Sale): Promise<SaleView | undefined> {
		const known = this.#ended.get(sale.id);
		if (known !== undefined) return known;
		const entries = partyNames.map(async (party) => [party, await this.#keptBy(party, sale.id)] as const);
		const kept = Object.fromEntries(await Promise.all(entries)) as Kept;
		if (isForgotten(kept)) return undefined;
		const view: SaleView = {
			sale: sale.id,
			amount: String(sale.amount),
			link: linkOfSale(sale),
			payer: payerStanding(kept) ?? null,
			code: kept.A?.kind === "refused" ? (kept.A.code ?? null) : null,
			payee: payeeStanding(kept),
			reached: reached(kept),
			isEnded: isEnded(kept),
			receipt: this.#receipt(sale, kept),
		};
		if (view.isEnded && (view.payer !== "paid" || view.receipt !== null)) this.#ended.set(sale.id, view);
		return view;
	}

	#receipt({ id }: Sale, { D }: Kept): Receipt | null {
		if (D?.kind !== "used" || D.permit === undefined || D.signature === undefined) return null;
		const { permit, signature } = D;
		const [key, bytes] = [this.parties.settings.keys["A"], fromHex(signature)];
		const word = { payment: id, permit, word: "notified" } as const;
		const isValid = key !== undefined && bytes !== undefined && isAnswerBy(key, verify, word, bytes);
		return { permit, signature, isValid };
	}

	async #keptBy(party: PartyName, payment: string): Promise<Kept[PartyName]> {
		const found = await this.parties.get(party, `/v1/payments/${payment}`);
		return found === undefined || found === null ? found : keptPayment.parse(found);
	}
}

const nobody: Kept = { P: null, Q: null, A: null, B: null, C: null, D: null };
