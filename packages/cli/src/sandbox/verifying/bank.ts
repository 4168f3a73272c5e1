/** The bank of the sandbox, which holds the funds behind every operator: its word stands in their seals. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NewUnlock } from "@tenten/module";
import {
	type AssetId,
	assetHash,
	type Bytes,
	keyId,
	type Signer,
	serialize,
	signedReserve,
	signReserve,
	toHex,
} from "@tenten/protocol";
import { createRailKey, openRailKey } from "../../server/rail-key.ts";
import { now } from "../../surroundings.ts";

/** minor units that it holds for each: more than any of them comes to owe here */
const funds = 100_000_000n;

export class Bank {
	readonly #signer: Signer;

	private constructor(signer: Signer) {
		this.#signer = signer;
	}

	/** With the key in a folder, which is made where there is none. */
	static async open(folder: string, unlock: NewUnlock): Promise<Bank> {
		const file = join(folder, "bank.key");
		if (!existsSync(file)) await createRailKey(file, unlock);
		return new Bank(await openRailKey(file, async () => unlock, console.error));
	}

	/** key id of whoever signs for it, hexadecimal */
	get id(): string {
		return toHex(keyId(this.#signer.key));
	}

	/** What it holds now for an operator: an encoded `signedReserve`. */
	async word(asset: AssetId): Promise<Bytes> {
		const body = { operator: asset.operator, asset: assetHash(asset), amount: funds, heldAt: now() };
		return serialize(signedReserve, await signReserve(body, this.#signer));
	}
}
