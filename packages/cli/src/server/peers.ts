/** Peers of an operator: whose entries it takes into its own trust list, because whoever runs it says so. */
import type { Operator } from "@tenten/operator";
import { equalBytes, isRefusal, keyId, type OperatorEntry, parse, trustList } from "@tenten/protocol";
import { httpOperatorClient } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";

export async function addPeers(operator: Operator, addresses: readonly string[]): Promise<void> {
	const entries: OperatorEntry[] = [];
	for (const address of addresses) entries.push(await entryAt(address));
	if (entries.length > 0) operator.setPeers(entries);
}

/** What the operator at an address says of itself. */
async function entryAt(address: string): Promise<OperatorEntry> {
	const encoded = await httpOperatorClient({ url: address.replace(/\/+$/, "") }).trustList();
	const list = isRefusal(encoded) ? encoded : parse(trustList, encoded, encoded.length);
	if (isRefusal(list)) throw new BadInput(`no operator answers at ${address}`);
	const own = list.body.operators.find(({ root }) => equalBytes(keyId(root), keyId(list.signer)));
	if (own === undefined) throw new BadInput(`the operator at ${address} does not list itself`);
	return own;
}
