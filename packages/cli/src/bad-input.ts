/**
 * Bad input: what the user gave cannot be read or asked. It says the file, the line and what to mend.
 *
 * Thrown where it is found, deep in a stream; `main` alone catches it and turns it into words and exit code 2.
 */
export class BadInput extends Error {
	override readonly name = "BadInput";

	constructor(what: string, where?: { readonly file: string; readonly line?: number }) {
		const place = where && (where.line === undefined ? where.file : `${where.file}:${where.line}`);
		super(place === undefined ? what : `${place}: ${what}`);
	}
}
