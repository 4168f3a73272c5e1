/**
 * The log of an operator that is served: opened with it, sealed into while it works, closed after it.
 *
 * Salts of what is sealed follow from the key store's own secret, so they are opened by the same passphrase as its
 * keys and lie in the same backup; no file of theirs can be lost by itself.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type NewUnlock, verify } from "@tenten/module";
import {
	httpSource,
	LogWriter,
	openSealer,
	type PeerLog,
	paced,
	type Sealer,
	type SealerOptions,
	type SealWordSource,
} from "@tenten/operator";
import { fromHex, isRefusal, limits, toHex } from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import { openLogKey } from "../log/keys.ts";
import { policyIn, watchedLog } from "../log/policy-file.ts";
import { numberIn } from "../number-flag.ts";
import type { Issuer } from "./issuer.ts";

export type LogOfIssuerFlags = {
	readonly log?: string;
	readonly logPassphraseFile?: string;
	readonly epoch?: string;
	readonly witnesses?: string;
	readonly witnessEvery?: string;
	readonly sealWitness?: readonly string[];
	readonly reserves?: string;
	readonly peerLog?: readonly string[];
};

export const logOfIssuerOptions: readonly (readonly [string, string])[] = [
	[
		"--log <folder>",
		"what it does goes into this log, as log init began it; from then on at every start, on one machine",
	],
	[
		"--log-passphrase-file <file>",
		"its first line opens the log's key (default: the passphrase of the operator)",
	],
	["--epoch <seconds>", "from one seal to the next (default: 2)"],
	["--witnesses <file>", "a policy: the witnesses that cosign its checkpoints, with their addresses"],
	["--witness-every <seconds>", "how often they are asked (default: 10)"],
	[
		"--seal-witness <key@address...>",
		"witnesses of seals, whose words are kept and whose samples are answered: key id (hex) of the key for seals, and address",
	],
	["--reserves <folder>", "words of whoever holds the funds, a file each: read again every minute"],
	[
		"--peer-log <id@policy...>",
		"operators whose logs it looks at, as often as it asks witnesses: how far each was cosigned stands in its seals; the policy file names the log, with its address, and who must have cosigned",
	],
];

export type LogOfIssuer = {
	readonly sealer: Sealer;
	readonly log: LogWriter;
	readonly close: () => Promise<void>;
};

/** Null where no log is named. `unlock` opens its key, by the passphrase in a file where one is named. `failed` is told of seals and rounds that were not made. */
export async function openLogOfIssuer(
	flags: LogOfIssuerFlags,
	{ operator, saltSecret }: Issuer,
	unlock: (file: string | undefined) => Promise<NewUnlock>,
	failed: (error: unknown) => void,
): Promise<LogOfIssuer | null> {
	if (flags.log === undefined) return null;
	const advise = (what: string): void => failed(new Error(what));
	const signer = await openLogKey(flags.log, () => unlock(flags.logPassphraseFile), advise);
	const log = await LogWriter.open(flags.log, signer);
	if (isRefusal(log)) throw new BadInput(`${log.code}: ${log.detail}`, { file: flags.log });
	const sealer = await openSealer({ operator, log, secret: saltSecret, ...optionsIn(flags) });
	if (isRefusal(sealer)) {
		await log.close();
		throw new BadInput(`nothing can be sealed: ${sealer.code}: ${sealer.detail}`, { file: flags.log });
	}
	const take = (): Promise<void> => takeReserves(sealer, flags.reserves);
	await take();
	const rest = sealer.work(failed);
	const reading = setInterval(() => void take().catch(failed), reservesEvery_ms);
	const look = lookAt(sealer, (flags.peerLog ?? []).map(peerLogIn), failed);
	void look().catch(failed);
	const restOfLooks = paced(look, roundOf(flags.witnessEvery), failed);
	return {
		sealer,
		log,
		close: async () => {
			clearInterval(reading);
			await restOfLooks();
			await rest();
			// What was done since the last seal is sealed before it stops.
			await sealer.seal().catch(failed);
			await log.close();
		},
	};
}

const reservesEvery_ms = 60_000;

function optionsIn({
	epoch,
	witnesses,
	witnessEvery,
	sealWitness = [],
}: LogOfIssuerFlags): Partial<SealerOptions> {
	const epoch_ms = 1000 * numberIn("--epoch", epoch ?? "2", 0.01);
	if (witnesses === undefined) {
		if (sealWitness.length > 0 || witnessEvery !== undefined)
			throw new BadInput("name the witnesses of its checkpoints by --witnesses, too");
		return { epoch_ms };
	}
	const every_ms = roundOf(witnessEvery);
	const sealWords = sealWitness.map(sourceIn);
	const samplers = { witnesses: sealWords.map(({ key }) => key), verify };
	return { epoch_ms, samplers, witnesses: { policy: policyIn(witnesses), verify, every_ms, sealWords } };
}

/** Milliseconds from one round of witnesses to the next. */
function roundOf(witnessEvery = "10"): number {
	return 1000 * numberIn("--witness-every", witnessEvery, 0.01);
}

function sourceIn(text: string): SealWordSource {
	const at = text.indexOf("@");
	const key = fromHex(text.slice(0, Math.max(0, at)));
	if (key?.length !== 32)
		throw new BadInput(`--seal-witness is a key id and an address, key@https://…; not ${text}`);
	return { key, url: text.slice(at + 1) };
}

/** Of `id@policy`, whose one log has an address. */
function peerLogIn(text: string): PeerLog {
	const at = text.indexOf("@");
	const peer = fromHex(text.slice(0, Math.max(0, at)));
	if (peer?.length !== 32)
		throw new BadInput(`--peer-log is an operator's id and a file, id@policy; not ${text}`);
	const file = text.slice(at + 1);
	const policy = policyIn(file);
	const source = httpSource(watchedLog(policy, { file }), { timeout_ms: peerTimeout_ms });
	return { peer, source, policy };
}

const peerTimeout_ms = 5_000;

/** The log of a peer was not seen, or not cosigned: its place in the next seals stays as it was. */
export class PeerLogUnseen extends Error {}

/** Looks at all of them at once; what is wrong with a log is told once, until it is something else. */
function lookAt(
	sealer: Sealer,
	logs: readonly PeerLog[],
	failed: (error: unknown) => void,
): () => Promise<void> {
	const told = new Map<PeerLog, string>();
	return async () => {
		await Promise.all(
			logs.map(async (log) => {
				const seen = await sealer.look(log, verify);
				const words = isRefusal(seen) ? `the log of ${toHex(log.peer)}: ${seen.code}: ${seen.detail}` : "";
				if (words !== "" && told.get(log) !== words) failed(new PeerLogUnseen(words));
				told.set(log, words);
			}),
		);
	};
}

/** Files that are no word on this operator's funds are bad input at the start, and told of later. */
async function takeReserves(sealer: Sealer, folder: string | undefined): Promise<void> {
	if (folder === undefined) return;
	if (!existsSync(folder)) throw new BadInput("is not there", { file: folder });
	for (const name of readdirSync(folder).sort()) {
		const file = join(folder, name);
		const content = new Uint8Array(readFileSync(file));
		const taken = content.length > limits.message ? undefined : await sealer.takeReserve(content, verify);
		if (taken === undefined || isRefusal(taken))
			throw new BadInput(`is no word on this operator's funds${taken ? `: ${taken.code}` : ""}`, { file });
	}
}
