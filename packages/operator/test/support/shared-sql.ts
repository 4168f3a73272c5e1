/** What the engines that a database may outgrow one machine on do not share: in no statement of ours. */
const forbidden: readonly (readonly [what: string, pattern: RegExp])[] = [
	["serial keys", /\b(small|big)?serial\b|\bidentity\b|\bnextval\b|\bautoincrement\b/i],
	["foreign keys", /\breferences\b|\bforeign\s+key\b/i],
	["triggers", /\btrigger\b/i],
	["stored code", /\bcreate\s+(or\s+replace\s+)?(function|procedure)\b|\bdo\s+\$|\bcall\s/i],
	["savepoints", /\bsavepoint\b/i],
	["temporary tables", /\btemp(orary)?\b/i],
	["advisory locks", /\badvisory\b/i],
	["row locks by select", /\bfor\s+(no\s+key\s+)?(update|share)\b/i],
	["arrays as tables", /\bunnest\b/i],
	["notifications", /\b(listen|notify)\b/i],
	["merge", /^\s*merge\b/i],
	// Of whole numbers: a whole one on PostgreSQL and SQLite, a decimal on CockroachDB.
	["division", /\//],
];

/** What a statement uses of it. */
export function unshared(statement: string): readonly string[] {
	return forbidden.filter(([, pattern]) => pattern.test(statement)).map(([what]) => what);
}
