/** What the fuzzer begins with at the routes of seals: everything that can be asked of an operator with a day in its log. */
import { type Bytes, isRefusal, parseLeaf, toHex } from "@tenten/protocol";
import { batchKinds } from "../../packages/operator/src/http/seal-endpoints.ts";
import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { sampleRequestOf } from "../../packages/operator/test/support/sample-requests.ts";
import type { Traffic } from "../operator-material.ts";
import type { HttpSeed } from "./http-input.ts";

export type SealSeeds = (
	traffic: Traffic,
	ecosystem: Ecosystem,
) => readonly HttpSeed[] | Promise<readonly HttpSeed[]>;

/** The first item of each kind of batch that there is. */
async function itemsIn({ operator }: Ecosystem): Promise<readonly { kind: string; id: Bytes }[]> {
	const rows = await operator.store.read((transaction) =>
		transaction
			.selectFrom("seal_items")
			.innerJoin("seal_leaves", "seal_leaves.place", "seal_items.place")
			.select(["item_id", "leaf"])
			.execute(),
	);
	const items = rows.flatMap(({ item_id: id, leaf }) => {
		const read = parseLeaf(leaf);
		return isRefusal(read) || read.kind !== "batch" ? [] : [{ kind: read.batch.kind, id }];
	});
	return batchKinds.flatMap((kind) => items.find((item) => item.kind === kind) ?? []);
}

export const sealRoutes: Readonly<Record<string, SealSeeds>> = {
	"POST /v1/samples": async (_, { operator }) => [
		{
			path: "/v1/samples",
			headers: { "content-type": "application/cose" },
			body: await sampleRequestOf(operator),
		},
	],
	"GET /v1/settlements": () => [{ path: "/v1/settlements" }],
	"GET /v1/seals/:number": () => ["latest", "1", "2"].map((name) => ({ path: `/v1/seals/${name}` })),
	"GET /v1/states/:key": async (_, { operator }) => {
		const rows = await operator.store.read((transaction) =>
			transaction.selectFrom("registry").select("output_id").limit(2).execute(),
		);
		const keys = [...rows.map(({ output_id }) => toHex(output_id)), "01".repeat(32)];
		return keys.map((key) => ({ path: `/v1/states/${key}` }));
	},
	"GET /v1/batches/:batch/:item": async (_, ecosystem) =>
		(await itemsIn(ecosystem)).map(({ kind, id }) => ({ path: `/v1/batches/${kind}/${toHex(id)}` })),
	"GET /v1/accounts/:account/line": ({ account, holders }) =>
		account.map((question) => ({
			path: `/v1/accounts/${toHex(holders[0]?.certificate.hash ?? question)}/line?asset=JPY`,
			headers: { authorization: question },
		})),
};
