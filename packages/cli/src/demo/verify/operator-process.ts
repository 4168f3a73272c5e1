/**
 * An operator of the demo as a process: its books, its log, its seals and its door. It ends with its parent.
 *
 * All that it does honestly is what `tenten operator serve` does. What it may be told beside that is what an operator
 * can do who has its own keys and files and means no good; see `meddling.ts`.
 */
import { join } from "node:path";
import type { NewUnlock } from "@tenten/module";
import { createApp, logApp, type Operator } from "@tenten/operator";
import type { Bytes, OperatorEntry, Refusal } from "@tenten/protocol";
import { listenOnLoopback } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { type Handlers, Line } from "../../ipc-line.ts";
import { openLogKey } from "../../log/keys.ts";
import { policyIn } from "../../log/policy-file.ts";
import { openIssuer } from "../../server/issuer.ts";
import { openLogOfIssuer } from "../../server/issuer-log.ts";
import { forkView, inflate, type OwnLog, rewrite } from "./meddling.ts";

type OperatorStart = {
	/** of the house */
	readonly folder: string;
	readonly unlock: NewUnlock;
	/** of the second address at which it shows its log */
	readonly mirrorPort: number;
	/** who says words on its seals: `key id@address` */
	readonly sealWitnesses: readonly string[];
	/** whose logs its seals entangle with its own: `operator id@policy file` */
	readonly peerLogs: readonly string[];
};

export type OperatorMethods = {
	/** How its trust list names it. */
	readonly start: (input: OperatorStart) => Promise<OperatorEntry>;
	/** Others that its trust list names. */
	readonly list: (input: readonly OperatorEntry[]) => Promise<null>;
	readonly deposit: (input: {
		readonly id: Bytes;
		readonly account: Bytes;
		readonly code: string;
		readonly amount: bigint;
	}) => Promise<Refusal | null>;
	/** From now on whoever asks to be paid back waits; or is answered again. */
	readonly stall: (input: boolean) => Promise<null>;
	/** Seals more than it logged. */
	readonly inflate: (input: { readonly by: bigint }) => Promise<null>;
	/** Puts another leaf in the place of an earlier one, shows that history, and asks for cosignatures; why not. */
	readonly rewrite: (input: null) => Promise<readonly string[]>;
	/** Shows one history here, and another at its second address. */
	readonly forkView: (input: null) => Promise<null>;
};

/** What to start as a child process. */
export const operatorProgram: string = import.meta.filename;

/** seconds between two seals, and two rounds of witnesses: the demo's pace */
const epoch = "1";

/** The route by which tokens go back. */
const redeeming = "/v1/claims";

const silent = { info: () => undefined, error: (_: object, message: string) => console.error(message) };

if (import.meta.main) run();

/** An operator that works, and everything that it shows. */
type Working = {
	readonly operator: Operator;
	readonly own: OwnLog;
	/** ends what is honest of the log, and closes it; the doors stay open */
	readonly rest: () => Promise<void>;
	/** what is shown at the second address */
	mirrored: string;
	isStalled: boolean;
};

async function start(input: OperatorStart): Promise<Working> {
	const { folder, unlock, mirrorPort, sealWitnesses, peerLogs } = input;
	const issuer = must(await openIssuer(join(folder, "operator"), unlock));
	const { operator, settings } = issuer;
	const at = (name: string): string => join(folder, name);
	const flags = {
		log: at("log"),
		epoch,
		witnesses: at("policy"),
		witnessEvery: epoch,
		sealWitness: sealWitnesses,
		reserves: at("reserves"),
		peerLog: peerLogs,
	};
	const opened = await openLogOfIssuer(flags, issuer, async () => unlock, console.error);
	if (opened === null) throw new Error("no log is named");
	const { sealer, close: rest } = opened;
	const own = await ownLog(folder, unlock);
	const working = { operator, own, rest, mirrored: sealer.publicFolder, isStalled: false };
	const app = createApp({ operator, log: silent, sealer });
	await listenOnLoopback(
		{ fetch: (request) => unlessStalled(working, request) ?? app.fetch(request) },
		{ port: settings.port },
	);
	await listenOnLoopback(
		{ fetch: (request) => logApp(working.mirrored).fetch(request) },
		{ port: mirrorPort },
	);
	return working;
}

async function ownLog(folder: string, unlock: NewUnlock): Promise<OwnLog> {
	const log = join(folder, "log");
	const signer = await openLogKey(log, async () => unlock, console.error);
	return { folder: log, signer, policy: policyIn(join(folder, "policy")) };
}

/** An answer that never comes. */
function unlessStalled({ isStalled }: Working, { method, url }: Request): Promise<Response> | undefined {
	return isStalled && method === "POST" && new URL(url).pathname === redeeming
		? new Promise(() => undefined)
		: undefined;
}

function run(): void {
	let working: Working | undefined;
	const up = (): Working => {
		if (working === undefined) throw new Error("not started");
		return working;
	};
	const methods: OperatorMethods = {
		start: async (input) => {
			working = await start(input);
			return working.operator.entry;
		},
		list: async (entries) => {
			up().operator.setPeers(entries);
			return null;
		},
		deposit: async ({ id, account, code, amount }) =>
			(await up().operator.deposit(id, account, code, amount)) ?? null,
		stall: async (isOn) => {
			up().isStalled = isOn;
			return null;
		},
		inflate: async ({ by }) => {
			await up().rest();
			await inflate(up().own, by);
			return null;
		},
		rewrite: async () => {
			await up().rest();
			return rewrite(up().own);
		},
		forkView: async () => {
			await up().rest();
			up().mirrored = await forkView(up().own);
			return null;
		},
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
