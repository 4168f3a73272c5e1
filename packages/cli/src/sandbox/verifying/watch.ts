/**
 * What lets the others verify an operator of the sandbox, and lets it verify them: its log, with a seal every epoch, and
 * its witness, which cosigns the others' checkpoints and says a word on each of their seals.
 *
 *   log/           the log of what it does           policy      whose cosignatures it asks for
 *   witness/       what it signed of the others      reserves/   what the bank holds for it
 *
 * All of it is what `tenten operator serve --log …` and `tenten witness serve --peers …` run. Off is off: nothing is
 * sealed, cosigned or looked at meanwhile.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type NewUnlock, verify } from "@tenten/module";
import {
	httpSource,
	LogWriter,
	logsOf,
	type RequestLog,
	type Sealer,
	SealStore,
	startWitness,
	type WitnessedLog,
	WitnessStore,
} from "@tenten/operator";
import {
	type AssetId,
	type Bytes,
	fromHex,
	keyId,
	type LogKeys,
	type Policy,
	parsePolicy,
	parseVerifierKey,
	type Seal,
	sha256,
	toHex,
	toUtf8,
	verifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import { makeLogKey, openLogKey } from "../../log/keys.ts";
import type { Issuer } from "../../server/issuer.ts";
import { type LogOfIssuer, openLogOfIssuer, PeerLogUnseen } from "../../server/issuer-log.ts";
import { type Mutual, mutualPolicy } from "../../server/mutual-policy.ts";
import { freePort, onPort } from "../../server/port.ts";
import { openRailKey } from "../../server/rail-key.ts";
import { drillsIn, keyIn, sealKeyIn, sealStoreIn, storeIn } from "../../server/witness-files.ts";
import { hasWitness, makeWitness } from "../../server/witness-making.ts";
import { readJson, writeJson } from "../../wallet/settings.ts";
import type { Bank } from "./bank.ts";

/** Opens keys of logs and witnesses in the sandbox, which hold nothing that needs a better one; a passphrase takes longer. */
const unlock: NewUnlock = { kind: "device", key: sha256(toUtf8("sandbox")) };

/** Seconds after which a witness shows a quorum as stale. */
const oldMost_s = 15;
/** milliseconds after which a log that does not answer is out of reach */
const timeout_ms = 3_000;
/** of seals: see `SealPolicy` */
const ages = { maximumAge_s: 60, ahead_s: 5, reserveAge_s: 86_400 };
const anew_ms = 3_600_000;

/** What the others have to know of an operator of the sandbox. */
export type Known = Mutual & {
	/** id of the operator */
	readonly operator: Bytes;
	/** key id of the witness's key for seals, hexadecimal */
	readonly sealKey: string;
};

/** Whom it verifies, and who holds everybody's funds. */
export type Around = { readonly others: readonly Known[]; readonly bank: Bank };

export type WatchOptions = {
	readonly folder: string;
	/** how logs and policies name it */
	readonly name: string;
	readonly issuer: Issuer;
	/** what it issues */
	readonly asset: AssetId;
	/** seconds from one seal to the next, from one round of witnesses to the next, and between two visits */
	readonly epoch_s: number;
};

type Running = { readonly log: LogOfIssuer; readonly close: () => Promise<void> };

export class Watch {
	readonly known: Known;
	readonly #options: WatchOptions;
	#around: Around | undefined;
	#running: Running | undefined;

	private constructor(options: WatchOptions, known: Known) {
		this.#options = options;
		this.known = known;
	}

	/** Opens what is in the folder of an operator, or begins it there. Nothing of it runs. */
	static async open(options: WatchOptions): Promise<Watch> {
		const { folder, name, issuer } = options;
		const logKey = await logIn(join(folder, "log"), `${name}.example/log`);
		const witness = join(folder, "witness");
		if (!hasWitness(witness)) await makeWitness(witness, `${name}.example`, async () => unlock);
		const { key, sealKey, port } = await witnessIn(witness);
		const { id: operator } = issuer.operator;
		const logUrls = [`${issuer.settings.url}/log`] as const;
		const witnessUrl = `http://127.0.0.1:${port}`;
		return new Watch(options, { name, operator, logKey, logUrls, witnessKey: key, sealKey, witnessUrl });
	}

	/** Names those that it verifies, before it starts. */
	introduce(around: Around): void {
		this.#around = around;
	}

	/** Opens the log, which is sealed from then on, and the witness. What was opened is closed where one of them fails. */
	async start(): Promise<Sealer> {
		if (this.#running !== undefined) return this.#running.log.sealer;
		if (this.#around === undefined) throw new Error("nobody was introduced");
		const log = await this.#openLog(this.#around);
		try {
			const witness = await this.#openWitness(this.#around);
			const close = async (): Promise<void> => {
				await Promise.all([witness.close(), log.close()]);
			};
			this.#running = { log, close };
			return log.sealer;
		} catch (error) {
			await log.close();
			throw error;
		}
	}

	/** Makes the next seal now; only while it runs. */
	seal(): Promise<Seal> {
		if (this.#running === undefined) throw new Error("it does not run");
		return this.#running.log.sealer.seal();
	}

	async stop(): Promise<void> {
		const running = this.#running;
		this.#running = undefined;
		await running?.close();
	}

	async #openLog({ others, bank }: Around): Promise<LogOfIssuer> {
		const { folder, issuer, epoch_s } = this.#options;
		const reserves = join(folder, "reserves");
		const witnesses = join(folder, "policy");
		const fund = async (): Promise<void> =>
			writeFileSync(join(reserves, "bank.cbor"), await bank.word(this.#options.asset));
		mkdirSync(reserves, { recursive: true });
		writeFileSync(witnesses, mutualPolicy([this.known], others));
		await fund();
		const flags = {
			log: join(folder, "log"),
			epoch: `${epoch_s}`,
			witnesses,
			witnessEvery: `${epoch_s}`,
			sealWitness: others.map(({ sealKey, witnessUrl }) => `${sealKey}@${witnessUrl}`),
			reserves,
			peerLog: others.map((each) => this.#policyOf(each, [this.known, ...others])),
		};
		const opened = await openLogOfIssuer(flags, issuer, async () => unlock, this.#report);
		if (opened === null) throw new Error("no log is named");
		const again = setInterval(() => void fund().catch(this.#report), anew_ms);
		return {
			sealer: opened.sealer,
			close: async () => {
				clearInterval(again);
				await opened.close();
			},
		};
	}

	/** The policy under which its seals say how far another log was seen: `id@file`. */
	#policyOf(of: Known, all: readonly Known[]): string {
		const file = join(this.#options.folder, `${of.name}.policy`);
		writeFileSync(file, mutualPolicy([of], witnessesOf(of, all)));
		return `${toHex(of.operator)}@${file}`;
	}

	async #openWitness({ others, bank }: Around): Promise<{ readonly close: () => Promise<void> }> {
		const { folder, epoch_s } = this.#options;
		const at = join(folder, "witness");
		const signerOf = (file: string) => openRailKey(file, async () => unlock, this.#report);
		const holder = fromHex(bank.id) as Bytes;
		const port = Number(new URL(this.known.witnessUrl).port);
		const options = {
			file: storeIn(at),
			signer: await signerOf(keyIn(at)),
			logs: logsOf(policyFrom(mutualPolicy(others, [this.known, ...others]))),
			seals: {
				file: sealStoreIn(at),
				signer: await signerOf(sealKeyIn(at)),
				logs: others.map((each) => followed(each, [this.known, ...others], holder)),
				drills: drillsIn(at),
				evidence: join(at, "evidence"),
				pause_ms: 1000 * epoch_s,
			},
			verify,
			log: quiet,
			port,
			hostname: "127.0.0.1",
		};
		return must(await onPort(port, () => startWitness(options)));
	}

	/** That others are away is shown by its witness, and no failure of its own. */
	readonly #report = (error: unknown): void => {
		if (error instanceof PeerLogUnseen) return;
		console.error(`${this.#options.issuer.settings.name}: ${error instanceof Error ? error.message : error}`);
	};
}

const quiet: RequestLog = { info: () => undefined, error: (_, message) => console.error(message) };

/** How one of them follows the log of another: the witnesses of all but that one must have cosigned it. */
function followed(of: Known, all: readonly Known[], holder: Bytes): WitnessedLog {
	const witnesses = witnessesOf(of, all);
	const [own, ...others] = witnesses;
	if (own === undefined) throw new Error("nobody follows it");
	return {
		operator: of.operator,
		keys: keysOf(of),
		source: httpSource(of.logUrls[0], { timeout_ms }),
		policy: { holders: [holder], ...ages },
		others: others.map(({ witnessUrl }) => witnessUrl),
		quorum: { policy: policyFrom(mutualPolicy([of], witnesses)), oldMost_s },
	};
}

/** All but the one whose log it is. */
function witnessesOf(of: Known, all: readonly Known[]): readonly Known[] {
	return all.filter(({ name }) => name !== of.name);
}

/** The keys of its log. */
function keysOf({ logKey }: Known): LogKeys {
	const key = must(parseVerifierKey(logKey));
	return { origin: key.name, keys: [key] };
}

function policyFrom(text: string): Policy {
	return must(parsePolicy(toUtf8(text)));
}

/** The key of the log in a folder, which is begun where there is none. */
async function logIn(folder: string, origin: string): Promise<string> {
	if (existsSync(join(folder, "key"))) {
		const signer = await openLogKey(folder, async () => unlock, console.error);
		return writeVerifierKey(verifierKey(origin, "note", signer.key.bytes));
	}
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const made = await makeLogKey(folder, origin, unlock);
	await must(await LogWriter.begin(folder, origin, made.signer)).close();
	return writeVerifierKey(made.verifierKey);
}

/** The keys of the witness in a folder, and the port that is kept with it. */
async function witnessIn(
	folder: string,
): Promise<{ readonly key: string; readonly sealKey: string; readonly port: number }> {
	const store = must(WitnessStore.open(storeIn(folder)));
	const key = writeVerifierKey(store.key);
	store.close();
	const seals = must(SealStore.open(sealStoreIn(folder)));
	const sealKey = toHex(keyId(seals.key));
	seals.close();
	const file = join(folder, "port.json");
	if (!existsSync(file)) writeJson(file, { port: await freePort() });
	const { port }: { readonly port?: unknown } = readJson(file);
	if (typeof port !== "number") throw new Error(`${file} names no port`);
	return { key, sealKey, port };
}
