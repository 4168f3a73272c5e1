/**
 * Two operators as processes, each with its log, and two witnesses that follow both: west issues yen, east dollars, and
 * each has agreed to pay for the other's customers.
 *
 *   west ──quotes, seals──▶ east        witness 1, witness 2 ──words──▶ west, east
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateKey, signerFrom, verify } from "@tenten/module";
import {
	folderSource,
	publicFolder,
	SealStore,
	type SealWordSource,
	startWitness,
	WitnessStore,
} from "@tenten/operator";
import {
	type AgreementBody,
	agreementId,
	assetHash,
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	keyId,
	type OutcomeKeys,
	type PublicKey,
	verifierKey,
} from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import { createIssuer, usualWindows } from "../server/issuer.ts";
import { now } from "../surroundings.ts";
import { Victim } from "../torture/victim.ts";
import { type HolderWallet, openHolder } from "./holder-wallets.ts";
import { type AcrossMethods, type AcrossStart, acrossProgram, type KnownLog } from "./operator-process.ts";

export type Operator = {
	readonly id: Bytes;
	readonly asset: Bytes;
	readonly apiKey: string;
	readonly victim: Victim<AcrossMethods>;
	/** where it listens, whenever it is up */
	readonly url: string;
	readonly payers: readonly Bytes[];
	readonly payee: Bytes;
	/** who pay and are paid in tokens; each has `held` at first */
	readonly holders: readonly HolderWallet[];
};

/** One direction. */
export type Lane = {
	readonly source: Operator;
	readonly destination: Operator;
	readonly agreement: Bytes;
	readonly body: AgreementBody;
};

export type Pair = {
	readonly operators: readonly [Operator, Operator];
	readonly lanes: readonly [Lane, Lane];
	/** what both logs' readers go by */
	readonly keys: OutcomeKeys;
	readonly close: () => Promise<void>;
};

export type PairOptions = {
	readonly folder: string;
	readonly epoch_ms: number;
	readonly lead: number;
	/** accounts that pay, on each side */
	readonly payers: number;
	/** what each of them has */
	readonly funds: bigint;
	readonly exposure: bigint;
	/** wallets of either side, and what each of them and the gateway has in tokens; 0: there are none, and no gateway */
	readonly holders: number;
	readonly held: bigint;
	readonly failed: (what: string) => void;
};

const least = 2;
const asset = (code: string) => ({ code, scale: 0, name: code, ...usualWindows });

type Made = {
	readonly name: string;
	readonly folder: string;
	readonly id: Bytes;
	readonly code: string;
	readonly asset: Bytes;
	readonly deviceKey: Bytes;
	readonly logKey: Bytes;
	readonly log: KnownLog;
};

async function make(root: string, name: string, code: string): Promise<Made> {
	const folder = join(root, name);
	const deviceKey = random(32);
	const made = { name, assets: [asset(code)], port: 0 };
	const id = fromHex(await createIssuer(folder, made, { kind: "device", key: deviceKey })) as Bytes;
	const logKey = random(32);
	const origin = `${name}.example/log`;
	const publicKey = signerFrom(logKey, "Ed25519").key.bytes;
	const hash = assetHash({ operator: id, code });
	return { name, folder, id, code, asset: hash, deviceKey, logKey, log: { operator: id, origin, publicKey } };
}

export async function openPair(options: PairOptions): Promise<Pair> {
	const { folder, epoch_ms } = options;
	const made = [await make(folder, "west", "JPY"), await make(folder, "east", "USD")] as const;
	const trusteeKey = random(32);
	const holder = keyId(signerFrom(trusteeKey, "Ed25519").key);
	const running = [
		await openWitness(folder, "w1", made, holder),
		await openWitness(folder, "w2", made, holder),
	];
	const witnesses = running.map(({ url, key }): SealWordSource => ({ url, key }));
	const logs = made.map(({ log }) => log);
	const stock = options.holders === 0 ? 0n : options.held;
	const common = { trusteeKey, logs, witnesses, least, epoch_ms, lead: options.lead, stock };
	const operators = [
		await openOperator(made[0], common, options),
		await openOperator(made[1], common, options),
	] as const;
	const [west, east] = operators;
	await (await west.victim.up()).call("listPeers", [east.url]);
	await (await east.victim.up()).call("listPeers", [west.url]);
	const lanes = await agreeBothWays(west, east, options.exposure);
	const policy = { witnesses: witnesses.map(({ key }) => key), least };
	const rulings = await Promise.all(
		operators.map(async ({ victim }) => (await victim.up()).call("rulingKeys", null)),
	);
	const keys: OutcomeKeys = {
		verify,
		keysOf: (operator) => rulings[operators.findIndex(({ id }) => equalBytes(id, operator))] ?? [],
		logOf: (operator) => {
			const known = logs.find((each) => equalBytes(each.operator, operator));
			if (known === undefined) return undefined;
			const { origin, publicKey } = known;
			return { keys: { origin, keys: [verifierKey(origin, "note", publicKey)] }, policy };
		},
	};
	const close = async (): Promise<void> => {
		for (const { victim } of operators) await victim.stop();
		for (const witness of running) await witness.close();
	};
	return { operators, lanes, keys, close };
}

type Running = SealWordSource & { readonly close: () => Promise<void> };

/** Follows both logs from their folders, as from any place where they are served. */
async function openWitness(
	root: string,
	name: string,
	made: readonly Made[],
	holder: Bytes,
): Promise<Running> {
	const folder = join(root, name);
	mkdirSync(folder);
	const [signer, forSeals] = [newSigner(), newSigner()];
	const [file, sealFile] = [join(folder, "witness.db"), join(folder, "seals.db")];
	WitnessStore.create(file, verifierKey(`${name}.example`, "cosignature", signer.key.bytes));
	SealStore.create(sealFile, forSeals.key as PublicKey & { readonly suite: "Ed25519" });
	const followed = made.map(({ id, log, folder: of }) => ({
		operator: id,
		keys: { origin: log.origin, keys: [verifierKey(log.origin, "note", log.publicKey)] },
		source: folderSource(publicFolder(join(of, "log"))),
		policy: { holders: [holder], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 86_400 },
	}));
	const server = await startWitness({
		file,
		signer,
		logs: new Map(),
		verify,
		seals: { file: sealFile, signer: forSeals, logs: followed, pause_ms: 50 },
		log: { info: () => undefined, error: console.error },
		port: 0,
	});
	if (isRefusal(server)) throw new Error(server.detail);
	return { url: server.url, key: keyId(forSeals.key), close: server.close };
}

function newSigner() {
	return signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
}

async function openOperator(
	{ name, folder, deviceKey, logKey, log, id, code, asset: hash }: Made,
	common: Omit<AcrossStart, "folder" | "deviceKey" | "logKey" | "origin">,
	{ failed, payers, funds, holders, held }: PairOptions,
): Promise<Operator> {
	let url = "";
	const victim = new Victim<AcrossMethods>({
		name,
		program: acrossProgram,
		lastWords: join(folder, "last-words"),
		handlers: {},
		serve: async (line) => {
			const input = { ...common, folder, deviceKey, logKey, origin: log.origin };
			({ url } = await line.call("start", input));
		},
		served: () => undefined,
		failed,
	});
	const line = await victim.start();
	const terms = { asset: hash, most: null };
	const [outside, payee] = [random(32), random(32)];
	const accounts = Array.from({ length: payers }, () => random(32));
	const opened = [payee, ...accounts].map((each) => ({ id: each, least: 0n, ...terms }));
	await line.call("open", [{ id: outside, least: null, ...terms }, ...opened]);
	const moves = accounts.map((credit) => [
		{ kind: "move", id: random(32), reference: null, debit: outside, credit, amount: funds } as const,
	]);
	await line.call("post", moves);
	const apiKey = readFileSync(join(folder, "api-key"), "utf8").trim();
	const deposit = (account: Bytes) => line.call("deposit", { account, amount: held });
	const wallets: HolderWallet[] = [];
	for (let n = 0; n < holders; n++)
		wallets.push(await openHolder(url, { operator: id, code }, held, deposit));
	return { id, asset: hash, apiKey, victim, url, payers: accounts, payee, holders: wallets };
}

/** Both directions, at rates that leave fractions. */
async function agreeBothWays(
	west: Operator,
	east: Operator,
	exposure: bigint,
): Promise<readonly [Lane, Lane]> {
	const out = await agree(west, east, exposure);
	const back = await agree(east, west, exposure);
	const rates = [
		{ credited: 100n, paid: 155n },
		{ credited: 155n, paid: 101n },
	] as const;
	for (const [operator, own, other] of [
		[west, out, { ...back, rate: rates[1] }],
		[east, back, { ...out, rate: rates[0] }],
	] as const) {
		const agreements = [
			{ agreement: own.agreement, rate: null },
			{ agreement: other.agreement, rate: other.rate },
		];
		await (await operator.victim.up()).call("publish", { from: now(), agreements, rules: "" });
	}
	return [out, back];
}

async function agree(source: Operator, destination: Operator, exposure: bigint): Promise<Lane> {
	const body: AgreementBody = {
		source: source.id,
		destination: destination.id,
		version: 1,
		paid: source.asset,
		credited: destination.asset,
		exposure,
		fee: { fixed: 1n, perMillion: 2_500 },
		quoteLifetime: 3_600,
		seals: 10_000,
		freshness: 60,
		liable: "source",
		settlement: 2,
		from: now() - 60,
		until: now() + 365 * 86_400,
	};
	const line = await source.victim.up();
	const half = await line.call("agree", { body, bySource: null, byDestination: null });
	const whole = await (await destination.victim.up()).call("agree", half);
	await line.call("agree", whole);
	return { source, destination, agreement: agreementId(body), body };
}
