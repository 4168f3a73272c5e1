/**
 * Reads the part of CDDL (RFC 8610) that docs/spec uses, and says which items fit a rule.
 *
 * Rules may stand in any page and any order. A field's name is what stands before its colon; in a map, whose
 * keys are labels, it is the first word of the comment behind the entry.
 */
import { globSync, readFileSync } from "node:fs";
import type { Item } from "../packages/protocol/src/index.ts";

export type Member = { readonly name: string | null; readonly node: Node };
export type Entry = {
	readonly label: number;
	readonly name: string;
	readonly optional: boolean;
	readonly node: Node;
};
export type Node =
	| { readonly kind: "literal"; readonly value: bigint | string | null }
	| { readonly kind: "range"; readonly minimum: bigint; readonly maximum: bigint }
	| { readonly kind: "bytes"; readonly minimum: number; readonly maximum: number }
	| { readonly kind: "text"; readonly maximum: number }
	| { readonly kind: "bool" }
	| { readonly kind: "any" }
	| { readonly kind: "rule"; readonly name: string }
	| { readonly kind: "choice"; readonly options: readonly Node[] }
	| { readonly kind: "numbers"; readonly names: ReadonlyMap<string, bigint> }
	| { readonly kind: "record"; readonly members: readonly Member[] }
	| { readonly kind: "list"; readonly minimum: number; readonly maximum: number; readonly of: Node }
	| { readonly kind: "map"; readonly entries: readonly Entry[] };

export type Rules = ReadonlyMap<string, Node>;

const unbounded = 1_000_000;

/** Every rule of the pages, by name. */
export function readRules(pattern = "docs/spec/*.md"): Rules {
	const rules = new Map<string, Node>();
	for (const file of globSync(pattern).sort())
		for (const [, block = ""] of readFileSync(file, "utf8").matchAll(/^```cddl\n(.*?)^```$/gms))
			for (const [name, node] of new Reader(file, block).rules()) {
				if (rules.has(name)) throw new Error(`${file}: ${name} is written twice`);
				rules.set(name, node);
			}
	return rules;
}

type Word = { readonly text: string; readonly comment: string | null };

/** One block. Throws on whatever it does not know: then the page says more than is checked. */
class Reader {
	readonly #file: string;
	readonly #words: readonly Word[];
	#at = 0;

	constructor(file: string, block: string) {
		this.#file = file;
		const found = [
			...block.matchAll(/;([^\n]*)|"[^"]*"|-?\d+|\.\.|=>|\.(?:size|cbor)|[A-Za-z][\w.-]*|[^\s\w]/g),
		];
		const words: { text: string; comment: string | null }[] = [];
		for (const [text, comment] of found) {
			const last = words.at(-1);
			if (comment === undefined) words.push({ text, comment: null });
			else if (last !== undefined) last.comment = comment.trim();
		}
		this.#words = words;
	}

	*rules(): Iterable<readonly [string, Node]> {
		while (this.#at < this.#words.length) {
			const name = this.#take();
			if (this.#next("<")) {
				this.#take();
				this.#expect(">");
			}
			this.#expect("=");
			const node = this.#type();
			if (name !== "text") yield [name, node];
		}
	}

	#peek(ahead = 0): string | undefined {
		return this.#words[this.#at + ahead]?.text;
	}

	#take(): string {
		const text = this.#words[this.#at++]?.text;
		if (text === undefined) throw new Error(`${this.#file}: a rule is cut short`);
		return text;
	}

	#next(text: string): boolean {
		if (this.#peek() !== text) return false;
		this.#at++;
		return true;
	}

	#expect(text: string): void {
		const found = this.#take();
		if (found !== text) throw new Error(`${this.#file}: "${found}" where "${text}" should stand`);
	}

	#comment(): string {
		return this.#words[this.#at - 1]?.comment ?? "";
	}

	#type(): Node {
		const options = [this.#single()];
		while (this.#next("/")) options.push(this.#single());
		return options.length === 1 ? (options[0] as Node) : { kind: "choice", options };
	}

	#single(): Node {
		const word = this.#take();
		if (/^-?\d+$/.test(word)) {
			const minimum = BigInt(word);
			if (!this.#next("..")) return { kind: "literal", value: minimum };
			return { kind: "range", minimum, maximum: BigInt(this.#take()) };
		}
		if (word.startsWith('"')) return { kind: "literal", value: word.slice(1, -1) };
		if (word === "[") return this.#array();
		if (word === "{") return this.#map();
		if (word === "&") return this.#numbers();
		if (word === "bstr") return this.#bytes();
		if (word === "tstr") return { kind: "text", maximum: unbounded };
		if (word === "bool") return { kind: "bool" };
		if (word === "null") return { kind: "literal", value: null };
		if (word === "uint") return { kind: "range", minimum: 0n, maximum: 2n ** 53n - 1n };
		if (word === "any") return { kind: "any" };
		if (word === "text") {
			this.#expect("<");
			const maximum = this.#whole();
			this.#expect(">");
			return { kind: "text", maximum };
		}
		if (!/^[a-z][\w.]*$/i.test(word)) throw new Error(`${this.#file}: "${word}" is no type`);
		return { kind: "rule", name: word };
	}

	#whole(): number {
		return Number(this.#take());
	}

	#bytes(): Node {
		if (this.#next(".cbor")) this.#single();
		if (!this.#next(".size")) return { kind: "bytes", minimum: 0, maximum: unbounded };
		if (!this.#next("(")) {
			const length = this.#whole();
			return { kind: "bytes", minimum: length, maximum: length };
		}
		const minimum = this.#whole();
		this.#expect("..");
		const maximum = this.#whole();
		this.#expect(")");
		return { kind: "bytes", minimum, maximum };
	}

	#array(): Node {
		if (this.#peek(1) === "*" && this.#peek(3) !== "]" && this.#peek(2) !== undefined) {
			const minimum = this.#whole();
			this.#expect("*");
			const maximum = this.#whole();
			const of = this.#type();
			this.#expect("]");
			return { kind: "list", minimum, maximum, of };
		}
		const members: Member[] = [];
		while (!this.#next("]")) {
			const isNamed = this.#peek(1) === ":";
			const name = isNamed ? this.#take() : null;
			if (isNamed) this.#expect(":");
			members.push({ name, node: this.#type() });
			if (this.#peek() !== "]") this.#expect(",");
		}
		return { kind: "record", members };
	}

	#map(): Node {
		const entries: Entry[] = [];
		while (!this.#next("}")) {
			const optional = this.#next("?");
			const label = this.#whole();
			this.#expect("=>");
			const node = this.#type();
			if (this.#peek() !== "}") this.#expect(",");
			const name = this.#comment().split(":")[0] ?? "";
			entries.push({ label, name, optional, node });
		}
		return { kind: "map", entries };
	}

	#numbers(): Node {
		this.#expect("(");
		const names = new Map<string, bigint>();
		while (!this.#next(")")) {
			const name = this.#take();
			this.#expect(":");
			names.set(name, BigInt(this.#take()));
			if (this.#peek() !== ")") this.#expect(",");
		}
		return { kind: "numbers", names };
	}
}

/** What a name stands for, through rules that only rename. */
export function resolve(rules: Rules, node: Node): Exclude<Node, { readonly kind: "rule" }> {
	if (node.kind !== "rule") return node;
	const meant = rules.get(node.name);
	if (meant === undefined) throw new Error(`no rule "${node.name}"`);
	return resolve(rules, meant);
}

/** Whether `item` is one of those that a rule describes. */
export function fits(rules: Rules, rule: Node, item: Item): boolean {
	const node = resolve(rules, rule);
	switch (node.kind) {
		case "any":
			return true;
		case "bool":
			return typeof item === "boolean";
		case "literal":
			return typeof node.value === "bigint" ? wholeOf(item) === node.value : item === node.value;
		case "range": {
			const whole = wholeOf(item);
			return whole !== undefined && whole >= node.minimum && whole <= node.maximum;
		}
		case "numbers": {
			const whole = wholeOf(item);
			return whole !== undefined && [...node.names.values()].includes(whole);
		}
		case "bytes":
			return item instanceof Uint8Array && item.length >= node.minimum && item.length <= node.maximum;
		case "text":
			return typeof item === "string" && item.length <= node.maximum;
		case "choice":
			return node.options.some((option) => fits(rules, option, item));
		case "list":
			return (
				Array.isArray(item) &&
				item.length >= node.minimum &&
				item.length <= node.maximum &&
				item.every((entry: Item) => fits(rules, node.of, entry))
			);
		case "record":
			return (
				Array.isArray(item) &&
				item.length === node.members.length &&
				node.members.every((member, position) => fits(rules, member.node, item[position] as Item))
			);
		case "map": {
			if (!(item instanceof Map)) return false;
			const known = node.entries.filter(({ label }) => item.has(label));
			return (
				known.length === item.size &&
				node.entries.every(({ label, optional, node: of }) =>
					item.has(label) ? fits(rules, of, item.get(label) as Item) : optional,
				)
			);
		}
		default:
			return node satisfies never;
	}
}

function wholeOf(item: Item): bigint | undefined {
	return typeof item === "number" || typeof item === "bigint" ? BigInt(item) : undefined;
}
