/**
 * Hand-over by HTTP, the side that is called: `POST /v1/handover`, a bundle each way as `application/cose`.
 *
 * Everything about a body is checked before the module sees a message of it: its type, its length, its one
 * encoding. What the module makes of the messages is in its answers, never in the status.
 */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { bundleType, decodeBundle, encodeBundle, handoverPath, maximumBundleBytes } from "./bundle.ts";
import type { Handle } from "./channel.ts";
import { problem, refusalProblem } from "./problem.ts";

/**
 * An app for any server that Hono runs on; mount it at the root of the address that requests name. What
 * `handle` throws is told to `report` and to nobody else.
 */
export function handoverApp(handle: Handle, report: (error: Error) => void = () => undefined): Hono {
	const app = new Hono();
	app.post(
		handoverPath,
		async (context, next) => (isBundle(context) ? next() : unsupported()),
		bodyLimit({ maxSize: maximumBundleBytes, onError: tooLarge }),
		async (context) => {
			const messages = decodeBundle(new Uint8Array(await context.req.arrayBuffer()));
			if (isRefusal(messages)) return refused(messages);
			const answers = encodeBundle(await handle(messages));
			return new Response(Uint8Array.from(answers), { headers: { "content-type": bundleType } });
		},
	);
	app.all(handoverPath, methodNotAllowed);
	app.notFound(notFound);
	app.onError((error) => {
		report(error);
		return failed();
	});
	return app;
}

function isBundle(context: Context): boolean {
	const type = context.req.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
	return type === bundleType && context.req.header("content-encoding") === undefined;
}

const unsupported = (): Response =>
	refusalProblem(415, `The body must be ${bundleType}, not encoded any further`, "type-unknown");

const tooLarge = (): Response => refusalProblem(413, "The bundle is too large", "too-large");

function refused(refusal: Refusal): Response {
	return refusal.code === "too-large" || refusal.code === "too-many"
		? refusalProblem(413, "The bundle is too large", refusal.code)
		: refusalProblem(400, "The body is no bundle", refusal.code);
}

const methodNotAllowed = (): Response =>
	problem(
		{
			status: 405,
			title: "Bundles are posted",
			code: "method-not-allowed",
			retryable: false,
			fundsState: "safe",
			nextAction: "send POST",
		},
		{ allow: "POST" },
	);

const notFound = (): Response =>
	problem({
		status: 404,
		title: "Nothing is here",
		code: "not-found",
		retryable: false,
		fundsState: "safe",
		nextAction: `send to ${handoverPath}`,
	});

/** A bug of ours: the module may have acted before it. */
const failed = (): Response =>
	problem({
		status: 500,
		title: "The wallet failed",
		code: "internal",
		retryable: true,
		fundsState: "unknown",
		nextAction: "send the same again: it is answered as the first time",
	});
