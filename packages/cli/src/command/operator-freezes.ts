/** `freeze` and `appeals` of an operator: what two people hold to be acquired by fraud, and what becomes of appeals. */
import type { Schemas } from "@tenten/client";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { isProblem } from "../server/issuer-client.ts";
import { family, subcommand } from "../subcommand.ts";
import { askCommand, clientOf, dataOption, type IssuerFlags, refusedBy } from "./operator-command.ts";

type Proposal = Schemas["FreezeProposal"];

export function freezeCommands(): Command {
	return family("freeze", "what was acquired by fraud: two people freeze it, or lift a freeze", [
		proposeCommand("propose", "freeze", "propose to freeze an output and all that descends from it"),
		proposeCommand("lift", "lift", "propose to lift a freeze"),
		confirmCommand(),
		listCommand(),
	]);
}

export function appealCommands(): Command {
	return family("appeals", "appeals of those who own what is frozen: two people decide each", [
		appealsCommand(),
		decideCommand(),
	]);
}

type ProposeFlags = IssuerFlags & {
	readonly case: string;
	readonly reason?: string;
	readonly appealDays?: string;
};

function proposeCommand(word: "propose" | "lift", act: Proposal["act"], summary: string): Command {
	return askCommand(
		{
			usage: `${word} <output>`,
			summary,
			example: `tenten operator freeze ${word} 5e1f…(64 digits) --case 77ab…(64 digits) --data ./bank`,
			required: [["--case <id>", "64 hexadecimal digits that name the case in the operator's files"]],
			options: [
				["--reason <reason>", "stolen, deceived, unpaid or ordered (default: stolen)"],
				["--appeal-days <days>", "for how long its owners may appeal (default: 30)"],
			],
		},
		(client, flags: ProposeFlags, output: string) =>
			client.proposeFreeze({
				...{ output: idFrom(output), act, reason: reasonFrom(flags.reason), case: idFrom(flags.case) },
				appealDays: daysFrom(flags.appealDays),
			}),
		(output, answer) => {
			output.say("Proposed. It is done once another person confirms it: freeze confirm.");
			return answer;
		},
	);
}

function confirmCommand(): Command {
	return subcommand<[output: string], IssuerFlags>(
		{
			usage: "confirm <output>",
			summary: "look at what another person proposed for an output, and do it, with an API key of one's own",
			example: "TENTEN_API_KEY=tenten_… tenten operator freeze confirm 5e1f…(64 digits)",
			options: [dataOption],
		},
		async (output, flags, named) => {
			const client = clientOf(flags);
			const proposals = await client.freezeProposals();
			if (isProblem(proposals)) return refusedBy(output, proposals);
			const proposal = proposals.find((each) => each.output === idFrom(named));
			if (proposal === undefined) throw new BadInput("nothing was proposed for this output");
			sayProposal(output, proposal);
			const done = await client.confirmFreeze(proposal);
			if (isProblem(done)) return refusedBy(output, done);
			output.say("Done. The next freeze list says so.");
			return { ok: true, result: { ok: true, ...proposal } };
		},
	);
}

function listCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "what one person proposed and nobody has confirmed",
			example: "tenten operator freeze list --data ./bank",
		},
		(client) => client.freezeProposals(),
		(output, proposals) => {
			for (const proposal of proposals) sayProposal(output, proposal);
			return { proposals };
		},
	);
}

function appealsCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "every appeal, and how it stands with it",
			example: "tenten operator appeals list --data ./bank",
		},
		(client) => client.appeals(),
		(output, appeals) => {
			for (const { id, state, verdict, by, receivedAt } of appeals)
				output.say(`${id}  ${state}  ${verdict ?? "no verdict"}  ${by ?? "nobody"}  ${receivedAt}`);
			return { appeals };
		},
	);
}

const verdicts = ["upheld", "cleared", "lifted"] as const;

function decideCommand(): Command {
	return askCommand(
		{
			usage: "decide <id> <verdict>",
			summary: "say what becomes of an appeal: upheld, cleared or lifted; another person must say the same",
			example: "tenten operator appeals decide 5e1f…(64 digits) cleared --data ./bank",
		},
		(client, _, id: string, said: string) => {
			const verdict = verdicts.find((each) => each === said);
			if (verdict === undefined) throw new BadInput(`a verdict is one of ${verdicts.join(", ")}`);
			return client.decideAppeal(idFrom(id), verdict);
		},
		(output, answer) => {
			output.say(answer.decided ? "Decided, for good." : "Said. It is decided once another says the same.");
			return answer;
		},
	);
}

function sayProposal(output: Output, { by, proposedAt, appealDays, ...proposal }: Proposal): void {
	output.say(`${proposal.output}  ${proposal.act}  ${proposal.reason}  case ${proposal.case}`);
	output.say(`  proposed by ${by} at ${proposedAt}; its owners may appeal for ${appealDays} days`);
}

const reasons = ["stolen", "deceived", "unpaid", "ordered"] as const;

function reasonFrom(text = "stolen"): Proposal["reason"] {
	const reason = reasons.find((each) => each === text);
	if (reason === undefined) throw new BadInput(`a reason is one of ${reasons.join(", ")}`);
	return reason;
}

function daysFrom(text = "30"): number {
	const days = Number(text);
	if (!/^[0-9]{1,4}$/.test(text) || days < 1 || days > 3_650)
		throw new BadInput("from 1 to 3650 days to appeal");
	return days;
}

function idFrom(text: string): string {
	if (!/^[0-9a-f]{64}$/.test(text)) throw new BadInput("an id has 64 hexadecimal digits");
	return text;
}
