/**
 * The operators of a test world: a spend registry, accounts, and rulings, each written once.
 *
 * As handover.md says: a release decides for the payee; without evidence nothing is refunded before redeem
 * until and grace, a release that came too late for the side without the secret is none to it, and every payout takes the rows of the outputs that it pays. Broken variants change `sound`.
 */
import assert from "node:assert/strict";
import {
	type DurablePayee,
	type DurablePayer,
	lockHash,
	type Message,
	type SignedRuling,
	toHex,
	verifyToken,
} from "@tenten/protocol";
import { densha, epoch, grace, must, redeemWindow, signRuling, trust } from "./ecosystem.ts";
import { givenBy, inQuestion } from "./given.ts";
import type { Host } from "./host.ts";
import type { Ledger } from "./ledger.ts";

export type OperatorRules = {
	/** nothing is refunded before redeem until and grace */
	readonly waits: boolean;
	/** a refund takes the row of what it pays, if that is free */
	readonly takesRows: boolean;
};

export const soundOperator: OperatorRules = { waits: true, takesRows: true };

export class Operator {
	/** output, the link or ruling that consumed it */
	readonly rows = new Map<string, string>();
	readonly rulings = new Map<string, SignedRuling>();
	readonly #ledger: Ledger;
	readonly #rules: OperatorRules;
	readonly #now: () => number;

	constructor(ledger: Ledger, rules: OperatorRules, now: () => number) {
		this.#ledger = ledger;
		this.#rules = rules;
		this.#now = now;
	}

	/** A release, shown by anybody, decides for the payee. */
	shown(message: Message, by: typeof densha = densha): Message | undefined {
		if (message.kind !== "release") return undefined;
		const subject = lockHash(message.secret);
		const key = `${toHex(by.id)}/${toHex(subject)}`;
		const standing = this.rulings.get(key);
		const body = { subject, verdict: "released", release: message.secret, ruledAt: this.#now() } as const;
		const ruling = standing ?? signRuling(by, body);
		this.rulings.set(key, ruling);
		return { kind: "ruling", ruling };
	}

	/** Takes all of these rows, if each is free or says the same, or none of them. */
	#takes(rows: readonly (readonly [string, string])[]): boolean {
		if (rows.some(([output, link]) => (this.rows.get(output) ?? link) !== link)) return false;
		for (const [output, link] of rows) this.rows.set(output, link);
		return true;
	}

	/** Redeems a token of `host`: the rows of its path, then money on its account. */
	redeem(host: Host, id: string): boolean {
		const stored = host.durable.tokens.get(id);
		assert.ok(stored);
		const token = must(verifyToken(stored.bytes, trust, { signatures: false }));
		const rows = [
			...token.path.map((link) => [toHex(link.input), toHex(link.id)] as const),
			[id, "redeemed"] as const,
		];
		if (this.#now() >= token.issue.redeemUntil) return false;
		if (!this.#takes(rows)) return false;
		host.durable.tokens.delete(id);
		this.#ledger.paidOut(id);
		return true;
	}

	/**
	 * On the signed statement that no release was given, or that none came, or that no word did: what the
	 * links in question consumed comes back, of a direct link its output 0. A lock is ruled once; each leg is
	 * refunded to who states it. `shown` holds the tokens that this side gave.
	 */
	refund(
		state: DurablePayer | DurablePayee,
		by: typeof densha = densha,
		shown: Message | undefined = givenBy(state),
	): Message | undefined {
		if (this.#rules.waits && this.#now() < epoch + redeemWindow + grace) return undefined;
		const subject = state.terms.lock ?? state.terms.links[0];
		assert.ok(subject);
		const key = `${toHex(by.id)}/${toHex(subject)}`;
		const standing = this.rulings.get(key);
		const isInTime = standing !== undefined && standing.body.ruledAt < epoch + redeemWindow;
		const isForeign = "counter" in state && state.counter !== null;
		if (standing?.body.verdict === "released" && (isInTime || !isForeign))
			return { kind: "ruling", ruling: standing };
		for (const { output, path } of inQuestion(shown)) {
			const isFree = !this.rows.has(output) && this.#takes([...path, [output, `ruled ${key}`]]);
			if (!isFree && this.#rules.takesRows) continue;
			this.#ledger.paidOut(output);
		}
		const body = { subject, verdict: "refunded", release: null, ruledAt: this.#now() } as const;
		const ruling = standing?.body.verdict === "refunded" ? standing : signRuling(by, body);
		this.rulings.set(key, ruling);
		return { kind: "ruling", ruling };
	}
}
