/** Operators as requests about payments between them find them. */
import { crossingQuestion, serialize } from "@tenten/protocol";
import { type Doors, sealAndTell } from "../../packages/operator/test/support/crossing-doors.ts";
import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { signedQuestion } from "../../packages/operator/test/support/peers.ts";
import { crossingRoutes, doorsAtWork } from "./crossing-routes.ts";
import type { HttpSeed } from "./http-input.ts";

/** more than lie between a quote and the seal that decides it */
const sealsToEnd = 8;

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
			if (name.endsWith("/outcome")) await decided(doors);
			const close = () => doors.close();
			return { ecosystem, holders: [], seeds: () => seeds(doors, transfers, admin), close };
		};
		return [name, open] as const;
	});
	return { ...Object.fromEntries(scenes), "POST /v1/peers/crossings": askedByAnother };
}

/** Both sides seal until the payments under way have ended: before that there is no outcome to ask for. */
async function decided({ source, destination }: Doors): Promise<void> {
	for (let seal = 0; seal < sealsToEnd; seal++) {
		await sealAndTell(source);
		await sealAndTell(destination);
	}
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
