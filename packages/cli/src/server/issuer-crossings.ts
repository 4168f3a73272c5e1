/**
 * Payments across operators, of an operator that is served: a file says whose logs and witnesses it goes by, and which
 * wallets are its gateways.
 *
 *   file ─▶ operator opened (it believes nothing yet) ─▶ log opened, gateways' wallets opened ─▶ it is told and tells
 *
 * What the file names is what value is believed by: whoever may write it may have the operator believe anybody.
 */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
	type CrossingGateway,
	type CrossingSettings,
	type LogWriter,
	type Operator,
	sealsOf,
	type WitnessedSeals,
} from "@tenten/operator";
import {
	assetHash,
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	parseVerifierKey,
	type VerifierKey,
	verifierKey,
	type WitnessedLog,
} from "@tenten/protocol";
import { WalletPurse } from "@tenten/wallet";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";
import { findAsset } from "../wallet/assets.ts";
import { openWallet } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { readJson } from "../wallet/settings.ts";

export const crossingsOption = [
	"--crossings <file>",
	"payments to and from other operators, with --log: whose logs and witnesses count, and the gateways' wallets (docs/operating.md)",
] as const;

const id = z.string().regex(/^[0-9a-f]{64}$/);
const shape = z.strictObject({
	/** key ids of the witnesses of seals whose words count, and how many of them must know a seal */
	witnesses: z.array(id).min(1).max(64),
	least: z.int().min(1),
	/** seals from a quote until the one that decides */
	lead: z.int().min(2).max(65_535).default(8),
	peers: z.array(z.strictObject({ operator: id, log: z.string() })).max(255),
	gateways: z
		.array(z.strictObject({ asset: z.string(), wallet: z.string(), passphraseFile: z.string().optional() }))
		.max(64)
		.default([]),
});
type Content = z.infer<typeof shape>;

export type CrossingsOfIssuer = {
	/** for `openIssuer`: nothing is believed, and nothing begins, before it is begun */
	readonly settings: CrossingSettings;
	/** Opens the gateways and tells from now on, until the function that it answers with is called. */
	readonly begin: (
		operator: Operator,
		log: LogWriter,
		failed: (error: unknown) => void,
	) => Promise<() => Promise<void>>;
};

const tellEvery_ms = 500;
const renewEvery_ms = 3_600_000;

export function crossingsIn(file: string): CrossingsOfIssuer {
	const content = contentOf(file);
	const { lead, least } = content;
	const gateways: CrossingGateway[] = [];
	const logs = new Map(content.peers.map(({ operator, log }) => [operator, keyOf(log, file)]));
	const policy = { witnesses: content.witnesses.map(bytesOf), least };
	let own: { readonly operator: Bytes; readonly key: VerifierKey } | undefined;
	let seals: WitnessedSeals = { newest: async () => 0, show: async () => undefined };
	const logOf = (operator: Bytes): WitnessedLog | undefined => {
		const isOwn = own !== undefined && equalBytes(own.operator, operator);
		const key = isOwn ? own?.key : logs.get(Buffer.from(operator).toString("hex"));
		return key && { keys: { origin: key.name, keys: [key] }, policy };
	};
	const shown = { newest: () => seals.newest(), show: (number: number) => seals.show(number) };
	return {
		settings: { logOf, seals: shown, lead, gateways },
		begin: async (operator, log, failed) => {
			const wallets = await openGateways(content, operator.id, dirname(file));
			for (const { asset, folder } of wallets)
				gateways.push({ asset: assetHash(asset), purse: new WalletPurse(folder.wallet, asset) });
			const { origin, publicKey } = log.identity;
			own = { operator: operator.id, key: verifierKey(origin, "note", publicKey) };
			seals = sealsOf(operator.store, log, least);
			const stop = new AbortController();
			const renew = () => renewLists(wallets, operator);
			await renew();
			const working = [
				every(tellEvery_ms, () => operator.crossings.tell(), stop.signal, failed),
				every(renewEvery_ms, renew, stop.signal, failed),
			];
			return async () => {
				stop.abort();
				await Promise.all(working);
				for (const { folder } of wallets) await folder.close();
			};
		},
	};
}

function contentOf(file: string): Content {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	const read = shape.safeParse(readJson(file));
	if (!read.success) {
		const [first] = read.error.issues;
		throw new BadInput(`does not say who counts: ${first?.path.join(".")}: ${first?.message}`, { file });
	}
	const { witnesses, least } = read.data;
	if (least > witnesses.length || new Set(witnesses).size !== witnesses.length)
		throw new BadInput("least is more than its witnesses, or one of them is named twice", { file });
	return read.data;
}

function keyOf(text: string, file: string): VerifierKey {
	const key = parseVerifierKey(text);
	if (isRefusal(key) || key.type !== "note")
		throw new BadInput(`the log of a peer is name+id+base64; not ${text}`, { file });
	return key;
}

type OpenGateway = {
	readonly asset: { readonly operator: Bytes; readonly code: string };
	readonly folder: WalletFolder;
};

/** Each wallet is the gateway's alone, and has tokens of this operator; a path is as seen from the file. */
async function openGateways(
	{ gateways }: Content,
	operator: Bytes,
	from: string,
): Promise<readonly OpenGateway[]> {
	const opened: OpenGateway[] = [];
	try {
		for (const { asset: code, wallet, passphraseFile } of gateways) {
			const at = resolve(from, wallet);
			const unlock = passphraseFile === undefined ? {} : { passphraseFile: resolve(from, passphraseFile) };
			const folder = await openWallet({ wallet: at, ...unlock });
			if (isRefusal(folder)) throw new BadInput(`${folder.code} ${folder.detail}`, { file: at });
			const { id: asset } = findAsset(folder, code);
			opened.push({ asset, folder });
			if (!equalBytes(asset.operator, operator))
				throw new BadInput(`has ${code} of another operator`, { file: at });
		}
		return opened;
	} catch (error) {
		for (const { folder } of opened) await folder.close();
		throw error;
	}
}

/** A gateway's module believes its own operator's newest lists. */
async function renewLists(gateways: readonly OpenGateway[], operator: Operator): Promise<void> {
	for (const { folder } of gateways) {
		const { module } = folder.wallet;
		await module.setTrustList(await operator.trustList(), operator.id);
		await module.freezes.take(await operator.freezeList());
	}
}

function bytesOf(hex: string): Bytes {
	// The shape lets nothing else through.
	return fromHex(hex) as Bytes;
}

async function every(
	period_ms: number,
	work: () => Promise<unknown>,
	stop: AbortSignal,
	failed: (error: unknown) => void,
): Promise<void> {
	while (!stop.aborted) {
		await pause(period_ms, undefined, { signal: stop, ref: false }).catch(() => undefined);
		if (!stop.aborted) await work().catch(failed);
	}
}
