/**
 * An operator that comes to the sandbox to cheat, so that one can see what becomes of that. It is honest until it is told
 * otherwise, and gone, with its folder, when it is sent away: nobody else has its money.
 *
 *   arrives ─▶ issues, seals; witnessed by all three ─▶ seals more than it issued ─▶ refused, convicted ─▶ is sent away
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "@tenten/operator";
import type { AssetId, Bytes } from "@tenten/protocol";
import { type LoopbackServer, listenOnLoopback } from "@tenten/wallet";
import { inflate } from "../../demo/verify/meddling.ts";
import { must } from "../../ecosystem.ts";
import { openLogKey } from "../../log/keys.ts";
import { createIssuer, type Issuer, openIssuer, usualWindows } from "../../server/issuer.ts";
import type { LogOfIssuer } from "../../server/issuer-log.ts";
import { random } from "../../surroundings.ts";
import { WalletFolder } from "../../wallet/folder.ts";
import { type KnownLog, policyOf, quiet, unlock } from "./known.ts";
import { logFolder, logKeyIn, openSealedLog } from "./sealed-log.ts";
import type { Around } from "./watch.ts";

const title = "Kumo Pay";
const yen = { code: "JPY", scale: 0, name: "Kumo Pay yen", ...usualWindows } as const;
/** minor units: what it issued, and what it says beyond that */
const issued = 500n;
const inflated = 100_000n;

type Opened = { readonly issuer: Issuer; readonly sealed: LogOfIssuer; readonly server: LoopbackServer };

export class Newcomer {
	readonly title: string = title;
	readonly log: KnownLog;
	readonly #folder: string;
	readonly #around: Around;
	readonly #opened: Opened;
	#hasCheated = false;

	private constructor(folder: string, around: Around, log: KnownLog, opened: Opened) {
		this.#folder = folder;
		this.#around = around;
		this.log = log;
		this.#opened = opened;
	}

	/** A new one in a folder; whatever a killed sandbox left there goes. It has issued something when this ends. */
	static async arrive(folder: string, around: Around, epoch_s: number): Promise<Newcomer> {
		rmSync(folder, { recursive: true, force: true });
		await createIssuer(folder, { name: title, assets: [yen], port: 0 }, unlock);
		const issuer = must(await openIssuer(folder, unlock));
		const close: (() => Promise<void>)[] = [() => issuer.close()];
		try {
			const { url, port } = issuer.settings;
			// Each is another operator with another log: what was found of the one before stays with its name.
			const name = `kumo-pay-${Buffer.from(issuer.operator.id).toString("hex", 0, 4)}`;
			const logKey = await logKeyIn(folder, `${name}.example/log`);
			const log = { name, operator: issuer.operator.id, logKey, logUrls: [`${url}/log`] as const };
			const asset = { operator: issuer.operator.id, code: yen.code };
			const sealed = await openSealedLog({ folder, log, issuer, asset, epoch_s, ...around });
			close.push(() => sealed.close());
			const app = createApp({ operator: issuer.operator, log: quiet, sealer: sealed.sealer });
			const server = await listenOnLoopback({ fetch: (request) => app.fetch(request) }, { port });
			close.push(() => server.stop());
			await issueSome(join(folder, "customer"), issuer, asset);
			return new Newcomer(folder, around, log, { issuer, sealed, server });
		} catch (error) {
			for (const each of close.reverse()) await each();
			throw error;
		}
	}

	get hasCheated(): boolean {
		return this.#hasCheated;
	}

	/** Seals more than it issued, once; it seals nothing more after it. */
	async cheat(): Promise<void> {
		if (this.#hasCheated) return;
		this.#hasCheated = true;
		await this.#opened.sealed.close();
		const folder = logFolder(this.#folder);
		const signer = await openLogKey(folder, async () => unlock, console.error);
		await inflate({ folder, signer, policy: policyOf(this.log, this.#around.all) }, inflated);
	}

	async leave(): Promise<void> {
		const { issuer, sealed, server } = this.#opened;
		await server.stop();
		if (!this.#hasCheated) await sealed.close();
		await issuer.close();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}

/** A customer takes money from the account: so there is something of which more can be said. */
async function issueSome(folder: string, { operator, settings }: Issuer, asset: AssetId): Promise<void> {
	const customer = must(await WalletFolder.open(folder, { unlock }));
	try {
		must(
			await customer.join(settings.url, {
				role: "holder",
				class: "person",
				merchantCategory: null,
				region: "JP",
			}),
		);
		const account = customer.wallet.module.certificates()[0]?.hash as Bytes;
		const refused = await operator.deposit(random(32), account, asset.code, issued);
		if (refused !== undefined) throw new Error(refused.detail);
		must(await customer.wallet.topUp(asset, issued));
	} finally {
		await customer.close();
	}
}
