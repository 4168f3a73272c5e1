/** `tenten wallet history` and `receipt`: what happened, and proof of it that needs no network. */
import {
	isRefusal,
	type PaidReceipt,
	type Refusal,
	type Trust,
	toHex,
	verifyReceipt,
} from "@tenten/protocol";
import {
	amountWords,
	assetText,
	type HistoryEntry,
	type HistoryKind,
	refusalWords,
	replaceFile,
	timeWords,
} from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import type { Output } from "../output.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { readBytes, readTrust, type TrustFlags } from "../trust-file.ts";
import { inFull, knownAssets } from "../wallet/assets.ts";
import { findAttempt, isUnderWay, shortId, whereabouts } from "../wallet/attempts.ts";
import { walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";

type HistoryFlags = { readonly text?: string; readonly kind?: string; readonly limit?: string };

const kinds: Readonly<Record<HistoryKind, string>> = {
	issued: "topped up",
	paid: "paid",
	received: "received",
	cancelled: "gave up",
	returned: "returned",
	exchanged: "exchanged",
	refreshed: "refreshed",
	redeemed: "redeemed",
	refunded: "refunded",
	spent: "spent since the backup",
};

export function historyCommand(): Command {
	return walletCommand<[], HistoryFlags>(
		{
			usage: "history",
			summary: "what happened, newest first",
			example: "tenten wallet history --text bakery",
			options: [
				["--text <text>", "with this in its note"],
				["--kind <kind>", `one of: ${Object.keys(kinds).join(", ")}`],
				["--limit <number>", "at most so many (default: 20)"],
			],
		},
		async (folder, { text, kind, limit = "20" }, output) => {
			if (kind !== undefined && !(kind in kinds)) throw new BadInput(`no such kind: ${kind}`);
			if (!/^[1-9][0-9]{0,5}$/.test(limit)) throw new BadInput("--limit is a whole number");
			const page = await folder.store.history.list({
				limit: Number(limit),
				...(text === undefined ? {} : { text }),
				...(kind === undefined ? {} : { kind: kind as HistoryKind }),
			});
			const entries = page.entries.map((entry) => ({ ...entry, ...placeOf(folder, entry) }));
			for (const entry of entries) output.say(lineOf(folder, entry));
			const isMore = page.next !== null;
			return {
				ok: true,
				fundsState: (await isUnderWay(folder)) ? "inFlight" : "safe",
				words: entries.length === 0 ? "Nothing yet." : isMore ? "There is more: raise --limit." : "",
				next: "",
				result: { entries, isMore },
			};
		},
	);
}

/** The payment behind an entry, and where its money is now. */
function placeOf({ wallet }: WalletFolder, { id }: HistoryEntry) {
	const [, hex = ""] = id.split("/");
	const attempt = wallet.module.attempts().find((each) => toHex(each.attempt) === hex);
	return attempt === undefined
		? { payment: null, fundsState: "safe", where: "" }
		: {
				payment: shortId(attempt),
				fundsState: whereabouts(attempt).fundsState,
				where: whereabouts(attempt).words,
			};
}

function lineOf(folder: WalletFolder, entry: HistoryEntry & ReturnType<typeof placeOf>): string {
	const asset = knownAssets(folder).find(({ id }) => assetText(id) === entry.asset);
	const amount =
		asset === undefined ? `${entry.amount} ${entry.asset.split("/")[1]}` : inFull(entry.amount, asset);
	const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
	const cells = [
		timeWords(entry.at, timeZone).en,
		kinds[entry.kind],
		amount,
		entry.payment ?? "",
		entry.note,
		entry.where,
	];
	return cells.filter((cell) => cell !== "").join("  ");
}

export function receiptCommands(): Command {
	return family("receipt", "proofs of payment, checked without a network", [
		exportCommand(),
		verifyCommand(),
	]);
}

function exportCommand(): Command {
	return walletCommand<[payment: string, file: string]>(
		{
			usage: "export <payment> <file>",
			summary: "write the proof of a payment that was made",
			example: "tenten wallet receipt export 3f9a0c receipt.cbor",
		},
		async (folder, _flags, _output, start, file) => {
			const attempt = findAttempt(folder, start);
			const receipt = folder.wallet.module.receipt(attempt.attempt);
			if (isRefusal(receipt)) return receipt;
			replaceFile(file, receipt);
			return {
				ok: true,
				fundsState: "spent",
				words: `The payee's own signature and the release are in ${file}: whoever trusts its operator can check them.`,
				next: `${commandName()} wallet receipt verify ${file} --trust-list <file>`,
				result: { payment: toHex(attempt.attempt), file },
			};
		},
	);
}

function verifyCommand(): Command {
	return subcommand<[file: string], TrustFlags>(
		{
			usage: "verify <file>",
			summary: "say what a receipt proves, by a trust list and nothing else",
			example: "tenten wallet receipt verify receipt.cbor --trust-list trust-list.cbor",
			required: [["--trust-list <file>", "the operator's signed trust list (tenten operator trust-list)"]],
			options: [["--pin <id>", "id (hex) of the operator that must have signed the list"]],
		},
		async (output, flags, file) => {
			const { trust } = readTrust(flags);
			const receipt = verifyReceipt(readBytes(file), trust);
			return isRefusal(receipt) ? provesNothing(output, receipt) : proves(output, receipt, trust);
		},
	);
}

function provesNothing(output: Output, { code, detail }: Refusal): Outcome {
	output.say(`It proves nothing: ${refusalWords[code].en} (${code}${detail && `: ${detail}`})`);
	return { ok: false, result: { ok: false, code, detail } };
}

function proves(
	output: Output,
	{ asset, amount, payee, request, reply }: PaidReceipt,
	trust: Trust,
): Outcome {
	const operator = trust.operator(asset.operator)?.entry.name ?? toHex(asset.operator);
	const words = amountWords(amount, asset, trust).en;
	output.say(`It proves that ${words} (${operator}) were paid to certificate ${toHex(payee.hash)},`);
	output.say(`which had asked for it: "${request.body.memo}", ${timeWords(request.body.issuedAt).en}.`);
	const result = {
		ok: true,
		amount,
		asset: `${asset.code}@${operator}`,
		payee: toHex(payee.hash),
		memo: request.body.memo,
		askedAt: new Date(1000 * request.body.issuedAt).toISOString(),
		documents: reply?.documents.length ?? 0,
	};
	return { ok: true, result };
}
