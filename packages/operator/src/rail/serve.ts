/** A party of the account rail as a process: its machine over its store, its door, and its sending. */
import { randomBytes } from "node:crypto";
import { assetHash, type Signer, type Verify } from "@tenten/protocol";
import { type RunningServer, serveApp } from "../http/server.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { railDoor } from "./door.ts";
import {
	exchangeRole,
	payeeAppRole,
	payeeLedgerRole,
	payeeSystemRole,
	payerAppRole,
	payerLedgerRole,
	payerSystemRole,
} from "./ecosystem.ts";
import { ExchangeHost, type Purse } from "./exchange-host.ts";
import type { Role } from "./host.ts";
import { RailHub } from "./hub.ts";
import { openRailParty } from "./open-party.ts";
import { type RailLog, RailRunner, type RunnerOptions } from "./runner.ts";
import type { RailSettings } from "./settings.ts";

export type RailServerOptions = {
	readonly settings: RailSettings;
	/** which of its parties */
	readonly name: string;
	/** a file, `:memory:` or a `postgres://` address */
	readonly database: string;
	/** of a payer's system, whose word it signs */
	readonly signer: Signer | null;
	readonly verify: Verify;
	/** of a party of exchanges: what it has its tokens in */
	readonly purse?: Purse | undefined;
	readonly port: number;
	readonly hostname: string;
	readonly log: RailLog;
	/** milliseconds, at most, until what did not arrive is sent again (30 s) */
	readonly longestPause_ms?: number;
	/** milliseconds for which a message waits before it is looked at: for whoever wants to watch */
	readonly pause_ms?: () => number;
};

/** undefined where the settings have no such party, a payer's system has no signer, or a party of exchanges no purse. */
export async function startRail(options: RailServerOptions): Promise<RunningServer | undefined> {
	const { name, database, port, hostname, settings, log, pause_ms } = options;
	const open = openerOf(options);
	if (open === undefined) return undefined;
	const store = await openStore(database);
	const party = await open(store);
	const keep_ms = settings.keepDays * 86_400_000;
	const { addresses } = settings;
	const runner = new RailRunner({ party, addresses, now: Date.now, pause_ms, keep_ms, log });
	const app = railDoor(runner, (error) => log(`bug: ${error.stack ?? error.message}`, true));
	const server = await serveApp(app.fetch, { port, hostname });
	log(`${name} at ${server.url}`, false);
	runner.start();
	return {
		url: server.url,
		close: async () => {
			await server.close();
			await runner.stop();
		},
	};
}

function openerOf({
	settings,
	name,
	signer,
	verify,
	purse,
	longestPause_ms,
}: RailServerOptions): ((store: Store) => Promise<RunnerOptions["party"]>) | undefined {
	const payers = Object.values(settings.payers);
	const payees = Object.values(settings.payees);
	const asset = assetHash({ operator: new Uint8Array(32), code: settings.asset });
	const entropy = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(length));
	const over =
		<K>(role: Role<K>) =>
		(store: Store) =>
			openRailParty(store, role, settings, asset, { now: Date.now, entropy, longestPause_ms });
	if (name === settings.hub) {
		const systems = [...payers, ...payees].map(({ ledger }) => ledger);
		return async (store) => {
			const hub = await RailHub.open(store, { name, systems, now: Date.now });
			return Object.assign(hub, { kept: async () => undefined, balances: async () => [] });
		};
	}
	const exchange = settings.exchanges[name];
	if (exchange !== undefined) {
		const openHost = over(exchangeRole(settings, name, exchange));
		return purse && (async (store) => new ExchangeHost(await openHost(store), purse));
	}
	if (payers.some(({ app }) => app === name)) return over(payerAppRole(settings, name));
	if (payees.some(({ app }) => app === name)) return over(payeeAppRole(settings, name));
	if (payers.some(({ system }) => system === name))
		return signer === null ? undefined : over(payerSystemRole(settings, name, signer));
	if (payees.some(({ system }) => system === name)) return over(payeeSystemRole(settings, name));
	if (payers.some(({ ledger }) => ledger === name)) return over(payerLedgerRole(settings, name));
	if (payees.some(({ ledger }) => ledger === name)) return over(payeeLedgerRole(settings, name, verify));
	return undefined;
}
