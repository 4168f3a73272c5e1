/** What is refused nowhere in a world that is right. */
import { isRefusal, type Refusal } from "@tenten/protocol";

/** What must hold in a world; a bug where it does not. */
export function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
	return result;
}
