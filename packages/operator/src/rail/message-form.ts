/**
 * Messages of the account rail as JSON: amounts are strings of minor units, everything else is as its type says.
 *
 * What is read is exactly one of the bodies there are, with no field more; so what was read encodes as it came.
 */
import { z } from "@hono/zod-openapi";
import { type Body, type Credit, mostInBundle, railRefusals } from "@tenten/protocol/rail";

/** 64-bit, as every ledger's column. */
const mostAmount = 9_223_372_036_854_775_807n;
/** Of parties, accounts and payments. */
export const namePattern: RegExp = /^[\x21-\x7e]{1,64}$/;
const name = z.string().regex(namePattern);
const amount = z
	.string()
	.regex(/^[1-9][0-9]{0,18}$/)
	.transform(BigInt)
	.refine((minor) => minor <= mostAmount)
	.openapi({ type: "string", description: "minor units, below 2⁶³" });
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const credit = z
	.string()
	.regex(/^(final|reserved|release:[0-9a-f]{64})$/)
	.transform((text) => text as Credit)
	.openapi({ type: "string" });
const word = z.enum(["notified", "abandoned"]);
const permit = hash;
const signature = z.string().regex(/^[0-9a-f]{128}$/);
const code = z.enum(Object.keys(railRefusals) as [keyof typeof railRefusals]);
const exchange = { payer: name, payee: name, amount };
const terms = { ...exchange, credit };
/** of the hand-over, in base64: each as long as it may be */
const messages = z.array(z.base64().min(4).max(87_384)).max(mostInBundle);

const bodies = [
	z.strictObject({ kind: z.literal("pay"), ...terms }),
	z.strictObject({ kind: z.literal("paidOtherwise") }),
	z.strictObject({ kind: z.literal("instruct"), ...terms }),
	z.strictObject({ kind: z.literal("giveUp") }),
	z.strictObject({ kind: z.literal("seen") }),
	z.strictObject({ kind: z.literal("ask") }),
	z.strictObject({ kind: z.literal("announce"), ...terms, ledger: name }),
	z.strictObject({ kind: z.literal("askPermit"), payee: name, amount, credit, ledger: name, system: name }),
	z.strictObject({ kind: z.literal("permit"), permit }),
	z.strictObject({ kind: z.literal("permitRefused"), code }),
	z.strictObject({ kind: z.literal("accepted"), permit, ledger: name }),
	z.strictObject({ kind: z.literal("declined"), code }),
	z.strictObject({ kind: z.literal("debit"), payer: name, amount, credit, permit, ledger: name }),
	z.strictObject({ kind: z.literal("credit"), permit, amount, credit }),
	z.strictObject({ kind: z.literal("credited") }),
	z.strictObject({ kind: z.literal("creditRefused"), code }),
	z.strictObject({ kind: z.literal("debited") }),
	z.strictObject({ kind: z.literal("debitRefused"), code }),
	z.strictObject({ kind: z.literal("completed") }),
	z.strictObject({ kind: z.literal("notCompleted"), standing: z.enum(["refused", "abandoned"]) }),
	z.strictObject({
		kind: z.literal("told"),
		standing: z.enum(["pending", "completed", "reserved", "refused", "abandoned"]),
	}),
	z.strictObject({ kind: z.literal("use") }),
	z.strictObject({ kind: z.literal("confirm") }),
	z.strictObject({ kind: z.literal("answer"), permit, word, signature }),
	z.strictObject({ kind: z.literal("decide"), permit, word, signature }),
	z.strictObject({ kind: z.literal("ended"), word }),
	z.strictObject({ kind: z.literal("recredited") }),
	z.strictObject({ kind: z.literal("held"), payee: name, amount, credit }),
	z.strictObject({ kind: z.literal("settle"), release: hash.nullable() }),
	z.strictObject({ kind: z.literal("settled"), release: hash.nullable() }),
	z.strictObject({ kind: z.literal("exchange"), ...exchange }),
	z.strictObject({ kind: z.literal("begin"), ...exchange }),
	z.strictObject({ kind: z.literal("offer"), ...exchange, messages }),
	z.strictObject({ kind: z.literal("handOver"), messages }),
] as const;

const plain = z.discriminatedUnion("kind", bodies).openapi("RailBody");

/** Between a party of exchanges and its own purse: on no wire, and in its store alone. */
const ofPurse = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("makeRequest"), amount }),
	z.strictObject({ kind: z.literal("lock"), amount, messages }),
	z.strictObject({ kind: z.literal("reserve"), request: hash, messages }),
	z.strictObject({ kind: z.literal("release"), request: hash, messages }),
	z.strictObject({ kind: z.literal("cancel"), request: hash }),
	z.strictObject({
		kind: z.literal("take"),
		request: hash,
		messages,
		release: hash.nullable(),
		mayFree: z.boolean(),
	}),
	z.strictObject({ kind: z.literal("requested"), request: hash, messages }),
	z.strictObject({ kind: z.literal("locked"), request: hash, lock: hash, messages }),
	z.strictObject({ kind: z.literal("holding"), lock: hash, messages }),
	z.strictObject({ kind: z.literal("released"), release: hash, messages }),
	z.strictObject({ kind: z.literal("cancelled"), messages }),
	z.strictObject({ kind: z.literal("owned") }),
	z.strictObject({ kind: z.literal("freed") }),
	z.strictObject({ kind: z.literal("waiting") }),
]);

/** Through a hub: who said it first, and whom it is for at last. */
const forward = z.strictObject({ kind: z.literal("forward"), from: name, to: name, body: plain });

type Forward = {
	readonly kind: "forward";
	readonly from: string;
	readonly to: string;
	readonly body: Body;
};

/** Who says what to whom, once under its id. */
export type RailMessage = {
	readonly id: string;
	readonly from: string;
	readonly to: string;
	/** its number in the flow; 0 outside of it */
	readonly step: number;
	readonly payment: string;
	readonly body: Body | Forward;
};

const fields = {
	id: z.string().regex(/^[\x21-\x7e]{1,200}$/),
	from: name,
	to: name,
	step: z.number().min(0).max(99),
	payment: name,
};

export const messageSchema: z.ZodType<RailMessage> = z
	.strictObject({ ...fields, body: z.union([plain, forward]) })
	.openapi("RailMessage");

const storedSchema: z.ZodType<RailMessage> = z.strictObject({
	...fields,
	body: z.union([plain, forward, ofPurse]),
});

/** The message, or undefined where it is none. */
export function readMessage(json: unknown): RailMessage | undefined {
	const read = messageSchema.safeParse(json);
	return read.success ? read.data : undefined;
}

/** A message as a store keeps it: what is said to a purse, too. */
export function readMessageText(text: string): RailMessage | undefined {
	try {
		const read = storedSchema.safeParse(JSON.parse(text));
		return read.success ? read.data : undefined;
	} catch {
		return undefined;
	}
}

/** The text of a message, of its body, or of what is kept: amounts become strings. */
export function writeJson(value: unknown): string {
	return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}` : each));
}

/** What was kept, read back: amounts are the only numbers that are written as strings. */
export function readKept(text: string): unknown {
	return JSON.parse(text, (key, value: unknown) => (key === "amount" ? BigInt(value as string) : value));
}
