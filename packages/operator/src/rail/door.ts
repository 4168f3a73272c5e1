/**
 * The door of a system of the account rail: its messages over HTTP, how a payment stands, and whether it is up.
 *
 * Whoever reaches this door is believed to be whom a message says: it stands on loopback or a private network, behind
 * what knows the other systems (TLS with client certificates). Only A's word is signed in itself. What is read has at
 * most 4,096 bytes, and only then is it looked at.
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { problem, problemResponse } from "../http/problem.ts";
import { StoreUnavailable } from "../store/store.ts";
import { readMessageText, writeJson } from "./message-form.ts";
import type { RailRunner } from "./runner.ts";

const longest = 4_096;
const nothing = (): Response => new Response(null, { status: 204 });

export function railDoor(runner: RailRunner, bug: (error: Error) => void): Hono {
	const door = new Hono();
	door.onError((error) => {
		if (error instanceof StoreUnavailable) return problemResponse(problem("store-unavailable"));
		bug(error);
		return problemResponse(problem("internal"));
	});
	door.notFound(() => problemResponse(problem("route-unknown")));
	const tooLarge = (): Response => problemResponse(problem("too-large"));
	door.post("/v1/messages", bodyLimit({ maxSize: longest, onError: tooLarge }), async (context) => {
		const type = context.req.header("content-type") ?? "";
		if (!/^application\/json(;|$)/.test(type)) return problemResponse(problem("content-type-unknown"));
		const message = readMessageText(await context.req.text());
		if (message === undefined) return problemResponse(problem("malformed"));
		const taken = await runner.take(message);
		return taken.kind === "refused" ? problemResponse(problem(taken.code)) : nothing();
	});
	door.get("/v1/payments/:id", async (context) => {
		const kept = await runner.kept(context.req.param("id"));
		if (kept === undefined) return problemResponse(problem("payment-unknown"));
		return new Response(writeJson(kept), { headers: { "content-type": "application/json" } });
	});
	door.get("/livez", nothing);
	door.get("/readyz", async () => {
		await runner.kept("ready?");
		return nothing();
	});
	return door;
}
