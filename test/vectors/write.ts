/** `npm run vectors`: writes the folder `vectors/` anew, the same bytes every time. */
import { mkdirSync, writeFileSync } from "node:fs";
import { drafts } from "./all.ts";
import { textOf } from "./drafts.ts";

mkdirSync("vectors", { recursive: true });
for (const draft of drafts) writeFileSync(`vectors/${draft.name}.json`, await textOf(draft));
console.log(`${drafts.length} files`);
