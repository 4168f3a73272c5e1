/**
 * Signed lists as any peer hands them on: what is read encodes to the same bytes, and a module that is shown any message
 * about lists holds what its operator signed and nothing else, and answers with no more than a message may hold.
 */
import { SecureModule } from "@tenten/module";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	parseListMessage,
	serializeListMessage,
	sha256,
} from "@tenten/protocol";
import { memoryStore } from "@tenten/wallet";
import { statusList } from "../../packages/module/test/support/status-lists.ts";
import { createWorld, expectValue } from "../../packages/module/test/support/world.ts";
import { heldLists, listMaterial } from "../list-material.ts";
import { serverMemory } from "../memory.ts";
import { Broken, mustBeSame, outcomeOf, type Target } from "../target.ts";

const world = await createWorld({ seed: "lists" });
const takesAll = { consider: async () => ({}) };

const message: Target = {
	name: "lists/message",
	weight: 1,
	open: async () => ({
		seeds: await listMaterial(world),
		form: "items",
		run: (input) => {
			const read = parseListMessage(input);
			if (isRefusal(read)) return read.code;
			mustBeSame(serializeListMessage(read), input);
			return "accepted";
		},
	}),
};

/** What its operator signed, the first of it held from the beginning. */
async function signedLists(): Promise<readonly Bytes[]> {
	const first = await statusList(world, { suspended: [1] });
	const later = await statusList(world, { suspended: [1, 2], issuedAt: world.now + 5 });
	return [first, later, await statusList(world, { suspended: [2] })];
}

const toModule: Target = {
	name: "lists/handed to a module",
	weight: 4,
	memory: serverMemory,
	open: async () => {
		const signed = await signedLists();
		const [first = new Uint8Array()] = signed;
		const module = expectValue(
			await SecureModule.open({
				store: memoryStore(),
				unlock: { kind: "device", key: sha256(Uint8Array.of(9)) },
				now: () => world.now,
				random: (length) => world.random().slice(0, length),
			}),
		);
		expectValue(await module.setTrustList(world.encodedList, world.operator.id));
		const handed = signed.map((encoded) =>
			serializeListMessage({ kind: "handed", list: "statusList", encoded }),
		);
		const { version } = expectValue(module.trust).list;
		return {
			seeds: [...(await listMaterial(world)), ...handed, heldLists(world)],
			form: "items",
			run: async (input) => {
				await module.devices.takeStatusList(first);
				const refusal = await module.lists.take(input);
				const answers = await module.handle([input, input], takesAll);
				const held = module.devices.statusLists();
				const isTheirs = held.every((list) => signed.some((known) => equalBytes(known, list)));
				if (!isTheirs || held.length !== 1) throw new Broken("a list that its operator did not sign");
				if (expectValue(module.trust).list.version !== version) throw new Broken("another trust list");
				const bytes = answers.reduce((sum, { length }) => sum + length, 0);
				if (bytes > 2 * limits.message) throw new Broken(`${bytes} bytes for ${input.length}`);
				const read = parseListMessage(input);
				return !isRefusal(read) && read.kind === "held" ? "accepted" : outcomeOf(refusal);
			},
			close: () => module.close(),
		};
	},
};

export const listTargets: readonly Target[] = [message, toModule];
