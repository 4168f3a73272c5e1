/** Routes of devices and of the parties that answer for them (docs/spec/devices.md): signed messages, each its own proof. */
import { z } from "@hono/zod-openapi";
import { recordBatchMost } from "@tenten/protocol";
import { named } from "./endpoint.ts";
import { assurance, cursor, deviceStanding, hexadecimal, nextCursor, time } from "./schemas.ts";
import { encoding } from "./wallet-endpoints.ts";

const party = hexadecimal.openapi({
	description: "a responsible party: key id of the key that it delegates by",
});
const bytes = z.string().regex(/^([0-9a-f]{2})*$/);
const count = z.string().regex(/^[0-9]{1,19}$/);

/** How a device stands. */
const standing = {
	number: z.int().openapi({ description: "entries of its history" }),
	standing: deviceStanding,
	party,
	movesTo: party.nullable().openapi({ description: "to which party it moves" }),
};

const standingSchema = z.object({ device: hexadecimal, ...standing }).openapi("DeviceStanding");

const entrySchema = z
	.object({
		kind: z.enum(["certified", "suspend", "resume", "transfer", "end"]),
		...standing,
		at: time,
		record: bytes.openapi({ description: "the application or order, as it came, in hexadecimal" }),
		certificate: bytes.nullable().openapi({ description: "what an application was answered with" }),
		assurance: assurance.nullable().openapi({
			description: "of a certificate: how well its key is kept, as a maker that counts here attests",
		}),
		reason: z.string().nullable().openapi({ description: "why its assurance level is not a higher one" }),
	})
	.openapi("DeviceEntry");

const tenureSchema = z
	.object({
		since: time,
		endedAt: time.nullable(),
		place: z.int().openapi({ description: "in the status lists" }),
		granted: count.openapi({ description: "minor units of its slices" }),
		recorded: count.openapi({ description: "minor units that it recorded to have paid" }),
	})
	.openapi("DeviceTenure");

const shownSchema = z
	.object({
		device: hexadecimal,
		...standing,
		standing: z
			.enum([...deviceStanding.options, "none"])
			.openapi({ description: "none: a manager of the party's, and no device of its" }),
		manages: z
			.object({
				standing: z.enum(["active", "suspended"]),
				number: z.int().openapi({ description: "orders of the party that named it as a manager" }),
				devices: z.int().openapi({ description: "devices below it" }),
			})
			.nullable()
			.openapi({ description: "as one that delegates on for the party" }),
		own: z.object({
			party,
			standing: z.enum(["active", "suspended"]),
			events: z.array(z.object({ kind: z.enum(["suspended", "resumed"]), why: z.string(), at: time })),
		}),
		tenures: z.array(tenureSchema),
		history: z.array(entrySchema),
		cursor: nextCursor,
	})
	.openapi("DeviceHistory");

export const deviceEndpoints = named("devices", {
	applyDevice: {
		method: "post",
		path: "/v1/devices",
		summary: "Enrol or renew a device: certifies it over its evidence and its party's delegations",
		access: "anyone",
		takes: { kind: "cose", description: "`deviceApplication`", most: 65_536 },
		keyed: false,
		gives: { kind: "cose", description: "`enrolled`: the certificate and its account" },
		problems: [
			"malformed",
			"too-large",
			"too-deep",
			"too-many",
			"amount-invalid",
			"authority-unknown",
			"signature-invalid",
			"delegation-invalid",
			"delegation-expired",
			"device-suspended",
			"limit-exceeded",
		],
	},
	orderDevice: {
		method: "post",
		path: "/v1/device-orders",
		summary:
			"Suspend, resume, transfer or end a device, or what is below a manager, by the party that answers",
		access: "anyone",
		takes: { kind: "cose", description: "`deviceOrder`", most: 65_536 },
		keyed: false,
		gives: { kind: "json", status: 200, description: "How the device stands", schema: standingSchema },
		problems: [
			...encoding,
			"authority-unknown",
			"signature-invalid",
			"key-unknown",
			"order-mismatch",
			"device-suspended",
		],
	},
	deviceHistory: {
		method: "get",
		path: "/v1/devices/{device}",
		summary: "How a device stands and all that it was, told to who answers for it, or did",
		access: "holder",
		params: { device: hexadecimal.openapi({ description: "key id of the device" }) },
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "json", status: 200, description: "A page of its history", schema: shownSchema },
		problems: [
			"malformed",
			"too-deep",
			"too-many",
			"signature-invalid",
			"authority-unknown",
			"owner-mismatch",
			"request-expired",
		],
	},
	takeRecords: {
		method: "post",
		path: "/v1/device-records",
		summary:
			"Bring what devices recorded of their payments: each is taken once, into the log with the next seal",
		access: "anyone",
		takes: { kind: "cose", description: "`recordBatch`: 1 to 64 records", most: recordBatchMost },
		keyed: false,
		gives: {
			kind: "cose",
			description: "`recordsTaken`: the id of each, and the code where it is not taken",
		},
		problems: ["malformed", "too-large", "too-deep", "too-many", "not-logged"],
	},
	statusList: {
		method: "get",
		path: "/v1/status-lists/{number}",
		summary: "Which devices and parties lost their standing: a signed status list",
		access: "anyone",
		params: {
			number: z
				.string()
				.regex(/^(0|[1-9][0-9]{0,4})$/)
				.openapi({ description: "a place divided by 65,536, rounded down" }),
		},
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "bytes",
			type: "application/statuslist+cwt",
			description: "a Token Status List as a CWT",
		},
		problems: ["status-list-unknown"],
	},
});
