/** What happened, as a file that no spreadsheet runs, and receipts that prove themselves without a network. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal } from "@tenten/protocol";
import { plainText } from "@tenten/wallet";
import fc from "fast-check";
import { carry, codeOf, person, requestOf } from "./support/desks.ts";
import { ok, openTown, type Town, asset as yen } from "./support/town.ts";

/** Lines of cells, as RFC 4180 has them: a reader of its own. */
function cellsOf(file: Bytes): readonly (readonly string[])[] {
	assert.deepEqual([...file.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
	const text = new TextDecoder("utf-8", { fatal: true }).decode(file);
	const lines: string[][] = [[]];
	const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
	let end = 0;
	for (const [whole, inQuotes, plain = "", after] of text.matchAll(cell)) {
		end += whole.length;
		lines.at(-1)?.push(inQuotes === undefined ? plain : inQuotes.replaceAll('""', '"'));
		if (after === "\r\n") lines.push([]);
	}
	assert.equal(end, text.length, "the file ends in the middle of a line");
	assert.deepEqual(lines.pop(), []);
	return lines;
}

async function pair(town: Town) {
	return { ann: await person(town, 1_000n), bob: await person(town) };
}

async function pay({ ann, bob }: Awaited<ReturnType<typeof pair>>, amount: bigint, memo = "tea") {
	const request = await requestOf(bob.desk, ann.desk, amount, { memo });
	const { bundle, attempt } = ok(await ann.desk.pay(request.digest, amount));
	await carry(ann.desk, bob.desk, bundle);
	return attempt.id;
}

describe("the history's file", () => {
	test("holds every entry that fits, over all pages", async () => {
		const town = await openTown();
		const { ann } = await pair(town);
		for (let i = 0; i < 600; i++)
			await ann.device.store.history.append({
				id: `paid/${i}`,
				at: i,
				kind: "paid",
				asset: `${"00".repeat(32)}/KWH`,
				amount: BigInt(i),
				party: "",
				note: `number ${i}`,
			});
		const [names, ...lines] = cellsOf(await ann.desk.historyFile({ kind: "paid" }));
		assert.deepEqual(names, ["time", "kind", "amount", "asset", "operator", "party", "note", "id"]);
		assert.deepEqual(
			lines.map(([, , amount]) => amount),
			Array.from({ length: 600 }, (_, i) => String(599 - i)),
		);
		const all = cellsOf(await ann.desk.historyFile()).slice(1);
		assert.equal(all.length, 601, "with the top-up");
		assert.deepEqual(all.at(-1)?.slice(1, 4), ["issued", "1000", "JPY"]);
		assert.equal(cellsOf(await ann.desk.historyFile({ text: "number 5", until: 6 })).length, 2);
		await town.close();
	});

	test("gives back every note as it is shown, and none that a spreadsheet would run", async () => {
		const town = await openTown();
		const { ann } = await pair(town);
		const { history } = ann.device.store;
		const asset = `${"00".repeat(32)}/KWH`;
		let place = 0;
		const hostile = fc
			.tuple(
				fc.constantFrom("=", "+", "-", "@", "\t=", " =", "\n+", "＝", "\u200b=", '"=', "", "x"),
				fc.string({ unit: "grapheme" }),
			)
			.map(([start, rest]) => `${start}${rest}`);
		await fc.assert(
			fc.asyncProperty(hostile, async (note) => {
				const entry = { at: 1, kind: "paid", asset, amount: 1n, party: note, note } as const;
				await history.append({ ...entry, id: `paid/x${place}` });
				place++;
				const [, cells = []] = cellsOf(await ann.desk.historyFile({ asset }));
				for (const cell of [cells[5] ?? "", cells[6] ?? ""]) {
					assert.equal(cell.replace(/^'/, ""), plainText(note).replace(/^'/, ""));
					assert.doesNotMatch(cell, /^\s*[=+\-@＝＋－＠]/);
				}
			}),
			{ numRuns: 200 },
		);
		await town.close();
	});

	test("writes amounts with their digits after the point", async () => {
		const assets = [{ ...yen, code: "EUR", scale: 2 }];
		const town = await openTown({ policy: { assets } });
		const ann = await person(town, 1_205n);
		const [, line] = cellsOf(await ann.desk.historyFile());
		assert.deepEqual(line?.slice(0, 5), ["2027-01-15T08:00:00Z", "issued", "12.05", "EUR", "Town"]);
		await town.close();
	});
});

describe("the history", () => {
	test("leads to the payment that an entry is of, and to its receipt", async () => {
		const town = await openTown();
		const { ann, bob } = await pair(town);
		const id = await pay({ ann, bob }, 300n);
		const [entry, topUp] = (await ann.desk.history({ limit: 9 })).entries;
		assert.deepEqual([entry?.attempt, topUp?.attempt], [id, null]);
		ok(ann.desk.receipt(entry?.attempt ?? ""));
		await town.close();
	});
});

describe("a receipt", () => {
	test("is read by its payer, its payee and a stranger, and says the same of the payment", async () => {
		const town = await openTown();
		const { ann, bob } = await pair(town);
		const eve = await person(town);
		const id = await pay({ ann, bob }, 300n, "two cakes");
		const receipt = ok(ann.desk.receipt(id));
		const [mine, theirs, read] = [ann, bob, eve].map(({ desk }) => ok(desk.readReceipt(receipt)));
		const payer = Buffer.from(ann.wallet.module.certificates()[0]?.hash ?? []).toString("hex");
		assert.deepEqual(
			[mine, theirs, read].map((view) => [view?.side, view?.payer, view?.attempt]),
			[
				["payer", payer, id],
				["payee", payer, id],
				[null, null, id],
			],
		);
		assert.deepEqual([read?.amount, read?.memo, read?.asset.code], [300n, "two cakes", "JPY"]);
		assert.equal(read?.askedAt, town.clock.now);
		assert.equal(read?.payee.operator, "Town");
		const { side: _, payer: __, ...fromAnn } = mine ?? {};
		const { side: ___, payer: ____, ...fromEve } = read ?? {};
		assert.deepEqual(fromAnn, fromEve);
		await town.close();
	});

	test("that was changed in any byte proves nothing else, and one of another town nothing", async () => {
		const town = await openTown();
		const { ann, bob } = await pair(town);
		const receipt = ok(ann.desk.receipt(await pay({ ann, bob }, 300n)));
		let refused = 0;
		for (let place = 0; place < receipt.length; place += 7) {
			const changed = Uint8Array.from(receipt);
			changed[place] = (changed[place] ?? 0) ^ 1;
			const read = bob.desk.readReceipt(changed);
			// The name of the payment, which stands beside what is signed, follows from it and is not read.
			if (!isRefusal(read)) assert.deepEqual(read, bob.desk.readReceipt(receipt), `byte ${place}`);
			else refused++;
		}
		assert.ok(refused > receipt.length / 7 - 8, `${refused} refused`);
		const elsewhere = await openTown();
		const { bob: carl } = await pair(elsewhere);
		assert.notEqual(codeOf(carl.desk.readReceipt(receipt)), "ok");
		assert.equal(codeOf(bob.desk.readReceipt(new Uint8Array())), "malformed");
		await Promise.all([town.close(), elsewhere.close()]);
	});
});
