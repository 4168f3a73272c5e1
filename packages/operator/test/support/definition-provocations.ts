/** How each code is provoked of the routes by which definitions come to be. */
import { definitionDraft, definitionId, serialize, sha256 } from "@tenten/protocol";
import { day } from "../../../module/test/support/world.ts";
import { draftOf, termsOf } from "./licensed.ts";
import type { Provocations } from "./message-provocations.ts";
import type { Served } from "./served.ts";
import {
	approve,
	freshCode,
	keyFor,
	proposed,
	publish,
	sendTo,
	signatureOf,
	signed,
	unsignedDraft,
} from "./signing.ts";

const nowhere = "0".repeat(64);
const unreadable = Uint8Array.of(0xff);
const tooLong = new Uint8Array(400_000);
const soon = 10;

async function propose(s: Served, body: Uint8Array, headers: Readonly<Record<string, string>> = {}) {
	const key = await keyFor(s.licensed, "issuer");
	return sendTo(s.licensed, "POST", "/v1/definitions", { ...key, ...headers }, body);
}

/** A draft of a fresh code, signed by whom the certifier certified as what. */
async function oddlySigned(
	{ licensed: { ecosystem }, stranger }: Served,
	how: "stranger" | "role" | "signature",
): Promise<Uint8Array> {
	const draft = await unsignedDraft(ecosystem, { body: { code: freshCode() } });
	const id = definitionId(draft.body);
	const certifier = how === "stranger" ? stranger.operator : ecosystem.operator;
	const signature = await signatureOf(
		how === "signature" ? sha256(id) : id,
		"proposed",
		certifier,
		how === "role" ? "approved" : "proposed",
	);
	return serialize(definitionDraft, { ...draft, approvals: [signature] });
}

/** Asks once this long has passed. */
async function after(s: Served, seconds: number, ask: () => Promise<Response>): Promise<Response> {
	const { clock } = s.licensed.ecosystem;
	clock.now += seconds;
	try {
		return await ask();
	} finally {
		clock.now -= seconds;
	}
}

async function oddlyApproved(s: Served, how: "stranger" | "role" | "signature"): Promise<Response> {
	const { bytes } = await proposed(s.licensed);
	const certifier = how === "stranger" ? s.stranger.operator : s.licensed.ecosystem.operator;
	const by = await signatureOf(
		how === "signature" ? sha256(bytes) : bytes,
		"approved",
		certifier,
		how === "role" ? "proposed" : "approved",
	);
	return approve(s.licensed, bytes, { by });
}

async function approvedTwice(s: Served, options: Parameters<typeof proposed>[1] = {}) {
	const draft = await proposed(s.licensed, options);
	await approve(s.licensed, draft.bytes);
	await approve(s.licensed, draft.bytes);
	return draft;
}

export const proposing: Provocations = {
	"content-type-unknown": (s) => propose(s, unreadable, { "content-type": "text/html" }),
	"too-large": (s) => propose(s, tooLong),
	malformed: (s) => propose(s, unreadable),
	"approval-missing": async ({ licensed, ...s }) => {
		const draft = await unsignedDraft(licensed.ecosystem, { body: { code: freshCode() } });
		return propose({ licensed, ...s }, await signed(licensed.ecosystem, draft, "approved"));
	},
	"authority-unknown": async (s) => propose(s, await oddlySigned(s, "stranger")),
	"certificate-role": async (s) => propose(s, await oddlySigned(s, "role")),
	"signature-invalid": async (s) => propose(s, await oddlySigned(s, "signature")),
	"certificate-expired": async (s) => {
		const draft = await draftOf(s.licensed.ecosystem, { body: { code: freshCode() }, parts: ["proposed"] });
		return after(s, 20_000 * day, () => propose(s, draft));
	},
	"licence-invalid": async (s) => {
		const body = { code: freshCode(), ceiling: 10_001n };
		return propose(s, await draftOf(s.licensed.ecosystem, { body, parts: ["proposed"] }));
	},
	"order-mismatch": async (s) => {
		const body = { code: freshCode(), version: 2 };
		return propose(s, await draftOf(s.licensed.ecosystem, { body, parts: ["proposed"] }));
	},
	"asset-mismatch": async (s) => {
		const code = freshCode();
		await s.licensed.ecosystem.operator.adoptDefinition(
			await draftOf(s.licensed.ecosystem, { body: { code } }),
		);
		const body = { code, version: 2, scale: 2 };
		return propose(s, await draftOf(s.licensed.ecosystem, { body, parts: ["proposed"] }));
	},
	"asset-unknown": async (s) => {
		const body = { code: freshCode(), operator: s.stranger.operator.id };
		return propose(s, await draftOf(s.licensed.ecosystem, { body, parts: ["proposed"] }));
	},
};

export const approving: Provocations = {
	"content-type-unknown": async (s) => {
		const key = { ...(await keyFor(s.licensed, "approver")), "content-type": "text/html" };
		return sendTo(s.licensed, "POST", `/v1/definitions/${nowhere}/approvals`, key, unreadable);
	},
	"too-large": async (s) =>
		sendTo(
			s.licensed,
			"POST",
			`/v1/definitions/${nowhere}/approvals`,
			await keyFor(s.licensed, "approver"),
			tooLong,
		),
	malformed: async (s) =>
		sendTo(
			s.licensed,
			"POST",
			`/v1/definitions/${nowhere}/approvals`,
			await keyFor(s.licensed, "approver"),
			unreadable,
		),
	"approval-missing": async (s) => {
		const { bytes } = await proposed(s.licensed);
		const headers = await keyFor(s.licensed, "approver");
		await approve(s.licensed, bytes, { headers });
		return approve(s.licensed, bytes, { headers });
	},
	"authority-unknown": (s) => oddlyApproved(s, "stranger"),
	"certificate-role": (s) => oddlyApproved(s, "role"),
	"signature-invalid": (s) => oddlyApproved(s, "signature"),
	"definition-unknown": (s) => approve(s.licensed, new Uint8Array(32)),
	"definition-decided": async (s) => approve(s.licensed, (await approvedTwice(s)).bytes),
};

export const publishing: Provocations = {
	malformed: async (s) =>
		sendTo(s.licensed, "POST", "/v1/definitions/none/publish", await keyFor(s.licensed, "issuer")),
	"definition-unknown": (s) => publish(s.licensed, new Uint8Array(32)),
	"approval-missing": async (s) => publish(s.licensed, (await proposed(s.licensed)).bytes),
	"certificate-expired": async (s) => {
		const { bytes } = await approvedTwice(s);
		return after(s, 20_000 * day, () => publish(s.licensed, bytes));
	},
	"licence-invalid": async (s) => {
		const { until: _, ...terms } = termsOf(s.licensed.ecosystem);
		const until = s.licensed.ecosystem.clock.now + soon;
		const { bytes } = await approvedTwice(s, { terms: { ...terms, until } });
		return after(s, soon, () => publish(s.licensed, bytes));
	},
	"order-mismatch": async (s) => {
		const first = await approvedTwice(s);
		const second = await approvedTwice(s, { body: { code: first.code, nameEn: "another" } });
		await publish(s.licensed, first.bytes);
		return publish(s.licensed, second.bytes);
	},
};

export const withdrawing: Provocations = {
	malformed: async (s) =>
		sendTo(s.licensed, "DELETE", "/v1/definitions/none", await keyFor(s.licensed, "issuer")),
	"definition-unknown": async (s) =>
		sendTo(s.licensed, "DELETE", `/v1/definitions/${nowhere}`, await keyFor(s.licensed, "issuer")),
	"definition-decided": async (s) => {
		const { id, bytes } = await approvedTwice(s);
		await publish(s.licensed, bytes);
		return sendTo(s.licensed, "DELETE", `/v1/definitions/${id}`, await keyFor(s.licensed, "issuer"));
	},
};

const list = "/v1/licences/status-lists";

export const bringingLists: Provocations = {
	malformed: async (s) => sendTo(s.licensed, "POST", list, await keyFor(s.licensed, "issuer"), { token: 1 }),
	"too-large": async (s) =>
		sendTo(s.licensed, "POST", list, await keyFor(s.licensed, "issuer"), { token: "x".repeat(70_000) }),
	"content-type-unknown": async (s) =>
		sendTo(s.licensed, "POST", list, await keyFor(s.licensed, "issuer"), unreadable),
	"licence-invalid": async (s) =>
		sendTo(s.licensed, "POST", list, await keyFor(s.licensed, "issuer"), { token: "none" }),
};

export const stopping = (word: "stop" | "allow"): Provocations => ({
	malformed: async (s) =>
		sendTo(s.licensed, "POST", `/v1/issues/${"x".repeat(65)}/${word}`, await keyFor(s.licensed, "approver")),
	"asset-unknown": async (s) =>
		sendTo(s.licensed, "POST", `/v1/issues/XYZ/${word}`, await keyFor(s.licensed, "approver")),
});
