/**
 * `tenten witness drill`: redeems a small amount with a wallet of the witness's, as any holder does, and signs what came
 * of it into the witness's journal, where its door shows it.
 *
 * The operator meets nothing but a wallet. What is redeemed is taken from the account again first, where the wallet has
 * too little: so one account with a little money drills for as long as it is asked to.
 */
import { DrillJournal, drillOnce } from "@tenten/operator";
import { assetHash, isRefusal, keyId, refuse, toHex } from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { numberIn } from "../number-flag.ts";
import { openRailKey } from "../server/rail-key.ts";
import { drillsIn, sealKeyIn } from "../server/witness-files.ts";
import { random } from "../surroundings.ts";
import { findAsset, inFull, parseAmount } from "../wallet/assets.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import { unlockOf } from "./rail-key.ts";

type Flags = {
	readonly asset?: string;
	readonly patience: string;
	readonly witnessPassphraseFile?: string;
};

export function drillCommand(): Command {
	const command = walletCommand<[folder: string, amount: string], Flags>(
		{
			usage: "drill <folder> <amount>",
			summary:
				"redeem a small amount as any holder does, and sign what came of it into the witness's journal",
			example: "tenten witness drill witness 1 --wallet ./drills",
			options: [
				["--asset <asset>", "CODE or CODE@operator, where the wallet knows several"],
				[
					"--witness-passphrase-file <file>",
					"its first line opens the witness's key (default: $TENTEN_PASSPHRASE, else asked for)",
				],
			],
		},
		async (folder, flags, output, witness, text) => {
			const patience_s = numberIn("--patience", flags.patience, 1);
			const asset = findAsset(folder, flags.asset);
			const amount = parseAmount(text, asset);
			if (amount <= 0n) throw new BadInput("an amount is above zero");
			const { wallet } = folder;
			const lacking = amount - wallet.balance(asset.id).available;
			const toppedUp = lacking > 0n ? await wallet.topUp(asset.id, lacking) : undefined;
			if (toppedUp !== undefined && isRefusal(toppedUp)) return toppedUp;
			const file = sealKeyIn(witness);
			const { witnessPassphraseFile: passphraseFile } = flags;
			const unlock = unlockOf(passphraseFile === undefined ? {} : { passphraseFile }, file);
			const signer = await openRailKey(file, unlock, output.say);
			const journal = DrillJournal.open(drillsIn(witness));
			if (isRefusal(journal)) throw new BadInput(journal.detail);
			try {
				if (!journal.isOf(signer.key)) return refuse("key-unknown", "the journal of another key");
				const redeem = async (): Promise<boolean> => {
					const redeemed = await wallet.redeem(asset.id, amount);
					if (isRefusal(redeemed) && redeemed.code === "channel-failed") throw new Error(redeemed.detail);
					return !isRefusal(redeemed) && redeemed.credited === amount;
				};
				const plan = { operator: asset.id.operator, asset: assetHash(asset.id), amount, patience_s, redeem };
				const { outcome } = await drillOnce(plan, { journal, signer, now: Date.now, entropy: random });
				return ending(outcome, inFull(amount, asset), toHex(keyId(signer.key)));
			} finally {
				journal.close();
			}
		},
	);
	return command.option("--patience <seconds>", "by when it must be on the account", "10");
}

function ending(
	outcome: Awaited<ReturnType<typeof drillOnce>>["outcome"],
	amount: string,
	witness: string,
): Ending {
	const { result, after_ms } = outcome ?? { result: "unanswered", after_ms: 0 };
	const words = {
		paid: `${amount} was on the account after ${after_ms} ms.`,
		refused: `${amount} was not paid: the operator answered with something else after ${after_ms} ms.`,
		unanswered: `${amount} was not paid in time: there was no answer within ${after_ms} ms.`,
	};
	return {
		ok: result === "paid",
		fundsState: result === "paid" ? "safe" : "unknown",
		words: words[result],
		next: result === "paid" ? "" : "tenten wallet recover",
		result: { result, after_ms, witness },
	};
}
