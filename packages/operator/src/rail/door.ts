/**
 * The door of a party of the account rail: its messages over HTTP, how a payment stands, what a ledger's accounts hold,
 * and whether it is up.
 *
 * Whoever reaches this door is believed to be whom a message says: it stands on loopback or a private network, behind
 * what knows the other systems (TLS with client certificates). Only A's word is signed in itself. What is read has at
 * most 131,072 bytes, and only then is it looked at.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { requestId } from "hono/request-id";
import { addDocumentationRoutes } from "../http/documentation-routes.ts";
import { given } from "../http/endpoint.ts";
import { alwaysSent } from "../http/page.ts";
import { problem, problemResponse } from "../http/problem.ts";
import { type Gate, serve } from "../http/serving.ts";
import { StoreUnavailable } from "../store/store.ts";
import { railDocument, railEndpoints } from "./endpoints.ts";
import { writeJson } from "./message-form.ts";
import type { RailRunner } from "./runner.ts";

const anybody: Gate = async (_, context) => ({ actor: "party", requestId: context.get("requestId") });

export function railDoor(runner: RailRunner, bug: (error: Error) => void): OpenAPIHono {
	const door = new OpenAPIHono();
	door.use(requestId({ headerName: "Request-Id" }), async (context, next) => {
		await next();
		for (const [name, value] of Object.entries(alwaysSent)) context.res.headers.set(name, value);
		context.res.headers.set("request-id", context.get("requestId"));
	});
	door.onError((error) => {
		if (error instanceof StoreUnavailable) return problemResponse(problem("store-unavailable"));
		bug(error);
		return problemResponse(problem("internal"));
	});
	door.notFound(() => problemResponse(problem("route-unknown")));
	const { takeRailMessage, railPayment, railAccounts, live, ready } = railEndpoints;
	serve(door, takeRailMessage, anybody, async ({ body }) => {
		const taken = await runner.take(body);
		return taken.kind === "refused" ? problem(taken.code) : given(null);
	});
	serve(door, railPayment, anybody, async ({ params: { payment } }) => {
		const kept = await runner.kept(payment);
		return kept === undefined ? problem("payment-unknown") : given(JSON.parse(writeJson(kept)));
	});
	serve(door, railAccounts, anybody, async () => {
		const accounts = await runner.balances();
		const sum = accounts.reduce((total, { balance }) => total + balance, 0n);
		return given(JSON.parse(writeJson({ accounts, sum })));
	});
	addDocumentationRoutes(door, railEndpoints, anybody, railDocument);
	serve(door, live, anybody, async () => given("ok"));
	serve(door, ready, anybody, async () => {
		await runner.kept("ready?");
		return given("ok");
	});
	return door;
}
