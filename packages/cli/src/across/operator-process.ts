/**
 * An operator that pays and is paid across, as a process of its own: its server, its log and sealer, what witnesses say
 * of its seals, and its telling. Whoever started it may kill it at any moment. It ends with its parent.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { signerFrom, verify } from "@tenten/module";
import {
	type AgreementDraft,
	type CrossingGateway,
	type CrossingSettings,
	LogWriter,
	openDoor,
	openSealer,
	type Sealer,
	type SealerOptions,
	type SealWordSource,
	sealsOf,
	startServer,
	type WitnessedSeals,
} from "@tenten/operator";
import {
	type AccountTerms,
	type Bytes,
	equalBytes,
	type LinkedTransfers,
	type Policy,
	type PublicKey,
	parse,
	type RuleBookBody,
	settlementBody,
	settlementHash,
	signReserve,
	toHex,
	verifierKey,
	type WitnessedLog,
} from "@tenten/protocol";
import { must, random } from "../ecosystem.ts";
import { Line } from "../ipc-line.ts";
import { type Issuer, openIssuer } from "../server/issuer.ts";
import { listPeers } from "../server/peers.ts";
import { type Gateway, openGateway } from "./holder-wallets.ts";

export type KnownLog = { readonly operator: Bytes; readonly origin: string; readonly publicKey: Bytes };

export type AcrossStart = {
	readonly folder: string;
	readonly deviceKey: Bytes;
	readonly origin: string;
	/** private keys, 32 bytes: of its log, and of whoever holds the funds for trial */
	readonly logKey: Bytes;
	readonly trusteeKey: Bytes;
	/** of both operators */
	readonly logs: readonly KnownLog[];
	readonly witnesses: readonly SealWordSource[];
	readonly least: number;
	readonly epoch_ms: number;
	/** seals from a quote until the one that decides */
	readonly lead: number;
	/** what its gateway has in tokens at first, of its only asset; 0: it has no gateway */
	readonly stock: bigint;
};

type Risk = {
	readonly agreement: Bytes;
	readonly open: bigint;
	readonly unsettled: bigint;
	/** the ids of settlements that both have signed, and what they count together */
	readonly settlements: readonly string[];
	readonly settled: bigint;
};

export type AcrossMethods = {
	readonly start: (input: AcrossStart) => Promise<{ readonly url: string }>;
	readonly listPeers: (addresses: readonly string[]) => Promise<void>;
	readonly agree: (draft: AgreementDraft) => Promise<AgreementDraft>;
	readonly publish: (content: Pick<RuleBookBody, "from" | "agreements" | "rules">) => Promise<void>;
	readonly open: (accounts: readonly AccountTerms[]) => Promise<void>;
	readonly post: (batch: readonly LinkedTransfers[]) => Promise<readonly string[]>;
	/** credits posted less debits, and what is pending, of each */
	readonly balances: (ids: readonly Bytes[]) => Promise<readonly (readonly [bigint, bigint])[]>;
	/** the number of the newest seal of the other that it has; 0: none */
	readonly peerSeal: (input: null) => Promise<number>;
	readonly rulingKeys: (input: null) => Promise<readonly PublicKey[]>;
	readonly risks: (input: null) => Promise<readonly Risk[]>;
	/** puts money on the account of a certificate, to be withdrawn */
	readonly deposit: (input: { readonly account: Bytes; readonly amount: bigint }) => Promise<void>;
	/** what its gateway has in tokens: free, locked, and reserved for it */
	readonly gateway: (input: null) => Promise<readonly [bigint, bigint, bigint]>;
	/** whatever does not add up in its ledger, in words */
	readonly examine: (input: null) => Promise<readonly string[]>;
};

/** What to start as a child process. */
export const acrossProgram: string = import.meta.filename;

if (import.meta.main) serveAcross();

function serveAcross(): void {
	let issuer: Issuer | undefined;
	let gateway: Gateway | undefined;
	let folderOf = "";
	const operator = () => {
		if (issuer === undefined) throw new Error("not started");
		return issuer.operator;
	};
	const methods: AcrossMethods = {
		start: async (input) => {
			folderOf = input.folder;
			const started = await start(input);
			({ issuer, gateway } = started);
			return { url: started.url };
		},
		listPeers: (addresses) => listPeers(folderOf, operator(), addresses),
		agree: async (draft) => must(await operator().crossings.agree(draft)),
		publish: async (content) => void must(await operator().crossings.publish(content)),
		open: async (accounts) => void (await operator().ledger.open(accounts)),
		post: async (batch) => (await operator().ledger.post(batch)).map(({ kind }) => kind),
		balances: (ids) =>
			Promise.all(
				ids.map(async (id) => {
					const account = await operator().ledger.account(id);
					if (account === undefined) throw new Error("no such account");
					const { creditsPosted, debitsPosted, creditsPending, debitsPending } = account;
					return [creditsPosted - debitsPosted, creditsPending + debitsPending] as const;
				}),
			),
		peerSeal: () =>
			operator().store.read(async (transaction) => {
				const row = await transaction.selectFrom("crossing_peers").select("number").executeTakeFirst();
				return Number(row?.number ?? 0);
			}),
		rulingKeys: async () =>
			operator().entry.keys.flatMap(({ purpose, key }) => (purpose === "ruling" ? [key] : [])),
		risks: () =>
			operator().store.read(async (transaction) => {
				const rows = await transaction.selectFrom("crossing_agreements").selectAll().execute();
				const signed = await transaction
					.selectFrom("crossing_settlements")
					.select(["agreement_id", "body"])
					.where("by_source", "is not", null)
					.orderBy("number")
					.execute();
				return rows.map(({ agreement_id: agreement, open, unsettled }) => {
					const bodies = signed
						.filter(({ agreement_id }) => equalBytes(agreement_id, agreement))
						.map(({ body }) => must(parse(settlementBody, body)));
					const settled = bodies.reduce((sum, { credits }) => sum + credits, 0n);
					const settlements = bodies.map((body) => toHex(settlementHash(body)));
					return { agreement, open, unsettled, settlements, settled };
				});
			}),
		deposit: async ({ account, amount }) => {
			const [asset] = operator().entry.assets;
			await operator().deposit(random(32), account, asset?.code ?? "", amount);
		},
		gateway: async () => gateway?.balance() ?? [0n, 0n, 0n],
		examine: async () => (await operator().ledger.examine()).broken,
	};
	new Line(process as never, methods);
	process.on("disconnect", () => process.exit());
}

type Started = { readonly issuer: Issuer; readonly url: string; readonly gateway: Gateway | undefined };

async function start(input: AcrossStart): Promise<Started> {
	const { folder, deviceKey, logs, witnesses, least, lead } = input;
	let seals: WitnessedSeals = { newest: async () => 0, show: async () => undefined };
	const policy = { witnesses: witnesses.map(({ key }) => key), least };
	const logOf = (operator: Bytes): WitnessedLog | undefined => {
		const known = logs.find((each) => equalBytes(each.operator, operator));
		if (known === undefined) return undefined;
		const { origin, publicKey } = known;
		return { keys: { origin, keys: [verifierKey(origin, "note", publicKey)] }, policy };
	};
	const gateways: CrossingGateway[] = [];
	const crossings: CrossingSettings = {
		logOf,
		gateways,
		seals: { newest: () => seals.newest(), show: (number) => seals.show(number) },
		lead,
	};
	const unlock = { kind: "device", key: deviceKey } as const;
	const issuer = must(await openIssuer(folder, unlock, {}, undefined, 0, crossings));
	const { operator, settings } = issuer;
	await listPeers(folder, operator, []);
	const log = await openLog(input);
	seals = sealsOf(operator.store, log, least);
	const sealer = must(
		await openSealer({
			operator,
			log,
			secret: deviceKey,
			witnesses: { policy: nobody, verify, sealWords: witnesses },
			around: (transaction) => around(transaction, input, { id: operator.id, now: () => operator.now() }),
		}),
	);
	const gateway = input.stock === 0n ? undefined : await openGateway(input, operator);
	if (gateway !== undefined) gateways.push(gateway.gateway);
	const quiet = { info: () => undefined, error: console.error };
	const { url } = await startServer({ operator, port: settings.port, log: quiet, door: openDoor });
	void sealOn(sealer, seals, input, issuer);
	return { issuer, url, gateway };
}

/** Of witnesses of checkpoints: the trial has those of seals alone. */
const nobody: Policy = { logs: [], witnesses: [], quorum: { kind: "none" } };

async function openLog({ folder, origin, logKey }: AcrossStart): Promise<LogWriter> {
	const at = join(folder, "log");
	const signer = signerFrom(logKey, "Ed25519");
	if (existsSync(join(at, "end.sqlite"))) {
		const opened = await LogWriter.open(at, signer);
		if (!("kind" in opened)) return opened;
	}
	mkdirSync(at, { recursive: true });
	return must(await LogWriter.begin(at, origin, signer));
}

/** More than any trial holds. */
const plenty = 2n ** 62n;

/** What whoever holds the funds says of every asset that accounts hold. */
async function around(
	transaction: Parameters<NonNullable<SealerOptions["around"]>>[0],
	{ trusteeKey }: AcrossStart,
	{ id, now }: Pick<Issuer["operator"], "id" | "now">,
) {
	const assets = await transaction.selectFrom("ledger_sums").select("asset").distinct().execute();
	const trustee = signerFrom(trusteeKey, "Ed25519");
	const body = { operator: id, amount: plenty, heldAt: now() };
	const reserves = assets.map(({ asset }) => signReserve({ ...body, asset }, trustee));
	return { reserves: await Promise.all(reserves) };
}

const patience_ms = 5_000;
const between_ms = 25;

/** Seal, words, telling; and again. */
async function sealOn(
	sealer: Sealer,
	seals: WitnessedSeals,
	{ epoch_ms }: AcrossStart,
	{ operator }: Issuer,
): Promise<void> {
	for (;;) {
		const next = performance.now() + epoch_ms;
		const { number } = await sealer.seal();
		// A round shows the checkpoint, too, and only then is there something to say a word on.
		for (
			const until_ms = performance.now() + patience_ms;
			performance.now() < until_ms;
			await pause(between_ms)
		) {
			await sealer.witness();
			if ((await seals.newest()) >= number) break;
		}
		await operator.crossings.tell();
		await pause(Math.max(0, next - performance.now()));
	}
}
