/**
 * What an operator sealed, and proofs of it; and its log as static files under `/log`.
 *
 * A process without the log answers `not-logged`: another over the same database has it.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import {
	assetHash,
	type Bytes,
	fromHex,
	isRefusal,
	ledgerOwner,
	type Refusal,
	refuse,
} from "@tenten/protocol";
import { logApp } from "../log/serving.ts";
import type { Operator } from "../operator.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { accountOf, answered } from "./byte-routes.ts";
import { given, refused } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { problem } from "./problem.ts";
import { type Gate, note, serve } from "./serving.ts";

export function addSealRoutes(app: OpenAPIHono, operator: Operator, sealer: Sealer | null, gate: Gate): void {
	const { seal, state, item, line, ledgerLine, sample, settlements } = endpoints;
	const proved = async (made: (from: Sealer) => Promise<Bytes | Refusal>): Promise<Bytes | Refusal> =>
		sealer === null ? refuse("not-logged", "no log is kept by this process") : made(sealer);
	serve(app, seal, gate, async ({ params: { number } }) =>
		answered(seal, await proved((from) => from.sealed(number === "latest" ? 0 : Number(number)))),
	);
	serve(app, state, gate, async ({ params: { key } }) =>
		answered(state, await proved((from) => from.state(fromHex(key) as Bytes))),
	);
	serve(app, item, gate, async ({ params: { batch, item: id } }) =>
		answered(item, await proved((from) => from.item(batch, fromHex(id) as Bytes))),
	);
	serve(app, sample, gate, async ({ body }) => {
		const result = await proved((from) => from.sample(body));
		const isDeclared = !isRefusal(result) || (sample.problems as readonly string[]).includes(result.code);
		return answered(sample, isDeclared ? result : refuse("malformed", result.detail));
	});
	serve(app, settlements, gate, async () => given(await operator.crossings.settlements()));
	serve(app, line, gate, async ({ params: { account }, query, header }) => {
		const reply = await accountOf(operator, account, header("authorization") ?? "");
		if (isRefusal(reply)) return refused(line, reply);
		if (!operator.hasAsset(query.asset)) return refused(line, refuse("asset-unknown"));
		const asset = assetHash({ operator: operator.id, code: query.asset });
		return answered(line, await proved((from) => from.line(asset, fromHex(account) as Bytes)));
	});
	serve(app, ledgerLine, gate, async ({ params: { id } }) => {
		const account = await operator.ledger.account(fromHex(id) as Bytes);
		if (account === undefined) return problem("ledger-account-unknown");
		return answered(ledgerLine, await proved((from) => from.line(account.asset, ledgerOwner(account.id))));
	});
	if (sealer === null) return;
	app.use("/log/*", async (context, next) => {
		note(context, { route: "/log" });
		await next();
	});
	app.route("/log", logApp(sealer.publicFolder, "/log/"));
}
