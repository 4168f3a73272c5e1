/** Definitions, licences and the people who sign: what the routes of `definition-endpoints.ts` do. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, coseKey, fromHex, isRefusal, parse, type Refusal, toHex } from "@tenten/protocol";
import type { Standing } from "../definitions/definitions.ts";
import type { Missed, ShownDefinition } from "../definitions/drafts.ts";
import type { Operator } from "../operator.ts";
import { idIn, nextAfter } from "./cursor.ts";
import { type Endpoint, given, refused } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";

export function addDefinitionRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	addDraftRoutes(app, operator, gate);
	const { certifyPerson, licences, takeStatusList, stopIssue, allowIssue } = endpoints;
	serve(app, certifyPerson, gate, async ({ body: { key, part }, acting }) => {
		const read = parse(coseKey, fromHex(key) as Bytes);
		if (isRefusal(read)) return problem("key-refused", `${read.code} ${read.detail}`.trim());
		return given((await operator.certifyPerson(read, part, acting)).encoded);
	});
	serve(app, licences, gate, async () => given({ licences: operator.standing().map(told) }));
	serve(app, takeStatusList, gate, async ({ body: { token }, acting }) => {
		const refusal = await operator.takeStatusList(token, acting);
		return refusal === undefined
			? given({ licences: operator.standing().map(told) })
			: refused(takeStatusList, refusal);
	});
	for (const [endpoint, isStopped] of [
		[stopIssue, true],
		[allowIssue, false],
	] as const)
		serve(app, endpoint, gate, async ({ params: { asset }, acting }) => {
			const refusal = await operator.drafts.setStopped(acting, asset, isStopped);
			return refusal === undefined ? given({ asset }) : refused(endpoint, refusal);
		});
}

function addDraftRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { proposeDefinition, definitions, definition } = endpoints;
	const { approveDefinition, publishDefinition, withdrawDefinition } = endpoints;
	serve(app, proposeDefinition, gate, async ({ body, acting }) => {
		const id = await operator.drafts.propose(acting, body);
		return isRefusal(id) ? refused(proposeDefinition, id) : given({ id: toHex(id) });
	});
	serve(app, definitions, gate, async ({ query }) => {
		const after = idIn("definitions", query.cursor);
		if (after === undefined) return problem("malformed", "cursor");
		const page = (await operator.drafts.shownAfter(after)).map(shown);
		return given({ definitions: page, cursor: nextAfter("definitions", page, ({ id }) => id) });
	});
	serve(app, definition, gate, async ({ params: { id } }) => {
		const record = await operator.drafts.recordOf(fromHex(id) as Bytes);
		return record === undefined ? problem("definition-unknown") : given(record);
	});
	serve(app, approveDefinition, gate, async ({ params: { id }, body, acting }) => {
		const missed = await operator.drafts.approve(acting, fromHex(id) as Bytes, body);
		return missed === undefined ? given({ id }) : whyNot(approveDefinition, missed);
	});
	serve(app, publishDefinition, gate, async ({ params: { id }, acting }) => {
		const missed = await operator.drafts.publish(acting, fromHex(id) as Bytes);
		if (missed === undefined) return given({ id });
		return missed === "unknown" ? problem("definition-unknown") : refused(publishDefinition, missed);
	});
	serve(app, withdrawDefinition, gate, async ({ params: { id }, acting }) => {
		const missed = await operator.drafts.withdraw(acting, fromHex(id) as Bytes);
		return missed === undefined ? given({ id }) : whyNot(withdrawDefinition, missed);
	});
}

function whyNot<E extends Endpoint>(endpoint: E, missed: Refusal | Missed) {
	if (isRefusal(missed)) return refused(endpoint, missed);
	return problem(missed === "unknown" ? "definition-unknown" : "definition-decided");
}

function shown({ id, state, body, signed }: ShownDefinition) {
	const { code, version, assetKind, nameJa, nameEn, scale, ceiling, validFrom } = body;
	return {
		...{ id: toHex(id), state, code, version, assetKind, nameJa, nameEn },
		ceiling: { value: ceiling.toString(), asset: code, scale },
		validFrom: timeOf(validFrom),
		signed: [...signed],
	};
}

function told({ code, licensedUntil, ...standing }: Standing) {
	return { asset: code, ...standing, licensedUntil: licensedUntil === null ? null : timeOf(licensedUntil) };
}

function timeOf(seconds: number): string {
	return new Date(seconds * 1000).toISOString();
}
