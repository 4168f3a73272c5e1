/** Every route of the servers' own routers has a fuzz target: a new one without fails here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createApp } from "@tenten/operator";
import { fuzzEcosystem } from "../fuzz/operator-material.ts";
import { fogRouteNames } from "../fuzz/targets/fog.ts";
import { routedNames } from "../fuzz/targets/operator-http.ts";
import { railRouteNames } from "../fuzz/targets/rail-door.ts";
import { walletApp, walletRoutes } from "../fuzz/targets/wallet-side.ts";
import { witnessRouteNames } from "../fuzz/targets/witness.ts";
import { fogDoor } from "../packages/operator/src/fog/door.ts";
import { railDoor } from "../packages/operator/src/rail/door.ts";
import { witnessDoor } from "../packages/operator/src/witness/door.ts";

/** What stands for every method is no route of its own: a rule for all of them, or an answer to the wrong method. */
type Routed = Pick<ReturnType<typeof walletApp>, "routes">;

function routesOf({ routes }: Routed): readonly string[] {
	const named = routes
		.filter(({ method }) => method !== "ALL")
		.map(({ method, path }) => `${method} ${path}`);
	return [...new Set(named)].sort();
}

test("every route of an operator has a fuzz target", async () => {
	const { operator } = await fuzzEcosystem();
	const quiet = { info: () => undefined, error: () => undefined };
	const app = createApp({ operator, log: quiet });
	assert.deepEqual(routesOf(app as never), [...routedNames].sort());
	await operator.close();
});

test("every route of a party of the account rail has a fuzz target", () => {
	const door = railDoor({} as never, () => undefined);
	assert.deepEqual(routesOf(door as never), [...railRouteNames].sort());
});

test("every route of a witness has a fuzz target", () => {
	const quiet = { info: () => undefined, error: () => undefined };
	const door = witnessDoor({ witness: {} as never, log: quiet });
	assert.deepEqual(routesOf(door as never), [...witnessRouteNames].sort());
});

test("every route of a fog gateway has a fuzz target", () => {
	const quiet = { info: () => undefined, error: () => undefined };
	const door = fogDoor({ answer: () => ({}) as never, standing: () => ({}) as never, log: quiet });
	assert.deepEqual(routesOf(door as never), [...fogRouteNames].sort());
});

test("every route of a wallet has a fuzz target", () => {
	assert.deepEqual(routesOf(walletApp()), Object.keys(walletRoutes).sort());
});
