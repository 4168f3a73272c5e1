/**
 * Purses: an estimate of which tokens a plan will move, without a single signature.
 *
 * The rule of spending is that of wallets (`selectTokens`): what ends first by days, then what is longest,
 * within the limits of one payment; where these take too many, the largest. An estimate only: it says what
 * to expect, and where a plan needs a window sooner.
 */
import { limits } from "@tenten/protocol";

export type PurseToken = {
	readonly amount: bigint;
	/** seconds since 1970, as in the asset's window */
	readonly spendUntil: number;
	readonly links: number;
};

export type Selection = { readonly tokens: readonly PurseToken[]; readonly change: bigint };

/** Bytes of a token as it travels: its issue and certificates, then each link, released and with change. */
const issueBytes = 500;
const linkBytes = 350;
/** Wallets leave this much of a message to everything but tokens. */
const otherBytes = 8192;

function estimatedBytes({ links }: PurseToken): number {
	return issueBytes + links * linkBytes;
}

/** Tokens of one wallet. */
export class Purse {
	#tokens: readonly PurseToken[];

	constructor(tokens: readonly PurseToken[] = []) {
		this.#tokens = tokens;
	}

	get tokens(): readonly PurseToken[] {
		return this.#tokens;
	}

	put(token: PurseToken): void {
		this.#tokens = [...this.#tokens, token];
	}

	/** Tokens for a payment, taken out; or undefined where no choice keeps to the limits. */
	take(amount: bigint): Selection | undefined {
		const spendable = this.#tokens.filter(({ links }) => links < limits.hops);
		const soonestFirst = spendable.toSorted((a, b) => daysOf(a) - daysOf(b) || b.links - a.links);
		const selection = fill(soonestFirst, amount) ?? fill(largestFirst(spendable), amount);
		if (selection === undefined) return undefined;
		const taken = new Set(selection.tokens);
		this.#tokens = this.#tokens.filter((token) => !taken.has(token));
		const { change } = selection;
		const last = selection.tokens.at(-1);
		if (change > 0n && last !== undefined) this.put({ ...last, amount: change, links: last.links + 1 });
		return selection;
	}

	/** Takes out what the operator is to replace by fresh tokens. */
	removeWhere(isOld: (token: PurseToken) => boolean): readonly PurseToken[] {
		const old = this.#tokens.filter(isOld);
		this.#tokens = this.#tokens.filter((token) => !isOld(token));
		return old;
	}
}

function daysOf({ spendUntil }: PurseToken): number {
	return Math.floor(spendUntil / 86_400);
}

function largestFirst(tokens: readonly PurseToken[]): readonly PurseToken[] {
	return tokens.toSorted((a, b) => (b.amount > a.amount ? 1 : -1));
}

/** The first tokens that reach `amount`, if they fit into one payment. */
function fill(tokens: readonly PurseToken[], amount: bigint): Selection | undefined {
	const chosen: PurseToken[] = [];
	let sum = 0n;
	let bytes = 0;
	let signatures = 0;
	for (const token of tokens) {
		chosen.push(token);
		sum += token.amount;
		bytes += estimatedBytes(token) + linkBytes;
		signatures += token.links + 2;
		const fits =
			chosen.length <= limits.tokens &&
			bytes <= limits.message - otherBytes &&
			signatures <= limits.signatures;
		if (!fits) return undefined;
		if (sum >= amount) return { tokens: chosen, change: sum - amount };
	}
	return undefined;
}
