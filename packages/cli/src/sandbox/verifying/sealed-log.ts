/** The log of an operator of the sandbox, begun and sealed as `tenten operator serve --log …` does it. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LogWriter } from "@tenten/operator";
import { type AssetId, toHex, verifierKey, writeVerifierKey } from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import { makeLogKey, openLogKey } from "../../log/keys.ts";
import type { Issuer } from "../../server/issuer.ts";
import { type LogOfIssuer, openLogOfIssuer, PeerLogUnseen } from "../../server/issuer-log.ts";
import { mutualPolicy } from "../../server/mutual-policy.ts";
import type { Bank } from "./bank.ts";
import { type Known, type KnownLog, unlock, witnessesOf } from "./known.ts";

/** Words on funds are for a day (`ages` of whoever follows it): this often a new one is asked for. */
const fundsEvery_ms = 3_600_000;

export type SealedLogOptions = {
	/** of the operator: `log/`, `policy`, `reserves/` are in it */
	readonly folder: string;
	readonly log: KnownLog;
	readonly issuer: Issuer;
	/** what it issues */
	readonly asset: AssetId;
	/** seconds from one seal to the next, and from one round of witnesses to the next */
	readonly epoch_s: number;
	/** all who witness in the sandbox */
	readonly all: readonly Known[];
	readonly bank: Bank;
};

/** The folder of an operator's log. */
export const logFolder = (folder: string): string => join(folder, "log");

/** The key of the log in an operator's folder, which is begun where there is none: `name+id+key`. */
export async function logKeyIn(folder: string, origin: string): Promise<string> {
	const log = logFolder(folder);
	if (existsSync(join(log, "key"))) {
		const signer = await openLogKey(log, async () => unlock, console.error);
		return writeVerifierKey(verifierKey(origin, "note", signer.key.bytes));
	}
	return madeWhole(log, async (making) => {
		const made = await makeLogKey(making, origin, unlock);
		await must(await LogWriter.begin(making, origin, made.signer)).close();
		return writeVerifierKey(made.verifierKey);
	});
}

/** Makes a folder beside its place, and puts it there once it is whole: what was cut off is made anew. */
export async function madeWhole<T>(folder: string, make: (making: string) => Promise<T>): Promise<T> {
	const making = `${folder}.making`;
	rmSync(making, { recursive: true, force: true });
	mkdirSync(making, { recursive: true, mode: 0o700 });
	const made = await make(making);
	renameSync(making, folder);
	return made;
}

/** Sealed from now on, until it is closed. */
export async function openSealedLog(options: SealedLogOptions): Promise<LogOfIssuer> {
	const { folder, log, issuer, asset, epoch_s, all, bank } = options;
	const report = reporter(issuer.settings.name);
	const reserves = join(folder, "reserves");
	const fund = async (): Promise<void> => writeFileSync(join(reserves, "bank.cbor"), await bank.word(asset));
	mkdirSync(reserves, { recursive: true });
	await fund();
	const witnesses = witnessesOf(log, all);
	const flags = {
		log: logFolder(folder),
		epoch: `${epoch_s}`,
		witnesses: policyFile(folder, log, all),
		witnessEvery: `${epoch_s}`,
		sealWitness: witnesses.map(({ sealKey, witnessUrl }) => `${sealKey}@${witnessUrl}`),
		reserves,
		peerLog: witnesses.map((peer) => `${toHex(peer.operator)}@${policyFile(folder, peer, all)}`),
	};
	const opened = await openLogOfIssuer(flags, issuer, async () => unlock, report);
	if (opened === null) throw new Error("no log is named");
	const again = setInterval(() => void fund().catch(report), fundsEvery_ms);
	return {
		...opened,
		close: async () => {
			clearInterval(again);
			await opened.close();
		},
	};
}

/** Writes down, in an operator's folder, how a log is verified; the file. */
function policyFile(folder: string, log: KnownLog, all: readonly Known[]): string {
	const file = join(folder, `${log.name}.policy`);
	writeFileSync(file, mutualPolicy([log], witnessesOf(log, all)));
	return file;
}

/** Says what failed. That others are away is shown by witnesses, and is no failure of its own. */
export function reporter(title: string): (error: unknown) => void {
	return (error) => {
		if (error instanceof PeerLogUnseen) return;
		console.error(`${title}: ${error instanceof Error ? error.message : error}`);
	};
}
