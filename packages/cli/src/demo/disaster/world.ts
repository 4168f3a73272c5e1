/**
 * The world of the story: an operator, a relay on the internet and a fog gateway, each a process that runs what
 * `tenten operator serve`, `tenten relay` and `tenten fog serve` run; and its clock.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FogStore } from "@tenten/operator/fog";
import { type AssetId, type Bytes, fromHex, type OperatorClient, toHex } from "@tenten/protocol";
import { amountWords, httpOperatorClient } from "@tenten/wallet";
import { random } from "../../ecosystem.ts";
import { keyIn, settingsIn, storeIn } from "../../fog/settings.ts";
import { createIssuer, usualWindows } from "../../server/issuer.ts";
import { type AdminProblem, IssuerClient, isProblem } from "../../server/issuer-client.ts";
import { readApiKey } from "../../server/issuer-folder.ts";
import { freePort } from "../../server/port.ts";
import { createRailKey } from "../../server/rail-key.ts";
import { now as machineNow } from "../../surroundings.ts";
import { Phone } from "./phone.ts";
import { passphrase, Service } from "./service.ts";

const yen = { code: "JPY", scale: 0, name: "yen", ...usualWindows } as const;
const unlock = { kind: "passphrase", passphrase, cost: "interactive" } as const;
const hour_s = 3_600;
/** milliseconds that an answer may take on a busy machine */
export const patience_ms = 30_000;

/** What can go dark. */
export type Services = Readonly<Record<"operator" | "relay" | "gateway", Service>>;

type Places = {
	readonly operator: string;
	readonly relay: string;
	readonly broker: string;
	readonly gateway: string;
};

export class World {
	readonly folder: string;
	readonly id: Bytes;
	readonly services: Services;
	readonly urls: Places;
	readonly say: (text: string) => void;
	#ahead_s = 0;

	private constructor(folder: string, id: Bytes, urls: Places, say: (text: string) => void) {
		[this.folder, this.id, this.urls, this.say] = [folder, id, urls, say];
		const port = (url: string): string => new URL(url).port;
		this.services = {
			operator: new Service("operator", "serve", "--data", join(folder, "operator")),
			relay: new Service("relay", "--port", port(urls.relay)),
			gateway: new Service("fog", "serve", join(folder, "gateway")),
		};
	}

	/** Makes all of it in a folder, and starts it. */
	static async open(folder: string, say: (text: string) => void): Promise<World> {
		const [port, relay, http, broker] = [
			await freePort(),
			await freePort(),
			await freePort(),
			await freePort(),
		];
		const made = { name: "Densha Card", assets: [yen], port };
		const id = fromHex(await createIssuer(join(folder, "operator"), made, unlock)) as Bytes;
		const urls = {
			operator: `http://127.0.0.1:${port}`,
			relay: `ws://127.0.0.1:${relay}`,
			broker: `mqtt://127.0.0.1:${broker}`,
			gateway: `http://127.0.0.1:${http}`,
		};
		await makeGateway(join(folder, "gateway"), { url: urls.operator, id, ports: { http, broker } });
		const world = new World(folder, id, urls, say);
		await world.start();
		return world;
	}

	/** Everything works. */
	async start(): Promise<void> {
		const { operator, relay, gateway } = this.services;
		await operator.start(this.#ahead_s);
		await Promise.all([relay.start(this.#ahead_s), gateway.start(this.#ahead_s)]);
	}

	async stop(): Promise<void> {
		for (const service of Object.values(this.services)) await service.kill();
	}

	/** Unix seconds of the story. */
	readonly now = (): number => machineNow() + this.#ahead_s;

	/** Hours go by for everybody: for servers at their next start. */
	pass(hours: number): void {
		this.#ahead_s += hours * hour_s;
	}

	/** Hours since the story began. */
	get hours(): number {
		return this.#ahead_s / hour_s;
	}

	/** Hours go by, for an operator that works, too. */
	async wait(hours: number): Promise<void> {
		await this.services.operator.kill();
		this.pass(hours);
		await this.services.operator.start(this.#ahead_s);
	}

	get asset(): AssetId {
		return { operator: this.id, code: yen.code };
	}

	client(): OperatorClient {
		return httpOperatorClient({ url: this.urls.operator, timeout_ms: patience_ms });
	}

	/** What its people ask the operator: whoever has its folder manages it. */
	management(): IssuerClient {
		const bearer = readApiKey(join(this.folder, "operator"));
		return new IssuerClient({ url: this.urls.operator, bearer, timeout_ms: patience_ms });
	}

	/** Somebody with a phone, an account, and this much in the wallet. */
	async person(name: string, money: bigint, drawn: bigint = money): Promise<Phone> {
		const phone = await Phone.open({ name, folder: this.folder, now: this.now });
		await phone.join(this.client(), this.id);
		const account = phone.wallet.module.certificates()[0]?.hash as Bytes;
		if (money > 0n)
			answered(await this.management().deposit(toHex(account), yen.code, money, toHex(random(16))));
		if (drawn > 0n) await phone.take(this.asset, drawn);
		return phone;
	}

	readonly words = (minor: bigint): string =>
		amountWords(minor, this.asset, { asset: () => yen, operator: () => undefined }).en;
}

/** What the operator answered; the story does not go on with a problem. */
export function answered<T extends object>(answer: T | AdminProblem): T {
	if (isProblem(answer)) throw new Error(`${answer.code} ${answer.detail}`);
	return answer;
}

type Gateway = {
	readonly url: string;
	readonly id: Bytes;
	readonly ports: { readonly http: number; readonly broker: number };
};

/** As `tenten fog init` makes one. */
async function makeGateway(folder: string, { url, id, ports }: Gateway): Promise<void> {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const bytes = fromHex(await createRailKey(keyIn(folder), unlock)) as Bytes;
	FogStore.create(storeIn(folder), { suite: "Ed25519", bytes });
	const settings = {
		operator: { url, id: toHex(id) },
		http: { port: ports.http },
		broker: { port: ports.broker },
	};
	writeFileSync(settingsIn(folder), JSON.stringify(settings), { mode: 0o600 });
}
