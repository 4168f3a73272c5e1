/**
 * Signing again: a mutated order, claim, statement, request or transfer, signed by the keys that the attacker has.
 *
 * Found anywhere in an input, also inside byte strings. What no longer has its shape stays as it is, and so do links
 * of others.
 */
import {
	type Bytes,
	claim,
	encodeItem,
	equalBytes,
	isRefusal,
	type Message,
	message,
	order,
	parse,
	requestPayload,
	rulingRequest,
	type Shape,
	type SignedOrder,
	type SignedStatement,
	type SignedType,
	serialize,
	signedOrder,
	signedRequest,
	signedStatement,
	statementBody,
	type Token,
	verifyParsedToken,
} from "@tenten/protocol";
import type { Holder, World } from "../../packages/module/test/support/world.ts";
import { type Node, node, readTree, writeTree } from "../input/item-tree.ts";

const mostNodes = 500;

export async function signAgain(input: Bytes, holders: readonly Holder[], world: World): Promise<Bytes> {
	const tree = readTree(input);
	// What is larger is refused before anyone asks who signed it; trying to sign all of it takes a second.
	if (tree === undefined || tree.size > mostNodes) return input;
	const signer = new Signing(holders, world);
	return Uint8Array.from(writeTree(await signer.all(tree)));
}

class Signing {
	readonly #holders: readonly Holder[];
	readonly #world: World;

	constructor(holders: readonly Holder[], world: World) {
		this.#holders = holders;
		this.#world = world;
	}

	/** The whole item where it is one that is signed, else its parts. */
	async all(tree: Node): Promise<Node> {
		if (tree.major === 4) {
			const signed = await this.#whole(Uint8Array.from(writeTree(tree)));
			if (signed !== undefined) return readTree(signed) ?? tree;
		}
		if (tree.parts.length === 0) return tree;
		const parts: Node[] = [];
		for (const part of tree.parts) parts.push(await this.all(part));
		return { ...node(tree.major, parts, tree.content), head: tree.head };
	}

	async #whole(encoded: Bytes): Promise<Bytes | undefined> {
		return (
			(await this.#as(claim, encoded, async (value) => ({
				order: await this.#order(value.order),
				tokens: await this.#tokens(value.tokens),
			}))) ??
			(await this.#as(signedOrder, encoded, (value) => this.#order(value))) ??
			(await this.#as(signedStatement, encoded, (value) => this.#statement(value))) ??
			(await this.#as(signedRequest, encoded, async (value) => {
				const signature = await this.#sign(value.body.certificate, "request", requestPayload(value.body));
				return { ...value, signature: signature ?? value.signature };
			})) ??
			(await this.#as(rulingRequest, encoded, async (value) =>
				value.kind === "statement"
					? {
							...value,
							statement: await this.#statement(value.statement),
							tokens: await this.#tokens(value.tokens),
						}
					: value,
			)) ??
			(await this.#as(message, encoded, (value) => this.#message(value)))
		);
	}

	async #as<T>(
		shape: Shape<T>,
		encoded: Bytes,
		change: (value: T) => Promise<T>,
	): Promise<Bytes | undefined> {
		const value = parse(shape, encoded);
		return isRefusal(value) ? undefined : serialize(shape, await change(value as T));
	}

	async #message(value: Message): Promise<Message> {
		return value.kind === "transfer" || value.kind === "returned"
			? { ...value, tokens: await this.#tokens(value.tokens) }
			: value;
	}

	async #order(value: SignedOrder): Promise<SignedOrder> {
		const signature = await this.#sign(value.certificate, "order", serialize(order, value.order));
		return { ...value, signature: signature ?? value.signature };
	}

	async #statement(value: SignedStatement): Promise<SignedStatement> {
		const payload = encodeItem(statementBody.write(value.body));
		const signature = await this.#sign(value.certificate, "statement", payload);
		return { ...value, signature: signature ?? value.signature };
	}

	async #tokens(tokens: readonly Token[]): Promise<readonly Token[]> {
		const signed: Token[] = [];
		for (const token of tokens) signed.push(await this.#token(token));
		return signed;
	}

	/** Link by link: each commits to the one before, and none to its signature. */
	async #token(token: Token): Promise<Token> {
		// A copy: what was walked without its signatures must not be remembered as verified.
		const walked = verifyParsedToken({ ...token }, this.#world.trust, { signatures: false });
		if (isRefusal(walked)) return token;
		const hops: Token["hops"][number][] = [];
		for (const [position, hop] of token.hops.entries()) {
			const owner = walked.inputOwners[position]?.certificate.encoded ?? new Uint8Array();
			const payload = walked.path[position]?.payload ?? new Uint8Array();
			hops.push({ ...hop, signature: (await this.#sign(owner, "link", payload)) ?? hop.signature });
		}
		return { ...token, hops };
	}

	async #sign(certificate: Bytes, type: SignedType, payload: Bytes): Promise<Bytes | undefined> {
		const holder = this.#holders.find((each) => equalBytes(each.certificate.encoded, certificate));
		return holder?.signer.sign(type, payload);
	}
}
