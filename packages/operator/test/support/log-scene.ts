/** A log of the tests: its name, its key, and what a result of its code is. */
import assert from "node:assert/strict";
import { type Bytes, isRefusal, type LogKeys, type Refusal, toUtf8, verifierKey } from "@tenten/protocol";
import { generateKey, signerFrom } from "../../../module/src/index.ts";

export const origin = "log.example/test";
export const logKey = generateKey("Ed25519");
export const signer = signerFrom(logKey.privateKey, "Ed25519");
export const keys: LogKeys = { origin, keys: [verifierKey(origin, "note", signer.key.bytes)] };

export function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) assert.fail(`${value.code}: ${value.detail}`);
	return value as T;
}

export const codeOf = (value: unknown): string => (isRefusal(value) ? value.code : "none");

export const entry = (i: number): Bytes => toUtf8(`entry ${i}`);
/** Those numbered from `from` to before `to`. */
export const entries = (from: number, to: number): readonly Bytes[] =>
	Array.from({ length: to - from }, (_, i) => entry(from + i));
