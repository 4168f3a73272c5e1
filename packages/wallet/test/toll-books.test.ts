/** Books that a toll sold: neither a write that fails nor a call that is cut off loses a call that was paid for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import { writeTick } from "../src/http402/book.ts";
import { Ticks } from "../src/http402/ticking.ts";
import { Books } from "../src/http402/toll-books.ts";

test("a write that fails once serves nothing, and every call after it goes on", async () => {
	let fails = 0;
	const books = await Books.open({
		load: async () => new Map(),
		commit: async () => {
			if (fails-- > 0) throw new Error("the disk is full");
		},
		close: async () => undefined,
	});
	if (isRefusal(books)) throw new Error(books.detail);
	const asset = { operator: new Uint8Array(32), code: "JPY" };
	const sold = { asset, amount: 10n, calls: 1_000 };
	const tickets = [1, 2].map((fill) => new Uint8Array(16).fill(fill));
	for (const [at, ticket] of tickets.entries())
		await books.begin(`book ${at}`, { ...sold, attempt: new Uint8Array(32).fill(at) }, ticket);
	const [one, other] = tickets.map((ticket) => books.find({ ticket, number: 1 }));
	if (one === undefined || other === undefined) throw new Error("a book that was sold");
	fails = 1;
	await assert.rejects(books.take(one, 1), /disk is full/);
	assert.equal(await books.take(one, 1), undefined, "the same call again");
	assert.equal(await books.take(one, 2), undefined);
	assert.equal(await books.take(other, 1), undefined);
	assert.equal(isRefusal(await books.take(one, 1)), true, "once");
});

test("a call that is shown again while its number is being written waits for it, and runs the handler once", async () => {
	let commit = async (): Promise<void> => undefined;
	const books = await Books.open({
		load: async () => new Map(),
		commit: () => commit(),
		close: async () => undefined,
	});
	if (isRefusal(books)) throw new Error(books.detail);
	const asset = { operator: new Uint8Array(32), code: "JPY" };
	const ticket = new Uint8Array(16).fill(1);
	const attempt = new Uint8Array(32);
	await books.begin("book", { asset, amount: 10n, calls: 1_000, attempt }, ticket);
	const ticks = new Ticks({ answerBytes: 1_000, wait_ms: 1_000, report: (error) => assert.fail(error) });
	let runs = 0;
	const call = async (): Promise<readonly [number | undefined, string | undefined]> => {
		const header = writeTick({ ticket, number: 1 });
		const numbered = books.callOf(header, { asset, amount: 10n, calls: 1_000 });
		if (numbered === undefined) throw new Error("a call of a book that is open");
		const answer = await ticks.answer(numbered, async () => {
			runs++;
			return new Response("the answer");
		});
		if (isRefusal(answer)) throw new Error(answer.code);
		return [answer.status, await answer.text()];
	};
	let written = (): void => undefined;
	commit = () =>
		new Promise((resolve) => {
			written = resolve;
		});
	const first = call();
	const again = call();
	await new Promise((resolve) => setImmediate(resolve));
	written();
	const told = [200, "the answer"];
	assert.deepEqual(await Promise.all([first, again]), [told, told]);
	assert.deepEqual(await call(), told);
	assert.equal(runs, 1);
});
