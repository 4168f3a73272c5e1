/**
 * Settlement: what is read encodes to the same bytes, no changed record counts, no statement that fails to add up; and
 * no changed document of a bank says another amount than its own trailer, or one that is none.
 */
import {
	type Bytes,
	isRefusal,
	readPartyStatement,
	serializePartyStatement,
	toHex,
	toUtf8,
	verifyDeviceRecord,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { chargeStateIn } from "../../packages/operator/src/settle/acquirer.ts";
import { readBankResult } from "../../packages/operator/src/settle/bank-result.ts";
import type { Money } from "../../packages/operator/src/settle/iso/amount.ts";
import { bankDocuments } from "../bank-documents.ts";
import { memoryLimits } from "../memory.ts";
import { settleMaterial } from "../settle-material.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";

const [first, second, , , statement] = (await settleMaterial()) as [Bytes, Bytes, Bytes, Bytes, Bytes];
const [operator, payer] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(3)];
const signed = new Set([first, second].map(toHex));

function record(input: Bytes): Outcome {
	const said = verifyDeviceRecord(input, operator, () => payer, verify);
	if (isRefusal(said)) return said.code;
	if (!signed.has(toHex(input))) throw new Broken("a record that no device signed");
	return "accepted";
}

function stated(input: Bytes): Outcome {
	const said = readPartyStatement(input);
	if (isRefusal(said)) return said.code;
	mustBeSame(serializePartyStatement(said), input);
	const sum = (side: "paid" | "received"): bigint =>
		said.lines.reduce((all, line) => (line.side === side ? all + line.amount : all), 0n);
	if (sum("paid") !== said.paid || sum("received") !== said.received) throw new Broken("it does not add up");
	return "accepted";
}

function bank(money: Money): (input: Bytes) => Outcome {
	return (input) => {
		const said = readBankResult(input, money);
		if (isRefusal(said)) return said.code;
		for (const { amount, says, why } of said) {
			if (amount !== null && amount < 0n) throw new Broken("an amount below zero");
			if ((says === "refused") !== (why !== ""))
				throw new Broken("a refusal without a reason, or a reason without one");
		}
		return "accepted";
	};
}

function document(name: string, seeds: readonly Bytes[], money: Money): Target {
	return {
		name: `settle/${name}`,
		weight: 10,
		memory: { ...memoryLimits, perByte: 4096 },
		open: async () => ({ seeds, form: "text", run: bank(money) }),
	};
}

function target(name: string, seeds: readonly Bytes[], run: (input: Bytes) => Outcome): Target {
	return { name: `settle/${name}`, weight: 2, open: async () => ({ seeds, form: "items", run }) };
}

/** Mutators know text, so that a byte of JIS X 0201 is changed as the half-width kana that it is. */
const asText = (bytes: Bytes): Bytes =>
	toUtf8([...bytes].map((byte) => String.fromCharCode(byte > 0xa0 ? byte - 0xa1 + 0xff61 : byte)).join(""));
const asBytes = (text: Bytes): Bytes =>
	Uint8Array.from(new TextDecoder().decode(text), (each) => {
		const code = each.charCodeAt(0);
		return code >= 0xff61 ? code - 0xff61 + 0xa1 : code;
	});
const readYen = bank({ currency: "JPY", scale: 0 });
const zengin: Target = {
	...document("bank, Zengin", [], { currency: "JPY", scale: 0 }),
	open: async () => ({
		seeds: bankDocuments.zengin.map(asText),
		form: "text",
		run: (input) => readYen(asBytes(input)),
	}),
};

/** Whatever it answers, it is one of the states, and no amount of it is below zero. */
const acquirer: Target = {
	name: "settle/acquirer",
	weight: 1,
	memory: { ...memoryLimits, perByte: 4096 },
	open: async () => ({
		seeds: ['{"state":"captured","amount":"350"}', '{"state":"declined","code":"51"}'].map(toUtf8),
		form: "text",
		run: (input) => {
			const state = chargeStateIn(new TextDecoder().decode(input));
			if (state.kind === "captured" && state.amount < 0n) throw new Broken("an amount below zero");
			return state.kind === "unknown" ? "malformed" : "accepted";
		},
	}),
};

export const settlementTargets: readonly Target[] = [
	target("device record", [first, second], record),
	target("statement", [statement], stated),
	document("bank, XML", bankDocuments.iso, { currency: "EUR", scale: 2 }),
	zengin,
	acquirer,
];
