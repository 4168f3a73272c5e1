/**
 * The journal of a witness's drills: one file that whoever drills writes, and the witness's door reads.
 *
 *   request signed, durable ─▶ a wallet redeems ─▶ outcome signed, durable
 *
 * A drill whose process ends between stays begun, and counts as not paid once its deadline has passed. Nothing is
 * changed or deleted, which the file itself sees to.
 */
import type { DatabaseSync } from "node:sqlite";
import {
	type Bytes,
	type DrillBody,
	type DrillResult,
	equalBytes,
	isRefusal,
	type PublicKey,
	parse,
	type Refusal,
	type Signer,
	signDrill,
	signedDrill,
} from "@tenten/protocol";
import type { FailPoint } from "../store/store.ts";
import {
	bytesOf,
	inTransaction,
	type KeyedDatabase,
	keyTable,
	makeKeyedDatabase,
	openKeyedDatabase,
	type WitnessFile,
} from "../witness/database.ts";

/** "tntd" */
const kind: WitnessFile = {
	applicationId: 0x746e7464,
	version: 1,
	isShared: true,
	schema: `
	${keyTable}
	create table drill (
		drill blob primary key,
		operator blob not null,
		begun blob not null,
		ended blob
	) strict;
	create trigger ended_once before update on drill
	when old.ended is not null or new.begun <> old.begun or new.drill <> old.drill or new.operator <> old.operator
	begin select raise(abort, 'a drill ends once'); end;
	create trigger drill_kept before delete on drill
	begin select raise(abort, 'a witness forgets nothing'); end;
`,
};

export type DrillOptions = {
	/** around each commit: tests let power fail there */
	readonly onCommit?: (point: FailPoint) => void;
};

export class DrillJournal {
	readonly key: PublicKey;
	readonly #database: DatabaseSync;
	readonly #onCommit: (point: FailPoint) => void;

	private constructor({ database, key }: KeyedDatabase, { onCommit }: DrillOptions) {
		this.key = key;
		this.#database = database;
		this.#onCommit = onCommit ?? (() => undefined);
	}

	/** Makes the journal of a key; throws where the file is there. */
	static create(file: string, key: PublicKey): void {
		makeKeyedDatabase(file, kind, key);
	}

	/** `state-damaged` where there is none, or another program's. */
	static open(file: string, options: DrillOptions = {}): DrillJournal | Refusal {
		const opened = openKeyedDatabase(file, kind);
		return isRefusal(opened) ? opened : new DrillJournal(opened, options);
	}

	/** Signs that the operator is about to be asked, durably. */
	async begin(body: Omit<DrillBody, "outcome">, signer: Signer): Promise<void> {
		const begun = await signDrill({ ...body, outcome: null }, signer);
		this.#write(
			"insert into drill (drill, operator, begun) values (?, ?, ?)",
			body.drill,
			body.operator,
			begun,
		);
	}

	/** Signs what came of it, durably. */
	async end(
		body: Omit<DrillBody, "outcome">,
		outcome: { readonly result: DrillResult; readonly after_ms: number },
		signer: Signer,
	): Promise<void> {
		const ended = await signDrill({ ...body, outcome }, signer);
		this.#write("update drill set ended = ? where drill = ?", ended, body.drill);
	}

	/** The last statements of an operator's drills, the newest first, as they were signed. */
	statements(operator: Bytes, most: number): readonly Bytes[] {
		return this.#database
			.prepare(
				"select coalesce(ended, begun) as statement from drill where operator = ? order by rowid desc limit ?",
			)
			.all(operator, most)
			.map((row) => bytesOf(row["statement"]));
	}

	/** What those say. */
	drills(operator: Bytes, most: number): readonly DrillBody[] {
		return this.statements(operator, most).map((statement) => {
			const read = parse(signedDrill, statement);
			if (isRefusal(read)) throw new Error("a drill that was kept is none");
			return read.body;
		});
	}

	isOf(key: PublicKey): boolean {
		return equalBytes(this.key.bytes, key.bytes);
	}

	close(): void {
		this.#database.close();
	}

	#write(statement: string, ...values: readonly Bytes[]): void {
		inTransaction(this.#database, this.#onCommit, (run) => run(statement, ...values));
	}
}

/** What is redeemed, and how: `redeem` is a wallet's, in the normal flow. */
export type DrillPlan = {
	readonly operator: Bytes;
	readonly asset: Bytes;
	readonly amount: bigint;
	/** for the operator to pay */
	readonly patience_s: number;
	/** true: the amount is on the account. Throws, or never answers, where there was no answer */
	readonly redeem: () => Promise<boolean>;
};

export type DrillSurroundings = {
	readonly journal: DrillJournal;
	readonly signer: Signer;
	/** milliseconds since 1970 */
	readonly now: () => number;
	readonly entropy: (length: number) => Bytes;
};

/** One drill, from its signed beginning to its signed end. */
export async function drillOnce(plan: DrillPlan, around: DrillSurroundings): Promise<DrillBody> {
	const { operator, asset, amount, patience_s, redeem } = plan;
	const { journal, signer, now, entropy } = around;
	const started_ms = now();
	const requestedAt = Math.floor(started_ms / 1000);
	const body = {
		drill: entropy(32),
		operator,
		asset,
		amount,
		requestedAt,
		deadline: requestedAt + Math.ceil(patience_s),
	};
	await journal.begin(body, signer);
	const answered = await withinPatience(redeem(), patience_s * 1000);
	const after_ms = Math.max(0, Math.round(now() - started_ms));
	const outcome = { result: answered, after_ms };
	await journal.end(body, outcome, signer);
	return { ...body, outcome };
}

async function withinPatience(redeemed: Promise<boolean>, patience_ms: number): Promise<DrillResult> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<DrillResult>((resolve) => {
		timer = setTimeout(() => resolve("unanswered"), patience_ms);
	});
	const answered = redeemed.then(
		(isPaid): DrillResult => (isPaid ? "paid" : "refused"),
		(): DrillResult => "unanswered",
	);
	const result = await Promise.race([answered, late]);
	clearTimeout(timer);
	return result;
}
