import { defineConfig } from 'vitest/config';

/** `unit` is quick and in-process; `system` compiles bundles, starts gateways on ephemeral ports, and reads the corpus and suites. */
export default defineConfig({
  test: {
    // The default leaves a processor free, which on a machine of two is half of it.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/conformance/**'],
          // No test measures time: on a busy machine the default of 5 s would.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/e2e/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // The same tests again, over the client that the direct one is compared with.
        test: {
          name: 'transport over undici',
          include: ['test/e2e/transport/**/*.test.ts'],
          env: { GW_UPSTREAM: 'undici' },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // And with node:http reading the requests, for the same reason.
        test: {
          name: 'transport over the library',
          include: ['test/e2e/transport/**/*.test.ts'],
          env: { GW_TRANSPORT: 'library' },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
