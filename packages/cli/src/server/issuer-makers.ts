/**
 * Makers of devices whose attestations count at an operator: a file pins their public keys, each with the level that the
 * maker's devices deserve, the roots of Android key attestations, and may limit devices of each level.
 *
 *   { "makers": [{ "name": "Maker", "key": "a401…", "assurance": "secureElement" }],
 *     "androidRoots": [{ "name": "Google", "file": "roots.pem", "assurance": "secureElement",
 *       "statusList": "status.json", "statusListDays": 7 }],
 *     "limits": { "software": { "perTransfer": "1000" } } }
 *
 * Whoever may write the file says how well devices keep their keys. What was certified stays as it is.
 */
import { existsSync } from "node:fs";
import { type DevicePolicy, usualDevices } from "@tenten/operator";
import {
	type Assurance,
	type Bytes,
	coseKey,
	fromHex,
	isRefusal,
	keyId,
	type Maker,
	limits as most,
	type Profile,
	parse,
	toHex,
} from "@tenten/protocol";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";
import { readJson } from "../wallet/settings.ts";
import { androidRootsIn } from "./android-roots.ts";

export const makersOption = [
	"--makers <file>",
	"whose attestations of devices' keys count, and for which level (docs/operating.md#devices; default: nobody's)",
] as const;

const assurance = z.enum(["software", "tee", "secureElement", "hsm"]);
const digits = /^[1-9][0-9]{0,18}$/;
const amount = z
	.string()
	.regex(digits)
	// Asked of what the pattern refused as well.
	.refine((text) => digits.test(text) && BigInt(text) <= most.amount)
	.transform(BigInt)
	.nullable()
	.default(null);
const limits = z.strictObject({ perTransfer: amount, offlineTotal: amount, holding: amount });
const file = z.string().min(1).max(4_096);
const androidRoot = z.strictObject({
	/** for whoever reads the file */
	name: z.string().min(1).max(256),
	file,
	assurance: z.enum(["tee", "secureElement"]),
	statusList: file,
	statusListDays: z.int().min(1).max(366),
});
const shape = z
	.strictObject({
		makers: z
			.array(
				z.strictObject({
					/** for whoever reads the file */
					name: z.string().min(1).max(256),
					/** COSE_Key, hexadecimal */
					key: z.string().regex(/^([0-9a-f]{2}){1,256}$/),
					assurance: assurance.exclude(["software"]),
				}),
			)
			.max(256)
			.default([]),
		androidRoots: z.array(androidRoot).max(64).default([]),
		/** of certificates, by level; a level that is not named has none */
		limits: z.partialRecord(assurance, limits).default({}),
	})
	.refine(({ makers, androidRoots }) => makers.length + androidRoots.length > 0, "nobody's would");

/** What an operator asks of devices, with the makers that `file` pins. */
export function makersIn(file: string): DevicePolicy {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	const read = shape.safeParse(readJson(file));
	if (!read.success) {
		const [first] = read.error.issues;
		throw new BadInput(`does not say whose attestations count: ${first?.path.join(".")}: ${first?.message}`, {
			file,
		});
	}
	const makers = read.data.makers.map(({ name, key, assurance: level }): Maker => {
		const parsed = parse(coseKey, fromHex(key) as Bytes);
		if (isRefusal(parsed))
			throw new BadInput(`the key of ${name} is none: ${parsed.code} ${parsed.detail}`.trim(), { file });
		return { key: parsed, assurance: level };
	});
	if (new Set(makers.map(({ key }) => toHex(keyId(key)))).size !== makers.length)
		throw new BadInput("one key is named twice: which level counts would be a matter of order", { file });
	const ofLevel = read.data.limits;
	const limitsOf = (level: Assurance): Profile["limits"] => ofLevel[level] ?? null;
	const androidRoots = read.data.androidRoots.flatMap((root) => androidRootsIn(root, file));
	if (new Set(androidRoots.map(({ key }) => toHex(key))).size !== androidRoots.length)
		throw new BadInput("one root is named twice: which level counts would be a matter of order", { file });
	return { ...usualDevices, makers, androidRoots, limitsOf };
}
