/** API keys, the audit log, and what only an administrator allows. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { toHex } from "@tenten/protocol";
import type { ApiKey } from "../access.ts";
import type { Operator } from "../operator.ts";
import type { AuditEntry } from "../store/audit-log.ts";
import { nextAfter, positionIn, readCursor } from "./cursor.ts";
import { given, refused } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { secondsOf, timeOf } from "./times.ts";

export function addAccessRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { addApiKey, apiKeys, revokeApiKey, allowPayouts, auditLog } = endpoints;
	serve(app, addApiKey, gate, async ({ body: { name, roles, expiresAt }, acting }) => {
		const made = { name, roles, expiresAt: expiresAt === null ? null : secondsOf(expiresAt) };
		const { text, key } = await operator.addKey(acting, made);
		return given({ key: text, apiKey: shown(key) });
	});
	serve(app, apiKeys, gate, async ({ query }) => {
		const after = query.cursor === undefined ? "" : readCursor("keys", query.cursor);
		if (after === undefined) return problem("malformed", "cursor");
		const page = (await operator.listKeys(after)).map(shown);
		return given({ apiKeys: page, cursor: nextAfter("keys", page, ({ id }) => id) });
	});
	serve(app, revokeApiKey, gate, async ({ params, acting }) => {
		const revoked = await operator.revokeKey(acting, params.id);
		if (revoked.kind === "revoked") return given({ apiKey: shown(revoked.key) });
		return problem(revoked.kind === "last" ? "administrator-last" : "api-key-unknown");
	});
	serve(app, allowPayouts, gate, async ({ params: { asset }, acting }) => {
		const refusal = await operator.watch.allow(asset, acting);
		return refusal === undefined ? given({ asset }) : refused(allowPayouts, refusal);
	});
	serve(app, auditLog, gate, async ({ query }) => {
		const after = positionIn("audit", query.cursor, 0);
		if (after === undefined) return problem("malformed", "cursor");
		const page = await operator.auditLog(after);
		const cursor = nextAfter("audit", page, ({ position }) => `${position}`);
		return given({ entries: page.map(told), cursor });
	});
}

function shown({ id, name, roles, createdAt, expiresAt, revokedAt, lastUsedAt }: ApiKey) {
	return {
		id,
		name,
		roles: [...roles],
		createdAt: timeOf(createdAt),
		expiresAt: expiresAt === null ? null : timeOf(expiresAt),
		revokedAt: revokedAt === null ? null : timeOf(revokedAt),
		lastUsedAt: lastUsedAt === null ? null : timeOf(lastUsedAt),
	};
}

function told({ at, previous, hash, ...entry }: AuditEntry) {
	return { ...entry, at: timeOf(at), previous: toHex(previous), hash: toHex(hash) };
}
