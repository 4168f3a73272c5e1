/** Runs a folder of vectors: our own by their judges, published signature vectors by the module. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import { runVectors, type VectorReport } from "@tenten/module/vectors";
import { judges } from "./all-judges.ts";
import { sameJson, type VectorFile, verdictOf } from "./vector.ts";

type OwnReport = {
	readonly files: number;
	readonly accepted: number;
	readonly refused: number;
	readonly disagreed: readonly string[];
	/** files whose judge is not known here, and those that hold nothing to judge */
	readonly unknown: readonly string[];
};

export type FolderReport = { readonly own: OwnReport; readonly published: VectorReport };

export async function runFolder(directory: string): Promise<FolderReport> {
	const own = new Map<string, VectorFile>();
	const others: string[] = [];
	for (const name of readdirSync(directory)) {
		if (!name.endsWith(".json")) continue;
		const file = ownFile(readFileSync(join(directory, name), "utf8"));
		if (file === undefined) others.push(name);
		else own.set(name, file);
	}
	return { own: await runOwn(own), published: runVectors(directory, others) };
}

/** A file that names a judge, or undefined. */
function ownFile(text: string): VectorFile | undefined {
	try {
		const file = JSON.parse(text) as Partial<VectorFile> | null;
		return typeof file?.judge === "string" && Array.isArray(file.vectors) ? (file as VectorFile) : undefined;
	} catch {
		return undefined;
	}
}

async function runOwn(files: ReadonlyMap<string, VectorFile>): Promise<OwnReport> {
	const counts = { files: 0, accepted: 0, refused: 0 };
	const disagreed: string[] = [];
	const unknown: string[] = [];
	for (const [name, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const judge = judges[file.judge];
		if (judge === undefined) {
			unknown.push(`${name}: unknown judge ${file.judge}`);
			continue;
		}
		if (file.vectors.length === 0) unknown.push(`${name}: no vectors`);
		counts.files++;
		for (const vector of file.vectors) {
			const verdict = await verdictOf(judge, file, vector, verify);
			if (!sameJson(verdict, vector.expect)) disagreed.push(`${name}: ${vector.comment}`);
			else if ("refused" in verdict) counts.refused++;
			else counts.accepted++;
		}
	}
	return { ...counts, disagreed, unknown };
}
