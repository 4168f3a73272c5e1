/**
 * The checker's own account of every unit: outputs, the links that consume them, and which of those count.
 *
 * A link counts when it is direct and durable, or when the secret of its lock is known. What is issued, not
 * consumed by a link that counts and not paid out is the *frontier*: all the value that there is. Nothing here
 * asks the product what it holds; it reads what was made durable, by the rules of docs/spec.
 */
import {
	type Bytes,
	type Caveat,
	type Condition,
	certificateHash,
	certificatePayload,
	certificate as certificateShape,
	isRefusal,
	issueId,
	type LinkBody,
	linkId,
	linkPayload,
	lockHash,
	meterPart,
	outputId,
	ownerHash,
	parse,
	type Token,
	toHex,
} from "@tenten/protocol";
import { Violation } from "../violation.ts";

const mostFinals = 512;

export type Link = {
	readonly id: string;
	readonly input: string;
	readonly outputs: readonly string[];
	/** hash of its secret */
	readonly lock: string | null;
	counts: boolean;
};

export type Output = {
	readonly id: string;
	readonly amount: bigint;
	/** hash of asset, by which operators keep books */
	readonly root: string;
	/** of its issue, unix seconds: from then on only an operator's grace pays it */
	readonly redeemUntil: number;
	/** by conditions or caveats: an account that they forbid is not credited */
	readonly isBound: boolean;
	/** what its issue, or the link that made it, added to the conditions */
	readonly caveats: readonly Caveat[];
	/** hash of the certificate that owns it, where that is known */
	owner: string | null;
	readonly maker: Link | null;
	/** links that count */
	readonly consumers: Link[];
	/** an operator has paid it, or has recorded that it will */
	paid: "paid" | "refunded" | "forked" | null;
};

/** The last link of a token, and what it makes. */
export type Walked = { readonly output: string; readonly link: Link | null };

export class Ledger {
	readonly outputs: Map<string, Output> = new Map();
	readonly links: Map<string, Link> = new Map();
	/** what binds each issue */
	readonly conditions: Map<string, readonly Condition[]> = new Map();
	/** changes of owner before each issue */
	readonly hopsUsed: Map<string, number> = new Map();
	/** class of each certificate */
	readonly classes: Map<string, string> = new Map();
	/** metered outputs that were opened, and by the id of each part of one the output itself */
	readonly metered: Map<string, { readonly payee: string; readonly until: number }> = new Map();
	readonly parts: Map<string, { readonly meter: string; readonly part: "payee" | "payer" }> = new Map();
	/** secrets that are out, by their locks */
	readonly secrets: Set<string> = new Set();
	/** what to look at again */
	readonly touched: Set<string> = new Set();
	readonly #byLock = new Map<string, Link[]>();
	/** links that consume an output, whether they count or not */
	readonly #byInput = new Map<string, Link[]>();
	/** links by input and signature: most are met again and again */
	readonly #met = new Map<string, Link>();
	readonly #finals = new Map<string, string>();
	readonly #certificates = new Map<string, string>();
	readonly #authorities = new Map<string, Bytes>();

	/** An authority that certifies, by its key id. */
	authority(id: Bytes): void {
		this.#authorities.set(toHex(id.subarray(0, 8)), id);
	}

	certificate(encoded: Bytes): string {
		const key = latin(encoded);
		const known = this.#certificates.get(key);
		if (known !== undefined) return known;
		const value = parse(certificateShape, encoded);
		if (isRefusal(value)) throw new Violation("created", "a certificate that nobody reads");
		const authority = this.#authorities.get(toHex(value.claims.authorityHint));
		if (authority === undefined) throw new Violation("created", "a certificate of nobody");
		const hash = toHex(certificateHash(certificatePayload(authority, value.claims)));
		this.#certificates.set(key, hash);
		this.classes.set(hash, value.claims.profile.class);
		return hash;
	}

	/** The output that an encoded token ends in: most are looked at again and again. */
	finalOf(encoded: Bytes, decoded: () => Token): string {
		const key = latin(encoded);
		const known = this.#finals.get(key);
		if (known !== undefined) return known;
		if (this.#finals.size > mostFinals) this.#finals.clear();
		const { output } = this.walk(decoded());
		this.#finals.set(key, output);
		return output;
	}

	/** The outputs on a token's path, the last one first, without noting any of it: it may be a lie. */
	pathOf(token: Token): readonly string[] {
		const scratch = new Ledger();
		for (const id of this.#authorities.values()) scratch.authority(id);
		try {
			const last = scratch.outputs.get(scratch.walk(token).output);
			return last === undefined ? [] : [...scratch.ancestors(last)].map(({ id }) => id);
		} catch {
			return [];
		}
	}

	/** Notes all that a token shows. */
	walk({ issue, opening, hops, certificates }: Token): Walked {
		const root = toHex(issueId(issue.issue));
		let at = outputId(fromId(root), 0);
		const { amount, redeemUntil } = issue.issue;
		this.conditions.set(root, issue.issue.conditions);
		this.hopsUsed.set(root, issue.issue.hopsUsed);
		const { caveats } = issue.issue;
		const isBound = issue.issue.conditions.length + caveats.length > 0;
		const first = this.#output(toHex(at), { amount, root, redeemUntil, isBound, caveats, maker: null });
		first.owner ??= this.certificate(certificates[opening.certificate] as Bytes);
		let link: Link | null = null;
		for (const hop of hops) {
			const key = `${latin(at)}${latin(hop.signature)}`;
			link = this.#met.get(key) ?? this.#meet(key, at, root, hop, certificates);
			const { lock } = hop;
			if (lock?.state === "released" || lock?.state === "releasedPayeeDecides") this.reveal(lock.bytes);
			at = outputId(fromId(link.id), hop.index);
			const output = this.outputs.get(toHex(at));
			if (output === undefined) throw new Violation("created", "a path through no output");
			output.owner ??= this.certificate(certificates[hop.opening.certificate] as Bytes);
			if (hop.opening.meter !== undefined) this.#noteMeter(at, hop.opening.meter);
		}
		return { output: toHex(at), link };
	}

	#noteMeter(output: Bytes, { payee, until }: { readonly payee: Bytes; readonly until: number }): void {
		const meter = toHex(output);
		if (this.metered.has(meter)) return;
		this.metered.set(meter, { payee: toHex(payee), until });
		for (const part of ["payee", "payer"] as const)
			this.parts.set(toHex(meterPart(output, part)), { meter, part });
	}

	#meet(key: string, input: Bytes, root: string, hop: Token["hops"][number], table: readonly Bytes[]): Link {
		const { opening, lock } = hop;
		const certified = fromId(this.certificate(table[opening.certificate] as Bytes));
		const own = ownerHash(certified, opening.purpose, opening.request, opening.meter);
		const isReleased = lock?.state === "released" || lock?.state === "releasedPayeeDecides";
		const payeeDecides = lock?.state === "lockedPayeeDecides" || lock?.state === "releasedPayeeDecides";
		const body: LinkBody = {
			outputs: hop.outputs.map(({ amount, owner, caveats }) => ({ amount, owner: owner ?? own, caveats })),
			lock: lock && { payeeDecides, hash: isReleased ? lockHash(lock.bytes) : lock.bytes },
			data: hop.data,
			against: hop.against,
			after: hop.after,
			spent: hop.spent,
		};
		const id = linkId(linkPayload(input, body));
		const known = this.links.get(toHex(id));
		const link = known ?? this.#newLink(id, toHex(input), root, body);
		this.#met.set(key, link);
		return link;
	}

	#newLink(id: Bytes, input: string, root: string, body: LinkBody): Link {
		const lock = body.lock === null ? null : toHex(body.lock.hash);
		const outputs = body.outputs.map((_, index) => toHex(outputId(id, index)));
		const link: Link = { id: toHex(id), input, outputs, lock, counts: false };
		this.links.set(link.id, link);
		this.#byInput.set(input, [...(this.#byInput.get(input) ?? []), link]);
		const sum = body.outputs.reduce((total, { amount }) => total + amount, 0n);
		const from = this.outputs.get(input);
		if (from === undefined || from.amount !== sum)
			throw new Violation("created", `a link that does not add up: ${sum} of ${from?.amount}`);
		const { redeemUntil } = from;
		for (const [index, { amount, caveats }] of body.outputs.entries()) {
			const isBound = from.isBound || caveats.length > 0;
			const made = { amount, root, redeemUntil, isBound, caveats, maker: link };
			const output = this.#output(outputs[index] as string, made);
			// Behind the first output of a direct link stands change: its owner is known before anybody opens it.
			if (index > 0 && lock === null) output.owner ??= from.owner;
		}
		if (lock === null || this.secrets.has(lock)) this.#count(link);
		if (lock !== null) this.#byLock.set(lock, [...(this.#byLock.get(lock) ?? []), link]);
		return link;
	}

	#output(id: string, facts: Omit<Output, "id" | "owner" | "consumers" | "paid">): Output {
		const known = this.outputs.get(id);
		if (known !== undefined) return known;
		const made: Output = { id, ...facts, owner: null, consumers: [], paid: null };
		this.outputs.set(id, made);
		return made;
	}

	/** A secret is out: the links that it locks count. */
	reveal(secret: Bytes): string {
		const lock = toHex(lockHash(secret));
		if (this.secrets.has(lock)) return lock;
		this.secrets.add(lock);
		for (const link of this.#byLock.get(lock) ?? []) this.#count(link);
		return lock;
	}

	#count(link: Link): void {
		if (link.counts) return;
		link.counts = true;
		this.outputs.get(link.input)?.consumers.push(link);
		for (const output of [link.input, ...link.outputs]) this.touched.add(output);
	}

	/** The outputs that led to this one, itself first. */
	*ancestors(output: Output): Generator<Output> {
		for (let at: Output | undefined = output; at !== undefined; ) {
			yield at;
			at = at.maker === null ? undefined : this.outputs.get(at.maker.input);
		}
	}

	/** The outputs that came of this one, itself last. */
	*descendants(output: Output): Generator<Output> {
		for (const { outputs } of this.#byInput.get(output.id) ?? [])
			for (const id of outputs) {
				const below = this.outputs.get(id);
				if (below !== undefined) yield* this.descendants(below);
			}
		yield output;
	}

	/** The links that a lock locks. */
	lockedBy(lock: string): readonly Link[] {
		return this.#byLock.get(lock) ?? [];
	}

	isFrontier({ maker, consumers, paid }: Output): boolean {
		return (maker === null || maker.counts) && consumers.length === 0 && paid === null;
	}

	/** Whether some output before it was consumed twice. */
	isForked(output: Output): boolean {
		for (const { consumers } of this.ancestors(output)) if (consumers.length > 1) return true;
		return false;
	}
}

function latin(bytes: Bytes): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function fromId(id: string): Bytes {
	return Buffer.from(id, "hex");
}
