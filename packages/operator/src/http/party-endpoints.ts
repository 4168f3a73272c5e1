/** Routes by which people say who answers for devices, and up to which budgets (docs/spec/devices.md#responsible-parties). */
import { z } from "@hono/zod-openapi";
import { limits } from "@tenten/protocol";
import { named } from "./endpoint.ts";
import { assurance, cursor, deviceStanding, hexadecimal, nextCursor, time } from "./schemas.ts";

const digits = /^[1-9][0-9]{0,18}$/;
const minorUnits = z
	.string()
	.regex(digits)
	// Asked of what the pattern refused as well.
	.refine((text) => digits.test(text) && BigInt(text) <= limits.amount)
	.openapi({ description: "minor units, of whatever asset" });
const standing = z.enum(["active", "suspended"]);
const why = z.string().min(1).max(256);
const reset = z
	.int()
	.min(1)
	.max(2 ** 32)
	.openapi({ description: "no other budget ever had this number" });

const partySchema = z
	.object({
		party: hexadecimal.openapi({ description: "key id of the key that it delegates by" }),
		standing,
		place: z.int().openapi({ description: "in the status lists" }),
	})
	.openapi("Party");

const budgetSchema = z.object({ reset, amount: minorUnits, grantedAt: time }).openapi("PartyBudget");

const knownSchema = partySchema
	.extend({
		budgets: z.array(budgetSchema).openapi({ description: "the newest hundred, newest first" }),
		devices: z
			.array(
				z.object({
					device: hexadecimal,
					standing: deviceStanding,
					number: z.int().openapi({ description: "entries of its history" }),
					place: z.int().openapi({ description: "in the status lists" }),
					assurance: assurance,
					reason: z
						.string()
						.nullable()
						.openapi({ description: "why its assurance level is not a higher one" }),
				}),
			)
			.openapi({ description: "the newest hundred that answer to it, newest first" }),
		nextReset: reset.openapi({ description: "under which the next budget of anybody is granted" }),
		events: z.array(
			z.object({
				number: z.int(),
				kind: z.enum(["added", "granted", "suspended", "resumed", "opened"]),
				detail: z.string(),
				at: time,
			}),
		),
		cursor: nextCursor,
	})
	.openapi("KnownParty");

const openedSchema = z
	.object({
		name: z.string(),
		opening: hexadecimal.openapi({ description: "with the name, what the commitment is made of" }),
		commitment: hexadecimal.openapi({ description: "as its devices' certificates carry it" }),
	})
	.openapi("OpenedParty");

const party = { party: hexadecimal };
const done = <T extends z.ZodType>(description: string, schema: T) =>
	({ kind: "json", status: 200, description, schema }) as const;

export const partyEndpoints = named("management", {
	addParty: {
		method: "post",
		path: "/v1/parties",
		summary: "Add who answers for devices, by the key that it delegates by; the same again changes nothing",
		access: "manageParties",
		takes: {
			kind: "json",
			description: "the key, as a COSE_Key in hexadecimal, and who it is, as only this operator knows",
			schema: z.object({
				key: z.string().regex(/^([0-9a-f]{2}){1,256}$/),
				name: z.string().min(1).max(256),
			}),
		},
		keyed: false,
		gives: { kind: "json", status: 201, description: "The party", schema: partySchema },
		problems: ["key-refused", "party-known"],
	},
	parties: {
		method: "get",
		path: "/v1/parties",
		summary: "Who answers for devices, in the order of their ids",
		access: "readBooks",
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: done(
			"A page of parties, and the cursor of the next one",
			z.object({ parties: z.array(partySchema), cursor: nextCursor }),
		),
		problems: ["malformed"],
	},
	party: {
		method: "get",
		path: "/v1/parties/{party}",
		summary: "A party with its budgets, and what happened to it",
		access: "readBooks",
		params: party,
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: done("The party, with a page of what happened to it", knownSchema),
		problems: ["malformed", "party-unknown"],
	},
	grantBudget: {
		method: "post",
		path: "/v1/parties/{party}/budgets",
		summary: "Grant a party a budget under the next number; the same again changes nothing",
		access: "manageParties",
		params: party,
		takes: {
			kind: "json",
			description: "the number and the amount",
			schema: z.object({ reset, amount: minorUnits }),
		},
		keyed: false,
		gives: { kind: "json", status: 201, description: "The budget", schema: budgetSchema },
		problems: ["party-unknown", "budget-taken"],
	},
	setPartyStanding: {
		method: "post",
		path: "/v1/parties/{party}/standing",
		summary: "Suspend a party with all of its devices, or let it act again",
		access: "manageParties",
		params: party,
		takes: {
			kind: "json",
			description: "how it stands from now on, and why",
			schema: z.object({ standing, why }),
		},
		keyed: false,
		gives: done("The party", partySchema),
		problems: ["party-unknown"],
	},
	openParty: {
		method: "post",
		path: "/v1/parties/{party}/open",
		summary: "Tell who a party is: an act that stays in the audit log and in the party's history",
		access: "manageParties",
		params: party,
		takes: { kind: "json", description: "why it is asked, by which law or order", schema: z.object({ why }) },
		keyed: false,
		gives: done("Who it is, and what proves it", openedSchema),
		problems: ["party-unknown"],
	},
});
