/** Words: every condition is a sentence in both languages, money keeps its digits, and nothing throws. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Condition, limits, refusals, wouldAccept } from "@tenten/protocol";
import {
	amountWords,
	describeCaveat,
	describeCondition,
	type Naming,
	reasonWords,
	refusalWords,
	timeWords,
} from "@tenten/wallet";
import { createHolder, createWorld, issueTo } from "../../module/test/support/world.ts";

const world = await createWorld();
const naming: Naming = { trust: world.trust, asset: world.asset };
const say = (condition: Condition): readonly string[] => Object.values(describeCondition(condition, naming));

const anyone = {
	classes: null,
	merchantCategories: null,
	regions: null,
	operators: null,
	certificates: null,
};

test("an amount keeps every digit, at its asset's scale", () => {
	const { trust, asset, otherAsset } = world;
	assert.equal(amountWords(1_234_567n, asset, trust).en, "1,234,567 JPY");
	assert.equal(amountWords(5n, otherAsset, trust).ja, "0.05 EUR");
	assert.equal(amountWords(123_450n, otherAsset, trust).en, "1,234.50 EUR");
	assert.equal(amountWords(limits.amount, otherAsset, trust).en, "92,233,720,368,547,758.07 EUR");
	assert.equal(amountWords(7n, { ...asset, code: "XYZ" }, trust).en, "7 XYZ");
});

test("a time is told in UTC, and the latest that a peer can send does not throw", () => {
	assert.match(timeWords(1_800_000_000).en, /15 Jan 2027.*08:00.*UTC/);
	assert.match(timeWords(1_800_000_000).ja, /2027年1月15日.*8:00.*UTC/);
	assert.match(timeWords(1_800_000_000, "Asia/Tokyo").ja, /17:00/);
	assert.ok(timeWords(Number.MAX_SAFE_INTEGER).en.length > 0);
});

test("every kind of condition is a sentence in both languages", () => {
	const time = 1_800_000_000;
	assert.match(say({ kind: "notBefore", time })[0] ?? "", /^Cannot be paid before 15 Jan 2027/);
	assert.match(say({ kind: "expires", time, atExpiry: "burn" })[0] ?? "", /worth nothing/);
	assert.match(say({ kind: "expires", time, atExpiry: "refund" })[1] ?? "", /払い戻します。$/);
	assert.deepEqual(say({ kind: "hopLimit", hops: 3 }), [
		"Can change hands 3 times in all.",
		"人から人へ渡せるのは、全部で3回までです。",
	]);
	assert.deepEqual(say({ kind: "transferCap", amount: 5000n }), [
		"At most 5,000 JPY in one payment.",
		"一回の支払いは5,000 JPYまでです。",
	]);
	assert.deepEqual(say({ kind: "purpose", purposes: ["fare", "books"] }), [
		"Can only be paid for fare or books.",
		"使いみちはfareまたはbooksに限られます。",
	]);
	assert.deepEqual(say({ kind: "resaleCap", asset: world.otherAsset, amount: 1250n }), [
		"Can only be resold, for at most 12.50 EUR each, or given back to its operator.",
		"一つあたり12.50 EUR以下で譲るか、発行者に返すことだけができます。",
	]);
});

test("payees are named by what their certificates say", () => {
	assert.deepEqual(
		say({
			kind: "payees",
			classes: ["shop"],
			merchantCategories: [42, 5942],
			regions: ["JP-13"],
			operators: [world.other.id, new Uint8Array(32).fill(0xab)],
			certificates: [world.operator.desk.certificate.hash],
		}),
		[
			"Can only be paid to: class shop; merchant category 0042 or 5942; region JP-13; " +
				"certified by Machi or abababab…; one of 1 named payee.",
			"支払先は種別「shop」、かつ業種コード「0042または5942」、かつ地域「JP-13」、" +
				"かつ認証元「Machiまたはabababab…」、かつ指定された1者に限られます。",
		],
	);
	assert.equal(say({ kind: "payees", ...anyone })[0], "Can be paid to anyone.");
});

test("a caveat says whose output ends it", () => {
	const condition: Condition = { kind: "hopLimit", hops: 1 };
	const { en, ja } = describeCaveat({ condition, liftedBy: "bookshop" }, naming);
	assert.equal(en, "Can change hands 1 time in all. Ends with bookshop.");
	assert.match(ja, /「bookshop」が受け取ると解けます。$/);
	assert.deepEqual(
		describeCaveat({ condition, liftedBy: null }, naming),
		describeCondition(condition, naming),
	);
});

test("a reason is told together with the condition that it stems from", async () => {
	const holder = await createHolder(world);
	const conditions: readonly Condition[] = [{ kind: "transferCap", amount: 10n }];
	const token = await issueTo(world, holder, 100n, { conditions });
	const reasons = wouldAccept({
		token,
		payee: (await createHolder(world)).certificate,
		amount: 101n,
		now: world.now,
		purpose: null,
		against: null,
	});
	assert.deepEqual(
		reasons.map((reason) => reasonWords(reason, naming).en),
		[
			"There is not enough to pay this.",
			"This is more than one payment may move. At most 10 JPY in one payment.",
		],
	);
});

test("every refusal has words of its own in both languages", () => {
	assert.deepEqual(Object.keys(refusalWords).sort(), Object.keys(refusals).sort());
	for (const language of ["en", "ja"] as const) {
		const sentences = Object.values(refusalWords).map((words) => words[language]);
		assert.equal(new Set(sentences).size, sentences.length);
		for (const sentence of sentences) assert.match(sentence, language === "en" ? /^[A-Z].*\.$/ : /。$/);
	}
});

test("whose wallet was not loaded whole is told to load the page again: the same page may fail for ever", () => {
	const [, advice] = refusals["part-missing"];
	const { en, ja } = refusalWords["part-missing"];
	assert.match(advice, /^load the page again with a network/);
	assert.match(en, /load this page again, and use a newer version if it offers one\.$/);
	assert.match(ja, /再読み込みし、新しいバージョンの案内が出たら使ってください。$/);
});
