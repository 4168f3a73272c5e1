/** Every durable write of a gateway whose store has three records, one of them acknowledged and one set aside as too early. */
import type { Bytes } from "@tenten/protocol";
import type { FogScene, OpenGateway } from "./fog-scene.ts";

export const keep = (...records: readonly Bytes[]) =>
	({ kind: "keep", records: records.map((record) => ({ record, proof: null })) }) as const;

/** Brings a fresh store to where the writes begin. */
export async function prepareForWrites(scene: FogScene, { store, lists, ask }: OpenGateway): Promise<void> {
	await lists.refresh();
	await ask(keep(await scene.record({ amount: 1n })));
	await store.acknowledge([store.waiting(1)[0]?.id as Bytes], scene.ecosystem.clock.now);
	await ask(keep(await scene.record(), await scene.record({ amount: 2n })));
	await store.setAside(store.waiting(2)[1]?.id as Bytes, "record-early");
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
		write: ({ store }) => store.acknowledge([store.waiting(9)[0]?.id as Bytes], scene.ecosystem.clock.now),
		isThere: ({ store }) => store.waiting(9).length === 0,
	},
	"a record set aside": {
		write: ({ store }) => store.setAside(store.waiting(1)[0]?.id as Bytes, "malformed"),
		isThere: ({ store }) => store.count().refused === 2,
	},
	"what is taken up": {
		write: ({ store }) => store.takeUp(),
		isThere: ({ store }) => store.waiting(9).length === 2,
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
	"a list": {
		write: ({ store }) => store.keepList("freezeList", { encoded: Uint8Array.of(7), at: 7 }),
		isThere: ({ store }) => store.list("freezeList")?.at === 7,
	},
});
