/** Settlement: what is read encodes to the same bytes, no changed record counts, and no statement that fails to add up. */
import {
	type Bytes,
	isRefusal,
	readPartyStatement,
	serializePartyStatement,
	toHex,
	verifyDeviceRecord,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { settleMaterial } from "../settle-material.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";

const [first, second, statement] = (await settleMaterial()) as [Bytes, Bytes, Bytes];
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

function target(name: string, seeds: readonly Bytes[], run: (input: Bytes) => Outcome): Target {
	return { name: `settle/${name}`, weight: 2, open: async () => ({ seeds, form: "items", run }) };
}

export const settlementTargets: readonly Target[] = [
	target("device record", [first, second], record),
	target("statement", [statement], stated),
];
