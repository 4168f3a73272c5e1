/** The code that the till shows, read as any camera's picture is. */

/** undefined where no code can be read. */
export async function codeOn(till: Element | null): Promise<string | undefined> {
	const canvas = till?.querySelector<HTMLCanvasElement>("canvas");
	const context = canvas?.getContext("2d");
	if (canvas == null || context == null) return undefined;
	const { decodeQR } = await import("qr/decode.js");
	try {
		return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
	} catch {
		return undefined;
	}
}
