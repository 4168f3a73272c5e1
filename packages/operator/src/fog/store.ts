/**
 * What a gateway keeps, one SQLite file: records and tokens of devices, approvals that it gave, lists of its
 * operator.
 *
 *   record:    kept ──acknowledged by the operator, that very id──▶ acknowledged ──after its time──▶ forgotten
 *                ├──too early: brought again once it is due──▶ acknowledged, or refused
 *                └──refused──▶ refused ──after its time──▶ forgotten, and counted
 *   approval:  which part of a mandate is used; none ever goes
 *   token:     what a device holds: `store-tokens.ts`
 *
 * Whatever is asked at once is written in one transaction, each against what the ones before it left, and durable with
 * one sync; only then does anybody hear of it. The file itself forgets no record that the operator has yet to take or to
 * refuse, and lets no two approvals use the same part of a mandate.
 *
 * Where room runs out nothing new is taken (`store-full`) while there is still some for what the operator acknowledges,
 * which is what makes room again. A write that a disk refuses all the same leaves nothing behind.
 */
import { rmSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
	type Bytes,
	isRefusal,
	type PublicKey,
	type Refusal,
	refuse,
	type TakenRecord,
} from "@tenten/protocol";
import type { FailPoint } from "../store/store.ts";
import { bytesOf, type KeyedDatabase, makeKeyedDatabase, openKeyedDatabase } from "../witness/database.ts";
import { dueAt, early, fogFile, questions } from "./store-file.ts";
import {
	type KeptToken,
	type NewToken,
	placeTokens,
	type Statements,
	tokenQuestions,
	tokensOfParty,
} from "./store-tokens.ts";

export type NewRecord = {
	readonly id: Bytes;
	readonly device: Bytes;
	readonly encoded: Bytes;
	readonly proof: Bytes | null;
};

export type KeptRecord = NewRecord & {
	/** in the order in which they came */
	readonly number: number;
	/** unix seconds */
	readonly keptAt: number;
	readonly acknowledgedAt: number | null;
	/** why the operator does not take it, if it said so: its code */
	readonly refused: string | null;
};

export type KeptList = { readonly encoded: Bytes; readonly at: number };

export type FogStoreOptions = {
	/** around each commit: tests let power fail there */
	readonly onCommit?: (point: FailPoint) => void;
	/** pages of 4,096 bytes; beyond them the file is full. As the disk allows if left out */
	readonly pagesMost?: number;
	/** bytes that nothing new may take. 4 MiB if left out */
	readonly reserve?: number;
};

/** `letGo`: of what the operator refused, how many were kept for their time and are gone since. */
export type FogCounts = Readonly<Record<"kept" | "waiting" | "refused" | "letGo" | "approvals", number>>;

type Waiting = {
	readonly write: () => Refusal | undefined;
	readonly resolve: (outcome: Refusal | undefined) => void;
	readonly reject: (error: unknown) => void;
};

const togetherMost = 256;
/** of what was taken, and of what was refused: more than a batch brings, so that whoever forgets after each keeps up */
const forgottenTogether = 256;
const usualReserve = 4_194_304;
// Result codes (sqlite.org/rescode.html): what a disk without room, or one that fails, answers.
const ioError = 10;
const full = 13;

export class FogStore {
	readonly key: PublicKey;
	readonly #database: DatabaseSync;
	readonly #onCommit: (point: FailPoint) => void;
	readonly #prepared = new Map<string, StatementSync>();
	readonly #statements: Statements = {
		get: (sql, ...values) => this.#statement(sql).get(...values),
		run: (sql, ...values) => void this.#statement(sql).run(...values),
		all: (sql, ...values) => this.#statement(sql).all(...values),
	};
	#queue: Waiting[] = [];
	#timer: NodeJS.Immediate | null = null;

	readonly #folder: string;
	readonly #reserve: number;

	private constructor({ database, key }: KeyedDatabase, file: string, options: FogStoreOptions) {
		const { onCommit, pagesMost, reserve = usualReserve } = options;
		this.key = key;
		this.#folder = dirname(file);
		this.#reserve = reserve;
		this.#database = database;
		this.#onCommit = onCommit ?? (() => undefined);
		if (pagesMost !== undefined) database.exec(`pragma max_page_count = ${pagesMost}`);
	}

	/** Makes the store of a gateway's key; throws where the file is there. */
	static create(file: string, key: PublicKey): void {
		try {
			makeKeyedDatabase(file, fogFile, key);
		} catch (error) {
			if ((error as { readonly code?: string }).code !== "EEXIST") rmSync(file, { force: true });
			throw error;
		}
	}

	/** `state-damaged` where there is none, it is cut off, or another program's; `log-in-use` where another has it. */
	static open(file: string, options: FogStoreOptions = {}): FogStore | Refusal {
		const opened = openKeyedDatabase(file, fogFile);
		return isRefusal(opened) ? opened : new FogStore(opened, file, options);
	}

	/**
	 * Keeps all of them, each once, or none: `store-full`, or `record-known` while another device's record in the same words
	 * waits for the operator, or for its time; once that was refused, this one takes its place. Durable when this resolves.
	 */
	keep(records: readonly NewRecord[], now: number): Promise<Refusal | undefined> {
		return this.#durably(() => {
			if (!this.#hasRoom()) return noRoom();
			const anothers =
				"select 1 from record where id = ? and device <> ? and acknowledged_at is null and coalesce(refused, ?) = ?";
			if (records.some(({ id, device }) => this.#get(anothers, id, device, early, early) !== undefined))
				return refuse("record-known", "another device said the same: bring it again");
			const { next } = this.#get("select coalesce(max(number), 0) + 1 as next from record") as {
				next: number;
			};
			records.forEach(({ id, device, encoded, proof }, at) => {
				this.#run(
					`insert into record (id, number, device, encoded, proof, kept_at) values (?, ?, ?, ?, ?, ?)
					on conflict (id) do update set proof = coalesce(proof, excluded.proof),
					device = iif(refused is null, device, excluded.device),
					encoded = iif(refused is null, encoded, excluded.encoded),
					refused_at = iif(device = excluded.device, refused_at, null),
					refused = iif(device = excluded.device, refused, null)`,
					id,
					next + at,
					device,
					encoded,
					proof,
					now,
				);
			});
			return undefined;
		});
	}

	/** Records that the operator has yet to take, the oldest first. */
	waiting(most: number): readonly KeptRecord[] {
		return this.#records(questions.waiting, most);
	}

	/** Records that were too early and, as of that moment, are no more: the one dated first first. */
	due(now: number, most: number): readonly KeptRecord[] {
		return this.#records(questions.due, now, most);
	}

	/** Records of a device, in the order in which they came, from that number on. */
	recordsOf(device: Bytes, from: number, most: number): readonly KeptRecord[] {
		return this.#records(questions.ofDevice, device, from, most);
	}

	/** What the operator said of each, in one write: it has it, or why it does not take it. What it has stays so. */
	noteAnswers(said: readonly TakenRecord[], now: number): Promise<Refusal | undefined> {
		return this.#durably(() => {
			for (const { id, code } of said) {
				const row = this.#get("select encoded from record where id = ? and acknowledged_at is null", id);
				if (row === undefined) continue;
				const due = code === early ? dueAt(bytesOf(row["encoded"])) : null;
				const [acknowledged, refused] = code === null ? [now, null] : [null, now];
				this.#run(
					"update record set acknowledged_at = ?, refused = ?, refused_at = ?, due_at = ? where id = ?",
					...[acknowledged, code, refused, due, id],
				);
			}
			return undefined;
		});
	}

	/**
	 * Drops records that were acknowledged, or refused for good, before that moment, and tokens that could be claimed before
	 * it: of each some, so that nothing waits for it.
	 */
	forget(before: number, most = forgottenTogether): Promise<Refusal | undefined> {
		return this.#durably(() => {
			this.#run(questions.forgetAcknowledged, before, most);
			this.#run(questions.forgetRefused, before, most);
			this.#run(tokenQuestions.forgetTokens, before, most);
			return undefined;
		});
	}

	/** Keeps all of them, each once, or none: `store-full`, or `sum-mismatch` where they are more than was issued. */
	keepTokens(tokens: readonly NewToken[]): Promise<Refusal | undefined> {
		return this.#durably(() => {
			// The rest is for records, of which there is no other copy once their device has told them.
			if (!this.#hasRoom(2 * this.#reserve)) return noRoom();
			this.#database.exec("savepoint tokens");
			const refusal = placeTokens(this.#statements, tokens);
			if (refusal !== undefined) this.#database.exec("rollback to tokens");
			this.#database.exec("release tokens");
			return refusal;
		});
	}

	/** Tokens of a device for which that party answers, by ascending output, those after `after`. */
	tokensOf(of: Parameters<typeof tokensOfParty>[1], most: number): readonly KeptToken[] {
		return tokensOfParty(this.#statements, of, most);
	}

	/** How many tokens are kept. */
	tokenCount(): number {
		return Number(this.#get("select tokens from tally")?.["tokens"]);
	}

	/** An approval of this request, if there is one. */
	approvalOf(request: Bytes): Bytes | undefined {
		const row = this.#get("select encoded from approval where request = ?", request);
		return row && bytesOf(row["encoded"]);
	}

	/** How much of a mandate is used. */
	used(mandate: Bytes): bigint {
		const row = this.#get(
			"select cast(coalesce(max(ending), 0) as text) as used from approval where mandate = ?",
			mandate,
		);
		return BigInt(`${row?.["used"]}`);
	}

	/** Uses a part of a mandate, for ever. Throws where it was used: a bug. `store-full`: nothing is used. */
	approve(
		request: Bytes,
		part: { readonly mandate: Bytes; readonly from: bigint; readonly to: bigint },
		encoded: Bytes,
	): Promise<Refusal | undefined> {
		return this.#durably(() => {
			if (!this.#hasRoom()) return noRoom();
			this.#run(
				"insert into approval (request, mandate, beginning, ending, encoded) values (?, ?, ?, ?, ?)",
				request,
				part.mandate,
				part.from,
				part.to,
				encoded,
			);
			return undefined;
		});
	}

	list(name: string): KeptList | undefined {
		const row = this.#get("select encoded, at from list where name = ?", name);
		return row && { encoded: bytesOf(row["encoded"]), at: Number(row["at"]) };
	}

	keepList(name: string, { encoded, at }: KeptList): Promise<Refusal | undefined> {
		return this.#durably(() => {
			this.#run(
				"insert into list (name, encoded, at) values (?, ?, ?) on conflict (name) do update set encoded = excluded.encoded, at = excluded.at",
				name,
				encoded,
				at,
			);
			return undefined;
		});
	}

	count(): FogCounts {
		const row = this.#get(questions.count);
		const number = (name: keyof FogCounts): number => Number(row?.[name]);
		return {
			kept: number("kept"),
			waiting: number("waiting"),
			refused: number("refused"),
			letGo: number("letGo"),
			approvals: number("approvals"),
		};
	}

	/** What waits is written first. */
	close(): void {
		this.#drain();
		this.#database.close();
	}

	#durably(write: () => Refusal | undefined): Promise<Refusal | undefined> {
		return new Promise((resolve, reject) => {
			this.#queue.push({ write, resolve, reject });
			this.#timer ??= setImmediate(() => this.#drain());
		});
	}

	#drain(): void {
		if (this.#timer !== null) clearImmediate(this.#timer);
		this.#timer = null;
		while (this.#queue.length > 0) this.#commit(this.#queue.splice(0, togetherMost));
	}

	/** Where one of many fails, each is written alone, so that none fails for another's sake. */
	#commit(batch: readonly Waiting[]): void {
		try {
			this.#database.exec("begin immediate");
			const outcomes = batch.map(({ write }) => write());
			this.#onCommit("beforeCommit");
			this.#database.exec("commit");
			this.#onCommit("afterCommit");
			for (const [at, { resolve }] of batch.entries()) resolve(outcomes[at]);
		} catch (error) {
			if (this.#database.isTransaction) this.#database.exec("rollback");
			const [first] = batch;
			if (batch.length > 1) for (const each of batch) this.#commit([each]);
			else if (hasNoRoom(error)) first?.resolve(noRoom());
			else first?.reject(error);
		}
	}

	/** In the file, and on its disk. */
	#hasRoom(least = this.#reserve): boolean {
		const pragma = (name: string): number => Number(Object.values(this.#get(`pragma ${name}`) ?? {})[0]);
		const [size, free] = [pragma("page_size"), pragma("freelist_count")];
		const inFile = (pragma("max_page_count") - pragma("page_count") + free) * size;
		if (inFile < least) return false;
		const { bavail, bsize } = statfsSync(this.#folder);
		return bavail * bsize + free * size >= least;
	}

	#records(question: string, ...values: readonly (Bytes | number)[]): readonly KeptRecord[] {
		return this.#statement(question)
			.all(...values)
			.map((row) => ({
				id: bytesOf(row["id"]),
				number: Number(row["number"]),
				device: bytesOf(row["device"]),
				encoded: bytesOf(row["encoded"]),
				proof: row["proof"] === null ? null : bytesOf(row["proof"]),
				keptAt: Number(row["kept_at"]),
				acknowledgedAt: row["acknowledged_at"] === null ? null : Number(row["acknowledged_at"]),
				refused: row["refused"] === null ? null : `${row["refused"]}`,
			}));
	}

	readonly #get: Statements["get"] = (sql, ...values) => this.#statements.get(sql, ...values);
	readonly #run: Statements["run"] = (sql, ...values) => this.#statements.run(sql, ...values);

	#statement(sql: string): StatementSync {
		const known = this.#prepared.get(sql);
		if (known !== undefined) return known;
		const made = this.#database.prepare(sql);
		this.#prepared.set(sql, made);
		return made;
	}
}

function noRoom(): Refusal {
	return refuse("store-full", "the gateway's disk takes nothing more");
}

/** Whether a write failed since the disk has no room, or fails. */
function hasNoRoom(error: unknown): boolean {
	const { errcode = 0 } = error as { readonly errcode?: number };
	return (errcode & 0xff) === full || (errcode & 0xff) === ioError;
}
