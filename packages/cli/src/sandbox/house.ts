/**
 * One operator of the sandbox: open all the time, its server started and stopped as the story wants, and with it its log
 * and its witness of the others' logs.
 *
 * Whoever opens an account finds play money on it, once.
 */
import { basename, join } from "node:path";
import type { NewUnlock } from "@tenten/module";
import { createApp } from "@tenten/operator";
import { type AssetId, type Bytes, isRefusal, parseEnrolled, type Refusal, sha256 } from "@tenten/protocol";
import { type LoopbackServer, listenOnLoopback } from "@tenten/wallet";
import type { Schemas } from "../command/database-choice.ts";
import type { BuiltPages } from "../server/console-pages.ts";
import { createIssuer, type Issuer, type NewIssuer, openIssuer } from "../server/issuer.ts";
import { hasIssuer } from "../server/issuer-folder.ts";
import { readIssuerSettings } from "../server/issuer-settings.ts";
import { onPort } from "../server/port.ts";
import { Watch } from "./verifying/watch.ts";

const silent = { info: () => undefined, error: (_: object, message: string) => console.error(message) };

export type HouseOptions = {
	readonly folder: string;
	/** how it is made where there is none */
	readonly made: NewIssuer;
	/** for whoever opens an account, in minor units */
	readonly gift: bigint;
	readonly unlock: NewUnlock;
	/** where its books are, if not in the folder */
	readonly schemas?: Schemas | undefined;
	/** pages that may ask it */
	readonly origins: readonly string[];
	/** seconds: see `Watch` */
	readonly epoch_s: number;
	/** of its witness; none if left out */
	readonly console: BuiltPages | undefined;
};

type Fetch = (request: Request) => Response | Promise<Response>;

export class House {
	readonly issuer: Issuer;
	readonly asset: AssetId;
	/** minor units */
	readonly gift: bigint;
	/** Removes its books where they are on a server; those in its folder go with the folder. */
	readonly forget: () => Promise<void>;
	readonly watch: Watch;
	readonly #origins: readonly string[];
	#server: LoopbackServer | undefined;

	private constructor(
		issuer: Issuer,
		watch: Watch,
		{ gift, origins }: Pick<HouseOptions, "gift" | "origins">,
		forget: () => Promise<void>,
	) {
		this.issuer = issuer;
		this.watch = watch;
		this.gift = gift;
		this.#origins = origins;
		this.forget = forget;
		this.asset = assetOf(issuer);
	}

	/** Opens the operator in a folder, or makes one there. Its server is not started. */
	static async open(options: HouseOptions): Promise<House | Refusal> {
		const { folder, made, unlock, schemas } = options;
		if (!hasIssuer(folder)) await createIssuer(folder, made, unlock);
		// A schema for each operator, and never two for one.
		const { keys } = readIssuerSettings(join(folder, "operator.json"));
		const schema = `sandbox_${keys.root.slice(0, 32)}`;
		const issuer = await openIssuer(folder, unlock, {}, schemas?.named(schema));
		if (isRefusal(issuer)) return issuer;
		const { epoch_s, console } = options;
		const name = basename(folder);
		try {
			const watch = await Watch.open({ folder, name, issuer, asset: assetOf(issuer), epoch_s, console });
			return new House(issuer, watch, options, async () => schemas?.drop(schema));
		} catch (error) {
			await issuer.close();
			throw error;
		}
	}

	get url(): string {
		return this.issuer.settings.url;
	}

	get isRunning(): boolean {
		return this.#server !== undefined;
	}

	/** Opens its log and its witness, and then its door. */
	async start(): Promise<void> {
		if (this.#server !== undefined) return;
		const { operator, settings } = this.issuer;
		const { port } = settings;
		const sealer = await this.watch.start();
		const app = createApp({ operator, log: silent, origins: this.#origins, sealer });
		const fetch = this.#withGift((request) => app.fetch(request));
		try {
			this.#server = await onPort(port, () => listenOnLoopback({ fetch }, { port }));
		} catch (error) {
			await this.watch.stop();
			throw error;
		}
	}

	async stop(): Promise<void> {
		const server = this.#server;
		this.#server = undefined;
		await server?.stop();
		await this.watch.stop();
	}

	async close(): Promise<void> {
		await this.stop();
		await this.issuer.close();
	}

	#withGift(fetch: Fetch): Fetch {
		return async (request) => {
			const response = await fetch(request);
			if (request.method === "POST" && request.url.endsWith("/v1/certificates") && response.ok)
				await this.#give(new Uint8Array(await response.clone().arrayBuffer()));
			return response;
		};
	}

	/** The deposit is named after the account, so it is made once. */
	async #give(answer: Bytes): Promise<void> {
		const enrolled = parseEnrolled(answer);
		if (isRefusal(enrolled)) return;
		await this.issuer.operator.deposit(
			sha256(enrolled.account),
			enrolled.account,
			this.asset.code,
			this.gift,
		);
	}
}

function assetOf({ operator, settings }: Issuer): AssetId {
	return { operator: operator.id, code: settings.assets[0]?.code ?? "" };
}
