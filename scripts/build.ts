/**
 * Compiles the publishable package: `src` and `examples` without their tests become `dist`, JavaScript with declarations.
 * What a program imports and the command share a few files, and what starts as a process or thread of its own is one: loading
 * some three hundred took longer than all else that a start does.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { type BuildOptions, build } from 'esbuild'

/** Writes only: whether the types are right is `npm run check`'s question, over these files and all others. */
const compile = (project: string) =>
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project, '--noCheck'], { stdio: 'inherit' })

const form: BuildOptions = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node26',
  outdir: 'dist',
  // Names of functions and classes stay: errors show them.
  minify: false,
  logLevel: 'warning',
}

rmSync('dist', { recursive: true, force: true })
compile('tsconfig.build.json')
// Their own code may ask where it lies (`world/own-files.ts`), so all of it lies in one directory.
await build({
  ...form,
  entryPoints: { index: 'src/index.ts', define: 'src/define/define.ts', cli: 'src/cli/main.ts' },
  packages: 'external',
  splitting: true,
})
// The engine's beginning stays apart from the rest of it, which Node's cache of compiled code is switched on for. DuckDB's own
// JavaScript, 180 files, is in it; its library, the parser and the geometries stay packages.
await build({
  ...form,
  entryPoints: ['src/analyze/engine/process/main.ts'],
  outdir: 'dist/analyze/engine/process',
  external: ['@duckdb/node-bindings', '@polyglot-sql/sdk', 'jsts'],
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  splitting: true,
})
cpSync('node_modules/@duckdb/node-api/LICENSE', 'dist/analyze/engine/process/LICENSE-duckdb-node-api')
// One file each: a function's process may read few others.
await build({
  ...form,
  entryPoints: [
    'src/collect/firehose/jq/thread.ts',
    'src/transform/functions/process/main.ts',
    'src/transform/functions/process/batch-main.ts',
  ],
  outbase: 'src',
  packages: 'external',
})
// The examples against what was built: one of them is the demo's lake.
compile('tsconfig.examples.json')
