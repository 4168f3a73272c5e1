/**
 * Rows: a CSV file, plain or gzipped, as a stream of rows that know their line.
 *
 * Nothing is kept: a file of any length costs the same memory. A row with too few or too many fields, or a
 * field that is not what its column says, stops the stream with the file and line.
 */
import { createReadStream, type ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { CsvError, parse } from "csv-parse";
import { BadInput } from "../bad-input.ts";

export type Row = {
	readonly file: string;
	readonly line: number;
	readonly fields: Readonly<Record<string, string>>;
};

export type RowOptions = {
	/** names of the columns, where the header does not name them all */
	readonly columns?: readonly string[];
};

/** The rows of `file`, its header apart. */
export async function* readRows(file: string, options: RowOptions = {}): AsyncGenerator<Row> {
	const header = await readHeader(file);
	const names = options.columns ?? header.columns;
	const parser = parse({
		delimiter: header.delimiter,
		bom: true,
		from: 2,
		info: true,
		columns: false,
		relax_column_count: true,
		skip_empty_lines: true,
		ltrim: true,
	});
	const source = await openText(file);
	source.on("error", (error: Error) => parser.destroy(error));
	source.pipe(parser);
	try {
		for await (const { record, info } of parser as AsyncIterable<{
			readonly record: readonly string[];
			readonly info: { readonly lines: number };
		}>) {
			const where = { file, line: info.lines };
			if (record.length !== names.length)
				throw new BadInput(`${record.length} fields where ${names.length} are expected`, where);
			yield { ...where, fields: Object.fromEntries(names.map((name, i) => [name, record[i] ?? ""])) };
		}
	} catch (error) {
		throw readable(error, file);
	} finally {
		source.unpipe(parser);
		source.destroy();
	}
}

export type Header = { readonly columns: readonly string[]; readonly delimiter: "," | ";" };

/** The first line of a file: its columns, and whether they are parted by commas or semicolons. */
export async function readHeader(file: string): Promise<Header> {
	const source = await openText(file);
	let text = "";
	try {
		for await (const chunk of source.setEncoding("utf8")) {
			text += chunk;
			if (text.includes("\n") || text.length > headerCharacters) break;
		}
	} catch (error) {
		throw readable(error, file);
	} finally {
		source.destroy();
	}
	const line =
		text
			.split("\n", 1)[0]
			?.replace(/^\uFEFF/, "")
			.trim() ?? "";
	if (line === "" || line.length > headerCharacters) throw new BadInput("no header line", { file, line: 1 });
	const delimiter = line.includes(";") && !line.includes(",") ? ";" : ",";
	return { columns: line.split(delimiter).map((name) => name.trim().replaceAll('"', "")), delimiter };
}

const headerCharacters = 4096;

async function openText(file: string): Promise<ReadStream | ReturnType<typeof createGunzip>> {
	if (!(await isGzipped(file))) return createReadStream(file);
	const source = createReadStream(file);
	const gunzip = createGunzip();
	source.on("error", (error) => gunzip.destroy(error));
	gunzip.on("close", () => source.destroy());
	return source.pipe(gunzip);
}

/** By the two bytes that open every gzip member (RFC 1952 section 2.3.1), whatever the file is called. */
async function isGzipped(file: string): Promise<boolean> {
	try {
		const handle = await open(file);
		const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0).finally(() => handle.close());
		return buffer[0] === 0x1f && buffer[1] === 0x8b;
	} catch (error) {
		throw readable(error, file);
	}
}

/** What the system, zlib or csv-parse say, as bad input; a bug stays what it is. */
function readable(error: unknown, file: string): unknown {
	if (error instanceof BadInput || !(error instanceof Error)) return error;
	const { code = "", message } = error as NodeJS.ErrnoException;
	// By its class, for not all codes of csv-parse begin alike.
	return error instanceof CsvError || /^(E[A-Z]+|Z_)/.test(code) ? new BadInput(message, { file }) : error;
}
