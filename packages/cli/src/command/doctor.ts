/** `tenten doctor`: what is wrong with an operator or a wallet here, and what to do about each thing. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { examineDatabase, examineRailStore, type Finding } from "@tenten/operator";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { databaseUrl } from "../server/database-url.ts";
import {
	nodeFinding,
	secrecyFinding,
	serverFindings,
	spaceFinding,
	syncFinding,
} from "../server/examining-machine.ts";
import { hasIssuer } from "../server/issuer-folder.ts";
import { readIssuerSettings } from "../server/issuer-settings.ts";
import { subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { databaseIn, hasWallet } from "../wallet/folder.ts";
import { readOperators, settingsIn } from "../wallet/settings.ts";
import { issuerFolder } from "./operator-command.ts";

type Flags = { readonly data?: string; readonly wallet?: string; readonly railStore?: string };

export function doctorCommand(): Command {
	return subcommand<[], Flags>(
		{
			usage: "doctor",
			summary:
				"look an operator or a wallet over, beside it while it works; says what to do about each finding",
			example: "tenten doctor --data ./bank",
			options: [
				["--data <dir>", "an operator's folder (default: as tenten operator)"],
				["--wallet <dir>", "a wallet's folder instead"],
				[
					"--rail-store <database>",
					"a store of a party of the account rail instead: its file, or its address",
				],
			],
		},
		async (output, flags) => {
			const findings = await findingsOf(flags);
			for (const { check, state, found, todo } of findings)
				output.say(
					`${state.padEnd(7)}  ${check.padEnd(12)}  ${found}${todo && `\n${" ".repeat(23)}→ ${todo}`}`,
				);
			const ok = findings.every(({ state }) => state !== "wrong");
			return { ok, result: { ok, findings } };
		},
	);
}

async function findingsOf(flags: Flags): Promise<readonly Finding[]> {
	const { wallet, railStore } = flags;
	if (wallet !== undefined) return ofWallet(wallet);
	if (railStore === undefined) return ofOperator(issuerFolder(flags));
	if (!railStore.includes("://") && !existsSync(railStore))
		throw new BadInput("is not there", { file: railStore });
	return examineRailStore(railStore, now());
}

async function ofOperator(folder: string): Promise<readonly Finding[]> {
	if (!hasIssuer(folder))
		throw new BadInput("no operator here: tenten operator init makes one", { file: folder });
	const { url, isPostgres } = readIssuerSettings(join(folder, "operator.json"));
	const database = isPostgres ? databaseUrl() : join(folder, "operator.sqlite");
	const secret = ["keys.sealed", "api-key", "webhook-secret"];
	return [
		...ofMachine(folder),
		secrecyFinding(folder, secret),
		...(await ofDatabase(folder, database)),
		...(await serverFindings(url)),
	];
}

async function ofDatabase(folder: string, database: string | undefined): Promise<readonly Finding[]> {
	if (database === undefined)
		return [
			{ check: "store", state: "wrong", found: "it is on a PostgreSQL server", todo: "set DATABASE_URL" },
		];
	if (database.endsWith("operator.sqlite") && !existsSync(database))
		return [
			{
				check: "store",
				state: "wrong",
				found: `${database} is gone`,
				todo: "put it back, or restore from a backup",
			},
		];
	const starts = join(folder, "starts");
	const startsBefore = existsSync(starts) ? Number(readFileSync(starts, "utf8")) : 0;
	return examineDatabase(database, { now: now(), startsBefore });
}

async function ofWallet(folder: string): Promise<readonly Finding[]> {
	if (!hasWallet(folder))
		throw new BadInput("no wallet here: tenten wallet init makes one", { file: folder });
	const operators = readOperators(settingsIn(folder));
	const servers = await Promise.all(operators.map(({ url }) => serverFindings(url)));
	return [
		...ofMachine(folder),
		secrecyFinding(folder, ["wallet.sqlite"]),
		ofWalletFile(databaseIn(folder)),
		...servers.flat(),
	];
}

function ofWalletFile(file: string): Finding {
	const todo = "keep the file, and restore a backup into another folder";
	try {
		const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
		const verdict = Object.values(database.prepare("PRAGMA integrity_check").get() ?? {})[0];
		database.close();
		return verdict === "ok"
			? { check: "integrity", state: "well", found: "every page reads", todo: "" }
			: { check: "integrity", state: "wrong", found: String(verdict), todo };
	} catch (error) {
		return {
			check: "integrity",
			state: "wrong",
			found: error instanceof Error ? error.message : "cannot be read",
			todo,
		};
	}
}

function ofMachine(folder: string): readonly Finding[] {
	return [nodeFinding(process.version), spaceFinding(folder), syncFinding(folder)];
}
