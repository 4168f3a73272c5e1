/** What goes to one peer in one message: no more than it holds. */
import { type Bytes, mostTogether, toHex } from "@tenten/protocol";

export function groupsOf<T>(items: readonly T[], peerOf: (item: T) => Bytes): readonly (readonly T[])[] {
	const byPeer = new Map<string, T[]>();
	for (const item of items) {
		const key = toHex(peerOf(item));
		byPeer.set(key, [...(byPeer.get(key) ?? []), item]);
	}
	return [...byPeer.values()].flatMap((of) =>
		Array.from({ length: Math.ceil(of.length / mostTogether) }, (_, at) =>
			of.slice(at * mostTogether, (at + 1) * mostTogether),
		),
	);
}
