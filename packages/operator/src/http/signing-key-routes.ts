/** The keys that sign certificates, issues and rulings. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { toHex } from "@tenten/protocol";
import type { KeyChanged, KeyRefused, KeyStanding } from "../key-rotation.ts";
import type { Operator } from "../operator.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { secondsOf, timeOf } from "./times.ts";

export function addSigningKeyRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	const { signingKeys, rotateSigningKey, retireSigningKey, distrustSigningKey } = endpoints;
	serve(app, signingKeys, gate, async () => {
		return given({ signingKeys: operator.signingKeys.list().map(shown) });
	});
	serve(app, rotateSigningKey, gate, async ({ body: { purpose, signsFrom }, acting }) => {
		const from = signsFrom === null ? null : secondsOf(signsFrom);
		const rotated = await operator.signingKeys.rotate(acting, purpose, from);
		if (rotated.kind === "changed") return given({ signingKey: shown(rotated.key) });
		return problem(rotated.kind === "full" ? "signing-key-full" : "signing-key-pending", rotated.detail);
	});
	serve(app, retireSigningKey, gate, async ({ params: { id }, acting }) =>
		ended(await operator.signingKeys.retire(acting, id)),
	);
	serve(app, distrustSigningKey, gate, async ({ params: { id }, body: { from }, acting }) =>
		ended(await operator.signingKeys.distrust(acting, id, secondsOf(from))),
	);
}

function ended(changed: KeyChanged | KeyRefused) {
	if (changed.kind === "changed") return given({ signingKey: shown(changed.key) });
	const code = changed.kind === "unknown" ? "signing-key-unknown" : "signing-key-needed";
	return problem(code, changed.detail);
}

function shown({ id, purpose, state, listedAt, signsFrom, ...ends }: KeyStanding) {
	return {
		id: toHex(id),
		purpose,
		state,
		listedAt: timeOf(listedAt),
		signsFrom: timeOf(signsFrom),
		neededUntil: timeOrNone(ends.neededUntil),
		distrustedFrom: timeOrNone(ends.distrustedFrom),
		retiredAt: timeOrNone(ends.retiredAt),
	};
}

function timeOrNone(seconds: number | null): string | null {
	return seconds === null ? null : timeOf(seconds);
}
