/**
 * An operator over HTTP as a process of its own, killed by SIGKILL at its n-th commit since it listens.
 *
 * Its one argument is JSON (`OperatorPlan`). It says its address in a line on stdout.
 */
import { type FailPoint, startServer } from "@tenten/operator";
import { openIssuer } from "../../src/server/issuer.ts";
import { bytesOf, must } from "./hand-over-process.ts";
import { dieNow } from "./killing-store.ts";

export type OperatorPlan = {
	readonly folder: string;
	/** hexadecimal */
	readonly deviceKey: string;
	/** the address of its PostgreSQL database, where it is on one */
	readonly database?: string;
	/** counted from one */
	readonly commit: number;
	readonly point: FailPoint;
};

async function run({ folder, deviceKey, database, commit, point }: OperatorPlan): Promise<void> {
	let listening = false;
	let commits = 0;
	const onCommit = (at: FailPoint): void => {
		if (listening && at === point && ++commits === commit) dieNow();
	};
	const unlock = { kind: "device", key: bytesOf(deviceKey) } as const;
	const issuer = must(await openIssuer(folder, unlock, { onCommit }, database));
	const { operator } = issuer;
	const log = { info: () => undefined, error: console.error };
	const server = await startServer({ operator, port: 0, log });
	process.once("SIGTERM", async () => {
		await server.close();
		await issuer.close();
	});
	listening = true;
	process.stdout.write(`${server.url}\n`);
}

if (import.meta.main) await run(JSON.parse(process.argv[2] ?? "") as OperatorPlan);
