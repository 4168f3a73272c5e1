/**
 * `tenten sandbox`: a town on this machine, the story of its first payments, and a place to try things.
 *
 * It runs until Ctrl-C, in a temporary folder that goes with it, or in one that is kept with `--data`. With
 * `DATABASE_URL` its operators keep their books on that PostgreSQL server, in schemas that go or stay alike.
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildWeb, webApp } from "@tenten/web";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { listen } from "../sandbox/console.ts";
import type { Language } from "../sandbox/figures.ts";
import { originAt, screenPorts } from "../sandbox/pages.ts";
import { openScreens, type ScreensOptions } from "../sandbox/screens.ts";
import { type Step, tellStory } from "../sandbox/story.ts";
import { openTown, type Town } from "../sandbox/town.ts";
import { type SandboxWords, sandboxWords } from "../sandbox/words.ts";
import { type BuiltPages, consolePages } from "../server/console-pages.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { type Outcome, subcommand } from "../subcommand.ts";
import { chosenSchemas } from "./database-choice.ts";

/** After this long a person is told what is waited for. */
const patience_ms = 500;

type Options = { readonly data?: string; readonly lang: string; readonly once?: true };

export function sandboxCommand(): Command {
	const command = subcommand<[], Options>(
		{
			usage: "sandbox",
			summary: "three operators, a shop and two people, to watch and to try",
			example: "tenten sandbox --lang ja",
			options: [
				["--data <dir>", "keep everything in this folder (default: a temporary one, gone at the end)"],
				["--once", "tell the story and end"],
			],
		},
		async (output, { data, lang, once }) => {
			const words = sandboxWords[languageOf(lang)];
			const folder = folderFor(data);
			const schemas = await chosenSchemas();
			const pages =
				once === true ? null : { ports: await screenPorts(folder), built: await build(output, words) };
			const origins = pages === null ? [] : [originAt(pages.ports.port)];
			const console = pages === null ? undefined : consolePages(() => pages.built([]));
			const town = await openTown(folder, { forget: data === undefined, schemas, origins, console });
			try {
				return await play({ town, pages, lang: languageOf(lang), isOnce: once === true }, output);
			} finally {
				await town.close();
				output.say(words.goodbye(town, data === undefined));
			}
		},
	);
	return command.option("--lang <language>", "en or ja", "en");
}

type Playing = {
	readonly town: Town;
	readonly pages: Pick<ScreensOptions, "ports" | "built"> | null;
	readonly lang: Language;
	readonly isOnce: boolean;
};

/** Tells the story, and then waits to be ended unless it is told once. */
async function play({ town, pages, lang, isOnce }: Playing, output: Output): Promise<Outcome> {
	const words = sandboxWords[lang];
	const screens = pages === null ? null : await openScreens({ town, ...pages });
	try {
		if (screens !== null) output.say(words.open(screens.url));
		output.say(words.addresses(town));
		let told = 0;
		const steps = await tellStory(town, (step) => {
			output.say(`${++told}. ${words.step(step, town).replaceAll("\n", "\n   ")}`);
		});
		output.say(words.whereItIs(town, await town.accounts.held()));
		const result = { ...resultOf(town, steps), page: screens?.url ?? null, ok: isWell(steps) };
		if (!isOnce) {
			output.say(words.next(town));
			output.result(result);
			const silence = listen(town, lang, output.say);
			await stopSignal().stopped;
			silence();
		}
		return { ok: result.ok, result };
	} finally {
		await screens?.close();
	}
}

/** The pages, which are built first where nobody did so before. */
async function build(
	output: Output,
	words: SandboxWords,
): Promise<(connect: readonly string[]) => BuiltPages> {
	const waiting = setTimeout(() => output.say(words.building), patience_ms);
	const folder = await buildWeb();
	clearTimeout(waiting);
	return (connect) => webApp(folder, { connect, isFramedBySelf: true });
}

function languageOf(text: string): Language {
	if (text === "en" || text === "ja") return text;
	throw new BadInput(`--lang is en or ja, and not ${text}`);
}

function folderFor(data: string | undefined): string {
	if (data === undefined) return mkdtempSync(join(tmpdir(), "tenten-"));
	const folder = resolve(data);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	return folder;
}

/** The onward payment happened with nobody else there, and every book agrees. */
function isWell(steps: readonly Step[]): boolean {
	return steps.every((step) => {
		if (step.kind === "stopped") return !step.answers;
		return step.kind !== "totals" || step.operators.every(({ broken }) => broken.length === 0);
	});
}

function resultOf(
	{ folder, isOnPostgres, card, code, points, aoi, ren, shop }: Town,
	steps: readonly Step[],
): object {
	const operators = [card, code, points].map(({ issuer, url, watch }) => ({
		name: issuer.settings.name,
		url,
		witness: watch.known.witnessUrl,
	}));
	const wallets = [aoi, ren, shop].map(({ name, server }) => ({ name, url: server.url }));
	return { folder, database: isOnPostgres ? "postgres" : "sqlite", operators, wallets, steps };
}
