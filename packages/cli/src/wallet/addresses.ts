/**
 * Where each request came from, so that an interrupted payment can be taken up again.
 *
 * Written before anything is signed for the request; a crash in between leaves an address too many, never one
 * too few. Kept for the newest requests only.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Bytes, toHex } from "@tenten/protocol";
import { readJson, writeJson } from "./settings.ts";

const kept = 1_000;

export class Addresses {
	readonly #file: string;

	constructor(folder: string) {
		this.#file = join(folder, "addresses.json");
	}

	/** The address of the payee that gave this request. */
	of(request: Bytes): string | undefined {
		return this.#all().find(([digest]) => digest === toHex(request))?.[1];
	}

	keep(request: Bytes, address: string): void {
		const digest = toHex(request);
		const others = this.#all().filter(([known]) => known !== digest);
		writeJson(this.#file, Object.fromEntries([...others, [digest, address]].slice(-kept)));
	}

	#all(): readonly (readonly [string, string])[] {
		if (!existsSync(this.#file)) return [];
		return Object.entries(readJson(this.#file)).filter(
			(entry): entry is [string, string] => typeof entry[1] === "string",
		);
	}
}
