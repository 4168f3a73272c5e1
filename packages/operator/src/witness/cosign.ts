/**
 * A log's side of witnessing: asks every witness of a policy for its cosignature, and makes the note of what came.
 *
 *   checkpoint ─▶ each witness, at once ─▶ 200: its cosignature | 409: again, from the size it says | anything else: not
 *
 * A witness may be down, slow, wrong or hostile: each has its time and its bytes, nothing counts but a cosignature by
 * its own key that holds, and none is waited for longer than the quorum and a moment need.
 */
import {
	type Bytes,
	isRefusal,
	joinSignatures,
	type Note,
	type NoteSignature,
	noteBytes,
	type Policy,
	type PolicyMember,
	parseCheckpoint,
	parseNote,
	parseSignatures,
	parseSize,
	quorumSince,
	type Refusal,
	refuse,
	type VerifiedSignature,
	type Verify,
	verifySignatures,
	writeCheckpointRequest,
	writeNote,
} from "@tenten/protocol";

export type CosignOptions = {
	/** its witnesses that have an address are asked */
	readonly policy: Policy;
	/** the proof from so many entries to the checkpoint's size: see `proofOf` */
	readonly proofFrom: (oldSize: number) => Promise<readonly Bytes[]>;
	readonly verify: Verify;
	/** sizes that witnesses cosigned last, by name, as far as they are known; what is learnt is written here */
	readonly sizes?: Map<string, number>;
	/** for one witness to answer, with everything that it is asked; 10 s if left out */
	readonly timeout_ms?: number;
	/** for more to answer once the quorum is reached; 500 ms if left out */
	readonly linger_ms?: number;
	/** ends it early, with what came until then */
	readonly stop?: AbortSignal | undefined;
};

export type CosignOutcome = {
	/** the checkpoint with the signatures it had, and the cosignatures that came */
	readonly note: Bytes;
	readonly isQuorum: boolean;
	readonly cosignatures: readonly VerifiedSignature[];
	/** why a witness did not cosign, by name; who was still asked is not among them */
	readonly failures: ReadonlyMap<string, string>;
};

/** answers of a conflict that are followed: others may bring the same log's checkpoints, too */
const conflictsMost = 4;

/** The refusals of `parseNote` and `parseCheckpoint`, where `checkpoint` is none. */
export async function cosign(checkpoint: Bytes, options: CosignOptions): Promise<CosignOutcome | Refusal> {
	const note = parseNote(checkpoint);
	if (isRefusal(note)) return note;
	const head = parseCheckpoint(note.text);
	if (isRefusal(head)) return head;
	const { policy, timeout_ms = 10_000, linger_ms = 500, stop } = options;
	const got: VerifiedSignature[] = [];
	let signatures: readonly NoteSignature[] = note.signatures;
	const failures = new Map<string, string>();
	const isReached = (): boolean => quorumSince(policy.quorum, got) !== undefined;
	const ending = new AbortController();
	let lingering: NodeJS.Timeout | undefined;
	const asked = policy.witnesses.flatMap((witness) => {
		if (witness.url === null) return [];
		const ends = [ending.signal, AbortSignal.timeout(timeout_ms), ...(stop === undefined ? [] : [stop])];
		const signal = AbortSignal.any(ends);
		const ask = new Asking(witness, witness.url, { note, size: head.size, checkpoint, options, signal });
		const answered = ask.cosignature().then((answer) => {
			if (ending.signal.aborted) return;
			if (isRefusal(answer)) return void failures.set(witness.key.name, answer.detail);
			got.push(answer.verified);
			signatures = joinSignatures(signatures, [answer.signature]);
			if (isReached()) lingering ??= setTimeout(() => ending.abort(), linger_ms);
		});
		return [answered];
	});
	await Promise.all(asked);
	clearTimeout(lingering);
	return {
		note: writeNote({ text: note.text, signatures }),
		isQuorum: isReached(),
		cosignatures: got,
		failures,
	};
}

type Matter = {
	readonly note: Note;
	readonly size: number;
	readonly checkpoint: Bytes;
	readonly options: CosignOptions;
	readonly signal: AbortSignal;
};

type Cosignature = { readonly verified: VerifiedSignature; readonly signature: NoteSignature };

/** One witness, asked for one checkpoint. */
class Asking {
	readonly #witness: PolicyMember;
	readonly #url: string;
	readonly #matter: Matter;

	constructor(witness: PolicyMember, url: string, matter: Matter) {
		this.#witness = witness;
		this.#url = url;
		this.#matter = matter;
	}

	/** Never throws. */
	async cosignature(): Promise<Cosignature | Refusal> {
		const { options, size } = this.#matter;
		const { name } = this.#witness.key;
		let oldSize = Math.min(options.sizes?.get(name) ?? 0, size);
		for (let tries = 0; tries <= conflictsMost; tries++) {
			const answer = await this.#ask(oldSize).catch((error: unknown) => refuse("channel-failed", `${error}`));
			if (isRefusal(answer)) return answer;
			if (typeof answer !== "number") {
				options.sizes?.set(name, size);
				return answer;
			}
			if (answer > size) return refuse("log-inconsistent", `it has cosigned ${answer} entries`);
			if (answer === oldSize) return refuse("log-inconsistent", `it has cosigned other ${answer} entries`);
			options.sizes?.set(name, answer);
			oldSize = answer;
		}
		return refuse("channel-failed", "it says another size each time");
	}

	/** The cosignature; or the size that it cosigned last. */
	async #ask(oldSize: number): Promise<Cosignature | number | Refusal> {
		const { checkpoint, options, signal, size } = this.#matter;
		const proof = oldSize === 0 || oldSize === size ? [] : await options.proofFrom(oldSize);
		const response = await fetch(`${this.#url.replace(/\/+$/, "")}/add-checkpoint`, {
			method: "POST",
			body: new Uint8Array(writeCheckpointRequest({ oldSize, proof, note: checkpoint })),
			redirect: "error",
			signal,
		});
		const body = await readAtMost(response, noteBytes);
		if (body === undefined) return refuse("too-large", "its answer");
		if (response.status === 200) return this.#read(body);
		const latest = parseSize(Buffer.from(body).toString("latin1").replace(/\n$/, ""));
		if (response.status === 409 && latest !== undefined) return latest;
		return refuse("channel-failed", `it answered ${response.status}`);
	}

	#read(body: Bytes): Cosignature | Refusal {
		const { note, options } = this.#matter;
		const { key } = this.#witness;
		const lines = parseSignatures(body);
		if (isRefusal(lines)) return lines;
		const signatures = lines.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
		const verified = verifySignatures({ ...note, signatures }, [key], options.verify);
		if (isRefusal(verified)) return verified;
		const [first, signature] = [verified[0], signatures[0]];
		return first === undefined || signature === undefined
			? refuse("signature-invalid", "no cosignature of its own")
			: { verified: first, signature };
	}
}

/** The whole body; undefined where it is longer, of which no more is read. */
export async function readAtMost({ body }: Response, most: number): Promise<Bytes | undefined> {
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const part of body ?? []) {
		length += part.length;
		if (length > most) return undefined;
		parts.push(part);
	}
	return new Uint8Array(Buffer.concat(parts));
}
