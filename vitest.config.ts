import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    setupFiles: ["tests/seed.ts", "tests/warnings.ts"],
    include: ["crypto/**/*.test.ts", "sync/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 60_000,
  },
})
