/** What the commands have in common that look after a running operator: where it is, asking it, and what it refuses. */
import { join } from "node:path";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { type AdminProblem, IssuerClient, isProblem } from "../server/issuer-client.ts";
import { hasIssuer } from "../server/issuer-folder.ts";
import { type Outcome, subcommand, type Usage } from "../subcommand.ts";

export type IssuerFlags = { readonly data?: string };
export const dataOption = [
	"--data <dir>",
	"the operator's folder (default: $TENTEN_OPERATOR, else ./tenten-operator)",
] as const;

export function issuerFolder({ data }: IssuerFlags): string {
	const { TENTEN_OPERATOR: named, TENTEN_ISSUER: namedBefore } = process.env;
	const before = join(".", "tenten-issuer");
	const usual = hasIssuer(before) ? before : join(".", "tenten-operator");
	return data ?? named ?? namedBefore ?? usual;
}

export function clientOf(flags: IssuerFlags): IssuerClient {
	const folder = issuerFolder(flags);
	const { TENTEN_API_KEY: ownKey, TENTEN_OPERATOR_URL: named } = process.env;
	if ((ownKey === undefined || named === undefined) && !hasIssuer(folder))
		throw new BadInput("no operator here: tenten operator init makes one", { file: folder });
	return IssuerClient.of(folder);
}

/** Members of `--json` beside `ok`, which is true unless it stands among them. */
type Told = { readonly ok?: boolean } & Readonly<Record<string, unknown>>;

/**
 * A subcommand that asks an operator one thing. `tell` says what was answered, and gives the result; what the
 * operator refuses is said for it. `--data` is an option of each.
 */
export function askCommand<A extends unknown[], O extends IssuerFlags, T extends object>(
	usage: Usage,
	ask: (client: IssuerClient, flags: O, ...args: A) => Promise<T | AdminProblem>,
	tell: (output: Output, answer: T, ...args: A) => Told,
): Command {
	const options = [dataOption, ...(usage.options ?? [])];
	return subcommand<A, O>({ ...usage, options }, async (output, flags, ...args) => {
		const answer = await ask(clientOf(flags), flags, ...args);
		if (isProblem(answer)) return refusedBy(output, answer);
		const { ok = true, ...told } = tell(output, answer, ...args);
		return { ok, result: { ok, ...told } };
	});
}

export function refusedBy(output: Output, { code, detail, fundsState, nextAction }: AdminProblem): Outcome {
	output.say(`The operator refused: ${code}${detail && ` (${detail})`}. The money is ${fundsState}.`);
	output.say(`Next: ${nextAction}`);
	return { ok: false, result: { ok: false, code, detail, fundsState, nextAction } };
}
