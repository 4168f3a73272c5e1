/** The operator of a tortured gateway, seen from outside: made in a folder, started as a process, killed, and back later. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { signerFrom } from "@tenten/module";
import { LogWriter } from "@tenten/operator";
import { must, random } from "../../ecosystem.ts";
import { createIssuer, usualWindows } from "../../server/issuer.ts";
import { assetCode } from "../town.ts";
import { Victim } from "../victim.ts";
import { type FogOperatorMethods, type FogOperatorParent, fogOperatorProgram } from "./operator-process.ts";

/** for a gateway to bring records to it, which it does every two seconds where it has any */
const armed_ms = 10_000;

/** Who the operator is, and where. */
type Started = Awaited<ReturnType<FogOperatorMethods["start"]>>;

export type FogOperator = {
	readonly victim: Victim<FogOperatorMethods>;
	readonly started: Promise<Started>;
	/** how often records came, those that it had already included */
	readonly came: () => number;
	/** Kills it, once it has taken records and before it says so; it is started again on its folder when what this gives is called. */
	readonly down: () => Promise<() => void>;
};

export async function openOperator(folder: string, failed: (what: string) => void): Promise<FogOperator> {
	const home = join(folder, "operator");
	const [deviceKey, logKey] = [random(32), random(32)];
	const yen = { code: assetCode, scale: 0, name: "yen", ...usualWindows };
	await createIssuer(home, { name: "Torture", assets: [yen], port: 0 }, { kind: "device", key: deviceKey });
	mkdirSync(join(home, "log"));
	const log = await LogWriter.begin(join(home, "log"), "torture.example/log", signerFrom(logKey, "Ed25519"));
	await must(log).close();
	let mayServe: Promise<void> = Promise.resolve();
	let told: (where: Started) => void = () => undefined;
	const started = new Promise<Started>((resolve) => {
		told = resolve;
	});
	let came = 0;
	const parent: FogOperatorParent = {
		came: async (records) => {
			came += records;
		},
	};
	const victim = new Victim<FogOperatorMethods>({
		name: "operator",
		program: fogOperatorProgram,
		lastWords: join(folder, "operator.last-words"),
		handlers: parent,
		serve: async (line) => {
			await mayServe;
			told(await line.call("start", { folder: home, deviceKey, logKey }));
		},
		served: () => undefined,
		failed,
	});
	await victim.start();
	const down = async (): Promise<() => void> => {
		let back = (): void => undefined;
		mayServe = new Promise((resolve) => {
			back = resolve;
		});
		const hasTaken = await victim.await(async (line) => line.call("arm", null), armed_ms);
		if (!hasTaken) await victim.kill();
		return back;
	};
	return { victim, started, came: () => came, down };
}
