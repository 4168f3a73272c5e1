/**
 * One side of an API that is paid by the call as a process of its own, on SQLite files, killed at a write if so planned.
 *
 *   server    listens on the plan's port, sells calls, until it is told to end
 *   client    asks for each call of the plan under its key, and says the answers; by meter it settles at the end
 *
 * Its one argument is JSON (`TollPlan`). The server says its address in a line on stdout, the client what came.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isRefusal } from "@tenten/protocol";
import {
	charge,
	listenOnLoopback,
	type PaidEnv,
	PaidFetch,
	sqliteStore,
	Toll,
	type Wallet,
	type WalletStore,
} from "@tenten/wallet";
import { Hono } from "hono";
import { now, random } from "../../src/surroundings.ts";
import { bytesOf, must, openWallet } from "./hand-over-process.ts";
import { dieNow, type Kill, killingStore } from "./killing-store.ts";

export type TollPlan = {
	readonly side: "server" | "client";
	readonly folder: string;
	/** hexadecimal: of the device, of the operator */
	readonly deviceKey: string;
	readonly operator: string;
	/** of the server; zero: a free one */
	readonly port: number;
	/** keys of the calls, in their order; several are paid by meter */
	readonly keys?: readonly string[];
	/** whether a handler takes longer than a caller waits */
	readonly isSlow?: boolean;
	/**
	 * At a write of the wallet, or of the rows beside it; at a run of the handler; or when a caller is told to come
	 * again: the server as it is asked how far it is, the client as it hears it.
	 */
	readonly kill: { readonly store: "wallet" | "rows" | "handler" | "told"; readonly at: Kill } | null;
};

async function run(plan: TollPlan): Promise<void> {
	const { side, folder, deviceKey, kill } = plan;
	const killOf = (store: "wallet" | "rows"): Kill | null => (kill?.store === store ? kill.at : null);
	const wallet = await openWallet(join(folder, `${side}.sqlite`), deviceKey, killOf("wallet"));
	const rows = killingStore(must(sqliteStore(join(folder, `${side}-rows.sqlite`))), killOf("rows"));
	await (side === "server" ? serve(plan, wallet, rows) : ask(plan, wallet, rows));
}

const isMetered = ({ keys = [] }: TollPlan): boolean => keys.length > 1;
const assetOf = ({ operator }: TollPlan) => ({ operator: bytesOf(operator), code: "JPY" });

async function serve(plan: TollPlan, wallet: Wallet, rows: WalletStore): Promise<void> {
	const asset = assetOf(plan);
	const price = () => (isMetered(plan) ? { asset, amount: 1n, meter: 10 } : { asset, amount: 5n });
	const limits = plan.isSlow === true ? { wait_ms: 20 } : {};
	const toll = must(await Toll.open({ wallet, rows, price, now, limits }));
	const at = plan.kill?.store === "handler" ? plan.kill.at : undefined;
	let runs = 0;
	const api = new Hono<PaidEnv>().get("/x", async (context) => {
		const isPlanned = ++runs === at?.write;
		if (isPlanned && at?.when === "before") dieNow();
		appendFileSync(join(plan.folder, "served"), `${context.env.payment}\n`);
		if (isPlanned && at?.when === "after") dieNow();
		if (plan.isSlow === true) await pause(500);
		return context.text("answer");
	});
	const app = new Hono();
	if (plan.kill?.store === "told") app.use("/.tenten/v1/calls/*", dieNow);
	const server = await listenOnLoopback(app.use(charge(toll, api)), { port: plan.port });
	process.stdout.write(`${server.url}\n`);
	process.once("SIGTERM", async () => {
		await server.stop();
		await toll.close();
		await wallet.close();
	});
}

async function ask(plan: TollPlan, wallet: Wallet, rows: WalletStore): Promise<void> {
	const most = isMetered(plan) ? 10n : 5n;
	const budget = [{ asset: assetOf(plan), perCall: most, inAll: most }];
	const send = async (request: Request): Promise<Response> => {
		const came = await fetch(request);
		if (plan.kill?.store === "told" && came.status === 202) dieNow();
		return came;
	};
	const surroundings = { now, random, fetch: send, tries: 1, timeout_ms: 20_000 };
	const paid = must(await PaidFetch.open({ wallet, rows, budget, ...surroundings }));
	const said: string[] = [];
	for (const key of plan.keys ?? ["the-call"]) {
		const init = { headers: { "idempotency-key": key } };
		const came = await paid.fetch(`http://127.0.0.1:${plan.port}/x`, init);
		said.push(isRefusal(came) ? came.code : `${came.status} ${await came.text()}`);
	}
	if (isMetered(plan)) said.push(`${await paid.settle()} left`);
	process.stdout.write(`${said.join(", ")}\n`);
	await paid.close();
	await wallet.close();
}

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? "") as TollPlan);
