/** A witness of seals in a process of its own, to be killed: `seal-witness-process.ts STORE LOG` says each word it shows. */
import { isRefusal, keyId, sha256, toHex, toUtf8, verifierKey } from "@tenten/protocol";
import { signerFrom, verify } from "../../../module/src/index.ts";
import { folderSource, publicFolder, SealStore, SealWitness } from "../../src/index.ts";
import { policy } from "./sealed-log.ts";

const [file = "", folder = "", name = "", shift = "0"] = process.argv.slice(2);
const signer = signerFrom(sha256(Uint8Array.of(7)), "Ed25519");
const keyOf = (text: string) => signerFrom(sha256(toUtf8(text)), "Ed25519").key;
const operator = keyId(keyOf(`${name} root`));
const keys = { origin: name, keys: [verifierKey(name, "note", keyOf(name).bytes)] };
const store = SealStore.open(file);
if (isRefusal(store)) throw new Error(store.detail);
const source = folderSource(publicFolder(folder));
const logs = [{ operator, keys, source, policy }];
// Each process has another clock, and would say another word.
const now = (): number => Date.now() + Number(shift) * 1_000;
const witness = new SealWitness({ store, signer, logs, verify, now });
for (let said = 0; ; ) {
	await witness.visit();
	for (
		let word = witness.word(operator, said + 1);
		word !== undefined;
		word = witness.word(operator, said + 1)
	) {
		said++;
		console.log(`${said} ${toHex(sha256(word))}`);
	}
	await new Promise((resolve) => setTimeout(resolve, 1));
}
