/** An operator behind real HTTP, with people and tokens, for tests that provoke what it refuses. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { text } from "node:stream/consumers";
import {
	type Action,
	type Bytes,
	encodeItem,
	type Item,
	ownOutput,
	type Saying,
	serialize,
	serializeRulingRequest,
	serializeStatement,
	signedOrder,
	signOrder,
	signStatement,
	toHex,
	type VerifiedToken,
} from "@tenten/protocol";
import { type Holder, pay } from "../../../module/test/support/world.ts";
import { newKey, type RunningServer, type Sealer, startServer } from "../../src/index.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	makeClaim,
	makeOrder,
	withdrawTo,
} from "./ecosystem.ts";
import { createLicensed, type Licensed } from "./licensed.ts";
import { samplers } from "./sample-requests.ts";
import { freshLog, openSealed } from "./sealer-log.ts";

/** The first key: administrator and cashier. */
export const apiKey = newKey((length) => new Uint8Array(length).fill(1));

/** What commits wait for, while there is something. */
type Gate = { wait: (() => Promise<void>) | null };

export type Served = {
	readonly ecosystem: Ecosystem;
	/** another operator, unknown to this one */
	readonly stranger: Ecosystem;
	/** another operator, which this one lists at an address where nobody listens */
	readonly peer: Ecosystem;
	readonly server: RunningServer;
	/** of what the operator does, before anything else was done */
	readonly sealer: Sealer;
	/** the same operator, where each client may ask once in each class, and whoever says so is a client of its own */
	readonly sparing: RunningServer;
	readonly alice: Holder;
	readonly bob: Holder;
	/** a claim of bob's that was not sent: of a token that alice paid, locked and released */
	readonly claim: Bytes;
	/** its lock, and the release */
	readonly lock: Bytes;
	/** what bob holds of alice, its release still secret */
	readonly pending: VerifiedToken;
	readonly gate: Gate;
	/** an operator that issues nothing without a licence */
	readonly licensed: { readonly ecosystem: Licensed; readonly url: string };
	readonly close: () => Promise<void>;
};

export async function serveOperator(seed = "served"): Promise<Served> {
	const gate: Gate = { wait: null };
	const store = { onCommit: async () => gate.wait?.() };
	const ecosystem = await createEcosystem({ seed, otherAssets: ["PTS"], store });
	const stranger = await createEcosystem({ seed: "stranger" });
	const peer = await createEcosystem({ seed: "peer", url: "http://127.0.0.1:1" });
	ecosystem.operator.setPeers([peer.operator.entry]);
	const log = { info: () => undefined, error: () => undefined };
	await ecosystem.operator.keepFirstKey(apiKey);
	const sealed = await openSealed(ecosystem.operator, await freshLog(), { samplers });
	await sealed.sealer.seal();
	const { sealer } = sealed;
	const server = await startServer({ operator: ecosystem.operator, port: 0, log, sealer });
	const once = { perSecond: 0.001, burst: 1 };
	const clients = { rates: { value: once, reading: once, management: once }, trustedProxies: ["loopback"] };
	const sparing = await startServer({ operator: ecosystem.operator, port: 0, log, clients, sealer });
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [first, second] = await withdrawTo(ecosystem, alice, 100n, 100n);
	const release = ecosystem.world.random();
	const { paid } = await pay(ecosystem.world, first as VerifiedToken, alice, bob, 60n, { release });
	const claim = await makeClaim(ecosystem, bob, [paid], {
		kind: "account",
		account: bob.certificate.hash,
	});
	const secret = ecosystem.world.random();
	const { paid: pending } = await pay(ecosystem.world, second as VerifiedToken, alice, bob, 60n, {
		release: secret,
		released: false,
	});
	const lock = (pending.pending as { readonly hash: Bytes }).hash;
	const licensing = await createLicensed({ seed: "licensed" });
	const licensedServer = await startServer({ operator: licensing.operator, port: 0, log });
	const licensed = { ecosystem: licensing, url: licensedServer.url };
	const close = async (): Promise<void> => {
		await licensedServer.close();
		await licensing.operator.close();
		await server.close();
		await sparing.close();
		await sealed.close();
		await ecosystem.operator.close();
		await stranger.operator.close();
		await peer.operator.close();
	};
	return {
		ecosystem,
		stranger,
		peer,
		server,
		sealer,
		sparing,
		alice,
		bob,
		claim,
		lock,
		pending,
		gate,
		licensed,
		close,
	};
}

/** A message of the protocol, under a fresh key unless one is named. */
export function send(
	{ server }: Served,
	path: string,
	body: Bytes,
	headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
	return fetch(`${server.url}${path}`, {
		method: "POST",
		headers: { "content-type": "application/cose", "idempotency-key": randomUUID(), ...headers },
		body: new Uint8Array(body),
	});
}

/** A management request: JSON where there is a body. */
export function manage(
	{ server }: Served,
	method: string,
	path: string,
	body?: object | string,
	headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
	return fetch(`${server.url}${path}`, {
		method,
		headers: {
			authorization: `Bearer ${apiKey}`,
			...(body === undefined ? {} : { "content-type": "application/json", "idempotency-key": randomUUID() }),
			...headers,
		},
		...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
	});
}

/** A signed order to withdraw, of `holder` unless someone else's account is named. */
export async function withdrawal(
	{ ecosystem }: Served,
	holder: Holder,
	amount: bigint,
	account: Bytes = holder.certificate.hash,
): Promise<Bytes> {
	const outputs = [ownOutput(amount, holder.certificate, ecosystem.world.random())];
	return orderOf(ecosystem, holder, { kind: "withdraw", account, outputs });
}

export async function orderOf(ecosystem: Ecosystem, holder: Holder, action: Action): Promise<Bytes> {
	const order = await makeOrder(ecosystem, action);
	return serialize(signedOrder, await signOrder(order, holder.certificate.encoded, holder.signer));
}

/** A statement of `holder`'s about these tokens, as a ruling request. */
export async function statement(
	{ ecosystem: { operator, world, clock } }: Served,
	holder: Holder,
	says: Saying,
	...tokens: readonly VerifiedToken[]
): Promise<Bytes> {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	const signed = await signStatement(body, holder.certificate.encoded, holder.signer);
	const carried = tokens.map(({ token }) => token);
	return serializeRulingRequest({ kind: "statement", statement: signed, tokens: carried });
}

/** A question for a balance, signed by `holder`. */
export async function question(
	{ ecosystem: { operator, world, clock } }: Served,
	holder: Holder,
	says: Saying = { kind: "balance", account: holder.certificate.hash },
	issuedAt: number = clock.now,
): Promise<Bytes> {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt };
	return serializeStatement(await signStatement(body, holder.certificate.encoded, holder.signer));
}

export function ask({ server }: Served, account: Bytes, signed: Bytes, path = ""): Promise<Response> {
	const authorization = `Tenten ${Buffer.from(signed).toString("base64url")}`;
	return fetch(`${server.url}/v1/accounts/${toHex(account)}${path}`, { headers: { authorization } });
}

/** Arrays in arrays. */
export function nested(depth: number): Bytes {
	let item: Item = 0n;
	for (let i = 0; i < depth; i++) item = [item];
	return encodeItem(item);
}

/** A JSON request whose head the server has taken, and whose body is still to come. */
export async function begun(
	{ server }: Served,
	path: string,
	headers: Readonly<Record<string, string>>,
): Promise<(body: string) => Promise<Response>> {
	const request = http.request(`${server.url}${path}`, {
		method: "POST",
		headers: {
			authorization: `Bearer ${apiKey}`,
			"content-type": "application/json",
			expect: "100-continue",
			...headers,
		},
	});
	const answered = once(request, "response") as Promise<[http.IncomingMessage]>;
	request.flushHeaders();
	await once(request, "continue");
	// The server looks the key up in the turns that follow.
	await new Promise((resolve) => setTimeout(resolve, 50));
	return async (body) => {
		request.end(body);
		const [answer] = await answered;
		return new Response(await text(answer), {
			status: answer.statusCode ?? 0,
			headers: answer.headers as never,
		});
	};
}
