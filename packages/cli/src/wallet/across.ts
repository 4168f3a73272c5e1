/**
 * What a wallet has under way across operators (docs/spec/crossing-tokens.md), in `across.json` of its folder: requests
 * that an operator's gateway pays, and payments in its tokens.
 *
 *   a payment   quoted ─▶ held ─▶ locked ─▶ (reserved there) ─▶ released ─▶ committed, or back
 *
 * Everything is written before anybody else knows of it, and every step may be taken again. The file has the secrets of
 * payments: it is read by its owner alone.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AssetId } from "@tenten/protocol";
import { WalletPurse } from "@tenten/wallet";
import { z } from "zod";
import { type AskCrossings, TokenPayee, TokenPayer } from "../across/token-holders.ts";
import { BadInput } from "../bad-input.ts";
import type { WalletFolder } from "./folder.ts";
import { readJson, writeJson } from "./settings.ts";

const id = z.string().regex(/^[0-9a-f]{64}$/);
const asked = z.strictObject({ request: id, messages: z.array(z.string()).max(4) });
const payee = z.strictObject({
	memo: z.string(),
	amount: z.string().regex(/^[1-9]\d{0,18}$/),
	first: asked,
	paid: asked,
	fresh: asked.nullable(),
});
const shape = z.strictObject({
	requests: z.array(z.strictObject({ asset: z.string(), isDone: z.boolean(), state: payee })),
	payments: z.array(
		z.strictObject({ asset: z.string(), isDone: z.boolean(), transfer: id, secret: id, back: payee }),
	),
});
type KeptPayee = Omit<TokenPayee["state"], "amount"> & { readonly amount: string };
/** `asset`: as `--asset` names it */
export type KeptRequest = { readonly asset: string; readonly isDone: boolean; readonly state: KeptPayee };
export type KeptPayment = {
	readonly asset: string;
	readonly isDone: boolean;
	/** hexadecimal */
	readonly transfer: string;
	readonly secret: string;
	/** the request by which it has its value back; of what the payment costs */
	readonly back: KeptPayee;
};
type Content = { readonly requests: KeptRequest[]; readonly payments: KeptPayment[] };

export class AcrossFile {
	readonly #file: string;
	readonly #content: Content;

	constructor(folder: string) {
		this.#file = join(folder, "across.json");
		const read = shape.safeParse(
			existsSync(this.#file) ? readJson(this.#file) : { requests: [], payments: [] },
		);
		if (!read.success) throw new BadInput("does not say what is under way", { file: this.#file });
		this.#content = read.data;
	}

	get requests(): readonly KeptRequest[] {
		return this.#content.requests;
	}

	get payments(): readonly KeptPayment[] {
		return this.#content.payments;
	}

	/** In the place of the one with the same account. */
	keepRequest(request: KeptRequest): void {
		const { requests } = this.#content;
		const at = requests.findIndex(({ state }) => state.first.request === request.state.first.request);
		requests.splice(at === -1 ? requests.length : at, 1, request);
		writeJson(this.#file, this.#content);
	}

	/** In the place of the one with the same transfer. */
	keepPayment(payment: KeptPayment): void {
		const { payments } = this.#content;
		const at = payments.findIndex(({ transfer }) => transfer === payment.transfer);
		payments.splice(at === -1 ? payments.length : at, 1, payment);
		writeJson(this.#file, this.#content);
	}
}

/** What a holder asks an operator with a key of its own. */
export type Across = {
	readonly ask: AskCrossings;
	readonly read: (path: string) => Promise<unknown>;
	readonly purse: WalletPurse;
};

export function acrossAt(folder: WalletFolder, asset: AssetId, url: string, apiKey: string): Across {
	const base = `${url.replace(/\/+$/, "")}/v1/crossings/`;
	const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
	const send = async (path: string, body?: object): Promise<unknown> => {
		const how = body === undefined ? { method: "GET" } : { method: "POST", body: JSON.stringify(body) };
		const answer = await fetch(base + path, { ...how, headers, signal: AbortSignal.timeout(30_000) });
		// A refusal of a crossing is an answer; any other failure is asked again.
		if (!answer.ok && answer.status !== 404)
			throw new BadInput(`the operator answers ${answer.status}: ${await answer.text()}`);
		return answer.json();
	};
	return { ask: send, read: (path) => send(path), purse: new WalletPurse(folder.wallet, asset) };
}

/** A new request for tokens, kept before anybody knows of it; why the operator does not take it. */
export async function requestAcross(
	file: AcrossFile,
	{ ask, purse }: Across,
	{ asset, memo, amount }: { readonly asset: string; readonly memo: string; readonly amount: bigint },
): Promise<{ readonly payee: TokenPayee; readonly refused: string | null }> {
	const keep = (state: TokenPayee["state"]): void =>
		file.keepRequest({ asset, isDone: false, state: written(state) });
	const made = await TokenPayee.make(purse, ask, memo, amount, keep);
	return { payee: made, refused: await made.open() };
}

/** Takes what was credited to a request; whether it is there. Where its request expired before that, it asks anew. */
export async function takeAcross(
	file: AcrossFile,
	{ ask, purse }: Across,
	kept: KeptRequest,
): Promise<boolean> {
	const keep = (state: TokenPayee["state"], isDone = false): void =>
		file.keepRequest({ ...kept, isDone, state: written(state) });
	const made = new TokenPayee(purse, ask, read(kept.state), keep);
	const isDone = (await made.take()) || ((await made.renew()) === null && (await made.take()));
	if (isDone) keep(made.state, true);
	return isDone;
}

/** How a payment stands after one more step. */
export type Stands = "paid" | "back" | "open";

type Told = {
	readonly results: readonly { readonly state: string | null; readonly code: string | null }[];
};

/** Goes on with a payment from where everybody stands. */
export async function stepAcross(file: AcrossFile, across: Across, kept: KeptPayment): Promise<Stands> {
	const { ask, purse } = across;
	const { transfer, secret } = kept;
	const keep = (state: TokenPayee["state"]): void => file.keepPayment({ ...kept, back: written(state) });
	const way = new TokenPayee(purse, ask, read(kept.back), keep);
	const payer = new TokenPayer(purse, ask, transfer, BigInt(kept.back.amount), way);
	const end = (stands: Stands): Stands => {
		file.keepPayment({ ...kept, back: written(way.state), isDone: stands !== "open" });
		return stands;
	};
	const state = await stateOf(across, transfer);
	switch (state) {
		case "committed":
			return end("paid");
		case "locked":
			if (await payer.release()) await ask("releases", { releases: [{ transfer, release: secret }] });
			return "open";
		case null: {
			const held = await payer.hold();
			const { results } = (await ask("locks", { transfers: [transfer] })) as Told;
			const isOpen = results[0]?.state === "locked" || held === "attempt-pending";
			return isOpen || !(await payer.giveUp()) ? "open" : end("back");
		}
		default: {
			if (await payer.giveUp()) return end("back");
			await payer.release();
			const isBack =
				(await payer.takeBack()) || ((await payer.renewBack()) === null && (await payer.takeBack()));
			return isBack ? end("back") : "open";
		}
	}
}

/** As the source has it; null: it was not locked. */
async function stateOf({ read: get }: Across, transfer: string): Promise<string | null> {
	const said = (await get(transfer)) as { readonly crossing?: { readonly state: string } };
	return said.crossing?.state ?? null;
}

export function written({ amount, ...state }: TokenPayee["state"]): KeptPayee {
	return { ...state, amount: `${amount}` };
}

function read({ amount, ...state }: KeptPayee): TokenPayee["state"] {
	return { ...state, amount: BigInt(amount) };
}
