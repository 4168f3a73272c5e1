/** `webhooks` of an operator: where partners are told what happened, and what they were told. */
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { type AdminProblem, isProblem } from "../server/issuer-client.ts";
import { family, subcommand } from "../subcommand.ts";
import { askCommand, clientOf, dataOption, type IssuerFlags, refusedBy } from "./operator-command.ts";

const example = "5e1f…(64 digits)";

export function webhookCommands(): Command {
	return family("webhooks", "tell partners what happened: signed messages to their endpoints", [
		addCommand(),
		listCommand(),
		switchCommand("enable", "tell an endpoint again what happens from now on"),
		switchCommand("disable", "tell an endpoint nothing until it is enabled; what happens is kept"),
		removeCommand(),
		rotateCommand(),
		testCommand(),
		deliveriesCommand(),
		replayCommand(),
	]);
}

function idOf(text: string): string {
	if (!/^[0-9a-f]{64}$/.test(text)) throw new BadInput("an id has 64 hexadecimal digits");
	return text;
}

type AddFlags = IssuerFlags & {
	readonly type?: readonly string[];
	readonly account?: readonly string[];
	readonly description?: string;
};

function addCommand(): Command {
	return askCommand(
		{
			usage: "add <url>",
			summary: "register an endpoint; its secret is shown once",
			example:
				"tenten operator webhooks add https://shop.example/hook --type tenten.payout.made --data ./bank",
			options: [
				["--type <type...>", "what it is told (default: everything); see /v1/docs"],
				["--account <account...>", "accounts of which it is told, and of nothing else (default: everything)"],
				["--description <text>", "whose it is"],
			],
		},
		(client, { type = [], account = [], description = "" }: AddFlags, url: string) => {
			// The operator says which types there are.
			const asked = { url, description, types: [...type] as never[], accounts: account.map(idOf) };
			return client.addWebhook(asked);
		},
		(output, made) => {
			output.say(`${made.webhook.id}  ${made.secret}`);
			output.say("Give the secret to whoever runs the endpoint: it is not shown again.");
			return made;
		},
	);
}

function listCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "every endpoint, and how it does",
			example: "tenten operator webhooks list --data ./bank",
		},
		(client) => client.webhooks(),
		(output, webhooks) => {
			for (const { id, url, enabled, disabledBecause, failingSince } of webhooks) {
				const failing = failingSince === null ? "enabled" : `failing since ${failingSince}`;
				output.say(`${id}  ${url}  ${enabled ? failing : `disabled: ${disabledBecause}`}`);
			}
			return { webhooks };
		},
	);
}

function switchCommand(name: "enable" | "disable", summary: string): Command {
	return askCommand(
		{
			usage: `${name} <id>`,
			summary,
			example: `tenten operator webhooks ${name} ${example} --data ./bank`,
		},
		(client, _, id: string) => client.changeWebhook(idOf(id), { enabled: name === "enable" }),
		(output, webhook) => {
			output.say(`${webhook.url} is ${name}d.`);
			return { webhook };
		},
	);
}

function removeCommand(): Command {
	return askCommand(
		{
			usage: "remove <id>",
			summary: "forget an endpoint: it is told nothing any more",
			example: `tenten operator webhooks remove ${example} --data ./bank`,
		},
		(client, _, id: string) => client.removeWebhook(idOf(id)),
		(output, _, id) => {
			output.say("It is gone.");
			return { id };
		},
	);
}

type RotateFlags = IssuerFlags & { readonly overlapHours?: string };

function rotateCommand(): Command {
	return subcommand<[id: string], RotateFlags>(
		{
			usage: "rotate <id>",
			summary: "make a new secret; the old one signs too for a while",
			example: `tenten operator webhooks rotate ${example} --overlap-hours 24 --data ./bank`,
			options: [
				dataOption,
				["--overlap-hours <number>", "for how long, 0 to 168; 0 where the old one leaked (default: 24)"],
			],
		},
		async (output, flags, id) => {
			const { overlapHours: hours = "24" } = flags;
			if (!/^[0-9]{1,3}$/.test(hours)) throw new BadInput(`${hours} is no number of hours`);
			const made = await clientOf(flags).rotateWebhookSecret(idOf(id), Number(hours));
			if (isProblem(made)) return refusedBy(output, made);
			output.say(made.secret);
			output.say(`It is not shown again. The one before signs too for ${hours} hours.`);
			return { ok: true, result: { ok: true, ...made } };
		},
	);
}

function testCommand(): Command {
	return askCommand(
		{
			usage: "test <id>",
			summary: "send an endpoint an event that says nothing",
			example: `tenten operator webhooks test ${example} --data ./bank`,
		},
		(client, _, id: string) => client.testWebhook(idOf(id)),
		(output, sent) => {
			output.say(`Queued as ${sent.event}: see "deliveries" for what becomes of it.`);
			return sent;
		},
	);
}

type DeliveriesFlags = IssuerFlags & { readonly state?: string; readonly event?: string };
const states = ["waiting", "delivered", "givenUp"] as const;

function deliveriesCommand(): Command {
	return subcommand<[id: string], DeliveriesFlags>(
		{
			usage: "deliveries <id>",
			summary: "what became of what an endpoint is told, newest first",
			example: `tenten operator webhooks deliveries ${example} --state givenUp --data ./bank`,
			options: [
				dataOption,
				["--state <state>", `only those that are ${states.join(", ")}`],
				["--event <id>", "one event, with every attempt"],
			],
		},
		async (output, flags, id) => {
			const state = states.find((known) => known === flags.state);
			if (flags.state !== undefined && state === undefined)
				throw new BadInput(`${flags.state} is no state; there are ${states.join(", ")}`);
			if (flags.event !== undefined) {
				const report = await clientOf(flags).delivery(idOf(id), idOf(flags.event));
				if (isProblem(report)) return refusedBy(output, report);
				output.say(`${report.delivery.type}  ${report.delivery.state}`);
				for (const { number, at, outcome, status, tookMs } of report.attempts)
					output.say(`${number}  ${at}  ${outcome}  ${status ?? "no answer"}  ${tookMs} ms`);
				return { ok: true, result: { ok: true, ...report } };
			}
			const deliveries = await clientOf(flags).deliveries(idOf(id), state);
			if (isProblem(deliveries)) return refusedBy(output, deliveries);
			for (const { event, type, state: stands, tries, queuedAt } of deliveries)
				output.say(`${queuedAt}  ${event}  ${type}  ${stands}  ${tries} tries`);
			return { ok: true, result: { ok: true, deliveries } };
		},
	);
}

type Replayed = { readonly replayed: number } | { readonly event: string };
type ReplayFlags = IssuerFlags & { readonly event?: string; readonly since?: string };

function replayCommand(): Command {
	return askCommand(
		{
			usage: "replay <id>",
			summary: "tell an endpoint again: of one event, or of everything since a time",
			example: `tenten operator webhooks replay ${example} --since 2027-01-15T00:00:00Z --data ./bank`,
			options: [
				["--event <id>", "one event"],
				["--since <time>", "everything that happened from then on (RFC 3339)"],
			],
		},
		(client, { event, since }: ReplayFlags, id: string): Promise<Replayed | AdminProblem> => {
			if ((event === undefined) === (since === undefined)) throw new BadInput("name --event or --since");
			return event === undefined
				? client.replaySince(idOf(id), since ?? "")
				: client.replay(idOf(id), idOf(event));
		},
		(output, replayed) => {
			output.say("replayed" in replayed ? `${replayed.replayed} events wait.` : "It waits.");
			return replayed;
		},
	);
}
