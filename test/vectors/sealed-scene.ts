/** Two seals of one operator with what happened between, as leaves of its log. */
import { type Batch, type Bytes, type Seal, serializeLeaf } from "../../packages/protocol/src/index.ts";
import { keptScene } from "../../packages/protocol/test/seal/support/sealed.ts";

const scene = await keptScene();
export const { seal: kept, against }: typeof scene = scene;
export const previous = against.previous as Seal;
export const sealLeaf = (seal: Seal): Bytes => serializeLeaf({ kind: "seal", seal });
export const batchLeaf = (batch: Batch): Bytes => serializeLeaf({ kind: "batch", batch });
