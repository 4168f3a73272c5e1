/** Amounts as people type and read them: every digit kept, and nothing else taken for an amount. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "@tenten/protocol";
import { amountText, typedAmount } from "@tenten/wallet";

test("what is typed is read in the digits of any width, with or without commas", () => {
	assert.equal(typedAmount("1200", 0), 1_200n);
	assert.equal(typedAmount(" １，２００ ", 0), 1_200n);
	assert.equal(typedAmount("1,234.5", 2), 123_450n);
	assert.equal(typedAmount("１２．５０", 2), 1_250n);
	assert.equal(typedAmount(limits.amount.toString(), 0), limits.amount);
});

test("what is no amount above zero is none", () => {
	for (const text of [
		"",
		"0",
		"0.00",
		"-5",
		"+5",
		"1.5",
		"1e3",
		"12 yen",
		".5",
		"5.",
		"１ー２",
		"9".repeat(20),
	])
		assert.equal(typedAmount(text, 0), undefined, text);
	assert.equal(typedAmount("1.234", 2), undefined);
	assert.equal(typedAmount((limits.amount + 1n).toString(), 0), undefined);
});

test("an amount is shown with its currency's sign where its code is one, else with its code", () => {
	assert.equal(amountText(1_250n, { code: "JPY", scale: 0 }, "ja-JP").normalize("NFKC"), "¥1,250");
	assert.equal(amountText(1_250n, { code: "EUR", scale: 2 }, "en"), "€12.50");
	assert.equal(amountText(3n, { code: "TICKET", scale: 0 }, "en"), "3 TICKET");
	const huge = 9_007_199_254_740_993n;
	assert.equal(amountText(huge, { code: "JPY", scale: 0 }, "en"), "¥9,007,199,254,740,993");
});
