/**
 * Which test is running, told to `node:test` by a store of the context in the place of a hook on every promise.
 *
 * `node:test` follows each promise, timer and socket from its making until it is collected, to know whose test an
 * error or an `after` belongs to. Where much is awaited that was a quarter of the processor's time, the collector's
 * included. An `AsyncLocalStorage` follows the same ways for next to nothing (Node 24: AsyncContextFrame). To be
 * loaded before `node:test` is, which takes both functions from the module when it is loaded
 * (nodejs/node, lib/internal/test_runner/harness.js: `setupProcessState`).
 */
import asyncHooks, {
	type AsyncHook,
	AsyncLocalStorage,
	AsyncResource,
	type HookCallbacks,
} from "node:async_hooks";

const { createHook, executionAsyncId } = asyncHooks;

/** the asyncId of the test that runs */
const current = new AsyncLocalStorage<number>();

/** What `node:test` does when something asynchronous begins: a test is noted under its asyncId. */
let note: HookCallbacks["init"];

/** Whether `node:test` asked for its hook here, and was given none. */
export const isSpared = (): boolean => note !== undefined;

/** In the place of a hook: one without callbacks would still be called before and after each promise. */
const nothing: AsyncHook = { enable: () => nothing, disable: () => nothing };

/** The hook of `node:test`: no other has no prototype. */
function isOfTests(callbacks: HookCallbacks): boolean {
	return Object.getPrototypeOf(callbacks) === null && "init" in callbacks && "destroy" in callbacks;
}

Object.assign(asyncHooks, {
	createHook(callbacks: HookCallbacks) {
		if (note !== undefined || !isOfTests(callbacks)) return createHook(callbacks);
		note = callbacks.init;
		return nothing;
	},
	executionAsyncId: () => current.getStore() ?? executionAsyncId(),
});

const { runInAsyncScope } = AsyncResource.prototype;

/** Tests, suites and their hooks alone run by this with parts of their own. */
AsyncResource.prototype.runInAsyncScope = function <This, Result>(
	this: AsyncResource,
	run: (this: This, ...given: unknown[]) => Result,
	thisArg?: This,
	...given: unknown[]
): Result {
	const scoped = (body: () => Result): Result => runInAsyncScope.call(this, body) as Result;
	const body = (): Result => Reflect.apply(run, thisArg, given);
	if (!("createSubtest" in this)) return scoped(body);
	const id = this.asyncId();
	note?.(id, "Test", 0, this);
	return scoped(() => current.run(id, body));
};
