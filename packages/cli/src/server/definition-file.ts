/**
 * A definition as people write it: a JSON file, read into the body that they sign.
 *
 * Unknown members are refused, so that a condition that was misspelt is not left out in silence. Days are whole;
 * amounts are minor units as text; an asset stands as its code, with the operator's id before it where it is
 * another's.
 */
import {
	type AssetId,
	type Bytes,
	type Condition,
	type DefinitionBody,
	definitionBody,
	fromHex,
	isRefusal,
	parse,
	serialize,
} from "@tenten/protocol";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";
import { readJson } from "../wallet/settings.ts";

const day = 86_400;
const days = z.int().min(0).max(36_500);
const minor = z.string().regex(/^[1-9][0-9]{0,18}$/);
const instant = z.iso.datetime();
const texts = z.array(z.string()).min(1).nullable().default(null);

const condition = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("notBefore"), time: instant }),
	z.strictObject({ kind: z.literal("expires"), time: instant, atExpiry: z.enum(["refund", "burn"]) }),
	z.strictObject({ kind: z.literal("hopLimit"), hops: z.int().min(0) }),
	z.strictObject({ kind: z.literal("transferCap"), amount: minor }),
	z.strictObject({
		kind: z.literal("payees"),
		classes: texts,
		merchantCategories: z.array(z.int()).min(1).nullable().default(null),
		regions: texts,
	}),
	z.strictObject({ kind: z.literal("purpose"), purposes: z.array(z.string()).min(1) }),
	z.strictObject({ kind: z.literal("resaleCap"), asset: z.string(), amount: minor }),
]);

const written = z.strictObject({
	code: z.string(),
	version: z.int().min(1).default(1),
	validFrom: instant.optional(),
	assetKind: z.string(),
	nameJa: z.string(),
	nameEn: z.string(),
	scale: z.int(),
	spendDays: days.min(1),
	redeemDays: days.min(1),
	graceDays: days,
	ceiling: minor,
	conditions: z.array(condition).default([]),
});

export type DefinitionFile = {
	readonly operator: Bytes;
	/** unix seconds; from when it is valid where the file does not say */
	readonly now: number;
	/** see `licenceHash` */
	readonly licence: Bytes;
};

export function readDefinition(file: string, { operator, now, licence }: DefinitionFile): DefinitionBody {
	const read = written.safeParse(readJson(file));
	if (!read.success) {
		const [issue] = read.error.issues;
		throw new BadInput(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, { file });
	}
	const { spendDays, redeemDays, graceDays, validFrom, ceiling, conditions, ...named } = read.data;
	const body: DefinitionBody = {
		...named,
		operator,
		validFrom: validFrom === undefined ? now : seconds(validFrom),
		spendWindow: spendDays * day,
		redeemWindow: redeemDays * day,
		grace: graceDays * day,
		ceiling: BigInt(ceiling),
		conditions: conditions.map((each) => conditionIn(each, operator, file)),
		licence,
	};
	// Lengths and bounds are those of the wire.
	const checked = parse(definitionBody, serialize(definitionBody, body));
	if (isRefusal(checked)) throw new BadInput(`${checked.code} ${checked.detail}`, { file });
	return checked;
}

function conditionIn(each: z.infer<typeof condition>, operator: Bytes, file: string): Condition {
	switch (each.kind) {
		case "notBefore":
		case "expires":
			return { ...each, time: seconds(each.time) };
		case "transferCap":
			return { ...each, amount: BigInt(each.amount) };
		case "resaleCap":
			return { ...each, amount: BigInt(each.amount), asset: assetIn(each.asset, operator, file) };
		case "payees":
			return { ...each, operators: null, certificates: null };
		case "hopLimit":
		case "purpose":
			return each;
		default:
			return each satisfies never;
	}
}

/** `JPY`, or `<id of its operator>:JPY`. */
function assetIn(text: string, own: Bytes, file: string): AssetId {
	const [, id = "", code = ""] = /^(?:([0-9a-f]{64}):)?(.{1,16})$/.exec(text) ?? [];
	const operator = id === "" ? own : fromHex(id);
	if (operator === undefined || code === "") throw new BadInput(`${text} names no asset`, { file });
	return { operator, code };
}

function seconds(text: string): number {
	return Math.floor(Date.parse(text) / 1000);
}
