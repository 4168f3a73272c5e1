/** Claims of 10 each to the holder's own account, ready to be sent. */
import type { Bytes } from "@tenten/protocol";
import { pay } from "../../../module/test/support/world.ts";
import { type Ecosystem, enrolHolder, makeClaim, withdrawTo } from "./ecosystem.ts";

/** So many, of one holder: at most as many as an order has outputs. */
export async function redemptions(ecosystem: Ecosystem, count: number): Promise<readonly Bytes[]> {
	const alice = await enrolHolder(ecosystem);
	const action = { kind: "account", account: alice.certificate.hash } as const;
	const claims: Bytes[] = [];
	for (const token of await withdrawTo(ecosystem, alice, ...Array<bigint>(count).fill(10n)))
		claims.push(await makeClaim(ecosystem, alice, [token], action));
	return claims;
}

/** Two, of one token that its payer spent twice: the second to come draws. */
export async function forkedRedemptions(ecosystem: Ecosystem): Promise<readonly Bytes[]> {
	const [mallory, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const action = { kind: "account", account: bob.certificate.hash } as const;
	const claims: Bytes[] = [];
	for (const token of await withdrawTo(ecosystem, mallory, 10n))
		for (let i = 0; i < 2; i++) {
			const { paid } = await pay(ecosystem.world, token, mallory, bob, 10n);
			claims.push(await makeClaim(ecosystem, bob, [paid], action));
		}
	return claims;
}
