/** Vectors of what wallets say of the signed lists that they hold, and hand on. */
import { serializeListMessage } from "../../packages/protocol/src/index.ts";
import { also, type Structure } from "./structure-cases.ts";
import { bytesOf } from "./world.ts";

const operator = bytesOf("operator");
const held = { list: "statusList", operator, number: 65_535, mark: 1_800_000_000 } as const;
const others = [
	{ list: "trustList", operator, number: 0, mark: 7 },
	{ list: "freezeList", operator, number: 0, mark: 3 },
] as const;

export const listStructure: Structure = also(
	{
		name: "listMessage",
		encodings: [
			["held", serializeListMessage({ kind: "held", answers: true, lists: [held, ...others] })],
			["held, which is an answer", serializeListMessage({ kind: "held", answers: false, lists: [] })],
			["handed", serializeListMessage({ kind: "handed", list: "trustList", encoded: operator })],
		],
	},
	["type-unknown", "kind 15", [0], 15],
	["malformed", "whether it answers as a number", [1], 1],
	["malformed", "a list of kind 4", [2, 0, 0], 4],
	["malformed", "list 65,536", [2, 0, 2], 65_536],
	["malformed", "a mark below zero", [2, 0, 3], -1],
	["too-many", "65 lists", [2], new Array(65).fill(0)],
);
