/**
 * Runs the tests of `protocol` against mutants inside Stryker's own worker: a mutant costs milliseconds.
 *
 *   dry run: load the sources ──▶ each file: load, then test by test ──▶ which test reaches which mutant
 *   mutant reached by tests only: fresh copies of their files, those tests, until one fails
 *   mutant reached while loading: fresh copies of the sources too, every test, those of its folder first
 *
 * A test reaches what loading its file reaches, since fixtures stand there. fast-check has one seed, so a mutant
 * meets the same cases every time. Tests that search worlds at random are left out: what they kill, a test that
 * says what is promised must kill too. An endless loop is ended by Stryker, which counts hits and time.
 */
import { globSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { InstrumenterContext, MutantCoverage } from "@stryker-mutator/api/core";
import { declareFactoryPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import {
	type BaseTestResult,
	type CompleteDryRunResult,
	type DryRunOptions,
	type DryRunResult,
	DryRunStatus,
	determineHitLimitReached,
	type MutantRunOptions,
	type MutantRunResult,
	type TestResult,
	type TestRunner,
	TestStatus,
	toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import fc from "fast-check";
import { type Collected, takeCollected } from "./collector.ts";
import { generation, numbered, resolveInside } from "./modules.ts";

const searches = ["random.test.ts", "broken.test.ts"];
/** Redemption and rulings are promised where an operator keeps its registry: its tests are theirs too. */
const ofRegistry = ["attacks", "claim-form", "claims", "denied", "enrolment", "forks", "rulings", "terms"];
/** Remembers beyond a test what a mutant had it compute: loaded afresh for each. */
const stateful = "crypto/hash.ts";
/** What other implementations must agree on, to the byte. */
const vectors = "test/vectors.test.ts";
const sources = "packages/protocol/src/index.ts";

class InProcessRunner implements TestRunner {
	readonly #sandbox = process.cwd();
	readonly #context: InstrumenterContext;

	constructor() {
		const shared = globalThis as { __stryker__?: InstrumenterContext };
		shared.__stryker__ ??= {};
		this.#context = shared.__stryker__;
	}

	capabilities(): { reloadEnvironment: boolean } {
		return { reloadEnvironment: true };
	}

	async init(): Promise<void> {
		resolveInside(this.#sandbox);
		fc.configureGlobal({ seed: 1 });
	}

	async dryRun(_options: DryRunOptions): Promise<DryRunResult> {
		const coverage: MutantCoverage = { static: {}, perTest: {} };
		this.#context.mutantCoverage = coverage;
		await this.#load(sources);
		const tests: TestResult[] = [];
		for (const file of this.#files()) {
			this.#context.currentTestId = file;
			for (const { id, run } of await this.#testsOf(file)) {
				this.#context.currentTestId = id;
				tests.push(await resultOf(id, run));
				const own = coverage.perTest[id];
				coverage.perTest[id] = { ...coverage.perTest[file], ...own };
			}
			delete coverage.perTest[file];
		}
		delete this.#context.currentTestId;
		return { status: DryRunStatus.Complete, tests, mutantCoverage: coverage };
	}

	async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
		const { activeMutant, testFilter, hitLimit, mutantActivation, reloadEnvironment } = options;
		delete this.#context.activeMutant;
		if (reloadEnvironment || activeMutant.fileName.endsWith(stateful)) generation.sources++;
		if (mutantActivation === "runtime") await this.#load(sources);
		delete this.#context.hitCount;
		delete this.#context.hitLimit;
		if (hitLimit !== undefined) Object.assign(this.#context, { hitCount: 0, hitLimit });
		this.#context.activeMutant = activeMutant.id;
		const tests = await this.#untilOneFails(activeMutant.fileName, testFilter && new Set(testFilter));
		const spent = determineHitLimitReached(this.#context.hitCount, hitLimit);
		const result: CompleteDryRunResult = { status: DryRunStatus.Complete, tests: [...tests] };
		return toMutantRunResult(spent ?? result);
	}

	async #untilOneFails(mutated: string, chosen: ReadonlySet<string> | undefined): Promise<TestResult[]> {
		const results: TestResult[] = [];
		const folder = `/${basename(dirname(mutated))}/`;
		const files = this.#files().filter((file) => chosen === undefined || [...chosen].some(within(file)));
		const near = (file: string): number => (file.includes(folder) ? 0 : 1);
		for (const file of files.sort((a, b) => near(a) - near(b)))
			for (const { id, run } of await this.#testsOf(file).catch((error) => failing(file, error))) {
				if (chosen !== undefined && !chosen.has(id) && id !== file) continue;
				const result = await resultOf(id, run);
				results.push(result);
				if (result.status === TestStatus.Failed) return results;
			}
		return results;
	}

	#files(): string[] {
		const own = globSync("packages/protocol/test/**/*.test.ts", { cwd: this.#sandbox })
			.filter((file) => !searches.includes(basename(file)))
			.sort();
		return [...own, vectors, ...ofRegistry.map((name) => `packages/operator/test/${name}.test.ts`)];
	}

	async #load(file: string): Promise<void> {
		await import(numbered(pathToFileURL(resolve(this.#sandbox, file)).href));
	}

	async #testsOf(file: string): Promise<readonly Identified[]> {
		generation.tests++;
		takeCollected();
		await this.#load(file);
		return takeCollected().map((test, position) => ({ ...test, id: `${file} ${position}: ${test.name}` }));
	}
}

type Identified = Pick<Collected, "run"> & { readonly id: string };

/** The one test of a file that does not even load. */
function failing(file: string, error: unknown): readonly Identified[] {
	return [{ id: file, run: () => Promise.reject(error) }];
}

function within(file: string): (id: string) => boolean {
	return (id) => id.startsWith(`${file} `);
}

async function resultOf(id: string, run: Collected["run"]): Promise<TestResult> {
	const started = performance.now();
	const about = (): Omit<BaseTestResult, "startPosition"> => ({
		id,
		name: id,
		fileName: resolve(id.replace(/ \d+: .*$/s, "")),
		timeSpentMs: Math.round(performance.now() - started),
	});
	try {
		await run({ diagnostic: () => {} });
		return { ...about(), status: TestStatus.Success };
	} catch (error) {
		const failureMessage = error instanceof Error ? error.message : String(error);
		return { ...about(), status: TestStatus.Failed, failureMessage };
	}
}

export const strykerPlugins = [
	declareFactoryPlugin(PluginKind.TestRunner, "in-process", () => new InProcessRunner()),
];
