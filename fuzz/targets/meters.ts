/** Ticks: what is read by hand is read as the library would, and written back to the same bytes. */
import {
	decodeItem,
	isRefusal,
	isTick,
	parseMeterMessage,
	readTick,
	serializeMeterMessage,
	writeTick,
} from "@tenten/protocol";
import { harvest } from "../material.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";

function run(input: Uint8Array): Outcome {
	const tick = readTick(input);
	if (isRefusal(tick)) return tick.code;
	if (!isTick(input)) throw new Broken("a tick that does not begin as one");
	const item = decodeItem(input);
	if (!Array.isArray(item) || item.length !== 2 || item[1] !== tick.ticks)
		throw new Broken("a tick that is no item, or another");
	mustBeSame(writeTick(tick.ticks, tick.preimage), input);
	return "accepted";
}

/** What comes on the channel of a meter: a tick, or a message. */
function hear(input: Uint8Array): Outcome {
	if (isTick(input)) return run(input);
	const message = parseMeterMessage(input);
	if (isRefusal(message)) return message.code;
	mustBeSame(serializeMeterMessage(message), input);
	return "accepted";
}

export const meterTargets: readonly Target[] = [
	{
		name: "meter/tick",
		weight: 1,
		open: async () => ({
			seeds: await harvest((input) => run(input) === "accepted"),
			form: "items",
			run,
		}),
	},
	{
		name: "meter/frame",
		weight: 2,
		open: async () => ({
			seeds: await harvest((input) => hear(input) === "accepted"),
			form: "items",
			run: hear,
		}),
	},
];
