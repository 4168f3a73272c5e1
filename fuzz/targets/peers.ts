/**
 * What comes back from another operator: whoever meddles with an answer, what is believed is what was signed, and a
 * page of debts is one or none.
 */
import { type Bytes, decodeItem, encodeItem, equalBytes, isRefusal } from "@tenten/protocol";
import { createWorld } from "../../packages/module/test/support/world.ts";
import { debtPageIn } from "../../packages/operator/src/http/schemas.ts";
import { hearAnswer, signAnswer, signRequest } from "../../packages/operator/src/peers/message-signature.ts";
import { Broken, type Target } from "../target.ts";

const amount = { value: "5", asset: "JPY", scale: 0 };
const debt = { culprit: "ab".repeat(32), caseFiles: ["cd".repeat(32)], drawn: amount, owed: amount };
const body: Bytes = new Uint8Array(Buffer.from(JSON.stringify({ debts: [debt], cursor: null })));
const names = ["content-type", "content-digest", "signature-input", "signature"] as const;
const isHeader = (value: unknown): value is string =>
	typeof value === "string" && /^[\x20-\x7e]*$/.test(value);

const answers: Target = {
	name: "peer/answer of a peer",
	weight: 3,
	open: async () => {
		const { operator, other, trust, now } = await createWorld();
		const headers = new Headers({ "content-type": "application/json" });
		const plain = { method: "POST", target: `${other.entry.url}/v1/peers/debts`, headers, body };
		const asked = await signRequest(plain, { signer: operator.ruling, now, nonce: "n" });
		const request = { ...plain, headers: asked };
		const given = { status: 200, headers, body };
		const signed = await signAnswer(given, request, { signer: other.ruling, now, nonce: "n" });
		return {
			seeds: [encodeItem([200, names.map((name) => signed.get(name) ?? ""), body])],
			form: "items",
			run: async (input) => {
				const item = decodeItem(input, 1 << 20);
				if (isRefusal(item)) return item.code;
				const [status, fields, said] = itemsOf(item);
				const values = itemsOf(fields);
				if (typeof status !== "number" || !(said instanceof Uint8Array) || !values.every(isHeader))
					return "no-answer";
				const heads = new Headers(names.map((name, i) => [name, `${values[i] ?? ""}`]));
				const heard = await hearAnswer({ status, headers: heads, body: said }, request, trust, now);
				const page = debtPageIn(said);
				if (heard.kind === "unheard") return page === undefined ? heard.why : "page";
				if (status !== 200 || !equalBytes(said, body)) throw new Broken("believed, and never signed");
				return "accepted";
			},
		};
	},
};

function itemsOf(item: unknown): readonly unknown[] {
	return Array.isArray(item) ? item : [];
}

export const peerTargets: readonly Target[] = [answers];
