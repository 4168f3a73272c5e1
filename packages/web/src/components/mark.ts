/** The short name of a payment, which both of its sides show: of 64 digits the first eight. */
export function markOf(attempt: string): string {
	return `${attempt.slice(0, 4)}-${attempt.slice(4, 8)}`.toUpperCase();
}
