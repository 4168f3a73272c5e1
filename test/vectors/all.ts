/** Every file of vectors. */
import type { Draft } from "./drafts.ts";
import { hashes, items, paths } from "./encoding.ts";
import { certificates, trustLists } from "./identity.ts";
import { tokens } from "./tokens.ts";

export const drafts: readonly Draft[] = [items, hashes, paths, certificates, trustLists, tokens];
