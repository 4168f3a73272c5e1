/** The doors of a toll beside the API: where its wallet takes bundles, and where one asks how far a payment is. */
import { Hono } from "hono";
import type { Handle } from "../transport/channel.ts";
import { handoverApp } from "../transport/http-server.ts";

/**
 * How far a payment is: nothing of it came yet (`open`), set aside (`reserved`), taken (`paid`), its handler runs or
 * its operator is asked (`running`), it has its answer, or had it (`gone`).
 */
export type PaymentStatus = "unknown" | "open" | "reserved" | "paid" | "running" | "answered" | "gone";

/** where the doors are, on the server whose calls are paid */
export const tollAddress = "/.tenten";

const paymentsPath = "/v1/payments";

export function paymentPath(payment: string): string {
	return `${tollAddress}${paymentsPath}/${payment}`;
}

export function tollDoors(handle: Handle, statusOf: (payment: string) => PaymentStatus): Hono {
	const app = new Hono();
	// Nothing that a payment could be taken with is told: an id is no secret.
	app.get(paymentPath(":payment"), (context) => {
		const payment = context.req.param("payment") ?? "";
		const status = statusOf(payment);
		const headers = { "cache-control": "no-store" };
		return Response.json({ payment, status }, { status: status === "unknown" ? 404 : 200, headers });
	});
	app.route(tollAddress, handoverApp(handle));
	return app;
}
