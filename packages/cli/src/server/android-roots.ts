/**
 * Roots of Android key attestations, as the file of makers pins them: a PEM file of certificates or public keys, of which
 * the keys alone count, with a copy of what their maker revoked.
 *
 * The copy is as old as its file: whoever fetches it anew replaces the file, and a running operator reads it with the next
 * attestation. One that cannot be read, or is too old, leaves Android devices the lowest level until it is mended.
 */
import { createPublicKey } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type AndroidRoot, type AndroidStatusList, androidSerials } from "@tenten/operator";
import { BadInput } from "../bad-input.ts";

/** Files are named from the folder of the makers' file on. */
export type PinnedRoots = {
	/** PEM */
	readonly file: string;
	readonly assurance: AndroidRoot["assurance"];
	/** Google's format */
	readonly statusList: string;
	/** for which a copy counts */
	readonly statusListDays: number;
};

const pem = /-----BEGIN (CERTIFICATE|PUBLIC KEY)-----[^-]+-----END \1-----/g;
const day_s = 86_400;

/** The roots of one entry of `makersFile`: bad input where there is none, or where the list of what is revoked is none. */
export function androidRootsIn(
	{ file, assurance, statusList: listFile, statusListDays }: PinnedRoots,
	makersFile: string,
): readonly AndroidRoot[] {
	const at = (named: string): string => resolve(dirname(makersFile), named);
	const statusList = keptList(at(listFile));
	if (statusList() === null)
		throw new BadInput("is no list of revoked Android attestations", { file: at(listFile) });
	const keys = readKeys(at(file));
	return keys.map((key) => ({ key, assurance, statusList, statusListValidity: statusListDays * day_s }));
}

function readKeys(file: string): readonly Uint8Array[] {
	try {
		const found = readFileSync(file, "utf8").match(pem) ?? [];
		if (found.length === 0) throw new Error("is no PEM file of certificates or public keys");
		return found.map((each) => new Uint8Array(createPublicKey(each).export({ type: "spki", format: "der" })));
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
}

/** The list in a file, read anew once the file is another, and after one that could not be read. */
function keptList(file: string): () => AndroidStatusList | null {
	let kept: { readonly version: string; readonly list: AndroidStatusList | null } | undefined;
	return () => {
		try {
			const { ino, mtimeMs, size } = statSync(file);
			const version = `${ino} ${mtimeMs} ${size}`;
			if (kept?.version !== version) kept = { version, list: readList(file, mtimeMs) };
			return kept.list;
		} catch {
			return null;
		}
	};
}

function readList(file: string, changedAt_ms: number): AndroidStatusList | null {
	const serials = androidSerials(JSON.parse(readFileSync(file, "utf8")));
	return serials === undefined ? null : { asOf: Math.floor(changedAt_ms / 1000), serials };
}
