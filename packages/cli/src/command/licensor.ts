/**
 * `tenten licensor`: the other side of licences, for a regulator, the owner of a scheme, or whoever tries things
 * out. It needs no operator and no network: files come in, files go out.
 */
import { existsSync } from "node:fs";
import {
	algorithmOf,
	type JoseKey,
	type Licensor,
	makeJoseKey,
	makeLicence,
	makeStatusList,
} from "@tenten/operator";
import { fromHex } from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { numberIn } from "../number-flag.ts";
import { family, subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { readJson, writeJson } from "../wallet/settings.ts";

const day = 86_400;

export function licensorCommands(): Command {
	return family("licensor", "license operators: the other side of licences", [
		initCommand(),
		grantCommand(),
		statusListCommand(),
	]);
}

type LicensorFile = Licensor & { readonly privateKey: JoseKey };

const keyOption = ["--licensor <file>", "who licenses, as licensor init made it"] as const;

function initCommand(): Command {
	return subcommand<[file: string], { readonly iss: string }>(
		{
			usage: "init <file>",
			summary: "make a licensor's key; the public half is what operators are set up with",
			example: "tenten licensor init regulator.json --iss https://regulator.example",
			required: [["--iss <name>", "who it is, as licences say it: an address or a URN"]],
		},
		async (output, { iss }, file) => {
			if (existsSync(file)) throw new BadInput("is there already", { file });
			const { publicKey: key, privateKey } = makeJoseKey();
			writeJson(file, { iss, key, privateKey });
			writeJson(`${file}.public`, { iss, key });
			output.say(`The licensor's key is in ${file}: keep it. Operators are set up with ${file}.public.`);
			return { ok: true, result: { ok: true, file, public: `${file}.public`, iss } };
		},
	);
}

type GrantFlags = {
	readonly licensor: string;
	readonly operator: string;
	readonly key: string;
	readonly kind: string;
	readonly asset: string;
	readonly ceiling: string;
	readonly days: string;
	readonly status?: string;
};

function grantCommand(): Command {
	return subcommand<[file: string], GrantFlags>(
		{
			usage: "grant <file>",
			summary: "license an operator to issue one asset",
			example:
				"tenten licensor grant yen.sdjwt --licensor regulator.json --operator 5e1f… --key licence-key.json.public --kind currency --asset JPY:0 --ceiling 1000000 --days 365",
			required: [
				keyOption,
				["--operator <id>", "who may issue: 64 hexadecimal digits"],
				["--key <file>", "the operator's key that the licence is bound to, as licences key made it"],
				["--kind <kind>", "currency, ticket, energy-certificate, game-item, …"],
				["--asset <code:scale>", "what may be issued, with its decimals, e.g. JPY:0"],
				["--ceiling <amount>", "minor units that may be in circulation at once"],
				["--days <number>", "for so long"],
			],
			options: [["--status <uri#index>", "where its status stands, so that it can be revoked"]],
		},
		async (output, flags, file) => {
			const { iss, privateKey } = licensorIn(flags.licensor);
			const operator = fromHex(flags.operator);
			const [, code = "", scale = ""] = /^(.{1,16}):([0-9]{1,2})$/.exec(flags.asset) ?? [];
			if (operator?.length !== 32) throw new BadInput("--operator has 64 hexadecimal digits");
			if (code === "" || Number(scale) > 18)
				throw new BadInput("--asset is a code and its decimals, as JPY:0");
			if (!/^[1-9][0-9]{0,18}$/.test(flags.ceiling))
				throw new BadInput("--ceiling is a number of minor units");
			const status = flags.status === undefined ? {} : { status: placeFrom(flags.status) };
			const licence = await makeLicence(
				{
					iss,
					operator,
					key: publicKeyIn(flags.key),
					assetKind: flags.kind,
					codes: [code],
					scale: Number(scale),
					ceiling: BigInt(flags.ceiling),
					issuedAt: now(),
					until: now() + numberIn("--days", flags.days, 1) * day,
					...status,
				},
				privateKey,
			);
			replaceFile(file, new Uint8Array(Buffer.from(`${licence}\n`)));
			output.say(`The licence is in ${file}.`);
			return { ok: true, result: { ok: true, file, iss } };
		},
	);
}

type StatusFlags = {
	readonly licensor: string;
	readonly uri: string;
	readonly size: string;
	readonly days: string;
	readonly revoked?: readonly string[];
};

function statusListCommand(): Command {
	return subcommand<[file: string], StatusFlags>(
		{
			usage: "status-list <file>",
			summary: "sign which licences still count",
			example:
				"tenten licensor status-list status.jwt --licensor regulator.json --uri https://regulator.example/status --size 64 --days 7 --revoked 9",
			required: [
				keyOption,
				["--uri <address>", "the list's address, as licences name it"],
				["--size <count>", "licences that it speaks of"],
				["--days <number>", "it counts for so long"],
			],
			options: [["--revoked <index...>", "licences that count no more"]],
		},
		async (output, flags, file) => {
			const { iss, privateKey } = licensorIn(flags.licensor);
			const size = numberIn("--size", flags.size, 1);
			const revoked = (flags.revoked ?? []).map((text) => numberIn("--revoked", text, 0));
			if (revoked.some((index) => index >= size))
				throw new BadInput("--revoked names a licence beyond --size");
			const expiresAt = now() + numberIn("--days", flags.days, 1) * day;
			const list = { iss, uri: flags.uri, size, revoked, issuedAt: now(), expiresAt };
			const token = await makeStatusList(list, privateKey);
			replaceFile(file, new Uint8Array(Buffer.from(`${token}\n`)));
			output.say(`The status list is in ${file}.`);
			return { ok: true, result: { ok: true, file, revoked } };
		},
	);
}

function placeFrom(text: string): { readonly uri: string; readonly idx: number } {
	const at = text.lastIndexOf("#");
	if (at < 1)
		throw new BadInput("--status is an address and an index, as https://regulator.example/status#9");
	return { uri: text.slice(0, at), idx: numberIn("--status", text.slice(at + 1), 0) };
}

/** What a licence names is read by everybody: a private key in it is nobody's any more. */
function publicKeyIn(file: string): JoseKey {
	const key = readJson(file) as JoseKey;
	if (algorithmOf(key) === undefined || key.d !== undefined)
		throw new BadInput("is no public key: licences key writes FILE.public", { file });
	return key;
}

function licensorIn(file: string): LicensorFile {
	const { iss, key, privateKey }: Partial<LicensorFile> = readJson(file);
	if (typeof iss !== "string" || key === undefined || privateKey === undefined)
		throw new BadInput("is no licensor: licensor init makes one", { file });
	return { iss, key, privateKey };
}
