/**
 * The fog gateway that a wallet's folder has joined (docs/spec/fog.md): where it is, which key it is known by, and from
 * which amount on payments are taken under its word alone.
 *
 *   gateway.json   as `tenten wallet gateway` wrote it
 *
 * It is believed nothing: an address that was altered leads to a gateway that can keep and say what it likes, and every
 * list and approval of it is verified.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readAtMost } from "@tenten/client";
import { type Bytes, fromHex, isRefusal } from "@tenten/protocol";
import { type FogLine, fogByHttp, fogByMqtt, Gateway } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { random } from "../surroundings.ts";
import { codeInWords } from "../trust-file.ts";
import { readJson, writeJson } from "./settings.ts";

export type JoinedGateway = {
	/** `http(s)://…` of its door, or `mqtt(s)://host:port` of its broker */
	readonly url: string;
	/** the id of its key, hexadecimal */
	readonly id: string;
	/** the id of its operator's root key, hexadecimal */
	readonly operator: string;
	/** minor units, decimal: from there on a payment is taken only with its approval; null: none needs one */
	readonly approvesFrom: string | null;
};

const fileIn = (folder: string): string => join(folder, "gateway.json");
/** for an answer: what it does not take now goes with the next command */
const patience = { timeout_ms: 10_000, repeat_ms: 1_000 } as const;
/** bytes of what a gateway says of itself */
const standingMost = 65_536;

/** Undefined where the wallet has joined none. */
export function readGateway(folder: string): JoinedGateway | undefined {
	const file = fileIn(folder);
	if (!existsSync(file)) return undefined;
	const value = readJson(file);
	if (!isGateway(value)) throw new BadInput("names no gateway: tenten wallet gateway writes it", { file });
	return value;
}

/** In the place of the one before; null: none any more. */
export function writeGateway(folder: string, gateway: JoinedGateway | null): void {
	if (gateway === null) rmSync(fileIn(folder), { force: true });
	else writeJson(fileIn(folder), gateway);
}

function isGateway(value: object): value is JoinedGateway {
	const { url, id, operator, approvesFrom } = value as Partial<Record<keyof JoinedGateway, unknown>>;
	const isAmount = approvesFrom === null || /^[1-9][0-9]{0,18}$/.test(`${approvesFrom}`);
	return isPlace(`${url}`) && isAmount && [id, operator].every((each) => isId(`${each}`));
}

function isPlace(url: string): boolean {
	return /^(http|mqtt)s?:\/\/[^/?#@\s]+$/.test(url) && URL.canParse(url);
}

function isId(text: string): boolean {
	return /^[0-9a-f]{64}$/.test(text);
}

/** A line to a gateway, to be closed; bad input where the address is none. */
export async function lineTo({ url, id }: Pick<JoinedGateway, "url" | "id">): Promise<FogLine> {
	if (!isPlace(url)) throw new BadInput("a gateway is at http(s)://host:port or mqtt(s)://host:port");
	if (/^http/.test(url)) return fogByHttp(url, patience);
	// Whoever looks after the wallet named it: it may be on a network of one's own.
	const rules = { origins: [new URL(url.replace(/^mqtt/, "http")).origin], loopback: true };
	const line = await fogByMqtt({ url, gateway: idOf(id), rules, ...patience });
	if (isRefusal(line)) throw new BadInput(codeInWords(line));
	return line;
}

/** The gateway of a wallet, over that line. */
export function gatewayOver({ ask }: FogLine, { operator, approvesFrom }: JoinedGateway): Gateway {
	const from = approvesFrom === null ? undefined : BigInt(approvesFrom);
	return new Gateway({
		ask,
		operator: idOf(operator),
		random,
		...(from === undefined ? {} : { needsApproval: ({ accepted }) => accepted.amount >= from }),
	});
}

export function idOf(text: string): Bytes {
	const id = fromHex(text);
	if (id?.length !== 32) throw new BadInput(`${text} is no id of 64 hexadecimal digits`);
	return id;
}

/**
 * The id of the gateway at `url`: `pinned`, and over HTTP the one that it says it is, which must be that one.
 * Bad input where it is not, or where a broker is named without.
 */
export async function idAt(url: string, pinned: string | undefined): Promise<string> {
	if (pinned !== undefined && !isId(pinned)) throw new BadInput("--pin has 64 hexadecimal digits");
	if (!/^https?:/.test(url)) {
		if (pinned === undefined)
			throw new BadInput("at a broker a gateway is found by its id: name it by --pin");
		return pinned;
	}
	const said = await standingAt(url);
	if (pinned !== undefined && pinned !== said)
		throw new BadInput(`the gateway at ${url} is ${said}, and not ${pinned}`);
	return said;
}

async function standingAt(url: string): Promise<string> {
	const words = `no gateway answers at ${url}`;
	try {
		const signal = AbortSignal.timeout(patience.timeout_ms);
		const response = await fetch(`${url}/v1/standing`, { redirect: "error", signal });
		const said = Buffer.from(await readAtMost(response, standingMost)).toString();
		const { gateway }: { readonly gateway?: unknown } = Object(JSON.parse(said));
		if (isId(`${gateway}`)) return `${gateway}`;
	} catch (error) {
		throw new BadInput(`${words}: ${error instanceof Error ? error.message : "it says nothing"}`);
	}
	throw new BadInput(words);
}
