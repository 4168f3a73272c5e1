/**
 * What is sent: a CloudEvents 1.0 envelope as JSON, under the headers of Standard Webhooks.
 *
 * Secrets follow from the operator's own, the endpoint's id and a number: none is in the database or its copies. A
 * rotated secret signs beside the new one until its time is over, so that a receiver can change over when it likes.
 */
import { createHmac } from "node:crypto";
import { type Bytes, toHex } from "@tenten/protocol";
import type { Due } from "../store/deliveries.ts";
import type { Endpoint } from "../store/webhook-endpoints.ts";

/** The secret of an endpoint by its number, as its receiver is told it: `whsec_` and 32 bytes in base64. */
export function secretText(secret: Bytes, endpoint: Bytes, number: number): string {
	return `whsec_${keyOf(secret, endpoint, number).toString("base64")}`;
}

function keyOf(secret: Bytes, endpoint: Bytes, number: number): Buffer {
	return createHmac("sha256", secret)
		.update(`tenten webhook ${toHex(endpoint)} ${number}`)
		.digest();
}

/** `at` is when it is sent, unix seconds. */
export function headersOf(
	secret: Bytes,
	{ id, secretNumber, oldestSecret, oldestUntil }: Endpoint,
	event: Bytes,
	at: number,
	body: string,
): Readonly<Record<string, string>> {
	const oldest = at < oldestUntil ? oldestSecret : secretNumber;
	const signatures: string[] = [];
	for (let number = secretNumber; number >= oldest; number--) {
		const mac = createHmac("sha256", keyOf(secret, id, number));
		signatures.push(`v1,${mac.update(`${toHex(event)}.${at}.${body}`).digest("base64")}`);
	}
	return {
		"content-type": "application/cloudevents+json",
		"user-agent": "tenten-operator",
		"webhook-id": toHex(event),
		"webhook-timestamp": `${at}`,
		"webhook-signature": signatures.join(" "),
	};
}

/** The same bytes for every attempt. `source` is the operator's address. */
export function envelope(source: string, { event, type, subject, madeAt, data }: Due): string {
	const head = {
		specversion: "1.0",
		id: toHex(event),
		source,
		type,
		time: new Date(madeAt * 1000).toISOString(),
		subject,
		datacontenttype: "application/json",
	};
	// The data is JSON already, as it was written with what it tells of.
	return `${JSON.stringify(head).slice(0, -1)},"data":${data}}`;
}
