/** A working ledger as a process that the torturer kills, on its SQLite file or a PostgreSQL server. It ends with its parent. */
import { Ledger } from "@tenten/operator";
import type { AccountTerms, Bytes, LinkedTransfers, TransferResult } from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import { Line } from "../ipc-line.ts";
import { now } from "../surroundings.ts";

export type LedgerMethods = {
	/** Opens it on a file or `postgres://…`, with these accounts. */
	readonly start: (input: {
		readonly database: string;
		readonly accounts: readonly AccountTerms[];
	}) => Promise<void>;
	readonly post: (batch: readonly LinkedTransfers[]) => Promise<readonly TransferResult[]>;
	/** Whether transfers of these ids were done, each. */
	readonly areDone: (ids: readonly Bytes[]) => Promise<readonly boolean[]>;
	/** Everything that does not add up, or is beyond a limit, in words. */
	readonly examine: (input: null) => Promise<readonly string[]>;
};

/** What to start as a child process. */
export const ledgerProgram: string = import.meta.filename;

if (import.meta.main) serveLedger();

function serveLedger(): void {
	let opened: Ledger | undefined;
	const ledger = (): Ledger => {
		if (opened === undefined) throw new Error("not started");
		return opened;
	};
	const methods: LedgerMethods = {
		start: async ({ database, accounts }) => {
			opened = await Ledger.over(database, { now, random });
			await opened.open(accounts);
		},
		post: (batch) => ledger().post(batch),
		areDone: (ids) => Promise.all(ids.map(async (id) => (await ledger().transfer(id)) !== undefined)),
		examine: async () => (await ledger().examine()).broken,
	};
	new Line(process as never, methods);
	process.on("disconnect", () => process.exit());
}
