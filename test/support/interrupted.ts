/** Hand-overs at one operator of which one kind of message is lost, and what is ruled of them. */
import assert from "node:assert/strict";
import { isRefusal, type Refusal } from "@tenten/protocol";
import type { Wallet } from "@tenten/wallet";
import { without } from "./channels.ts";
import { ok, openTown, type Town, asset as yen } from "./town.ts";

const seats = { ...yen, code: "SEAT", name: "Seat" };
/** Redeem until and grace, seconds. */
export const due = yen.redeemWindow + yen.grace;

type World = { readonly town: Town; readonly ann: Wallet; readonly bob: Wallet };

export async function openWorld(): Promise<World> {
	const town = await openTown({ policy: { assets: [yen, seats], trustListValidity: 365 * 86_400 } });
	const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
	await town.fund(bob, 4n, "SEAT");
	return { town, ann, bob };
}

type Mode = "twoPhase" | "exchange" | "direct";

/** A hand-over of 300 yen of which one kind of message is lost. */
export async function interrupted(
	{ town, ann, bob }: World,
	mode: Mode,
	lost: "transfer" | "reserved" | "release" | "counterTransfer",
) {
	const against = { asset: town.assetOf("SEAT"), amount: 1n };
	const terms = { asset: town.asset, amount: 300n, mode };
	const request = ok(await bob.request(mode === "exchange" ? { ...terms, against } : terms));
	return ok(await ann.pay({ request: request.encoded }, without(bob.handle, lost))).attempt;
}

/** The code of a refusal, or what came instead. */
export const codeOf = (result: unknown): string =>
	isRefusal(result) ? (result as Refusal).code : String(result);

export async function balanced({ town }: World): Promise<void> {
	for (const code of ["JPY", "SEAT"]) assert.deepEqual((await town.operator.audit(code)).broken, []);
	await town.close();
}
