/** `tenten settle net`: the fewest payments that leave everybody where all debts of a file would; nothing is kept. */
import {
	type Debt,
	fromHex,
	isRefusal,
	netBilaterally,
	netMultilaterally,
	type Refusal,
	toHex,
} from "@tenten/protocol";
import type { Command } from "commander";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";
import { jsonIn } from "../settle/settings.ts";
import { subcommand } from "../subcommand.ts";
import { codeInWords } from "../trust-file.ts";

const idText = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");
const debtsForm = z.array(
	z.strictObject({ from: idText, to: idText, asset: idText, amount: z.string().regex(/^[0-9]{1,19}$/) }),
);

export function netCommand(): Command {
	return subcommand<[file: string], { readonly bilateral?: true }>(
		{
			usage: "net <file>",
			summary: "net debts, a JSON list of {from, to, asset, amount}: between all, or between every two alone",
			example: "tenten settle net debts.json",
			options: [["--bilateral", "between every two alone"]],
		},
		async (output, { bilateral }, file) => {
			const { data, error } = debtsForm.safeParse(jsonIn(file));
			if (data === undefined) throw new BadInput(z.prettifyError(error), { file });
			const debts = data.map(({ amount, ...ids }) => ({ ...idsIn(ids), amount: BigInt(amount) }));
			const netted = bilateral === true ? netBilaterally(debts) : netMultilaterally(debts);
			if (isRefusal(netted)) {
				output.say(`Refused: ${codeInWords(netted)} (${netted.detail})`);
				return { ok: false, result: { ok: false, code: netted.code } };
			}
			const payments = (netted as Exclude<typeof netted, Refusal>).map(shown);
			for (const { from, to, asset, amount } of payments)
				output.say(`${from} pays ${to} ${amount} of ${asset.slice(0, 12)}…`);
			output.say(`${debts.length} debts, ${payments.length} payments.`);
			return { ok: true, result: { ok: true, debts: debts.length, payments } };
		},
	);
}

type Ids = { readonly from: string; readonly to: string; readonly asset: string };

function idsIn({ from, to, asset }: Ids): Omit<Debt, "amount"> {
	const id = (text: string): Uint8Array => fromHex(text) as Uint8Array;
	return { from: id(from), to: id(to), asset: id(asset) };
}

function shown({ from, to, asset, amount }: Debt): Ids & { readonly amount: bigint } {
	return { from: toHex(from), to: toHex(to), asset: toHex(asset), amount };
}
