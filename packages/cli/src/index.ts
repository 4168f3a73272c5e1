/** @tenten/cli: its public surface. */
export {};
