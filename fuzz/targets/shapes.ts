/**
 * Every shape that a package exports: what it reads, it writes back to the very same bytes.
 *
 * They are found, not listed: a new shape is a target from the moment it is exported.
 */

import type { Message, Shape } from "@tenten/protocol";
import * as protocol from "@tenten/protocol";
import * as heldKeys from "../../packages/module/src/keystore/held-keys.ts";
import * as rows from "../../packages/module/src/rows.ts";
import { harvest, reads } from "../material.ts";
import { runShape, type Target } from "../target.ts";

function isShape(value: unknown): value is Shape<unknown> {
	return typeof value === "object" && value !== null && "read" in value && "write" in value;
}

function shapesOf(folder: string, exported: object): readonly Target[] {
	return Object.entries(exported).flatMap(([name, value]) =>
		isShape(value) ? [shapeTarget(`${folder}/${name}`, value)] : [],
	);
}

function shapeTarget(name: string, shape: Shape<unknown>): Target {
	return {
		name,
		weight: 1,
		open: async () => ({
			seeds: await harvest(reads(shape)),
			form: "items",
			run: (input) => runShape(shape, input),
		}),
	};
}

const kinds = [
	"request",
	"transfer",
	"reserved",
	"release",
	"cancel",
	"refused",
	"done",
	"status",
	"counterTransfer",
	"document",
	"returned",
	"ruling",
] as const satisfies readonly Message["kind"][];

const kindsKnown = new WeakMap<Uint8Array, string>();

/** Of a part of the material: what it is, if it is a message, or that it is refused. Found once for all kinds. */
function kindOf(part: Uint8Array): string {
	const kind = kindsKnown.get(part) ?? protocol.parseMessage(part).kind;
	kindsKnown.set(part, kind);
	return kind;
}

/** Each kind of message from messages of its own. */
const messages = kinds.map((kind): Target => {
	const run = (input: Uint8Array) => {
		const message = protocol.parseMessage(input);
		return protocol.isRefusal(message) ? message.code : runShape(protocol.message, input);
	};
	return {
		name: `message/${kind}`,
		weight: kind === "transfer" || kind === "counterTransfer" ? 4 : 1,
		open: async () => ({ seeds: await harvest((input) => kindOf(input) === kind), form: "items", run }),
	};
});

export const shapeTargets: readonly Target[] = [
	...shapesOf("shape", protocol),
	...shapesOf("row", rows),
	...shapesOf("key", heldKeys),
	...messages,
];
