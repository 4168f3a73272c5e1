/**
 * `tenten log`: an append-only log that anyone can check: begun, appended to, served, proved from, and checked, one's
 * own and others'. The formats are C2SP's (docs/spec/log.md), so tools of others do with it what these do.
 *
 * Exit codes: 0 where it holds; 1 where it does not, with the refusal's code; 2 where it could not be asked.
 */
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { verify } from "@tenten/module";
import {
	type Anchor,
	bring,
	checkLog,
	folderAnchor,
	folderSource,
	httpAnchor,
	httpSource,
	LogReader,
	type LogSource,
	LogUnreachable,
	LogWriter,
	publicFolder,
	readCheckpoint,
	recomputeLog,
	serveLog,
} from "@tenten/operator";
import {
	type Bytes,
	entryBytes,
	fromUtf8,
	isRefusal,
	type LogKeys,
	openCheckpoint,
	parsePortableProof,
	parseSize,
	type Refusal,
	refusals,
	toBase64,
	type VerifiedCheckpoint,
	verifyPortableProof,
	writeNote,
	writePortableProof,
	writeVerifierKey,
} from "@tenten/protocol";
import { makeFolder, replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import {
	keyOptions,
	keysFrom,
	type LogFlags,
	logKeyFile,
	makeLogKey,
	openLogKey,
	vkeyOption,
} from "../log/keys.ts";
import { numberIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import { onPort } from "../server/port.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { type KeyFlags, unlockOf, keyOptions as unlockOptions } from "./rail-key.ts";

export function logCommands(): Command {
	return family("log", "an append-only log that anyone can check", [
		initCommand(),
		appendCommand(),
		serveCommand(),
		proveCommand(),
		verifyCommand(),
		fsckCommand(),
	]);
}

/** What a checkpoint says, as `--json` tells it. */
function told({ size, root }: { readonly size: number; readonly root: Bytes }) {
	return { size, root: toBase64(root) };
}

/** The answer is no: the code, and what to do. */
function no(output: Output, { code, detail }: Refusal): Outcome {
	output.say(`${code}: ${detail}. ${refusals[code][1]}.`);
	return { ok: false, result: { ok: false, code, detail } };
}

function initCommand(): Command {
	return subcommand<[folder: string], KeyFlags & { readonly origin: string }>(
		{
			usage: "init <folder>",
			summary: "begin a log, with a key of its own, sealed",
			example: "tenten log init log --origin log.example/jpy",
			required: [
				["--origin <name>", "what names the log and its key: where it is served, without https:// before it"],
			],
			options: unlockOptions,
		},
		async (output, { origin, ...flags }, folder) => {
			makeFolder(folder);
			const unlock = await unlockOf(flags, logKeyFile(folder), true)();
			const key = await makeLogKey(folder, origin, unlock);
			const log = await LogWriter.begin(folder, origin, key.signer);
			if (isRefusal(log)) throw new BadInput(log.detail);
			const { published } = log;
			await log.close();
			const vkey = writeVerifierKey(key.verifierKey);
			output.say(`A log of ${origin}. Whoever checks it needs its key:\n${vkey}`);
			return {
				ok: true,
				result: { ok: true, origin, vkey, public: publicFolder(folder), ...told(published) },
			};
		},
	);
}

type AppendFlags = KeyFlags & { readonly lines?: string; readonly anchor?: readonly string[] };

/** Entries that are kept by one commit, where lines come fast. */
const linesAtOnce = 2_000;
/** Lines that wait for a checkpoint at most. */
const linesARound = 16_000;

function appendCommand(): Command {
	return subcommand<[folder: string, files: string[]], AppendFlags>(
		{
			usage: "append <folder> [files...]",
			summary:
				"append files, an entry each, or the lines of one; durable, and under a checkpoint, when it ends",
			example: "tenten log append log --lines entries.txt --anchor https://keeper.example/checkpoints",
			options: [
				["--lines <file>", "each line is an entry; - for what comes in"],
				["--anchor <place...>", "bring the checkpoint there, too: a folder, or an address that takes a POST"],
				...unlockOptions,
			],
		},
		async (output, { lines, anchor = [], ...flags }, folder, files) => {
			const entries = files.map(entryOf);
			if (lines === undefined && entries.length === 0) throw new BadInput("name files, or --lines");
			const unlock = unlockOf(flags, logKeyFile(folder));
			const log = await LogWriter.open(folder, await openLogKey(folder, unlock, output.say));
			if (isRefusal(log)) return no(output, log);
			const from = log.size;
			try {
				const refusal =
					(await kept(log, entries)) ?? (lines === undefined ? undefined : await keepLines(log, lines));
				if (refusal !== undefined) return no(output, refusal);
				const published = await log.integrate();
				const brought = await bringAll(log, anchor.map(anchorAt));
				const count = published.size - from;
				output.say(`${count} entries from place ${from} on; the log has ${published.size}.`);
				for (const { place, ok } of brought) output.say(`${place}: ${ok ? "has it" : "did not take it"}`);
				return { ok: true, result: { ok: true, first: from, count, anchors: brought, ...told(published) } };
			} finally {
				await log.close();
			}
		},
	);
}

function entryOf(file: string): Bytes {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	return new Uint8Array(readFileSync(file));
}

async function kept(log: LogWriter, entries: readonly Bytes[]): Promise<Refusal | undefined> {
	if (entries.length === 0) return undefined;
	const appended = await log.append(entries);
	return isRefusal(appended) ? appended : undefined;
}

async function keepLines(log: LogWriter, file: string): Promise<Refusal | undefined> {
	if (file !== "-" && !existsSync(file)) throw new BadInput("is not there", { file });
	const input = file === "-" ? process.stdin : createReadStream(file);
	let batch: Bytes[] = [];
	let round = 0;
	let line = 0;
	for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
		line++;
		const entry = new Uint8Array(Buffer.from(text, "utf8"));
		if (entry.length > entryBytes)
			throw new BadInput(`an entry has at most ${entryBytes} bytes`, { file, line });
		if (batch.push(entry) < linesAtOnce) continue;
		const refusal = await kept(log, batch);
		if (refusal !== undefined) return refusal;
		round += batch.length;
		batch = [];
		if (round >= linesARound) {
			await log.integrate();
			round = 0;
		}
	}
	return kept(log, batch);
}

function anchorAt(place: string): Anchor {
	return /^https?:\/\//.test(place) ? httpAnchor(place, { isNetworkTrusted: true }) : folderAnchor(place);
}

/** One attempt for each: what fails is tried again by the next append. */
async function bringAll(log: LogWriter, anchors: readonly Anchor[]) {
	const brought: { readonly place: string; readonly ok: boolean }[] = [];
	const { signal } = new AbortController();
	for (const anchor of anchors) brought.push({ place: anchor.name, ok: await bring(log, anchor, signal) });
	return brought;
}

type ServeFlags = { readonly port: string; readonly host?: string };

function serveCommand(): Command {
	const command = subcommand<[folder: string], ServeFlags>(
		{
			usage: "serve <folder>",
			summary: "serve a log's files over HTTP, until it is told to end; others may append meanwhile",
			example: "tenten log serve log --port 8795",
			options: [
				["--host <address>", "listen there (default: this machine alone, behind a proxy that brings TLS)"],
			],
		},
		async (output, { port, host }, folder) => {
			const asked = numberIn("--port", port, 0);
			const server = await onPort(asked, () => serveLog(publicOf(folder), asked, host));
			output.say(`The log is at ${server.url}. Ctrl-C ends it.`);
			await stopSignal().stopped;
			await server.stop();
			return { ok: true, result: { ok: true, url: server.url } };
		},
	);
	return command.option("--port <number>", "listen there; 0 for a free one", "8795");
}

/** The folder that is served: a log's own, or one that was copied. */
function publicOf(folder: string): string {
	const own = publicFolder(folder);
	return existsSync(own) ? own : folder;
}

const urlOption = ["--url <place>", "the log: its address, or its folder"] as const;
function sourceAt(url: string): LogSource {
	if (/^https?:\/\//.test(url)) return httpSource(url);
	if (!existsSync(url)) throw new BadInput("is not there", { file: url });
	return folderSource(publicOf(url));
}

/** Reading over a network fails as it does; that is no verdict on the log. */
async function asked<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof LogUnreachable) throw new BadInput(`the log cannot be reached: ${error.message}`);
		throw error;
	}
}

type ProveFlags = LogFlags & { readonly url: string; readonly out?: string };

function proveCommand(): Command {
	return subcommand<[index: string], ProveFlags>(
		{
			usage: "prove <index>",
			summary: "write the proof that the entry at a place is in a log, to be verified offline",
			example: "tenten log prove 17 --url log --vkey log.example/jpy+… --out entry-17.tlog-proof",
			required: [urlOption, vkeyOption],
			options: [...keyOptions, ["--out <file>", "write it there (default: print it)"]],
		},
		async (output, flags, place) => {
			const { keys, enough } = keysFrom(flags);
			const source = sourceAt(flags.url);
			const index = parseSize(place);
			if (index === undefined) throw new BadInput(`${place} is no place in a log`);
			return asked(async () => {
				const checkpoint = await readCheckpoint(source, keys, verify);
				if (isRefusal(checkpoint)) return no(output, checkpoint);
				const few = enough(checkpoint);
				if (few !== undefined) return no(output, few);
				const reader = new LogReader(source, checkpoint.size);
				const [path, entry] = [await reader.inclusion(index), await reader.entry(index)];
				if (isRefusal(path)) return no(output, path);
				if (isRefusal(entry)) return no(output, entry);
				const proof = { index, path, checkpoint: writeNote(checkpoint.note) };
				const judged = verifyPortableProof(proof, entry, keys, verify);
				if (isRefusal(judged)) return no(output, judged);
				const file = writePortableProof(proof);
				if (flags.out === undefined) output.say(fromUtf8(file) ?? "");
				else replaceFile(flags.out, file);
				const result = {
					ok: true,
					index,
					entry: toBase64(entry),
					path: path.map(toBase64),
					...told(checkpoint),
				};
				return { ok: true, result };
			});
		},
	);
}

type VerifyFlags = LogFlags & {
	readonly url?: string;
	readonly saved?: string;
	readonly proof?: string;
	readonly entry?: string;
};

function verifyCommand(): Command {
	return subcommand<[], VerifyFlags>(
		{
			usage: "verify",
			summary:
				"check a log's newest checkpoint, its tree, and that it grew from what was seen; or a proof, offline",
			example:
				"tenten log verify --url https://log.example/jpy --vkey log.example/jpy+… --saved seen.checkpoint",
			required: [vkeyOption],
			options: [
				urlOption,
				...keyOptions,
				["--saved <file>", "the checkpoint seen last: compared with, and replaced by the newer one"],
				["--proof <file>", "a proof, in place of a log"],
				["--entry <file>", "the entry that it proves"],
			],
		},
		async (output, flags) => {
			const { keys, enough } = keysFrom(flags);
			const checked =
				flags.proof === undefined
					? await asked(() => checkedLog(flags, keys))
					: checkedProof(flags.proof, flags.entry, keys);
			const refusal = isRefusal(checked) ? checked : enough(checked);
			if (refusal !== undefined) return no(output, refusal);
			const found = checked as VerifiedCheckpoint;
			if (flags.saved !== undefined && flags.proof === undefined)
				replaceFile(flags.saved, writeNote(found.note));
			const cosignatures = found.cosignatures.map(({ key, at }) => ({ name: key.name, at }));
			output.say(`${found.origin} holds: ${found.size} entries, ${cosignatures.length} cosignatures.`);
			return { ok: true, result: { ok: true, origin: found.origin, ...told(found), cosignatures } };
		},
	);
}

async function checkedLog({ url, saved }: VerifyFlags, keys: LogKeys): Promise<VerifiedCheckpoint | Refusal> {
	if (url === undefined) throw new BadInput("name a log by --url, or a proof by --proof");
	const source = sourceAt(url);
	const seen = saved === undefined || !existsSync(saved) ? undefined : readSaved(saved, keys);
	return checkLog(source, keys, verify, seen);
}

function readSaved(file: string, { origin, keys }: LogKeys): VerifiedCheckpoint {
	const seen = openCheckpoint(new Uint8Array(readFileSync(file)), { origin, keys }, verify);
	if (isRefusal(seen)) throw new BadInput(`is no checkpoint of this log: ${seen.detail}`, { file });
	return seen;
}

function checkedProof(file: string, entry: string | undefined, keys: LogKeys): VerifiedCheckpoint | Refusal {
	if (entry === undefined) throw new BadInput("--proof needs the entry that it proves: --entry");
	const proof = parsePortableProof(entryOf(file));
	return isRefusal(proof) ? proof : verifyPortableProof(proof, entryOf(entry), keys, verify);
}

function fsckCommand(): Command {
	return subcommand<[], LogFlags & { readonly url: string }>(
		{
			usage: "fsck",
			summary: "compute a whole log anew from its entries, and compare every tile and the root",
			example: "tenten log fsck --url log --vkey log.example/jpy+…",
			required: [urlOption, vkeyOption],
			options: [...keyOptions],
		},
		async (output, flags) => {
			const { keys, enough } = keysFrom(flags);
			let bar: ReturnType<Output["progress"]> | undefined;
			const found = await asked(() =>
				recomputeLog(sourceAt(flags.url), keys, verify, (done, of) => {
					bar ??= output.progress("entries", of);
					bar.reach(done);
				}),
			);
			bar?.end();
			const refusal = isRefusal(found) ? found : enough(found.checkpoint);
			if (refusal !== undefined) return no(output, refusal);
			const { checkpoint, tiles, bytes } = found as Exclude<typeof found, Refusal>;
			output.say(`${checkpoint.size} entries of ${bytes} bytes in ${tiles} tiles: all of it holds.`);
			return { ok: true, result: { ok: true, ...told(checkpoint), tiles, bytes } };
		},
	);
}
