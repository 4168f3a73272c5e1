/** @tenten/module: its public surface. */
export {};
