/** Two operators with an agreement, each over a store of its own; their logs and witnesses are those of `Scene`. */
import assert from "node:assert/strict";
import {
	type Bytes,
	checkpointText,
	isRefusal,
	merkleTree,
	parseLeaf,
	type Quote,
	type Seal,
	type ShownState,
	type SignedQuote,
	sha256,
	signNote,
	transferId,
	writeNote,
} from "@tenten/protocol";
import { Scene, start } from "../../../protocol/test/crossing/support/scene.ts";
import {
	cosign,
	id,
	must,
	type Side,
	signerOf,
	witnesses,
} from "../../../protocol/test/crossing/support/sides.ts";
import { CrossingHost } from "../../src/crossing/host.ts";
import { feeAccount, peerAccount } from "../../src/crossing/money.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { openAccountsIn, postIn } from "../../src/ledger/posting.ts";
import { accountsAmong } from "../../src/ledger/rows.ts";
import { sealsAfter } from "../../src/seal/last-seal.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { FailPoint, Store } from "../../src/store/store.ts";

export const scene = new Scene();
const signedAgreement = await scene.agreement();
export const agreed = await scene.agreed();
const { source: S, destination: D, paid, credited, exposure } = agreed.body;

export { exposure };

export const payer = id(0x31);
export const payee = id(0x32);
const outside = id(0x33);
export const funds = 1_000_000n;

export class PowerCut extends Error {}

/** What a payment is made with: number `n`, its own secret. */
export type Payment = { readonly signed: SignedQuote; readonly transfer: Bytes; readonly secret: Bytes };

export async function payment(n: number, some: Partial<Quote> = {}): Promise<Payment> {
	const secret = sha256(Uint8Array.of(n, 1));
	const nonce = sha256(Uint8Array.of(n, 2));
	const signed = await scene.signedQuote({ nonce, release: sha256(secret), payer, payee, ...some });
	return { signed, transfer: transferId(signed.body), secret };
}

type Opened = { readonly store: Store; readonly host: CrossingHost };

export class Party {
	readonly #side: Side;
	readonly #logKey: number;
	readonly #database: string;
	readonly #clock: { now: number };
	#opened: Opened | undefined;
	#armed: { readonly point: FailPoint; left: number } | null = null;
	#isDead = false;
	cuts = 0;

	private constructor(side: Side, logKey: number, database: string, clock: { now: number }) {
		[this.#side, this.#logKey, this.#database, this.#clock] = [side, logKey, database, clock];
	}

	static async source(database: string, clock = { now: start }): Promise<Party> {
		const party = new Party(scene.source, 0x13, database, clock);
		await party.open();
		await party.#begin(paid, payer, funds);
		return party;
	}

	static async destination(database: string, clock = { now: start }): Promise<Party> {
		const party = new Party(scene.destination, 0x23, database, clock);
		await party.open();
		await party.#begin(credited, payee, 0n);
		return party;
	}

	/** Another process over the same database. */
	async beside(): Promise<Party> {
		const party = new Party(this.#side, this.#logKey, this.#database, this.#clock);
		await party.open();
		return party;
	}

	get host(): CrossingHost {
		return (this.#opened as Opened).host;
	}

	get store(): Store {
		return (this.#opened as Opened).store;
	}

	/** Opens it, anew where it is open. */
	async open(): Promise<void> {
		await this.#opened?.store.close();
		[this.#armed, this.#isDead] = [null, false];
		const onCommit = (point: FailPoint): void => {
			if (this.#isDead) throw new PowerCut();
			if (this.#armed === null || this.#armed.point !== point || this.#armed.left-- > 0) return;
			this.#isDead = true;
			this.cuts++;
			throw new PowerCut();
		};
		const store = await openStore(this.#database, { onCommit });
		const [{ operator }, clock] = [this.#side, this.#clock];
		this.#opened = {
			store,
			host: new CrossingHost(store, { operator, now: () => clock.now, keys: scene.keys }),
		};
	}

	/** Power fails at the commit after `left` more, until it is opened again. */
	arm(point: FailPoint, left = 0): void {
		this.#armed = { point, left };
	}

	/** Whoever looks from outside uses no power. */
	async quietly<T>(look: () => Promise<T>): Promise<T> {
		const armed = this.#armed;
		this.#armed = null;
		const seen = await look();
		this.#armed = armed;
		return seen;
	}

	close(): Promise<void> {
		return this.store.close();
	}

	async #begin(asset: Bytes, holder: Bytes, begins: bigint): Promise<void> {
		must(await this.host.adopt(signedAgreement));
		await this.store.run(async (transaction) => {
			const limits = { asset, most: null };
			const terms = [
				{ id: outside, least: null, ...limits },
				{ id: holder, least: 0n, ...limits },
			];
			await openAccountsIn(transaction, terms, start);
			if (begins === 0n) return;
			const sides = { debit: outside, credit: holder };
			const move = { id: id(0x34), reference: null, kind: "move" as const, ...sides, amount: begins };
			await postIn(transaction, [[move]], start);
		});
	}

	seal(): Promise<Seal> {
		const empty = { assets: [], reserves: [], positions: [], checkpoints: [] };
		return this.host.seal({ sealedAt: this.#clock.now, ...empty });
	}

	async lastSeal(): Promise<number> {
		const seals = () => this.store.read((transaction) => sealsAfter(transaction, 0, 1_000));
		return (await this.quietly(seals)).length;
	}

	/** What its newest seal that is needed shows of a payment, with the log's proof and what witnesses say. */
	async show(transfer: Bytes): Promise<(ShownState & { readonly number: number }) | undefined> {
		const kept = await this.host.proof(transfer);
		if (kept === undefined) return undefined;
		const seals = () => this.store.read((transaction) => sealsAfter(transaction, 0, 1_000));
		const leaves = await this.quietly(seals);
		const tree = merkleTree(leaves);
		const { origin } = this.#side;
		const text = checkpointText({ origin, size: leaves.length, root: tree.root });
		const checkpoint = writeNote({
			text,
			signatures: [await signNote(text, origin, signerOf(this.#logKey))],
		});
		const leaf = parseLeaf(kept.leaf);
		assert.ok(!isRefusal(leaf) && leaf.kind === "seal");
		const { seal } = leaf;
		const index = kept.number - 1;
		return {
			number: kept.number,
			state: kept.state,
			leaf: kept.leaf,
			proof: kept.proof,
			log: { checkpoint, index, path: tree.paths[index] as readonly Bytes[] },
			words: await Promise.all(witnesses.slice(0, 2).map((each) => cosign(seal, each, seal.sealedAt + 1))),
		};
	}

	async mustShow(transfer: Bytes): Promise<ShownState & { readonly number: number }> {
		const shown = await this.show(transfer);
		assert.ok(shown !== undefined, "no seal shows it");
		return shown;
	}

	/** Of the payer or payee, of what stands with the peer, and of fees: balances and what is pending of them. */
	async money(): Promise<readonly (readonly [balance: bigint, pending: bigint])[]> {
		const isSource = this.#side === scene.source;
		const ids = isSource
			? [payer, peerAccount(D, paid), feeAccount(paid)]
			: [payee, peerAccount(S, credited)];
		return this.store.read((transaction) =>
			Promise.all(
				ids.map(async (each) => {
					const [account] = await accountsAmong(transaction, [each]);
					assert.ok(account);
					const { creditsPosted, debitsPosted, creditsPending, debitsPending } = account;
					return [creditsPosted - debitsPosted, creditsPending + debitsPending] as const;
				}),
			),
		);
	}

	/** Open and unsettled, as they stand under the agreement, and as its payments add up to. */
	async risk(): Promise<{ readonly kept: readonly bigint[]; readonly counted: readonly bigint[] }> {
		return this.store.read(async (transaction) => {
			const [row] = await transaction
				.selectFrom("crossing_agreements")
				.select(["open", "unsettled"])
				.execute();
			assert.ok(row);
			const kept = [row.open, row.unsettled];
			const states = await transaction.selectFrom("crossings").select(["transfer_id", "state"]).execute();
			const credits = await transaction
				.selectFrom("ledger_journal")
				.select(["reference", "amount"])
				.where("kind", "=", "reserve")
				.execute();
			const sumOf = (state: string): bigint =>
				states
					.filter((each) => each.state === state)
					.map(({ transfer_id }) =>
						credits.find(({ reference }) => Buffer.from(transfer_id).equals(reference ?? id(0))),
					)
					.reduce((sum, each) => sum + (each?.amount ?? 0n), 0n);
			return { kept, counted: [sumOf("reserved"), sumOf("credited")] };
		});
	}

	get #ledger(): Ledger {
		return new Ledger(this.store, { now: () => this.#clock.now, random: (length) => new Uint8Array(length) });
	}

	/** What does not add up in its ledger. */
	async broken(): Promise<readonly unknown[]> {
		return (await this.#ledger.examine()).broken;
	}

	/** How many reservations end by their time. */
	expire(): Promise<number> {
		return this.#ledger.expire();
	}

	async stateOf(transfer: Bytes): Promise<string | undefined> {
		return this.store.read(async (transaction) => {
			const row = await transaction
				.selectFrom("crossings")
				.select("state")
				.where("transfer_id", "=", transfer)
				.executeTakeFirst();
			return row?.state;
		});
	}

	/** Every row but the turns, which say only that somebody looked. */
	async rows(): Promise<unknown> {
		return this.store.read(async (transaction) => [
			await transaction.selectFrom("last_seal").select(["number", "hash"]).execute(),
			await transaction
				.selectFrom("crossing_agreements")
				.select(["open", "unsettled", "peer_seal"])
				.execute(),
			await transaction.selectFrom("crossings").selectAll().orderBy("transfer_id").execute(),
			await transaction.selectFrom("ledger_sums").selectAll().orderBy("account_id").execute(),
			await transaction.selectFrom("seal_pages").selectAll().orderBy("tree").orderBy("path").execute(),
		]);
	}
}
