/**
 * The operator of a tortured gateway, in a folder, as a process that is killed: its app as it is served, its database,
 * its log and its sealer. It ends with its parent.
 *
 * Beside what it answers, it tells its parent how many records come, those that it has already included.
 */
import { join } from "node:path";
import { signerFrom } from "@tenten/module";
import {
	BankDesk,
	createApp,
	LogWriter,
	openDoor,
	openSealer,
	type Sealer,
	serveApp,
} from "@tenten/operator";
import { recordsPath } from "@tenten/operator/fog";
import {
	type Bytes,
	type IssueProof,
	isRefusal,
	type PartyStatement,
	type PublicKey,
	parse,
	recordBatch,
	recordBatchMost,
	type StatementSubject,
} from "@tenten/protocol";
import { must, random } from "../../ecosystem.ts";
import { type Handlers, Line } from "../../ipc-line.ts";
import { type Issuer, openIssuer } from "../../server/issuer.ts";

type FogOperatorStart = {
	readonly folder: string;
	readonly deviceKey: Bytes;
	/** of its log, in the folder `log`, 32 bytes */
	readonly logKey: Bytes;
};

export type FogOperatorMethods = {
	/** Opens the folder and serves it on the port of its settings. */
	readonly start: (
		input: FogOperatorStart,
	) => Promise<{ readonly id: Bytes; readonly url: string; readonly trustList: Bytes }>;
	/** Adds a party for each key, with a budget of so many minor units: the numbers of the budgets. */
	readonly addParties: (input: {
		readonly keys: readonly PublicKey[];
		readonly budget: bigint;
	}) => Promise<readonly number[]>;
	/** Certifies devices: the answers to these applications. */
	readonly certify: (applications: readonly Bytes[]) => Promise<readonly Bytes[]>;
	/** The list of who lost its standing, in which all devices so far have a place. */
	readonly statusList: (input: null) => Promise<Bytes>;
	/** A token of `amount` for each of these owners. */
	readonly issue: (input: {
		readonly code: string;
		readonly owners: readonly Bytes[];
		readonly amount: bigint;
	}) => Promise<readonly IssueProof[]>;
	/** Seals what waits, and says what its log has of these. */
	readonly statements: (
		subjects: readonly Omit<StatementSubject, "operator">[],
	) => Promise<readonly PartyStatement[]>;
	/** From now on it ends itself once it has taken a batch of records, before it says so. */
	readonly arm: (input: null) => Promise<void>;
	/** How many records are in its database. */
	readonly records: (input: null) => Promise<number>;
};

/** What its parent is told. */
export type FogOperatorParent = {
	/** So many records came, in one batch. */
	readonly came: (records: number) => Promise<void>;
};

/** What to start as a child process. */
export const fogOperatorProgram: string = import.meta.filename;

const acting = { actor: "torture", requestId: "torture" } as const;

if (import.meta.main) serveFogOperator();

function serveFogOperator(): void {
	let started: { readonly issuer: Issuer; readonly sealer: Sealer } | undefined;
	let isArmed = false;
	const running = () => {
		if (started === undefined) throw new Error("not started");
		const { issuer, sealer } = started;
		return { operator: issuer.operator, sealer };
	};
	const methods: FogOperatorMethods = {
		start: async (input) => {
			started = await open(input);
			const { issuer, sealer } = started;
			const { id } = issuer.operator;
			const url = await serve(issuer, sealer, {
				came: (records) => void parent.call("came", records),
				taken: () => isArmed && process.kill(process.pid, "SIGKILL"),
			});
			sealer.work((error) => console.error(error));
			return { id, url, trustList: await issuer.operator.trustList() };
		},
		addParties: async ({ keys, budget: amount }) => {
			const { parties } = running().operator.devices;
			const resets: number[] = [];
			for (const [at, key] of keys.entries()) {
				const { id } = must(await parties.add(acting, key, `party ${at + 1}`));
				const { nextReset: reset = 0 } = (await parties.known(id, 0)) ?? {};
				resets.push(must(await parties.grant(acting, id, { reset, amount })).reset);
			}
			return resets;
		},
		certify: async (applications) => {
			// One after another: of two at once the operator begins one again, since both took the same place.
			const answers: Bytes[] = [];
			for (const application of applications)
				answers.push(must(await running().operator.devices.apply(application)));
			return answers;
		},
		statusList: async () => {
			const list = await running().operator.devices.statusLists.newest(0);
			if (list === undefined) throw new Error("no status list");
			return list;
		},
		issue: async ({ code, owners, amount }) => {
			const outputs = owners.map((owner) => ({ owner, amount }));
			const terms = { conditions: [], caveats: [] };
			return must(await running().operator.issue({ id: random(32), code, outputs, terms }));
		},
		statements: async (subjects) => {
			const { operator, sealer } = running();
			await sealer.seal();
			const desk = new BankDesk(operator);
			const statements: PartyStatement[] = [];
			for (const subject of subjects) statements.push(must(await desk.statement(subject)));
			return statements;
		},
		arm: async () => {
			isArmed = true;
		},
		records: () =>
			running().operator.store.read(async (transaction) => {
				const rows = await transaction.selectFrom("recorded_payments").select("record_id").execute();
				return rows.length;
			}),
	};
	const parent = new Line<FogOperatorParent>(process as never, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}

async function open({ folder, deviceKey, logKey }: FogOperatorStart) {
	const issuer = must(await openIssuer(folder, { kind: "device", key: deviceKey }));
	const log = must(await LogWriter.open(join(folder, "log"), signerFrom(logKey, "Ed25519")));
	const { operator, saltSecret: secret } = issuer;
	return { issuer, sealer: must(await openSealer({ operator, log, secret })) };
}

async function serve(
	{ operator, settings }: Issuer,
	sealer: Sealer,
	{ came, taken }: { readonly came: (records: number) => void; readonly taken: () => void },
): Promise<string> {
	const log = { info: () => undefined, error: console.error };
	const app = createApp({ operator, sealer, log, door: openDoor });
	const watched = async (request: Request): Promise<Response> => {
		if (new URL(request.url).pathname !== recordsPath) return app.fetch(request);
		const encoded = new Uint8Array(await request.clone().arrayBuffer());
		const batch = parse(recordBatch, encoded, recordBatchMost);
		if (!isRefusal(batch)) came((batch as readonly Bytes[]).length);
		const answer = await app.fetch(request);
		taken();
		return answer;
	};
	return (await serveApp(watched, { port: settings.port })).url;
}
