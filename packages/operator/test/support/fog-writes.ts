/** Every durable write of a gateway whose store has three records, one of them acknowledged and one set aside as too early. */
import assert from "node:assert/strict";
import type { Bytes } from "@tenten/protocol";
import type { KeptRecord } from "../../src/fog/index.ts";
import type { FogScene, OpenGateway } from "./fog-scene.ts";

export const keep = (...records: readonly Bytes[]) =>
	({ kind: "keep", records: records.map((record) => ({ record, proof: null })) }) as const;

const idOf = ([record]: readonly KeptRecord[]): Bytes => record?.id ?? new Uint8Array();

/** Brings a fresh store to where the writes begin. */
export async function prepareForWrites(scene: FogScene, { store, lists, ask }: OpenGateway): Promise<void> {
	await lists.refresh();
	await ask(keep(await scene.record({ amount: 1n })));
	await ask({ kind: "keepTokens", tokens: [scene.held.before] });
	const { now } = scene.ecosystem.clock;
	await store.noteAnswers([{ id: idOf(store.waiting(1)), code: null }], now);
	await ask(keep(await scene.record(), await scene.record({ amount: 2n })));
	await store.noteAnswers([{ id: idOf(store.waiting(2).slice(1)), code: "record-early" }], now);
}

/** Every durable write of a gateway, and how one sees whether it is there. */
export const fogWrites = (
	scene: FogScene,
): Readonly<
	Record<
		string,
		{
			readonly write: (gateway: OpenGateway) => Promise<unknown>;
			readonly isThere: (again: OpenGateway) => boolean;
		}
	>
> => ({
	"a record": {
		write: async ({ ask }) => ask(keep(await scene.record({ amount: 77n }))),
		isThere: ({ store }) => store.count().kept === 4,
	},
	"an acknowledgement": {
		write: ({ store }) =>
			store.noteAnswers([{ id: idOf(store.waiting(9)), code: null }], scene.ecosystem.clock.now),
		isThere: ({ store }) => store.waiting(9).length === 0,
	},
	"a record set aside": {
		write: ({ store }) =>
			store.noteAnswers([{ id: idOf(store.waiting(1)), code: "malformed" }], scene.ecosystem.clock.now),
		isThere: ({ store }) => store.count().refused === 2,
	},
	"an answer about two records, one of which was early": {
		write: ({ store }) => {
			const { now } = scene.ecosystem.clock;
			const [waiting, due] = [idOf(store.waiting(1)), idOf(store.due(now, 1))];
			return store.noteAnswers(
				[
					{ id: due, code: null },
					{ id: waiting, code: "malformed" },
				],
				now,
			);
		},
		isThere: ({ store }) => store.count().waiting === 0 && store.count().refused === 1,
	},
	"what is forgotten": {
		write: ({ store }) => store.forget(scene.ecosystem.clock.now + 1),
		isThere: ({ store }) => store.count().kept === 2,
	},
	"an approval": {
		write: async ({ ask }) =>
			ask({
				kind: "approve",
				request: (await scene.request()).encoded,
				payer: scene.payer.certificate.encoded,
				amount: 300n,
			}),
		isThere: ({ store }) => store.count().approvals === 1,
	},
	"a token in the place of the one that it was made of": {
		write: ({ ask }) => ask({ kind: "keepTokens", tokens: [scene.held.after] }),
		isThere: ({ store }) => {
			const { device, party, after } = scene.held;
			const [only, ...more] = store.tokensOf({ device, party, after: null }, 9);
			assert.deepEqual(more, []);
			return only !== undefined && Buffer.compare(only.token, after) === 0;
		},
	},
	"a list": {
		write: ({ store }) => store.keepList("freezeList", { encoded: Uint8Array.of(7), at: 7 }),
		isThere: ({ store }) => store.list("freezeList")?.at === 7,
	},
});
