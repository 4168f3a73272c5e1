/**
 * `tenten crossing agree` and `rules`: what an operator signs with others, in its folder, while it does not serve.
 *
 *   terms (JSON) ─▶ one operator signs ─▶ file ─▶ the other signs, and keeps it ─▶ file ─▶ the first keeps it
 *   rules (JSON) ─▶ the next version of its rule book, signed and kept
 *
 * Both must list each other: what one reads of the other's signature is checked under the keys that it lists.
 */
import { readFileSync } from "node:fs";
import {
	type AgreementBody,
	agreementBody,
	agreementId,
	type Bytes,
	bytes,
	fromHex,
	isRefusal,
	nullable,
	parse,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	toHex,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";
import { type Issuer, openIssuer } from "../server/issuer.ts";
import { listPeers } from "../server/peers.ts";
import { subcommand } from "../subcommand.ts";
import { codeInWords } from "../trust-file.ts";
import { passphraseCost } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";
import { dataOption, type IssuerFlags, issuerFolder } from "./operator-command.ts";

type Flags = IssuerFlags & { readonly passphraseFile?: string };
const options = [
	dataOption,
	["--passphrase-file <file>", "its first line opens the keys (default: $TENTEN_PASSPHRASE, else asked for)"],
] as const;

const signed = nullable(bytes(64));
const draft = record({ body: agreementBody, bySource: signed, byDestination: signed });
type Draft = TypeOf<typeof draft>;

const id = z
	.string()
	.regex(/^[0-9a-f]{64}$/)
	.transform((text) => fromHex(text) as Bytes);
const minor = z
	.string()
	.regex(/^[0-9]{1,18}$/)
	.transform(BigInt);
const seconds = z.int().min(1);
const terms = z.strictObject({
	source: id,
	destination: id,
	version: z.int().min(1),
	paid: id,
	credited: id,
	exposure: minor,
	fee: z.strictObject({ fixed: minor, perMillion: z.int().min(0).max(1_000_000) }),
	quoteLifetime: seconds,
	seals: z.int().min(2),
	freshness: seconds,
	liable: z.enum(["source", "destination"]),
	settlement: seconds,
	from: z.iso.datetime().transform(secondsOf),
	until: z.iso.datetime().transform(secondsOf),
});
const ruleTerms = z.strictObject({
	from: z.iso.datetime().transform(secondsOf),
	agreements: z
		.array(
			z.strictObject({ agreement: id, rate: z.strictObject({ credited: minor, paid: minor }).nullable() }),
		)
		.max(64),
	rules: z.string().max(32_768),
});

function secondsOf(text: string): number {
	return Math.floor(Date.parse(text) / 1000);
}

export function agreeCommand(): Command {
	return subcommand<[terms: string, file: string], Flags>(
		{
			usage: "agree <terms> <file>",
			summary: "sign an agreement with another operator, and keep it once both have",
			example: "tenten crossing agree terms.json agreement.cbor --data ./bank",
			options,
		},
		async (output, flags, from, file) => {
			const asked = draftIn(from);
			return withIssuer(flags, async ({ operator }) => {
				const made = await operator.crossings.agree(asked);
				if (isRefusal(made)) return refused(made);
				const isWhole = made.bySource !== null && made.byDestination !== null;
				if (made.bySource === null && made.byDestination === null)
					throw new BadInput("it is between other operators", { file: from });
				replaceFile(file, serialize(draft, made));
				const agreement = toHex(agreementId(made.body));
				output.say(`The agreement ${agreement} is in ${file}.`);
				output.say(
					isWhole ? "Both have signed, and it is kept." : "Next: the other operator signs this file.",
				);
				return { ok: true, result: { ok: true, agreement, isWhole, file } };
			});
		},
	);
}

export function rulesCommand(): Command {
	return subcommand<[file: string], Flags>(
		{
			usage: "rules <file>",
			summary: "sign the next version of the rule book: which agreements are in force, and at which rates",
			example: "tenten crossing rules rules.json --data ./bank",
			options,
		},
		async (output, flags, file) => {
			const content = readJsonAs(ruleTerms, file);
			return withIssuer(flags, async ({ operator }) => {
				const made = await operator.crossings.publish(content);
				if (isRefusal(made)) return refused(made);
				const { version } = made.body;
				output.say(`Version ${version} of the rule book is signed and kept.`);
				return { ok: true, result: { ok: true, version } };
			});
		},
	);
}

function refused(refusal: Refusal) {
	return { ok: false, result: { ok: false, code: refusal.code, why: codeInWords(refusal) } };
}

async function withIssuer<T>(flags: Flags, work: (issuer: Issuer) => Promise<T>): Promise<T> {
	const folder = issuerFolder(flags);
	const what = `the operator in ${folder}`;
	const passphrase = await readPassphrase({ file: flags.passphraseFile, what, isNew: false });
	const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;
	const issuer = await openIssuer(folder, unlock);
	if (isRefusal(issuer)) throw new BadInput(codeInWords(issuer), { file: folder });
	try {
		await listPeers(folder, issuer.operator, []);
		return await work(issuer);
	} finally {
		await issuer.close();
	}
}

/** Terms that nobody has signed, or what the other operator sent. */
function draftIn(file: string): Draft {
	const content = read(file);
	if (content[0] === 0x7b) {
		const body: AgreementBody = readJsonAs(terms, file);
		return { body, bySource: null, byDestination: null };
	}
	const sent = parse(draft, content);
	if (isRefusal(sent)) throw new BadInput(`is no agreement: ${sent.detail}`, { file });
	return sent as Draft;
}

function read(file: string): Bytes {
	try {
		return new Uint8Array(readFileSync(file));
	} catch {
		throw new BadInput("cannot be read", { file });
	}
}

function readJsonAs<S extends z.ZodType>(schema: S, file: string): z.output<S> {
	let value: unknown;
	try {
		value = JSON.parse(Buffer.from(read(file)).toString("utf8"));
	} catch (error) {
		if (error instanceof BadInput) throw error;
		throw new BadInput("is no JSON", { file });
	}
	const known = schema.safeParse(value);
	if (!known.success) throw new BadInput(z.prettifyError(known.error), { file });
	return known.data;
}
