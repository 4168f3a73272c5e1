/**
 * What the trees of lines were under the last few seals, in the memory of the process that seals: the pages that each
 * seal changed, as they stood before it.
 *
 *   tree as of seal n:  a page as it stood before the first seal after n that changed it; else as it stands now
 *
 * Trees are changed where they stand (ADR 0057), and a witness asks for a sample once it has read a seal, when the next
 * may be made already. What is kept is bounded by seals and by pages.
 *
 * Nothing of it is durable: after a start the last seal alone can be shown. To keep it would write each page of a tree a
 * second time with every seal, for a question that is put once in an hour and is put anew at no cost: a witness whose
 * sample is `not-logged` commits again, of a later seal, and nobody knows which lines that draws.
 */
import { type Bytes, type Page, type SumNode, toHex } from "@tenten/protocol";

export type LinePage = Page<bigint, SumNode>;
/** A page as it stood; null: there was none. */
export type Before = { readonly asset: Bytes; readonly path: string; readonly page: LinePage | null };
/** What stood at a path under a seal: null nothing, undefined: what stands there now. */
export type PageThen = (path: string) => LinePage | null | undefined;

/** a minute and more at two seconds a seal: witnesses ask within one round of theirs */
const sealsMost = 32;
const pagesMost = 50_000;

type Change = { readonly number: number; readonly pages: ReadonlyMap<string, LinePage | null> };

export class PastLines {
	/** one after another, without gaps: of the last seals */
	readonly #changes: Change[] = [];
	#pages = 0;

	/** After a seal is durable. */
	add(number: number, before: readonly Before[]): void {
		if (this.#changes.at(-1)?.number !== number - 1) this.#forget(0);
		const pages = new Map<string, LinePage | null>();
		// Of a page that changed twice in one seal, the first is what stood before it.
		for (const { asset, path, page } of before) {
			const key = keyOf(asset, path);
			if (!pages.has(key)) pages.set(key, page);
		}
		this.#changes.push({ number, pages });
		this.#pages += pages.size;
		while (this.#changes.length > sealsMost || this.#pages > pagesMost)
			this.#forget(this.#changes.length - 1);
	}

	#forget(left: number): void {
		for (const { pages } of this.#changes.splice(0, this.#changes.length - left)) this.#pages -= pages.size;
	}

	/** How an asset's tree was under a seal, where `last` is the newest in the store; undefined where that is not known. */
	asOf(asset: Bytes, number: number, last: number): PageThen | undefined {
		if (number === last) return () => undefined;
		const since = this.#changes.filter((change) => change.number > number);
		if (since.length !== last - number || since.at(-1)?.number !== last) return undefined;
		return (path) => since.find(({ pages }) => pages.has(keyOf(asset, path)))?.pages.get(keyOf(asset, path));
	}
}

function keyOf(asset: Bytes, path: string): string {
	return `${toHex(asset)} ${path}`;
}
