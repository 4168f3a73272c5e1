/** Policies of operators that witness each other: who must have cosigned whose log. */

export type PolicyLog = {
	/** where it is read, the first of which policies name */
	readonly logUrls: readonly [string, ...string[]];
	/** `name+id+key` */
	readonly logKey: string;
};

export type PolicyWitness = {
	/** how the policy names it */
	readonly name: string;
	/** `name+id+key` */
	readonly witnessKey: string;
	readonly witnessUrl: string;
};

/** What a policy says of one of them: its log, and its witness of the others' logs. */
export type Mutual = PolicyLog & PolicyWitness;

/** The text of a policy: two of these witnesses must have cosigned, an operator being none of its own. */
export function mutualPolicy(logs: readonly PolicyLog[], witnesses: readonly PolicyWitness[]): string {
	const lines = [
		...logs.map(({ logKey, logUrls }) => `log ${logKey} ${logUrls[0]}`),
		...witnesses.map(({ name, witnessKey, witnessUrl }) => `witness ${name} ${witnessKey} ${witnessUrl}`),
		`group two 2 ${witnesses.map(({ name }) => name).join(" ")}`,
		"quorum two",
	];
	return `${lines.join("\n")}\n`;
}
