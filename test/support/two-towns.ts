/** Two towns whose operators list each other, so that what either issued is known in both. */
import assert from "node:assert/strict";
import type { Wallet } from "@tenten/wallet";
import { openTown, type Town } from "./town.ts";

type Settings = Parameters<typeof openTown>[0];

/** `second`: as the first where left out. */
export async function openTwoTowns(first: Settings = {}, second = first): Promise<readonly [Town, Town]> {
	const [one, other] = [await openTown(first), await openTown(second)];
	one.operator.setPeers([other.operator.entry]);
	other.operator.setPeers([one.operator.entry]);
	return [one, other];
}

const asked = { role: "holder", class: null, merchantCategory: null, region: null } as const;

/** Gives each of these wallets an account in each of these towns. */
export async function joinAll(towns: readonly Town[], wallets: readonly Wallet[]): Promise<void> {
	for (const wallet of wallets)
		for (const { operator } of towns)
			assert.equal(await wallet.join(operator, operator.id, asked), undefined);
}
