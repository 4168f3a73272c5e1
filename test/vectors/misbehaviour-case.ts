/** What the vectors of misbehaviour share: logs that sign anything, and how a case is written. */
import {
	type Bytes,
	type Misbehaviour,
	serializeMisbehaviour,
	toUtf8,
	writeVerifierKey,
} from "../../packages/protocol/src/index.ts";
import { GivenLog } from "../../packages/protocol/test/misbehaviour/support/given-log.ts";
import { accepts, type Case, type Inputs, refuses } from "./drafts.ts";

export type Of<K extends Misbehaviour["kind"]> = Extract<Misbehaviour, { readonly kind: K }>;
export const given = (file: Misbehaviour): Inputs => ({ misbehaviour: serializeMisbehaviour(file) });
export const convicts = (comment: string, file: Misbehaviour, facts: Inputs, more: Inputs = {}): Case =>
	accepts(comment, { ...given(file), ...more }, { kind: file.kind, ...facts });
export const innocent = (comment: string, file: Misbehaviour, more: Inputs = {}): Case =>
	refuses("not-evidence", comment, { ...given(file), ...more });
export const proves = (code: string, comment: string, file: Misbehaviour, more: Inputs = {}): Case =>
	refuses(code, comment, { ...given(file), ...more });

const entriesOf = (...words: readonly string[]): readonly Bytes[] => words.map(toUtf8);
export const older = new GivenLog(entriesOf("a", "b"));
export const newer = new GivenLog(entriesOf("a", "x", "c"));
export const split = new GivenLog(entriesOf("a", "y", "c"));
export const stranger = new GivenLog(entriesOf("a", "z", "c"), 0x62);
export const keysOf = (log: GivenLog): readonly string[] => log.keys.keys.map(writeVerifierKey);
