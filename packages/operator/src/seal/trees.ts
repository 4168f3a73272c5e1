/**
 * The two trees of an operator's seals, kept in its store: the state map, and for each asset what accounts hold.
 *
 * Each is changed where it stands, inside a transaction: that of the effect itself, or one at the time of the seal. A
 * tree that changes between two seals proves nothing under the first of them any more, so an operator that gives proofs
 * changes its trees with each seal. Nothing is built anew, however large a tree is.
 *
 * A line's salt follows from a secret of the operator: an account's line is found again without a row for it.
 */
import {
	type Bytes,
	type Change,
	compareBytes,
	concatBytes,
	drawnIn,
	entryIn,
	type LineProof,
	limits,
	lineKey,
	type Page,
	proveLine,
	proveState,
	type Refusal,
	refuse,
	rootOf,
	type StateProof,
	type SumNode,
	type SumPages,
	sha256,
	stateAlgebra,
	sumAlgebra,
	toHex,
} from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { stateForm, sumForm } from "./page-rows.ts";
import type { LinePage, PageThen } from "./past-lines.ts";
import { type KeptTree, loadPage, loadPages, takeTree, writeChanges } from "./tree-rows.ts";

/** No asset has this hash. */
export const stateMap: KeptTree<Bytes, Bytes> = {
	tree: new Uint8Array(32),
	algebra: stateAlgebra,
	form: stateForm,
};

function liabilitiesOf(asset: Bytes, then?: PageThen): KeptTree<bigint, SumNode> {
	const now = { tree: asset, algebra: sumAlgebra, form: sumForm };
	return then === undefined ? now : { ...now, then };
}

/** What stands under keys from now on, null: nothing. The state map's root after. */
export async function changeState(
	transaction: Transaction,
	changes: readonly Change<Bytes>[],
): Promise<Bytes> {
	await takeTree(transaction, stateMap);
	let root = await stateRoot(transaction);
	for (const slice of inSlices(changes)) {
		const pages = await loadPages(transaction, stateMap, keysOf(slice));
		root = await writeChanges(transaction, stateMap, pages, slice);
	}
	return root;
}

export async function stateRoot(transaction: Transaction): Promise<Bytes> {
	return rootOf(stateAlgebra, await loadPages(transaction, stateMap, []));
}

/** What stands under these keys, in their order; null where nothing does. */
export async function stateEntriesIn(
	transaction: Transaction,
	keys: readonly Bytes[],
): Promise<readonly (Bytes | null)[]> {
	const pages = await loadPages(transaction, stateMap, keys);
	return keys.map((key) => entryIn(pages, key));
}

/** Of a key that is there, or is not. */
export async function stateProofIn(transaction: Transaction, key: Bytes): Promise<StateProof> {
	return (await stateProofsIn(transaction, [key]))[0] as StateProof;
}

/** Of many keys, in their order, whose pages are in memory at once. */
export async function stateProofsIn(
	transaction: Transaction,
	keys: readonly Bytes[],
): Promise<readonly StateProof[]> {
	const pages = await loadPages(transaction, stateMap, keys);
	return keys.map((key) => proveState(pages, key));
}

/** What an account holds from now on, in minor units; null where it is closed. */
export type LineChange = { readonly account: Bytes; readonly amount: bigint | null };

/** Which lines: an asset's hash, and the operator's secret, 32 bytes, from which their salts follow. */
export type Lines = { readonly asset: Bytes; readonly secret: Bytes };

/** The root after, with its sum. `amount-invalid`: below zero, or all together above 2⁶³ − 1; nothing was changed. */
export async function changeLines(
	transaction: Transaction,
	lines: Lines,
	changes: readonly LineChange[],
	before: (path: string, page: LinePage | null) => void = () => undefined,
): Promise<SumNode | Refusal> {
	const kept = liabilitiesOf(lines.asset);
	const slices = inSlices(
		changes.map(({ account, amount }) => ({ key: lineKey(account, saltOf(lines, account)), entry: amount })),
	);
	if (changes.some(({ amount }) => amount !== null && (amount < 0n || amount > limits.amount)))
		return refuse("amount-invalid");
	await takeTree(transaction, kept);
	let root = await liabilitiesIn(transaction, lines.asset);
	let total = root.sum;
	let loaded: SumPages = new Map();
	for (const slice of slices) {
		loaded = await loadPages(transaction, kept, keysOf(slice));
		for (const { key, entry } of slice) total += (entry ?? 0n) - (entryIn(loaded, key) ?? 0n);
	}
	if (total > limits.amount) return refuse("amount-invalid", "more than can be added up");
	for (const slice of slices) {
		const pages = slices.length === 1 ? loaded : await loadPages(transaction, kept, keysOf(slice));
		root = await writeChanges(transaction, kept, pages, slice, before);
	}
	return root;
}

/** changes whose pages are in memory at once */
const together = 20_000;

/** By their keys, of which each changes once: the last counts. What stands close together is read and written so. */
function inSlices<E>(changes: readonly Change<E>[]): readonly (readonly Change<E>[])[] {
	const last = [...new Map(changes.map((change) => [toHex(change.key), change])).values()];
	const sorted = last.sort((a, b) => compareBytes(a.key, b.key));
	return Array.from({ length: Math.ceil(sorted.length / together) }, (_, at) =>
		sorted.slice(at * together, (at + 1) * together),
	);
}

/** What these accounts hold, in minor units, in their order; null where one has no line. */
export async function amountsIn(
	transaction: Transaction,
	lines: Lines,
	accounts: readonly Bytes[],
): Promise<readonly (bigint | null)[]> {
	const keys = accounts.map((account) => lineKey(account, saltOf(lines, account)));
	const pages = await loadPages(transaction, liabilitiesOf(lines.asset), keys);
	return keys.map((key) => entryIn(pages, key));
}

export async function liabilitiesIn(
	transaction: Transaction,
	asset: Bytes,
	then?: PageThen,
): Promise<SumNode> {
	return rootOf(sumAlgebra, await loadPages(transaction, liabilitiesOf(asset, then), []));
}

/** The keys of the lines that numbers below the sum name, each as `drawnIn` says; null where there is none. */
export async function drawnLines(
	transaction: Transaction,
	asset: Bytes,
	drawn: readonly bigint[],
	then?: PageThen,
): Promise<readonly (Bytes | null)[]> {
	const pages = new Map<string, Page<bigint, SumNode>>();
	const keys: (Bytes | null)[] = [];
	for (const each of drawn) {
		let found = drawnIn(pages, each);
		while (found !== null && "missing" in found) {
			const page = await loadPage(transaction, liabilitiesOf(asset, then), found.missing);
			if (page === undefined) break;
			pages.set(found.missing, page);
			found = drawnIn(pages, each);
		}
		keys.push(found !== null && "key" in found ? found.key : null);
	}
	return keys;
}

/** The proof of an account's line, or undefined where it has none. */
export async function lineProofIn(
	transaction: Transaction,
	lines: Lines,
	account: Bytes,
	then?: PageThen,
): Promise<LineProof | undefined> {
	const salt = saltOf(lines, account);
	const pages = await loadPages(transaction, liabilitiesOf(lines.asset, then), [lineKey(account, salt)]);
	return proveLine(pages, account, salt);
}

/** All three have one length, so nobody who lacks the secret can make one, whatever others it has seen. */
export function saltOf({ asset, secret }: Lines, account: Bytes): Bytes {
	if (secret.length !== 32 || asset.length !== 32 || account.length !== 32)
		throw new RangeError("32 bytes each");
	return sha256(concatBytes(secret, asset, account));
}

function keysOf(changes: readonly { readonly key: Bytes }[]): readonly Bytes[] {
	return changes.map(({ key }) => key);
}
