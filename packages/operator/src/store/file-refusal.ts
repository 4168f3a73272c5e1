/** Why an SQLite file of logs and witnesses was not opened, as whoever asked is told. */
import { type Refusal, refuse } from "@tenten/protocol";

// Result codes (sqlite.org/rescode.html), of which extended ones have more above their lowest eight bits.
const busy = 5;
const corrupt = 11;
const notADatabase = 26;
const shortRead = 522;

/** `log-in-use` while another process has it, `state-damaged` where it does not read; throws any other error again. */
export function fileRefusal(error: unknown, file: string): Refusal {
	const { errcode = 0 } = error as { readonly errcode?: number };
	if (errcode === shortRead) return refuse("state-damaged", `${file} is cut off`);
	switch (errcode & 0xff) {
		case busy:
			return refuse("log-in-use", `${file} is another process's`);
		case corrupt:
		case notADatabase:
			return refuse("state-damaged", `${file} is damaged, or no database`);
		default:
			throw error;
	}
}
