/** What a wallet reads besides messages: bundles, links, questions, addresses, what operators and peers answer. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type Bytes,
	decodeItem,
	encodeItem,
	equalBytes,
	type Item,
	isRefusal,
	type OperatorClient,
	refuse,
} from "@tenten/protocol";
import {
	addOrderRoutes,
	addRequestRoute,
	fileReceiver,
	type HttpChannel,
	handoverApp,
	httpChannel,
	httpOperatorClient,
	linkOf,
	memoryStore,
	messagesOfLink,
	sqliteStore,
} from "@tenten/wallet";
import { encodePayer } from "../../packages/wallet/src/company/order-questions.ts";
import { decodeAsked, encodeAsked } from "../../packages/wallet/src/transport/asking.ts";
import { decodeBundle, encodeBundle } from "../../packages/wallet/src/transport/bundle.ts";
import { listenOnLoopback } from "../../packages/wallet/src/transport/loopback-server.ts";
import { checkPeerUrl } from "../../packages/wallet/src/transport/peer-rules.ts";
import { messages } from "../material.ts";
import { Broken, mustBeSame, type OpenTarget, outcomeOf, type Target } from "../target.ts";
import { answerOf, encodeHttp, type HttpSeed, requestIn } from "./http-input.ts";

const bundles: readonly Bytes[] = [[], messages.slice(0, 1), messages.slice(2, 9), messages].map((list) =>
	encodeBundle(list),
);

export function ofText(text: string): Bytes {
	return Uint8Array.from(Buffer.from(text));
}

export function textOf(input: Bytes): string {
	return Buffer.from(input).toString("utf8");
}

export function simple(
	name: string,
	form: OpenTarget["form"],
	seeds: readonly Bytes[],
	run: OpenTarget["run"],
	weight = 1,
): Target {
	return { name: `wallet/${name}`, weight, open: async () => ({ seeds, form, run }) };
}

const bundle = simple("bundle", "items", bundles, (input) => {
	const read = decodeBundle(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(encodeBundle(read), input);
	return "accepted";
});

const links = [
	linkOf(messages.slice(0, 2)),
	linkOf([]),
	linkOf(messages.slice(0, 1), "https://wallet.example/pay"),
];

const link = simple("link", "text", links.map(ofText), (input) => {
	const text = textOf(input);
	const read = messagesOfLink(text);
	if (isRefusal(read)) return read.code;
	const isSame = text.trim().endsWith(linkOf(read).slice("tenten:".length));
	if (!isSame) throw new Broken("a link that is written otherwise");
	return "accepted";
});

const questions = [
	encodeAsked({}),
	encodeAsked({ amount: 5n }),
	encodeAsked({ amount: 2n ** 62n, asset: { operator: new Uint8Array(32), code: "JPY" } }),
];

const asked = simple("question", "text", questions.map(ofText), (input) => {
	const read = decodeAsked(textOf(input));
	if (isRefusal(read)) return read.code;
	const again = decodeAsked(encodeAsked(read));
	if (isRefusal(again) || encodeAsked(again) !== encodeAsked(read))
		throw new Broken("a question that changes");
	return "accepted";
});

const addresses = [
	"https://shop.example",
	"https://shop.example:8443/pay/",
	"https://203.0.114.7/",
	"https://[2606:4700::1]/x",
	"http://127.0.0.1:80",
	"https://10.0.0.1",
	"https://[::ffff:10.0.0.1]",
	"https://user:pass@shop.example",
];

const peer = simple("peer address", "text", addresses.map(ofText), (input) => {
	const url = checkPeerUrl(textOf(input), {});
	if (isRefusal(url)) return url.code;
	const address = url.hostname.replace(/^\[(.*)\]$/, "$1");
	const isPrivate = isIP(address) !== 0 && /^(10|127|0|192\.168|169\.254)\.|^(::|fe80|fc|fd)/.test(address);
	if (url.protocol !== "https:" || url.username !== "" || isPrivate) throw new Broken(`allowed ${url}`);
	return "accepted";
});

const file: Target = {
	name: "wallet/bundle in a file",
	weight: 10,
	open: async () => {
		const folder = mkdtempSync(join(tmpdir(), "tenten-fuzz-"));
		const path = join(folder, "bundle.cbor");
		return {
			seeds: bundles,
			form: "items",
			run: async (input) => {
				writeFileSync(path, input);
				const read = await fileReceiver(path).receive();
				if (isRefusal(read)) return read.code;
				mustBeSame(encodeBundle(read), input);
				return "accepted";
			},
			close: async () => rmSync(folder, { recursive: true }),
		};
	},
};

/** Routes of a wallet's server, with valid requests. A route that is not here fails a test. */
export const walletRoutes: Readonly<Record<string, readonly HttpSeed[]>> = {
	"POST /v1/handover": bundles.map((body) => ({
		path: "/v1/handover",
		headers: { "content-type": "application/cose" },
		body,
	})),
	...Object.fromEntries(
		["payment", "status", "receipt"].map((what) => [
			`POST /v1/orders/:order/${what}`,
			["order-1", "order-2"].map((order) => ({
				path: `/v1/orders/${order}/${what}`,
				headers: { "content-type": "application/json" },
				body: ofText(encodePayer("a-payment-of-mine")),
			})),
		]),
	),
	"POST /v1/requests": questions.map((body) => ({
		path: "/v1/requests",
		headers: { "content-type": "application/json" },
		body,
	})),
};

/** A wallet's server, before whatever answers. */
export function walletApp(): ReturnType<typeof handoverApp> {
	const app = handoverApp(
		async (received) => received.slice(0, 3),
		(error) => {
			throw new Broken(`reported: ${error.stack}`);
		},
	);
	addRequestRoute(app, async () => messages.slice(0, 1));
	addOrderRoutes(app, {
		ask: async (order, payer) =>
			order === "order-1"
				? { id: payer, messages: messages.slice(0, 1), expiresAt: 1 }
				: refuse("order-taken"),
		status: async (order, payment) =>
			order === "order-1" ? { order, payment, status: "paid" } : refuse("order-unknown"),
		again: async () => messages.slice(0, 2),
	});
	return app;
}

const servers = Object.entries(walletRoutes).map(([name, seeds]): Target => {
	const [method = ""] = name.split(" ", 1);
	return {
		name: `wallet-http/${name}`,
		weight: 4,
		open: async () => {
			const app = walletApp();
			return {
				seeds: seeds.map(encodeHttp),
				form: "items",
				run: async (input) => {
					const request = requestIn(method, input);
					return request === undefined ? "no-request" : (await answerOf(await app.fetch(request))).outcome;
				},
			};
		},
	};
});

type Reply = { readonly status: number; readonly type: string; readonly body: Bytes };

/** `[status, content type, body]`: what a server that is not ours may answer. */
function replyIn(input: Bytes): Reply | string {
	const item = decodeItem(input, 1 << 20);
	if (isRefusal(item)) return item.code;
	const [status, type, body] = Array.isArray(item) ? (item as readonly Item[]) : [];
	if (typeof status !== "number" || typeof type !== "string") return "malformed";
	const isStatus = status >= 200 && status < 600 && ![204, 205, 304].includes(status);
	const isHeader = /^[\x20-\x7e]*$/.test(type);
	if (!isStatus || !isHeader) return "no-answer";
	return { status, type, body: body instanceof Uint8Array ? body : ofText(`${body}`) };
}

const problemBody = ofText(JSON.stringify({ title: "no", code: "expired", detail: "too late", status: 422 }));
const replies = [
	...bundles.map((body) => encodeItem([200, "application/cose", body])),
	encodeItem([422, "application/problem+json", problemBody]),
	encodeItem([302, "text/html", "elsewhere"]),
	encodeItem([500, "application/problem+json", '{"code":"__proto__"}']),
];

const operator: Target = {
	name: "wallet/answer of an operator",
	weight: 3,
	open: async () => {
		let reply: Reply = { status: 200, type: "", body: new Uint8Array() };
		const send = async () =>
			new Response(new Uint8Array(reply.body), {
				status: reply.status,
				headers: { "content-type": reply.type },
			});
		const client = httpOperatorClient({ url: "http://operator.invalid", fetch: send as typeof fetch });
		const methods = ["trustList", "enrol", "withdraw", "claim", "rule", "release", "account"] as const;
		return {
			seeds: replies,
			form: "items",
			run: async (input) => {
				const found = replyIn(input);
				if (typeof found === "string") return found;
				reply = found;
				let outcome = "";
				for (const method of methods) outcome = await ask(client, method, found, outcome);
				return outcome;
			},
		};
	},
};

async function ask(client: OperatorClient, method: keyof OperatorClient, reply: Reply, before: string) {
	const answer = await client[method](new Uint8Array(32));
	if (method === "account" || method === "release") return before;
	if (!isRefusal(answer) && !equalBytes(answer, reply.body)) throw new Broken("another answer");
	return outcomeOf(answer);
}

const channel: Target = {
	name: "wallet/answer of a peer",
	weight: 12,
	open: async () => {
		let reply: Reply = { status: 200, type: "", body: new Uint8Array() };
		const fetch = () => {
			const headers = { "content-type": reply.type };
			return new Response(new Uint8Array(reply.body), { status: reply.status, headers });
		};
		const server = await listenOnLoopback({ fetch });
		const peerOf = httpChannel(server.url, { rules: { loopback: true } });
		if (isRefusal(peerOf)) throw new Error("loopback is allowed here");
		return {
			seeds: replies,
			form: "items",
			run: async (input) => {
				const found = replyIn(input);
				if (typeof found === "string") return found;
				reply = found;
				return exchange(peerOf, found);
			},
			close: async () => {
				peerOf.close();
				await server.stop();
			},
		};
	},
};

async function exchange(peerOf: HttpChannel, reply: Reply): Promise<string> {
	const answer = await peerOf.exchange([]);
	if (isRefusal(answer)) return answer.code;
	mustBeSame(encodeBundle(answer), reply.body);
	return "accepted";
}

const entries = [
	{
		id: "paid/aa",
		at: 5,
		kind: "paid",
		asset: "00/JPY",
		amount: "120",
		party: "Shop",
		note: "本 A",
		text: "ａ",
	},
	{
		id: "received/bb",
		at: 9,
		kind: "received",
		asset: "00/JPY",
		amount: "1",
		party: "İ",
		note: "%_'",
		text: "i",
	},
];

/** What is written of payments holds strangers' words: two stores must find the same by any words. */
const history: Target = {
	name: "wallet/history",
	weight: 20,
	open: async () => {
		const folder = mkdtempSync(join(tmpdir(), "tenten-fuzz-"));
		const durable = sqliteStore(join(folder, "history.sqlite"));
		if (isRefusal(durable)) throw new Error("a new file");
		const memory = memoryStore();
		let count = 0;
		return {
			seeds: entries.map((entry) => ofText(JSON.stringify(entry))),
			form: "text",
			run: async (input) => {
				const read = entryIn(textOf(input));
				if (read === undefined) return "no-entry";
				const entry = { ...read.entry, id: `${count++}` };
				const query = { text: read.text, limit: 3 };
				const pages = [];
				for (const store of [memory, durable]) {
					await store.history.append(entry);
					const { entries: found, next } = await store.history.list(query);
					pages.push(
						JSON.stringify([next, ...found.map(({ id, at, party, note }) => [id, at, party, note])]),
					);
				}
				if (pages[0] !== pages[1]) throw new Broken(`memory finds ${pages[0]}, the file ${pages[1]}`);
				return "accepted";
			},
			close: async () => {
				await durable.close();
				rmSync(folder, { recursive: true });
			},
		};
	},
};

function entryIn(text: string) {
	try {
		const { at, party, note, text: words } = JSON.parse(text);
		if (![party, note, words].every((each) => typeof each === "string" && each.length < 2000))
			return undefined;
		const entry = {
			at: Number.isSafeInteger(at) ? at : 0,
			kind: "paid",
			asset: "00/JPY",
			amount: 1n,
		} as const;
		return { entry: { ...entry, party: party as string, note: note as string }, text: words as string };
	} catch {
		return undefined;
	}
}

export const walletTargets: readonly Target[] = [
	bundle,
	link,
	asked,
	peer,
	file,
	...servers,
	operator,
	channel,
	history,
];
