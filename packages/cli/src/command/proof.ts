/**
 * `tenten proof`: what a proof file shows, with no network and nothing else at hand; and where such files come from.
 *
 * The file brings the seal or the batch under which it holds. `--under` says by its hash which that must be, else it
 * is shown. With the key of the operator's log, the file must bring its place there, too, under a checkpoint that is
 * signed. `fetch` asks the operator for such a file, and checks it before it is kept.
 */
import { setTimeout as pause } from "node:timers/promises";
import { verify } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	leafHash,
	limits,
	loggedProof,
	loggedSeal,
	type Proved,
	parse,
	proofIn,
	type Refusal,
	refuse,
	sealHash,
	sealProof,
	serializeLeaf,
	serializeLoggedProof,
	toHex,
	type VerifiedProof,
	verifyLoggedProof,
	verifyProof,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { keyOptions, keysFrom, type LogFlags, vkeyOption } from "../log/keys.ts";
import { numberIn } from "../number-flag.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes } from "../trust-file.ts";

type VerifyFlags = { readonly under?: string } & Partial<LogFlags>;

export function proofCommand(): Command {
	return family("proof", "prove what a seal or a batch holds", [verifyCommand(), fetchCommand()]);
}

function verifyCommand(): Command {
	return subcommand<[file: string], VerifyFlags>(
		{
			usage: "verify <file>",
			summary: "say what a proof shows under its seal or batch, and with --vkey that the log has this one",
			example: "tenten proof verify line.cbor --vkey log.example/jpy+…",
			options: [
				[
					"--under <hash>",
					"hash (hex) of the seal, or of the batch's leaf in the log, that it must belong to",
				],
				["--vkey <key>", "the log's key: name+id+base64; then its seal or batch must stand there"],
				...keyOptions,
			],
		},
		async (output, flags, file): Promise<Outcome> => {
			const { under } = flags;
			if (under !== undefined && !/^[0-9a-f]{64}$/.test(under))
				throw new BadInput("--under is no hash of 64 hexadecimal digits");
			const shown = shownBy(readBytes(file), flags);
			if (isRefusal(shown)) {
				output.say(`It proves nothing: ${codeInWords(shown)}`);
				return { ok: false, result: { ok: false, code: shown.code } };
			}
			const of = belongsTo(shown.proved);
			if (under !== undefined && under !== of.under) {
				output.say(`It belongs to ${of.words}, and not to the one that was named.`);
				return { ok: false, result: { ok: false, code: "proof-invalid", under: of.under } };
			}
			const { words, shown: said } = whatItShows(shown.proved);
			output.say(`${words} Under ${of.words}.`);
			if (shown.log !== null) output.say(inLog(shown.log));
			return { ok: true, result: { ok: true, ...said, ...of.shown, under: of.under, ...logged(shown.log) } };
		},
	);
}

type Shown = { readonly proved: Proved; readonly log: Omit<VerifiedProof, "proved"> | null };

/** With the keys of a log, that its seal or batch stands there. A file without its place shows that of no log. */
function shownBy(file: Bytes, flags: Partial<LogFlags>): Shown | Refusal {
	const { vkey } = flags;
	const isAlone = !isRefusal(parse(sealProof, file));
	if (vkey === undefined) {
		const proved = isAlone ? verifyProof(file) : provedIn(file);
		return isRefusal(proved) ? proved : { proved, log: null };
	}
	if (isAlone) return refuse("not-logged", "a proof without its place in a log");
	const { keys, enough } = keysFrom({ ...flags, vkey });
	const verified = verifyLoggedProof(file, keys, verify);
	if (isRefusal(verified)) return verified;
	const refusal = enough(verified.checkpoint);
	return refusal ?? { proved: verified.proved, log: verified };
}

/** What a file with its place shows, whoever's log that is. */
function provedIn(file: Bytes): Proved | Refusal {
	const read = parse(loggedProof, file, 2 * limits.message);
	return isRefusal(read) ? read : proofIn(read.proof);
}

function inLog({ index, checkpoint }: Omit<VerifiedProof, "proved">): string {
	const cosigned = checkpoint.cosignatures.length;
	return `It stands at place ${index} of ${checkpoint.origin}, of ${checkpoint.size} leaves; ${cosigned} witnesses cosigned.`;
}

function logged(log: Shown["log"]): object {
	if (log === null) return {};
	const { index, checkpoint } = log;
	const { origin, size, cosignatures } = checkpoint;
	return {
		origin,
		place: index,
		size,
		cosignatures: cosignatures.map(({ key, at }) => ({ name: key.name, at })),
	};
}

type FetchFlags = LogFlags & { readonly wait?: string };

function fetchCommand(): Command {
	return subcommand<[address: string, what: string, file: string], FetchFlags>(
		{
			usage: "fetch <address> <what> <file>",
			summary:
				"ask an operator for a proof, check it, and keep it; of states/ID, or KIND/ID of an item of a batch: issues, redemptions, rulings, certificates, burns, records",
			example:
				"tenten proof fetch https://operator.example issues/5f0c… issue.cbor --vkey operator.example/log+…",
			required: [vkeyOption],
			options: [...keyOptions, ["--wait <seconds>", "until enough witnesses cosigned it (default: 0)"]],
		},
		async (output, flags, address, what, file): Promise<Outcome> => {
			const asked = pathOf(what);
			const base = address.replace(/\/+$/, "");
			const until = performance.now() + 1000 * numberIn("--wait", flags.wait ?? "0", 0);
			let proof = await ask(base, asked);
			let shown = isRefusal(proof) ? proof : shownBy(proof, flags);
			while (isRefusal(shown) && performance.now() < until) {
				await pause(again_ms);
				proof = isRefusal(proof) ? await ask(base, asked) : await placedAnew(base, asked, proof);
				shown = isRefusal(proof) ? proof : shownBy(proof, flags);
			}
			if (isRefusal(proof) || isRefusal(shown)) {
				const refusal = (isRefusal(proof) ? proof : shown) as Refusal;
				output.say(`There is no proof: ${codeInWords(refusal)}`);
				return { ok: false, result: { ok: false, code: refusal.code } };
			}
			replaceFile(file, proof);
			const { words, shown: said } = whatItShows(shown.proved);
			output.say(`${words} The proof is in ${file}.`);
			if (shown.log !== null) output.say(inLog(shown.log));
			return { ok: true, result: { ok: true, file, ...said, ...logged(shown.log) } };
		},
	);
}

const again_ms = 500;
/** bytes of the longest proof, or seal with its words */
const longest = 4 * limits.message;

/** `states/ID` or `KIND/ID`, as a path of the operator's. */
function pathOf(what: string): string {
	const [, kind = "", id = ""] = /^([A-Za-z]+)\/([0-9a-f]{64})$/.exec(what) ?? [];
	if (id === "") throw new BadInput(`${what} is no states/ID, nor KIND/ID of an item: 64 hexadecimal digits`);
	return kind === "states" ? `/v1/states/${id}` : `/v1/batches/${kind}/${id}`;
}

/** The refusal's code where the operator has none. */
async function ask(base: string, path: string): Promise<Bytes | Refusal> {
	const response = await fetch(`${base}${path}`, { redirect: "error" }).catch((error: unknown) => {
		throw new BadInput(`nobody answers at ${base}: ${String(error)}`);
	});
	if (response.status !== 200) return refuse("not-logged", (await response.text()).slice(0, 200));
	const body = new Uint8Array(await response.arrayBuffer());
	return body.length > longest ? refuse("too-large", "its answer") : body;
}

/** The same proof under the newest checkpoint: of an item it is asked for again, of a seal its place is. */
async function placedAnew(base: string, path: string, before: Bytes): Promise<Bytes | Refusal> {
	const read = parse(loggedProof, before, 2 * limits.message);
	if (isRefusal(read) || read.proof.kind === "item") return ask(base, path);
	const answer = await ask(base, `/v1/seals/${read.proof.seal.number}`);
	const seal = isRefusal(answer) ? answer : parse(loggedSeal, answer, longest);
	return isRefusal(seal) ? seal : serializeLoggedProof({ proof: read.proof, place: seal.place });
}

/** What a proof holds under, in words and as a hash. */
function belongsTo(proved: Proved): {
	readonly words: string;
	readonly under: string;
	readonly shown: object;
} {
	if (proved.kind === "item") {
		const under = toHex(leafHash(serializeLeaf({ kind: "batch", batch: proved.batch })));
		return { words: `batch ${under} of ${proved.batch.kind}`, under, shown: { batch: proved.batch.kind } };
	}
	const { operator, number, sealedAt } = proved.seal;
	const under = toHex(sealHash(proved.seal));
	const at = new Date(1000 * sealedAt).toISOString();
	return {
		words: `seal ${number} of operator ${toHex(operator)}, ${at}: ${under}`,
		under,
		shown: { operator: toHex(operator), seal: number, sealedAt },
	};
}

function whatItShows(proved: Proved): { readonly words: string; readonly shown: object } {
	switch (proved.kind) {
		case "state": {
			const { kind, state } = proved;
			const key = toHex(proved.key);
			const value = state.kind === "present" ? toHex(state.value) : null;
			const words =
				value === null ? `${key} is not in the state map.` : `${key} is in the state map: ${value}.`;
			return { words, shown: { kind, key, state: state.kind, value } };
		}
		case "line": {
			const { kind, line } = proved;
			const [account, asset] = [toHex(line.owner), toHex(proved.asset)];
			return {
				words: `Account ${account} has its line: ${line.amount} minor units of asset ${asset}.`,
				shown: { kind, account, asset, amount: line.amount },
			};
		}
		case "item": {
			const { kind, item } = proved;
			const id = toHex(item.owner);
			return {
				words: `${id} is an item of the batch, with ${item.amount} minor units.`,
				shown: { kind, id, amount: item.amount },
			};
		}
		default:
			return proved satisfies never;
	}
}
