/** `tenten demo`: a story in the terminal, played by real modules, stores and books, with its proofs. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Argument, type Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { playDisaster } from "../demo/disaster/play.ts";
import { carbon, coffee, type DomainStage, status } from "../demo/domain-scenes.ts";
import { type Cast, crash, fork, handToHand, refusal, type Scene, totals } from "../demo/scenes.ts";
import { Stage } from "../demo/stage.ts";
import { playVerify } from "../demo/verify/play.ts";
import { commandName } from "../invocation.ts";
import type { Output } from "../output.ts";
import { type Outcome, subcommand } from "../subcommand.ts";

const scenes = [
	["Hand to hand, with no network", handToHand],
	["The power fails in the middle of a payment", crash],
	["A payment that is not allowed", refusal],
	["A copied wallet pays twice", fork],
	["Where all the money is", totals],
] as const;

const domains = [
	["Carbon credits, retired once across two registries", carbon],
	["Coffee, from harvest to roaster", coffee],
	["The status of a licence, shown offline", status],
] as const;

const stories = ["payments", "verify", "domains", "disaster"] as const;
type Story = (typeof stories)[number];

export function demoCommand(): Command {
	return subcommand<[story: Story], { readonly data?: string }>(
		{
			usage: "demo",
			summary: "a story: hand to hand, a crash, a refusal, a double spend and its proof",
			example: "tenten demo",
			arguments: [
				new Argument(
					"[story]",
					"payments; three ecosystems that verify each other; other things on the same core; or everything goes dark",
				)
					.choices(stories)
					.default("payments"),
			],
			options: [["--data <dir>", "keep its files there, the case file too (default: gone at the end)"]],
		},
		async (output, { data }, story) => {
			if (story === "domains") return playDomains(output, data);
			if (story === "verify") return verifyEachOther(output, data);
			if (story === "disaster") return goDark(output, data);
			const folder = folderFor(data);
			const stage = new Stage(folder, (text) => output.say(indented(text)));
			await stage.operatorOn();
			const cast: Cast = {
				aoi: await stage.actor("Aoi", { JPY: 1_000n, LUNCH: 800n }),
				ren: await stage.actor("Ren"),
				mika: await stage.actor("Mika"),
				mallory: await stage.actor("Mallory", { JPY: 400n }),
			};
			await stage.operatorOff();
			output.say(
				"Aoi starts with 1,000 JPY and 800 LUNCH in her wallet, Mallory with 400 JPY, Ren and Mika with nothing.",
			);
			const played: Scene[] = [];
			for (const [i, [title, play]] of scenes.entries()) {
				output.say(`\n${i + 1}. ${title}`);
				played.push(await play(stage, cast));
			}
			for (const { wallet } of [cast.aoi, cast.ren, cast.mika, cast.mallory]) await wallet.close();
			await stage.operatorOff();
			if (data === undefined) rmSync(folder, { recursive: true, force: true });
			output.say(`\n${nextWords(folder, data === undefined)}`);
			const ok = played.every((scene) => scene.ok);
			return { ok, result: { ok, scenes: played, folder: data === undefined ? null : folder } };
		},
	);
}

async function playDomains(output: Output, data: string | undefined): Promise<Outcome> {
	const folder = folderFor(data, "north");
	const stage: DomainStage = {
		folder,
		say: (text) => output.say(indented(text)),
		checks: [],
	};
	const played: Scene[] = [];
	for (const [i, [title, play]] of domains.entries()) {
		output.say(`\n${i + 1}. ${title}`);
		played.push(await play(stage));
	}
	const tenten = commandName();
	if (data === undefined) {
		rmSync(folder, { recursive: true, force: true });
		output.say(`\nKeep the files with: ${tenten} demo domains --data ./domains`);
	} else
		output.say(
			`\nCheck the files yourself:\n${stage.checks.map((check) => `${tenten} ${check}`).join("\n")}`,
		);
	const result = {
		ok: played.every(({ ok }) => ok),
		scenes: played,
		folder: data === undefined ? null : folder,
	};
	return { ok: result.ok, result: { ...result, checks: stage.checks } };
}

async function verifyEachOther(output: Output, data: string | undefined): Promise<Outcome> {
	const folder = folderFor(data, "densha");
	output.say("Densha Card, Mise Pay and Minato Pay each keep a log, and each is witnessed by the other two.");
	const { scenes, logs } = await playVerify(folder, (text, isTitle) =>
		output.say(isTitle ? `\n${text}` : indented(text)),
	);
	const tenten = commandName();
	if (data === undefined) {
		rmSync(folder, { recursive: true, force: true });
		output.say(`\nKeep the evidence with: ${tenten} demo verify --data ./verify`);
	} else {
		const files = readdirSync(folder).filter((file) => file.endsWith(".cbor"));
		const commands = files.map((file) => {
			const key = logs.find(({ name }) => file.startsWith(name))?.logKey;
			return `${tenten} evidence verify ${join(folder, file)} --vkey ${key}`;
		});
		output.say(`\nCheck the evidence yourself:\n${commands.join("\n")}`);
	}
	const ok = scenes.every((scene) => scene.ok);
	return { ok, result: { ok, scenes, logs, folder: data === undefined ? null : folder } };
}

async function goDark(output: Output, data: string | undefined): Promise<Outcome> {
	const folder = folderFor(data, "operator");
	output.say(
		"An operator, a relay on the internet and a gateway beside devices work; ten wallets pay one another.",
	);
	const scenes = await playDisaster(folder, (text, isTitle) =>
		output.say(isTitle ? `\n${text}` : indented(text)),
	);
	const tenten = commandName();
	if (data === undefined) {
		rmSync(folder, { recursive: true, force: true });
		output.say(`\nKeep the files with: ${tenten} demo disaster --data ./disaster`);
	} else {
		const [evidence, list] = ["case.cbor", "trust-list.cbor"].map((name) => join(folder, name));
		output.say(
			`\nCheck it yourself:\n${tenten} evidence verify ${evidence} --trust-list ${list}\nTENTEN_PASSPHRASE=demo ${tenten} operator serve --data ${join(folder, "operator")}   then, beside it:\n${tenten} operator totals --data ${join(folder, "operator")}`,
		);
	}
	const ok = scenes.every((scene) => scene.ok);
	return { ok, result: { ok, scenes, folder: data === undefined ? null : folder } };
}

const indented = (text: string): string => `   ${text.replaceAll("\n", "\n   ")}`;

function nextWords(folder: string, isGone: boolean): string {
	const tenten = commandName();
	if (isGone)
		return `Keep the case file with: ${tenten} demo --data ./demo   Or try things yourself: ${tenten} sandbox`;
	const [evidence, list] = ["case.cbor", "trust-list.cbor"].map((name) => join(folder, name));
	return `Check the case yourself: ${tenten} evidence verify ${evidence} --trust-list ${list}`;
}

/** The story begins at its beginning: not in a folder where it has been played. */
function folderFor(data: string | undefined, played = "operator.sqlite"): string {
	if (data === undefined) return mkdtempSync(join(tmpdir(), "tenten-demo-"));
	const folder = resolve(data);
	if (existsSync(join(folder, played)))
		throw new BadInput("the demo has been played here: name an empty folder", { file: folder });
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	return folder;
}
