/** An operator's door, asked for what a sample drew. */
import { type Bytes, type Refusal, type RefusalCode, refusals, refuse } from "@tenten/protocol";
import { inTime } from "../log/source.ts";
import { readAtMost } from "../witness/cosign.ts";
import type { SamplingPolicy } from "./sampler.ts";

const timeout_ms = 30_000;
/** bytes of an answer: 64 lines and 64 items, each with its path */
const answerBytes = 2 ** 21;
const problemBytes = 16_384;

/** Answers with bytes, or the refusal that the operator named; throws where it is out of reach. */
export function asking(url: string): SamplingPolicy["ask"] {
	const address = `${url.replace(/\/+$/, "")}/v1/samples`;
	return async (request, stop) => {
		const answer = await fetch(address, {
			method: "POST",
			headers: { "content-type": "application/cose" },
			body: new Uint8Array(request),
			redirect: "error",
			signal: inTime(timeout_ms, stop),
		});
		const body = await readAtMost(answer, answer.ok ? answerBytes : problemBytes);
		if (body === undefined) return refuse("too-large", "its answer");
		return answer.ok ? body : refusalIn(body, answer.status);
	};
}

function refusalIn(problem: Bytes, status: number): Refusal {
	const unknown = refuse("channel-failed", `status ${status}`);
	try {
		const { code }: { readonly code?: unknown } = JSON.parse(Buffer.from(problem).toString("utf8"));
		return typeof code === "string" && Object.hasOwn(refusals, code) ? refuse(code as RefusalCode) : unknown;
	} catch {
		return unknown;
	}
}
