/** The thread that a `JudgePool` starts: judges what it is sent, by the trust list that it was sent last. */
import { parentPort } from "node:worker_threads";
import { verify } from "@tenten/module";
import { sha256, Trust } from "@tenten/protocol";
import { judge } from "./judge.ts";
import type { Answered, Told } from "./pool.ts";

if (parentPort === null) throw new Error("this runs on a thread of its own");
const port = parentPort;
const answer = (answered: Answered): void => port.postMessage(answered);

let trust: Trust | null = null;

port.on("message", (told: Told) => {
	switch (told.kind) {
		case "trust":
			// Verified by whoever sent it: the thread is part of the operator.
			trust = new Trust(told.list, verify);
			return;
		case "questions": {
			const current = trust;
			if (current === null) throw new Error("asked before it was told whom to trust");
			answer({
				kind: "judged",
				judged: told.questions.map((question) => ({
					claim: sha256(question.encoded),
					judgement: judge(question, current),
				})),
			});
			return;
		}
		default:
			told satisfies never;
	}
});
answer({ kind: "ready" });
