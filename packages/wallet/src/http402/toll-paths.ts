/** Where the doors of a toll are: of its wallet, and of how far a payment or a call is. */

/** where the doors are, on the server whose calls are paid */
export const tollAddress = "/.tenten";

export function paymentPath(payment: string): string {
	return `${tollAddress}/v1/payments/${payment}`;
}

/** `call`: the call's hash in hexadecimal. */
export function callPath(call: string): string {
	return `${tollAddress}/v1/calls/${call}`;
}
