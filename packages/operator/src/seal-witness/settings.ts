/**
 * The logs that a witness follows, as whoever runs it writes them down: one file of JSON.
 *
 *   { "peers": [{
 *       "operator": "<key id of its root>", "keys": ["log.example/jpy+8f3c…"], "at": "https://log.example/jpy",
 *       "holders": ["<key id of a bank>"], "maximumAge_s": 60, "ahead_s": 5, "reserveAge_s": 86400,
 *       "others": ["https://witness2.example"], "url": "https://operator.example" }] }
 */
import { z } from "@hono/zod-openapi";
import { type Bytes, fromHex, isRefusal, parseVerifierKey, type VerifierKey } from "@tenten/protocol";
import { folderSource, httpSource } from "../log/source.ts";
import { asking } from "./asking.ts";
import { type OperatorDoor, PeerWords, type PeerWordsOptions } from "./peer-words.ts";
import type { WitnessedLog } from "./seal-witness.ts";

const id = z.string().regex(/^[0-9a-f]{64}$/);
const seconds = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const url = z.url({ protocol: /^https?$/ });

const peer = z.strictObject({
	operator: id,
	/** every key under which the log ever signed, the first of which names it */
	keys: z.array(z.string().max(4096)).min(1).max(16),
	/** an address, or a folder of this machine */
	at: z.string().min(1),
	holders: z.array(id).max(64),
	maximumAge_s: seconds.default(60),
	ahead_s: seconds.default(5),
	reserveAge_s: seconds.default(86_400),
	others: z.array(url).max(16).default([]),
	/** of the operator's door, which shows its settlements and its trust list */
	url: url.optional(),
	/** how its lines and items are sampled there; they are not where this is left out */
	sampling: z.strictObject({ count: z.int().min(1).max(64), pause_s: seconds }).optional(),
});
const settings = z.strictObject({ peers: z.array(peer).min(1).max(256) });

/** The logs, or what is wrong with the text. */
export function readPeersToFollow(text: string, options: PeerWordsOptions): readonly WitnessedLog[] | string {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return "is no JSON";
	}
	const read = settings.safeParse(value);
	if (!read.success) {
		const [issue] = read.error.issues;
		return `${issue?.path.join(".")}: ${issue?.message}`;
	}
	const words = new PeerWords(read.data.peers.flatMap(doorOf), options);
	const logs: WitnessedLog[] = [];
	for (const each of read.data.peers) {
		const log = logOf(each);
		if (typeof log === "string") return log;
		if (logs.some(({ keys }) => keys.origin === log.keys.origin))
			return `${log.keys.origin} stands there twice`;
		const { operator } = log;
		const { url: door, sampling } = each;
		if (door === undefined && sampling !== undefined) return "sampling: name the operator's door as url";
		logs.push({
			...log,
			...(door === undefined ? {} : { peerWords: (stop) => words.towards(operator, stop) }),
			...(door === undefined || sampling === undefined
				? {}
				: { sampling: { ...sampling, ask: asking(door) } }),
		});
	}
	return logs;
}

function doorOf({ operator, url: at }: z.output<typeof peer>): readonly OperatorDoor[] {
	return at === undefined ? [] : [{ operator: fromHex(operator) as Bytes, url: at }];
}

function logOf({
	operator,
	keys,
	at,
	holders,
	others,
	url: _,
	sampling: __,
	...ages
}: z.output<typeof peer>): WitnessedLog | string {
	const read: VerifierKey[] = [];
	for (const text of keys) {
		const key = parseVerifierKey(text);
		if (isRefusal(key) || key.type !== "note") return `${text} is no key of a log`;
		read.push(key);
	}
	return {
		operator: fromHex(operator) as Bytes,
		keys: { origin: read[0]?.name ?? "", keys: read },
		source: /^https?:/.test(at) ? httpSource(at) : folderSource(at),
		policy: { holders: holders.map((each) => fromHex(each) as Bytes), ...ages },
		others,
	};
}
