/**
 * Payments between the two operators as those who act for payers make them: many at once, over HTTP, each step asked
 * again until it is answered. What was answered is written down, to be held against what both sides end with.
 */
import { setTimeout as pause } from "node:timers/promises";
import { fromHex, isRefusal, parse, sha256, shownState, toHex, verifyShown } from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import type { Chance } from "../torture/actor.ts";
import type { Lane, Operator, Pair } from "./pair.ts";
import type { AskCrossings } from "./token-holders.ts";
import {
	gatewayOf,
	holdFor,
	type Kind,
	openPayee,
	releaseBy,
	settleLegs,
	type TokenLegs,
} from "./token-legs.ts";

export type Payment = {
	readonly lane: Lane;
	readonly kind: Kind;
	/** as the quote names them, once it was asked for */
	payer: Uint8Array;
	payee: Uint8Array;
	readonly legs: TokenLegs;
	readonly secret: Uint8Array;
	readonly nonce: string;
	readonly credits: bigint;
	transfer: string | undefined;
	pays: bigint;
	/** milliseconds of the driver's clock */
	lockedAt_ms: number;
	endedAt_ms: number;
	/** what was answered last */
	acknowledged: "nothing" | "locked" | "committed";
	/** at the source and the destination, once both have ended */
	ends: readonly [string, string] | undefined;
	/** why it never began, or was not reserved */
	code: string | undefined;
};

type Result = { readonly state: string | null; readonly code: string | null; readonly retryable: boolean };
type QuoteResult = {
	readonly transfer: string | null;
	readonly quote: { readonly pays: string } | null;
	readonly code: string | null;
	readonly retryable: boolean;
};
type Standing = { readonly state: string; readonly peer: string | null } | null;

export class Payments {
	readonly #pair: Pair;
	readonly #chance: Chance;
	readonly #kinds: readonly Kind[];
	/** calls that were left without an answer */
	unanswered = 0;
	readonly made: Payment[] = [];
	readonly lies: string[] = [];

	constructor(pair: Pair, chance: Chance, kinds: readonly Kind[]) {
		this.#pair = pair;
		this.#chance = chance;
		this.#kinds = kinds;
	}

	/** So many payments in one direction, together, from quotes to the ends of both sides. `abandoned`: one in so many; 0: none. */
	async pay(lane: Lane, count: number, abandoned: number): Promise<void> {
		const group = Array.from({ length: count }, () => this.#payment(lane));
		this.made.push(...group);
		await this.#nameSides(lane, group);
		const quoted = await this.#quote(lane, group);
		const held = await this.#hold(lane, quoted);
		const locked = await this.#lock(lane, held);
		const given = await this.#reserved(lane, locked);
		const released = given.filter(() => abandoned === 0 || this.#chance(abandoned) !== 0);
		await this.#release(lane, released);
		await this.#ended(lane, locked);
		await Promise.all(quoted.map(({ legs, ends }) => settleLegs(legs, ends)));
	}

	/** Whom quotes name where a side is tokens: the gateway, and a request of the payee's. */
	async #nameSides(lane: Lane, group: readonly Payment[]): Promise<void> {
		const { source, destination } = lane;
		const ask = this.#asker(destination);
		const byTokens = group.filter(({ kind }) => kind.from === "token");
		if (byTokens.length > 0) {
			const gateway = await gatewayOf((path) => this.#read(source, path));
			for (const payment of byTokens) payment.payer = gateway;
		}
		await Promise.all(
			group.map(async (payment) => {
				if (payment.kind.to === "account") return;
				const { nonce: memo, credits: amount } = payment;
				const payee = await openPayee(destination, { ask, chance: this.#chance, memo, amount });
				payment.legs.payee = payee;
				payment.payee = fromHex(payee.account) as Uint8Array;
			}),
		);
	}

	/** Those whose tokens the gateway holds, and those that are paid from accounts. */
	async #hold(lane: Lane, group: readonly Payment[]): Promise<readonly Payment[]> {
		const ask = this.#asker(lane.source);
		const held = await Promise.all(
			group.map(async (payment) => {
				const { kind, transfer = "", pays } = payment;
				if (kind.from === "account") return true;
				const { payer, refused } = await holdFor(lane.source, { ask, chance: this.#chance, transfer, pays });
				payment.legs.payer = payer;
				payment.code = refused ?? undefined;
				return refused === null;
			}),
		);
		return group.filter((_, at) => held[at]);
	}

	#asker(operator: Operator): AskCrossings {
		return (path, body) => this.#ask(operator, path, body);
	}

	#payment(lane: Lane): Payment {
		const payer = lane.source.payers[this.#chance(lane.source.payers.length)] as Uint8Array;
		return {
			lane,
			kind: this.#kinds[this.#chance(this.#kinds.length)] as Kind,
			payer,
			payee: lane.destination.payee,
			legs: { payer: undefined, payee: undefined },
			secret: random(32),
			nonce: toHex(random(32)),
			credits: BigInt(1 + this.#chance(300)),
			transfer: undefined,
			pays: 0n,
			lockedAt_ms: 0,
			endedAt_ms: 0,
			acknowledged: "nothing",
			ends: undefined,
			code: undefined,
		};
	}

	async #quote(lane: Lane, group: readonly Payment[]): Promise<readonly Payment[]> {
		let open = group;
		for (let tries = 0; open.length > 0 && tries < mostTries; tries++) {
			if (tries > 0) await pause(betweenTries_ms);
			const quotes = open.map(({ nonce, credits, payer, payee, secret }) => ({
				nonce,
				agreement: toHex(lane.agreement),
				credits: `${credits}`,
				payer: toHex(payer),
				payee: toHex(payee),
				release: toHex(sha256(secret)),
			}));
			const { results } = await this.#ask<{ results: readonly QuoteResult[] }>(lane.source, "quotes", {
				quotes,
			});
			open = open.filter((payment, at) => {
				const { transfer, quote, code, retryable } = results[at] as QuoteResult;
				payment.code = code ?? undefined;
				if (transfer === null || quote === null) return retryable;
				payment.transfer = transfer;
				payment.pays = BigInt(quote.pays);
				return false;
			});
		}
		return group.filter(({ transfer }) => transfer !== undefined);
	}

	async #lock(lane: Lane, group: readonly Payment[]): Promise<readonly Payment[]> {
		if (group.length === 0) return [];
		const from_ms = performance.now();
		const { results } = await this.#ask<{ results: readonly Result[] }>(lane.source, "locks", {
			transfers: group.map(({ transfer }) => transfer),
		});
		return group.filter((payment, at) => {
			const { state, code } = results[at] as Result;
			payment.lockedAt_ms = from_ms;
			payment.code = code ?? undefined;
			if (state !== null) payment.acknowledged = "locked";
			return state !== null;
		});
	}

	/** Those whose reservation the destination's seal shows, as the payer's device sees it. */
	async #reserved(lane: Lane, group: readonly Payment[]): Promise<readonly Payment[]> {
		const given: Payment[] = [];
		let open = group;
		for (let first = true; open.length > 0; first = false) {
			await pause(first ? firstLook_ms : betweenLooks_ms);
			const standings = await this.#standings(lane.source, open);
			const shown = open.filter(
				(_, at) => standings[at]?.state === "locked" && standings[at].peer === "reserved",
			);
			const isShown = await Promise.all(shown.map((payment) => this.#isShown(payment)));
			given.push(...shown.filter((_, at) => isShown[at]));
			open = open.filter((_, at) => standings[at]?.state === "locked" && standings[at].peer !== "reserved");
		}
		return given;
	}

	async #isShown({ transfer = "", lane }: Payment): Promise<boolean> {
		const answer = await this.#patiently(() => this.#fetch(lane.source, transfer));
		const { crossing } = (await answer.json()) as { readonly crossing?: { readonly proof: string | null } };
		const proof = new Uint8Array(Buffer.from(crossing?.proof ?? "", "base64"));
		const shown = parse(shownState, proof, 65_536);
		const { keys } = this.#pair;
		const operator = lane.destination.id;
		const log = keys.logOf(operator, "destination");
		const of = { operator, transfer: fromHex(transfer) as Uint8Array };
		const state =
			isRefusal(shown) || log === undefined ? undefined : verifyShown(shown, of, log, keys.verify);
		const isReserved = state !== undefined && !isRefusal(state) && state.state?.state === "reserved";
		if (!isReserved) this.lies.push(`${transfer}: its proof shows no reservation`);
		return isReserved;
	}

	/** The payer's module first, where it pays in tokens: what is not the gateway's is not committed. */
	async #release(lane: Lane, given: readonly Payment[]): Promise<void> {
		const has = await Promise.all(
			given.map(({ legs: { payer } }) => payer === undefined || releaseBy(payer)),
		);
		const group = given.filter((_, at) => has[at]);
		if (group.length === 0) return;
		const { results } = await this.#ask<{ results: readonly Result[] }>(lane.source, "releases", {
			releases: group.map(({ transfer, secret }) => ({ transfer, release: toHex(secret) })),
		});
		for (const [at, payment] of group.entries()) {
			const { state, code } = results[at] as Result;
			if (state === "committed") payment.acknowledged = "committed";
			else payment.code = code ?? undefined;
		}
	}

	/** Waits until both sides have ended; a destination that never reserved has nothing to end. */
	async #ended(lane: Lane, group: readonly Payment[]): Promise<void> {
		let open = group;
		for (let first = true; open.length > 0; first = false) {
			if (!first) await pause(betweenLooks_ms);
			const [sources, destinations] = await Promise.all([
				this.#standings(lane.source, open),
				this.#standings(lane.destination, open),
			]);
			open = open.filter((payment, at) => {
				const [source, destination] = [sources[at]?.state ?? "nothing", destinations[at]?.state ?? "nothing"];
				if (source === "locked" || destination === "reserved") return true;
				if (source === "committed" && destination === "nothing") return true;
				payment.ends = [source, destination];
				payment.endedAt_ms = performance.now();
				return false;
			});
		}
	}

	async #standings(operator: Operator, group: readonly Payment[]): Promise<readonly Standing[]> {
		const transfers = group.map(({ transfer }) => transfer);
		return (await this.#ask<{ crossings: readonly Standing[] }>(operator, "standings", { transfers }))
			.crossings;
	}

	/** The file of a payment, from one side. */
	async outcome(operator: Operator, transfer: string): Promise<Uint8Array | undefined> {
		const answer = await this.#patiently(() => this.#fetch(operator, `${transfer}/outcome`));
		const bytes = new Uint8Array(await answer.arrayBuffer());
		return answer.status === 200 ? bytes : undefined;
	}

	async #read(operator: Operator, path: string): Promise<unknown> {
		return (await this.#patiently(() => this.#fetch(operator, path))).json();
	}

	async #ask<T>(operator: Operator, path: string, body: object): Promise<T> {
		const answer = await this.#patiently(() => this.#fetch(operator, path, body));
		const text = await answer.text();
		if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
		return JSON.parse(text) as T;
	}

	#fetch({ url, apiKey }: Operator, path: string, body?: object): Promise<Response> {
		return fetch(`${url}/v1/crossings/${path}`, {
			method: body === undefined ? "GET" : "POST",
			headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
			signal: AbortSignal.timeout(patience_ms),
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
	}

	/** Until there is an answer that is no failure of the server's. */
	async #patiently(ask: () => Promise<Response>): Promise<Response> {
		for (;;) {
			try {
				const answer = await ask();
				const whole = new Response(await answer.arrayBuffer(), answer);
				if (whole.status < 500) return whole;
			} catch {
				// It was killed; the same is asked of the next one.
			}
			this.unanswered++;
			await pause(betweenTries_ms);
		}
	}
}

const patience_ms = 20_000;
const mostTries = 100;
const betweenTries_ms = 100;
const firstLook_ms = 400;
const betweenLooks_ms = 500;
