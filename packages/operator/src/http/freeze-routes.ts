/** Freezes and appeals: what the routes of `freeze-endpoints.ts` do. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, fromHex, isRefusal, toHex } from "@tenten/protocol";
import type { Operator } from "../operator.ts";
import type { Appeal, Proposal } from "../store/appeals.ts";
import { idIn, nextAfter } from "./cursor.ts";
import { given, refused } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";

const day = 86_400;

export function addFreezeRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	addProposalRoutes(app, operator, gate);
	const { appeals, appealRecord, decideAppeal } = endpoints;
	serve(app, appeals, gate, async ({ query }) => {
		const after = idIn("appeals", query.cursor);
		if (after === undefined) return problem("malformed", "cursor");
		const page = (await operator.freezing.appealsAfter(after)).map(shownAppeal);
		return given({ appeals: page, cursor: nextAfter("appeals", page, ({ id }) => id) });
	});
	serve(app, appealRecord, gate, async ({ params }) => {
		const record = await operator.freezing.recordOf(fromHex(params.appeal) as Bytes);
		return record === undefined ? problem("freeze-unknown", "no such appeal") : given(record);
	});
	serve(app, decideAppeal, gate, async ({ params, body: { verdict }, acting }) => {
		const id = params.appeal;
		const decided = await operator.freezing.decide(acting, fromHex(id) as Bytes, verdict);
		return isRefusal(decided) ? refused(decideAppeal, decided) : given({ id, decided });
	});
}

function addProposalRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { proposeFreeze, freezeProposals, confirmFreeze } = endpoints;
	serve(app, proposeFreeze, gate, async ({ body: { output, act, reason, appealDays, ...body }, acting }) => {
		await operator.freezing.propose(acting, {
			...{ act, reason, appealSeconds: appealDays * day },
			output: fromHex(output) as Bytes,
			case: fromHex(body.case) as Bytes,
		});
		return given({ output });
	});
	serve(app, freezeProposals, gate, async ({ query }) => {
		const after = idIn("freezes", query.cursor);
		if (after === undefined) return problem("malformed", "cursor");
		const page = (await operator.freezing.proposalsAfter(after)).map(shownProposal);
		return given({ proposals: page, cursor: nextAfter("freezes", page, ({ output }) => output) });
	});
	serve(app, confirmFreeze, gate, async ({ params: { output }, body, acting }) => {
		const meant = { act: body.act, case: fromHex(body.case) as Bytes };
		const refusal = await operator.freezing.confirm(acting, fromHex(output) as Bytes, meant);
		return refusal === undefined ? given({ output }) : refused(confirmFreeze, refusal);
	});
}

function shownProposal({ output, act, reason, appealSeconds, actor, proposedAt, ...proposal }: Proposal) {
	return {
		...{ output: toHex(output), act, reason, case: toHex(proposal.case) },
		...{ appealDays: Math.ceil(appealSeconds / day), by: actor, proposedAt: timeOf(proposedAt) },
	};
}

function shownAppeal({ id, frozen, output, receivedAt, verdict, actor, outcome }: Appeal) {
	const state: "open" | "decided" = outcome === null ? "open" : "decided";
	return {
		...{ id: toHex(id), frozen: toHex(frozen), output: toHex(output), receivedAt: timeOf(receivedAt) },
		...{ state, verdict, by: actor },
	};
}

function timeOf(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}
