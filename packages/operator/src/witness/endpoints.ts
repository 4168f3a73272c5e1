/**
 * Every route of a witness in one table, as an operator's are: the document, what handlers may answer and the tests
 * follow from it. `add-checkpoint` alone is not of it: its statuses and bodies are those of tlog-witness (C2SP), which
 * the document says, too.
 */
import { z } from "@hono/zod-openapi";
import { type Document, documentOf } from "../http/document.ts";
import { type Endpoint, named } from "../http/endpoint.ts";
import { hexadecimal } from "../http/schemas.ts";
import { serviceEndpoints, serviceFor } from "../http/service-endpoints.ts";
import { standingSchema } from "./standing-form.ts";

const access = "reader";
const sealNumber = z
	.string()
	.regex(/^[1-9][0-9]{0,14}$/)
	.openapi({ description: "from 1" });
const log = hexadecimal.openapi({ description: "SHA-256 of the log's origin, in hexadecimal" });
const word = {
	kind: "cose",
	description: "`sealWord`: a cosignature or a refusal, signed (crossing.md)",
} as const;

export const witnessEndpoints = {
	...named("witness", {
		wordOnNumber: {
			method: "get",
			path: "/v1/seals/{operator}/{number}",
			summary: "What this witness signed of an operator's seal of a number: one word, and the same for ever",
			access,
			params: { operator: hexadecimal, number: sealNumber },
			takes: { kind: "none" },
			keyed: false,
			gives: word,
			problems: ["word-unknown"],
		},
		wordOnSeal: {
			method: "get",
			path: "/v1/seals/{seal}",
			summary: "As `wordOnNumber`, by the hash of the seal",
			access,
			params: { seal: hexadecimal },
			takes: { kind: "none" },
			keyed: false,
			gives: word,
			problems: ["word-unknown"],
		},
		witnessedCheckpoint: {
			method: "get",
			path: "/v1/logs/{log}/checkpoint",
			summary: "The checkpoint up to which this witness followed a log, as the log signed it",
			access,
			params: { log },
			takes: { kind: "none" },
			keyed: false,
			gives: { kind: "text", type: "text/plain", description: "a signed note (log.md)" },
			problems: ["log-unknown"],
		},
		witnessedTile: {
			method: "get",
			path: "/v1/logs/{log}/tiles",
			summary:
				"A tile of the hashes that this witness made of a log's entries: for whoever compares two views of it",
			access,
			params: { log },
			query: { path: z.string().max(64).openapi({ description: "`tile/0/000.p/7`: as log.md names files" }) },
			takes: { kind: "none" },
			keyed: false,
			gives: { kind: "bytes", type: "application/octet-stream", description: "1 to 256 hashes" },
			problems: ["log-unknown", "tile-unknown"],
		},
		commitmentOf: {
			method: "get",
			path: "/v1/operators/{operator}/commitment",
			summary: "What this witness committed to for its next sample of an operator",
			access,
			params: { operator: hexadecimal },
			takes: { kind: "none" },
			keyed: false,
			gives: { kind: "cose", description: "`sampleCommitment` (sampling.md)" },
			problems: ["commitment-unknown"],
		},
		drillsOf: {
			method: "get",
			path: "/v1/operators/{operator}/drills",
			summary: "The last hundred drills of an operator, the newest first, each as it was signed last",
			access,
			params: { operator: hexadecimal },
			takes: { kind: "none" },
			keyed: false,
			gives: {
				kind: "cose",
				description: "an array of `signedDrill` (sampling.md); empty where there is none",
			},
			problems: [],
		},
		caseFile: {
			method: "get",
			path: "/v1/evidence/{hash}",
			summary: "A file that convicts a log (misbehaviour.md)",
			access,
			params: { hash: hexadecimal.openapi({ description: "SHA-256 of the file" }) },
			takes: { kind: "none" },
			keyed: false,
			gives: { kind: "cose", description: "what `tenten evidence verify` takes" },
			problems: ["case-unknown"],
		},
		standings: {
			method: "get",
			path: "/v1/peers",
			summary: "How each log stands: checkpoint, lag, quorum, each rule, evidence, samples, drills",
			access,
			takes: { kind: "none" },
			keyed: false,
			gives: {
				kind: "json",
				status: 200,
				description: "each log that is followed",
				schema: z.strictObject({ now: z.int(), peers: z.array(standingSchema) }),
			},
			problems: [],
		},
	}),
	...serviceFor(access),
	metrics: serviceEndpoints.metrics,
} as const satisfies Readonly<Record<string, Endpoint>>;

const about = {
	openapi: "3.1.0",
	info: {
		title: "Tenten witness",
		version: "1",
		description:
			"Cosigns checkpoints (tlog-witness of C2SP), says a word on each seal of its peers, and shows how they stand. Anyone may read. Refusals are problems (RFC 9457), but for those of `add-checkpoint`, which are statuses with a line for people.",
		license: { name: "Apache-2.0", identifier: "Apache-2.0" },
	},
	servers: [{ url: "/", description: "the witness that serves this document" }],
	tags: [
		{ name: "witness", description: "Checkpoints, words on seals, evidence" },
		{ name: "service", description: "Health, figures and documentation" },
	],
};

const line = { "text/plain": { schema: { type: "string" as const } } };
const said = (description: string) => ({ description, content: line });

/** By docs/spec/witness.md, "add-checkpoint". */
export const addCheckpointStatuses = {
	200: said("the cosignature, one line of a note"),
	400: said("the body, the note or the checkpoint is malformed, or the old size is above the checkpoint's"),
	403: said("no key of this log signed it"),
	404: said("the origin is not one of this witness's logs"),
	409: {
		description: "another size was cosigned last, or another root of this size: the latest size",
		content: { "text/x.tlog.size": { schema: { type: "string" as const, pattern: "^[0-9]+\\n$" } } },
	},
	413: said("the body is too long"),
	422: said("the consistency proof does not hold"),
	500: said("a bug; whether it was cosigned is not known: send the same again"),
	503: {
		...said("too many wait already"),
		headers: { "Retry-After": { description: "seconds", schema: { type: "integer" as const } } },
	},
};

export function witnessDocument(): Document {
	return documentOf(about, witnessEndpoints, (registry) => {
		registry.registerPath({
			method: "post",
			path: "/add-checkpoint",
			operationId: "addCheckpoint",
			tags: ["witness"],
			summary: "Cosign a checkpoint that provably grew from the latest one (C2SP tlog-witness)",
			security: [],
			request: {
				body: {
					description: "`old <size>`, lines of the consistency proof, an empty line, the checkpoint",
					required: true,
					content: line,
				},
			},
			responses: addCheckpointStatuses,
		});
	});
}
