/**
 * The outputs of millions of payments, as an operator's registry comes to see them: who was made of whom.
 *
 *   issue ── link ──▶ output ── link ──▶ output …       claim: every output on the path gets its row
 *
 * An output is a number; what is known of it stands in flat columns. Where two paths name two links for one
 * output, the registry has proof of a fork. What no live token stands on any more is forgotten, so that memory
 * follows the money that is there, not the payments that were.
 */

const none = -1;
const free = 0;

/** What a claim of one output found. */
export type Claim = {
	/** rows that the registry did not have before */
	readonly rows: number;
	/** outputs of which this path shows a second link */
	readonly forks: readonly number[];
};

export class Outputs {
	#parent: Int32Array;
	/** the link that made it; zero: the place is free */
	#madeBy: Int32Array;
	/** the link that consumed it, as the registry says; zero: it has no row yet */
	#row: Int32Array;
	/** outputs made of it that are still here, and one for a live token */
	#held: Int32Array;
	#links: Uint8Array;
	#free: number[] = [];
	#next = 0;
	#link = 1;

	constructor(places: number) {
		this.#parent = new Int32Array(places);
		this.#madeBy = new Int32Array(places);
		this.#row = new Int32Array(places);
		this.#held = new Int32Array(places);
		this.#links = new Uint8Array(places);
	}

	/** A new link; its outputs are told it. */
	link(): number {
		return ++this.#link;
	}

	issued(): number {
		return this.#make(none, this.link(), 0);
	}

	/** An output that `link` makes of `input`. The input stays until `spent` is told. */
	made(input: number, link: number): number {
		this.#held[input] = (this.#held[input] as number) + 1;
		return this.#make(input, link, this.links(input) + 1);
	}

	/** No token is this output any more: its own consumer knows it now. */
	spent(output: number): void {
		this.#letGo(output);
	}

	/** links on its path */
	links(output: number): number {
		return this.#links[output] as number;
	}

	/** The path up to the issue, until the registry knows the rest. The output itself is consumed by this claim. */
	claim(output: number): Claim {
		let [rows, at, consumer] = [0, output, this.link()];
		const forks: number[] = [];
		for (;;) {
			const known = this.#row[at] as number;
			if (known === consumer) break;
			if (known === free) {
				this.#row[at] = consumer;
				rows++;
			} else forks.push(at);
			consumer = this.#madeBy[at] as number;
			at = this.#parent[at] as number;
			if (at === none) break;
		}
		this.#letGo(output);
		return { rows, forks };
	}

	#make(parent: number, link: number, links: number): number {
		const at = this.#free.pop() ?? this.#next++;
		if (at >= this.#parent.length) this.#grow();
		this.#parent[at] = parent;
		this.#madeBy[at] = link;
		this.#row[at] = free;
		this.#held[at] = 1;
		this.#links[at] = links;
		return at;
	}

	#letGo(output: number): void {
		for (let at = output; at !== none; ) {
			const held = (this.#held[at] as number) - 1;
			this.#held[at] = held;
			if (held > 0) return;
			const parent = this.#parent[at] as number;
			this.#free.push(at);
			at = parent;
		}
	}

	#grow(): void {
		const places = this.#parent.length * 2;
		const grown = (old: Int32Array): Int32Array => {
			const larger = new Int32Array(places);
			larger.set(old);
			return larger;
		};
		this.#parent = grown(this.#parent);
		this.#madeBy = grown(this.#madeBy);
		this.#row = grown(this.#row);
		this.#held = grown(this.#held);
		const links = new Uint8Array(places);
		links.set(this.#links);
		this.#links = links;
	}
}
