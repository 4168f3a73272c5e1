/** The judge of what convicts a log. */
import { isRefusal, parseVerifierKey, toHex, verifyMisbehaviour } from "@tenten/protocol";
import { brokenIn } from "./judge-seal.ts";
import { bytesIn, type Judge, must, textIn } from "./vector.ts";

export const judgeMisbehaviour: Judge = (input, verify) => {
	const texts = (input["keys"] ?? []) as readonly string[];
	const keys = texts.map((text) => must(parseVerifierKey(text), "keys"));
	const said = verifyMisbehaviour(
		bytesIn(input, "misbehaviour"),
		{ origin: textIn(input, "origin"), keys },
		verify,
	);
	if (isRefusal(said)) return said;
	switch (said.kind) {
		case "splitView":
			return { kind: said.kind, size: said.size, roots: said.roots.map(toHex) };
		case "rewriting":
			return { kind: said.kind, index: said.index, sizes: said.sizes };
		case "brokenRule": {
			const { kind, operator, number, broken } = said;
			return { kind, operator: toHex(operator), number, broken: brokenIn(broken) };
		}
		case "twoSeals": {
			const { kind, operator, number, seals } = said;
			return { kind, operator: toHex(operator), number, seals: seals.map(toHex) };
		}
		case "brokenDecision": {
			const { kind, operator, transfer, decides, breach } = said;
			return { kind, operator: toHex(operator), transfer: toHex(transfer), decides, breach };
		}
		case "brokenRecord": {
			const { kind, operator, key, numbers, breach } = said;
			return { kind, operator: toHex(operator), key: toHex(key), numbers, breach };
		}
		default:
			return said satisfies never;
	}
};
