/** The witness of an operator of the sandbox: what `tenten witness serve --peers …` runs, over a folder. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import {
	httpSource,
	logsOf,
	SealStore,
	startWitness,
	type WitnessedLog,
	WitnessStore,
} from "@tenten/operator";
import {
	type Bytes,
	fromHex,
	keyId,
	parsePolicy,
	type Signer,
	toHex,
	toUtf8,
	writeVerifierKey,
} from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import type { BuiltPages } from "../../server/console-pages.ts";
import { mutualPolicy } from "../../server/mutual-policy.ts";
import { freePort, onPort } from "../../server/port.ts";
import { openRailKey } from "../../server/rail-key.ts";
import { drillsIn, keyIn, sealKeyIn, sealStoreIn, storeIn } from "../../server/witness-files.ts";
import { hasWitness, makeWitness, type WitnessKeys } from "../../server/witness-making.ts";
import { readJson, writeJson } from "../../wallet/settings.ts";
import type { Bank } from "./bank.ts";
import { type Known, type KnownLog, keysOf, oldMost, policyOf, quiet, unlock, witnessesOf } from "./known.ts";
import { madeWhole, reporter } from "./sealed-log.ts";

/** milliseconds after which a log that does not answer is out of reach */
const timeout_ms = 10_000;
/** of seals: see `SealPolicy` */
const ages = { maximumAge_s: 60, ahead_s: 5, reserveAge_s: 86_400 };

/** The keys of the witness in a folder, which is made where there is none, and the port that is kept with it. */
export async function witnessIn(
	folder: string,
	name: string,
): Promise<WitnessKeys & { readonly port: number }> {
	const file = join(folder, "port.json");
	const make = (making: string): Promise<WitnessKeys> => makeWitness(making, name, async () => unlock);
	const keys = hasWitness(folder) ? keptKeys(folder) : await madeWhole(folder, make);
	if (!existsSync(file)) writeJson(file, { port: await freePort() });
	const { port }: { readonly port?: unknown } = readJson(file);
	if (typeof port !== "number") throw new Error(`${file} names no port`);
	return { ...keys, port };
}

function keptKeys(folder: string): WitnessKeys {
	const store = must(WitnessStore.open(storeIn(folder)));
	const key = writeVerifierKey(store.key);
	store.close();
	const seals = must(SealStore.open(sealStoreIn(folder)));
	const sealKey = toHex(keyId(seals.key));
	seals.close();
	return { key, sealKey };
}

export type OwnWitness = {
	readonly folder: string;
	readonly known: Known;
	/** seconds between two visits of a log */
	readonly epoch_s: number;
	/** its console; none if left out */
	readonly console: BuiltPages | undefined;
};

/** Follows these logs, and cosigns them, until it is closed; `all` are those who witness in the sandbox. */
export async function openWitness(
	own: OwnWitness,
	logs: readonly KnownLog[],
	all: readonly Known[],
	bank: Bank,
): Promise<{ readonly close: () => Promise<void> }> {
	const { folder, known, epoch_s } = own;
	const port = Number(new URL(known.witnessUrl).port);
	const policy = must(parsePolicy(toUtf8(mutualPolicy(logs, all))));
	const options = {
		file: storeIn(folder),
		signer: await signerIn(keyIn(folder)),
		logs: logsOf(policy),
		seals: {
			file: sealStoreIn(folder),
			signer: await signerIn(sealKeyIn(folder)),
			logs: logs.map((log) => followed(log, own, all, bank)),
			drills: drillsIn(folder),
			evidence: join(folder, "evidence"),
			pause_ms: 1000 * epoch_s,
		},
		verify,
		console: own.console?.fetch,
		log: quiet,
		port,
		hostname: "127.0.0.1",
	};
	return must(await onPort(port, () => startWitness(options)));
}

export function signerIn(file: string): Promise<Signer> {
	return openRailKey(file, async () => unlock, reporter(file));
}

/** How one of them follows a log: the log's witnesses must have cosigned it, and it compares with the others of them. */
function followed(log: KnownLog, by: OwnWitness, all: readonly Known[], bank: Bank): WitnessedLog {
	return {
		operator: log.operator,
		keys: keysOf(log),
		source: httpSource(log.logUrls[0], { timeout_ms }),
		policy: { holders: [fromHex(bank.id) as Bytes], ...ages },
		others: witnessesOf(log, witnessesOf(by.known, all)).map(({ witnessUrl }) => witnessUrl),
		quorum: { policy: policyOf(log, all), oldMost_s: oldMost(by.epoch_s) },
	};
}
