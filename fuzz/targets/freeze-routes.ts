/** What the fuzzer begins with at the routes by which two people freeze something and decide appeals. */
import { toHex } from "@tenten/protocol";
import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import type { Traffic } from "../operator-material.ts";
import type { HttpSeed } from "./http-input.ts";

export type FreezeSeeds = (traffic: Traffic, ecosystem: Ecosystem) => Promise<readonly HttpSeed[]>;

const acting = (actor: string) => ({ actor, requestId: "seeds" });

/** The headers of somebody who may freeze, and for whom nobody else's administrator answers. */
async function headers({ operator }: Ecosystem) {
	const made = { name: "a person", roles: ["approver"], expiresAt: null } as const;
	const { text } = await operator.addKey(acting("an administrator"), made);
	return { authorization: `Bearer ${text}`, "content-type": "application/json" };
}

const output = "01".repeat(32);

async function proposed({ operator }: Ecosystem): Promise<void> {
	const bytes = new Uint8Array(32).fill(1);
	const why = { act: "freeze", reason: "stolen", case: bytes, appealSeconds: 86_400 } as const;
	await operator.freezing.propose(acting("a proposer"), { output: bytes, ...why });
}

/** The appeals that the operator heard, and one that it did not. */
async function heard({ appeal }: Traffic, { operator }: Ecosystem): Promise<readonly string[]> {
	for (const encoded of appeal) await operator.appeal(encoded);
	const known = await operator.freezing.appealsAfter(new Uint8Array());
	return [...known.map(({ id }) => toHex(id)), output];
}

export const freezeRoutes: Readonly<Record<string, FreezeSeeds>> = {
	"POST /v1/freezes": async (_, ecosystem) => {
		const sent = await headers(ecosystem);
		return ["freeze", "lift"].map((act) => ({
			path: "/v1/freezes",
			headers: sent,
			body: JSON.stringify({ output, act, reason: "ordered", case: output, appealDays: 30 }),
		}));
	},
	"GET /v1/freezes": async (_, ecosystem) => {
		await proposed(ecosystem);
		const cursor = Buffer.from(`freezes ${output}`).toString("base64url");
		const sent = await headers(ecosystem);
		return ["", `?cursor=${cursor}`].map((query) => ({ path: `/v1/freezes${query}`, headers: sent }));
	},
	"POST /v1/freezes/:output/confirm": async (_, ecosystem) => {
		await proposed(ecosystem);
		const body = JSON.stringify({ act: "freeze", case: output });
		return [{ path: `/v1/freezes/${output}/confirm`, headers: await headers(ecosystem), body }];
	},
	"GET /v1/appeals": async (traffic, ecosystem) => {
		await heard(traffic, ecosystem);
		const cursor = Buffer.from(`appeals ${output}`).toString("base64url");
		const sent = await headers(ecosystem);
		return ["", `?cursor=${cursor}`].map((query) => ({ path: `/v1/appeals${query}`, headers: sent }));
	},
	"GET /v1/appeals/:appeal": async (traffic, ecosystem) => {
		const sent = await headers(ecosystem);
		const ids = await heard(traffic, ecosystem);
		return ids.map((id) => ({ path: `/v1/appeals/${id}`, headers: sent }));
	},
	"POST /v1/appeals/:appeal/verdict": async (traffic, ecosystem) => {
		const sent = await headers(ecosystem);
		const ids = await heard(traffic, ecosystem);
		return ids.flatMap((id) =>
			["upheld", "cleared", "lifted"].map((verdict) => ({
				path: `/v1/appeals/${id}/verdict`,
				headers: sent,
				body: JSON.stringify({ verdict }),
			})),
		);
	},
};
