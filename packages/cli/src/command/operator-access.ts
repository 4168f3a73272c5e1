/** `keys` and `audit` of an operator: who may manage it, and what they did. */
import { fromHex, toHex } from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { isProblem } from "../server/issuer-client.ts";
import { family, subcommand } from "../subcommand.ts";
import { askCommand, clientOf, dataOption, type IssuerFlags, refusedBy } from "./operator-command.ts";

export function keyCommands(): Command {
	return family("keys", "who may manage it: API keys with roles", [
		addKeyCommand(),
		listKeysCommand(),
		revokeKeyCommand(),
	]);
}

const roles = ["viewer", "cashier", "auditor", "integrator", "issuer", "approver", "administrator"] as const;
type RoleName = (typeof roles)[number];

type AddFlags = IssuerFlags & { readonly role: readonly string[]; readonly days?: string };

function addKeyCommand(): Command {
	return askCommand(
		{
			usage: "add <name>",
			summary: "make a key; it is shown once",
			example: "tenten operator keys add 'till 3' --role cashier --days 90 --data ./bank",
			required: [["--role <role...>", `what it may do: ${roles.join(", ")}`]],
			options: [["--days <number>", "it ends after so many days (default: when it is revoked)"]],
		},
		(client, flags: AddFlags, name: string) => {
			const unknown = flags.role.find((role) => !isRole(role));
			if (unknown !== undefined) throw new BadInput(`${unknown} is no role; there are ${roles.join(", ")}`);
			return client.addKey({ name, roles: flags.role.filter(isRole), expiresAt: endAfter(flags.days) });
		},
		(output, made) => {
			output.say(made.key);
			output.say("Keep it: it is not shown again. Whoever has it may do what its roles allow.");
			return made;
		},
	);
}

function isRole(role: string): role is RoleName {
	return (roles as readonly string[]).includes(role);
}

function endAfter(days: string | undefined): string | null {
	if (days === undefined) return null;
	if (!/^[1-9][0-9]{0,3}$/.test(days)) throw new BadInput(`${days} is no number of days`);
	return new Date(Date.now() + Number(days) * 86_400_000).toISOString();
}

function listKeysCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "every key, those revoked too; never the keys themselves",
			example: "tenten operator keys list --data ./bank",
		},
		(client) => client.keys(),
		(output, keys) => {
			for (const { id, name, roles: may, expiresAt, revokedAt, lastUsedAt } of keys) {
				const state = revokedAt ? `revoked ${revokedAt}` : expiresAt ? `until ${expiresAt}` : "no end";
				output.say(`${id}  ${may.join(",")}  ${state}  used ${lastUsedAt ?? "never"}  ${name}`);
			}
			return { keys };
		},
	);
}

function revokeKeyCommand(): Command {
	return askCommand(
		{
			usage: "revoke <id>",
			summary: "end a key, at once and for good",
			example: "tenten operator keys revoke 0123456789abcdef --data ./bank",
		},
		(client, _, id: string) => {
			if (!/^[0-9a-f]{16}$/.test(id)) throw new BadInput("a key's id has 16 hexadecimal digits");
			return client.revokeKey(id);
		},
		(output, revoked) => {
			output.say(`${revoked.name} opens nothing any more.`);
			return { key: revoked };
		},
	);
}

type AuditFlags = IssuerFlags & { readonly seen?: string };

export function auditCommand(): Command {
	return subcommand<[], AuditFlags>(
		{
			usage: "audit",
			summary: "what was done by whom, and whether the log is whole",
			example: "tenten operator audit --data ./bank --json",
			options: [
				dataOption,
				["--seen <hash>", "the hash of an entry that was seen before: it must still be there"],
			],
		},
		async (output, flags) => {
			const log = await clientOf(flags).auditLog();
			if (isProblem(log)) return refusedBy(output, log);
			const entries = log.map((entry) => ({
				...entry,
				act: entry.act as never,
				at: Date.parse(entry.at) / 1000,
				previous: fromHex(entry.previous) ?? new Uint8Array(),
				hash: fromHex(entry.hash) ?? new Uint8Array(),
			}));
			const { chainBeginning, followChain } = await import("@tenten/operator");
			const { end, broken } = followChain(chainBeginning, entries);
			for (const { at, actor, act, subject, outcome, detail } of log)
				output.say(`${at}  ${actor}  ${act}  ${subject}  ${outcome}  ${detail}`.trimEnd());
			const isMissing = flags.seen !== undefined && !log.some(({ hash }) => hash === flags.seen);
			const ok = broken === null && !isMissing;
			if (broken !== null) output.say(`The log is NOT whole: entry ${broken} is not what was written.`);
			if (isMissing)
				output.say("The entry that was seen before is gone: the log was cut off, or is another.");
			if (ok)
				output.say(
					`The log is whole. Keep this hash to see later that nothing was cut off: ${toHex(end.hash)}`,
				);
			return { ok, result: { ok, entries: log, broken, missing: isMissing, head: toHex(end.hash) } };
		},
	);
}
