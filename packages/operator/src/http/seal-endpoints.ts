/** Routes of an operator's seals and of what can be proved under them: see docs/spec/seals.md. */
import { z } from "@hono/zod-openapi";
import { named } from "./endpoint.ts";
import { hexadecimal } from "./schemas.ts";
import { walletEndpoints } from "./wallet-endpoints.ts";

const sealNumber = z
	.string()
	.regex(/^([1-9][0-9]{0,14}|latest)$/)
	.openapi({ description: "from 1; `latest`: the newest" });

/** Kinds of batches that have items, by the names of the specification. */
export const batchKinds = [
	"issues",
	"redemptions",
	"certificates",
	"rulings",
	"burns",
	"chargeOffs",
	"forkDeposits",
	"forkDraws",
	"forkRepayments",
	"forkLosses",
	"records",
] as const;

const proof = { kind: "cose", description: "`loggedProof`: what `tenten proof verify` takes" } as const;

export const sealEndpoints = named("seals", {
	seal: {
		method: "get",
		path: "/v1/seals/{number}",
		summary: "A seal with its place in the log, and what witnesses signed of it",
		access: "anyone",
		params: { number: sealNumber },
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "cose", description: "`loggedSeal`" },
		problems: ["not-logged"],
	},
	state: {
		method: "get",
		path: "/v1/states/{key}",
		summary: "What the newest seal shows under a key: what consumed an output, or that nothing did",
		access: "anyone",
		params: {
			key: hexadecimal.openapi({ description: "an output id, or the id of a payment across operators" }),
		},
		takes: { kind: "none" },
		keyed: false,
		gives: proof,
		problems: ["not-logged"],
	},
	item: {
		method: "get",
		path: "/v1/batches/{batch}/{item}",
		summary: "That an issue, a redemption, a ruling is in a batch of the log",
		access: "anyone",
		params: {
			batch: z.enum(batchKinds).openapi({ description: "what kind of batch" }),
			item: hexadecimal.openapi({
				description: "issue id, output id, certificate hash, subject of a ruling",
			}),
		},
		takes: { kind: "none" },
		keyed: false,
		gives: proof,
		problems: ["not-logged"],
	},
	ledgerLine: {
		method: "get",
		path: "/v1/ledger/accounts/{id}/line",
		summary: "The line of an account of the ledger among what the newest seal says is owed",
		access: "readBooks",
		params: { id: hexadecimal },
		takes: { kind: "none" },
		keyed: false,
		gives: proof,
		problems: ["ledger-account-unknown", "not-logged"],
	},
	sample: {
		method: "post",
		path: "/v1/samples",
		summary:
			"Lines and items that a witness drew under the last seal, told to witnesses that are listed here",
		access: "anyone",
		takes: { kind: "cose", description: "`sampleRequest` (docs/spec/sampling.md)" },
		keyed: false,
		gives: { kind: "cose", description: "`sampleAnswer`" },
		problems: [
			"malformed",
			"too-large",
			"too-deep",
			"authority-unknown",
			"signature-invalid",
			"proof-invalid",
			"not-logged",
		],
	},
	settlements: {
		method: "get",
		path: "/v1/settlements",
		summary: "What this operator and peers have countersigned of what stands between them",
		access: "anyone",
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "cose", description: "an array of `countersigned` (docs/spec/crossing.md)" },
		problems: [],
	},
	line: {
		method: "get",
		path: "/v1/accounts/{account}/line",
		summary: "An account's line among what the newest seal says is owed, told to its holder",
		access: "holder",
		params: { account: hexadecimal },
		query: { asset: z.string().min(1).max(16).openapi({ description: "code of the asset" }) },
		takes: { kind: "none" },
		keyed: false,
		gives: proof,
		problems: [...walletEndpoints.account.problems, "asset-unknown", "not-logged"],
	},
});
