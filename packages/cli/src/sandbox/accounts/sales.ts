/**
 * What the shop asked for: each sale has an amount, and an id that is the payment's in all six parties. So a sale is
 * paid by one payment, however often its code is read.
 *
 * A code or link says `misepay:hanaya/480/s-…`: whom, how much in minor units, and for which sale. It proves nothing;
 * a payer's app asks the till whether it is so before it pays.
 */
import { existsSync } from "node:fs";
import { toHex } from "@tenten/protocol";
import { z } from "zod";
import { BadInput } from "../../bad-input.ts";
import { random } from "../../surroundings.ts";
import { readJson, writeJson } from "../../wallet/settings.ts";
import { payee } from "./parties.ts";

export type Sale = {
	readonly id: string;
	/** minor units */
	readonly amount: bigint;
	/** unix milliseconds */
	readonly askedAt: number;
};

/** For another one the till forgets the oldest: its payment, if there is one, goes on. */
const mostSales = 20;

const kept = z.strictObject({
	sales: z.array(
		z.strictObject({
			id: z.string().regex(/^s-[0-9a-f]{16}$/),
			amount: z
				.string()
				.regex(/^[1-9][0-9]{0,8}$/)
				.transform(BigInt),
			askedAt: z.int(),
		}),
	),
});

export class Sales {
	readonly #file: string;
	/** the newest first */
	#all: readonly Sale[];

	constructor(file: string) {
		this.#file = file;
		const read = kept.safeParse(existsSync(file) ? readJson(file) : { sales: [] });
		if (!read.success) throw new BadInput("does not list sales", { file });
		this.#all = read.data.sales;
	}

	get all(): readonly Sale[] {
		return this.#all;
	}

	/** `amount` in minor units, as many as nine digits. */
	ask(amount: bigint, now: number): Sale {
		const sale = { id: `s-${toHex(random(8))}`, amount, askedAt: now };
		const all = [sale, ...this.#all].slice(0, mostSales);
		writeJson(this.#file, { sales: all.map((each) => ({ ...each, amount: String(each.amount) })) });
		this.#all = all;
		return sale;
	}

	/** The sale that a link asks to be paid for, where the till asked so; otherwise why it is none. */
	find(link: string): Sale | "malformed" | "sale-unknown" {
		const read = /^misepay:([a-z]{1,32})\/([1-9][0-9]{0,8})\/(s-[0-9a-f]{16})$/.exec(link.trim());
		if (read === null) return "malformed";
		const [, whom, amount, id] = read;
		const sale = this.#all.find((each) => each.id === id);
		return whom === payee && sale !== undefined && String(sale.amount) === amount ? sale : "sale-unknown";
	}
}

export function linkOfSale({ id, amount }: Sale): string {
	return `misepay:${payee}/${amount}/${id}`;
}
