/**
 * Peers of an operator: whose entries stand in its own trust list, because whoever runs it said so once.
 *
 * They are kept beside its keys, so that a restart trusts the same ones whether or not they can be reached. What a
 * peer says of itself later (keys that it rotated, assets) is taken up while the operator serves, if the root signed
 * it that was listed first.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import type { Operator } from "@tenten/operator";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	keyId,
	list,
	type OperatorEntry,
	operatorEntry,
	parse,
	type Refusal,
	serialize,
	toHex,
	trustList,
	verifyTrustList,
} from "@tenten/protocol";
import { type HttpOperatorOptions, httpOperatorClient, replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now } from "../surroundings.ts";

const maximumBytes = 1 << 20;
const entries = list(operatorEntry, 255);

/** Lists the peers that are kept and those at these addresses, whose newer entries replace kept ones. */
export async function listPeers(
	folder: string,
	operator: Pick<Operator, "setPeers">,
	addresses: readonly string[],
): Promise<void> {
	const file = join(folder, "peers.cbor");
	const kept = readPeers(file);
	const added: OperatorEntry[] = [];
	for (const address of addresses) added.push(await entryAt(address));
	const others = kept.filter(({ root }) => !added.some((peer) => equalBytes(keyId(peer.root), keyId(root))));
	const peers = [...others, ...added];
	if (added.length > 0) replaceFile(file, serialize(entries, peers));
	operator.setPeers(peers);
}

/** Milliseconds between two looks at what peers say of themselves. */
export const peersEvery_ms = 600_000;

type Ask = (address: string) => Promise<Bytes | Refusal>;

/**
 * A look at what each peer says of itself now, to be taken again and again. Whoever is out of reach, or says what its
 * root did not sign, what is older than what it said before, or what cannot be listed, stays listed as it was.
 */
export function peersLook(
	folder: string,
	operator: Pick<Operator, "setPeers">,
	failed: (error: unknown) => void,
	ask: Ask = (address) => trustListAt(address, { timeout_ms: 5_000, patience_ms: 0 }),
): () => Promise<void> {
	const file = join(folder, "peers.cbor");
	const versions = new Map<string, number>();
	const entryOf = async (peer: OperatorEntry): Promise<OperatorEntry> => {
		const encoded = await ask(peer.url);
		if (isRefusal(encoded)) return peer;
		const pinnedSigner = keyId(peer.root);
		const minimumVersion = versions.get(toHex(pinnedSigner)) ?? 0;
		const body = verifyTrustList(encoded, { verify, pinnedSigner, minimumVersion, now: now() });
		if (isRefusal(body)) {
			failed(new Error(`the trust list of ${peer.name} is not taken: ${body.code}`));
			return peer;
		}
		versions.set(toHex(pinnedSigner), body.version);
		return body.operators.find(({ root }) => equalBytes(keyId(root), pinnedSigner)) ?? peer;
	};
	return async () => {
		const kept = readPeers(file);
		const newer = await Promise.all(kept.map(entryOf));
		for (const [position, entry] of newer.entries()) {
			const before = readPeers(file);
			const peers = before.with(position, entry);
			if (equalBytes(serialize(entries, before), serialize(entries, peers))) continue;
			try {
				operator.setPeers(peers);
				replaceFile(file, serialize(entries, peers));
			} catch (error) {
				// It claims a key that another has: nothing is listed anew.
				failed(error);
			}
		}
	};
}

function trustListAt(
	address: string,
	limits: Omit<HttpOperatorOptions, "url"> = {},
): Promise<Bytes | Refusal> {
	return httpOperatorClient({ url: address, ...limits }).trustList();
}

function readPeers(file: string): readonly OperatorEntry[] {
	if (!existsSync(file)) return [];
	const kept = parse(entries, new Uint8Array(readFileSync(file)), maximumBytes);
	if (isRefusal(kept)) throw new BadInput("does not list peers", { file });
	return kept;
}

/** What the operator at an address says of itself. */
async function entryAt(address: string): Promise<OperatorEntry> {
	const encoded = await trustListAt(address);
	const found = isRefusal(encoded) ? encoded : parse(trustList, encoded, encoded.length);
	if (isRefusal(found)) throw new BadInput(`no operator answers at ${address}`);
	const own = found.body.operators.find(({ root }) => equalBytes(keyId(root), keyId(found.signer)));
	if (own === undefined) throw new BadInput(`the operator at ${address} does not list itself`);
	return own;
}
