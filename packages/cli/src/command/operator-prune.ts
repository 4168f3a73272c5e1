/** `tenten operator prune`: what nobody can ask for any more is counted, and deleted where that is said. */
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { type AdminProblem, type IssuerClient, isProblem, type Pruned } from "../server/issuer-client.ts";
import { amountText } from "./issuer-manage.ts";
import { askCommand, type IssuerFlags } from "./operator-command.ts";

type Flags = IssuerFlags & { readonly before: string; readonly apply?: true };

type Run = Pick<Pruned, "gone" | "stays" | "closed"> & { readonly before: string; readonly applied: boolean };

export function pruneCommand(): Command {
	return askCommand<[], Flags, Run>(
		{
			usage: "prune",
			summary: "count what nobody can ask for any more, while the operator works; delete it with --apply",
			example: "tenten operator prune --before 2034-01-01 --data ./bank",
			required: [["--before <date>", "what ended before then, in UTC; at least a day ago"]],
			options: [["--apply", "delete it: make a backup first"]],
		},
		(client, { before, apply }) => pruned(client, dateIn(before), apply === true),
		(output, run) => {
			say(output, run);
			return run;
		},
	);
}

/** Every part of a run, added up. */
async function pruned(client: IssuerClient, before: string, applied: boolean): Promise<Run | AdminProblem> {
	let all: Pruned = { gone: {}, stays: {}, closed: [], cursor: null };
	do {
		const part = await client.prune({ before, apply: applied, cursor: all.cursor });
		if (isProblem(part)) return part;
		all = added(all, part);
	} while (all.cursor !== null);
	const { gone, stays, closed } = all;
	return { before, applied, gone, stays, closed };
}

function dateIn(text: string): string {
	const date = new Date(text);
	if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(text) || Number.isNaN(date.getTime()))
		throw new BadInput(`${text} is no date: 2034-01-01, or 2034-01-01T00:00:00Z`);
	return date.toISOString();
}

function added(a: Pruned, b: Pruned): Pruned {
	const closed = new Map(a.closed.map((each) => [each.issued.asset, each]));
	for (const each of b.closed) {
		const before = closed.get(each.issued.asset);
		closed.set(each.issued.asset, {
			issues: each.issues + (before?.issues ?? 0),
			issued: plus(each.issued, before?.issued),
			paid: plus(each.paid, before?.paid),
		});
	}
	return {
		gone: sums(a.gone, b.gone),
		stays: sums(a.stays, b.stays),
		closed: [...closed.values()],
		cursor: b.cursor,
	};
}

type Amount = Pruned["closed"][number]["paid"];

function plus(a: Amount, b: Amount | undefined): Amount {
	return { ...a, value: `${BigInt(a.value) + BigInt(b?.value ?? 0)}` };
}

function sums(a: Pruned["gone"], b: Pruned["gone"]): Pruned["gone"] {
	return Object.fromEntries(Object.entries(b).map(([name, count]) => [name, count + (a[name] ?? 0)]));
}

const tables: Readonly<Record<string, string>> = {
	issues: "issues that have ended",
	registry: "rows of the registry of them",
	directProofs: "proofs of batches of its own",
	claims: "payouts",
	settlements: "settlements",
	replies: "replies to claims",
};

const reasons: Readonly<Record<string, string>> = {
	notEnded: "issues of which a refund can still be asked",
	unpaid: "issues of which something recorded is not paid yet",
	answering: "settlements and replies that may be asked for until what they brought has ended",
};

function say(output: Output, { gone, stays, closed, applied }: Run): void {
	output.say(applied ? "Deleted:" : "Would go:");
	sayCounts(output, gone, tables);
	for (const { issues, issued, paid } of closed) {
		const lapsed = { ...issued, value: `${BigInt(issued.value) - BigInt(paid.value)}` };
		output.say(
			`  of ${issued.asset}: ${issues} issues of ${amountText(issued)}; ${amountText(paid)} came back, ${amountText(lapsed)} never did`,
		);
	}
	output.say("Stays:");
	sayCounts(output, stays, reasons);
	output.say(
		"  and whatever is never pruned: accounts and their lines, withdrawals, releases, rulings, cases, keys, the audit log (docs/operating.md)",
	);
	if (!applied) output.say("Nothing was deleted: --apply does that.");
}

function sayCounts(
	output: Output,
	counts: Readonly<Record<string, number>>,
	words: Readonly<Record<string, string>>,
): void {
	for (const [name, count] of Object.entries(counts))
		output.say(`  ${`${count}`.padStart(9)}  ${words[name] ?? name}`);
}
