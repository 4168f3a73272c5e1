/**
 * `tenten proof fetch`: asks an operator for a proof, checks it, and keeps it.
 *
 * What anyone may have is asked for by its id. An account's line is told to its holder, whose wallet signs the question;
 * a line of the ledger to whoever has an API key that may read the books.
 */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import {
	type Bytes,
	fromHex,
	isLineOf,
	isRefusal,
	limits,
	loggedProof,
	loggedSeal,
	type Proved,
	parse,
	type Refusal,
	refuse,
	serializeLoggedProof,
} from "@tenten/protocol";
import { httpOperatorClient, introduction, replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { keyOptions, type LogFlags, vkeyOption } from "../log/keys.ts";
import { inLog, logged, shownBy, whatItShows } from "../log/shown-proof.ts";
import { numberIn } from "../number-flag.ts";
import { type Outcome, subcommand } from "../subcommand.ts";
import { codeInWords } from "../trust-file.ts";
import { openWallet, type WalletFlags, walletFlags } from "../wallet/command.ts";

type FetchFlags = LogFlags &
	WalletFlags & { readonly wait?: string; readonly asset?: string; readonly apiKeyFile?: string };

export function fetchCommand(): Command {
	return subcommand<[address: string, what: string, file: string], FetchFlags>(
		{
			usage: "fetch <address> <what> <file>",
			summary:
				"ask an operator for a proof, check it, and keep it; of states/ID, or KIND/ID of an item of a batch: issues, redemptions, rulings, certificates, burns, records; or of a line: accounts/ID, of one's own wallet, and ledger/ID",
			example:
				"tenten proof fetch https://operator.example issues/5f0c… issue.cbor --vkey operator.example/log+…",
			required: [vkeyOption],
			options: [
				...keyOptions,
				["--wait <seconds>", "until enough witnesses cosigned it (default: 0)"],
				["--asset <code>", "of accounts/ID: what it holds (default: JPY)"],
				[
					"--api-key-file <file>",
					"of ledger/ID: its first line may read the books (default: $TENTEN_API_KEY)",
				],
				...walletFlags,
			],
		},
		async (output, flags, address, what, file): Promise<Outcome> => {
			const base = address.replace(/\/+$/, "");
			const asked = await askedFor(base, what, flags);
			const until = performance.now() + 1000 * numberIn("--wait", flags.wait ?? "0", 0);
			let proof = await ask(base, asked.path, asked.headers);
			let shown = isRefusal(proof) ? proof : shownBy(proof, flags);
			while (isRefusal(shown) && performance.now() < until) {
				await pause(again_ms);
				proof = isRefusal(proof)
					? await ask(base, asked.path, asked.headers)
					: await placedAnew(base, asked.path, proof);
				shown = isRefusal(proof) ? proof : shownBy(proof, flags);
			}
			if (!isRefusal(shown) && asked.account !== null && !isOf(shown.proved, asked.account))
				shown = refuse("proof-invalid", "the line of another account");
			if (isRefusal(proof) || isRefusal(shown)) {
				const refusal = (isRefusal(proof) ? proof : shown) as Refusal;
				output.say(`There is no proof: ${codeInWords(refusal)}`);
				return { ok: false, result: { ok: false, code: refusal.code } };
			}
			replaceFile(file, proof);
			const { words, shown: said } = whatItShows(shown.proved);
			output.say(`${words} The proof is in ${file}: ${proof.length} bytes.`);
			if (shown.log !== null) output.say(inLog(shown.log));
			return { ok: true, result: { ok: true, file, bytes: proof.length, ...said, ...logged(shown.log) } };
		},
	);
}

const again_ms = 500;
/** bytes of the longest proof, or seal with its words */
const longest = 4 * limits.message;

type Asked = {
	/** of the operator's door */
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	/** whose line it must be; null: no line is asked for */
	readonly account: Bytes | null;
};

async function askedFor(base: string, what: string, flags: FetchFlags): Promise<Asked> {
	const [, kind = "", id = ""] = /^([A-Za-z]+)\/([0-9a-f]{64})$/.exec(what) ?? [];
	const account = fromHex(id);
	if (id === "" || account === undefined)
		throw new BadInput(
			`${what} is no states/ID, accounts/ID or ledger/ID, nor KIND/ID of an item: 64 hexadecimal digits`,
		);
	switch (kind) {
		case "states":
			return { path: `/v1/states/${id}`, headers: {}, account: null };
		case "accounts": {
			const path = `/v1/accounts/${id}/line?asset=${encodeURIComponent(flags.asset ?? "JPY")}`;
			const question = await questionOf(base, account, flags);
			return {
				path,
				headers: { authorization: `Tenten ${Buffer.from(question).toString("base64url")}` },
				account,
			};
		}
		case "ledger":
			return {
				path: `/v1/ledger/accounts/${id}/line`,
				headers: { authorization: `Bearer ${apiKeyOf(flags)}` },
				account,
			};
		default:
			return { path: `/v1/batches/${kind}/${id}`, headers: {}, account: null };
	}
}

/** What the holder of an account signs; good for as long as a question is. */
async function questionOf(base: string, account: Bytes, flags: WalletFlags): Promise<Bytes> {
	const operator = await introduction(httpOperatorClient({ url: base }));
	if (isRefusal(operator)) throw new BadInput(`no operator answers at ${base}: ${codeInWords(operator)}`);
	const folder = await openWallet(flags);
	if (isRefusal(folder)) throw new BadInput(`the wallet does not open: ${codeInWords(folder)}`);
	try {
		const question = await folder.wallet.module.askBalance(operator.id, account);
		if (isRefusal(question)) throw new BadInput(`this wallet has no such account: ${codeInWords(question)}`);
		return question;
	} finally {
		await folder.close();
	}
}

export function apiKeyOf({ apiKeyFile: file }: { readonly apiKeyFile?: string }): string {
	const { TENTEN_API_KEY: named } = process.env;
	const key = file === undefined ? named : readFileSync(file, "utf8").split("\n")[0]?.trim();
	if (key === undefined || key === "")
		throw new BadInput("this is told to an API key of the operator: --api-key-file, or $TENTEN_API_KEY");
	return key;
}

function isOf(proved: Proved, account: Bytes): boolean {
	return proved.kind === "line" && isLineOf(proved.line, account);
}

/** The refusal's code where the operator has none. */
async function ask(
	base: string,
	path: string,
	headers: Readonly<Record<string, string>>,
): Promise<Bytes | Refusal> {
	const response = await fetch(`${base}${path}`, { headers, redirect: "error" }).catch((error: unknown) => {
		throw new BadInput(`nobody answers at ${base}: ${String(error)}`);
	});
	if (response.status !== 200) return refuse("not-logged", (await response.text()).slice(0, 200));
	const body = new Uint8Array(await response.arrayBuffer());
	return body.length > longest ? refuse("too-large", "its answer") : body;
}

/** The same proof under the newest checkpoint: of an item it is asked for again, of a seal its place is. */
async function placedAnew(base: string, path: string, before: Bytes): Promise<Bytes | Refusal> {
	const read = parse(loggedProof, before, 2 * limits.message);
	if (isRefusal(read) || read.proof.kind === "item") return ask(base, path, {});
	const answer = await ask(base, `/v1/seals/${read.proof.seal.number}`, {});
	const seal = isRefusal(answer) ? answer : parse(loggedSeal, answer, longest);
	return isRefusal(seal) ? seal : serializeLoggedProof({ proof: read.proof, place: seal.place });
}
