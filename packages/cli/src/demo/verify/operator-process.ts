/**
 * An operator of the demo as a process: its books, its log, its seals and its door. It ends with its parent.
 *
 * All that it does honestly is what `tenten operator serve` does. What it may be told beside that is what an operator
 * can do who has its own keys and files and means no good; see `meddling.ts`.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type NewUnlock, verify } from "@tenten/module";
import { createApp, LogWriter, logApp, openSealer, publicFolder } from "@tenten/operator";
import {
	type Bytes,
	type OperatorEntry,
	type Policy,
	parsePolicy,
	type Refusal,
	type Signer,
} from "@tenten/protocol";
import { listenOnLoopback } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { type Handlers, Line } from "../../ipc-line.ts";
import { openLogKey } from "../../log/keys.ts";
import { type Issuer, openIssuer } from "../../server/issuer.ts";
import { forkView, inflate, type OwnLog, rewrite } from "./meddling.ts";

type OperatorStart = {
	/** of the house */
	readonly folder: string;
	readonly unlock: NewUnlock;
	/** of the second address at which it shows its log */
	readonly mirrorPort: number;
	/** what is said of the funds behind it */
	readonly reserves: readonly Bytes[];
	/** who says words on its seals: address, and key id */
	readonly sealWords: readonly { readonly url: string; readonly key: Bytes }[];
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

/** milliseconds between two seals, and two rounds of witnesses: the demo's pace */
const epoch_ms = 1_000;

/** The route by which tokens go back. */
const redeeming = "/v1/claims";

const silent = { info: () => undefined, error: (_: object, message: string) => console.error(message) };

if (import.meta.main) run();

/** An operator that works, and everything that it shows. */
class Working {
	readonly issuer: Issuer;
	readonly own: OwnLog;
	/** ends seals and rounds; the doors stay open */
	readonly rest: () => Promise<void>;
	/** what is shown at the second address */
	mirrored: string;
	isStalled = false;

	constructor(issuer: Issuer, own: OwnLog, rest: () => Promise<void>) {
		this.issuer = issuer;
		this.own = own;
		this.rest = rest;
		this.mirrored = publicFolder(own.folder);
	}
}

async function start(input: OperatorStart): Promise<Working> {
	const { folder, unlock, mirrorPort, reserves, sealWords } = input;
	const issuer = must(await openIssuer(join(folder, "operator"), unlock));
	const { operator, settings } = issuer;
	const signer: Signer = await openLogKey(
		join(folder, "log"),
		async () => unlock,
		() => undefined,
	);
	const log = must(await LogWriter.open(join(folder, "log"), signer));
	const policy: Policy = must(parsePolicy(new Uint8Array(readFileSync(join(folder, "policy")))));
	const witnesses = { policy, verify, every_ms: epoch_ms, timeout_ms: 5_000, linger_ms: 100, sealWords };
	const { saltSecret: secret } = issuer;
	const sealer = must(await openSealer({ operator, log, secret, epoch_ms, witnesses }));
	for (const reserve of reserves) must(await sealer.takeReserve(reserve, verify));
	const rest = sealer.work((error) => console.error(String(error)));
	const working = new Working(issuer, { log, folder: join(folder, "log"), signer, policy }, rest);
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
			return working.issuer.operator.entry;
		},
		list: async (entries) => {
			up().issuer.operator.setPeers(entries);
			return null;
		},
		deposit: async ({ id, account, code, amount }) =>
			(await up().issuer.operator.deposit(id, account, code, amount)) ?? null,
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
