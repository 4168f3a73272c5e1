/**
 * `tenten proof verify`: what a proof file shows, with no network and nothing else at hand.
 *
 * The file brings the seal or the batch under which it holds. `--under` says by its hash which that must be, else it
 * is shown: whether it stands in its operator's log, a proof of the log says.
 */
import {
	isRefusal,
	leafHash,
	type Proved,
	sealHash,
	serializeLeaf,
	toHex,
	verifyProof,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes } from "../trust-file.ts";

type Flags = { readonly under?: string };

export function proofCommand(): Command {
	const verifyCommand = subcommand<[file: string], Flags>(
		{
			usage: "verify <file>",
			summary: "say what a proof shows under its seal or batch",
			example: "tenten proof verify line.cbor --under 5f0c…",
			options: [
				[
					"--under <hash>",
					"hash (hex) of the seal, or of the batch's leaf in the log, that it must belong to",
				],
			],
		},
		async (output, { under }, file): Promise<Outcome> => {
			if (under !== undefined && !/^[0-9a-f]{64}$/.test(under))
				throw new BadInput("--under is no hash of 64 hexadecimal digits");
			const proved = verifyProof(readBytes(file));
			if (isRefusal(proved)) {
				output.say(`It proves nothing: ${codeInWords(proved)}`);
				return { ok: false, result: { ok: false, code: proved.code } };
			}
			const of = belongsTo(proved);
			if (under !== undefined && under !== of.under) {
				output.say(`It belongs to ${of.words}, and not to the one that was named.`);
				return { ok: false, result: { ok: false, code: "proof-invalid", under: of.under } };
			}
			const { words, shown } = whatItShows(proved);
			output.say(`${words} Under ${of.words}.`);
			return { ok: true, result: { ok: true, ...shown, ...of.shown, under: of.under } };
		},
	);
	return family("proof", "prove what a seal or a batch holds", [verifyCommand]);
}

/** What a proof holds under, in words and as a hash. */
function belongsTo(proved: Proved): {
	readonly words: string;
	readonly under: string;
	readonly shown: object;
} {
	if (proved.kind === "item") {
		const under = toHex(leafHash(serializeLeaf({ kind: "batch", batch: proved.batch })));
		return { words: `batch ${under} of ${proved.batch.kind}`, under, shown: { batch: proved.batch.kind } };
	}
	const { operator, number, sealedAt } = proved.seal;
	const under = toHex(sealHash(proved.seal));
	const at = new Date(1000 * sealedAt).toISOString();
	return {
		words: `seal ${number} of operator ${toHex(operator)}, ${at}: ${under}`,
		under,
		shown: { operator: toHex(operator), seal: number, sealedAt },
	};
}

function whatItShows(proved: Proved): { readonly words: string; readonly shown: object } {
	switch (proved.kind) {
		case "state": {
			const { kind, state } = proved;
			const key = toHex(proved.key);
			const value = state.kind === "present" ? toHex(state.value) : null;
			const words =
				value === null ? `${key} is not in the state map.` : `${key} is in the state map: ${value}.`;
			return { words, shown: { kind, key, state: state.kind, value } };
		}
		case "line": {
			const { kind, line } = proved;
			const [account, asset] = [toHex(line.owner), toHex(proved.asset)];
			return {
				words: `Account ${account} has its line: ${line.amount} minor units of asset ${asset}.`,
				shown: { kind, account, asset, amount: line.amount },
			};
		}
		case "item": {
			const { kind, item } = proved;
			const id = toHex(item.owner);
			return {
				words: `${id} is an item of the batch, with ${item.amount} minor units.`,
				shown: { kind, id, amount: item.amount },
			};
		}
		default:
			return proved satisfies never;
	}
}
