/**
 * An operator's management, over HTTP with its admin token: what the people who run it ask of it.
 *
 * What goes wrong comes back as the problem that the operator sent; what cannot be reached is bad input.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { BadInput } from "../bad-input.ts";
import { readAdminToken } from "./issuer.ts";
import { readIssuerSettings } from "./issuer-settings.ts";

/** Why not, as the operator says it (RFC 9457). */
export type AdminProblem = {
	readonly kind: "problem";
	readonly code: string;
	readonly detail: string;
	readonly fundsState: string;
	readonly nextAction: string;
};

/** Amounts as they stand in JSON: minor units as a string. */
export type JsonAmount = { readonly value: string; readonly asset: string; readonly scale: number };

export type JsonTotals = {
	readonly asset: string;
	readonly totals: Readonly<Record<string, JsonAmount>>;
	readonly broken: readonly string[];
};

export type JsonCase = {
	readonly id: string;
	readonly kind: string;
	readonly culprit: string;
	readonly openedAt: string;
};

const timeout_ms = 10_000;

export class IssuerClient {
	readonly #url: string;
	readonly #token: string;

	/** Of the operator in a folder: its settings say where it listens, its token opens it. */
	constructor(folder: string) {
		this.#url = readIssuerSettings(join(folder, "operator.json")).url;
		this.#token = readAdminToken(folder);
	}

	/** Minor units. The same `id` counts once. */
	async deposit(
		account: string,
		asset: string,
		amount: bigint,
		id: string = randomUUID(),
	): Promise<JsonAmount | AdminProblem> {
		const content = { amount: { value: amount.toString(), asset, scale: 0 } };
		const answer = await this.#ask(`/v1/accounts/${account}/deposits`, {
			method: "POST",
			headers: { "content-type": "application/json", "idempotency-key": id },
			body: JSON.stringify(content),
		});
		return isProblem(answer) ? answer : ((await answer.json()) as { balance: JsonAmount }).balance;
	}

	async totals(): Promise<readonly JsonTotals[] | AdminProblem> {
		const answer = await this.#ask("/v1/totals");
		return isProblem(answer) ? answer : ((await answer.json()) as { assets: JsonTotals[] }).assets;
	}

	/** Every case, however many pages there are. */
	async caseFiles(): Promise<readonly JsonCase[] | AdminProblem> {
		const cases: JsonCase[] = [];
		for (let cursor: string | null = ""; cursor !== null; ) {
			const answer = await this.#ask(`/v1/case-files${cursor === "" ? "" : `?cursor=${cursor}`}`);
			if (isProblem(answer)) return answer;
			const page = (await answer.json()) as { caseFiles: JsonCase[]; cursor: string | null };
			cases.push(...page.caseFiles);
			cursor = page.caseFiles.length === 0 ? null : page.cursor;
		}
		return cases;
	}

	/** The evidence of a case, encoded. */
	async evidence(id: string): Promise<Uint8Array | AdminProblem> {
		const answer = await this.#ask(`/v1/case-files/${id}`);
		return isProblem(answer) ? answer : new Uint8Array(await answer.arrayBuffer());
	}

	async #ask(path: string, init: RequestInit = {}): Promise<Response | AdminProblem> {
		const headers = { ...init.headers, authorization: `Bearer ${this.#token}` };
		const signal = AbortSignal.timeout(timeout_ms);
		let response: Response;
		try {
			response = await fetch(`${this.#url}${path}`, { ...init, headers, signal, redirect: "error" });
		} catch {
			throw new BadInput(`nobody answers at ${this.#url}: start it with tenten issuer serve`);
		}
		return response.ok ? response : problemOf(response);
	}
}

async function problemOf(response: Response): Promise<AdminProblem> {
	const unknown = {
		code: `status ${response.status}`,
		detail: "",
		fundsState: "unknown",
		nextAction: "ask for the same again",
	};
	try {
		return { kind: "problem", ...unknown, ...((await response.json()) as object) };
	} catch {
		return { kind: "problem", ...unknown };
	}
}

export function isProblem(value: object): value is AdminProblem {
	return "kind" in value && value.kind === "problem";
}
