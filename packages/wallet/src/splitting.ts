/** An amount in so many parts, as even as can be; whole where it is too little for that. Minor units. */
export function evenParts(amount: bigint, count: number): readonly bigint[] {
	const even = amount / BigInt(count);
	if (even === 0n) return [amount];
	return Array.from({ length: count }, (_, i) => (i === 0 ? amount - even * BigInt(count - 1) : even));
}
