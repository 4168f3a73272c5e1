/** @tenten/wallet: its public surface. */
export {};
