/**
 * The operator of `bench overload` as a process of its own: the one that `tenten operator` serves, in a folder, on
 * its usual store, asked what it costs. It ends with its parent.
 */
import { availableParallelism } from "node:os";
import { startServer } from "@tenten/operator";
import type { Bytes, IssueProof } from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";
import { type Handlers, Line } from "../ipc-line.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../server/issuer.ts";
import { assetCode } from "./pair.ts";

/** What the process has used so far, and holds now. */
export type Usage = { readonly cpu_s: number; readonly resident_MiB: number; readonly heap_MiB: number };

export type LoadedOperatorMethods = {
	/** Makes the folder's operator and serves it; who it is, and where it is reached. */
	readonly start: (input: {
		readonly folder: string;
		/** the address of its PostgreSQL database; its own file where left out */
		readonly database?: string;
	}) => Promise<{ readonly id: Bytes; readonly url: string }>;
	/** Tokens of `amount` for these owners, in one batch: their proofs. */
	readonly issue: (input: {
		readonly owners: readonly Bytes[];
		readonly amount: bigint;
	}) => Promise<readonly IssueProof[]>;
	readonly usage: (input: null) => Promise<Usage>;
	/** Counts the books again; minor units. */
	readonly audit: (input: null) => Promise<{
		readonly issued: bigint;
		readonly redeemed: bigint;
		readonly outstanding: bigint;
		readonly broken: readonly string[];
	}>;
	/** Stops gracefully. */
	readonly stop: (input: null) => Promise<void>;
};

/** What to start as a child process. */
export const loadedOperatorProgram: string = import.meta.filename;

if (import.meta.main) serveLoadedOperator();

const mebibyte = 2 ** 20;

function serveLoadedOperator(): void {
	let issuer: Issuer | undefined;
	let stop: () => Promise<void> = async () => undefined;
	const operator = () => {
		if (issuer === undefined) throw new Error("not started");
		return issuer.operator;
	};
	const methods: LoadedOperatorMethods = {
		start: async ({ folder, database }) => {
			const unlock = { kind: "device", key: random(32) } as const;
			const assets = [{ code: assetCode, scale: 0, name: "Yen", ...usualWindows }];
			await createIssuer(folder, { name: "Bench", assets, port: 0 }, unlock);
			issuer = must(await openIssuer(folder, unlock, {}, database, availableParallelism()));
			const log = { info: () => undefined, error: console.error };
			const { close } = issuer;
			const server = await startServer({ operator: operator(), port: 0, log });
			stop = async () => {
				await server.close();
				await close();
			};
			return { id: operator().id, url: server.url };
		},
		issue: async ({ owners, amount }) => {
			const outputs = owners.map((owner) => ({ owner, amount }));
			const terms = { conditions: [], caveats: [] };
			return must(await operator().issue({ id: random(32), code: assetCode, outputs, terms }));
		},
		usage: async () => {
			const { user, system } = process.cpuUsage();
			const { rss, heapUsed } = process.memoryUsage();
			return {
				cpu_s: (user + system) / 1e6,
				resident_MiB: rss / mebibyte,
				heap_MiB: heapUsed / mebibyte,
			};
		},
		audit: async () => {
			const { totals, broken } = await operator().audit(assetCode);
			const { issued, redeemed, outstanding } = totals;
			return { issued, redeemed, outstanding, broken };
		},
		stop: async () => {
			await stop();
			setImmediate(() => process.disconnect());
		},
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
