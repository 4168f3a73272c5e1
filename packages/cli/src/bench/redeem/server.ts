/**
 * The operator of `bench redeem` as a process of its own: threads that verify, HTTP, and a store that syncs. It
 * ends with its parent, and says what it did: CPU time of all its threads, commits, and whether its books agree.
 */
import { availableParallelism } from "node:os";
import { type FailPoint, type Operator, openDoor, type RunningServer, startServer } from "@tenten/operator";
import type { Bytes } from "@tenten/protocol";
import { random } from "../../ecosystem.ts";
import { type Handlers, Line } from "../../ipc-line.ts";
import { now } from "../../surroundings.ts";
import { assetCode, openOperator } from "../pair.ts";

export type ServerMethods = {
	/** Opens the operator on a file or `postgres://…` and serves it; its id, and where it is reached. */
	readonly start: (input: {
		readonly database: string;
	}) => Promise<{ readonly id: Bytes; readonly url: string }>;
	/** Brings value onto an account, minor units. */
	readonly deposit: (input: { readonly account: Bytes; readonly amount: bigint }) => Promise<void>;
	/** Writes so many rows of outputs that were spent before, under ids by chance. */
	readonly fill: (input: { readonly rows: number }) => Promise<void>;
	/** What it did since it was asked last. */
	readonly counts: (input: null) => Promise<ServerCounts>;
	/** Every invariant of the books that does not hold, and what was redeemed in all, minor units. */
	readonly audit: (input: null) => Promise<{ readonly broken: readonly string[]; readonly redeemed: bigint }>;
	readonly stop: (input: null) => Promise<void>;
};

type ServerCounts = {
	readonly cpu_s: number;
	/** CPU time of the thread that answers and writes */
	readonly main_s: number;
	readonly commits: number;
};

const filledTogether = 10_000;
const rowsInStatement = 250;
/** bytes of evidence in a row, about */
const evidence_bytes = 200;

type FillTransaction = Parameters<Parameters<Operator["store"]["run"]>[0]>[0];

async function fillRegistry(transaction: FillTransaction, rows: number): Promise<void> {
	for (let done = 0; done < rows; done += rowsInStatement) {
		const values = Array.from({ length: Math.min(rowsInStatement, rows - done) }, () => ({
			issue_id: random(32),
			output_id: random(32),
			consumer: random(32),
			consumed: random(evidence_bytes),
		}));
		await transaction.insertInto("registry").values(values).execute();
	}
}

/** What to start as a child process. */
export const serverProgram: string = import.meta.filename;

if (import.meta.main) serve();

function serve(): void {
	let operator: Operator;
	let server: RunningServer;
	let commits = 0;
	let [cpu, thread] = [process.cpuUsage(), process.threadCpuUsage()];
	const count = (point: FailPoint): void => {
		if (point === "afterCommit") commits++;
	};
	const methods: ServerMethods = {
		start: async ({ database }) => {
			operator = await openOperator("Ed25519", now, {
				database,
				threads: availableParallelism(),
				store: { onCommit: (point) => count(point) },
			});
			const log = { info: () => undefined, error: console.error };
			server = await startServer({ operator, port: 0, log, door: openDoor });
			return { id: operator.id, url: server.url };
		},
		deposit: async ({ account, amount }) => {
			const refusal = await operator.deposit(random(32), account, assetCode, amount);
			if (refusal !== undefined) throw new Error(refusal.code);
		},
		fill: async ({ rows }) => {
			for (let done = 0; done < rows; done += filledTogether)
				await operator.store.run((transaction) =>
					fillRegistry(transaction, Math.min(filledTogether, rows - done)),
				);
		},
		counts: async () => {
			const [spent, spentHere] = [process.cpuUsage(cpu), process.threadCpuUsage(thread)];
			[cpu, thread] = [process.cpuUsage(), process.threadCpuUsage()];
			const done = commits;
			commits = 0;
			return {
				cpu_s: (spent.user + spent.system) / 1e6,
				main_s: (spentHere.user + spentHere.system) / 1e6,
				commits: done,
			};
		},
		audit: async () => {
			const { totals, broken } = await operator.audit(assetCode);
			return { broken, redeemed: totals.redeemed };
		},
		stop: async () => {
			await server.close();
			await operator.close();
		},
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
