/** Routes for the keys that sign certificates, issues and rulings: JSON, for administrators. */
import { z } from "@hono/zod-openapi";
import { purposes } from "../key-ring.ts";
import { named } from "./endpoint.ts";
import { hexadecimal, signingKeySchema, time } from "./schemas.ts";

const purpose = z.enum(purposes);
const key = z.object({ signingKey: signingKeySchema });

export const signingKeyEndpoints = named("management", {
	signingKeys: {
		method: "get",
		path: "/v1/signing-keys",
		summary: "Keys that sign, or did, by purpose and in the order in which they sign",
		access: "rotateKeys",
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "Every key that there ever was",
			schema: z.object({ signingKeys: z.array(signingKeySchema) }),
		},
		problems: [],
	},
	rotateSigningKey: {
		method: "post",
		path: "/v1/signing-keys",
		summary: "List a new key, which signs from a date on",
		access: "rotateKeys",
		takes: {
			kind: "json",
			description: "what it signs, and from when",
			schema: z.object({
				purpose,
				signsFrom: time
					.nullable()
					.openapi({ description: "null: once every trust list that is valid then has it" }),
			}),
		},
		keyed: false,
		gives: { kind: "json", status: 201, description: "The new key", schema: key },
		problems: ["signing-key-pending", "signing-key-full"],
	},
	retireSigningKey: {
		method: "post",
		path: "/v1/signing-keys/{id}/retire",
		summary: "Take a key off the trust list of which nothing counts any more",
		access: "rotateKeys",
		params: { id: hexadecimal },
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "json", status: 200, description: "The key, retired now or before", schema: key },
		problems: ["signing-key-unknown", "signing-key-needed"],
	},
	distrustSigningKey: {
		method: "post",
		path: "/v1/signing-keys/{id}/distrust",
		summary: "Believe a key no more, from a date on, whatever it signed",
		access: "rotateKeys",
		params: { id: hexadecimal },
		takes: { kind: "json", description: "from when", schema: z.object({ from: time }) },
		keyed: false,
		gives: { kind: "json", status: 200, description: "The key", schema: key },
		problems: ["signing-key-unknown", "signing-key-needed"],
	},
});
