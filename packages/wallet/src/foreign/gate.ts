/**
 * The gate for value of other ecosystems (docs/spec/crossing.md, "Value of another ecosystem").
 *
 *   offer ─▶ whose issue? ─ home ─────────────────────────────────────────────▶ taken as ever
 *                         ─ foreign ─▶ proof, once old ─▶ newest checkpoint ─▶ fresh quorum? ─▶ taken
 *                         ─ neither ─▶ refused
 *
 * What is missing is fetched from the operator's door, verified, and kept, so that it serves offline. Refusing is all
 * that it can do: nothing that it hears makes anything acceptable that the module refuses.
 */
import {
	assetHash,
	type Bytes,
	equalBytes,
	type ForeignIssue,
	type Issue,
	isRefusal,
	issueId,
	markForReading,
	needsProof,
	openUnderPolicy,
	type Policy,
	parseMessage,
	quorumSince,
	type ReadingMark,
	type Refusal,
	refuse,
	refuseForeign,
	refuseForValue,
	type VerifiedCheckpoint,
	type Verify,
	verifyLoggedIssue,
} from "@tenten/protocol";
import type { SettingStore } from "../store/settings.ts";
import { ForeignShelf } from "./shelf.ts";

/** An ecosystem whose value is taken while its log is watched. */
export type ForeignEcosystem = {
	/** the operator's id */
	readonly operator: Bytes;
	/** names this operator's log and no other, and the witnesses whose word counts for it */
	readonly policy: Policy;
	/** seconds that its quorum may be old */
	readonly oldMost_s: number;
};

/** Which operators are home, and which of the others count; value of any other is not taken. */
export type Ecosystems = {
	readonly homes: readonly Bytes[];
	readonly foreign: readonly ForeignEcosystem[];
};

/** A way to another operator's door. What it gives counts by what it proves. */
export type LogDoor = {
	/** the newest checkpoint of its log, a signed note */
	readonly checkpoint: (operator: Bytes) => Promise<Bytes | Refusal>;
	/** a `loggedProof` of the item */
	readonly proof: (operator: Bytes, issue: Bytes) => Promise<Bytes | Refusal>;
};

export type ForeignGateOptions = {
	readonly ecosystems: Ecosystems;
	readonly door: LogDoor;
	readonly settings: SettingStore;
	readonly verify: Verify;
	/** unix seconds */
	readonly now: () => number;
};

export class ForeignGate {
	readonly #options: ForeignGateOptions;
	readonly #shelf: ForeignShelf;

	constructor(options: ForeignGateOptions) {
		this.#options = options;
		this.#shelf = new ForeignShelf(options.settings);
	}

	/** Why value of these issues is not taken now: `quorum-missing`, `quorum-stale`, `issue-unlogged`. */
	async refuse(issues: readonly Issue[]): Promise<Refusal | undefined> {
		for (const issue of issues) {
			const { operator } = issue.asset;
			if (this.#options.ecosystems.homes.some((home) => equalBytes(home, operator))) continue;
			const ecosystem = this.#foreign(operator);
			if (ecosystem === undefined)
				return refuse("quorum-missing", "no policy for the operator of this value");
			const refusal = await this.#refuse(issue, ecosystem);
			if (refusal !== undefined) return refusal;
		}
		return undefined;
	}

	/** Takes a proof that somebody carried here, e.g. the payer: `malformed` and the others where it proves nothing. */
	async take(issue: Issue, encoded: Bytes): Promise<Refusal | undefined> {
		const ecosystem = this.#foreign(issue.asset.operator);
		if (ecosystem === undefined) return refuse("quorum-missing", "no policy for the operator of this value");
		const logged = await this.#verified(issue, ecosystem, encoded);
		return isRefusal(logged) ? logged : undefined;
	}

	/** How the log of another operator stands, for whoever only reads: never refused. */
	async mark(operator: Bytes): Promise<ReadingMark> {
		const ecosystem = this.#foreign(operator);
		const held = ecosystem && (await this.#held(ecosystem));
		if (ecosystem === undefined || held === undefined) return { kind: "uncosigned" };
		return markForReading(held, ecosystem.policy, this.#freshness(ecosystem));
	}

	#foreign(operator: Bytes): ForeignEcosystem | undefined {
		return this.#options.ecosystems.foreign.find((each) => equalBytes(each.operator, operator));
	}

	#freshness({ oldMost_s }: ForeignEcosystem) {
		return { now: this.#options.now(), oldMost_s };
	}

	async #refuse(issue: Issue, ecosystem: ForeignEcosystem): Promise<Refusal | undefined> {
		const facts = factsOf(issue);
		const freshness = this.#freshness(ecosystem);
		const logged = needsProof(facts, freshness.now) ? await this.#logged(issue, ecosystem) : null;
		const newest = await this.#newest(ecosystem, logged);
		return refuseForeign(facts, { newest, logged }, ecosystem.policy, freshness);
	}

	/** The checkpoint under which an issue is logged, by the proof that is kept or that its operator gives. */
	async #logged(issue: Issue, ecosystem: ForeignEcosystem): Promise<VerifiedCheckpoint | null> {
		const kept = await this.#shelf.proof(issueId(issue));
		if (kept !== undefined) {
			const logged = await this.#verified(issue, ecosystem, kept, false);
			if (!isRefusal(logged)) return logged;
		}
		const given = await this.#options.door.proof(ecosystem.operator, issueId(issue));
		const logged = isRefusal(given) ? given : await this.#verified(issue, ecosystem, given);
		return isRefusal(logged) ? null : logged;
	}

	async #verified(
		issue: Issue,
		{ policy }: ForeignEcosystem,
		encoded: Bytes,
		isKept = true,
	): Promise<VerifiedCheckpoint | Refusal> {
		const { verify, now } = this.#options;
		const logged = verifyLoggedIssue(encoded, factsOf(issue), policy, verify);
		if (!isRefusal(logged) && isKept)
			await this.#shelf.keepProof(issueId(issue), encoded, issue.redeemUntil, now());
		return logged;
	}

	/** The newest checkpoint that is known; asked for where that is not fresh. */
	async #newest(
		ecosystem: ForeignEcosystem,
		logged: VerifiedCheckpoint | null,
	): Promise<VerifiedCheckpoint | null> {
		const { policy, operator } = ecosystem;
		const held = (await this.#held(ecosystem)) ?? null;
		const known = newer(policy, held, logged);
		if (known !== null && refuseForValue(known, policy, this.#freshness(ecosystem)) === undefined)
			return known;
		const note = await this.#options.door.checkpoint(operator);
		if (isRefusal(note)) return known;
		const given = openUnderPolicy(note, policy, this.#options.verify);
		if (isRefusal(given)) return known;
		const best = newer(policy, known, given);
		if (best === given) await this.#shelf.keepCheckpoint(operator, note);
		return best;
	}

	async #held({ operator, policy }: ForeignEcosystem): Promise<VerifiedCheckpoint | undefined> {
		const note = await this.#shelf.checkpoint(operator);
		const opened = note === undefined ? undefined : openUnderPolicy(note, policy, this.#options.verify);
		return opened === undefined || isRefusal(opened) ? undefined : opened;
	}
}

function factsOf(issue: Issue): ForeignIssue {
	const { asset, amount, issuedAt } = issue;
	return { id: issueId(issue), asset: assetHash(asset), amount, issuedAt };
}

/**
 * The one whose quorum is later, of two that may both be of this log: a smaller log cosigned later would be one that
 * went back, and is never taken for newer.
 */
function newer(
	{ quorum }: Policy,
	a: VerifiedCheckpoint | null,
	b: VerifiedCheckpoint | null,
): VerifiedCheckpoint | null {
	if (a === null || b === null) return a ?? b;
	if (b.size < a.size || (b.size === a.size && !equalBytes(a.root, b.root))) return a;
	const since = (of: VerifiedCheckpoint): number =>
		quorumSince(quorum, of.cosignatures) ?? Number.NEGATIVE_INFINITY;
	return since(b) > since(a) ? b : a;
}

/** Messages without the counter transfers that the gate refuses: an exchange is not decided for what they bring. */
export async function pastGate(
	gate: ForeignGate | undefined,
	messages: readonly Bytes[],
): Promise<readonly Bytes[]> {
	if (gate === undefined) return messages;
	const passed: Bytes[] = [];
	for (const encoded of messages) {
		const message = parseMessage(encoded);
		const tokens = !isRefusal(message) && message.kind === "counterTransfer" ? message.tokens : [];
		if ((await gate.refuse(tokens.map(({ issue }) => issue.issue))) === undefined) passed.push(encoded);
	}
	return passed;
}
