/**
 * Mutants that are not made: texts that only a log or a person reads. A refusal is its code, and codes are
 * mutated like all else; its detail, the advice beside it and the message of an exception promise nothing. Nor
 * does the name that tells a verified value's type apart: the compiler alone reads it. The default of a switch
 * over a closed union is never reached.
 */
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

/** As much of a syntax node as is asked about. */
type Node = {
	readonly type: string;
	readonly name?: string;
	readonly value?: unknown;
	readonly callee?: Node;
	readonly left?: Node;
	readonly key?: Node;
	readonly argument?: Node;
	readonly test?: Node | null;
	readonly consequent?: readonly Node[];
};
type Path = { readonly node: Node; readonly parent: Node; readonly key: unknown };

const satisfies = "TSSatisfiesExpression";
const texts = ["StringLiteral", "TemplateLiteral"];

function shouldIgnore(path: object): string | undefined {
	const { node, parent, key } = path as Path;
	if (node.type === "SwitchCase" && node.test === null && node.consequent?.[0]?.argument?.type === satisfies)
		return "default of a closed union: the compiler says that nothing comes here";
	if (!texts.includes(node.type)) return undefined;
	if (parent.type === "ObjectProperty" && parent.key?.name === "verified")
		return "brand of a verified type: read by the compiler only";
	const called = parent.callee?.name;
	const isDetail =
		(called === "refuse" && key === 1) ||
		(called === "malformed" && key === 0) ||
		(parent.type === "AssignmentPattern" && parent.left?.name === "detail");
	if (isDetail) return "detail of a refusal: read by people and logs only";
	if (parent.type === "NewExpression" && called?.endsWith("Error"))
		return "message of an exception: a bug's, for people";
	if (parent.type === "ArrayExpression" && key === 1 && `${node.value}`.includes(" "))
		return "advice beside a code: read by people only";
	return undefined;
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, "details", { shouldIgnore })];
