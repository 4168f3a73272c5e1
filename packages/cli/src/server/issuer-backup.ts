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
import {
	type CopySummary,
	copyDatabase,
	isKnownSchema,
	OtherDatabase,
	restoreDatabase,
	summaryOf,
} from "@tenten/operator";
import { fromHex } from "@tenten/protocol";
import { makeFolder, replaceFile, syncDirectory } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { now } from "../surroundings.ts";
import { readJson } from "../wallet/settings.ts";
import { hasIssuer } from "./issuer-folder.ts";
import { readIssuerSettings } from "./issuer-settings.ts";

const database = "operator.sqlite";
const manifestFile = "manifest.json";
const settings = "operator.json";
/** What is copied as it is, where it is there. The settings are last: without them a folder has no operator. */
const kept = ["keys.sealed", "api-key", "webhook-secret", "peers.cbor", settings] as const;

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
	const { name, isPostgres, hasDatabase } = readIssuerSettings(join(folder, settings));
	if (!hasDatabase) throw new BadInput("has no database yet: start the operator once", { file: folder });
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
	if (!existsSync(file)) throw new BadInput("is gone: put it back from a copy", { file });
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
	for (const name of ["keys.sealed", settings, ...(read.database === null ? [] : [database])])
		if (!Object.hasOwn(read.files, name)) throw new BadInput(`does not name ${name}`, { file });
	return read;
}

/**
 * Makes a folder from a backup, whose operator pays and issues nothing until somebody allows it. `url` is its
 * PostgreSQL database, restored by other means, where it has one. Cut off anywhere, it leaves a folder that no
 * operator starts from, and is run again: settings come last, and after them only the database's own name.
 */
export async function restoreTo(from: string, folder: string, url: string | undefined): Promise<Manifest> {
	const checked = await checkBackup(from);
	const [file, part] = [join(folder, database), join(folder, `${database}.part`)];
	const isThere = hasIssuer(folder) && !(existsSync(part) && (await isFrom(checked, folder)));
	if (isThere || existsSync(file))
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
	if (url === undefined) {
		copyFileSync(join(from, database), part);
		chmodSync(part, 0o600);
		if (!isKnownSchema(summaryOf(part)))
			throw new BadInput("is of another version of this program", { file: join(from, database) });
	}
	const marks = { copiedAt: Date.parse(checked.madeAt) / 1000, at: now() };
	const { keys } = readIssuerSettings(join(from, settings));
	const desk = fromHex(keys.desk) ?? new Uint8Array();
	const starts = await restoreDatabase(url ?? part, desk, marks).catch((error: unknown) => {
		throw error instanceof OtherDatabase
			? new BadInput(`${error.message}: restore the database of "${checked.name}" first`, { file: from })
			: error;
	});
	replaceFile(join(folder, "starts"), new Uint8Array(Buffer.from(`${starts}\n`)));
	for (const name of kept)
		if (Object.hasOwn(checked.files, name))
			replaceFile(join(folder, name), new Uint8Array(readFileSync(join(from, name))));
	if (url === undefined) {
		renameSync(part, file);
		syncDirectory(folder);
	}
	return checked;
}

/** Whether the settings in a folder are those of this backup, as a restore leaves them that was cut off. */
async function isFrom({ files }: Manifest, folder: string): Promise<boolean> {
	return (await digestOf(join(folder, settings))) === files[settings];
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
