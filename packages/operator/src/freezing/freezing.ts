/**
 * Freezing: what two people of the operator hold to be acquired by fraud, and what becomes of appeals against it.
 *
 *   proposed by one ─▶ confirmed by another ─▶ frozen: in the next list, and paid by nobody
 *   lift, proposed by one ─▶ confirmed by another ─▶ free
 *   appeal ─▶ a verdict by one ─▶ the same by another ─▶ outcome, signed and written once ─▶ the next list
 *
 * The two come with API keys that two administrators answer for (ADR 0042), so that no one stolen key freezes anybody.
 * Whoever appeals is answered `attempt-pending` until it is decided, and then the outcome, however often it asks.
 */
import {
	type AppealVerdict,
	appealId,
	appeal as appealShape,
	type Bytes,
	equalBytes,
	type FreezeEntry,
	freezeLimits,
	isRefusal,
	parse,
	type Refusal,
	type RefusalCode,
	refuse,
	signAppealOutcome,
	toHex,
	verifyAppeal,
} from "@tenten/protocol";
import type { Acting } from "../access.ts";
import { type OperatorContext, tokenLife } from "../context.ts";
import { areActorsApart } from "../definitions/vouching.ts";
import { noteEffects } from "../sealing/effects.ts";
import { appealEffect, outcomeEffect } from "../sealing/words.ts";
import {
	type Appeal,
	appealAgainst,
	appealOf,
	appealsAfter,
	deleteProposal,
	insertAppeal,
	insertProposal,
	keepOutcome,
	keepVerdict,
	openAppeals,
	type Proposal,
	proposalOf,
	proposalsAfter,
} from "../store/appeals.ts";
import { type Act, appendAudit } from "../store/audit-log.ts";
import { deleteFrozen, frozenNow, insertCleared, insertFrozen } from "../store/freezes.ts";
import type { Transaction } from "../store/store.ts";
import { appealRefusals } from "./appeal-refusals.ts";
import type { FreezeLists } from "./freeze-lists.ts";

/** What one person wants done about an output. `appealSeconds`: for how long its owners may appeal. */
export type AskedFreeze = Pick<Proposal, "output" | "act" | "reason" | "case" | "appealSeconds">;

/** Undecided appeals against one freeze, at most: whoever holds it can divide it as it likes. */
const openMost = 1_024;

const pageLength = 100;

const byOneAlone = refuse(
	"approval-missing",
	"another person must confirm it, for whom another administrator answers",
);

export class Freezing {
	readonly #context: OperatorContext;
	readonly #lists: FreezeLists;

	constructor(context: OperatorContext, lists: FreezeLists) {
		this.#context = context;
		this.#lists = lists;
	}

	/** Proposes to freeze an output, or to lift its freeze; another proposal for it takes its place. */
	propose(acting: Acting, asked: AskedFreeze): Promise<void> {
		return this.#context.store.run(async (transaction) => {
			await insertProposal(transaction, { ...asked, actor: acting.actor, proposedAt: this.#context.now() });
			await this.#note(transaction, acting, "freezeProposed", asked.output, `${asked.act} ${asked.reason}`);
		});
	}

	/** Does what another person proposed for an output; `freeze-unknown` where nobody did, or something else than is meant. */
	confirm(
		acting: Acting,
		output: Bytes,
		meant?: Pick<Proposal, "act" | "case">,
	): Promise<Refusal | undefined> {
		return this.#context.store.run(async (transaction) => {
			const proposal = await proposalOf(transaction, output);
			if (proposal === undefined) return refuse("freeze-unknown", "nothing was proposed for this output");
			if (meant !== undefined && !(meant.act === proposal.act && equalBytes(meant.case, proposal.case)))
				return refuse("freeze-unknown", "something else was proposed for this output");
			if (!(await areActorsApart(transaction, proposal.actor, acting.actor))) return byOneAlone;
			const done = await this.#carryOut(transaction, proposal);
			if (done !== undefined) return done;
			await deleteProposal(transaction, output);
			await this.#note(transaction, acting, "freezeConfirmed", output, proposal.act);
			return undefined;
		});
	}

	async #carryOut(transaction: Transaction, proposal: Proposal): Promise<Refusal | undefined> {
		const { now, definitions } = this.#context;
		const { output, act, reason, appealSeconds } = proposal;
		if (act === "lift")
			return (await deleteFrozen(transaction, output)) ? undefined : refuse("freeze-unknown", "not frozen");
		if ((await frozenNow(transaction, now())).entries.length >= freezeLimits.entries)
			return refuse("too-many", "as much is frozen as a list holds");
		const since = now();
		const entry: FreezeEntry = {
			output,
			reason,
			since,
			case: proposal.case,
			appealUntil: since + appealSeconds,
		};
		// Nothing that was issued by now can be redeemed or refunded any more after that.
		await insertFrozen(transaction, entry, since + tokenLife(definitions));
		return undefined;
	}

	/** The outcome of an appeal; `attempt-pending` until it is decided. */
	async appeal(encoded: Bytes): Promise<Bytes | Refusal> {
		const { store, trust, now } = this.#context;
		const parsed = parse(appealShape, encoded);
		if (isRefusal(parsed)) return plainly(parsed);
		const known = await store.read((transaction) => appealOf(transaction, appealId(parsed.body)));
		if (known !== undefined) return answerTo(known);
		const { body: list } = await this.#lists.newest();
		const verified = verifyAppeal(encoded, { trust: await trust(), list, now: now() });
		if (isRefusal(verified)) return plainly(verified);
		const { id, body } = verified;
		return store.run(async (transaction) => {
			const before = await appealAgainst(transaction, body.frozen, body.output);
			if (before !== undefined)
				return equalBytes(before.id, id)
					? answerTo(before)
					: refuse("appeal-closed", "another one was heard");
			if ((await openAppeals(transaction, body.frozen)) >= openMost) return refuse("rate-limited", "appeals");
			const { frozen, output } = body;
			const receivedAt = now();
			await insertAppeal(transaction, { id, frozen, output, encoded, receivedAt });
			await noteEffects(transaction, () => [appealEffect(id, receivedAt)]);
			return pending;
		});
	}

	/**
	 * Says what should become of an appeal. Once two people have said the same it is decided, for good; whether it is.
	 * `freeze-unknown` where there is no such appeal, `attempt-decided` where it was decided otherwise.
	 */
	async decide(acting: Acting, id: Bytes, verdict: AppealVerdict): Promise<boolean | Refusal> {
		const { store, keys, now } = this.#context;
		const agreed = await store.run(async (transaction): Promise<Appeal | Refusal | null> => {
			const appeal = await appealOf(transaction, id);
			if (appeal === undefined) return refuse("freeze-unknown", "no such appeal");
			if (appeal.outcome !== null)
				return appeal.verdict === verdict ? appeal : refuse("attempt-decided", `${appeal.verdict}`);
			const { actor } = appeal;
			const isSecond = appeal.verdict === verdict && actor !== null;
			if (isSecond && (await areActorsApart(transaction, actor, acting.actor))) return appeal;
			if (isSecond) return actor === acting.actor ? null : byOneAlone;
			await keepVerdict(transaction, id, verdict, acting.actor);
			await this.#note(transaction, acting, "appealJudged", id, verdict);
			return null;
		});
		if (agreed === null) return false;
		if (isRefusal(agreed)) return agreed;
		if (agreed.outcome !== null) return true;
		const { frozen, output } = agreed;
		const body = { operator: this.#context.id, appeal: id, frozen, output, verdict, decidedAt: now() };
		const outcome = await signAppealOutcome(body, keys.ruling);
		return store.run(async (transaction) => {
			// Written once: what another process decided meanwhile stands.
			if (!(await keepOutcome(transaction, id, verdict, outcome))) return false;
			await noteEffects(transaction, () => [outcomeEffect(body)]);
			const frees = verdict === "cleared" && !equalBytes(output, frozen) ? "output" : "all";
			if (verdict !== "upheld" && frees === "all") await deleteFrozen(transaction, frozen);
			if (verdict !== "upheld" && frees === "output") await insertCleared(transaction, output, frozen);
			await this.#note(transaction, acting, "appealDecided", id, verdict);
			return true;
		});
	}

	/** A page of proposals by output, after this one. */
	proposalsAfter(after: Bytes): Promise<readonly Proposal[]> {
		return this.#context.store.read((transaction) => proposalsAfter(transaction, after, pageLength));
	}

	/** A page of appeals by id, after this one. */
	appealsAfter(after: Bytes): Promise<readonly Appeal[]> {
		return this.#context.store.read((transaction) => appealsAfter(transaction, after, pageLength));
	}

	/** The bytes of an appeal, as its owner sent them. */
	async recordOf(id: Bytes): Promise<Bytes | undefined> {
		return (await this.#context.store.read((transaction) => appealOf(transaction, id)))?.encoded;
	}

	#note(
		transaction: Transaction,
		acting: Acting,
		act: Act,
		subject: Bytes,
		detail: string,
	): Promise<unknown> {
		const entry = { ...acting, at: this.#context.now(), act, outcome: "done", detail } as const;
		return appendAudit(transaction, { ...entry, subject: toHex(subject) });
	}
}

function plainly({ code, detail }: Refusal): Refusal {
	const told: readonly RefusalCode[] = appealRefusals;
	return told.includes(code) ? refuse(code, detail) : refuse("malformed", `${code} ${detail}`.trim());
}

const pending = refuse("attempt-pending", "it was heard, and is not decided yet");

function answerTo({ outcome }: Pick<Appeal, "outcome">): Bytes | Refusal {
	return outcome ?? pending;
}
