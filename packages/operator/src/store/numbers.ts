/** Numbers as tables keep them: an engine answers with bigint, whatever was written. */

export function numberOrNull(value: bigint | number | null): number | null {
	return value === null ? null : Number(value);
}
