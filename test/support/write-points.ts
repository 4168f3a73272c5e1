/**
 * Write points: every place in the sources that makes something durable, and which of them a suite has reached.
 *
 * Places are found by their text, and what ran by the engine's own block coverage: a new durable write that no
 * scenario reaches makes the suite fail.
 */
import { globSync, readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

export type WritePoint = { readonly file: string; readonly line: number; readonly offset: number };

/** Where `pattern` stands in these files, comments apart. */
export function writePoints(files: string, pattern: RegExp): readonly WritePoint[] {
	return globSync(files)
		.sort()
		.flatMap((file) => {
			const text = readFileSync(file, "utf8");
			return [...text.matchAll(new RegExp(pattern, "g"))].flatMap(({ index }) => {
				const before = text.slice(0, index);
				const isComment = /^\s*(\*|\/\/|\/\*)/.test(before.slice(before.lastIndexOf("\n") + 1));
				return isComment ? [] : [{ file, line: before.split("\n").length, offset: index }];
			});
		});
}

export type Watch = {
	/** Points that nothing has run since the watch began, as `file:line`. */
	readonly unreached: (points: readonly WritePoint[]) => Promise<readonly string[]>;
};

/** Begins to watch what runs in this process. */
export async function watch(): Promise<Watch> {
	const session = new Session();
	session.connect();
	await session.post("Profiler.enable");
	await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	return {
		unreached: async (points) => {
			const { result } = await session.post("Profiler.takePreciseCoverage");
			session.disconnect();
			const scripts = new Map(result.map(({ url, functions }) => [url, functions]));
			const isReached = ({ file, offset }: WritePoint): boolean => {
				const functions = scripts.get(pathToFileURL(resolve(file)).href) ?? [];
				const around = functions
					.flatMap(({ ranges }) => ranges)
					.filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset)
					.sort((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
				return (around[0]?.count ?? 0) > 0;
			};
			return points.filter((point) => !isReached(point)).map(({ file, line }) => `${file}:${line}`);
		},
	};
}
