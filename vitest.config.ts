import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    setupFiles: ["tests/seed.ts", "tests/warnings.ts"],
    include: ["{crypto,sync,pwa,tests}/**/*.test.{ts,tsx}"],
    testTimeout: 60_000,
  },
})
