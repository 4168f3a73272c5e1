/** Two operators that list each other, each behind real HTTP, and holders of one who forked tokens of the other. */
import { createServer } from "node:net";
import {
	type Bytes,
	type Signer,
	type SuiteName,
	Trust,
	toHex,
	type VerifiedToken,
	verifyTrustList,
} from "@tenten/protocol";
import { expectValue, type Holder, pay, verify } from "../../../module/test/support/world.ts";
import { newKey, type RunningServer, startServer } from "../../src/index.ts";
import { type PeerRequest, signRequest } from "../../src/peers/message-signature.ts";
import { createEcosystem, type Ecosystem, enrolHolder, redeem, withdrawTo } from "./ecosystem.ts";

export const peerKey = newKey((length) => new Uint8Array(length).fill(5));

export type Peer = { readonly ecosystem: Ecosystem; readonly server: RunningServer };
export type Peers = { readonly west: Peer; readonly east: Peer; readonly close: () => Promise<void> };

export async function createPeers(suite: SuiteName = "Ed25519"): Promise<Peers> {
	const west = await listening("west", suite);
	const east = await listening("east", suite);
	west.ecosystem.operator.setPeers([east.ecosystem.operator.entry]);
	east.ecosystem.operator.setPeers([west.ecosystem.operator.entry]);
	const close = async (): Promise<void> => {
		for (const { ecosystem, server } of [west, east]) {
			await server.close();
			await ecosystem.operator.close();
		}
	};
	return { west, east, close };
}

/** An operator of its own behind real HTTP. */
export async function listening(seed: string, rulingSuite: SuiteName): Promise<Peer> {
	const port = await freePort();
	const ecosystem = await createEcosystem({ seed, rulingSuite, url: `http://127.0.0.1:${port}` });
	await ecosystem.operator.keepFirstKey(peerKey);
	const log = { info: () => undefined, error: () => undefined };
	return { ecosystem, server: await startServer({ operator: ecosystem.operator, port, log }) };
}

export function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer();
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address() as { readonly port: number };
			server.close(() => resolve(port));
		});
	});
}

/** A holder whom `culprits` certified spends a token of `issuer` twice; the culprit. */
export async function forkBetween(issuer: Ecosystem, culprits: Ecosystem, amount: bigint): Promise<Holder> {
	const { operator, world, clock } = issuer;
	const context = { verify, pinnedSigner: operator.id, minimumVersion: 0, now: clock.now };
	const list = expectValue(verifyTrustList(await operator.trustList(), context));
	const here = { ...issuer, world: { ...world, now: clock.now, trust: new Trust(list, verify) } };
	const culprit = await enrolHolder(culprits);
	const [alice, bob] = [await enrolHolder(here), await enrolHolder(here)];
	const [token] = await withdrawTo(here, alice, amount);
	const { paid } = await pay(here.world, token as VerifiedToken, alice, culprit, amount);
	const { paid: first } = await pay(here.world, paid, culprit, alice, amount);
	const { paid: second } = await pay(here.world, paid, culprit, bob, amount);
	await redeem(here, alice, first);
	await redeem(here, bob, second);
	return culprit;
}

/** What `signer` asks the operator at `to` for, signed; changed as asked before it is. */
export async function signedQuestion(
	to: Pick<Peer, "ecosystem">,
	signer: Signer,
	change: Partial<PeerRequest> & { readonly now?: number; readonly nonce?: string } = {},
): Promise<PeerRequest> {
	const { now = to.ecosystem.clock.now, nonce = toHex(to.ecosystem.world.random()), ...changed } = change;
	const asked = {
		method: "POST",
		target: `${to.ecosystem.operator.entry.url}/v1/peers/debts`,
		headers: new Headers({ "content-type": "application/json" }),
		body: new Uint8Array(Buffer.from('{"cursor":null}')) as Bytes,
		...changed,
	};
	return { ...asked, headers: await signRequest(asked, { signer, now, nonce }) };
}

/** Sends a signed request to wherever it is said to go. */
export function sendSigned(
	{ server }: Pick<Peer, "server">,
	{ method, headers, body }: PeerRequest,
	path = "/v1/peers/debts",
): Promise<Response> {
	return fetch(`${server.url}${path}`, {
		method,
		headers,
		body: body === null ? null : new Uint8Array(body),
	});
}

/** What the people of `asking` see of what their holders owe `asked`. */
export function askForDebts(asking: Peer, asked: Bytes | string, query = ""): Promise<Response> {
	const id = typeof asked === "string" ? asked : toHex(asked);
	return fetch(`${asking.server.url}/v1/peers/${id}/debts${query}`, {
		headers: { authorization: `Bearer ${peerKey}` },
	});
}
