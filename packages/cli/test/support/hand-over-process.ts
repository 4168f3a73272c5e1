/**
 * One side of a hand-over as a process of its own, on a durable SQLite store, killed at a write if so planned.
 *
 *   payee    listens, gives requests, takes payments, until it is told to end
 *   payer    asks for a request and pays it; `cancel`: loses the payee's answer, and gives the payment up
 *
 * Its one argument is JSON (`Plan`). The payee says its address in a line on stdout.
 */

import {
	type AssetId,
	fromHex,
	isRefusal,
	parseMessage,
	type Refusal,
	serialize,
	signedRequest,
} from "@tenten/protocol";
import {
	addRequestRoute,
	handoverApp,
	httpChannel,
	listenOnLoopback,
	sqliteStore,
	Wallet,
} from "@tenten/wallet";
import { now, random } from "../../src/surroundings.ts";
import { type Kill, killingStore } from "./killing-store.ts";

export type Plan = {
	readonly side: "payer" | "payee";
	readonly scenario: Scenario;
	/** the SQLite file */
	readonly file: string;
	/** hexadecimal: of the device, of the operator */
	readonly deviceKey: string;
	readonly operator: string;
	readonly code: string;
	/** minor units, as a string */
	readonly amount: string;
	/** where the payee is */
	readonly address: string;
	readonly kill: Kill | null;
};

/** `pay`: two-phase; `cancel`: two-phase, given up after the payee reserved; `direct`: one message. */
export type Scenario = "pay" | "cancel" | "direct";

export function bytesOf(hex: string): Uint8Array {
	const bytes = fromHex(hex);
	if (bytes === undefined) throw new Error(`not hexadecimal: ${hex}`);
	return bytes;
}

export function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`refused: ${result.code} ${result.detail}`);
	return result;
}

export async function openWallet(file: string, deviceKey: string, kill: Kill | null): Promise<Wallet> {
	const store = killingStore(must(sqliteStore(file)), kill);
	return must(await Wallet.open({ store, unlock: { kind: "device", key: bytesOf(deviceKey) }, now, random }));
}

/** A payee's server; its requests are direct where the scenario is. */
function servePayee(wallet: Wallet, asset: AssetId, scenario: Scenario) {
	const app = handoverApp(wallet.handle);
	const mode = scenario === "direct" ? "direct" : "twoPhase";
	addRequestRoute(app, async ({ amount = 0n }) => {
		const made = await wallet.request({ asset, amount, mode, memo: "kill" });
		return isRefusal(made) ? made : made.messages;
	});
	return listenOnLoopback(app);
}

async function pay(wallet: Wallet, asset: AssetId, { address, amount, scenario }: Plan): Promise<void> {
	const channel = must(httpChannel(address, { rules: { loopback: true }, timeout_ms: 5_000 }));
	const asked = await channel.ask({ asset, amount: BigInt(amount) });
	// The payee was killed while it made the request: there is nothing to pay.
	if (isRefusal(asked)) return channel.close();
	const request = asked.map(parseMessage).find((message) => message.kind === "request");
	if (request?.kind !== "request") throw new Error("no request");
	const encoded = serialize(signedRequest, request.request);
	if (scenario === "cancel") {
		const { attempt, messages } = must(await wallet.start({ request: encoded }));
		await channel.exchange(messages);
		must(await wallet.cancel(attempt, channel));
	} else must(await wallet.pay({ request: encoded }, channel));
	await wallet.module.forget();
	channel.close();
}

async function run(plan: Plan): Promise<void> {
	const wallet = await openWallet(plan.file, plan.deviceKey, plan.kill);
	const asset = { operator: bytesOf(plan.operator), code: plan.code };
	if (plan.side === "payer") {
		await pay(wallet, asset, plan);
		return wallet.close();
	}
	const server = await servePayee(wallet, asset, plan.scenario);
	process.stdout.write(`${server.url}\n`);
	process.once("SIGTERM", async () => {
		await server.stop();
		await wallet.close();
	});
}

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? "") as Plan);
