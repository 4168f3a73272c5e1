/** How each code is provoked by requests for samples. */
import type { Bytes } from "@tenten/protocol";
import { turned } from "./item-edits.ts";
import type { Provocations } from "./message-provocations.ts";
import { sampleRequestOf } from "./sample-requests.ts";
import { type Served, send } from "./served.ts";

export const samples = "/v1/samples";
export const goodSample = (s: Served): Promise<Bytes> => sampleRequestOf(s.ecosystem.operator);

export const sampling: Provocations = {
	"authority-unknown": async (s) =>
		send(s, samples, await sampleRequestOf(s.ecosystem.operator, { signer: s.alice.signer })),
	"signature-invalid": async (s) => send(s, samples, turned(await goodSample(s), [0, 2])),
	"proof-invalid": async (s) => send(s, samples, await sampleRequestOf(s.ecosystem.operator, { from: 9 })),
	"not-logged": async (s) => send(s, samples, await sampleRequestOf(s.ecosystem.operator, { number: 9 })),
};
