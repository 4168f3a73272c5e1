/**
 * Routes for wallets: each takes and gives the bytes of the operator's own methods (`OperatorClient`).
 *
 * Value-moving ones ask for an Idempotency-Key; what makes them pay once is the signed content itself.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import {
	accountReply,
	type Bytes,
	fromHex,
	isRefusal,
	parse,
	type Refusal,
	refuse,
	toHex,
} from "@tenten/protocol";
import type { Operator } from "../operator.ts";
import { type Endpoint, given, refused } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import type { Idempotency } from "./idempotency.ts";
import { type Gate, serve } from "./serving.ts";

export function addByteRoutes(
	app: OpenAPIHono,
	operator: Operator,
	idempotency: Idempotency,
	gate: Gate,
): void {
	const { enrol, withdraw, claim, rule, trustList, freezeList, time, appeal, release, account } = endpoints;
	serve(app, enrol, gate, async ({ body }) => answered(enrol, await operator.enrol(body)));
	serve(app, withdraw, gate, ({ body, header }) =>
		idempotency.once(withdraw.path, header("idempotency-key"), body, async (keyed) =>
			answered(withdraw, await keyed.withdraw(body)),
		),
	);
	serve(app, claim, gate, ({ body, header }) =>
		idempotency.once(claim.path, header("idempotency-key"), body, async (keyed) =>
			answered(claim, await keyed.claim(body)),
		),
	);
	serve(app, rule, gate, ({ body, header }) =>
		idempotency.once(rule.path, header("idempotency-key"), body, async (keyed) =>
			answered(rule, await keyed.rule(body)),
		),
	);
	serve(app, trustList, gate, async () => given(await operator.trustList()));
	serve(app, freezeList, gate, async () => given(await operator.freezeList()));
	serve(app, time, gate, async () => given(await operator.time()));
	serve(app, appeal, gate, async ({ body }) => answered(appeal, await operator.appeal(body)));
	serve(app, release, gate, async ({ params }) =>
		answered(release, await operator.release(fromHex(params.lock) as Bytes)),
	);
	serve(app, account, gate, async ({ params, header }) =>
		answered(account, await accountOf(operator, params.account, header("authorization") ?? "")),
	);
}

type GivesBytes = Endpoint & { readonly gives: { readonly kind: "cose" } };

/** Bytes, or the problem that a refusal is on this route. */
export function answered<E extends GivesBytes>(endpoint: E, result: Bytes | Refusal) {
	return isRefusal(result) ? refused(endpoint, result) : given(result);
}

const scheme = "Tenten ";

/** characters: what servers take of all headers together, and many times what a question needs */
const longestQuestion = 16_384;

/** The signed question that whoever asks for its own shows; `signature-invalid` where none is. */
export function questionIn(header: string): Bytes | Refusal {
	if (!header.startsWith(scheme)) return refuse("signature-invalid", "whose it is must sign the question");
	return header.length > longestQuestion
		? refuse("malformed", `a question of ${header.length} characters`)
		: new Uint8Array(Buffer.from(header.slice(scheme.length), "base64url"));
}

/** The reply to a signed question for the account that the path names. */
export async function accountOf(
	operator: Operator,
	account: string,
	header: string,
): Promise<Bytes | Refusal> {
	const question = questionIn(header);
	if (isRefusal(question)) return question;
	const result = await operator.account(question);
	const told = isRefusal(result) ? undefined : parse(accountReply, result);
	const isAsked = told && !isRefusal(told) && toHex(told.account) === account;
	return isRefusal(result) || isAsked ? result : refuse("owner-mismatch", "another account");
}
