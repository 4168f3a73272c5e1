/** What every route refuses that asks for an API key with a role. */
import type { ApiRole } from "../../src/access.ts";
import type { Provocations } from "./message-provocations.ts";
import { manage, type Served } from "./served.ts";

const withoutToken = { authorization: "Bearer of nothing" };

type Asked = (served: Served, headers?: Readonly<Record<string, string>>) => Promise<Response>;

/** `role` is one that may not. */
export function guarded(ask: Asked, role: ApiRole = "cashier"): Provocations {
	return {
		"api-key-invalid": (s) => ask(s, withoutToken),
		"role-missing": async (s) => {
			const acting = { actor: "test", requestId: "test" };
			const { text } = await s.ecosystem.operator.addKey(acting, {
				name: "t",
				roles: [role],
				expiresAt: null,
			});
			return ask(s, { authorization: `Bearer ${text}` });
		},
	};
}

export function readOnly(path: string): Provocations {
	return guarded((s, headers) => manage(s, "GET", path, undefined, headers));
}
