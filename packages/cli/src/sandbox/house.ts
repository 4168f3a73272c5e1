/**
 * One operator of the sandbox: open all the time, its server started and stopped as the story wants.
 *
 * Whoever opens an account finds play money on it, once.
 */
import { join } from "node:path";
import type { NewUnlock } from "@tenten/module";
import { createApp } from "@tenten/operator";
import { type AssetId, type Bytes, isRefusal, parseEnrolled, type Refusal, sha256 } from "@tenten/protocol";
import { type LoopbackServer, listenOnLoopback } from "@tenten/wallet";
import type { Schemas } from "../command/database-choice.ts";
import { createIssuer, hasIssuer, type Issuer, type NewIssuer, openIssuer } from "../server/issuer.ts";
import { readIssuerSettings } from "../server/issuer-settings.ts";
import { onPort } from "../server/port.ts";

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
};

type Fetch = (request: Request) => Response | Promise<Response>;

export class House {
	readonly issuer: Issuer;
	readonly asset: AssetId;
	/** minor units */
	readonly gift: bigint;
	/** Removes its books where they are on a server; those in its folder go with the folder. */
	readonly forget: () => Promise<void>;
	readonly #origins: readonly string[];
	#server: LoopbackServer | undefined;

	private constructor(
		issuer: Issuer,
		{ gift, origins }: Pick<HouseOptions, "gift" | "origins">,
		forget: () => Promise<void>,
	) {
		this.issuer = issuer;
		this.gift = gift;
		this.#origins = origins;
		this.forget = forget;
		this.asset = { operator: issuer.operator.id, code: issuer.settings.assets[0]?.code ?? "" };
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
		return new House(issuer, options, async () => schemas?.drop(schema));
	}

	get url(): string {
		return this.issuer.settings.url;
	}

	get isRunning(): boolean {
		return this.#server !== undefined;
	}

	async start(): Promise<void> {
		const { operator, settings } = this.issuer;
		const app = createApp({ operator, log: silent, origins: this.#origins });
		const fetch = this.#withGift((request) => app.fetch(request));
		const { port } = settings;
		this.#server ??= await onPort(port, () => listenOnLoopback({ fetch }, { port }));
	}

	async stop(): Promise<void> {
		await this.#server?.stop();
		this.#server = undefined;
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
