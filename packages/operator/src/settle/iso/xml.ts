/**
 * XML of strangers: read strictly, in bounded memory, and nothing of it is looked up anywhere.
 *
 * What banks send has no document type. So one that has is refused before its first entity, and with it every way of
 * making a little text large or of naming a file. Depth, elements and bytes are bounded; names keep no prefix, since
 * the namespace is checked once, at the root.
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import { SaxesParser } from "saxes";

export type Element = {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly children: readonly Element[];
	/** its own, without that of its children */
	readonly text: string;
};

/** Of a day's statement of a large account, with room. */
const most = { bytes: 64 * 1024 * 1024, depth: 24, elements: 400_000 };

class Refused extends Error {
	readonly refusal: Refusal;
	constructor(refusal: Refusal) {
		super(refusal.detail);
		this.refusal = refusal;
	}
}

type Open = Element & { readonly children: Element[]; text: string };

/** The root of a document in one namespace. `malformed`, `too-large`, `too-deep`, `too-many`, `type-unknown`. */
export function readXml(bytes: Bytes, namespaces: readonly string[]): Element | Refusal {
	if (bytes.length > most.bytes) return refuse("too-large", "XML of more than 64 MiB");
	try {
		return new Reader(namespaces).read(decoded(bytes));
	} catch (error) {
		if (error instanceof Refused) return error.refusal;
		throw error;
	}
}

function decoded(bytes: Bytes): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return stop("malformed", "no UTF-8");
	}
}

class Reader {
	readonly #namespaces: readonly string[];
	readonly #parser = new SaxesParser({ xmlns: true, position: false });
	readonly #open: Open[] = [];
	#root: Element | undefined;
	#elements = 0;

	constructor(namespaces: readonly string[]) {
		this.#namespaces = namespaces;
		this.#parser.on("error", (error) => stop("malformed", error.message));
		this.#parser.on("doctype", () => stop("malformed", "a document type"));
		this.#parser.on("processinginstruction", () => stop("malformed", "a processing instruction"));
		this.#parser.on("xmldecl", ({ encoding }) => {
			if (encoding !== undefined && encoding.toUpperCase() !== "UTF-8") stop("malformed", "another encoding");
		});
		this.#parser.on("opentag", (tag) => this.#begin(tag));
		this.#parser.on("text", (text) => this.#said(text));
		this.#parser.on("cdata", (text) => this.#said(text));
		this.#parser.on("closetag", () => this.#end());
	}

	read(text: string): Element {
		this.#parser.write(text).close();
		return this.#root ?? stop("malformed", "nothing");
	}

	#begin({ local, uri, attributes }: TagOf<"opentag">): void {
		this.#elements++;
		if (this.#elements > most.elements) stop("too-many", "elements");
		if (this.#open.length >= most.depth) stop("too-deep", "elements");
		if (!this.#namespaces.includes(uri)) stop("type-unknown", `namespace "${uri}"`);
		const own = Object.values(attributes).flatMap(({ name, value }) =>
			name === "xmlns" || name.includes(":") ? [] : [[name, value] as const],
		);
		this.#open.push({ name: local, attributes: Object.fromEntries(own), children: [], text: "" });
	}

	#said(text: string): void {
		const element = this.#open.at(-1);
		if (element !== undefined) element.text += text;
	}

	#end(): void {
		const element = this.#open.pop() as Open;
		const parent = this.#open.at(-1);
		if (parent === undefined) this.#root = element;
		else parent.children.push(element);
	}
}

type TagOf<_ extends "opentag"> = {
	readonly local: string;
	readonly uri: string;
	readonly attributes: Readonly<Record<string, { readonly name: string; readonly value: string }>>;
};

function stop(code: Refusal["code"], detail: string): never {
	throw new Refused(refuse(code, detail.slice(0, 200)));
}

/** Its children of this name. */
export function all(element: Element | undefined, name: string): readonly Element[] {
	return element?.children.filter((child) => child.name === name) ?? [];
}

/** What stands at the end of a path of names, the first of each. */
export function at(element: Element | undefined, ...path: readonly string[]): Element | undefined {
	return path.reduce<Element | undefined>((found, name) => all(found, name)[0], element);
}

/** Its text, without what stands around it; undefined where there is none. */
export function textAt(element: Element | undefined, ...path: readonly string[]): string | undefined {
	return at(element, ...path)?.text.trim() || undefined;
}
