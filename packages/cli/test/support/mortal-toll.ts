/** A toll that can be ended at any moment, and started again from what it had made durable. */
import { memoryStore, type Price, Toll, type TollLimits, type Wallet } from "@tenten/wallet";
import { ok } from "../../../../test/support/town.ts";
import type { AskedCall } from "../../../wallet/src/http402/asked.ts";
import type { TollTown } from "./toll-town.ts";

export type MortalToll = {
	wallet: Wallet;
	toll: Toll;
	/** the names under which its handler ran, in order */
	readonly served: string[];
	/** what its handler does before it answers */
	handler: () => Promise<void>;
	readonly restart: () => Promise<void>;
	/** as over HTTP; fails where the handler does, as if the process had ended, and once its caller waits no longer */
	readonly fetch: (request: Request) => Promise<Response>;
};

export async function mortalToll(
	{ town }: TollTown,
	price: Price,
	limits: Partial<TollLimits> = {},
): Promise<MortalToll> {
	const device = town.device();
	const first = await device.open();
	const asked = { role: "holder", class: "shop", merchantCategory: null, region: null } as const;
	const refused = await first.join(town.operator, town.operator.id, asked);
	if (refused !== undefined) throw new Error(refused.detail);
	const rows = memoryStore();
	const now = () => town.clock.now;
	const begin = async (wallet: Wallet) =>
		ok(await Toll.open({ wallet, rows, price: () => price, now, limits }));
	const served: string[] = [];
	const server: MortalToll = {
		wallet: first,
		toll: await begin(first),
		served,
		handler: async () => undefined,
		restart: async () => {
			server.wallet = await device.open();
			server.toll = await begin(server.wallet);
		},
		fetch: async (request) => {
			const { method, url } = request;
			const body = new Uint8Array(await request.arrayBuffer());
			const header: AskedCall["header"] = (name) => request.headers.get(name) ?? undefined;
			return new Promise((resolve, reject) => {
				request.signal.addEventListener("abort", () => reject(request.signal.reason));
				server.toll
					.answer({ method, url, body, header }, async (name) => {
						served.push(name ?? "");
						await server.handler().catch(reject);
						return new Response(`answer ${served.length}`);
					})
					.then(resolve, reject);
			});
		},
	};
	return server;
}
