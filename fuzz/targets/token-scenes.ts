/** Operators with gateways as requests find them that hand tokens in or out, and what holders asked them before. */
import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { bothSeal, openTokenDoors, sealUntil, TokenPayment } from "../../test/support/token-doors.ts";
import type { HttpSeed } from "./http-input.ts";

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly holders: readonly [];
	readonly seeds: () => readonly HttpSeed[];
	readonly close: () => Promise<void>;
};
type Said = { readonly path: string; readonly body: object };

/** Of one side, by route: what it was asked by the holders of a payment in tokens that was paid. */
async function sceneOf(apiKey: string, side: "source" | "destination", route: RegExp): Promise<Scene> {
	const { world, said } = await paid(apiKey);
	const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
	const seeds = said
		.filter(({ path }) => route.test(path))
		.map(({ path, body }) => ({ path: `/v1/crossings/${path}`, headers, body: JSON.stringify(body) }));
	const { ecosystem } = world.doors[side];
	return { ecosystem, holders: [], seeds: () => seeds, close: () => world.close() };
}

async function paid(apiKey: string) {
	const world = await openTokenDoors({ key: apiKey });
	await bothSeal(world.doors);
	const said: Said[] = [];
	const payment = new TokenPayment(world, { from: "token", to: "token" });
	payment.meanwhile = async (path, body) => void said.push({ path, body });
	await payment.quote();
	await payment.hold();
	await payment.lock();
	await bothSeal(world.doors);
	await payment.release();
	await sealUntil(world.doors, payment.decides);
	// As whoever does not know that its request is open still: the gateway takes the fresh one all the same.
	await payment.payee?.renew();
	await payment.payee?.take();
	return { world, said };
}

async function gateways(apiKey: string): Promise<Scene> {
	const { doors, close } = await openTokenDoors({ key: apiKey });
	const headers = { authorization: `Bearer ${apiKey}` };
	const seeds = [{ path: "/v1/crossings/tokens-in", headers }];
	return { ecosystem: doors.source.ecosystem, holders: [], seeds: () => seeds, close };
}

export function tokenScenes(apiKey: string): Readonly<Record<string, () => Promise<Scene>>> {
	return {
		"GET /v1/crossings/tokens-in": () => gateways(apiKey),
		"POST /v1/crossings/tokens-in": () => sceneOf(apiKey, "source", /^tokens-in$/),
		"POST /v1/crossings/tokens-in/:transfer/messages": () => sceneOf(apiKey, "source", /^tokens-in\//),
		"POST /v1/crossings/tokens-out": () => sceneOf(apiKey, "destination", /^tokens-out$/),
		"POST /v1/crossings/tokens-out/:account/messages": () =>
			sceneOf(apiKey, "destination", /^tokens-out\/.*messages$/),
		"POST /v1/crossings/tokens-out/:account/renewals": () => sceneOf(apiKey, "destination", /renewals$/),
	};
}
