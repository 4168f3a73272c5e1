/** `webhooks` of an operator: where partners are told what happened, and what they were told. */
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { isProblem } from "../server/issuer-client.ts";
import { family, subcommand } from "../subcommand.ts";
import { clientOf, dataOption, type IssuerFlags, refusedBy } from "./issuer-manage.ts";

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
	return subcommand<[url: string], AddFlags>(
		{
			usage: "add <url>",
			summary: "register an endpoint; its secret is shown once",
			example:
				"tenten operator webhooks add https://shop.example/hook --type tenten.payout.made --data ./bank",
			options: [
				dataOption,
				["--type <type...>", "what it is told (default: everything); see /v1/docs"],
				["--account <account...>", "accounts of which it is told, and of nothing else (default: everything)"],
				["--description <text>", "whose it is"],
			],
		},
		async (output, flags, url) => {
			const { type = [], account = [], description = "" } = flags;
			// The operator says which types there are.
			const asked = { url, description, types: [...type] as never[], accounts: account.map(idOf) };
			const made = await clientOf(flags).addWebhook(asked);
			if (isProblem(made)) return refusedBy(output, made);
			output.say(`${made.webhook.id}  ${made.secret}`);
			output.say("Give the secret to whoever runs the endpoint: it is not shown again.");
			return { ok: true, result: { ok: true, ...made } };
		},
	);
}

function listCommand(): Command {
	return subcommand<[], IssuerFlags>(
		{
			usage: "list",
			summary: "every endpoint, and how it does",
			example: "tenten operator webhooks list --data ./bank",
			options: [dataOption],
		},
		async (output, flags) => {
			const webhooks = await clientOf(flags).webhooks();
			if (isProblem(webhooks)) return refusedBy(output, webhooks);
			for (const { id, url, enabled, disabledBecause, failingSince } of webhooks) {
				const failing = failingSince === null ? "enabled" : `failing since ${failingSince}`;
				output.say(`${id}  ${url}  ${enabled ? failing : `disabled: ${disabledBecause}`}`);
			}
			return { ok: true, result: { ok: true, webhooks } };
		},
	);
}

function switchCommand(name: "enable" | "disable", summary: string): Command {
	return subcommand<[id: string], IssuerFlags>(
		{
			usage: `${name} <id>`,
			summary,
			example: `tenten operator webhooks ${name} ${example} --data ./bank`,
			options: [dataOption],
		},
		async (output, flags, id) => {
			const webhook = await clientOf(flags).changeWebhook(idOf(id), { enabled: name === "enable" });
			if (isProblem(webhook)) return refusedBy(output, webhook);
			output.say(`${webhook.url} is ${name}d.`);
			return { ok: true, result: { ok: true, webhook } };
		},
	);
}

function removeCommand(): Command {
	return subcommand<[id: string], IssuerFlags>(
		{
			usage: "remove <id>",
			summary: "forget an endpoint: it is told nothing any more",
			example: `tenten operator webhooks remove ${example} --data ./bank`,
			options: [dataOption],
		},
		async (output, flags, id) => {
			const removed = await clientOf(flags).removeWebhook(idOf(id));
			if (isProblem(removed)) return refusedBy(output, removed);
			output.say("It is gone.");
			return { ok: true, result: { ok: true, id } };
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
	return subcommand<[id: string], IssuerFlags>(
		{
			usage: "test <id>",
			summary: "send an endpoint an event that says nothing",
			example: `tenten operator webhooks test ${example} --data ./bank`,
			options: [dataOption],
		},
		async (output, flags, id) => {
			const sent = await clientOf(flags).testWebhook(idOf(id));
			if (isProblem(sent)) return refusedBy(output, sent);
			output.say(`Queued as ${sent.event}: see "deliveries" for what becomes of it.`);
			return { ok: true, result: { ok: true, ...sent } };
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

type ReplayFlags = IssuerFlags & { readonly event?: string; readonly since?: string };

function replayCommand(): Command {
	return subcommand<[id: string], ReplayFlags>(
		{
			usage: "replay <id>",
			summary: "tell an endpoint again: of one event, or of everything since a time",
			example: `tenten operator webhooks replay ${example} --since 2027-01-15T00:00:00Z --data ./bank`,
			options: [
				dataOption,
				["--event <id>", "one event"],
				["--since <time>", "everything that happened from then on (RFC 3339)"],
			],
		},
		async (output, flags, id) => {
			const { event, since } = flags;
			if ((event === undefined) === (since === undefined)) throw new BadInput("name --event or --since");
			const client = clientOf(flags);
			const replayed =
				event === undefined
					? await client.replaySince(idOf(id), since ?? "")
					: await client.replay(idOf(id), idOf(event));
			if (isProblem(replayed)) return refusedBy(output, replayed);
			output.say("replayed" in replayed ? `${replayed.replayed} events wait.` : "It waits.");
			return { ok: true, result: { ok: true, ...replayed } };
		},
	);
}
