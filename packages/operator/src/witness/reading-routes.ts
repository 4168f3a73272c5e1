/** What anyone may read of a witness: its words on seals, how far it followed each log, evidence, how peers stand. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, fromHex, fromUtf8 } from "@tenten/protocol";
import { addDocumentationRoutes } from "../http/documentation-routes.ts";
import { given } from "../http/endpoint.ts";
import type { Metrics } from "../http/metrics.ts";
import { problem } from "../http/problem.ts";
import { type Gate, serve } from "../http/serving.ts";
import { witnessDocument, witnessEndpoints } from "./endpoints.ts";
import type { Standing } from "./standing-form.ts";

/** What a witness of seals has to show (`SealWitness`). */
export type SealReadings = {
	readonly word: (operator: Bytes, number: number) => Bytes | undefined;
	readonly wordOn: (seal: Bytes) => Bytes | undefined;
	/** a file of the copy of a log, by its id (`logId`): `checkpoint`, or a tile; null where it follows no such log */
	readonly copied: (log: string, path: string) => Promise<Bytes | undefined | null>;
	readonly caseFile: (hash: Bytes) => Bytes | undefined;
	readonly commitment: (operator: Bytes) => Bytes | undefined;
	/** encoded: an array of `signedDrill` */
	readonly drills: (operator: Bytes) => Bytes;
	/** unix seconds by its clock, and how each log stands then */
	readonly standings: () => { readonly now: number; readonly peers: readonly Standing[] };
};

const nothing: SealReadings = {
	word: () => undefined,
	wordOn: () => undefined,
	copied: async () => null,
	caseFile: () => undefined,
	commitment: () => undefined,
	drills: () => Uint8Array.of(0x80),
	standings: () => ({ now: Math.floor(Date.now() / 1000), peers: [] }),
};

const anybody: Gate = async (_, context) => ({ actor: "reader", requestId: context.get("requestId") });

/** bytes of a hexadecimal parameter, whose form was checked */
const bytesIn = (hex: string): Bytes => fromHex(hex) as Bytes;

export function addReadingRoutes(
	door: OpenAPIHono,
	{ seals = nothing, metrics }: { readonly seals?: SealReadings | undefined; readonly metrics: Metrics },
): void {
	const routes = witnessEndpoints;
	serve(door, routes.wordOnNumber, anybody, async ({ params: { operator, number } }) => {
		const word = seals.word(bytesIn(operator), Number(number));
		return word === undefined ? problem("word-unknown") : given(word);
	});
	serve(door, routes.wordOnSeal, anybody, async ({ params: { seal } }) => {
		const word = seals.wordOn(bytesIn(seal));
		return word === undefined ? problem("word-unknown") : given(word);
	});
	serve(door, routes.witnessedCheckpoint, anybody, async ({ params: { log } }) => {
		const note = await seals.copied(log, "checkpoint");
		const text = note == null ? undefined : fromUtf8(note);
		return text === undefined ? problem("log-unknown") : given(text);
	});
	serve(door, routes.witnessedTile, anybody, async ({ params: { log }, query: { path } }) => {
		const tile = await seals.copied(log, path);
		if (tile === null) return problem("log-unknown");
		return tile === undefined || path === "checkpoint" ? problem("tile-unknown") : given(tile);
	});
	serve(door, routes.caseFile, anybody, async ({ params: { hash } }) => {
		const file = seals.caseFile(bytesIn(hash));
		return file === undefined ? problem("case-unknown") : given(file);
	});
	serve(door, routes.commitmentOf, anybody, async ({ params: { operator } }) => {
		const commitment = seals.commitment(bytesIn(operator));
		return commitment === undefined ? problem("commitment-unknown") : given(commitment);
	});
	serve(door, routes.drillsOf, anybody, async ({ params: { operator } }) =>
		given(seals.drills(bytesIn(operator))),
	);
	serve(door, routes.standings, anybody, async () => {
		const { now, peers } = seals.standings();
		return given({ now, peers: [...peers] });
	});
	addDocumentationRoutes(door, routes, anybody, witnessDocument);
	serve(door, routes.live, anybody, async () => given("ok"));
	serve(door, routes.ready, anybody, async () => given("ok"));
	serve(door, routes.metrics, anybody, async () => given(await metrics.text()));
}
