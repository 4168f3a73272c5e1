/**
 * Sparse trees in the store: pages read as they are needed, level by level, and only those that changed written again.
 *
 * Whoever changes a tree raises its version first, and so waits for whoever changes it already; what it then reads is
 * what stands (ADR 0029). All of it is one transaction, its caller's: a crash leaves the tree of before or after.
 */
import {
	type Algebra,
	type Bytes,
	type Change,
	changePages,
	missingPages,
	type Page,
	rootOf,
} from "@tenten/protocol";
import { inParts, selectAt } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { type Form, readPage, writePage } from "./page-rows.ts";

/** One tree among those of an operator. */
export type KeptTree<E, N> = {
	/** 32 bytes: names it in the rows */
	readonly tree: Bytes;
	readonly algebra: Algebra<E, N>;
	readonly form: Form<E, N>;
	/** read as it was, where that is another page than the row's; null: none */
	readonly then?: (path: string) => Page<E, N> | null | undefined;
};

/** All pages that these keys lead to, and the root's. */
export async function loadPages<E, N>(
	transaction: Transaction,
	{ tree, form, then = () => undefined }: KeptTree<E, N>,
	keys: readonly Bytes[],
): Promise<ReadonlyMap<string, Page<E, N>>> {
	const pages = new Map<string, Page<E, N>>();
	const wanted = keys.length > 0 ? keys : [tree];
	let missing = missingPages(pages, wanted);
	while (missing.length > 0) {
		const stood = missing.map((path) => ({ path, page: then(path) }));
		for (const { path, page } of stood) if (page != null) pages.set(path, page);
		if (stood.some(({ path, page }) => path === "" && page === null)) break;
		missing = stood.flatMap(({ path, page }) => (page === undefined ? [path] : []));
		const rows = await selectAt(
			transaction,
			"seal_pages",
			["tree", "path"],
			["path", "content"],
			missing.map((path) => [tree, path] as const),
		);
		for (const { path, content } of rows) pages.set(path, readPage(form, content));
		if (rows.length < missing.length) {
			// A tree that was never changed has no page at all.
			if (missing.length === 1 && missing[0] === "") break;
			throw new Error("the database is damaged: a page of a seal's tree is gone");
		}
		missing = missingPages(pages, keys);
	}
	return pages;
}

/** One page, by the digits that lead there; undefined where there is none. */
export async function loadPage<E, N>(
	transaction: Transaction,
	{ tree, form, then = () => undefined }: KeptTree<E, N>,
	path: string,
): Promise<Page<E, N> | undefined> {
	const stood = then(path);
	if (stood !== undefined) return stood ?? undefined;
	const row = await transaction
		.selectFrom("seal_pages")
		.select("content")
		.where("tree", "=", tree)
		.where("path", "=", path)
		.executeTakeFirst();
	return row && readPage(form, row.content);
}

/** Waits for whoever changes the tree now; nobody else does until the transaction ends. */
export async function takeTree<E, N>(transaction: Transaction, { tree }: KeptTree<E, N>): Promise<void> {
	await transaction
		.insertInto("seal_trees")
		.values({ tree, version: 1n })
		.onConflict((conflict) =>
			conflict.column("tree").doUpdateSet((row) => ({ version: row("seal_trees.version", "+", 1n) })),
		)
		.execute();
}

/** Makes changes on pages that `loadPages` gave for their keys after `takeTree`; the root after. */
export async function writeChanges<E, N>(
	transaction: Transaction,
	kept: KeptTree<E, N>,
	pages: ReadonlyMap<string, Page<E, N>>,
	changes: readonly Change<E>[],
	before: (path: string, page: Page<E, N> | null) => void = () => undefined,
): Promise<N> {
	const { tree, algebra, form } = kept;
	const changed = changePages(algebra, pages, changes);
	for (const path of changed.keys()) before(path, pages.get(path) ?? null);
	const written = [...changed].flatMap(([path, page]) =>
		page === null ? [] : [{ tree, path, content: writePage(form, page) }],
	);
	await inParts(
		transaction,
		"write pages of a tree",
		written,
		(part) =>
			transaction
				.insertInto("seal_pages")
				.values(part)
				.onConflict((conflict) =>
					conflict.columns(["tree", "path"]).doUpdateSet((row) => ({ content: row.ref("excluded.content") })),
				),
		({ path, content }) => [tree, path, content],
	);
	for (const [path, page] of changed)
		if (page === null)
			await transaction.deleteFrom("seal_pages").where("tree", "=", tree).where("path", "=", path).execute();
	const root = changed.get("") ?? pages.get("");
	return rootOf(algebra, new Map(root === undefined ? [] : [["", root]]));
}
