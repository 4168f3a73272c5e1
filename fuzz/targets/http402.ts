/** What an API that is paid by the call reads of its callers, what a program reads of such an API, and their own rows. */
import { isRefusal, serialize, toBase64, writeTick as writeMeterTick } from "@tenten/protocol";
import { encodeBundle, memoryStore } from "@tenten/wallet";
import {
	Answers,
	answerRow,
	bookPrefix,
	meterPrefix,
	unansweredPrefix,
} from "../../packages/wallet/src/http402/answers.ts";
import { bookMemo, callsOfMemo, readTick, writeTick } from "../../packages/wallet/src/http402/book.ts";
import { callHash } from "../../packages/wallet/src/http402/call.ts";
import { callRow, PaidCalls } from "../../packages/wallet/src/http402/calls.ts";
import { fetchChannel } from "../../packages/wallet/src/http402/fetch-channel.ts";
import {
	type Asking,
	readRequired,
	readResponse,
	readSignature,
	writeRequired,
	writeResponse,
	writeSignature,
} from "../../packages/wallet/src/http402/headers.ts";
import { readMeteredCall, writeMeteredCall } from "../../packages/wallet/src/http402/meter-call.ts";
import { statusAddress } from "../../packages/wallet/src/http402/showing.ts";
import { Books, bookRow } from "../../packages/wallet/src/http402/toll-books.ts";
import { meterRow, meterRows, unansweredRow } from "../../packages/wallet/src/http402/toll-rows.ts";
import { Broken, mustBeSame, type Target } from "../target.ts";
import { ofText, simple, textOf } from "./wallet-side.ts";

const id = new Uint8Array(32).fill(7);
const asset = { operator: id, code: "JPY" };
const asking: Omit<Asking, "accepted" | "url"> = {
	...{ scheme: "two-phase", asset, amount: 5n, payTo: id, lifetime: 120 },
	...{ request: id, address: "/.tenten", calls: 1 },
};
const asks = (...askings: Parameters<typeof writeRequired>[1]): string =>
	writeRequired("https://api.example/x", askings, "this call is paid for");
const required = asks(asking);
const ofBook = asks({ ...asking, calls: 1_000 });
const ofMeter = asks({ ...asking, scheme: "meter" }, asking);
const [read] = readRequired(required) as readonly Asking[];
const accepted = read?.accepted ?? "{}";
const signature = writeSignature({ request: id, attempt: id, release: id }, accepted);
const responses = [null, "release-mismatch"].map((why) =>
	writeResponse({ attempt: why === null ? id : null, asset, amount: 5n, payer: id, why }),
);

/** Headers are fuzzed as the JSON in them: most mutants of base64 are none. */
const inner = (header: string): string => Buffer.from(header, "base64").toString();
const headers = (name: string, seeds: readonly string[], run: (header: string) => string): Target =>
	simple(`402 ${name}`, "text", seeds.map(inner).map(ofText), (input) => run(toBase64(input)));

const asked = headers("what is asked", [required, ofBook, ofMeter], (header) => {
	const askings = readRequired(header);
	if (isRefusal(askings)) return askings.code;
	for (const each of askings) {
		const again = readRequired(writeRequired(each.url, [each], ""));
		if (isRefusal(again)) throw new Broken(`what was read cannot be written: ${again.code}`);
		if (again[0]?.amount !== each.amount || again[0].address !== each.address) throw new Broken("it changes");
		if (URL.parse(each.address, "https://api.example")?.origin !== "https://api.example")
			throw new Broken("it leads away");
	}
	return "accepted";
});

const shown = headers("what is shown", [signature], (header) => {
	const payment = readSignature(header);
	if (isRefusal(payment)) return payment.code;
	const again = readSignature(writeSignature(payment, accepted));
	if (isRefusal(again)) throw new Broken(again.code);
	mustBeSame(again.release, payment.release);
	return "accepted";
});

const settled = headers("what became of it", responses, (header) => {
	const came = readResponse(header);
	if (isRefusal(came)) return came.code;
	return "attempt" in came ? "accepted" : "not taken";
});

const call = { method: "GET", url: "https://api.example/x", body: new Uint8Array() };
const row = {
	...{ key: "a-key", hash: callHash(call), url: call.url, origin: "https://api.example", asset, amount: 5n },
	...{ address: "/.tenten", request: id, attempt: id, accepted, at: 9 },
} as const;

const answerRows = [
	{ status: 200, headers: [{ name: "content-type", value: "text/plain" }], body: ofText("answer") },
	null,
].map((content) => serialize(answerRow, { attempt: id, at: 9, content }));

/** A toll that opens over a row has what the row says, or does not open. */
const answers = simple("402 row of an answer", "items", answerRows, async (input) => {
	const store = memoryStore();
	await store.commit([{ key: "a", value: input }]);
	const opened = await Answers.open(store);
	if (isRefusal(opened)) return opened.code;
	const kept = opened.find("a");
	if (kept === undefined) throw new Broken("no row");
	mustBeSame(serialize(answerRow, kept), input);
	if ((await opened.keep("b", kept)) !== undefined) throw new Broken("it cannot be kept again");
	return "accepted";
});

const callRows = [
	serialize(callRow, { kind: "call", ...row, state: "paying", book: null }),
	serialize(callRow, {
		kind: "call",
		...row,
		state: "answered",
		book: { ticket: id.slice(16), calls: 9, next: 3 },
	}),
	serialize(callRow, { kind: "total", origin: row.origin, asset, amount: 5n }),
	serialize(callRow, {
		...{ kind: "meter", request: id, origin: row.origin, asset, amount: 10n, address: "/.tenten" },
		...{ units: 1n, perTicks: 1_000, at: 9, isOver: false },
	}),
	...(["named", "told"] as const).map((kind) =>
		serialize(callRow, { kind, key: "a-key", hash: id, request: id, ticks: 7, header: "7", at: 9 }),
	),
];

const calls = simple("402 row of a call", "items", callRows, async (input) => {
	const store = memoryStore();
	await store.commit([{ key: "a", value: input }]);
	const opened = await PaidCalls.open(store);
	if (isRefusal(opened)) return opened.code;
	for (const each of opened.list()) mustBeSame(serialize(callRow, { kind: "call", ...each }), input);
	for (const each of opened.meters()) mustBeSame(serialize(callRow, { kind: "meter", ...each }), input);
	return "accepted";
});

const location = simple(
	"402 status address",
	"text",
	["/.tenten/v1/payments/00", call.url].map(ofText),
	(input) => {
		const address = statusAddress(textOf(input), row.origin);
		if (address !== undefined && address.origin !== row.origin) throw new Broken("it leads away");
		return address === undefined ? "elsewhere" : "accepted";
	},
);

const bundle = simple("402 answer of a wallet", "items", [encodeBundle([id])], async (input) => {
	const fetch = async () => new Response(Uint8Array.from(input));
	const messages = await fetchChannel("https://api.example/.tenten", fetch, 60_000).exchange([]);
	if (isRefusal(messages)) return messages.code;
	mustBeSame(encodeBundle(messages), input);
	return "accepted";
});

const ticks = ["BwcHBwcHBwcHBwcHBwcHBw.1", "BwcHBwcHBwcHBwcHBwcHBw.65536"];

const tick = simple("402 tick", "text", ticks.map(ofText), (input) => {
	const came = readTick(textOf(input));
	if (isRefusal(came)) return came.code;
	if (writeTick(came) !== textOf(input)) throw new Broken("two texts of one tick");
	return "accepted";
});

const meteredCalls = [1, 65_536].map((count) => writeMeteredCall(id, writeMeterTick(count, id)));

const metered = simple("402 metered call", "text", meteredCalls.map(ofText), (input) => {
	const came = readMeteredCall(textOf(input));
	if (isRefusal(came)) return came.code;
	if (writeMeteredCall(came.meter, came.frame) !== textOf(input)) throw new Broken("two texts of one tick");
	return "accepted";
});

const memos = [bookMemo("https://api.example", 1_000), bookMemo("https://api.example", 2)];

const memo = simple("402 memo of a book", "text", memos.map(ofText), (input) => {
	const count = callsOfMemo(textOf(input), "https://api.example");
	if (count !== undefined && !textOf(input).startsWith(bookMemo("https://api.example", count).slice(0, 48)))
		throw new Broken("another book");
	return count === undefined ? "another's" : "accepted";
});

const bookRows = [
	serialize(bookRow, { ticket: id, attempt: id, asset, amount: 1n, calls: 1_000, taken: 64 }),
];

/** A toll that opens over the row of a book has the book, or does not open. */
const book = simple("402 row of a book", "items", bookRows, async (input) => {
	const store = memoryStore();
	await store.commit([{ key: `${bookPrefix}a`, value: input }]);
	const opened = await Books.open(store);
	if (isRefusal(opened)) return opened.code;
	await opened.clear(() => false);
	if ((await store.load()).size !== 0) throw new Broken("a book that stays");
	return "accepted";
});

const meterOnes = [[], [3, 64]].map((left) => serialize(meterRow, { upTo: 64, left }));

/** A toll that opens over the row of a meter has what the row says, or does not open. */
const meter = simple("402 row of a meter", "items", meterOnes, async (input) => {
	const store = memoryStore();
	await store.commit([{ key: `${meterPrefix}a`, value: input }]);
	const rows = await meterRows(store);
	if (isRefusal(rows)) return rows.code;
	for (const { row: each } of rows.values()) mustBeSame(serialize(meterRow, each), input);
	return "accepted";
});

const unansweredOnes = [[], [3, 64]].map((numbers) =>
	serialize(
		unansweredRow,
		numbers.map((number) => ({ number, call: id, preimage: id })),
	),
);

const unanswered = simple("402 row of calls without an answer", "items", unansweredOnes, async (input) => {
	const store = memoryStore();
	await store.commit([
		{ key: `${meterPrefix}a`, value: meterOnes[0] ?? input },
		{ key: `${unansweredPrefix}a`, value: input },
	]);
	const rows = await meterRows(store);
	if (isRefusal(rows)) return rows.code;
	for (const each of rows.values()) mustBeSame(serialize(unansweredRow, each.unanswered), input);
	return "accepted";
});

export const http402Targets: readonly Target[] = [
	asked,
	shown,
	settled,
	answers,
	calls,
	location,
	bundle,
	tick,
	metered,
	memo,
	book,
	meter,
	unanswered,
];
