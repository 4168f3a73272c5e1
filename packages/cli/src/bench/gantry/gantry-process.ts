/** A gantry of `bench gantry` as a process of its own: the box at the roadside, with its toll. It ends with its parent. */
import type { AssetId, Bytes } from "@tenten/protocol";
import { httpOperatorClient } from "@tenten/wallet";
import { type Handlers, Line } from "../../ipc-line.ts";
import { type Announced, Toll, type TollBooks } from "./toll.ts";

type GantryStart = {
	readonly folder: string;
	readonly name: string;
	readonly operator: { readonly id: Bytes; readonly url: string };
	readonly asset: AssetId;
	/** minor units */
	readonly fare: bigint;
};

export type GantryMethods = {
	/** Opens the toll and serves it; where it is reached. */
	readonly start: (input: GantryStart) => Promise<string>;
	/** A car comes: what it owes is placed. */
	readonly expect: (announced: Announced) => Promise<void>;
	readonly books: (input: null) => Promise<TollBooks>;
};

/** What to start as a child process. */
export const gantryProgram: string = import.meta.filename;

if (import.meta.main) serveGantry();

function serveGantry(): void {
	let toll: Toll;
	const methods: GantryMethods = {
		start: async ({ operator: { id, url }, ...options }) => {
			toll = await Toll.open({ ...options, operator: { id, client: httpOperatorClient({ url }) } });
			return toll.url;
		},
		expect: (announced) => toll.expect(announced),
		books: async () => toll.books(),
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
