/** Status lists of the worlds in which tests play. */
import { deflateSync } from "node:zlib";
import { type Bytes, type Signer, signStatusList } from "@tenten/protocol";
import { day, type World } from "./world.ts";

export type Marks = { readonly revoked?: readonly number[]; readonly suspended?: readonly number[] };

/** The bits of a list of so many places, compressed. */
export function placesOf({ revoked = [], suspended = [] }: Marks, places = 65_536): Bytes {
	const bits = new Uint8Array(places / 4);
	for (const [value, marked] of [revoked, suspended].entries())
		for (const place of marked)
			bits[place >> 2] = (bits[place >> 2] ?? 0) | ((value + 1) << (2 * (place & 3)));
	return new Uint8Array(deflateSync(bits));
}

export type ListOptions = Marks & {
	readonly number?: number;
	readonly issuedAt?: number;
	readonly expiresAt?: number;
	readonly url?: string;
	readonly authority?: Signer;
	readonly lst?: Bytes;
};

export function statusList(world: World, options: ListOptions = {}): Promise<Bytes> {
	const { operator, now } = world;
	return signStatusList(
		{
			url: options.url ?? operator.entry.url,
			number: options.number ?? 0,
			issuedAt: options.issuedAt ?? now,
			expiresAt: options.expiresAt ?? now + day,
			lst: options.lst ?? placesOf(options),
		},
		options.authority ?? operator.authority,
	);
}
