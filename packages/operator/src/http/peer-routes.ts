/** What other operators ask this one, and what its people have it ask others. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, fromHex, isRefusal, toHex } from "@tenten/protocol";
import type { Operator } from "../operator.ts";
import { cursorAfter, idIn } from "./cursor.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { toAmount } from "./management.ts";
import { problem } from "./problem.ts";
import { debtPageIn } from "./schemas.ts";
import { type Gate, serve } from "./serving.ts";

export function addPeerRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { peerDebts, peerCrossings, debtsAtPeer } = endpoints;
	serve(app, peerCrossings, gate, async ({ body, acting }) => {
		const reply = await operator.crossings.hear(peerIn(acting.actor), body);
		return isRefusal(reply) ? problem("malformed", `${reply.code} ${reply.detail}`) : given(reply);
	});
	serve(app, peerDebts, gate, async ({ body, acting }) => {
		const after = idIn("debts", body.cursor);
		if (after === undefined) return problem("malformed", "cursor");
		const page = await operator.peers.debts(peerIn(acting.actor), after);
		const debts = page.debts.map(({ culprit, cases, code, drawn, owed }) => ({
			culprit: toHex(culprit),
			caseFiles: cases.map(toHex),
			drawn: toAmount(operator, code, drawn),
			owed: toAmount(operator, code, owed),
		}));
		return given({ debts, cursor: page.last === null ? null : cursorAfter("debts", toHex(page.last)) });
	});
	serve(app, debtsAtPeer, gate, async ({ params, query }) => {
		const peer = fromHex(params.peer) as Bytes;
		const asked = await operator.peers.ask(peer, peerDebts.path, { cursor: query.cursor ?? null });
		if (asked.kind === "unlisted") return problem("peer-unlisted");
		if (asked.kind === "failed") return problem("peer-failed", asked.why.slice(0, 256));
		const page = asked.status === 200 ? debtPageIn(asked.body) : undefined;
		return page === undefined ? problem("peer-failed", `status ${asked.status}`) : given(page);
	});
}

const peerPrefix = "peer:";

/** How another operator is named where it acts. */
export function peerActor(id: Bytes): string {
	return `${peerPrefix}${toHex(id)}`;
}

function peerIn(actor: string): Bytes {
	return fromHex(actor.slice(peerPrefix.length)) as Bytes;
}
