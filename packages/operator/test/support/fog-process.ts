/** A gateway as a process of a test, until it is killed. Argument: JSON; it says where it is in one line of JSON. */
import { fromHex, isRefusal } from "@tenten/protocol";
import { verify } from "../../../module/src/suite/index.ts";
import { startFog } from "../../src/fog/serve.ts";
import { gatewaySigner } from "./fog-keys.ts";

const { file, operator, id, mandates, http, mqtt, now } = JSON.parse(process.argv[2] ?? "") as {
	readonly file: string;
	readonly operator: string;
	readonly id: string;
	readonly mandates: readonly string[];
	readonly http: number;
	readonly mqtt: number;
	readonly now: number;
};

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();
const fog = await startFog({
	file,
	signer: gatewaySigner,
	verify,
	operator: { url: operator, id: bytes(id) },
	broker: { kind: "embedded", port: mqtt },
	mandates: mandates.map(bytes),
	pause_ms: 20,
	pauseMost_ms: 100,
	port: http,
	log: { info: () => undefined, error: (fields) => process.stderr.write(`${JSON.stringify(fields)}\n`) },
	now: () => now,
});
if (isRefusal(fog)) throw new Error(fog.detail);
await fog.subscribed;
process.stdout.write(`${JSON.stringify({ url: fog.url, broker: fog.broker })}\n`);
