/** The folder of a gateway: its key, sealed, what it keeps, and its settings as one JSON file. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { FogOptions } from "@tenten/operator/fog";
import { type Bytes, fromHex } from "@tenten/protocol";
import { z } from "zod";
import { BadInput } from "../bad-input.ts";

export const keyIn = (folder: string): string => join(folder, "fog.key");
export const storeIn = (folder: string): string => join(folder, "fog.db");
export const settingsIn = (folder: string): string => join(folder, "fog.json");

const id = z
	.string()
	.regex(/^[0-9a-f]{64}$/)
	.transform((text) => fromHex(text) as Bytes);
const port = z.int().min(0).max(65_535);
const seconds = z
	.int()
	.min(1)
	.max(10 ** 10);

const settings = z.strictObject({
	operator: z.strictObject({ url: z.url({ protocol: /^https?$/ }), id }),
	http: z.strictObject({ port, host: z.string().optional() }),
	broker: z.union([
		z.strictObject({ port, host: z.string().optional() }),
		z.strictObject({ url: z.string().regex(/^mqtts?:\/\//) }),
	]),
	/** ids of the keys of devices that it serves; all if left out */
	devices: z.array(id).max(100_000).optional(),
	/** files, from the folder */
	mandates: z.array(z.string()).max(64).default([]),
	listAge_s: seconds.default(86_400),
	keepDays: z.int().min(1).max(36_500).default(400),
});

export type FogSettings = Pick<
	FogOptions,
	"operator" | "port" | "hostname" | "broker" | "devices" | "mandates" | "listAgeMost_s" | "keep_s"
>;

/** What a new gateway is given to begin with; `port` of its broker is that of MQTT. */
export function firstSettings(operator: { readonly url: string; readonly id: string }): string {
	return `${JSON.stringify({ operator, http: { port: 8791 }, broker: { port: 1883 }, mandates: [] }, null, "\t")}\n`;
}

export function readSettings(file: string): FogSettings {
	const { operator, http, broker, devices, mandates, listAge_s, keepDays } = parsed(file);
	const { port: httpPort, host } = http;
	return {
		operator,
		port: httpPort,
		...(host === undefined ? {} : { hostname: host }),
		broker:
			"url" in broker
				? { kind: "other", url: broker.url }
				: {
						kind: "embedded",
						port: broker.port,
						...(broker.host === undefined ? {} : { hostname: broker.host }),
					},
		...(devices === undefined ? {} : { devices }),
		mandates: mandates.map((named) => bytesOf(isAbsolute(named) ? named : join(dirname(file), named))),
		listAgeMost_s: listAge_s,
		keep_s: keepDays * 86_400,
	};
}

function parsed(file: string): z.output<typeof settings> {
	let value: unknown;
	try {
		value = JSON.parse(Buffer.from(bytesOf(file)).toString("utf8"));
	} catch (error) {
		if (error instanceof BadInput) throw error;
		throw new BadInput("is no JSON", { file });
	}
	const known = settings.safeParse(value);
	if (!known.success) throw new BadInput(z.prettifyError(known.error), { file });
	return known.data;
}

function bytesOf(file: string): Bytes {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	return new Uint8Array(readFileSync(file));
}
