/** A town with an API that is paid by the call, over real HTTP on this machine, and programs that pay for it. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import {
	type Budget,
	charge,
	listenOnLoopback,
	memoryStore,
	type PaidEnv,
	PaidFetch,
	type PaidFetchOptions,
	Toll,
	type TollOptions,
	type Wallet,
} from "@tenten/wallet";
import { Hono } from "hono";
import { ok, openTown, random, type Town } from "../../../../test/support/town.ts";

export const callPrice = 5n;

export type TollTown = {
	readonly town: Town;
	readonly seller: Wallet;
	readonly toll: Toll;
	readonly url: string;
	/** the ids of the payments for which the handler ran, in order */
	readonly runs: string[];
	/** what the handler does before it answers */
	readonly handler: { before: () => Promise<Response | undefined> };
	readonly buyer: (options?: Partial<PaidFetchOptions> & { readonly amount?: bigint }) => Promise<Buyer>;
	readonly reopen: (options?: Partial<TollOptions>) => Promise<Toll>;
	readonly close: () => Promise<void>;
};

export type Buyer = {
	readonly wallet: Wallet;
	readonly paid: PaidFetch;
	/** the payments that it showed */
	readonly shown: { readonly url: string; readonly header: string }[];
};

export async function openTollTown(options: Partial<TollOptions> = {}): Promise<TollTown> {
	const town = await openTown();
	const seller = await town.wallet(undefined, { class: "shop" });
	const rows = memoryStore();
	const { asset } = town;
	const now = () => town.clock.now;
	const price: TollOptions["price"] = ({ url }) =>
		new URL(url).pathname === "/free" ? null : { asset, amount: callPrice };
	const reopen = async (more: Partial<TollOptions> = {}) =>
		ok(await Toll.open({ wallet: seller, rows, price, now, ...options, ...more }));
	const toll = await reopen();
	const runs: string[] = [];
	const handler: TollTown["handler"] = { before: async () => undefined };
	const api = new Hono<PaidEnv>();
	api.onError((error) => new Response(error.message, { status: 500 }));
	api.all("*", async (context) => {
		runs.push(context.env.payment ?? "free");
		const instead = await handler.before();
		if (instead !== undefined) return instead;
		return context.json({ said: await context.req.text(), at: context.req.path }, 200, {
			"x-run": `${runs.length}`,
		});
	});
	const server = await listenOnLoopback(new Hono().use(charge(toll, api)));
	const usual: Budget = [{ asset, perCall: 100n, inAll: 1_000n }];
	return {
		...{ town, seller, toll, url: server.url, runs, handler, reopen },
		buyer: async ({ amount = 1_000n, ...more } = {}) => {
			const wallet = more.wallet ?? (await town.wallet(amount));
			const shown: Buyer["shown"] = [];
			const send = more.fetch ?? ((request) => fetch(request));
			const paid = await PaidFetch.open({
				...{ wallet, rows: memoryStore(), budget: usual, now, random, timeout_ms: 20_000 },
				...more,
				fetch: (request) => {
					const header = request.headers.get("payment-signature");
					if (header !== null) shown.push({ url: request.url, header });
					return send(request);
				},
			});
			return { wallet, paid: ok(paid), shown };
		},
		close: async () => {
			await server.stop();
			await toll.close();
			await town.close();
		},
	};
}

/** Anything on a free port of this machine: for servers that lie. */
export async function listen(listener: RequestListener): Promise<{ url: string; stop: () => void }> {
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		stop: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
