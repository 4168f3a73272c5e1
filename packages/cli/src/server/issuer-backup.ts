/**
 * A backup of an operator: a folder with copies of what is in the operator's, and a manifest.
 *
 *   manifest.json      when it was made, what each file's SHA-256 is, what the database holds
 *   operator.sqlite    one moment of the database; not there where it is on a PostgreSQL server
 *   and the files beside it, keys among them, sealed as they are
 *
 * Files are copied before the database: keys that are made meanwhile are in the database. The manifest is written
 * last, so a backup without one was cut off. It is not sealed: whoever has it can see every account, and with the
 * passphrase be the operator.
 */
import { createHash } from "node:crypto";
import {
	chmodSync,
	copyFileSync,
	createReadStream,
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
} from "node:fs";
import { join } from "node:path";
import { type CopySummary, copyDatabase, isKnownSchema, restoreDatabase, summaryOf } from "@tenten/operator";
import { makeFolder, replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now } from "../surroundings.ts";
import { readJson } from "../wallet/settings.ts";
import { hasIssuer } from "./issuer.ts";
import { readIssuerSettings } from "./issuer-settings.ts";

const database = "operator.sqlite";
const manifestFile = "manifest.json";
/** What is copied as it is, where it is there. The settings are last where a folder is made: with them it is whole. */
const kept = ["keys.sealed", "api-key", "webhook-secret", "peers.cbor", "operator.json"] as const;

export type Manifest = {
	readonly format: 1;
	/** RFC 3339 */
	readonly madeAt: string;
	readonly name: string;
	/** SHA-256 of each file, hexadecimal */
	readonly files: Readonly<Record<string, string>>;
	/** null where it is on a PostgreSQL server, and its backup elsewhere */
	readonly database: CopySummary | null;
};

/** Copies an operator's folder, while it works or not, to a folder that is not there yet. */
export async function backUp(folder: string, to: string): Promise<Manifest> {
	if (!hasIssuer(folder)) throw new BadInput("no operator here", { file: folder });
	if (existsSync(to) && readdirSync(to).length > 0) throw new BadInput("is not empty", { file: to });
	makeFolder(to);
	chmodSync(to, 0o700);
	const { name, isPostgres } = readIssuerSettings(join(folder, "operator.json"));
	const madeAt = new Date(now() * 1000).toISOString();
	for (const file of kept)
		if (existsSync(join(folder, file)))
			replaceFile(join(to, file), new Uint8Array(readFileSync(join(folder, file))));
	const summary: CopySummary | null = isPostgres
		? null
		: await copyTo(join(folder, database), join(to, database));
	const files: Record<string, string> = {};
	for (const file of [...kept, database])
		if (existsSync(join(to, file))) files[file] = await digestOf(join(to, file));
	const made: Manifest = {
		format: 1,
		madeAt,
		name,
		files,
		database: summary === null ? null : { ...summary },
	};
	replaceFile(join(to, manifestFile), new Uint8Array(Buffer.from(`${JSON.stringify(made, null, "\t")}\n`)));
	return made;
}

async function copyTo(file: string, to: string): Promise<CopySummary> {
	if (!existsSync(file)) throw new BadInput("is not there: start the operator once", { file });
	const summary = await copyDatabase(file, to);
	chmodSync(to, 0o600);
	return summary;
}

/** Checks a backup against its manifest, all of it. */
export async function checkBackup(from: string): Promise<Manifest> {
	const file = join(from, manifestFile);
	if (!existsSync(file)) throw new BadInput("no manifest: this is no backup, or it was cut off", { file });
	const read = readManifest(file);
	for (const [name, digest] of Object.entries(read.files)) {
		const copy = join(from, name);
		if (![...kept, database].includes(name)) throw new BadInput("is no file of an operator", { file: copy });
		if (!existsSync(copy)) throw new BadInput("is gone from the backup", { file: copy });
		if ((await digestOf(copy)) !== digest)
			throw new BadInput("is not what was backed up: take another backup", { file: copy });
	}
	for (const name of ["keys.sealed", "operator.json", ...(read.database === null ? [] : [database])])
		if (!Object.hasOwn(read.files, name)) throw new BadInput(`does not name ${name}`, { file });
	return read;
}

/**
 * Makes a folder from a backup, whose operator pays and issues nothing until somebody allows it. `url` is its
 * PostgreSQL database, restored by other means, where it has one.
 */
export async function restoreTo(from: string, folder: string, url: string | undefined): Promise<Manifest> {
	const checked = await checkBackup(from);
	if (hasIssuer(folder) || existsSync(join(folder, database)))
		throw new BadInput("there is an operator already: move its folder away first, and keep it", {
			file: folder,
		});
	if ((checked.database === null) !== (url !== undefined))
		throw new BadInput(
			url === undefined
				? "its database is on a PostgreSQL server: restore it there, and set DATABASE_URL"
				: "its database is in the backup: unset DATABASE_URL",
			{ file: from },
		);
	makeFolder(folder);
	const part = join(folder, `${database}.part`);
	if (url === undefined) {
		copyFileSync(join(from, database), part);
		chmodSync(part, 0o600);
		if (!isKnownSchema(summaryOf(part)))
			throw new BadInput("is of another version of this program", { file: join(from, database) });
	}
	const marks = { copiedAt: Date.parse(checked.madeAt) / 1000, at: now() };
	const starts = await restoreDatabase(url ?? part, marks);
	replaceFile(join(folder, "starts"), new Uint8Array(Buffer.from(`${starts}\n`)));
	if (url === undefined) renameSync(part, join(folder, database));
	for (const file of kept)
		if (Object.hasOwn(checked.files, file))
			replaceFile(join(folder, file), new Uint8Array(readFileSync(join(from, file))));
	return checked;
}

async function digestOf(file: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
	return hash.digest("hex");
}

function readManifest(file: string): Manifest {
	const value: Partial<Record<keyof Manifest, unknown>> = readJson(file);
	const { format, madeAt, name, files, database: summary } = value;
	const isWhole =
		format === 1 &&
		typeof madeAt === "string" &&
		!Number.isNaN(Date.parse(madeAt)) &&
		typeof name === "string" &&
		typeof files === "object" &&
		files !== null &&
		typeof summary === "object";
	if (!isWhole) throw new BadInput("is no manifest of a backup", { file });
	return value as Manifest;
}
