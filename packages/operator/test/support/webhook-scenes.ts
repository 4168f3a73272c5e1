/** Scenes of power that fails, of an operator with a partner who is told what happened. */
import assert from "node:assert/strict";
import {
	type Bytes,
	equalBytes,
	ownOutput,
	serialize,
	signedOrder,
	signOrder,
	toHex,
} from "@tenten/protocol";
import { day, expectValue } from "../../../module/test/support/world.ts";
import type { Operator } from "../../src/index.ts";
import type { Post } from "../../src/webhooks/post.ts";
import { lease } from "../../src/webhooks/settings.ts";
import { type Scene, withToken } from "./claim-scenes.ts";
import { createEcosystem, type Ecosystem, type EcosystemOptions, makeClaim, makeOrder } from "./ecosystem.ts";
import type { Envelope } from "./receiver.ts";

/** An ecosystem whose one endpoint is in memory, and every message that it took. */
export type Told = Ecosystem & { readonly took: readonly Envelope[]; readonly endpoint: Bytes };

export async function createTold(options: EcosystemOptions): Promise<Told> {
	const took: Envelope[] = [];
	const post: Post = async ({ body }) => {
		took.push(JSON.parse(body) as Envelope);
		return { outcome: "delivered", status: 204 };
	};
	const ecosystem = await createEcosystem({ ...options, webhooks: { post } });
	const made = await ecosystem.operator.webhooks.add(acting, shop);
	assert.ok(made.kind === "made");
	return { ...ecosystem, took, endpoint: made.endpoint.id };
}

const acting = { actor: "key:test", requestId: "test" };
const shop = { url: "http://127.0.0.1:9/", description: "", types: [], accounts: [] };

/** What was told of each type, minor units: each event counted once, however often it came. */
function toldOf(took: readonly Envelope[], type: string, name: string): bigint {
	const events = new Map(took.filter((one) => one.type === type).map((one) => [one.id, one]));
	return [...events.values()].reduce(
		(sum, { data }) => sum + BigInt((data[name] as { readonly value: string }).value),
		0n,
	);
}

/**
 * Value comes in, goes out as tokens and comes back: what the endpoint was told is what the books say, after every
 * crash, before anything is asked again.
 */
export async function toldScene(told: Told): ReturnType<Scene> {
	const { world, took, clock } = told;
	const { alice, token } = await withToken(told);
	const account = alice.certificate.hash;
	const claim = await makeClaim(told, alice, [token], { kind: "account", account });
	const id = world.random();
	const outputs = [ownOutput(30n, alice.certificate, world.random())];
	const order = await makeOrder(told, { kind: "withdraw", account, outputs });
	const signed = await signOrder(order, alice.certificate.encoded, alice.signer);
	const compare = async (opened: Operator): Promise<readonly bigint[]> => {
		// What a process that died had taken is its own until its lease ends.
		clock.now += lease;
		await opened.webhooks.deliver();
		const { deposited, issued, redeemed } = await opened.totals("JPY");
		const said = [
			toldOf(took, "tenten.deposit.made", "amount"),
			toldOf(took, "tenten.value.issued", "amount"),
			toldOf(took, "tenten.payout.made", "credited"),
		];
		assert.deepEqual(said, [deposited, issued, redeemed]);
		return said;
	};
	return {
		ask: async (opened) => {
			await compare(opened);
			assert.equal(await opened.deposit(id, account, "JPY", 50n), undefined);
			expectValue(await opened.withdraw(serialize(signedOrder, signed)));
			expectValue(await opened.claim(claim));
			return compare(opened);
		},
		check: (reply) => assert.deepEqual(reply, [150n, 130n, 100n]),
	};
}

/** Endpoints that are made, changed, tested, asked for everything that is kept of them, and removed. */
export async function webhookScene({ clock, endpoint, took }: Told): ReturnType<Scene> {
	return {
		ask: async (opened) => {
			const { webhooks } = opened;
			const other = await webhooks.add(acting, shop);
			assert.ok(other.kind === "made");
			await webhooks.change(acting, other.endpoint.id, { description: "another" });
			assert.equal((await webhooks.find(other.endpoint.id))?.description, "another");
			assert.equal(await webhooks.remove(acting, other.endpoint.id), true);
			assert.match((await webhooks.rotate(acting, endpoint, 60))?.secret ?? "", /^whsec_/);
			const event = await webhooks.test(acting, endpoint);
			assert.ok(event);
			clock.now += 4 * day;
			await webhooks.deliver();
			const states = [(await webhooks.delivery(endpoint, event))?.delivery.state];
			assert.equal(await webhooks.replay(acting, endpoint, event), true);
			assert.ok(((await webhooks.replaySince(acting, endpoint, clock.now - 4 * day)) ?? 0) > 0);
			await webhooks.deliver();
			const report = await webhooks.delivery(endpoint, event);
			states.push(report?.delivery.state);
			assert.equal(report?.attempts.at(-1)?.outcome, "delivered");
			assert.ok(took.some(({ id }) => id === toHex(event)));
			const newest = (await webhooks.events(undefined, Number.MAX_SAFE_INTEGER))[0];
			const listed = await webhooks.deliveries(endpoint, "delivered", Number.MAX_SAFE_INTEGER);
			const isListed = [newest?.id, listed?.[0]?.event].map(
				(id) => id !== undefined && equalBytes(id, event),
			);
			return [...states, ...isListed, (await webhooks.list()).some(({ id }) => equalBytes(id, endpoint))];
		},
		check: (reply) => assert.deepEqual(reply, ["givenUp", "delivered", true, true, true]),
	};
}
