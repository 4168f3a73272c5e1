/** `tenten device claim`: what a lost device owned, asked back by the party that answers for it, from copies of its tokens. */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { askLost, type LostFate, type LostQuestion, takeLost } from "@tenten/module";
import {
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	limits,
	parse,
	type Refusal,
	refuse,
	type Signer,
	serialize,
	type Trust,
	toHex,
	token as tokenShape,
	type VerifiedToken,
} from "@tenten/protocol";
import { amountWords, replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { trustOf } from "../server/operator-trust.ts";
import { subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { operatorAt } from "../wallet/folder.ts";
import { type SignFlags, signerIn } from "./device-key.ts";
import { type AskFlags, askOptions, askRequired } from "./device-party.ts";

type ClaimFlags = AskFlags & SignFlags & { readonly account: string };

/** What became of one; `words` say it. Amounts in minor units, dates in unix seconds. */
type Told =
	| {
			readonly kind: "paid";
			readonly amount: bigint;
			readonly fresh: readonly string[];
			readonly words: string;
	  }
	| { readonly kind: "early"; readonly from: number; readonly words: string }
	| { readonly kind: "spent"; readonly link: string; readonly words: string }
	| { readonly kind: "refused"; readonly code: string; readonly words: string };

export function claimCommand(): Command {
	return subcommand<[files: string[]], ClaimFlags>(
		{
			usage: "claim <token...>",
			summary: "ask back what a lost device owned: files of its tokens, or folders of such files",
			example:
				"tenten device claim ./lost-car --key party.key --operator https://operator.example --account 5e1f…(64 digits)",
			required: [...askRequired, ["--account <id>", "the account to which it comes (hex)"]],
			options: askOptions,
		},
		async (output, flags, given) => {
			const account = fromHex(flags.account);
			if (account?.length !== 32) throw new BadInput("--account has 64 hexadecimal digits");
			const files = given.flatMap(filesIn);
			const desk = await deskOf(flags, account, await signerIn(flags, output));
			const tokens: object[] = [];
			let ok = true;
			for (const file of files) {
				const { words, ...told } = await claim(desk, file);
				output.say(`${file}: ${words}`);
				ok &&= told.kind !== "refused";
				tokens.push({ file, ...told, ...("amount" in told && { amount: `${told.amount}` }) });
			}
			return { ok, result: { ok, tokens } };
		},
	);
}

/** A folder stands for the files in it whose names end in `.token`, in their order. */
function filesIn(path: string): readonly string[] {
	const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
	if (!isFolder) return [path];
	const named = readdirSync(path).filter((name) => name.endsWith(".token"));
	if (named.length === 0) throw new BadInput("holds no file whose name ends in .token", { file: path });
	return named.sort().map((name) => join(path, name));
}

/** Who asks whom, for which account. */
type Desk = {
	readonly signer: Signer;
	readonly account: Bytes;
	readonly operator: Bytes;
	readonly trust: Trust;
	readonly client: ReturnType<typeof operatorAt>;
};

async function deskOf({ operator: url, pin }: ClaimFlags, account: Bytes, signer: Signer): Promise<Desk> {
	const { operator, trust } = await trustOf(url);
	if (pin !== undefined && pin !== toHex(operator))
		throw new BadInput(`the operator at ${url} is ${toHex(operator)}, and not ${pin}`);
	return { signer, account, operator, trust, client: operatorAt(url) };
}

async function claim(desk: Desk, file: string): Promise<Told> {
	const { account, signer, operator, trust, client } = desk;
	const token = parse(tokenShape, readBytes(file), limits.message);
	const asked = isRefusal(token) ? token : await askLost(token, account, signer, trust);
	if (isRefusal(asked)) return refused(asked);
	const { asset } = asked.token;
	if (!equalBytes(asset.operator, operator))
		return refused(refuse("asset-unknown", `issued by the operator ${toHex(asset.operator)}`));
	const answer = await heard(() => client.rule(asked.stated.request));
	if (!isRefusal(answer)) return told(desk, file, asked, takeLost(asked, answer, trust, now()));
	if (answer.code !== "ruling-early") return refused(answer);
	const [from, until] = [asked.from, asked.until].map((seconds) => new Date(1000 * seconds).toISOString());
	const words = `not spent as far as its operator knows: paid back from ${from} to ${until}, if nobody has claimed it`;
	return { kind: "early", from: asked.from, words };
}

/** Waits where the operator has too much to do: a fleet's tokens are many. */
async function heard(ask: () => Promise<Bytes | Refusal>): Promise<Bytes | Refusal> {
	for (let left = waitsMost; ; left--) {
		const answer = await ask();
		if (!isRefusal(answer) || answer.again_s === undefined || left === 0) return answer;
		await sleep(1000 * answer.again_s);
	}
}

/** for each token; none is longer than ten minutes (`secondsNamed`) */
const waitsMost = 10;

function told(
	{ account, trust }: Desk,
	file: string,
	{ token: { asset, amount } }: LostQuestion,
	fate: LostFate | Refusal,
): Told {
	if (isRefusal(fate)) return refused(fate);
	const of = (minor: bigint): string => amountWords(minor, asset, trust).en;
	switch (fate.kind) {
		case "spent": {
			const link = toHex(fate.link);
			return { kind: "spent", link, words: `${of(amount)}, spent: the device signed the link ${link}` };
		}
		case "nothing":
			return { kind: "refused", code: fate.code, words: `refused for good: ${fate.code}` };
		case "paid": {
			const fresh = fate.fresh.map((token) => writeBeside(file, token));
			const where =
				fresh.length === 0
					? `on the account ${toHex(account)}`
					: `in ${fresh.join(", ")}, since that account may not take it: claim that, too, to one that may`;
			return { kind: "paid", amount: fate.amount, fresh, words: `${of(fate.amount)}, paid back ${where}` };
		}
		default:
			return fate satisfies never;
	}
}

function refused(refusal: Refusal): Told {
	return { kind: "refused", code: refusal.code, words: `refused: ${codeInWords(refusal)}` };
}

/** What came back in a token, as a file of its own beside that of the one that it came for. */
function writeBeside(file: string, { outputId, token }: VerifiedToken): string {
	const beside = join(dirname(file), `${toHex(outputId)}.token`);
	replaceFile(beside, serialize(tokenShape, token));
	return beside;
}
