/**
 * A working operator over HTTP as a process that the torturer kills, on its SQLite file or a PostgreSQL server,
 * which may be gone itself for a while. It ends with its parent.
 */

import { setTimeout as pause } from "node:timers/promises";
import { type FailPoint, openDoor, StoreUnavailable, startServer, usualDoor } from "@tenten/operator";
import type { Bytes, Refusal, Totals } from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import { type Handlers, Line } from "../ipc-line.ts";
import { type Issuer, openIssuer } from "../server/issuer.ts";
import { type KillPoint, Trigger } from "./trigger.ts";

type OperatorStart = {
	readonly folder: string;
	readonly lastWords: string;
	readonly deviceKey: Bytes;
	/** the address of its PostgreSQL database; its own file where left out */
	readonly database?: string;
	/** whether all are let in that come at once, as crowds are */
	readonly isOpen?: boolean;
};

export type OperatorMethods = {
	/** Opens and serves; who it is, and where it is reached. */
	readonly start: (input: OperatorStart) => Promise<{ readonly id: Bytes; readonly url: string }>;
	readonly arm: (input: KillPoint) => Promise<void>;
	readonly deposit: (input: {
		readonly id: Bytes;
		readonly account: Bytes;
		readonly code: string;
		readonly amount: bigint;
	}) => Promise<Refusal | null>;
	readonly audit: (input: {
		readonly code: string;
	}) => Promise<{ readonly totals: Totals; readonly broken: readonly string[] }>;
	readonly cases: (input: null) => Promise<number>;
};

/** What to start as a child process. */
export const operatorProgram: string = import.meta.filename;

if (import.meta.main) serveOperator();

const patience_ms = 60_000;
/** that judge claims, as where an operator is served */
const threads = 2;

/** Asks again while the database is gone: every one of these is answered once by its content. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
	for (const until_ms = Date.now() + patience_ms; ; await pause(100))
		try {
			return await ask();
		} catch (error) {
			if (!(error instanceof StoreUnavailable) || Date.now() > until_ms) throw error;
		}
}

/** `prepare` is run before the folder is opened: for tests that plant an operator which lost something. */
export function serveOperator(prepare: (folder: string) => void = () => undefined): void {
	let issuer: Issuer | undefined;
	let trigger: Trigger | undefined;
	const operator = () => {
		if (issuer === undefined) throw new Error("not started");
		return issuer.operator;
	};
	const methods: OperatorMethods = {
		start: async ({ folder, lastWords, deviceKey, database, isOpen = false }) => {
			prepare(folder);
			trigger = new Trigger(lastWords);
			const unlock = { kind: "device", key: deviceKey } as const;
			const onCommit = (point: FailPoint) =>
				trigger?.reach(point === "beforeCommit" ? "before" : "after", "commit");
			issuer = must(await patiently(() => openIssuer(folder, unlock, { onCommit }, database, threads)));
			const log = { info: () => undefined, error: console.error };
			const { operator } = issuer;
			const door = isOpen ? openDoor : usualDoor;
			const { url } = await startServer({ operator, port: 0, log, door });
			return { id: operator.id, url };
		},
		arm: async (point) => trigger?.arm(point),
		deposit: async ({ id, account, code, amount }) =>
			(await patiently(() => operator().deposit(id, account, code, amount))) ?? null,
		audit: ({ code }) => patiently(() => operator().audit(code)),
		cases: async () => (await patiently(() => operator().caseFiles(null))).length,
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
