/**
 * Messages of the account rail: what is read encodes as it was understood, and no party that takes it throws, whatever
 * state its payment is in, posts what another would have to refuse, or says what cannot be sent.
 */
import { generateKey, signerFrom, verify } from "@tenten/module";
import type { Bytes } from "@tenten/protocol";
import {
	exchangeRole,
	payeeAppRole,
	payeeLedgerRole,
	payeeSystemRole,
	payerAppRole,
	payerLedgerRole,
	payerSystemRole,
	type RailEcosystem,
	type RailMessage,
	type Role,
	writeJson,
} from "../../packages/operator/src/index.ts";
import { readMessageText } from "../../packages/operator/src/rail/message-form.ts";
import { Broken, type Target } from "../target.ts";

const key = generateKey("Ed25519", (length) => new Uint8Array(length).fill(5));
const ecosystem: RailEcosystem = {
	payers: { ann: { system: "A", ledger: "C", app: "P", mayPay: true, begins: 900n } },
	payees: { shop: { system: "B", ledger: "D", app: "Q", mayReceive: true, most: null } },
	hub: null,
	keys: { A: key.publicKey },
	rulingKey: null,
	times: { timeout_ms: 9, showing_ms: 1, answer_ms: 1, patience_ms: 5, permit_ms: 3 },
};

/** A party with whatever it keeps. */
type Place = {
	readonly name: string;
	readonly take: (kept: unknown, from: string, body: RailMessage["body"]) => unknown;
};

function place<Kept>({ name, step }: Role<Kept>): Place {
	const moment = { payment: "p", now: 1, fresh: "ab".repeat(32) };
	return {
		name,
		take: (kept, from, body) => {
			if (body.kind === "forward") return kept;
			let stepped = step(kept as Kept | undefined, { kind: "received", from, body }, moment);
			if (stepped.kind === "refused") return kept;
			if (stepped.posting !== null) stepped = step(stepped.kept, { kind: "entered", refusal: null }, moment);
			if (stepped.kind === "refused") throw new Broken("an outcome of a posting was refused");
			for (const [position, send] of stepped.sends.entries()) {
				const body = send.body.kind === "answer" ? { ...send.body, signature: "0".repeat(128) } : send.body;
				const message = { id: `${position}`, from: name, to: send.to, step: send.step, payment: "p", body };
				if (readMessageText(writeJson(message)) === undefined) throw new Broken("said what cannot be sent");
			}
			return stepped.kept;
		},
	};
}

const terms = { payer: "ann", payee: "shop", amount: "300", credit: "reserved" };
const permit = "ab".repeat(32);
const word = { permit, word: "notified", signature: "0".repeat(128) };
const said: readonly (readonly [from: string, to: string, body: object])[] = [
	["user", "P", { kind: "pay", ...terms }],
	["P", "A", { kind: "instruct", ...terms }],
	["A", "B", { kind: "announce", ...terms, ledger: "C" }],
	[
		"B",
		"D",
		{ kind: "askPermit", payee: "shop", amount: "300", credit: "reserved", ledger: "C", system: "A" },
	],
	["D", "B", { kind: "permit", permit }],
	["B", "A", { kind: "accepted", permit, ledger: "D" }],
	["A", "C", { kind: "debit", payer: "ann", amount: "300", credit: "reserved", permit, ledger: "D" }],
	["C", "D", { kind: "credit", permit, amount: "300", credit: "reserved" }],
	["D", "C", { kind: "credited" }],
	["C", "A", { kind: "debited" }],
	["A", "B", { kind: "completed" }],
	["A", "P", { kind: "told", standing: "completed" }],
	["B", "Q", { kind: "told", standing: "reserved" }],
	["P", "A", { kind: "giveUp" }],
	["Q", "B", { kind: "use" }],
	["B", "A", { kind: "confirm" }],
	["A", "B", { kind: "answer", ...word }],
	["B", "D", { kind: "decide", ...word }],
	["D", "C", { kind: "ended", word: "abandoned" }],
	["C", "A", { kind: "recredited" }],
];

// An exchange of tokens for money on an account, in which Y gives the tokens, and what both purses say.
const messages = ["AAAA"];
const lock = "ab".repeat(32);
const release = "cd".repeat(32);
const bound = { payer: "ann", payee: "shop", amount: "300", credit: `release:${lock}` };
const credited = { payee: "shop", amount: "300", credit: bound.credit };
const exchange = { payer: "ann", payee: "shop", amount: "300" };
const exchanged: readonly (readonly [from: string, to: string, body: object])[] = [
	["user", "X", { kind: "exchange", ...exchange }],
	["purse", "X", { kind: "requested", request: lock, messages }],
	["X", "Y", { kind: "offer", ...exchange, messages }],
	["purse", "Y", { kind: "locked", request: lock, lock, messages }],
	["Y", "X", { kind: "handOver", messages }],
	["purse", "X", { kind: "holding", lock, messages }],
	["X", "Y", { kind: "handOver", messages }],
	["B2", "Y", { kind: "held", ...credited }],
	["purse", "Y", { kind: "released", release, messages }],
	["purse", "Y", { kind: "cancelled", messages }],
	["Y", "X", { kind: "handOver", messages }],
	["purse", "X", { kind: "owned" }],
	["purse", "X", { kind: "freed" }],
	["purse", "X", { kind: "waiting" }],
	["X", "A2", { kind: "instruct", ...bound }],
	["A2", "B2", { kind: "announce", ...bound, ledger: "C2" }],
	["B2", "D2", { kind: "askPermit", ...credited, ledger: "C2", system: "A2" }],
	["D2", "B2", { kind: "permit", permit }],
	["B2", "A2", { kind: "accepted", permit, ledger: "D2" }],
	["A2", "C2", { kind: "debit", payer: "ann", amount: "300", credit: bound.credit, permit, ledger: "D2" }],
	["C2", "D2", { kind: "credit", permit, amount: "300", credit: bound.credit }],
	["D2", "C2", { kind: "credited" }],
	["D2", "B2", { kind: "held", ...credited }],
	["C2", "A2", { kind: "debited" }],
	["Y", "B2", { kind: "settle", release }],
	["B2", "D2", { kind: "settle", release }],
	["D2", "C2", { kind: "settled", release }],
	["C2", "A2", { kind: "settled", release }],
	["A2", "X", { kind: "settled", release }],
	["X", "Y", { kind: "begin", ...exchange }],
	["X", "Y", { kind: "giveUp" }],
	["D2", "B2", { kind: "settled", release: null }],
	["X", "purse", { kind: "take", request: lock, messages, release, mayFree: true }],
];
const gateways: RailEcosystem = {
	...ecosystem,
	payers: { ann: { system: "A2", ledger: "C2", app: "X", mayPay: true, begins: 900n } },
	payees: { shop: { system: "B2", ledger: "D2", app: "Y", mayReceive: true, most: null } },
};

const bytesOf = (json: object): Bytes => new Uint8Array(Buffer.from(JSON.stringify(json)));
const asMessage = ([from, to, body]: (typeof said)[number], position: number): object => ({
	id: `${from}.p.${position}`,
	from,
	to,
	step: position,
	payment: "p",
	body,
});
/** What is said of a payment that goes well, and of its end. */
export const railMessages: readonly object[] = said.map(asMessage);
const seeds = [...railMessages, ...exchanged.map(asMessage)].map(bytesOf);
const carried = { kind: "forward", from: "C", to: "D", body: { kind: "credited" } };

const messageTarget: Target = {
	name: "rail/message",
	weight: 4,
	open: async () => {
		const signer = signerFrom(key.privateKey, "Ed25519");
		const places = [
			place(payerAppRole(ecosystem, "P")),
			place(payeeAppRole(ecosystem, "Q")),
			place(payerSystemRole(ecosystem, "A", signer)),
			place(payeeSystemRole(ecosystem, "B")),
			place(payerLedgerRole(ecosystem, "C")),
			place(payeeLedgerRole(ecosystem, "D", verify)),
			place(payerSystemRole(gateways, "A2", signer)),
			place(payeeSystemRole(gateways, "B2")),
			place(payerLedgerRole(gateways, "C2")),
			place(payeeLedgerRole(gateways, "D2", verify)),
			place(exchangeRole(gateways, "X", { isGateway: true, patience_ms: 5 })),
			place(exchangeRole(gateways, "Y", { isGateway: true, patience_ms: 5 })),
		];
		// What each keeps after each message of a payment that goes well.
		const states = new Map<string, unknown[]>(places.map(({ name }) => [name, [undefined]]));
		for (const seed of seeds) {
			const read = readMessageText(Buffer.from(seed).toString());
			const at = places.find(({ name }) => name === read?.to);
			const known = states.get(at?.name ?? "");
			if (read !== undefined && at !== undefined) known?.push(at.take(known.at(-1), read.from, read.body));
		}
		return {
			seeds: [
				...seeds,
				bytesOf({ id: "hub.1", from: "hub", to: "D", step: 11.05, payment: "p", body: carried }),
			],
			form: "text",
			run: (input) => {
				const message = readMessageText(Buffer.from(input).toString());
				if (message === undefined) return "malformed";
				const again = readMessageText(writeJson(message));
				if (writeJson(again) !== writeJson(message)) throw new Broken("read anew, it says something else");
				for (const each of places)
					for (const kept of states.get(each.name) ?? []) each.take(kept, message.from, message.body);
				return "accepted";
			},
		};
	},
};

export const railTargets: readonly Target[] = [messageTarget];
