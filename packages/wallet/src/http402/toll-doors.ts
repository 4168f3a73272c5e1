/** The doors of a toll beside the API: where its wallet takes bundles, and where one asks how far a payment or a call is. */
import { Hono } from "hono";
import type { Handle } from "../transport/channel.ts";
import { handoverApp } from "../transport/http-server.ts";
import { meterHeader } from "./meter-call.ts";
import { callPath, paymentPath, tollAddress } from "./toll-paths.ts";

/**
 * How far a payment is: nothing of it came yet (`open`), set aside (`reserved`), taken (`paid`), its handler runs or
 * its operator is asked (`running`), it has its answer, or had it (`gone`).
 */
export type PaymentStatus = "unknown" | "open" | "reserved" | "paid" | "running" | "answered" | "gone";

export type Statuses = {
	readonly payment: (payment: string) => PaymentStatus;
	/** of a call by meter; `shown`: the header of its tick */
	readonly call: (call: string, shown: string) => PaymentStatus;
};

export function tollDoors(handle: Handle, statuses: Statuses): Hono {
	const app = new Hono();
	// Nothing that a payment could be taken with is told: an id is no secret.
	app.get(paymentPath(":payment"), (context) => {
		const payment = context.req.param("payment") ?? "";
		return told({ payment, status: statuses.payment(payment) });
	});
	app.get(callPath(":call"), (context) => {
		const call = context.req.param("call") ?? "";
		return told({ call, status: statuses.call(call, context.req.header(meterHeader) ?? "") });
	});
	app.route(tollAddress, handoverApp(handle));
	return app;
}

function told(said: { readonly status: PaymentStatus; readonly [about: string]: string }): Response {
	const headers = { "cache-control": "no-store" };
	return Response.json(said, { status: said.status === "unknown" ? 404 : 200, headers });
}
