/** What a phone shows of its money, held against what its store holds. */
import assert from "node:assert/strict";
import { type Phone, yen } from "./phones.ts";

/**
 * On the first screen every amount stands where the store has one, and no other: what can be spent, what is coming
 * in, what is set aside, expires or is awaited. What the store holds is given back, in minor units.
 */
export async function balanceAgrees(
	phone: Phone,
	patience_ms = 30_000,
): Promise<Readonly<Record<string, bigint>>> {
	await phone.go("home");
	await phone.page.getByTestId("available").waitFor();
	const end = Date.now() + patience_ms;
	for (;;) {
		const { asset: _, ...held } = await phone.balance();
		const amounts = Object.entries(held).map(([where, minor]) => [where, BigInt(minor)] as const);
		const expected = amounts.map(([where, minor]) => [
			where,
			minor === 0n && where !== "available" ? [] : [yen(phone, minor)],
		]);
		const shown = await Promise.all(
			amounts.map(async ([where]) => [where, await phone.page.getByTestId(where).allTextContents()]),
		);
		if (Date.now() > end) assert.deepEqual(shown, expected);
		if (JSON.stringify(shown) === JSON.stringify(expected)) return Object.fromEntries(amounts);
	}
}
