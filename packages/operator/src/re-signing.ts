/**
 * Answers that were given once, signed again: where a key that signed them is believed no more.
 *
 * A stored answer is given byte for byte, whoever asks again and whenever. Where its key has left the list since,
 * nobody could read it, and what it brings would be lost to whoever had not got it yet. Neither issue nor ruling
 * has its key in its id, so the same thing signed by another key is the same thing.
 */
import {
	type Bytes,
	type IssueProof,
	isRefusal,
	issueBatch,
	parse,
	type Refusal,
	reply,
	rulingPayload,
	rulingReply,
	type SignedRuling,
	serialize,
	type Trust,
	verifyIssueProof,
	verifyRuling,
} from "@tenten/protocol";
import type { OperatorKeys } from "./context.ts";

export class Resigning {
	readonly #keys: OperatorKeys;
	readonly #isNeeded: () => boolean;
	readonly #published: () => Promise<Trust>;

	/** `isNeeded`: whether any key is believed no more; `published`: its list, as everybody else reads it. */
	constructor(keys: OperatorKeys, isNeeded: () => boolean, published: () => Promise<Trust>) {
		this.#keys = keys;
		this.#isNeeded = isNeeded;
		this.#published = published;
	}

	/** A `Reply`, each of its issues under a listed key. */
	async reply(answering: Promise<Bytes | Refusal>): Promise<Bytes | Refusal> {
		const answer = await answering;
		return isRefusal(answer) || !this.#isNeeded() ? answer : this.#reply(answer);
	}

	/** A `RulingReply`, its ruling and its issues under listed keys. */
	async ruling(answering: Promise<Bytes | Refusal>): Promise<Bytes | Refusal> {
		const answer = await answering;
		if (isRefusal(answer) || !this.#isNeeded()) return answer;
		const parsed = parse(rulingReply, answer, answer.length);
		if (isRefusal(parsed)) throw new Error("a ruling that cannot be read");
		if (parsed.kind !== "ruled") return answer;
		const inner = parsed.reply === null ? null : await this.#reply(parsed.reply);
		return serialize(rulingReply, { ...parsed, ruling: await this.#ruling(parsed.ruling), reply: inner });
	}

	async proofs(issuing: Promise<readonly IssueProof[] | Refusal>): Promise<readonly IssueProof[] | Refusal> {
		const proofs = await issuing;
		return isRefusal(proofs) || !this.#isNeeded() ? proofs : this.#proofs(proofs);
	}

	async #reply(encoded: Bytes): Promise<Bytes> {
		const parsed = parse(reply, encoded, encoded.length);
		if (isRefusal(parsed)) throw new Error("a stored reply that cannot be read");
		const proofs = await this.#proofs(parsed.issues.map(({ proof }) => proof));
		const issues = parsed.issues.map((each, position) => ({
			...each,
			proof: proofs[position] as IssueProof,
		}));
		return serialize(reply, { ...parsed, issues });
	}

	async #proofs(proofs: readonly IssueProof[]): Promise<readonly IssueProof[]> {
		const listed = await this.#published();
		if (!proofs.some((proof) => isRefusal(verifyIssueProof(proof, listed)))) return proofs;
		return issueBatch(
			proofs.map(({ issue }) => issue),
			this.#keys.issuing,
		);
	}

	async #ruling(ruling: SignedRuling): Promise<SignedRuling> {
		if (!isRefusal(verifyRuling(ruling, await this.#published()))) return ruling;
		return { ...ruling, signature: await this.#keys.ruling.sign("ruling", rulingPayload(ruling.body)) };
	}
}
