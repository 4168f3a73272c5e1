/**
 * A thread that judges, and that fails in the way that it was given when it was started, at every third message:
 * what it does not answer it was asked none the less.
 */
import { getEnvironmentData, parentPort } from "node:worker_threads";
import { verify } from "@tenten/module";
import { type Bytes, sha256, Trust } from "@tenten/protocol";
import { type Judgement, judge } from "../../src/judging/judge.ts";
import type { Told } from "../../src/judging/pool.ts";

export type Trouble = (typeof troubles)[number];

export const troubles = [
	"has no trouble",
	"dies at once",
	"falls silent",
	"never ends",
	"leaves one out",
	"answers in another order",
	"answers twice",
] as const;

/** What a thread is killed by that judges it, whatever its trouble. */
export const poison: Bytes = Uint8Array.of(0xde, 0xad);

if (parentPort !== null) run(parentPort, getEnvironmentData("trouble") as Trouble);

function run(port: NonNullable<typeof parentPort>, trouble: Trouble): void {
	let trust: Trust | null = null;
	let messages = 0;
	port.on("message", (told: Told) => {
		if (told.kind === "trust") {
			trust = new Trust(told.list, verify);
			return;
		}
		const judged = told.questions.map((question) => {
			if (question.encoded.length === poison.length) process.exit(3);
			return { claim: sha256(question.encoded), judgement: judge(question, trust as Trust) };
		});
		messages++;
		if (messages % 3 === 2) fail(port, trouble, judged);
		else port.postMessage({ kind: "judged", judged });
	});
	port.postMessage({ kind: "ready" });
}

function fail(
	port: NonNullable<typeof parentPort>,
	trouble: Trouble,
	judged: readonly { readonly claim: Bytes; readonly judgement: Judgement }[],
): void {
	const answer = (told: typeof judged): void => port.postMessage({ kind: "judged", judged: told });
	switch (trouble) {
		case "has no trouble":
			answer(judged);
			return;
		case "dies at once":
			process.exit(1);
			return;
		case "falls silent":
			return;
		case "never ends":
			for (;;);
		case "leaves one out":
			answer(judged.slice(1));
			return;
		case "answers in another order":
			// Where it is one alone, the judgement of another claim.
			answer(
				judged.length > 1 ? judged.toReversed() : judged.map((one) => ({ ...one, claim: sha256(one.claim) })),
			);
			return;
		case "answers twice":
			answer(judged);
			answer(judged);
			return;
		default:
			trouble satisfies never;
	}
}
