/** Operators as requests about payments between them find them. */
import { crossingQuestion, serialize } from "@tenten/protocol";
import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { signedQuestion } from "../../packages/operator/test/support/peers.ts";
import { crossingRoutes, doorsAtWork } from "./crossing-routes.ts";
import type { HttpSeed } from "./http-input.ts";

type Scene = {
	readonly ecosystem: Ecosystem;
	readonly holders: readonly [];
	readonly seeds: () => readonly HttpSeed[];
	readonly close: () => Promise<void>;
};

/** By route. `apiKey` opens those that ask for one. */
export function crossingScenes(apiKey: string): Readonly<Record<string, () => Promise<Scene>>> {
	const admin = { authorization: `Bearer ${apiKey}` };
	const scenes = Object.entries(crossingRoutes).map(([name, seeds]) => {
		const open = async (): Promise<Scene> => {
			const { doors, transfers } = await doorsAtWork(apiKey);
			const { ecosystem } = doors.source;
			const close = () => doors.close();
			return { ecosystem, holders: [], seeds: () => seeds(doors, transfers, admin), close };
		};
		return [name, open] as const;
	});
	return { ...Object.fromEntries(scenes), "POST /v1/peers/crossings": askedByAnother };
}

/** What is asked has a target of its own: here it is who asks. */
async function askedByAnother(): Promise<Scene> {
	const { doors } = await doorsAtWork();
	const { ecosystem } = doors.destination;
	const path = "/v1/peers/crossings";
	const body = serialize(crossingQuestion, { kind: "wanted", transfers: [new Uint8Array(32)] });
	const question = await signedQuestion({ ecosystem }, doors.source.ecosystem.means.keys.ruling, {
		target: `${ecosystem.operator.entry.url}${path}`,
		headers: new Headers({ "content-type": "application/cose" }),
		body,
	});
	const headers = Object.fromEntries(question.headers);
	const close = () => doors.close();
	return { ecosystem, holders: [], seeds: () => [{ path, headers, body }], close };
}
