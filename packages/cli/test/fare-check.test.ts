/** Conditions against fares: every verdict counted, and reasons in both languages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOutput } from "../src/output.ts";
import { checkFares } from "../src/replay/fare-check.ts";
import type { Agency, Fare, FareTable } from "../src/replay/read-fares.ts";

const north: Agency = { id: "1", name: "山梨交通グループ" };
const south: Agency = { id: "2", name: "富士急行グループ" };

function fare(agency: Agency, price: bigint): Fare {
	return { agency, price, route: "r", origin: "a", destination: "b" };
}

async function* three(): AsyncGenerator<Fare> {
	yield fare(north, 150n);
	yield fare(south, 150n);
	yield fare(north, 150n);
}

test("a transit token pays its fare to that route's agency and nothing else", async () => {
	const table: FareTable = { agencies: [north, south], currency: "JPY", fares: three };
	const { progress } = makeOutput(true);
	const report = await checkFares(table, (total) => progress("fares", total));
	assert.deepEqual([report.fares, report.tokens, report.paid, report.wrong], [3, 2, 2, 0]);
	assert.deepEqual(
		report.verdicts.map(({ question, accepted, refused }) => [question, accepted, refused]),
		[
			["the fare, by that route's agency", 3, 0],
			["the fare and one more", 0, 3],
			["the fare, by another agency", 0, 3],
			["the fare, by a shop", 0, 3],
			["the fare, after expiry", 0, 3],
		],
	);
	for (const { sample } of report.verdicts.slice(1)) {
		assert.match(sample?.en ?? "", /^[A-Z].*\.$/);
		assert.match(sample?.ja ?? "", /。$/);
	}
});
