/** @tenten/operator: its public surface. */
export {};
