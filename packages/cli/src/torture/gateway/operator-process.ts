/**
 * The operator of a tortured gateway, in a folder, as a process that is killed: lists, certificates and issues are the
 * operator's own. It ends with its parent.
 *
 * The devices here have no responsible party at it, so records do not go its own way: what stands in the place of that
 * route verifies each, has one of an id, and keeps it in a file of its own before it says so.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { verify } from "@tenten/module";
import { createApp, openDoor, serveApp } from "@tenten/operator";
import { recordsPath } from "@tenten/operator/fog";
import {
	type Bytes,
	deviceRecord,
	type IssueProof,
	isRefusal,
	parse,
	recordBatch,
	recordsTaken,
	serialize,
	verifyDeviceRecord,
} from "@tenten/protocol";
import { must, random } from "../../ecosystem.ts";
import { type Handlers, Line } from "../../ipc-line.ts";
import { type Issuer, openIssuer } from "../../server/issuer.ts";

export type RecordsThere = {
	readonly ids: readonly Bytes[];
	/** minor units of all records together */
	readonly amount: bigint;
	/** how often records came, those that it had already included */
	readonly came: number;
};

export type FogOperatorMethods = {
	/** Opens the folder and serves it on the port of its settings. */
	readonly start: (input: { readonly folder: string; readonly deviceKey: Bytes }) => Promise<{
		readonly id: Bytes;
		readonly url: string;
		readonly trustList: Bytes;
	}>;
	/** Certifies: the answers to these enrolments. */
	readonly enrol: (enrolments: readonly Bytes[]) => Promise<readonly Bytes[]>;
	/** A token of `amount` for each of these owners. */
	readonly issue: (input: {
		readonly code: string;
		readonly owners: readonly Bytes[];
		readonly amount: bigint;
	}) => Promise<readonly IssueProof[]>;
	readonly records: (input: null) => Promise<RecordsThere>;
};

/** What to start as a child process. */
export const fogOperatorProgram: string = import.meta.filename;

if (import.meta.main) serveFogOperator();

function serveFogOperator(): void {
	let issuer: Issuer | undefined;
	let records: Records | undefined;
	const operator = () => {
		if (issuer === undefined) throw new Error("not started");
		return issuer.operator;
	};
	const methods: FogOperatorMethods = {
		start: async ({ folder, deviceKey }) => {
			issuer = must(await openIssuer(folder, { kind: "device", key: deviceKey }));
			records = new Records(join(folder, "records.sqlite"), operator().id);
			const log = { info: () => undefined, error: console.error };
			const app = createApp({ operator: operator(), log, door: openDoor });
			const { take } = records;
			const { url } = await serveApp(
				(request) => (new URL(request.url).pathname === recordsPath ? take(request) : app.fetch(request)),
				{ port: issuer.settings.port },
			);
			return { id: operator().id, url, trustList: await operator().trustList() };
		},
		enrol: async (enrolments) => {
			const answers: Bytes[] = [];
			for (const enrolment of enrolments) answers.push(must(await operator().enrol(enrolment)));
			return answers;
		},
		issue: async ({ code, owners, amount }) => {
			const outputs = owners.map((owner) => ({ owner, amount }));
			return must(
				await operator().issue({ id: random(32), code, outputs, terms: { conditions: [], caveats: [] } }),
			);
		},
		records: async () => records?.all() ?? { ids: [], amount: 0n, came: 0 },
	};
	new Line(process as never, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}

/** Records as an operator takes them: one of an id, durable before it is named. */
class Records {
	readonly #database: DatabaseSync;
	readonly #operator: Bytes;

	constructor(file: string, operator: Bytes) {
		this.#database = new DatabaseSync(file);
		this.#database.exec(`pragma journal_mode = wal; pragma synchronous = full;
			create table if not exists record (id blob primary key, amount text not null, came integer not null) strict`);
		this.#operator = operator;
	}

	readonly take = async (request: Request): Promise<Response> => {
		const batch = parse(recordBatch, new Uint8Array(await request.arrayBuffer()), 1_000_000);
		if (isRefusal(batch)) return new Response(null, { status: 400 });
		const insert = this.#database.prepare(
			"insert into record (id, amount, came) values (?, ?, 1) on conflict (id) do update set came = came + 1",
		);
		this.#database.exec("begin immediate");
		const taken = (batch as readonly Bytes[]).map((encoded) => {
			const payer = must(parse(deviceRecord, encoded)).body.payer;
			const { id, body } = must(verifyDeviceRecord(encoded, this.#operator, () => payer, verify));
			insert.run(id, `${body.amount}`);
			return { id, code: null };
		});
		this.#database.exec("commit");
		const answer = new Uint8Array(serialize(recordsTaken, taken));
		return new Response(answer, { headers: { "content-type": "application/cose" } });
	};

	all(): RecordsThere {
		const rows = this.#database.prepare("select id, amount, came from record").all();
		return {
			ids: rows.map(({ id }) => new Uint8Array(id as Uint8Array)),
			amount: rows.reduce((sum, { amount }) => sum + BigInt(`${amount}`), 0n),
			came: rows.reduce((sum, { came }) => sum + Number(came), 0),
		};
	}
}
