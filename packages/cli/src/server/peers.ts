/**
 * Peers of an operator: whose entries stand in its own trust list, because whoever runs it said so once.
 *
 * They are kept beside its keys, so that a restart trusts the same ones whether or not they can be reached.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Operator } from "@tenten/operator";
import {
	equalBytes,
	isRefusal,
	keyId,
	list,
	type OperatorEntry,
	operatorEntry,
	parse,
	serialize,
	trustList,
} from "@tenten/protocol";
import { httpOperatorClient, replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";

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

function readPeers(file: string): readonly OperatorEntry[] {
	if (!existsSync(file)) return [];
	const kept = parse(entries, new Uint8Array(readFileSync(file)), maximumBytes);
	if (isRefusal(kept)) throw new BadInput("does not list peers", { file });
	return kept;
}

/** What the operator at an address says of itself. */
async function entryAt(address: string): Promise<OperatorEntry> {
	const encoded = await httpOperatorClient({ url: address.replace(/\/+$/, "") }).trustList();
	const found = isRefusal(encoded) ? encoded : parse(trustList, encoded, encoded.length);
	if (isRefusal(found)) throw new BadInput(`no operator answers at ${address}`);
	const own = found.body.operators.find(({ root }) => equalBytes(keyId(root), keyId(found.signer)));
	if (own === undefined) throw new BadInput(`the operator at ${address} does not list itself`);
	return own;
}
